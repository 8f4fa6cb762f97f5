"""The end of a server: what is being answered may become whole, and what does not is told so."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from deployed import PATIENCE, events, until
from fastapi import FastAPI
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app import Server, make_server
from web.events import named_stream
from web.farewell import Farewell
from web.security_headers import DATA, HEADERS

End = Callable[[], None]


@pytest.fixture
def held() -> threading.Event:
    """What an answer waits for."""
    return threading.Event()


@pytest.fixture
def app(held: threading.Event) -> FastAPI:
    app = FastAPI()

    def lines() -> Iterator[bytes]:
        yield b"event: citation\ndata: 1\n\n"
        assert held.wait(PATIENCE)
        yield b"event: done\ndata: 2\n\n"

    async def beats() -> StreamingResponse:
        async def alive() -> object:
            while True:
                yield b"data: 1\n\n"
                await asyncio.sleep(PATIENCE)

        return StreamingResponse(alive(), media_type="text/event-stream")

    def whole() -> str:
        assert held.wait(PATIENCE)
        return "答"

    app.add_api_route("/api/ask", lambda: named_stream(lines()), methods=["POST"])
    app.add_api_route("/api/whole", whole)
    app.add_api_route("/en/gradio_api/heartbeat/x", beats)
    return app


@pytest.fixture
def serve(app: FastAPI, held: threading.Event) -> Iterator[Callable[[float], tuple[str, Server]]]:
    begun = []

    def start(grace: float) -> tuple[str, Server]:
        server, listener = make_server(app, grace), socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        begun.append((server, thread, listener))
        until(lambda: server.started or not thread.is_alive())
        return f"http://127.0.0.1:{listener.getsockname()[1]}", server

    yield start
    held.set()
    for server, thread, listener in begun:
        server.stop()
        thread.join(PATIENCE)
        listener.close()


def test_a_stream_that_becomes_whole_in_time_is_whole(
    serve: Callable[[float], tuple[str, Server]], held: threading.Event
) -> None:
    url, server = serve(PATIENCE)
    with httpx.stream("POST", f"{url}/api/ask", timeout=PATIENCE) as sent:
        came = events(sent.iter_lines())
        assert next(came) == ("citation", 1)
        server.stop()
        held.set()
        assert list(came) == [("done", 2)]


def test_what_does_not_is_told_so(serve: Callable[[float], tuple[str, Server]]) -> None:
    url, server = serve(0.2)
    with ThreadPoolExecutor(1) as pool, httpx.stream("POST", f"{url}/api/ask", timeout=PATIENCE) as sent:
        whole = pool.submit(httpx.get, f"{url}/api/whole", timeout=PATIENCE)
        came = events(sent.iter_lines())
        assert next(came) == ("citation", 1)
        until(lambda: len(server.server_state.tasks) == 2)
        server.stop()
        [(name, body)] = came
        refused = whole.result()
    assert (name, body["error"]["code"]) == ("error", "shutting_down")
    # 500: what has begun may be done all the same, and a proxy sends on what is told 503.
    assert (refused.status_code, refused.json(), refused.headers["retry-after"]) == (500, body, "5")
    said = HEADERS | {"Content-Security-Policy": DATA}
    assert {name: refused.headers.get(name) for name in said} == said


def test_what_comes_after_the_end_is_not_begun() -> None:
    begun = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        begun.append(scope["path"])
        await asyncio.Event().wait()

    async def late() -> httpx.Response:
        farewell = Farewell(app, 0)
        farewell.begin()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(farewell), base_url="http://x") as client:
            assert (await client.post("/api/first")).status_code == 500
            return await client.post("/api/second")

    refused = asyncio.run(late())
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "shutting_down")
    assert begun == ["/api/first"]


def test_a_page_that_is_open_keeps_no_server(serve: Callable[[float], tuple[str, Server]]) -> None:
    url, server = serve(PATIENCE)
    with httpx.stream("GET", f"{url}/en/gradio_api/heartbeat/x", timeout=PATIENCE) as sent:
        lines = sent.iter_lines()
        assert next(lines) == "data: 1"
        server.stop()
        assert list(lines) == [""]
