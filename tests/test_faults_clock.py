"""A clock that jumps by a year, forward or back: who is let in, who waits, and in which order things stand."""

import json
from datetime import date
from pathlib import Path

import pytest
from conftest import HashEmbedder
from fastapi.testclient import TestClient
from faulty import Clock

from index.build import Indexer
from index.generations import Home
from qa import pipeline as pipeline_module
from qa.extractive import Extraction
from qa.library import Library
from web.access import LIFE, Access, Doors
from web.api import create_api
from web.keys import KeyStore, Scope
from web.rate import RateLimit
from web.visitors import COOKIE

YEAR = 365 * 24 * 3600.0
QUESTION = {"question": "武汉市有多少家量子企业？"}
VISITOR = {COOKIE: "0123456789abcdef" * 2}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    this_year = {
        "id": "武汉.txt",
        "text": "武汉市公报\n\n武汉市共有量子企业93家。",
        "published": f"{date.today().year}-06-15",
    }
    home = Home(tmp_path / "home")
    (tmp_path / "a.jsonl").write_text(json.dumps(this_year), "utf-8")
    write(home, tmp_path / "a.jsonl")
    return Library(home, HashEmbedder(), Extraction(confidence=0))


def write(home: Home, path: Path) -> None:
    with home.write_lock():
        indexer = Indexer(home, HashEmbedder())
        list(indexer.index([path]))
        indexer.close()


@pytest.mark.parametrize("seconds", [YEAR, -YEAR])
def test_a_jump_locks_nobody_out(library: Library, clock: Clock, seconds: float) -> None:
    client = TestClient(RateLimit(create_api(library), "2/minute", 16))
    codes = [client.post("/api/search", json=QUESTION).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    clock.jump(seconds)
    codes = [client.post("/api/search", json=QUESTION).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert int(client.post("/api/search", json=QUESTION).headers["retry-after"]) <= 120
    clock.jump(0)
    assert client.post("/api/search", json=QUESTION).status_code in (200, 429)  # as if it had not jumped
    assert int(client.post("/api/search", json=QUESTION).headers.get("retry-after", 0)) <= 120


@pytest.mark.parametrize(
    ("opened", "then", "status"),
    [
        (0, 3600, 200),
        (0, -3600, 200),
        (0, YEAR, 401),  # it has ended
        (YEAR, 0, 401),  # of a clock that was wrong: it would be good for a year and a month
        (-YEAR, 0, 401),
        (YEAR, YEAR, 200),
    ],
)
def test_a_session_is_good_for_its_time_and_no_longer(
    library: Library, tmp_path: Path, clock: Clock, opened: float, then: float, status: int
) -> None:
    client = TestClient(Access(create_api(library), Doors(KeyStore(tmp_path / "keys.sqlite"), "geheim123")))
    clock.jump(opened)
    given = client.post("/login", data={"password": "geheim123"}, follow_redirects=False)
    assert given.status_code == 303
    session = {"cookie": given.headers["set-cookie"].partition(";")[0]}
    clock.jump(then)
    bare = TestClient(client.app)
    assert bare.post("/api/search", json=QUESTION, headers=session).status_code == status
    assert LIFE < YEAR


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (YEAR, 401), (-YEAR, 200)])
def test_a_key_ends_by_the_clock(library: Library, tmp_path: Path, clock: Clock, seconds: float, status: int) -> None:
    keys = KeyStore(tmp_path / "keys.sqlite")
    _, key = keys.make("program", [Scope.ASK], days=30)
    client = TestClient(Access(create_api(library), Doors(keys)), headers={"Authorization": f"Bearer {key}"})
    clock.jump(seconds, "web.keys")
    sent = client.post("/api/search", json=QUESTION)
    assert sent.status_code == status
    if status == 401:
        assert sent.json()["error"]["message"] == "this key opens nothing."
    clock.jump(0, "web.keys")
    assert client.post("/api/search", json=QUESTION).status_code == 200


def test_conversations_and_feedback_stay_in_the_order_in_which_they_came(library: Library, clock: Clock) -> None:
    client = TestClient(create_api(library), cookies=VISITOR)
    begun, answers = [], []
    for title, seconds in (("甲", 0.0), ("乙", YEAR), ("丙", -YEAR)):
        clock.jump(seconds, "qa.history", "qa.feedback")
        begun.append(client.post("/api/conversations", json={"title": title}).json()["id"])
        answers.append(client.post("/api/ask", json=QUESTION | {"conversation": begun[-1]}).json()["id"])
        client.post("/api/feedback", json={"answer": answers[-1], "good": True})
    assert [c["title"] for c in client.get("/api/conversations").json()] == ["丙", "乙", "甲"]
    clock.jump(-2 * YEAR, "qa.history")
    client.post("/api/ask", json=QUESTION | {"conversation": begun[0]})
    assert [c["title"] for c in client.get("/api/conversations").json()] == ["甲", "丙", "乙"]
    assert len(client.get(f"/api/conversations/{begun[0]}").json()) == 2
    given = [json.loads(line)["id"] for line in client.get("/api/feedback").text.splitlines()]
    assert given == [f"feedback-{n}-{answer[:8]}" for n, answer in enumerate(answers, start=1)]


def test_what_is_written_is_found_whatever_the_clock_says(library: Library, tmp_path: Path, clock: Clock) -> None:
    client = TestClient(create_api(library))
    for number, seconds in ((2, YEAR), (3, -YEAR)):
        clock.jump(seconds)
        (tmp_path / f"{number}.txt").write_text(f"第{number}号果园今年收了{number * 7}吨苹果。", "utf-8")
        write(library.home, tmp_path / f"{number}.txt")
        hits = client.post("/api/search", json={"question": f"第{number}号果园", "k": 1}).json()["hits"]
        assert [hit["quote"] for hit in hits] == [f"第{number}号果园今年收了{number * 7}吨苹果。"]
        assert library.home.current_name() == str(number)


@pytest.mark.parametrize("years", [1, -1])
def test_the_day_that_a_question_is_counted_from_is_told(
    library: Library, monkeypatch: pytest.MonkeyPatch, years: int
) -> None:
    today = date(date.today().year + years, 6, 1)

    class Set(date):
        @classmethod
        def today(cls) -> "Set":
            return cls(today.year, today.month, today.day)

    client = TestClient(create_api(library))
    asked = {"question": "武汉市今年有多少家量子企业？"}
    right = client.post("/api/ask", json=asked).json()
    assert (right["answer"], right["warnings"]) == ("武汉市共有量子企业93家。[1]", [])
    monkeypatch.setattr(pipeline_module, "date", Set)
    wrong = client.post("/api/ask", json=asked).json()
    told = f"“今年”按{today.isoformat()}算是{today.year}-01-01–{today.year}-12-31，所引的句子说的不是这段时间。"
    assert (wrong["answer"], wrong["warnings"]) == (right["answer"], [told])
    assert (
        client.post("/api/ask", json=asked | {"asof": f"{date.today().year}-12-31"}).json()["answer"] == right["answer"]
    )
