"""What a model writes, a sentence at a time, each with the numbers that it cites."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from qa.generation.markers import Marker

ENDS = frozenset("。！？!?…")
_CLOSING = frozenset("」』”’\"')）】》*_ ")
_BULLET = re.compile(r"^\s*(?:[-*•·>#]+\s+|#{1,6}\s*|\d{1,2}[.)）、](?!\d)\s*|[(（]\d{1,2}[)）]\s*)+")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\*)\*(?!\*)|`")


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as a model wrote it, without markers, bullets and emphasis."""

    text: str
    numbers: tuple[int, ...]
    """Of the evidence cited, in order, each once."""
    begins_line: bool


@dataclass(slots=True)
class SentenceReader:
    """Takes pieces of text and markers and gives whole sentences.

    Markers after a sentence's end belong to it; one that begins a line belongs to what follows.
    """

    _text: str = ""
    _numbers: list[int] = field(default_factory=list)
    _ended: bool = False
    _new_line: bool = True

    def feed(self, pieces: Iterable[str | Marker]) -> list[Written]:
        """The sentences that have ended for sure."""
        found: list[Written] = []
        for piece in pieces:
            if isinstance(piece, Marker):
                self._numbers += piece.numbers
            else:
                found += self._read(piece)
        return found

    def close(self) -> list[Written]:
        """What is left: the text has ended."""
        return list(self._flush())

    @property
    def begun(self) -> int:
        """Characters of the sentence that has not ended."""
        return len(self._text)

    def _read(self, text: str) -> Iterator[Written]:
        for character in text:
            if character == "\n":
                yield from self._flush()
                self._new_line = True
            elif self._ended and character not in _CLOSING and character not in ENDS:
                yield from self._flush()
                self._text = character
            else:
                self._text += character
            self._ended = self._ended or character in ENDS

    def _flush(self) -> Iterator[Written]:
        text = plain(self._text)
        if any(map(str.isalnum, text)):  # a marker that stands before any words waits for them
            yield Written(text, tuple(dict.fromkeys(self._numbers)), self._new_line)
            self._numbers, self._new_line = [], False
        self._text, self._ended = "", False


def plain(text: str) -> str:
    """A line's text without its bullet, number or heading sign and without emphasis."""
    return _EMPHASIS.sub("", _BULLET.sub("", text)).strip()
