"""Folding: one form for matching, with an exact map back to the original characters.

A text is cut into *pieces*, each folded on its own, so that folding never depends on what
stands around a piece: NFKC, lower case, Traditional to Simplified (OpenCC, character by
character), one space for any white space, `1,000` to `1000`, 三百五十 to 350, and then the
regional words of `index.regional`. Any run of whole pieces therefore folds to the same
string alone as inside its text, which is what makes spans map back exactly.

Split sentences before folding: NFKC turns ，！？；： into ASCII.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from index.numerals import fold_numeral
from index.records import Span
from index.regional import regional_terms

FOLDING = "2"
"""Raise this when folding, tokens or regional words change: lexical indexes hold folded words."""

_NUMERAL = "〇零一二两兩三四五六七八九十百千"
# The look ahead and the look behind change no match. With the one, the search passes over other characters twenty times as
# fast; without the other, it would go through the rest of a long run of digits from each of them.
_RUN = re.compile(
    rf"(?=[\s0-9０-９{_NUMERAL}])"
    rf"(?:(?P<space>\s+)|(?P<digits>(?<![0-9０-９])[0-9０-９]+(?:[,，][0-9０-９]+)+)|(?P<numeral>[{_NUMERAL}]{{2,}}))"
)
"""What is folded as a whole; any other character is a piece of its own."""
_PIECE = re.compile(rf"{_RUN.pattern}|(?P<other>.)", re.DOTALL)
REMEMBERED = 500
"""Characters of a text whose folding is kept in memory; whole articles would fill it."""
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
# Pairs that OpenCC leaves apart character by character although readers take them as one.
_VARIANTS = str.maketrans("藉甦著覆徵瞭馀祇濬彷彿姪妳牠砲菓粧", "借苏着复征了余只浚仿佛侄你它炮果妆")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and the way back.

    `text[ends[k-1]:ends[k]]` is the folding of the original's `origin[k]:origin[k+1]`;
    `ends` and `origin[1:]` have one entry for each piece, both rising.
    """

    text: str
    ends: tuple[int, ...]
    origin: tuple[int, ...]

    def original(self, start: int, end: int) -> Span:
        """The smallest run of whole pieces in the original that holds folded `[start, end)`.

        Raises ValueError unless 0 <= start <= end <= len(text).
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"[{start}, {end}) is not a span of {len(self.text)} folded characters")
        first = bisect_right(self.ends, start)
        if start == end:
            at = self.origin[min(first, len(self.origin) - 1)]
            return Span(at, at)
        last = bisect_left(self.ends, end)
        return Span(self.origin[first], self.origin[last + 1])

    def find(self, needle: str) -> Iterator[Span]:
        """The original spans of every occurrence of a folded needle, in order."""
        at = self.text.find(needle) if needle else -1
        while at >= 0:
            yield self.original(at, at + len(needle))
            at = self.text.find(needle, at + 1)


def fold(text: str) -> Folded:
    """Fold `text` and keep the map from each folded offset to the original."""
    pieces = _regional_pieces(_character_pieces(text))
    ends, origin, parts, length = [], [0], [], 0
    for folded, end in pieces:
        length += len(folded)
        parts.append(folded)
        ends.append(length)
        origin.append(end)
    return Folded("".join(parts), tuple(ends), tuple(origin))


def fold_text(text: str) -> str:
    """The folded text alone, some ten times as fast as with its map."""
    return _folded_once(text) if len(text) <= REMEMBERED else _folded(text)


@lru_cache(maxsize=4096)
def _folded_once(text: str) -> str:
    return _folded(text)


def _folded(text: str) -> str:
    characters = _RUN.sub(_fold_run, text)
    line = _term_pattern().sub(lambda match: regional_terms()[match.group()], characters.translate(_table()))
    if "\0" not in line:
        return line
    # Put in after the regional words, none of which may begin or end inside what one character folds to.
    several = iter([fold_character(c) for c in characters if _table()[ord(c)] == "\0"])
    return re.sub("\0", lambda _: next(several), line)


def _character_pieces(text: str) -> Iterator[tuple[str, int]]:
    """Each piece's folded form and the offset where it ends in the original."""
    for match in _PIECE.finditer(text):
        yield fold_character(match.group()) if match.lastgroup == "other" else _fold_run(match), match.end()


def _fold_run(match: re.Match[str]) -> str:
    """A match of `_RUN`, folded."""
    kind, piece = match.lastgroup, match.group()
    if kind == "space":
        return " "
    if kind == "numeral":
        return fold_numeral(_fold_characters(piece))
    plain = unicodedata.normalize("NFKC", piece)
    return plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain


class _Characters(dict[int, str]):
    """A table for `str.translate`, filled as characters are met; a NUL stands for those that fold to several."""

    def __missing__(self, code: int) -> str:
        folded = fold_character(chr(code))
        self[code] = folded if len(folded) == 1 else "\0"
        return self[code]


@cache
def _table() -> _Characters:
    return _Characters()


@lru_cache(maxsize=65536)
def fold_character(character: str) -> str:
    """One character's folded form: NFKC, lower case, simplified; repeated until it is stable."""
    return _fold_characters(character)


def _fold_characters(text: str) -> str:
    for _ in range(4):
        folded = unicodedata.normalize("NFKC", text).casefold().translate(_VARIANTS)
        folded = "".join(_simplifier().convert(c) for c in folded)
        if folded == text:
            break
        text = folded
    return text


@cache
def _simplifier():  # type: ignore[no-untyped-def]  # opencc types its converter privately
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def _term_pattern() -> re.Pattern[str]:
    terms = sorted(regional_terms(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, terms)))


def _regional_pieces(pieces: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Join the pieces that make up a regional word into one piece with its mainland form."""
    folded = list(pieces)
    # One character a piece, so that a match always starts and ends between pieces; what folded
    # to several characters is no part of a word.
    line = "".join(piece if len(piece) == 1 else "\0" for piece, _ in folded)
    at = 0
    for match in _term_pattern().finditer(line):
        yield from folded[at : match.start()]
        yield regional_terms()[match.group()], folded[match.end() - 1][1]
        at = match.end()
    yield from folded[at:]


def valid(text: str) -> str:
    """Text that can be written down: halves of characters, which no encoding has, become question marks."""
    return text.encode("utf-8", "replace").decode()
