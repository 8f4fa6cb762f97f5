"""Citations against gold evidence by characters, and against gold articles."""

from collections.abc import Iterable

from eval.record import Record
from qa.answer import Answer, Citation

Place = tuple[str, int]
"""An article's id and the offset of one of its characters."""


def precision(record: Record) -> float | None:
    """The share of cited characters that lie in sentences of the gold evidence; None where nothing is cited.

    Whole sentences, because a citation is at least a sentence while a gold quote may be a few words of it.
    """
    cited = _cited(record)
    gold = _places((g.article_id, start, end) for g in record.gold for start, end in g.sentences)
    return len(cited & gold) / len(cited) if cited else None


def recall(record: Record) -> float:
    """The share of the gold quotes' characters that are cited."""
    gold = _places((g.article_id, g.start, g.end) for g in record.gold)
    return len(_cited(record) & gold) / len(gold) if gold else 0.0


def article_precision(record: Record) -> float | None:
    """The share of citations into an article that answers: a gold one, or one with the gold answer, as a reprint has.

    None where nothing is cited.
    """
    cited = [c.article_id for c in citations_of(record.answer)] if record.answer else []
    answering = {*record.question.gold_articles, *record.cited_with_answer}
    return sum(article in answering for article in cited) / len(cited) if cited else None


def citations_of(answer: Answer) -> list[Citation]:
    """Those of the answer itself: the nearest facts of a refusal are no part of it."""
    near = {number for fact in answer.nearest for number in fact.citations}
    return [c for c in answer.citations if c.number not in near]


def _cited(record: Record) -> set[Place]:
    found = citations_of(record.answer) if record.answer else []
    return _places((c.article_id, c.start, c.end) for c in found)


def _places(spans: Iterable[tuple[str, int, int]]) -> set[Place]:
    return {(article, at) for article, start, end in spans for at in range(start, end)}
