"""Hand-made questions and records: a test names only what it is about."""

from collections.abc import Sequence
from typing import Any

from eval.metrics.figures import ALL, Figures, figures
from eval.questions import TestQuestion
from eval.record import GoldSpan, RankedSentence, Ranking, Record
from qa.answer import Answer, AnswerSentence, Citation, FoundArticle, Status, Verdict

Place = tuple[str, int, int]
"""An article's id, and the start and the end of a span of it."""

GOLD = "5000亿"
"""The gold answer of `right`, `wrong` and `refused`."""


def question(key: str = "q", **known: Any) -> TestQuestion:
    return TestQuestion(id=key, **{"question": "规模是多少？", **known})


def sentence(text: str, *, verdict: Verdict = Verdict.SUPPORTED, citations: Sequence[int] = (1,)) -> AnswerSentence:
    return AnswerSentence(text=text, verdict=verdict, citations=list(citations))


def answer(*said: str | AnswerSentence, cited: Sequence[Place] = (), **known: Any) -> Answer:
    """An Answer that says these sentences and cites these spans."""
    sentences = [sentence(item) if isinstance(item, str) else item for item in said]
    plain = {"id": "1", "question": "", "standalone_question": "", "status": Status.ANSWERED, "mode": "extractive",
             "confidence": 1.0, "timings_ms": {}, "answer": "".join(item.text for item in sentences)}  # fmt: skip
    citations = [
        Citation(number=number, article_id=article, version=1, title="", source="", published="", url="", start=start,
                 end=end, quote="字" * (end - start), score=1.0)
        for number, (article, start, end) in enumerate(cited, start=1)
    ]  # fmt: skip
    return Answer(**{**plain, "sentences": sentences, "citations": citations, **known})


def refusal(**known: Any) -> Answer:
    return answer(**{"status": Status.NO_EVIDENCE, "answer": "没有依据。", "confidence": 0.0, **known})


def record_of(question: TestQuestion, answer: Answer | None, **known: Any) -> Record:
    return Record(question=question, answer=answer, **known)


def right(key: str = "q", **known: Any) -> Record:
    """Answerable, and answered rightly."""
    return Record(question=question(key, answers=[[GOLD]], **known), answer=answer("规模为5000亿元。"))


def wrong(key: str = "q", **known: Any) -> Record:
    """Answerable, and answered wrongly."""
    return Record(question=question(key, answers=[[GOLD]], **known), answer=answer("规模为6000亿元。"))


def refused(key: str = "q", *, answerable: bool, **known: Any) -> Record:
    answers = [[GOLD]] if answerable else []
    return Record(question=question(key, answerable=answerable, answers=answers, **known), answer=refusal())


def not_refused(key: str = "q", **known: Any) -> Record:
    """Unanswerable, and answered."""
    return Record(question=question(key, answerable=False, **known), answer=answer("规模为6000亿元。"))


def failed(key: str = "q", **known: Any) -> Record:
    """Answerable, and ended in an error."""
    return Record(question=question(key, answers=[[GOLD]], **known), error="boom")


def gold(article: str, start: int, end: int, *sentences: tuple[int, int]) -> GoldSpan:
    """Gold evidence; it is a whole sentence unless its sentences are given."""
    return GoldSpan(article_id=article, start=start, end=end, sentences=list(sentences) or [(start, end)])


def ranking(articles: str = "", sentences: Sequence[Place] = (), *, tied: bool = False) -> Ranking:
    """Article ids with spaces between them, and sentences, best first; `tied`: all with one score."""
    ids = articles.split()
    return Ranking(
        articles=[FoundArticle(article_id=a, score=_score(place, tied)) for place, a in enumerate(ids)],
        sentences=[
            RankedSentence(article_id=article, start=start, end=end, score=_score(place, tied))
            for place, (article, start, end) in enumerate(sentences)
        ],
    )


def _score(place: int, tied: bool) -> float:
    return 1.0 if tied else 1.0 / (1 + place)


def measured(*records: Record, resamples: int = 2) -> Figures:
    """Figures whose values matter here, not their intervals."""
    return figures(list(records), resamples=resamples)


def value(metric: str, *records: Record, tag: str = ALL) -> float | None:
    """One metric over some records; None where it is about none of them."""
    return measured(*records).value(metric, tag)
