"""The HTTP API: search, ask, verify, articles, conversations, completions, health. README.md lists the routes."""

from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse
from starlette.routing import Match

from qa.answer import MAX_SENTENCES, Answer, Hit, Legs, Mode, Turn
from qa.clock import Clock
from qa.filters import Day, Filters
from qa.history import History
from qa.library import Library
from qa.pipeline import MAX_QUESTION, Preferences
from qa.script import Script
from qa.verify.cited import CitedText
from qa.verify.verifier import MAX_STATEMENT, Verification, Verifier
from web import errors
from web.articles import articles
from web.background import in_background
from web.body_limit import BodyLimit
from web.completions import completions
from web.conversations import Owner, conversations, history_of, turns_for
from web.events import answer_of, streamed
from web.feedback import feedback
from web.intake import Intake
from web.keeping import Place, kept

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
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
    k: int = Field(10, ge=1, le=100, description="number of hits")
    filters: Filters | None = None
    legs: bool = Field(False, description="also give what each leg of retrieval finds by itself, k of each")


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
    sentences: int | None = Field(None, ge=1, le=MAX_SENTENCES, description="quoted at most; where not given, as set")
    stream: bool = Field(False, description="server-sent events: citation, sentence, done (the Answer), error")


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


def create_api(library: Library, verifier: Verifier | None = None, intake: Intake | None = None) -> FastAPI:
    """The API over a library, ready to be served or mounted upon."""
    # No /docs: its page would load scripts from another host. /openapi.json has the schema.
    app = FastAPI(
        title="Youju 有据", summary="Cited question answering over Chinese articles", docs_url=None, redoc_url=None
    )
    errors.install(app)
    app.add_middleware(BodyLimit)
    history = history_of(library)
    app.include_router(_router(library, verifier or Verifier(), history))
    app.include_router(conversations(library, history))
    app.include_router(feedback(library, history))
    app.include_router(articles(library, intake or Intake(library)))
    app.include_router(completions(library))
    for above in ("/api", "/v1"):
        app.add_api_route(above + "/{path:path}", _unmatched, methods=METHODS, include_in_schema=False)
    return app


def _unmatched(request: Request) -> None:
    """What no route answers, before a page mounted at / takes it: 405 for a wrong method, else 404."""
    other = [r for r in request.app.routes if r.matches(request.scope)[0] is Match.PARTIAL]
    raise (
        HTTPException(405, "this route takes another method") if other else HTTPException(404, "there is no such route")
    )


def _router(library: Library, verifier: Verifier, history: History) -> APIRouter:
    router = APIRouter(responses={404: {"model": errors.ErrorBody}, 422: {"model": errors.ErrorBody}})

    @router.post("/api/search", response_model_exclude_none=True)
    def search(request: SearchRequest) -> SearchResponse:
        pipeline, clock = library.pipeline(), Clock()
        hits = pipeline.search(request.question, request.k, request.filters, clock)
        timings = clock.timings | {"total": round(sum(clock.timings.values()), 2)}
        legs = pipeline.legs(request.question, request.k, request.filters) if request.legs else None
        warnings = pipeline.warnings(request.question, request.filters, hits) or None
        return SearchResponse(hits=hits, legs=legs, warnings=warnings, timings_ms=timings)

    @router.post("/api/ask", response_model=Answer, responses={200: {"content": {"text/event-stream": {}}}})
    def ask(request: AskRequest, owner: Owner) -> Answer | StreamingResponse:
        turns = turns_for(history, request.conversation, request.history, MAX_HISTORY, owner)
        wanted = Preferences(Script(request.script) if request.script else None, request.sentences)
        answered = library.pipeline().stream(
            request.question, turns, request.filters, request.asof, request.mode, wanted
        )
        if request.conversation is None:
            return streamed(answered) if request.stream else answer_of(answered)
        place = Place(request.conversation, owner, filters=request.filters)
        events = (event for event, _ in kept(answered, history, place))
        # A conversation gets its answer although whoever reads the stream goes away.
        return streamed(in_background(events)) if request.stream else answer_of(events)

    @router.post("/api/verify")
    def verify(request: VerifyRequest) -> Verification:
        return verifier.verify(request.statement, [CitedText(text) for text in request.evidence])

    @router.get("/healthz")
    async def healthz() -> Health:  # without a thread: it answers when all of them are taken
        return Health()

    @router.get("/readyz", responses={503: {"model": errors.ErrorBody}})
    def readyz() -> Readiness:
        reader = library.reader()
        versions = reader.store.versions()
        return Readiness(
            articles=len(versions), embedder=reader.embedder, index=reader.store.digest(), asking=library.described
        )

    return router
