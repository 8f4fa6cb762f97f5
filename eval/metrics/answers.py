"""Answers against gold answers: parts contained, exact match, character overlap."""

import re
import unicodedata
from collections import Counter
from math import isclose

from index.fold import fold_text
from qa.quantities import Quantity, quantities

_SCALE = "(?!千[米瓦克帕赫]|兆[瓦帕赫]|百帕)[多余]?[百千万亿兆]"
"""What makes another number of the digits before it; 千米 and the like are units."""

_NUMERAL = frozenset("0123456789〇零一二两三四五六七八九十百千万亿")


def contains_answer(text: str, parts: list[list[str]]) -> bool:
    """Whether every part is in the text, by any of its aliases, after folding.

    A number counts by its value with its unit, and its digits at their borders only: 10 is
    not in 2010, 3 is not in 3万, 5000亿 is in 0.5万亿.
    """
    folded, amounts = _squeezed(text), quantities(text)
    return bool(parts) and all(any(_contains(folded, amounts, alias) for alias in part) for part in parts)


def says(text: str, wording: str) -> bool:
    """Whether the text has the wording, by the same rules."""
    return contains_answer(text, [[wording]])


def exact_match(text: str, gold: list[str]) -> bool:
    """Whether the text is one of the gold answers, after folding, punctuation aside."""
    return _characters(text) in [wording for alias in gold if (wording := _characters(alias))]


def character_f1(text: str, gold: list[str]) -> float:
    """The best F1, over the gold answers, of characters in common, counted with repetition.

    SQuAD's F1 (Rajpurkar et al. 2016) over characters instead of words; 0 to 1, and 0 for no gold.
    """
    return max((_f1(_characters(text), _characters(alias)) for alias in gold), default=0.0)


def _f1(said: str, gold: str) -> float:
    common = (Counter(said) & Counter(gold)).total()
    return 2 * common / (len(said) + len(gold)) if common else 0.0


def _contains(folded: str, amounts: list[Quantity], alias: str) -> bool:
    return _has_wording(folded, _squeezed(alias)) or _has_value(amounts, alias)


def _has_wording(folded: str, alias: str) -> bool:
    before = r"(?<![\d.])(?<!\d[亿万千百])" if alias[:1].isdigit() else ""
    after = rf"(?!\.?\d)(?!{_SCALE})" if alias[-1:] in _NUMERAL else ""
    return bool(alias) and bool(re.search(before + re.escape(alias) + after, folded))


def _has_value(amounts: list[Quantity], alias: str) -> bool:
    """Whether the alias is one quantity, and the text has an equal one."""
    found = quantities(alias)
    if len(found) != 1 or found[0].end - found[0].start != len(fold_text(alias)):
        return False
    return any(_is_same(amount, found[0]) for amount in amounts)


def _is_same(said: Quantity, gold: Quantity) -> bool:
    """Equal values in the same unit; a gold answer without a unit leaves it open, but for percent."""
    if not isclose(said.value, gold.value, rel_tol=1e-12):
        return False
    return said.unit == gold.unit or (not gold.unit and said.unit != "%")


def _squeezed(text: str) -> str:
    """Folded, without the spaces that part no digits."""
    return re.sub(r"(?<!\d) | (?!\d)", "", fold_text(text))


def _characters(text: str) -> str:
    """The folded text without punctuation and spaces; what belongs to a number stays."""
    folded = re.sub(r"(?<!\d)\.|\.(?!\d)", "", fold_text(text))
    return "".join(c for c in folded if c in ".%" or unicodedata.category(c)[0] in "LNS")
