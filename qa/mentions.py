"""How far a folded text mentions a question's words."""

import re
from functools import lru_cache

SAME_BODY = 0.75
"""Share of a body's name that an article must have: 北京大学 has two thirds of its pairs in 北京工业大学."""


def coverage(terms: tuple[str, ...], folded: str, rarity: dict[str, float]) -> float:
    """The share of the terms, weighed by `rarity`, that a text mentions, 0 to 1; 1 for no terms."""
    total = sum(rarity[term] for term in terms)
    if not total:
        return 1.0
    return sum(rarity[term] * mentions(term, folded) for term in terms) / total


def mentions(term: str, folded: str) -> float:
    """How far a text mentions a term: 1 for the term itself or what it abbreviates, else the
    share of its character pairs (longer terms), else 0."""
    if term in folded or _expands(term, folded):
        return 1.0
    if len(term) < 3 or term.isascii():
        return 0.0
    share = pairs_in(term, folded)
    return share if share >= 0.5 else 0.0


def pairs_in(term: str, folded: str) -> float:
    """Share of a term's pairs of neighbouring characters that a text has."""
    pairs = [term[i : i + 2] for i in range(len(term) - 1)]
    return sum(pair in folded for pair in pairs) / len(pairs)


def _expands(term: str, folded: str) -> bool:
    """Whether the text has the long form of an abbreviation: 营收 -> 营业收入, 工信部 -> 工业和信息化部."""
    pattern = _expansion(term)
    return bool(pattern and pattern.search(folded))


@lru_cache(maxsize=1024)
def _expansion(term: str) -> re.Pattern[str] | None:
    """What the long form of an abbreviation looks like; None for a term that is none."""
    if not 2 <= len(term) <= 4 or not re.fullmatch("[\u3400-\u9fff]+", term):
        return None
    gap = f"[\u3400-\u9fff]{{0,{1 if len(term) == 2 else 4}}}?"
    return re.compile(gap.join(term))
