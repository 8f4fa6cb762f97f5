"""A model's endpoint that stalls, resets or sends half of what it should: over HTTP, streamed or not, a user reads quotations
and why, in the script of the question, and nothing of it is left over."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from conftest import HashEmbedder
from fastapi.testclient import TestClient
from test_chat_model import Act, Served, chunk, sends

from index.build import Indexer
from index.generations import Home
from qa.extractive import Extraction
from qa.generation.chat import ChatModel, Endpoint, connect
from qa.generation.writer import Writer
from qa.library import Library
from qa.verify.verifier import Verifier
from web.api import create_api

QUESTION = "到2027年，武汉量子产业规模将达到多少？"
ANSWER = "武汉市发布量子产业规划。到2027年，武汉量子产业规模将达到300亿元。[1]"
TRADITIONAL = "到2027年，武漢量子產業規模將達到多少？"


def streaming(*parts: bytes, pause: float = 0.0, times: int = 1) -> Act:
    """Sends, and goes on as if there were more to come, until the other one has gone."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        try:
            for _ in range(times):
                for part in parts:
                    handler.wfile.write(part)
                    handler.wfile.flush()
                time.sleep(pause)
        except OSError:
            return

    return act


def stalls(handler: BaseHTTPRequestHandler) -> None:
    """Says nothing, until the other one has gone."""
    handler.connection.settimeout(5)
    handler.connection.recv(1)


def resets(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True
    handler.wfile = handler.rfile  # type: ignore[assignment]  # nothing is flushed into what is closed


LATE = "语言模型没有按时答完，以下是原文摘录。"
LOST = "语言模型连接不上，以下是原文摘录。"
FORM = "语言模型的回复格式不对，以下是原文摘录。"
FAULTS: dict[str, tuple[Act, str]] = {
    "says nothing": (stalls, LATE),
    "says half, then nothing": (streaming(chunk("到2027年，武汉"), pause=1.0), LATE),
    "gives signs of life for ever": (streaming(b": thinking\n\n", pause=0.05, times=200), LATE),
    "sends half a line for ever": (streaming(b"data: {", pause=0.05, times=200), LATE),
    "talks for ever": (streaming(chunk("武"), pause=0.05, times=200), LATE),
    "resets": (resets, LOST),
    "sends half a JSON": (sends(b'data: {"choices": [{"delta": {"content": "\n\n'), FORM),
    "sends no JSON": (sends(b"data: <oops>\n\n"), FORM),
    "sends a page": (
        sends(b"<html>502 Bad Gateway</html>", status=502, kind="text/html"),
        "语言模型出错，以下是原文摘录。",
    ),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder: Path = tmp_path_factory.mktemp("model")
    (folder / "武汉.txt").write_text("武汉市发布量子产业规划。到2027年，武汉量子产业规模将达到300亿元。", "utf-8")
    home = Home(folder / "home")
    with home.write_lock():
        indexer = Indexer(home, HashEmbedder())
        list(indexer.index([folder / "武汉.txt"]))
        indexer.close()
    connect(Endpoint("m", "http://127.0.0.1:9/v1"))  # what it imports takes seconds
    return home


@pytest.fixture
def asking(home: Home) -> Iterator[Callable[[Act], TestClient]]:
    """A server whose model is at an endpoint that does that."""
    made: list[Served] = []

    def make(act: Act) -> TestClient:
        made.append(Served(act))
        chat = ChatModel(Endpoint("m", made[-1].url, timeout=0.5, deadline=1.0, retries=0))
        writer = Writer(chat, Verifier())
        return TestClient(create_api(Library(home, HashEmbedder(), Extraction(confidence=0), writer=writer)))

    yield make
    for server in made:
        server.close()


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_a_model_does_one_reads_quotations_and_why(asking: Callable[[Act], TestClient], name: str) -> None:
    act, warning = FAULTS[name]
    client = asking(act)
    answer = client.post("/api/ask", json={"question": QUESTION})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["answer"], body["mode"], body["warnings"]) == (ANSWER, "extractive", [warning])
    streamed = client.post("/api/ask", json={"question": QUESTION, "stream": True})
    events = [block.split("\ndata: ") for block in streamed.text.strip().split("\n\n")]
    assert [kind.removeprefix("event: ") for kind, _ in events] == ["citation", "sentence", "done"]
    done = json.loads(events[-1][1])
    assert (done["answer"], done["mode"], done["warnings"]) == (ANSWER, "extractive", [warning])


def test_the_reason_is_in_the_script_of_the_question(asking: Callable[[Act], TestClient]) -> None:
    body = asking(sends(b"data: <oops>\n\n")).post("/api/ask", json={"question": TRADITIONAL}).json()
    assert body["warnings"] == ["語言模型的回覆格式不對，以下是原文摘錄。"]
    assert body["mode"] == "extractive"


def test_nothing_is_left_of_answers_that_a_model_did_not_give(asking: Callable[[Act], TestClient]) -> None:
    client = asking(stalls)

    def left() -> tuple[set[str], int]:
        others = ("process_request", "AnyIO worker")  # of the faulty endpoint, and of the client that asks
        named = {thread.name for thread in threading.enumerate() if not any(name in thread.name for name in others)}
        return named, len(list(Path("/proc/self/fd").iterdir()))

    client.post("/api/ask", json={"question": QUESTION})
    threads, files = left()
    for _ in range(3):
        client.post("/api/ask", json={"question": QUESTION, "stream": True})
    deadline = time.monotonic() + 10
    while left()[1] > files and time.monotonic() < deadline:
        time.sleep(0.05)  # the other end of the last connection closes in its own time
    assert len(left()[0]) <= len(threads)
    assert left()[1] <= files
