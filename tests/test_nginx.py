"""deploy/nginx.conf before processes that start, end, are busy, or are gone."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from deployed import PATIENCE, Front, free_port, has_nginx, until
from fastapi import FastAPI

from app import Server, make_server
from web.visitors import COOKIE

pytestmark = pytest.mark.skipif(not has_nginx(), reason="needs nginx")


class Process(ThreadingHTTPServer):
    """A process that answers 200, or is told to answer something else."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked = 0
        self.code = ""
        self.is_ending = False

    def end(self) -> None:
        """As a process of ours does: what is sent to it is refused, and nothing more comes in."""
        self.code, self.is_ending = "shutting_down", True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Process

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        body = b'{"error": {"code": "%s"}}' % self.server.code.encode()
        self.send_response(503 if self.server.code else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "7")
        if self.server.is_ending:
            self.server.shutdown()
            self.server.socket.close()
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    with ExitStack() as open_ones:
        both = [open_ones.enter_context(Process()) for _ in range(2)]
        for process in both:
            threading.Thread(target=process.serve_forever, daemon=True).start()
            open_ones.callback(process.shutdown)
        yield both


def sent(front: Front, visitor: int) -> httpx.Response:
    return httpx.post(f"{front.url}api/ask", json={}, cookies={COOKIE: str(visitor)}, timeout=PATIENCE)


def visitor_of(process: Process, front: Front) -> int:
    """Somebody who is sent to this one."""
    for visitor in range(1000):
        before = process.asked
        sent(front, visitor)
        if process.asked > before:
            return visitor
    raise AssertionError("nobody is")


def test_what_an_ending_process_refuses_another_one_answers(processes: list[Process], tmp_path: Path) -> None:
    ending = processes[0]  # of which @another thinks first
    with Front(tmp_path, [process.server_port for process in processes]).running() as front:
        visitor = visitor_of(ending, front)
        ending.end()
        assert sent(front, visitor).status_code == 200


def test_it_says_in_our_form_that_no_other_one_is_there(processes: list[Process], tmp_path: Path) -> None:
    processes[0].end()
    with Front(tmp_path, [processes[0].server_port, free_port()]).running() as front:
        refused = sent(front, 1)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unreachable")


def test_what_all_of_them_refuse_says_why_however_often(processes: list[Process], tmp_path: Path) -> None:
    for process in processes:
        process.code = "busy"
    with Front(tmp_path, [process.server_port for process in processes]).running() as front:
        for visitor in range(5):
            refused = sent(front, visitor)
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")
            assert refused.headers["retry-after"] == "7"


@pytest.fixture
def served() -> Iterator[Callable[[FastAPI], tuple[Server, int]]]:
    with ExitStack() as open_ones:

        def serve(app: FastAPI) -> tuple[Server, int]:
            server = make_server(app, 0.2)
            listener = open_ones.enter_context(socket.create_server(("127.0.0.1", 0)))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            open_ones.callback(thread.join, PATIENCE)
            open_ones.callback(server.stop)
            until(lambda: server.started or not thread.is_alive())
            return server, listener.getsockname()[1]

        yield serve


def test_what_has_begun_is_sent_to_no_other_process(
    served: Callable[[FastAPI], tuple[Server, int]], tmp_path: Path
) -> None:
    begun, go_on = [], threading.Event()

    def app(name: int) -> FastAPI:
        def keep() -> None:
            begun.append(name)
            servers[name].stop()
            assert go_on.wait(PATIENCE)

        app = FastAPI()
        app.add_api_route("/youju/api/ask", keep, methods=["POST"])
        return app

    servers, ports = zip(*(served(app(name)) for name in range(2)), strict=True)
    with Front(tmp_path, ports).running() as front:
        refused = sent(front, 1)
    go_on.set()
    assert (refused.status_code, refused.json()["error"]["code"]) == (500, "shutting_down")
    assert len(begun) == 1
