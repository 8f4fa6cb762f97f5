"""A question said in another way that means the same: script, width, regional words, numerals."""

import random
import re
from functools import cache

from index.regional import regional_terms
from qa.script import Script, script_of, to_script

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年)")
_TENTHS = re.compile(r"([一二三四五六七八九])成(?![为立都功果员本人])")
_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")


def varied(question: str, random_: random.Random) -> str:
    """The question as it is, or with one or more changes, each of which keeps its meaning."""
    if random_.random() < 0.2:
        question = question.rstrip("？?")
    if random_.random() < 0.4:
        return question
    if random_.random() < 0.3:
        question = regional(question)
    if random_.random() < 0.3:
        question = numerals(question)
    if random_.random() < 0.2:
        question = question.translate(_DIGITS)
    return other_script(question) if random_.random() < 0.6 else question


def other_script(text: str) -> str:
    """Simplified as Traditional and the other way round; English as it is."""
    present = script_of(text)
    if present is Script.ENGLISH:
        return text
    return to_script(text, Script.TRADITIONAL if present is Script.SIMPLIFIED else Script.SIMPLIFIED)


def regional(text: str) -> str:
    """Mainland words as Taiwan has them (软件 -> 软体); still in the text's own script."""
    for mainland, other in _traded():
        text = text.replace(mainland, other)
    return text


def numerals(text: str) -> str:
    """Years in Chinese numerals (2027年 -> 二〇二七年), tenths in percent (三成 -> 30%)."""
    text = _YEAR.sub(lambda match: match.group().translate(_CHINESE), text)
    return _TENTHS.sub(lambda match: f"{'一二三四五六七八九'.index(match[1]) + 1}0%", text)


@cache
def _traded() -> tuple[tuple[str, str], ...]:
    """Mainland words and one other form of each, the longest first."""
    pairs = {mainland: other for other, mainland in regional_terms().items() if other != mainland}
    return tuple(sorted(pairs.items(), key=lambda pair: -len(pair[0])))
