"""Passages as a search engine shows them: undated pages get a date, and most of the text is left out.

News and encyclopedias are whole sentences. What people index is often not, and a reader that has seen whole sentences
alone prefers them to the better answer.
"""

import random
import re
from collections.abc import Collection
from datetime import date

from training.examples import Passage

_CLAUSE = re.compile(r"[^，。！？；,!?;\n]+[，。！？；,!?;\n]*|[，。！？；,!?;\n]+")
GAP = " ... "
KEPT = 0.65
"""Chance of a clause to stay."""

_FIRST, _LAST = date(2009, 1, 1).toordinal(), date(2024, 12, 31).toordinal()


def snippet(passage: Passage, random_: random.Random, needed: Collection[str] = ()) -> Passage:
    """Some clauses of the passage, those with its answer or a `needed` name among them, with gaps; often without its
    title, unless that alone has such a name."""
    clauses = [match.span() for match in _CLAUSE.finditer(passage.text)]
    kept = [
        random_.random() < KEPT
        or _has_answer(passage, span)
        or any(name in passage.text[slice(*span)] for name in needed)
        for span in clauses
    ]
    if not any(kept):
        kept[random_.randrange(len(kept))] = True
    text, start = _opening(random_), -1
    for at, (begin, end) in enumerate(clauses):
        if not kept[at]:
            continue
        if at and not kept[at - 1] and not text.endswith(GAP):
            text += GAP
        if begin <= passage.start < end:
            start = len(text) + passage.start - begin
        text += passage.text[begin:end]
    end = start + passage.end - passage.start if start >= 0 else -1
    is_needed = any(name in passage.title and name not in passage.text for name in needed)
    title = passage.title if is_needed or random_.random() < 0.5 else ""
    return Passage(title, text + (GAP.rstrip() if random_.random() < 0.5 else ""), start, end)


def _has_answer(passage: Passage, clause: tuple[int, int]) -> bool:
    return passage.start < clause[1] and clause[0] < passage.end


def _opening(random_: random.Random) -> str:
    """Nothing, a gap, or a day as such pages write it."""
    day = date.fromordinal(random_.randint(_FIRST, _LAST))
    forms = ["", "", GAP, f"{day:%b} {day.day}, {day.year}{GAP}", f"{day.year}年{day.month}月{day.day}日{GAP}"]
    return random_.choice(forms)
