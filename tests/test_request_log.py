"""The request log: one line for each request, with what it may tell and nothing else."""

import json
import logging
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from fastapi.testclient import TestClient
from observed import QUESTION, client_of, library_of, lines_written, observed, saying
from scripted_model import ScriptedModel
from site_server import Site

from app import make_server, telemetry_for
from index.embed import Embedder
from index.errors import EmbedderError, StoreError, YoujuError
from qa.generation.chat import ChatModel, Endpoint
from qa.generation.writer import Writer
from qa.library import Library
from qa.verify.verifier import Verifier
from web import access
from web.access import Doors
from web.keys import KeyStore, Scope
from web.observed import Observed
from web.request_log import RequestLog, write_requests_to
from web.server_log import DiscreetFormatter, write_errors
from web.telemetry import Telemetry
from web.trace import TraceFilter
from youju.settings import load_settings

CALLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ID = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    from conftest import HashEmbedder

    library = library_of(tmp_path_factory.mktemp("log"), HashEmbedder())
    yield library
    library.reader().close()


@pytest.fixture
def lines() -> Iterator[list[str]]:
    with lines_written() as written:
        yield written


@pytest.fixture
def client(library: Library) -> TestClient:
    library.write_with(None)
    return client_of(observed(library, Telemetry([RequestLog()])))


def told(lines: list[str]) -> list[dict[str, Any]]:
    assert not any("\n" in line for line in lines)
    return [json.loads(line) for line in lines]


def test_a_line_tells_what_became_of_a_request(client: TestClient, lines: list[str]) -> None:
    sent = client.post("/api/ask", json={"question": QUESTION}, headers={"traceparent": CALLED})
    [line] = told(lines)
    assert list(line) == [
        "time", "kind", "trace_id", "method", "route", "status", "ms", "first_byte_ms", "bytes", "caller",
        "answer_status", "mode", "stages_ms",
    ]  # fmt: skip
    assert line["stages_ms"] == sent.json()["timings_ms"]
    assert sum(line["stages_ms"].values()) <= line["ms"]
    assert 0 < line["first_byte_ms"] <= line["ms"]
    assert line["time"].endswith("+00:00")
    assert {name: line[name] for name in ("kind", "trace_id", "method", "route", "status", "bytes", "caller")} == {
        "kind": "request", "trace_id": ID, "method": "POST", "route": "/api/ask", "status": 200,
        "bytes": len(sent.content), "caller": "anybody",
    }  # fmt: skip
    assert (line["answer_status"], line["mode"]) == ("answered", "extractive")
    assert sent.headers["x-trace-id"] == ID


@pytest.mark.parametrize(
    "given",
    ["", "x", "00-" + "0" * 32 + "-b7ad6b7169203331-01", f"00-{ID}-{'0' * 16}-01", f"ff-{ID}-b7ad6b7169203331-01",
     f"00-{ID.upper()}-b7ad6b7169203331-01", f"00-{ID}-b7ad6b7169203331-01-x", f"00-{ID}-b7ad6b7169203331"],
)  # fmt: skip
def test_what_is_no_trace_context_is_passed_over(client: TestClient, lines: list[str], given: str) -> None:
    made = [client.get("/healthz", headers={"traceparent": given}).headers["x-trace-id"] for _ in range(2)]
    assert made == [line["trace_id"] for line in told(lines)]
    assert len({*made, ID}) == 3
    assert all(len(id_) == 32 and int(id_, 16) for id_ in made)


def test_a_later_version_of_trace_context_may_say_more(client: TestClient, lines: list[str]) -> None:
    client.get("/healthz", headers={"traceparent": f"01-{ID}-b7ad6b7169203331-01-x"})
    assert told(lines)[0]["trace_id"] == ID


def test_a_stream_is_one_line_when_it_ends(client: TestClient, lines: list[str]) -> None:
    with client.stream("POST", "/api/ask", json={"question": QUESTION, "stream": True}) as sent:
        body = sent.read()
    [line] = told(lines)
    assert (line["status"], line["bytes"], line["answer_status"]) == (200, len(body), "answered")
    assert 0 < line["first_byte_ms"] <= line["ms"]
    assert "aborted" not in line


@pytest.mark.parametrize(("tool", "status"), [("ask", "answered"), ("search", None)])
def test_what_a_tool_is_asked_is_told_of_too(
    client: TestClient, lines: list[str], tool: str, status: str | None
) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    with client:
        sent = client.post(
            "/mcp",
            json=call | {"params": {"name": tool, "arguments": {"question": QUESTION}}},
            headers={"accept": "application/json", "mcp-protocol-version": "2025-06-18"},
        )
    assert sent.status_code == 200
    [line] = told(lines)
    assert (line["route"], line.get("answer_status"), "rerank" in line["stages_ms"]) == ("/mcp", status, True)


def test_what_goes_wrong_is_named_by_its_code(
    client: TestClient, library: Library, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(error: Exception) -> Callable[..., Any]:
        def stream(*_: object, **__: object) -> Iterator[Any]:
            raise error
            yield

        return stream

    client.post("/api/ask", json={"question": " "})
    monkeypatch.setattr("qa.pipeline.Pipeline.stream", fails(StoreError("x")))
    assert client.post("/api/ask", json={"question": QUESTION}).status_code == 503
    monkeypatch.setattr("qa.pipeline.Pipeline.stream", fails(ZeroDivisionError()))
    defect = client.post("/api/ask", json={"question": QUESTION})
    assert [(line["status"], line["error"]) for line in told(lines)] == [
        (422, "bad_question"), (503, "store_failed"), (500, "ZeroDivisionError"),
    ]  # fmt: skip
    assert defect.headers["x-trace-id"] == told(lines)[2]["trace_id"]


def test_a_stream_that_fails_says_so_although_its_status_was_sent(
    client: TestClient, library: Library, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa.pipeline import Pipeline

    whole = Pipeline.stream

    def stream(*given: Any, **more: Any) -> Iterator[Any]:
        yield next(whole(*given, **more))
        raise EmbedderError("x")

    monkeypatch.setattr(Pipeline, "stream", stream)
    client.post("/api/ask", json={"question": QUESTION, "stream": True})
    [line] = told(lines)
    assert (line["status"], line["error"], "answer_status" in line) == (200, "embedder_failed", False)


def test_questions_are_there_only_where_that_is_switched_on(library: Library, lines: list[str]) -> None:
    for questions in (False, True):
        client = client_of(observed(library, Telemetry([RequestLog(questions=questions)])))
        answer = client.post("/api/ask", json={"question": QUESTION}).json()["answer"]
        client.post("/api/search", json={"question": QUESTION})
    off, on = told(lines)[:2], told(lines)[2:]
    assert not {"question", "answer"} & {name for line in off for name in line}
    assert not any("合肥" in line for line in lines[:2])
    assert [(line["question"], line.get("answer")) for line in on] == [(QUESTION, answer), (QUESTION, None)]


def test_addresses_are_there_only_where_that_is_switched_on(library: Library, lines: list[str]) -> None:
    for addresses in (False, True):
        app = observed(library, Telemetry([RequestLog(addresses=addresses)]))
        TestClient(app, client=("203.0.113.9", 5)).get("/healthz")
    assert "203.0.113.9" not in lines[0]
    assert told(lines)[1]["address"] == "203.0.113.9"


def test_a_key_that_is_not_good_for_it_is_named(library: Library, lines: list[str], tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys.sqlite")
    key, given = keys.make("x", [Scope.METRICS])
    telemetry = Telemetry([RequestLog()])
    app = observed(library, telemetry)
    app.user_middleware.clear()
    app.add_middleware(access.Access, doors=Doors(keys))
    app.add_middleware(Observed, telemetry=telemetry)
    client_of(app).get("/api/articles/none", headers={"Authorization": f"Bearer {given}"})
    [line] = told(lines)
    assert (line["route"], line["status"], line["key_id"]) == ("/api/articles/{article_id}", 403, key.id)


# -- the whole application ----------------------------------------------------------------------


@pytest.fixture
def untouched() -> Iterator[None]:
    """What a server sets up for its whole process is taken down again."""
    loggers = [logging.getLogger(), logging.getLogger("youju.request")]
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    yield
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        for handler in set(logger.handlers) - set(handlers):
            handler.close()
        logger.handlers, logger.level, logger.propagate = handlers, level, propagate
        logger.setLevel(level)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "PAUSE", 0.0)


class Planted:
    """A server with a secret wherever one passes through, and all that it answers."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        keys = KeyStore(folder / "keys.sqlite")
        self.key, given = keys.make("x", [Scope.ASK, Scope.METRICS])
        other, revoked = keys.make("y", [Scope.ASK])
        keys.revoke(other.id)
        self.secrets = {
            "password": "geheim-1-4cb1", "wrong": "geheim-2-77aa", "model": "sk-3-e3d2f1", "cookie": "c" * 32,
            "foreign": "eyJ-4-9c", "question": QUESTION, "query": "q-6-11", "key": given, "revoked": revoked,
        }  # fmt: skip
        refused = openai.AuthenticationError(
            f"Incorrect API key provided: {self.secrets['model']}",
            response=httpx.Response(401, request=httpx.Request("POST", "http://127.0.0.1/v1")),
            body=None,
        )
        telemetry = Telemetry([RequestLog(addresses=True)])
        doors = Doors(keys, self.secrets["password"])
        self.site = Site(folder, embedder, writer=saying(refused), doors=doors, telemetry=telemetry)
        self.client = httpx.Client(base_url=self.site.url, timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
        self.answered: list[str] = []

    def send(self, method: str, path: str, key: str = "", **more: Any) -> int:
        """The status. What is answered is kept, but the cookies that are set."""
        headers = {"Authorization": f"Bearer {self.secrets[key]}"} if key else {}
        sent = self.client.request(method, path, headers=headers, **more)
        self.answered.append(sent.text + json.dumps({n: v for n, v in sent.headers.items() if n != "set-cookie"}))
        return sent.status_code

    def close(self) -> None:
        self.client.close()
        self.site.stop()  # by when the last line is written


@pytest.fixture
def planted(
    tmp_path: Path,
    embedder: Embedder,
    monkeypatch: pytest.MonkeyPatch,
    hurried: None,
    untouched: None,
) -> Iterator[Planted]:
    planted = Planted(tmp_path, embedder)
    monkeypatch.setenv("OPENAI_API_KEY", planted.secrets["model"])
    yield planted
    planted.close()


def test_no_secret_is_in_anything_that_is_told(
    planted: Planted, lines: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every secret that passes through, planted once; everything that comes out, searched for all of them."""
    secrets, send = planted.secrets, planted.send
    write_errors([secrets["password"], secrets["model"]])  # here, where the standard error is looked at
    body = {"question": secrets["question"]}
    assert send("POST", "/api/ask", "key", json=body) == 200
    assert send("POST", "/api/ask", "revoked", json=body) == 401
    assert send("POST", "/api/ask", "foreign", json=body) == 401
    assert send("POST", "/login", data={"password": secrets["wrong"]}) == 401
    assert send("POST", "/login", data={"password": secrets["password"]}) == 303
    planted.client.cookies.set("youju_visitor", secrets["cookie"])
    assert send("GET", "/zh-Hans/") == 200
    assert send("GET", f"/api/articles/{secrets['query']}?x={secrets['query']}") == 404
    broken = RuntimeError(f"{secrets['key']} {secrets['model']}")
    monkeypatch.setattr(planted.site.library, "pipeline", lambda: (_ for _ in ()).throw(broken))
    assert send("POST", "/api/ask", "key", json=body) == 500
    assert send("GET", "/metrics", "key") == 200
    planted.close()
    out = planted.answered
    out[-3] = out[-3].replace(secrets["query"], "", 1)  # whoever names an article is told its name
    out[0] = out[0].replace(secrets["question"], "")  # so is whoever asks
    said = capfd.readouterr().err
    assert "RuntimeError: youju_" in said
    everything = "\n".join([*out, *lines, said])
    assert {name for name, secret in secrets.items() if secret in everything} == set()
    asked = told(lines)[0]
    assert (asked["caller"], asked["key_id"], asked["model_errors"]) == ("key", planted.key.id, ["key"])
    assert [line["caller"] for line in told(lines)] == [
        "key", "anybody", "anybody", "anybody", "anybody", "password", "password", "key", "key",
    ]  # fmt: skip


def test_the_servers_log_blots_secrets_out_and_names_the_trace(library: Library) -> None:
    written: list[str] = []
    formatter = DiscreetFormatter(["geheim123", "geheim123456", "", "x", "geheim1"])

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(formatter.format(record))

    handler = Keeping()
    handler.addFilter(TraceFilter())
    logging.getLogger().addHandler(handler)
    try:
        key = "youju_0123456789ab_" + "f" * 64
        logging.getLogger("x").error("a %s b %s", "geheim123456", key)
        try:
            raise ValueError("geheim123")
        except ValueError:
            logging.getLogger("x").exception("c")
        app = observed(library, Telemetry())
        app.add_api_route("/fails", failing)
        sent = client_of(app).get("/fails", headers={"traceparent": CALLED})
    finally:
        logging.getLogger().removeHandler(handler)
    assert written[0].endswith(" ERROR x [-] a … b youju_0123456789ab_…")
    assert "geheim" not in written[1]
    assert "ValueError: …" in written[1]
    assert sent.status_code == 503
    assert f"[{ID}] embedder_failed: kaputt." in written[2]


def failing() -> None:
    raise EmbedderError("kaputt.")


@pytest.fixture
def served(library: Library) -> Iterator[tuple[int, threading.Event]]:
    """A server whose model waits in the midst of its answer until it is let go on."""
    released = threading.Event()

    class Waiting(ScriptedModel):
        def _stream(self, *given: Any, **more: Any) -> Iterator[Any]:
            for chunk in super()._stream(*given, **more):
                yield chunk
                if "。" in str(chunk.message.content):
                    assert released.wait(30)

    said = "合肥到2027年量子企业增加到150家[1]。" * 2
    library.write_with(Writer(ChatModel(Endpoint("慢"), lambda _: Waiting(replies=[said])), Verifier()))
    listener = socket.create_server(("127.0.0.1", 0))
    server = make_server(observed(library, Telemetry([RequestLog()])))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()[1], released
    released.set()
    server.should_exit = True
    thread.join(30)
    listener.close()
    library.write_with(None)


def test_a_client_that_goes_away_has_a_line_that_says_so(served: tuple[int, threading.Event], lines: list[str]) -> None:
    port, released = served
    body = json.dumps({"question": QUESTION, "stream": True}).encode()
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as connection:
        connection.sendall(
            b"POST /api/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        received = b""
        while b"event: sentence" not in received:
            received += connection.recv(4096)
        assert lines == []
    wait_for(lambda: bool(lines), released)
    [line] = told(lines)
    assert (line["route"], line["status"], line["aborted"]) == ("/api/ask", 200, True)
    assert 0 < line["first_byte_ms"] <= line["ms"]
    assert line["answer_status"] == "answered"  # which nobody was there to read


def wait_for(is_so: Callable[[], bool], released: threading.Event) -> None:
    """The next byte that is sent finds nobody: the model goes on."""
    deadline = time.monotonic() + 30
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
        released.set()
    assert is_so()


# -- where it goes --------------------------------------------------------------------------------


@pytest.mark.usefixtures("untouched")
def test_the_log_is_a_file_of_the_servers_user_and_may_be_moved_away(tmp_path: Path, library: Library) -> None:
    path = tmp_path / "requests.jsonl"
    write_requests_to(str(path))
    client = client_of(observed(library, Telemetry([RequestLog()])))
    client.get("/healthz")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.rename(tmp_path / "old.jsonl")
    client.get("/readyz")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for file, route in ((tmp_path / "old.jsonl", "/healthz"), (path, "/readyz")):
        assert [json.loads(line)["route"] for line in file.read_text("utf-8").splitlines()] == [route]


@pytest.mark.usefixtures("untouched")
def test_a_log_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(YoujuError, match="cannot be written: Is a directory") as refused:
        write_requests_to(str(tmp_path))
    assert "YOUJU_REQUEST_LOG" in refused.value.hint


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("setting", "is_reached", "is_written"),
    [(None, False, False), (None, True, True), ("-", False, True), ("", True, False)],
)
def test_off_this_machine_requests_are_logged(
    library: Library, capfd: pytest.CaptureFixture[str], setting: str | None, is_reached: bool, is_written: bool
) -> None:
    telemetry = telemetry_for(load_settings(request_log=setting), is_reached=is_reached)
    client_of(observed(library, telemetry)).get("/healthz")
    said = capfd.readouterr().err
    assert ('"route": "/healthz"' in said) is is_written
