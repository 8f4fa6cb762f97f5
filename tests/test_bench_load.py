"""What the load benchmark counts; never how fast anything is."""

import asyncio
import json
import os
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from eval import bench_load
from eval.bench_load import MIX, Level, held_best, table_of
from eval.load import ASK, HELLO, SEARCH, STREAMED, Answered, Tally, load
from eval.served import YOUJU, Served, environment, processor_seconds, usage_of

WUHAN = "武汉市发布量子产业规划。到2027年，武汉量子产业规模将达到300亿元。"
QUESTIONS = ("合肥有多少家企业？", "武汉的目标是多少？")


class Scripted:
    """A server that tells every second request for an answer to wait, refuses searches and cuts streams short."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self.told: Counter[int] = Counter()
        self.callers: set[str] = set()
        self.questions: list[str] = []
        self.ending = "done"
        self.app = FastAPI()
        self.app.add_api_route("/api/ask", self._ask, methods=["POST"])
        self.app.add_api_route("/api/search", lambda: JSONResponse({}, 500), methods=["POST"])
        self.app.add_api_route("/", lambda: {"hello": "world"})

    async def _ask(self, request: Request) -> Response:
        assert request.client is not None
        body = await request.json()
        self.callers.add(request.client.host)
        self.sent[body["mode"]] += 1
        if body.get("stream"):
            sent = f"event: sentence\ndata: a\n\nevent: {self.ending}\ndata: b\n\n"
            return StreamingResponse(iter([sent]), media_type="text/event-stream")
        self.questions.append(body["question"])
        status = 503 if len(self.questions) % 2 else 200
        self.told[status] += 1
        return JSONResponse({}, status, {"Retry-After": "0"} if status == 503 else None)


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def url(scripted: Scripted) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(scripted.app, log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join(timeout=20)


def test_client_told_to_wait_asks_the_same_again(scripted: Scripted, url: str) -> None:
    tally = asyncio.run(load(url, [ASK], QUESTIONS, 1, 0.3))
    assert tally.errors == {}
    assert (len(tally.answered), tally.told_to_wait) == (scripted.told[200], scripted.told[503])
    assert tally.told_to_wait == len(tally.answered) > 0
    assert scripted.questions[::2] == scripted.questions[1::2]
    assert set(scripted.questions) <= set(QUESTIONS)


def test_requests_are_what_the_server_saw(scripted: Scripted, url: str) -> None:
    tally = asyncio.run(load(url, [ASK, STREAMED], QUESTIONS, 3, 0.3))
    assert tally.requests == scripted.sent["extractive"]
    assert tally.requests == len(tally.answered) + tally.told_to_wait
    assert scripted.callers == {"127.0.0.2", "127.0.0.3", "127.0.0.4"}
    assert {one.first is None for one in tally.answered} == {True, False}
    assert all(one.first < one.took < one.at for one in tally.answered if one.first is not None)


def test_draws_with_the_same_seed_are_alike(scripted: Scripted, url: str) -> None:
    drawn = []
    for seed in (3, 3, 4):
        scripted.questions.clear()
        asyncio.run(load(url, [ASK], list("一二三四五六七八九"), 1, 0.3, seed))
        drawn.append(scripted.questions[:4])
    assert drawn[0] == drawn[1] != drawn[2]


def test_refused_search_is_an_error_by_its_status(url: str) -> None:
    tally = asyncio.run(load(url, [SEARCH], QUESTIONS, 2, 0.1))
    assert tally.errors == {"500": tally.requests}
    assert tally.answered == []


def test_stream_that_is_cut_short_is_an_error(scripted: Scripted, url: str) -> None:
    scripted.ending = "sentence"
    tally = asyncio.run(load(url, [STREAMED], QUESTIONS, 1, 0.1))
    assert tally.errors == {"RemoteProtocolError": tally.requests}


def test_server_that_is_gone_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tally = asyncio.run(load(f"http://127.0.0.1:{port}/", [HELLO], QUESTIONS, 1, 0.05))
    assert tally.errors == {"ConnectError": tally.requests}


def test_rate_counts_the_answers_of_the_span() -> None:
    tally = Tally(10.0, answered=[Answered(at, took, None) for at, took in ((1, 1), (2, 2), (6, 3), (11, 5))])
    assert (tally.rate(), tally.rate(0, 5), tally.rate(5, 10)) == (0.3, 0.4, 0.2)
    assert (tally.took(50), tally.took(100), tally.took(100, 0, 5)) == (2.5, 5, 2)
    assert str(tally.first(50)) == "nan"


def level(clients: int, answers: int, took: float, errors: int = 0, kind: str = MIX) -> Level:
    answered = [Answered(0.5, took, None)] * answers
    return Level(
        16,
        kind,
        clients,
        Tally(1.0, answers + errors, answered, 0, Counter({"500": errors} if errors else {})),
        0.6,
        50,
    )


def test_level_that_is_held_brings_most_of_those_in_time_and_without_errors() -> None:
    levels = [
        level(1, 3, 0.1),
        level(8, 5, 1.9),
        level(32, 6, 2.1),
        level(64, 7, 1.0, errors=1),
        level(9, 8, 1, kind="ask"),
    ]
    assert held_best(levels) == 8
    assert held_best(levels[2:]) == 0


def test_table_has_the_share_of_hello_and_the_processor_for_an_answer() -> None:
    table = table_of([level(8, 5, 1.9, errors=2)])
    row = {str(column.header): list(column.cells) for column in table.columns}
    assert (row["answers/s"], row["of hello"], row["p50 ms"], row["errors"]) == (
        ["5.0"],
        ["10.00 %"],
        ["1900"],
        ["2 500"],
    )
    assert (row["processor ms"], row["first event p50"]) == (["120"], [""])


def test_usage_is_that_of_the_process(tmp_path: Path) -> None:
    before, had = usage_of(os.getpid()), processor_seconds(os.getpid())
    with (tmp_path / "a").open("w"):
        ballast = bytearray(os.urandom(1)) * 200_000_000
        after = usage_of(os.getpid())
    assert after.descriptors == before.descriptors + 1
    assert after.anonymous - before.anonymous == pytest.approx(len(ballast) / 1e6, abs=20)
    assert after.resident >= after.anonymous
    assert processor_seconds(os.getpid()) >= had > 0


def test_command_measures_a_server_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "武汉.txt").write_text(WUHAN, "utf-8")
    (tmp_path / "q.jsonl").write_text(
        json.dumps({"id": "1", "question": "武汉量子产业规模2027年将达到多少？"}), "utf-8"
    )
    home = tmp_path / "home"
    subprocess.run([*YOUJU, "index", str(tmp_path / "武汉.txt")], env=environment(home=str(home)), check=True)
    for name, seconds in (("WARM_UP", 0.1), ("REST", 0.0), ("MINUTE", 0.5), ("BOUND", 60.0)):
        monkeypatch.setattr(bench_load, name, seconds)
    bench_load.main(home, tmp_path / "q.jsonl", clients=[1, 2], seconds=0.5, at_once=[1], hold=2, seed=0, as_json=True)
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    kinds = ["hello", "ask", "stream", "search", "mixed"]
    assert [(row["kind"], row["clients"]) for row in found["levels"]] == [(k, n) for k in kinds for n in (1, 2)]
    for row in [*found["levels"], found["held"]]:
        assert row["requests"] == row["answered"] + row["told_to_wait"] > 0
        assert row["errors"] == {}
        assert row["answered"] > 0
    assert all(row["first_p50"] for row in found["levels"] if row["kind"] == "stream")
    assert len(found["held"]["usage"]) >= 3


def test_command_ends_with_the_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scripted: Scripted, url: str
) -> None:
    @contextmanager
    def here(*_: object, **__: object) -> Iterator[Served]:
        yield Served(url, os.getpid())

    monkeypatch.setattr(bench_load, "served_hello", here)
    monkeypatch.setattr(bench_load, "served_home", here)
    monkeypatch.setattr(bench_load, "WARM_UP", 0.1)
    with pytest.raises(typer.Exit):
        bench_load.main(tmp_path, clients=[1], seconds=0.2, at_once=[16], hold=0, seed=0, as_json=False)
