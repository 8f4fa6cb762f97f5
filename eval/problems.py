"""What went wrong with a question, in the words of the reports."""

from enum import StrEnum

from eval.metrics.answers import says
from eval.metrics.catalog import is_refusal, is_right
from eval.metrics.retrieval import articles
from eval.record import Record


class Problem(StrEnum):
    """Worst first."""

    ERROR = "error"
    OFFSETS = "a span does not quote exactly"
    FORBIDDEN = "forbidden words said"
    NOT_REFUSED = "not refused"
    NOT_RIGHT = "not right"
    WRONGLY_REFUSED = "wrongly refused"
    STATUS = "another status than expected"
    NOT_FIRST = "article not found first"


def problem(record: Record) -> Problem | None:
    """The worst thing that went wrong, or None."""
    question, answer = record.question, record.answer
    if record.error or answer is None:
        return Problem.ERROR
    if record.spans_exact != record.spans_checked:
        return Problem.OFFSETS
    if any(says(sentence.text, wording) for sentence in answer.sentences for wording in question.forbidden):
        return Problem.FORBIDDEN
    if is_refusal(record) and question.answerable:
        return Problem.WRONGLY_REFUSED
    if not is_refusal(record) and not question.answerable:
        return Problem.NOT_REFUSED
    if question.answerable and question.answers and not is_right(record):
        return Problem.NOT_RIGHT
    if question.expect is not None and answer.status is not question.expect:
        return Problem.STATUS
    return Problem.NOT_FIRST if _misses_first(record) else None


def _misses_first(record: Record) -> bool:
    judged = articles(record, record.fused)
    return record.question.answerable and bool(judged.relevant) and not set(judged.ranked[:1]) & judged.relevant


def failures(records: list[Record]) -> list[tuple[Problem, Record]]:
    """All that went wrong, the worst kind first, then by id."""
    order = list(Problem)
    found = [(kind, record) for record in records if (kind := problem(record)) is not None]
    return sorted(found, key=lambda item: (order.index(item[0]), item[1].question.id))
