"""What the reader says of a sentence, on its way into an Answer: the words that answer, and the confidence."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.build import Event
from index.embed import Embedder
from index.generations import Home
from index.reader import Reader, open_reader
from index.records import Span
from qa.answer import Answer, AnswerSpan, Status
from qa.candidate import Candidate, Reading
from qa.compose import MARKED
from qa.confidence import READ_CALIBRATION
from qa.extractive import Extraction
from qa.pipeline import Pipeline
from qa.query import Query

QUESTION = "武汉量子产业规模是多少亿元？"
TEXT = "武汉市发布量子产业规划。到2027年，武汉量子产业规模将达到300亿元。"


class Marking:
    """Finds the given words wherever they stand, and says the same of every window."""

    depth = 100
    keeps_scale = True

    def __init__(self, words: str, answerable: float = 2.0, certainty: float = 0.9) -> None:
        self.words, self.answerable, self.certainty = words, answerable, certainty

    def warm_up(self) -> None:
        return

    def rescored(self, query: Query, candidates: list[Candidate], reader: Reader) -> list[Candidate]:
        return [replace(c, reading=self._reading(c)) for c in candidates]

    def _reading(self, candidate: Candidate) -> Reading:
        at = candidate.located.article.text.find(self.words)
        span = candidate.located.sentence.span
        inside = span.start <= at < span.end
        answer = Span(at, at + len(self.words)) if inside else None
        return Reading(1.0, self.answerable, float(inside), answer, self.certainty)


@pytest.fixture
def ask(
    tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]
) -> Iterator[Callable[..., Answer]]:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    index(tmp_path / "a.txt")
    reader = open_reader(home, embedder)

    def asked(reranker: Marking | None, question: str = QUESTION, **how: object) -> Answer:
        extraction = Extraction(**{"confidence": 0.0, **how})  # type: ignore[arg-type]
        return Pipeline(reader, embedder, extraction, reranker).ask(question)

    yield asked
    reader.close()


def test_the_words_that_answer_are_marked_in_the_article(ask: Callable[..., Answer]) -> None:
    [citation] = ask(Marking("300亿元")).citations
    assert citation.answer is not None
    assert TEXT[citation.answer.start : citation.answer.end] == "300亿元"
    assert citation.start <= citation.answer.start < citation.answer.end <= citation.end


WHAT = "武汉市发布了什么规划？"


def test_words_are_marked_only_when_the_reader_is_sure_of_them(ask: Callable[..., Answer]) -> None:
    assert ask(Marking("量子产业规划。", certainty=MARKED), WHAT).citations[0].answer is not None
    assert ask(Marking("量子产业规划。", certainty=MARKED - 0.01), WHAT).citations[0].answer is None


def test_punctuation_at_the_end_is_not_marked(ask: Callable[..., Answer]) -> None:
    marked = ask(Marking("量子产业规划。"), WHAT).citations[0].answer
    assert marked is not None
    assert TEXT[marked.start : marked.end] == "量子产业规划"


@pytest.mark.parametrize("reader", [Marking("武汉市发布"), Marking("300亿元", certainty=0.0), None])
def test_the_value_asked_for_is_marked_whatever_the_reader_says(
    ask: Callable[..., Answer], reader: Marking | None
) -> None:
    marked = ask(reader).citations[0].answer
    assert marked is not None
    assert TEXT[marked.start : marked.end] == "300亿元"


def test_marking_can_be_switched_off(ask: Callable[..., Answer]) -> None:
    assert ask(Marking("300亿元"), marks=False).citations[0].answer is None
    assert ask(None, WHAT).citations[0].answer is None


def test_the_confidence_follows_what_the_reader_says(ask: Callable[..., Answer]) -> None:
    assert READ_CALIBRATION.answerable > 0
    sure, unsure = (ask(Marking("300亿元", answerable=logit)).confidence for logit in (4.0, -4.0))
    assert sure > unsure
    alike = [ask(Marking("300亿元", answerable=logit), reads=False).confidence for logit in (4.0, -4.0)]
    assert alike[0] == alike[1] == ask(None).confidence


def test_what_the_reader_does_not_find_answered_is_refused(ask: Callable[..., Answer]) -> None:
    limit = ask(Marking("300亿元", answerable=0.0)).confidence
    assert ask(Marking("300亿元", answerable=4.0), confidence=limit).status is Status.ANSWERED
    assert ask(Marking("300亿元", answerable=-4.0), confidence=limit).status is Status.NO_EVIDENCE


def test_an_answer_span_survives_the_way_to_json(ask: Callable[..., Answer]) -> None:
    answer = ask(Marking("300亿元"))
    again = Answer.model_validate_json(answer.model_dump_json())
    assert again == answer
    assert isinstance(again.citations[0].answer, AnswerSpan)
