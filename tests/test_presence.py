"""Who goes away, and who does not come: no answer is made to its end for nobody, and no place kept for a request that dawdles."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI, Request

from web import body_limit, errors
from web.body_limit import BodyLimit
from web.presence import Gone, while_there

WAIT = 30
pause = threading.Event()
"""Nobody sets it: what waits for it waits its time."""


@pytest.fixture
def made() -> list[int]:
    return []


@pytest.fixture
def steps() -> threading.Semaphore:
    """One for each item that may be made."""
    return threading.Semaphore(0)


@pytest.fixture
def ended() -> threading.Event:
    return threading.Event()


@pytest.fixture
def seen() -> list[threading.Event]:
    """Whether whoever asked has gone, for each question."""
    return []


@pytest.fixture
def app(made: list[int], steps: threading.Semaphore, ended: threading.Event, seen: list[threading.Event]) -> FastAPI:
    def items() -> Iterator[int]:
        try:
            for number in range(3):
                assert steps.acquire(timeout=WAIT)
                made.append(number)
                yield number
        finally:
            ended.set()

    app = FastAPI()
    errors.install(app)
    app.add_middleware(BodyLimit)

    @app.post("/ask")
    def ask(gone: Gone) -> list[int]:
        seen.append(gone)
        return list(while_there(items(), gone))

    @app.post("/send")
    async def send(request: Request) -> int:
        return len(await request.body())

    return app


@pytest.fixture
def port(app: FastAPI) -> Iterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", log_config=None))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(WAIT)


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=WAIT)


def said(connection: socket.socket) -> tuple[int, str]:
    """The status and the body of what comes until the connection is closed."""
    data = b""
    while piece := connection.recv(65536):
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode()


def test_an_answer_is_made_to_its_end_for_who_waits(
    port: int, made: list[int], steps: threading.Semaphore, ended: threading.Event
) -> None:
    steps.release(3)
    with connected(port) as connection:
        connection.sendall(b"POST /ask HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        assert said(connection) == (200, "[0,1,2]")
    assert ended.is_set()


def test_an_answer_that_nobody_waits_for_is_left(
    port: int, made: list[int], steps: threading.Semaphore, ended: threading.Event, seen: list[threading.Event]
) -> None:
    with connected(port) as connection:
        connection.sendall(b"POST /ask HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        steps.release()
        for _ in range(100 * WAIT):
            if made:
                break
            pause.wait(0.01)
    assert seen[0].wait(WAIT)
    steps.release(2)
    assert ended.wait(WAIT)
    assert made == [0, 1]


@pytest.mark.parametrize("path", ["/send", "/api/articles"])
def test_a_request_that_dawdles_is_told_so(port: int, app: FastAPI, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limit, "PATIENCE", 0.2)

    @app.post("/api/articles")
    async def add(request: Request) -> int:
        return len(await request.body())

    with connected(port) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc".encode())
        status, body = said(connection)
    assert (status, json.loads(body)["error"]["code"]) == (408, "too_slow")


def test_an_upload_may_take_its_time_as_long_as_something_comes(
    port: int, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_limit, "PATIENCE", 1.0)

    @app.post("/api/articles")
    async def add(request: Request) -> int:
        return len(await request.body())

    with connected(port) as connection:
        connection.sendall(b"POST /api/articles HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 6\r\n\r\n")
        for _ in range(6):
            pause.wait(0.25)  # 1.5 seconds in all
            connection.sendall(b"x")
        assert said(connection) == (200, "6")
