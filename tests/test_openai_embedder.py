"""The openai embedder against a server on this machine."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from index.embed import Embedder, make_embedder
from index.embed.openai import BATCH
from index.errors import EmbedderError

KEY = "sk-secret-0123456789"
Reply = tuple[int, Any]


def vector_of(text: str) -> list[float]:
    """Not of unit length, and different for different texts."""
    return [float(len(text) + 1), float(sum(map(ord, text)) % 97), 3.0, -4.0]


def embedded(request: dict[str, Any]) -> Reply:
    """What a good server says, in an order of its own."""
    data = [{"object": "embedding", "index": i, "embedding": vector_of(t)} for i, t in enumerate(request["input"])]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return 200, {"object": "list", "data": data[::-1], "model": request["model"], "usage": usage}


class FakeServer:
    """Speaks /v1/embeddings; `replies` come first, then those of a good server."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.replies: list[Reply] = []
        self.answer: Callable[[dict[str, Any]], Reply] = embedded
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.requests.append({"path": self.path, **body})
                server.keys.append(self.headers["Authorization"])
                status, reply = server.replies.pop(0) if server.replies else server.answer(body)
                data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Retry-After-Ms", "1")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                return

        return Handler


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    fake = FakeServer()
    monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    yield fake
    fake.close()


@pytest.fixture
def openai(server: FakeServer) -> Embedder:
    return make_embedder("openai:small")


def unit(text: str) -> np.ndarray:
    vector = np.array(vector_of(text), dtype=np.float32)
    return vector / np.linalg.norm(vector)


def test_openai_rows_are_those_of_the_texts_at_unit_length(openai: Embedder, server: FakeServer) -> None:
    texts = ["合肥", "苏州市", "a"]
    rows = openai.embed_passages(texts)
    assert rows.dtype == np.float32
    assert np.allclose(rows, [unit(text) for text in texts], atol=1e-6)
    assert np.allclose(openai.embed_query("合肥"), unit("合肥"), atol=1e-6)
    assert openai.dim == 4
    assert {r["path"] for r in server.requests} == {"/v1/embeddings"}
    assert {r["model"] for r in server.requests} == {"small"}
    assert set(server.keys) == {f"Bearer {KEY}"}


def test_openai_sends_batches(openai: Embedder, server: FakeServer) -> None:
    texts = [str(i) for i in range(2 * BATCH + 1)]
    rows = openai.embed_passages(texts)
    assert np.allclose(rows, [unit(text) for text in texts], atol=1e-6)
    assert [len(r["input"]) for r in server.requests] == [1, BATCH, BATCH, 1]  # the first asks for the dimensions
    assert openai.embed_passages([]).shape == (0, 4)
    assert len(server.requests) == 4


def test_openai_sends_no_empty_and_no_broken_text(openai: Embedder, server: FakeServer) -> None:
    openai.embed_passages(["", "a\ud800b"])
    assert server.requests[-1]["input"] == [" ", "a?b"]


def test_openai_tries_again(openai: Embedder, server: FakeServer) -> None:
    server.replies = [(429, {"error": {"message": "slow down"}}), (503, b"busy")]
    assert np.allclose(openai.embed_query("合肥"), unit("合肥"), atol=1e-6)
    assert len(server.requests) == 4


def test_openai_fingerprint_names_host_and_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://user:word@models.example:8443/v1")
    assert make_embedder("openai:org/small").fingerprint == "openai:models.example:8443:org/small"
    monkeypatch.delenv("OPENAI_BASE_URL")
    assert make_embedder("openai:small").fingerprint == "openai:api.openai.com:small"


@pytest.mark.parametrize("status", [400, 401, 404])
def test_openai_error_names_the_server_and_never_the_key(openai: Embedder, server: FakeServer, status: int) -> None:
    server.replies = [(status, {"error": {"message": f"the key {KEY} is not good here"}})]
    with pytest.raises(EmbedderError, match=r"127\.0\.0\.1 did not embed with small: .*is not good here") as raised:
        openai.warm_up()
    assert KEY not in str(raised.value)
    assert raised.value.__cause__ is None
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ([1, 2], "did not embed"),
        (b"<html>", "did not embed"),
        ({"data": []}, "did not embed"),
        ({"data": "x"}, "did not embed"),
        ({"data": [{"index": 0, "embedding": [1.0, 2.0]}, {"index": 1, "embedding": [1.0]}]}, "did not embed"),
        ({"data": [{"index": 0, "embedding": ["x"]}]}, "did not embed"),
        ({"data": [{"index": 0, "embedding": [1.0]}] * 2}, "it gave 2 vectors for 1 texts"),
        ({"data": [{"index": 0, "embedding": [0.0, 0.0]}]}, "a vector that has no direction"),
        (b'{"data": [{"index": 0, "embedding": [NaN, 1]}]}', "a vector that has no direction"),
    ],
)
def test_openai_odd_answers_are_errors(openai: Embedder, server: FakeServer, reply: Any, message: str) -> None:
    server.answer = lambda _: (200, reply)
    with pytest.raises(EmbedderError, match=message):
        openai.warm_up()


def test_openai_other_dimensions_are_an_error(openai: Embedder, server: FakeServer) -> None:
    assert openai.dim == 4
    server.replies = [(200, {"data": [{"index": 0, "embedding": [1.0, 2.0]}]})]
    with pytest.raises(EmbedderError, match="vectors of 2 dimensions, and of 4 before"):
        openai.embed_query("合肥")


def test_openai_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch, server: FakeServer) -> None:
    server.close()
    monkeypatch.setattr("index.embed.openai._RETRIES", 0)
    with pytest.raises(EmbedderError, match=r"127\.0\.0\.1 did not embed with small: Connection error"):
        make_embedder("openai:small").warm_up()


def test_openai_without_a_key_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(EmbedderError, match="openai:small needs a key") as raised:
        make_embedder("openai:small").warm_up()
    assert "OPENAI_API_KEY" in raised.value.hint


def test_openai_own_server_needs_no_key(monkeypatch: pytest.MonkeyPatch, server: FakeServer) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    embedder = make_embedder("openai:small")
    assert embedder.dim == 4
    assert KEY not in str(server.keys)
