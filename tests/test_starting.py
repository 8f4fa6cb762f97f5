"""What is said while the application is being made, and what where it cannot be made."""

import threading

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from web.starting import Starting


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
        page = client.get("/zh-Hans/", headers={"accept": "text/html,*/*"})
        assert (page.status_code, page.headers["refresh"], page.headers["cache-control"]) == (503, "2", "no-store")
        assert "正在启动" in page.text
        go_on.set()
        while (sent := client.post("/api/ask")).status_code == 503:
            pass
        assert (sent.json(), lived) == ("答", ["began"])
    assert lived == ["began", "ended"]


def test_what_cannot_be_made_is_told_to_whoever_serves() -> None:
    told = threading.Event()

    def make() -> FastAPI:
        raise ValueError("no model")

    starting = Starting(make)
    starting.on_failure = told.set
    with TestClient(starting) as client:
        assert told.wait(60)
        assert client.get("/readyz").status_code == 503
    with pytest.raises(ValueError, match="no model"):
        raise starting.failure or AssertionError


def test_the_end_does_not_wait_for_what_is_still_being_made() -> None:
    go_on = threading.Event()

    def make() -> FastAPI:
        assert go_on.wait(60)
        return FastAPI()

    with TestClient(Starting(make)) as client:
        assert client.get("/readyz").status_code == 503
    go_on.set()
