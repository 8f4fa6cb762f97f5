"""Extractive answers: which sentences answer, and whether they are enough to answer at all."""

import math
from dataclasses import dataclass

from index.reader import Reader
from qa.evidence import Evidence, weigh
from qa.question import AnswerType, Question
from qa.retrieve import Candidate
from qa.script import Script

MAX_SENTENCES = 4

MAX_RARITY = 8.0
"""Where a word's weight stops growing with its rarity."""


INHERITED = 0.3
"""Weight of a word taken over from the conversation, against one of the question's own."""

REASON_COVERAGE = 0.6
"""A question why takes something for granted; evidence that lacks its words does not say so."""

ENGLISH_COSINE = 0.83
ENGLISH_SLOPE = 80.0
"""An English question shares no words with the articles, so its cosine alone decides. The two
figures part ten questions of our own on `articles/`, six answerable and four not."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the logistic confidence, fitted by `python -m eval.calibrate`."""

    intercept: float = -5.63
    coverage: float = 1.6
    cosine: float = 26.7
    lexical: float = 1.02
    article: float = 2.84


CALIBRATION = Calibration()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When evidence is enough. Figures from `python -m eval.calibrate` (see eval/README.md)."""

    confidence: float = 0.2
    follow: float = 0.96
    """Share of the best sentence's rank that a second sentence needs."""
    follow_in_list: float = 0.85
    """The same where several sentences may each name a part of the answer."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The evidence chosen, best first; or none, and what every candidate lacked."""

    evidence: tuple[Evidence, ...]
    confidence: float
    missing: tuple[str, ...] = ()


def select(question: Question, candidates: list[Candidate], reader: Reader, limits: Thresholds) -> Selection:
    """The sentences that answer the question, or an empty selection."""
    rarity = {term: _weight(term, reader) for term in question.terms}
    rarity |= {term: INHERITED * _weight(term, reader) for term in question.inherited}
    weighed = [weigh(question, candidate, rarity) for candidate in candidates]
    fit = sorted((e for e in weighed if e.meets), key=rank, reverse=True)
    if not fit:
        return Selection((), 0.0, _lacking(weighed))
    best = fit[0]
    chance = confidence(best, question)
    if chance < limits.confidence:
        return Selection((), chance)
    return Selection(tuple(_with_more(best, fit[1:], question, limits)), chance)


def rank(evidence: Evidence) -> float:
    """What orders evidence that meets the question's requirements."""
    return evidence.candidate.score + 0.8 * evidence.own_coverage + 0.4 * evidence.coverage


def confidence(evidence: Evidence, question: Question) -> float:
    """The chance that the evidence answers, 0 to 1: a logistic function of its features."""
    w, found = CALIBRATION, evidence.candidate
    if question.script is Script.ENGLISH:
        return _logistic(ENGLISH_SLOPE * (found.cosine - ENGLISH_COSINE))
    z = w.intercept + w.coverage * evidence.coverage + w.cosine * (found.cosine - 0.85)
    z += w.lexical * found.lexical + w.article * found.article
    if question.type is AnswerType.REASON and evidence.coverage < REASON_COVERAGE:
        z -= 3.0
    return _logistic(z)


def _logistic(z: float) -> float:
    return 1.0 / (1.0 + math.exp(-z))


def _with_more(best: Evidence, others: list[Evidence], question: Question, limits: Thresholds) -> list[Evidence]:
    """The best sentence, and others that come close to it and add something."""
    chosen = [best]
    texts = {best.candidate.located.text}
    several = question.is_list or question.type is AnswerType.REASON
    wanted, share = (3, limits.follow_in_list) if several else (2, limits.follow)
    for other in others:
        if len(chosen) >= min(wanted, MAX_SENTENCES):
            break
        located = other.candidate.located
        if located.text in texts or located.sentence.is_heading:
            continue
        if _is_reprint(other, chosen) or rank(other) < share * rank(best):
            continue
        chosen.append(other)
        texts.add(located.text)
    return chosen


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


def _lacking(weighed: list[Evidence]) -> tuple[str, ...]:
    """What the most fitting candidate lacked, for the words of a refusal."""
    lacking = [e for e in weighed[:10] if e.missing]
    return min((e.missing for e in lacking), key=len, default=())
