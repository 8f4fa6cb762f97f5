"""Citation markers in what a model writes, read as it streams: [1], [1][3], [1-3], [1, 3], ［1］.

【】 and years in brackets ([2024]) are text, and so is all code. A marker that is split over chunks is held back until
it is whole or can be none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_HELD = 48
"""Characters of a marker that has begun; a longer one is text."""

_SEPARATORS = "–—－~～,，、-"
MARKER = rf"[\[［]\s*(?P<numbers>\d{{1,3}}(?:\s*[{_SEPARATORS}]\s*\d{{1,3}})*)\s*[\]］]"
_TOKEN = re.compile(rf"(?P<ticks>`+)|{MARKER}|(?P<line>\n)")
_BEGUN = re.compile(rf"[\[［][\s\d{_SEPARATORS}]*$")
_PARTS = re.compile(r"(\d+)(?:\s*[-–—－~～]\s*(\d+))?")


@dataclass(frozen=True, slots=True)
class Marker:
    """Numbers of the evidence that the text before it rests on; unknown ones are left out, so it may be empty."""

    numbers: tuple[int, ...]


class MarkerReader:
    """Takes a model's text as it comes and gives pieces of text and markers, in order.

    How the text was cut into chunks makes no difference to the pieces' texts put together, nor to the markers.
    """

    def __init__(self, known: int) -> None:
        """`known`: how many numbers there are, from 1 on."""
        self._known = known
        self._held = ""
        self._code = ""
        """The run of backticks that the present code began with."""

    def feed(self, chunk: str) -> list[str | Marker]:
        """What can be told so far."""
        self._held += chunk
        return list(self._pieces(at_end=False))

    def close(self) -> list[str | Marker]:
        """What was held back: the text has ended."""
        return list(self._pieces(at_end=True))

    def _pieces(self, *, at_end: bool) -> Iterator[str | Marker]:
        text, done = self._held, 0
        for match in _TOKEN.finditer(text):
            if not at_end and match["ticks"] and match.end() == len(text):
                break  # more backticks may follow
            if match["numbers"] and not self._code:
                yield from _text(text[done : match.start()])
                yield Marker(expand(match["numbers"], self._known))
                done = match.end()
            elif match["ticks"] or match["line"]:
                self._code = self._code_after(match["ticks"] or "")
        keep = len(text) if at_end else self._first_kept(text, done)
        yield from _text(text[done:keep])
        self._held = text[keep:]

    def _code_after(self, ticks: str) -> str:
        """The code that the text is in after a run of backticks, or after a line's end (""): inline code ends there."""
        if not ticks:
            return self._code if len(self._code) >= 3 else ""
        if not self._code:
            return ticks
        return "" if ticks == self._code else self._code

    def _first_kept(self, text: str, done: int) -> int:
        """Where what must be held back begins: backticks at the end, or a marker that has begun."""
        if text.endswith("`"):
            return max(done, len(text.rstrip("`")))
        begun = None if self._code else _BEGUN.search(text, done)
        return begun.start() if begun and len(text) - begun.start() <= MAX_HELD else len(text)


def expand(numbers: str, known: int) -> tuple[int, ...]:
    """The numbers of a marker's inside, ranges written out, each once, those from 1 to `known` alone."""
    found: list[int] = []
    for first, last in _PARTS.findall(numbers):
        low, high = int(first), int(last or first)
        found += range(low, min(high, known) + 1) if low <= high else (low, high)
    return tuple(n for n in dict.fromkeys(found) if 1 <= n <= known)


def _text(text: str) -> Iterator[str]:
    if text:
        yield text
