"""Which script a text is in, and an answer turned into the script of its question."""

import re
from enum import StrEnum
from functools import cache
from typing import Any

_CJK = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[A-Za-z]")


class Script(StrEnum):
    SIMPLIFIED = "hans"
    TRADITIONAL = "hant"
    ENGLISH = "en"


def script_of(text: str) -> Script:
    """The script that most of the telling characters are in; Simplified when none tells."""
    cjk = _CJK.findall(text)
    if not cjk and _LATIN.search(text):
        return Script.ENGLISH
    return Script.TRADITIONAL if sum(map(_leaning, cjk)) > 0 else Script.SIMPLIFIED


@cache  # some 20,000 characters at most, and a conversion takes 15 µs
def _leaning(character: str) -> int:
    """1 for a character of Traditional texts, -1 for one of Simplified ones, 0 for one of both or neither."""
    return (character != _convert("t2s", character)) - (character != _convert("s2t", character))


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
