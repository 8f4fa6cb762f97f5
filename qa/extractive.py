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


REASON_COVERAGE = 0.6
"""A question why takes something for granted; evidence that lacks its words does not say so."""

ENGLISH_OFFSET = 0.06
"""How much nearer a passage would be to the question in its own language (measured on seeds)."""


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

    confidence: float = 0.3
    follow: float = 0.85
    """Share of the best sentence's rank that a further sentence needs."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The evidence chosen, best first; or none, and what every candidate lacked."""

    evidence: tuple[Evidence, ...]
    confidence: float
    missing: tuple[str, ...] = ()


def select(question: Question, candidates: list[Candidate], reader: Reader, limits: Thresholds) -> Selection:
    """The sentences that answer the question, or an empty selection."""
    rarity = {term: _weight(term, question, reader) for term in question.terms}
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
    cosine = found.cosine + (ENGLISH_OFFSET if question.script is Script.ENGLISH else 0.0)
    z = w.intercept + w.coverage * evidence.coverage + w.cosine * (cosine - 0.85)
    z += w.lexical * found.lexical + w.article * found.article
    if question.type is AnswerType.REASON and evidence.coverage < REASON_COVERAGE:
        z -= 3.0
    return 1.0 / (1.0 + math.exp(-z))


def _with_more(best: Evidence, others: list[Evidence], question: Question, limits: Thresholds) -> list[Evidence]:
    """The best sentence, and others that come close to it and add something."""
    chosen = [best]
    texts = {best.candidate.located.text}
    wanted = 3 if question.is_list or question.type is AnswerType.REASON else 2
    for other in others:
        if len(chosen) >= min(wanted, MAX_SENTENCES):
            break
        located = other.candidate.located
        if located.text in texts or located.sentence.is_heading:
            continue
        if _is_reprint(other, chosen) or rank(other) < limits.follow * rank(best):
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


def _weight(term: str, question: Question, reader: Reader) -> float:
    """A term's weight: its rarity; nothing for an English word that the articles never use."""
    rarity = reader.rarity(term)
    if question.script is Script.ENGLISH and not reader.knows(term):
        return 0.0
    return min(rarity, MAX_RARITY) + 0.3


def _lacking(weighed: list[Evidence]) -> tuple[str, ...]:
    """What the most fitting candidate lacked, for the words of a refusal."""
    lacking = [e for e in weighed[:10] if e.missing]
    return min((e.missing for e in lacking), key=len, default=())
