"""The HTTP API: search, ask, verify, articles, conversations, completions, health. docs/embedding.md lists the routes."""

from typing import Annotated

from fastapi import APIRouter, FastAPI, Header, HTTPException, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Match

from qa.answer import Answer
from qa.clock import Clock
from qa.history import History
from qa.library import Library
from qa.pipeline import Preferences
from qa.script import Script
from qa.verify.cited import CitedText
from qa.verify.verification import Verification
from qa.verify.verifier import Verifier
from web import errors
from web.articles import articles, uploads_of
from web.background import in_background
from web.body_limit import BodyLimit
from web.completions import completions
from web.conversations import Owner, conversations, history_of, turns_for
from web.events import answer_of, streamed
from web.feedback import feedback
from web.forms import MAX_HISTORY, AskRequest, Health, Readiness, SearchRequest, SearchResponse, VerifyRequest
from web.intake import Intake
from web.jobs import Jobs
from web.keeping import Place, kept
from web.mcp import mcp_route, mcp_server, running
from web.openapi import describe, errors_of
from web.presence import Gone, while_there
from web.scopes import METRICS
from web.telemetry import Telemetry
from web.widget import widget

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]


def create_api(
    library: Library,
    verifier: Verifier | None = None,
    intake: Intake | None = None,
    telemetry: Telemetry | None = None,
) -> FastAPI:
    """The API over a library, ready to be served or mounted upon."""
    # No /docs: its page would load scripts from another host. /openapi.json has the schema.
    history, telemetry = history_of(library), telemetry or Telemetry()
    mcp = mcp_server(library, telemetry)
    app = FastAPI(
        title="Youju 有据",
        summary="Cited question answering over Chinese articles",
        docs_url=None,
        redoc_url=None,
        lifespan=lambda _: running(mcp),
    )
    errors.install(app)
    app.add_middleware(BodyLimit)
    app.include_router(_router(library, verifier or Verifier(), history, telemetry))
    app.include_router(_metrics(telemetry))
    app.include_router(conversations(library, history))
    app.include_router(feedback(library, history))
    jobs = Jobs(library.home.root / "jobs.sqlite")
    app.include_router(articles(library, intake or Intake(library), jobs))
    app.include_router(uploads_of(jobs))
    app.include_router(completions(library, telemetry))
    app.include_router(_health(library))
    describe(app)
    app.router.routes.append(mcp_route(mcp))
    app.include_router(widget())
    for above in ("/api", "/v1"):
        app.add_api_route(above + "/{path:path}", _unmatched, methods=METHODS, include_in_schema=False)
    return app


def _unmatched(request: Request) -> None:
    """What no route answers, before a page mounted at / takes it: 405 for a wrong method, else 404."""
    other = [r for r in request.app.routes if r.matches(request.scope)[0] is Match.PARTIAL]
    raise (
        HTTPException(405, "this route takes another method") if other else HTTPException(404, "there is no such route")
    )


def _router(library: Library, verifier: Verifier, history: History, telemetry: Telemetry) -> APIRouter:
    router = APIRouter(responses=errors_of(404, 408, 413, 422))

    @router.post("/api/search", response_model_exclude_none=True)
    def search(request: SearchRequest) -> SearchResponse:
        pipeline, clock = library.pipeline(), Clock()
        hits = pipeline.search(request.question, request.k, request.filters, clock)
        telemetry.searched(clock.timings, request.question)
        timings = clock.timings | {"total": round(sum(clock.timings.values()), 2)}
        legs = pipeline.legs(request.question, request.k, request.filters) if request.legs else None
        warnings = pipeline.warnings(request.question, request.filters, hits) or None
        return SearchResponse(hits=hits, legs=legs, warnings=warnings, timings_ms=timings)

    @router.post("/api/ask", response_model=Answer, responses={200: {"content": {"text/event-stream": {}}}})
    def ask(request: AskRequest, owner: Owner, gone: Gone) -> Answer | StreamingResponse:
        turns = turns_for(history, request.conversation, request.history, MAX_HISTORY, owner)
        wanted = Preferences(Script(request.script) if request.script else None, request.sentences)
        answered = telemetry.answers(
            library.pipeline().stream(request.question, turns, request.filters, request.asof, request.mode, wanted)
        )
        if request.conversation is None:
            return streamed(answered) if request.stream else answer_of(while_there(answered, gone))
        place = Place(request.conversation, owner, filters=request.filters)
        events = (event for event, _ in kept(answered, history, place))
        # A conversation gets its answer although whoever reads the stream goes away.
        return streamed(in_background(events)) if request.stream else answer_of(events)

    @router.post("/api/verify")
    def verify(request: VerifyRequest) -> Verification:
        return verifier.verify(request.statement, [CitedText(text) for text in request.evidence])

    return router


def _health(library: Library) -> APIRouter:
    """Of the server, for what watches it."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> Health:  # without a thread: it answers when all of them are taken
        return Health()

    @router.get("/readyz", responses={503: errors_of()[503]})
    def readyz() -> Readiness:
        reader = library.reader()
        versions = reader.store.versions()
        return Readiness(
            articles=len(versions), embedder=reader.embedder, index=reader.store.digest(), asking=library.described
        )

    return router


def _metrics(telemetry: Telemetry) -> APIRouter:
    router = APIRouter(responses=errors_of(422))

    @router.get(METRICS, response_class=PlainTextResponse)
    def metrics(accept: Annotated[str, Header()] = "") -> Response:
        return telemetry.metrics.response(accept)

    return router
