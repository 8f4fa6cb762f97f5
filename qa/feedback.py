"""What people think of answers, kept with the question, the answer and its evidence, and turned into a question set.

verdict    one row each: the Answer as it was given, the turns before it, good or not, why, and what was said of it
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from index.errors import HistoryError
from qa.answer import Answer, Status, Turn
from qa.filters import Filters
from qa.sqlite_file import SqliteFile

MAX_COMMENT = 1000
"""Characters of what is said of an answer."""


class Reason(StrEnum):
    """Why an answer was not good."""

    WRONG = "wrong"
    INCOMPLETE = "incomplete"
    CITATION = "citation"
    SHOULD_REFUSE = "should_refuse"
    SHOULD_ANSWER = "should_answer"
    OTHER = "other"


class Feedback(BaseModel):
    """What somebody thinks of an answer. `given` is ISO 8601 in UTC."""

    answer: Answer
    history: list[Turn] = []
    filters: Filters | None = None
    good: bool
    reason: Reason | None = None
    comment: str = Field(default="", max_length=MAX_COMMENT)
    given: str = ""


def _tables(database: sqlite3.Connection) -> None:
    database.execute(
        "CREATE TABLE verdict (answer_id TEXT NOT NULL, owner TEXT NOT NULL, given TEXT NOT NULL, feedback TEXT NOT NULL,"
        " PRIMARY KEY (answer_id, owner))"
    )


class FeedbackStore:
    """The feedback of one home. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Opens nothing yet; the file is made by the first feedback."""
        self._file = SqliteFile(path, "feedback", (_tables,))

    def give(self, feedback: Feedback, owner: str = "") -> None:
        """Keep it; what its owner thought of the same answer before goes. Raises HistoryError."""
        given = feedback.model_copy(update={"given": datetime.now(UTC).isoformat(timespec="microseconds")})
        with self._file.transaction(writes=True) as database:
            database.execute(
                "INSERT OR REPLACE INTO verdict (answer_id, owner, given, feedback) VALUES (?, ?, ?, ?)",
                (given.answer.id, owner, given.given, given.model_dump_json()),
            )

    def ratings(self, owner: str, answers: Sequence[str]) -> dict[str, bool]:
        """Whether its owner called each of these answers good, of those that it has said something of; nothing for nobody.

        Raises HistoryError.
        """
        if not owner or not answers or not self._file.exists:
            return {}
        with self._file.transaction() as database:
            rows = database.execute(
                "SELECT answer_id, json_extract(feedback, '$.good') FROM verdict"
                f" WHERE owner = ? AND answer_id IN ({', '.join('?' * len(answers))})",
                (owner, *answers),
            ).fetchall()
        return {answer: bool(good) for answer, good in rows}

    def given(self, owner: str | None = None) -> list[Feedback]:
        """An owner's, or everybody's, the first given first. Raises HistoryError."""
        if not self._file.exists:
            return []
        with self._file.transaction() as database:
            rows = database.execute(
                "SELECT feedback FROM verdict WHERE ? IS NULL OR owner = ? ORDER BY rowid", (owner, owner)
            ).fetchall()
        try:
            return [Feedback.model_validate_json(row) for [row] in rows]
        except ValidationError as error:
            message = f"{self._file.path} has feedback that cannot be read: {error.errors()[0]['msg']}."
            raise HistoryError(message) from error


class ExportedQuestion(BaseModel):
    """A line of a question set (eval/README.md), with what the feedback says."""

    id: str
    question: str
    history: list[Turn] = []
    answers: list[list[str]] = []
    evidence: list[dict[str, str]] = []
    answerable: bool
    tags: list[str]
    feedback: dict[str, str] = {}


def question_set(given: Sequence[Feedback]) -> list[ExportedQuestion]:
    """A question for each answer, as far as the feedback says what would be right.

    A good answer's marked words, and its quotes, are right. A good refusal, or an answer that should have been one, is to
    be refused. Of the others it is known that there is an answer, and no more: they have tags, and no answers yet.
    """
    return [_question(number, feedback) for number, feedback in enumerate(given, start=1)]


def _question(number: int, feedback: Feedback) -> ExportedQuestion:
    answer = feedback.answer
    refused = answer.status is Status.NO_EVIDENCE
    right = feedback.good and not refused
    told_by_reason = {Reason.SHOULD_REFUSE: False, Reason.SHOULD_ANSWER: True}
    answerable = not refused if feedback.reason is None else told_by_reason.get(feedback.reason, not refused)
    told = {"comment": feedback.comment, "answer": answer.answer} if not feedback.good else {}
    return ExportedQuestion(
        id=f"feedback-{number}-{answer.id[:8]}",
        question=answer.question,
        history=feedback.history,
        answers=_marked(answer) if right else [],
        evidence=[{"article": c.article_id, "quote": c.quote} for c in answer.citations] if right else [],
        answerable=answerable,
        tags=["feedback", "good" if feedback.good else f"bad-{(feedback.reason or Reason.OTHER).value}"],
        feedback=told,
    )


def _marked(answer: Answer) -> list[list[str]]:
    """The words that answer, one part for the answer: those of its citations are aliases."""
    words = [c.quote[c.answer.start - c.start : c.answer.end - c.start] for c in answer.citations if c.answer]
    return [list(dict.fromkeys(words))] if words else []
