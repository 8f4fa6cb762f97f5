"""What questions name: years, places, bodies, people, works and ordinals, as they are written."""

import random
import re
from collections.abc import Iterable, Iterator

import rjieba

from index.fold import fold, fold_text
from qa.gazetteer import place_spans, same_level
from qa.names import bodies_in

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年|赛季|賽季|-|世界|奥运|奧運|冬奥|亚运|亞運|全国)")
_WORK = re.compile(r"《([^《》]{2,20})》")
_ORDINAL = re.compile(r"第[一二三四五六七八九十\d]{1,3}[届屆次任代季部]")
_PERSON = re.compile("[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,6}·[\u4e00-\u9fff·]{1,12}")
_ORDINALS = "二三四五六七八九"

Named = tuple[str, str]
"""A kind, and a name as it is written."""


def named_in(text: str) -> Iterator[Named]:
    """All that a text names."""
    yield from (("year", year) for year in YEAR.findall(text))
    yield from (("work", work) for work in _WORK.findall(text))
    yield from (("ordinal", ordinal) for ordinal in _ORDINAL.findall(text))
    folded = fold(text)
    yield from (("place", folded.original(s.start, s.end).of(text)) for _, s in place_spans(folded.text))
    yield from (("body", folded.original(s.start, s.end).of(text)) for s in bodies_in(folded.text))
    at = 0
    for word, tag in rjieba.tag(folded.text):
        if tag == "nr" and _PERSON.fullmatch(word):
            yield "person", folded.original(at, at + len(word)).of(text)
        at += len(word)


class Names:
    """Names of each kind, for putting one in place of another. Drawn from questions, so that none gives away by itself
    that something was changed."""

    def __init__(self, questions: Iterable[str]) -> None:
        pools: dict[str, dict[str, None]] = {}
        for question in questions:
            for kind, name in named_in(question):
                pools.setdefault(kind, {})[name] = None
        self._pools = {kind: tuple(names) for kind, names in pools.items()}

    def other(self, kind: str, name: str, random_: random.Random) -> str | None:
        """Another name of the kind; of a place one of its level. None where there is none."""
        if kind == "year":
            return str(int(name) + random_.choice([-4, -3, -2, -1, 1, 2, 3, 4]))
        if kind == "ordinal":
            return f"第{random_.choice([n for n in _ORDINALS if n not in name])}{name[-1]}"
        known = fold_text(name)
        others = [other for other in self._pools.get(kind, ()) if fold_text(other) != known]
        if kind == "place":
            others = [other for other in others if same_level(known, [fold_text(other)])]
        return random_.choice(others) if others else None
