"""The trace of a request, from the server's own log to its last header, with a root path and without."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from deployed import PATIENCE, free_port
from fastapi import FastAPI
from observed import Seen
from starlette.middleware import Middleware

from app import make_server
from web import errors
from web.cross_origin import CrossOrigin
from web.observed import Observed
from web.sites import Sites
from web.sub_path import Rooted, SubPath
from web.telemetry import Telemetry
from web.trace import TraceFilter

ID = "0af7651916cd43dd8448eb211c80319c"
CALLED = {"traceparent": f"00-{ID}-b7ad6b7169203331-01"}
SITE = "https://news.example"


def breaking() -> None:
    raise ZeroDivisionError("kaputt")


def application(root: str, telemetry: Telemetry) -> FastAPI:
    """As `create_app` puts it together, with routes of its own."""
    app = FastAPI()
    errors.install(app)
    app.add_api_route("/api/broken", breaking)
    app.add_api_route("/api/ask", lambda: 1, methods=["POST"])
    app.add_api_route("/api/articles/{article_id:path}", lambda article_id: article_id)
    app.add_api_route("/api/{path:path}", lambda path: path, methods=["GET", "PUT"], include_in_schema=False)
    app.add_middleware(CrossOrigin, sites=Sites([SITE]))
    app.add_middleware(Observed, telemetry=telemetry)
    if root:
        app.user_middleware.append(Middleware(Rooted, root_path=root))
        app.add_middleware(SubPath, root_path=root)
    return app


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    server = make_server(app)
    server.config.port = free_port()
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + PATIENCE
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        alone = httpx.Limits(max_keepalive_connections=0)
        with httpx.Client(base_url=f"http://127.0.0.1:{server.config.port}", limits=alone) as client:
            yield client
    finally:
        server.stop()
        thread.join(PATIENCE)


@pytest.fixture
def logged() -> Iterator[list[tuple[str, str]]]:
    """Traces and messages of what the server logs."""
    kept: list[tuple[str, str]] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append((vars(record)["trace_id"], record.getMessage().strip()))

    handler = Keeping(logging.ERROR)
    handler.addFilter(TraceFilter())
    logging.getLogger().addHandler(handler)
    yield kept
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("root", ["", "/youju"])
def test_a_defect_is_logged_and_answered_with_its_trace(root: str, logged: list[tuple[str, str]]) -> None:
    seen = Seen()
    with served(application(root, Telemetry([seen]))) as client:
        sent = client.get(f"{root}/api/broken", headers=CALLED)
        other = client.get(f"{root}/api/broken")
    assert (sent.status_code, sent.json()["error"]["code"]) == (500, "internal")
    assert (sent.headers["x-trace-id"], other.headers["x-trace-id"] == ID) == (ID, False)
    assert logged == [
        (ID, "Exception in ASGI application"),
        (other.headers["x-trace-id"], "Exception in ASGI application"),
    ]
    assert [visit.trace.id for visit in seen.visits] == [ID, other.headers["x-trace-id"]]


@pytest.mark.parametrize("root", ["", "/youju"])
def test_a_route_has_one_name_wherever_it_is_asked_for(root: str) -> None:
    seen = Seen()
    with served(application(root, Telemetry([seen]))) as client:
        client.post(f"{root}/api/ask")
        client.put(f"{root}/api/ask")
        client.post(f"{root}/api/ask", headers={"origin": SITE})
        client.get(f"{root}/api/articles/a/b")
        client.get(f"{root}/api/nothing")
        client.get(f"{root}/nothing")
    assert [(visit.method, visit.route) for visit in seen.visits] == [
        ("POST", "/api/ask"),
        ("PUT", "/api/ask"),
        ("POST", "/api/ask"),
        ("GET", "/api/articles/{article_id}"),
        ("GET", "/api/{path}"),
        ("GET", "unmatched"),
    ]
