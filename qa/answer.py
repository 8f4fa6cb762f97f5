"""The Answer: one object for the chat, the API, the command line and the evaluation."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict


class Status(StrEnum):
    ANSWERED = "answered"
    PARTIAL = "partial"
    NO_EVIDENCE = "no_evidence"
    CONFLICT = "conflict"
    SUPERSEDED = "superseded"


class Verdict(StrEnum):
    SUPPORTED = "supported"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"


Mode = Literal["extractive", "llm"]
"""Whether an answer quotes, or a model writes it."""

MAX_SENTENCES = 10
"""Sentences that are quoted for one question at most, whatever is wished for."""

MAX_QUESTION = 2000
"""Characters of a question."""

MAX_TURN = 20_000
"""Characters of one message of a conversation."""


class Turn(BaseModel, extra="forbid"):
    """One message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=MAX_TURN)


class AnswerSentence(BaseModel):
    """A sentence of the answer; `citations` are numbers in the Answer's list."""

    text: str
    verdict: Verdict
    citations: list[int]
    reasons: list[str] = Field(default=[], description="what does not quite agree, of a partly supported sentence")
    repaired: bool = Field(default=False, description="written anew by the model after it had failed the checks")
    computed: bool = Field(default=False, description="worked out by us from the values cited, and said by no article")
    standing: Literal["differs", "newer", "older"] | None = Field(
        default=None, description="one of several values that do not agree, one that replaces another, or that one"
    )


class DroppedSentence(BaseModel):
    """A sentence that a model wrote and the checks did not let through: never part of the answer."""

    text: str
    reasons: list[str]


class AnswerSpan(BaseModel):
    """The words of a quote that answer: `text[start:end]` of the article."""

    start: int
    end: int


class Citation(BaseModel):
    """A span of an article: `text[start:end] == quote` in the version that it names."""

    number: int
    article_id: str
    version: int
    title: str
    source: str
    published: str
    url: str
    start: int
    end: int
    quote: str
    score: float
    answer: AnswerSpan | None = Field(default=None, description="where the quote answers, as far as is known")


_EXAMPLE: JsonDict = {
    "id": "0f6e1c52b7a94d3f8f0f3c6d1f0e9a55",
    "question": "合肥有多少家量子企业？",
    "standalone_question": "合肥有多少家量子企业？",
    "answer": "截至2024年底，合肥集聚量子企业93家。",
    "status": "answered",
    "sentences": [{"text": "截至2024年底，合肥集聚量子企业93家。", "verdict": "supported", "citations": [1]}],
    "citations": [
        {
            "number": 1,
            "article_id": "hefei-2024.txt",
            "version": 1,
            "title": "合肥量子产业这一年",
            "source": "测试日报",
            "published": "2025-01-08",
            "url": "",
            "start": 42,
            "end": 61,
            "quote": "截至2024年底，合肥集聚量子企业93家。",
            "score": 6.4,
            "answer": {"start": 57, "end": 60},
        }
    ],
    "mode": "extractive",
    "confidence": 0.94,
    "timings_ms": {"embed": 4.1, "retrieve": 3.2, "rerank": 31.5, "total": 52.0},
}


class Answer(BaseModel):
    """What was asked, what is said, and what it stands on."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str
    question: str
    standalone_question: str
    answer: str
    status: Status
    sentences: list[AnswerSentence]
    citations: list[Citation]
    mode: Mode
    model: str | None = None
    usage: dict[str, int] | None = Field(default=None, description="tokens of the model, as its endpoint counts them")
    cost: float | None = Field(default=None, description="of the model's tokens, where prices are set")
    dropped: list[DroppedSentence] = Field(
        default=[], description="what a model wrote that its citations do not bear out"
    )
    nearest: list[AnswerSentence] = Field(
        default=[], description="of a refusal: facts that come nearest without answering, each cited"
    )
    confidence: float = Field(ge=0, le=1, description="estimated chance that the evidence answers the question")
    timings_ms: dict[str, float]
    warnings: list[str] = []


class Found(BaseModel):
    """A sentence that one leg of retrieval found, best first in lists."""

    article_id: str
    start: int
    end: int
    score: float


class FoundArticle(BaseModel):
    """An article that the lexical leg found, best first in lists."""

    article_id: str
    score: float


class Legs(BaseModel):
    """What each leg of retrieval finds by itself, ties by article id and offset."""

    dense: list[Found] = Field(description="sentences by cosine")
    lexical: list[Found] = Field(description="sentences by BM25")
    articles: list[FoundArticle] = Field(description="articles by BM25")


class Hit(BaseModel):
    """A sentence that retrieval found, best first in lists."""

    article_id: str
    title: str
    source: str
    published: str
    url: str
    start: int
    end: int
    quote: str
    score: float
