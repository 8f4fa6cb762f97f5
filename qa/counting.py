"""How many things a quoted list names, for a question that asks which and how many."""

import re

import rjieba

from index.fold import fold_text
from qa.asked import AMOUNTS, AnswerType
from qa.quantities import quantities
from qa.question import Question

_HOW_MANY = re.compile(r"(?:几|多少)[个项类种家座条所位名大]|[共有]几")
_HOW_OFTEN = re.compile(
    "(?:一共|总共|共|合计)[^,?]{0,8}(?:几|多少)(?:次|起|份|项|条|件|处|回)|(?<![第天周月年])(?:有|发生)了?(?:几|多少)(?:次|起)"
)
_ITEM = r"[^,;:。!?、()《》\n]{1,16}"
_LIST = re.compile(rf"{_ITEM}(?:、{_ITEM})+(?=[,;:。!?()\n]|$)")
_OPEN = frozenset(
    "等 等等 等地 其中 除 除了 以及 之一 未 没 没有 不 无 非 并未 尚未 不再 不会 不含 不设 不包括".split()
)
"""A list with 等 may name only some, and one with 未 what is not so."""
_JOINS = frozenset("和与及")
SPOKEN_OF = 0.5
"""Share of the question's words that must stand in the list's clause."""


def counts_events(question: Question) -> bool:
    """Whether a question asks how often something happened, or how many pieces there are of something: what articles tell one
    by one, and seldom count."""
    return question.type in AMOUNTS and bool(_HOW_OFTEN.search(question.folded))


def asks_how_many(question: Question) -> bool:
    """Whether a question asks for things and for their number."""
    return question.type is AnswerType.LIST and bool(_HOW_MANY.search(question.folded))


def items_of(text: str, question: Question) -> int | None:
    """How many items the one list of a text names; None for no list or several, for one that may go on or that is of
    something else, where the text gives a number itself, and where a joining word leaves it open."""
    folded = fold_text(text)
    found = list(_LIST.finditer(folded))
    if len(found) != 1 or _OPEN & set(rjieba.cut(folded)) or any(q.unit for q in quantities(text)):
        return None
    clause = found[0].group()
    if sum(term in clause for term in question.terms) < SPOKEN_OF * len(question.terms):
        return None
    *parts, last = clause.split("、")
    joined = _joined(last)
    elsewhere = folded[: found[0].start()] + folded[found[0].end() :]
    if joined is None or any(word in _JOINS for word in rjieba.cut(elsewhere)):
        return None
    items = [*parts, *joined]
    return len(items) if len(joined) == 1 or len({item[-1] for item in items}) == 1 else None


def _joined(last: str) -> list[str] | None:
    """The last of a list's parts, taken apart at its joining word; None for several of them. 和平区 has none."""
    words = [word for word in rjieba.cut(last) if word.strip()]
    places = [i for i, word in enumerate(words) if word in _JOINS]
    if not places:
        return [last]
    [at, *more] = places
    left, right = "".join(words[:at]), "".join(words[at + 1 :])
    return None if more or not left or not right else [left, right]
