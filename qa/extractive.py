"""Extractive answers: which sentences answer, and whether they are enough to answer at all."""

import math
from dataclasses import dataclass

from index.reader import Reader
from qa.candidate import Candidate
from qa.evidence import Evidence, weigh
from qa.question import AnswerType, Period, Question
from qa.script import Script

MAX_RARITY = 8.0
"""Where a word's weight stops growing with its rarity."""


INHERITED = 0.3
"""Weight of a word taken over from the conversation, against one of the question's own."""

COSINE_CENTRE = 0.85
"""About the middle of this encoder's cosines between a question and good evidence."""

ENGLISH_COSINE = 0.823
ENGLISH_SLOPE = 80.0
"""An English question shares no words with the articles, so its cosine alone decides. The two
figures part ten questions of our own on `articles/`, six answerable and four not."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the logistic confidence, fitted by `python -m eval.calibrate` (eval/README.md)."""

    intercept: float = -11.54
    coverage: float = 3.36
    cosine: float = 19.62
    lexical: float = 3.16
    article: float = 6.36
    answerable: float = 0.0
    """Of the reader's logit."""


CALIBRATION = Calibration()
"""Of evidence that the reader has not read."""

READ_CALIBRATION = Calibration(
    CALIBRATION.intercept - 0.5, CALIBRATION.coverage, CALIBRATION.cosine, CALIBRATION.lexical, CALIBRATION.article, 0.5
)
"""Of evidence that it has: half of its logit, where 1 changes nothing. Weights fitted anew refuse more near misses, and
more that is right in sets that they were not fitted on (training/README.md)."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """When evidence is enough, and which of the reader's findings count. Figures from `python -m eval.calibrate`
    (see eval/README.md)."""

    confidence: float = 0.3
    follow: float = 0.15
    """How far below the best sentence's rank a second sentence may lie."""
    follow_elsewhere: float = 0.6
    """The same for a sentence of another article, and in a list."""
    reads: bool = True
    """Whether what the reader says of a window's answering counts in the confidence."""
    marks: bool = True
    """Whether the words that answer are marked in a citation."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The evidence chosen, best first; or none, and what every candidate lacked."""

    evidence: tuple[Evidence, ...]
    confidence: float
    missing: tuple[str, ...] = ()


def select(
    question: Question, candidates: list[Candidate], reader: Reader, limits: Extraction, *, only_then: bool = False
) -> Selection:
    """The sentences that answer the question, or an empty selection.

    Those that speak of the question's times come before all others where they are enough; `only_then` leaves the
    others out.
    """
    weighed = weigh_all(question, candidates, reader)
    fit = sorted((e for e in weighed if e.meets), key=rank, reverse=True)
    then = [e for e in fit if e.is_then]
    if fit and not then and only_then:
        return Selection((), 0.0, tuple(f"{p.words}（{days_of(p)}）" for p in question.periods))
    if only_then or (then and confidence(then[0], question, reads=limits.reads) >= limits.confidence):
        fit = then
    if not fit:
        return Selection((), 0.0, _lacking(weighed, question))
    best = fit[0]
    chance = confidence(best, question, reads=limits.reads)
    if chance < limits.confidence:
        return Selection((), chance)
    return Selection(tuple(_with_more(best, fit[1:], question, limits)), chance)


def days_of(period: Period) -> str:
    """The days of a period, in figures."""
    return period.first if period.first == period.last else f"{period.first}–{period.last}"


def weigh_all(question: Question, candidates: list[Candidate], reader: Reader) -> list[Evidence]:
    """Check every candidate against the question, in the order given."""
    rarity = {term: _weight(term, reader) for term in question.terms}
    rarity |= {term: INHERITED * _weight(term, reader) for term in question.inherited}
    return [weigh(question, candidate, rarity) for candidate in candidates]


def rank(evidence: Evidence) -> float:
    """What orders evidence that meets the question's requirements."""
    return evidence.candidate.score + 1.3 * evidence.own_coverage + 0.65 * evidence.coverage


def _unread_rank(evidence: Evidence) -> float:
    """The same without what the reader added: of two sentences that answer in different windows it puts one far ahead,
    and most others it has not read."""
    return rank(evidence) - evidence.candidate.added


def confidence(evidence: Evidence, question: Question, *, reads: bool = True) -> float:
    """The chance that the evidence answers, 0 to 1: a logistic function of its features. `reads`: the reader's word
    is one of them, where it has read."""
    found = evidence.candidate
    reading = found.reading if reads else None
    w = READ_CALIBRATION if reading else CALIBRATION
    if question.script is Script.ENGLISH:
        return _logistic(ENGLISH_SLOPE * (found.cosine - ENGLISH_COSINE))
    z = w.intercept + w.coverage * evidence.coverage + w.cosine * (found.cosine - COSINE_CENTRE)
    z += w.lexical * found.lexical + w.article * found.article
    z += w.answerable * reading.answerable if reading else 0.0
    return _logistic(z)


def _logistic(z: float) -> float:
    return 1.0 / (1.0 + math.exp(-z))


def _with_more(best: Evidence, others: list[Evidence], question: Question, limits: Extraction) -> list[Evidence]:
    """The best sentence, and others that come close to it and add something."""
    several = question.is_list or question.type is AnswerType.REASON
    chosen = [best]
    for other in others:
        if len(chosen) == (3 if several else 2):
            break
        margin = limits.follow_elsewhere if several or _is_elsewhere(other, best) else limits.follow
        if _unread_rank(best) - _unread_rank(other) <= margin and not _adds_nothing(other, chosen):
            chosen.append(other)
    return chosen if several else _newest_first(chosen)


def _is_elsewhere(other: Evidence, best: Evidence) -> bool:
    """Whether another article says as much: what it says may be newer, or may differ."""
    here, there = best.candidate.located.article, other.candidate.located.article
    return here.id != there.id and other.own_coverage >= best.own_coverage


def _adds_nothing(other: Evidence, chosen: list[Evidence]) -> bool:
    located = other.candidate.located
    said = any(c.candidate.located.text == located.text for c in chosen)
    return said or located.sentence.is_heading or _is_reprint(other, chosen)


def _newest_first(chosen: list[Evidence]) -> list[Evidence]:
    """Answers of several articles by their dates; left as they are where one has none."""
    dates = [c.candidate.located.article.published for c in chosen]
    return sorted(chosen, key=_published, reverse=True) if all(dates) else chosen


def _published(evidence: Evidence) -> str:
    return evidence.candidate.located.article.published


def _is_reprint(other: Evidence, chosen: list[Evidence]) -> bool:
    """Whether another article of its group has been chosen already: reprints count once."""
    article = other.candidate.located.article
    return any(
        c.candidate.located.article.group == article.group and c.candidate.located.article.id != article.id
        for c in chosen
    )


def _weight(term: str, reader: Reader) -> float:
    """A term's weight: its rarity, up to a bound."""
    return min(reader.rarity(term), MAX_RARITY) + 0.3


def _lacking(weighed: list[Evidence], question: Question) -> tuple[str, ...]:
    """What the most fitting candidate lacked, for the words of a refusal."""
    if any(not e.missing and e.has_type for e in weighed[:20]):
        return (question.focus,)  # all but what was asked for
    lacking = [e.missing for e in weighed[:20] if e.missing]
    # A sentence about the right place that lacks the year tells more than one about another place.
    return min(lacking, key=lambda m: (sum(place in m for place in question.places), len(m)), default=())
