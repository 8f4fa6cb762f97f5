"""What happened when: 2025年开工 is not borne out by 2023年开工，2025年完工."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.records import Span
from qa.verify.alignment import aligned
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_TIME = re.compile(r"(?<!\d)(?:(?:19|20)\d\d年?)?(?:\d{1,2}月(?:\d{1,2}[日号])?)|(?<!\d)(?:19|20)\d\d(?=年)")
"""Years, months and days in figures."""
_SAYS = re.compile(
    "表示|指出|介绍|透露|强调|认为|宣布|说|称|告诉|报道|发布|公布|显示|达到|实现|成为|进行|开展|提出|预计|力争|计划|推进|建设|增长|下降|超过|有"
)
"""Verbs that are no events of their own, or that many clauses share."""
MOST = 2
"""Times of a clause; one with more is a list."""
THERE = 40
"""Characters of the source that are shown."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A clause with the times that it is of: its own, or those of the clause before it in its sentence."""

    words: str
    times: frozenset[str]


def check_events(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Clauses that give an event a time which in its source is that of another, the event having one of its own."""
    inherited: list[str] = []
    for clause in statement.clauses:
        words = clause.of(statement.folded)
        if clause.start == statement.sentence_of(clause.start).start:
            inherited = []
        is_figure = any(clause.start <= q.start < clause.end for q, _ in statement.amounts)
        # Figures are held to their years one by one (`qa.verify.subjects`).
        inherited = _times(words) or inherited
        times = [] if is_figure or len(_TIME.findall(words)) > MOST else inherited
        events = _events(statement, clause)
        found = aligned(words, cited) if times and events else None
        if found is None:
            continue
        told = _told(found.text, found.text.sentence_of(found.clause.start))
        for time in times:
            if other := _of_another(time, events, told):
                yield Finding(Kind.TIME, words, other[:THERE])
                break


def _of_another(time: str, events: list[str], told: list[_Told]) -> str:
    """The clause that has the events, where none of those of this time has one of them, nor any clause without a time;
    or ""."""
    then = [t for t in told if time in t.times]
    known = [event for event in events if any(event in t.words for t in told)]
    if not then or not known or any(event in t.words for t in then for event in known):
        return ""
    elsewhere = [t for t in told if any(event in t.words for event in known)]
    return elsewhere[0].words if all(any(_kind(t) == _kind(time) for t in e.times) for e in elsewhere) else ""


def _kind(time: str) -> str:
    """Whether it is a year, a month or a day."""
    return time[-1] if time[-1] in "月日号" else "年"


def _events(text: Analysed, clause: Span) -> list[str]:
    found = (s.of(text.folded) for s in text.verbs if clause.start <= s.start < clause.end)
    return [word for word in found if not _SAYS.search(word) and not set(word) & set("年月日起")]


def _told(text: Analysed, sentence: Span) -> list[_Told]:
    found: list[_Told] = []
    for clause in text.clauses:
        if sentence.start <= clause.start < sentence.end:
            words = clause.of(text.folded)
            times = frozenset(_times(words)) or (found[-1].times if found else frozenset())
            found.append(_Told(words, times))
    return found


def _times(words: str) -> list[str]:
    """Times as they are written, and of a day in a year the year too."""
    found = [m.group() for m in _TIME.finditer(words)]
    return list(
        dict.fromkeys([t.rstrip("年") for t in found] + [t[:4] for t in found if re.match(r"(?:19|20)\d\d", t)])
    )
