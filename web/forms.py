"""The forms of the API's requests and responses, but for those that a module has to itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from qa.answer import MAX_QUESTION, MAX_SENTENCES, Hit, Legs, Mode, Turn
from qa.filters import Day, Filters
from qa.verify.verification import MAX_STATEMENT

MAX_HISTORY = 50
"""Turns of a conversation that a request may bring."""
MAX_TEXTS, MAX_EVIDENCE = 20, 20_000
"""Texts of evidence that a statement may be checked against, and the characters of each."""


class SearchRequest(BaseModel):
    """Ask for the sentences nearest to a question."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": "合肥有多少家量子企业？"},
                {
                    "question": "合肥有多少家量子企业？",
                    "k": 5,
                    "filters": {"since": "2024-01-01", "sources": ["新华社"]},
                },
            ]
        },
    )

    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    k: int = Field(10, strict=True, ge=1, le=100, description="number of hits")
    filters: Filters | None = None
    legs: bool = Field(
        False, strict=True, description="also give what each leg of retrieval finds by itself, k of each"
    )


class SearchResponse(BaseModel):
    """Hits, best first; a hit's quote is a sentence."""

    hits: list[Hit]
    legs: Legs | None = None
    warnings: list[str] | None = Field(None, description="what to know of filters that found less than meant")
    timings_ms: dict[str, float]


class AskRequest(BaseModel):
    """Ask a question, with the conversation before it where there is one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": "那2030年呢？"},
                {
                    "question": "合肥有多少家量子企业？",
                    "filters": {"until": "2024-12-31", "articles": ["hefei-2024.txt"]},
                },
                {"question": "合肥有多少家量子企业？", "stream": True},
            ]
        },
    )

    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    history: list[Turn] = Field([], max_length=MAX_HISTORY)
    conversation: str | None = Field(None, description="a conversation that is kept: in place of `history`")
    filters: Filters | None = None
    asof: Day | None = Field(
        None, description="answer as on that day: 今年 or 昨天 is counted from it, and nothing later is known"
    )
    mode: Mode | None = Field(None, description="who writes: a model or none; where not given, a model if one is set")
    script: Literal["hans", "hant"] | None = Field(None, description="of the answer; where not given, the question's")
    sentences: int | None = Field(
        None, strict=True, ge=1, le=MAX_SENTENCES, description="quoted at most; where not given, as set"
    )
    stream: bool = Field(
        False, strict=True, description="server-sent events: citation, sentence, done (the Answer), error"
    )


class VerifyRequest(BaseModel):
    """Check a statement against the texts that it cites."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"statement": "合肥有量子企业近百家。", "evidence": ["截至2024年底，合肥集聚量子企业93家。"]},
            ]
        },
    )

    statement: str = Field(min_length=1, max_length=MAX_STATEMENT)
    evidence: list[Annotated[str, Field(max_length=MAX_EVIDENCE)]] = Field(min_length=1, max_length=MAX_TEXTS)


class Health(BaseModel):
    """The server answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """The index can be asked."""

    status: Literal["ready"] = "ready"
    articles: int
    embedder: str
    index: str = Field(description="changes when the articles do")
    asking: str = Field(description="how questions are answered: the reranker, and what is switched off")


class ArticleMetadata(BaseModel):
    """What an article says of itself."""

    id: str
    version: int
    title: str
    source: str
    published: str
    url: str


class ArticleRow(ArticleMetadata):
    """An article as a list shows it."""

    characters: int
    sentences: int
    group: str = Field(description="id of the first article of its group of reprints")


class ArticleBody(ArticleMetadata):
    """An article's text and metadata; citations are spans `[start, end)` of `text`."""

    text: str
    group: str
    dropped: list[str] = Field(description="blocks that cleaning took out")


FAILED = "failed"
SKIPPED = "skipped"
"""What becomes of a file that is not read at all."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an article, or of a file that is none: an Outcome or SKIPPED; and a Problem where there was one."""

    article_id: str
    outcome: str
    detail: str = ""
    reprint_of: str = ""
    sentences: int = 0
    problem: str = ""


class ErrorDetail(BaseModel):
    """What went wrong, and the way out."""

    code: str
    message: str
    hint: str = ""


class ErrorBody(BaseModel):
    """The body of every response that is not a success."""

    error: ErrorDetail


MAX_NAMED = 200
"""Files of one upload that are named with what was wrong; the others are counted."""
LOST = timedelta(seconds=60)
"""Without one for so long, the server that worked on it has gone."""


class State(StrEnum):
    """How far an upload has come. What its counts name is committed, whatever the state."""

    RUNNING = "running"
    """It is worked on, or waits for others."""
    DONE = "done"
    FAILED = "failed"
    """It could not go on; `error` says why."""
    GONE = "gone"
    """Its server was stopped. What is not counted may be missing: send it again."""


class Job(BaseModel):
    """An upload. Times are ISO 8601 in UTC."""

    id: str
    state: State = State.RUNNING
    begun: str
    changed: str
    counts: dict[str, int] = Field(default={}, description="articles by what became of them: added, updated, failed, …")
    problems: list[dict[str, str | int]] = Field(
        default=[], description=f"the first {MAX_NAMED} that failed or were skipped, each as an event `article` has it"
    )
    error: ErrorDetail | None = None

    def now(self, at: datetime) -> "Job":
        """The same as it must be seen at a time."""
        is_lost = self.state is State.RUNNING and at - datetime.fromisoformat(self.changed) > LOST
        return self.model_copy(update={"state": State.GONE}) if is_lost else self
