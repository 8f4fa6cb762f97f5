"""Figures of a run. Shares are of the questions that the figure is about, 0 to 1."""

import re
from dataclasses import dataclass

from eval.questions import TestQuestion
from index.fold import fold_text
from qa.answer import Answer, Hit, Status


@dataclass(frozen=True, slots=True)
class Result:
    """What came back for one question."""

    question: TestQuestion
    hits: list[Hit]
    answer: Answer
    offsets_exact: bool
    seconds: float

    @property
    def found_first(self) -> bool:
        """Whether the best hit is from an article that answers."""
        return bool(self.hits) and self.hits[0].article_id in self.question.gold_articles

    @property
    def right(self) -> bool:
        """Whether it answered, and every part of the answer is in it."""
        return not self.refused and contains_answer(self.answer.answer, self.question.answers)

    @property
    def refused(self) -> bool:
        return self.answer.status is Status.NO_EVIDENCE


@dataclass(frozen=True, slots=True)
class Figures:
    """The shares asked of a run, and how many questions each is about."""

    questions: int
    found_first: float
    """Of the answerable questions without history that name their articles."""
    right: float
    """Of the answerable questions with answers to look for."""
    refused: float
    """Of the unanswerable questions."""
    wrongly_refused: float
    """Of the answerable questions."""
    offsets_exact: float
    """Of all questions: every citation and hit quotes exactly its span."""
    median_seconds: float


def figures(results: list[Result]) -> Figures:
    """Raises ValueError for no results."""
    if not results:
        raise ValueError("there are no results to measure")
    answerable = [r for r in results if r.question.answerable]
    alone = [r for r in answerable if not r.question.history and r.question.gold_articles]
    return Figures(
        questions=len(results),
        found_first=_share([r.found_first for r in alone]),
        right=_share([r.right for r in answerable if r.question.answers]),
        refused=_share([r.refused for r in results if not r.question.answerable]),
        wrongly_refused=_share([r.refused for r in answerable]),
        offsets_exact=_share([r.offsets_exact for r in results]),
        median_seconds=sorted(r.seconds for r in results)[len(results) // 2],
    )


def contains_answer(text: str, parts: list[list[str]]) -> bool:
    """Whether every part is in the text, by any of its aliases, after folding.

    Digits count at their borders only: 10 is not in 2010.
    """
    folded = _squeezed(text)
    return bool(parts) and all(any(_contains(folded, _squeezed(alias)) for alias in part) for part in parts)


def _contains(folded: str, alias: str) -> bool:
    before = r"(?<![\d.])" if alias[:1].isdigit() else ""
    after = r"(?!\.?\d)" if alias[-1:].isdigit() else ""
    return bool(alias) and bool(re.search(before + re.escape(alias) + after, folded))


def _squeezed(text: str) -> str:
    return fold_text(text).replace(" ", "")


def _share(outcomes: list[bool]) -> float:
    """The share that is true; 0 for none at all."""
    return round(sum(outcomes) / len(outcomes), 4) if outcomes else 0.0
