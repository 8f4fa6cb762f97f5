"""What is said while the application is being made, and what where it cannot be made."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from deployed import until
from fastapi import FastAPI
from fastapi.testclient import TestClient

from web.security_headers import DATA, HEADERS
from web.starting import POLICY, Starting

CSP = "Content-Security-Policy"


def guards(said: httpx.Response) -> dict[str, str | None]:
    """Those of its headers that are for its reader's safety."""
    return {name: said.headers.get(name) for name in (*HEADERS, CSP)}


def test_it_lives_while_it_starts_and_answers_when_it_is_there() -> None:
    begun, go_on, lived = threading.Event(), threading.Event(), []

    def make() -> FastAPI:
        begun.set()
        assert go_on.wait(60)
        app = FastAPI(on_startup=[lambda: lived.append("began")], on_shutdown=[lambda: lived.append("ended")])
        app.add_api_route("/api/ask", lambda: "答", methods=["POST"])
        return app

    with TestClient(Starting(make, "/youju")) as client:
        assert begun.wait(60)
        for path in ("/healthz", "/youju/healthz"):
            assert (client.get(path).status_code, client.get(path).json()) == (200, {"status": "ok"})
        early = client.post("/api/ask")
        assert (early.status_code, early.headers["retry-after"]) == (503, "2")
        assert early.json() == {
            "error": {"code": "starting", "message": "the server is starting.", "hint": "Try again in 2 s."}
        }
        assert guards(early) == HEADERS | {CSP: DATA}
        page = client.get("/zh-Hans/", headers={"accept": "text/html,*/*"})
        assert (page.status_code, page.headers["refresh"], page.headers["cache-control"]) == (503, "2", "no-store")
        assert "正在启动" in page.text
        assert guards(page) == HEADERS | {CSP: POLICY}
        go_on.set()
        until(lambda: client.post("/api/ask").status_code != 503)
        assert (client.post("/api/ask").json(), lived) == ("答", ["began"])
    assert lived == ["began", "ended"]


def without_model() -> FastAPI:
    raise ValueError("no model")


def that_exits() -> FastAPI:
    raise SystemExit(3)


def that_cannot_begin(error: type[BaseException]) -> Callable[[], FastAPI]:
    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        raise error("no life")
        yield

    return lambda: FastAPI(lifespan=life)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (without_model, ValueError),
        (that_exits, SystemExit),
        (that_cannot_begin(RuntimeError), RuntimeError),
        (that_cannot_begin(asyncio.CancelledError), asyncio.CancelledError),
    ],
)
def test_what_cannot_be_made_is_told_to_whoever_serves(make: Callable[[], FastAPI], error: type[BaseException]) -> None:
    told = threading.Event()
    starting = Starting(make)
    starting.on_failure = told.set
    with TestClient(starting) as client:
        assert told.wait(60)
        assert client.get("/readyz").status_code == 503
    assert type(starting.failure) is error


def test_what_fails_at_its_end_is_told_too() -> None:
    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        raise RuntimeError("not closed")

    starting = Starting(lambda: FastAPI(lifespan=life))
    with TestClient(starting) as client:
        until(lambda: client.get("/readyz").status_code == 404)
    assert str(starting.failure) == "not closed"


def test_the_end_does_not_wait_for_what_is_still_being_made() -> None:
    go_on, made = threading.Event(), threading.Event()

    def make() -> FastAPI:
        assert go_on.wait(10) or made.set()
        return FastAPI()

    starting = Starting(make)
    with TestClient(starting) as client:
        assert client.get("/readyz").status_code == 503
    assert not made.is_set()
    assert starting.failure is None
    go_on.set()
