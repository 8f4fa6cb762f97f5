"""Which script a text is in, and an answer turned into the script of its question."""

from enum import StrEnum
from functools import cache
from typing import Any


class Script(StrEnum):
    SIMPLIFIED = "hans"
    TRADITIONAL = "hant"
    ENGLISH = "en"


def script_of(text: str) -> Script:
    """The script that most of the telling characters are in; Simplified when none tells."""
    marks = text.translate(_marks())
    traditional, simplified = marks.count("T"), marks.count("S")
    if "L" in marks and not traditional and not simplified and "C" not in marks:
        return Script.ENGLISH
    return Script.TRADITIONAL if traditional > simplified else Script.SIMPLIFIED


class _Marks(dict[int, str | None]):
    """A table for `str.translate`, filled as characters are met: T and S for those of one script alone, C for Chinese
    ones of both or neither, L for Latin letters, nothing for the rest."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        if "\u3400" <= character <= "\u9fff":
            traditional, simplified = _convert("t2s", character) != character, _convert("s2t", character) != character
            self[code] = "C" if traditional is simplified else "T" if traditional else "S"
        else:
            self[code] = "L" if character.isascii() and character.isalpha() else None
        return self[code]


@cache
def _marks() -> _Marks:
    return _Marks()


def to_script(text: str, script: Script) -> str:
    """The text in Simplified or Traditional characters; unchanged for English."""
    present = script_of(text)
    if script is Script.ENGLISH or script is present:
        return text
    return _convert("t2s" if script is Script.SIMPLIFIED else "s2t", text)


def _convert(configuration: str, text: str) -> str:
    converted: str = _converter(configuration).convert(text)
    return converted


@cache
def _converter(configuration: str) -> Any:
    from opencc import OpenCC

    return OpenCC(configuration)
