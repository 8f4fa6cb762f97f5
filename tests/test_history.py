"""Conversations that are kept: what was said, and whether its citations still stand."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from records import answer

from index.build import Event as Indexed
from index.build import Indexer, prepare
from index.embed import Embedder
from index.errors import ArticleNotFound, ConversationChanged, ConversationNotFound, HistoryError
from index.generations import Home
from index.records import LoadedArticle
from qa.answer import Answer, Citation, Turn
from qa.events import Done
from qa.history import LAYOUT, TITLE, History
from qa.library import Library
from qa.pipeline import Pipeline
from qa.tracing import Trace, traced
from web.api import create_api
from web.visitors import COOKIE

TEXT = "合肥市发布公报。合肥有量子企业60家。合肥的面积很大。"
QUOTE = "合肥有量子企业60家。"
BEFORE = [Turn(role="user", content="合肥？"), Turn(role="assistant", content="60家。")]


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "home" / "history.sqlite")


def said(text: str) -> Answer:
    return answer("规模为5000亿元。", question=text, cited=[("a", 0, 3)])


# -- what is kept -----------------------------------------------------------------------------


def test_answers_come_back_as_they_were_given(history: History) -> None:
    kept = history.begin()
    history.record(kept.id, said("甲？"))
    history.record(kept.id, said("乙？"))
    assert [e.answer for e in history.dialogue(kept.id).exchanges] == [said("甲？"), said("乙？")]
    assert [(t.role, t.content) for t in history.dialogue(kept.id).turns] == [
        ("user", "甲？"),
        ("assistant", "规模为5000亿元。"),
        ("user", "乙？"),
        ("assistant", "规模为5000亿元。"),
    ]


def test_a_first_answer_begins_its_conversation_or_leaves_none(history: History) -> None:
    kept = history.record("", said("甲？"), owner="a", before=BEFORE)
    assert [c.id for c in history.conversations("a")] == [kept]
    dialogue = history.dialogue(kept, "a")
    assert (dialogue.title, dialogue.before, [e.answer for e in dialogue.exchanges]) == ("甲？", BEFORE, [said("甲？")])
    with pytest.raises(ConversationChanged):
        history.record("", said("乙？"), owner="b", replaces="7")
    assert history.conversations("b") == []


def test_a_conversation_is_named_by_its_first_question(history: History) -> None:
    plain, named = history.begin(owner="a"), history.begin("我的题目", "a")
    for kept in (plain, named):
        history.record(kept.id, said("问" * 60), owner="a")
        history.record(kept.id, said("另一问？"), owner="a")
    titles = {c.id: c.title for c in history.conversations("a")}
    assert titles == {plain.id: "问" * TITLE, named.id: "我的题目"}


def test_the_conversation_changed_last_is_listed_first(history: History) -> None:
    first, second = history.begin("一", "a"), history.begin("二", "a")
    assert [c.title for c in history.conversations("a")] == ["二", "一"]
    history.record(first.id, said("甲？"), owner="a")
    assert [c.title for c in history.conversations("a")] == ["一", "二"]
    assert second.begun == second.changed


def test_a_removed_conversation_leaves_nothing(history: History) -> None:
    kept, other = history.begin(owner="a"), history.begin(owner="a")
    for one in (kept, other):
        history.record(one.id, said("甲？"), owner="a")
    history.remove(kept.id, "a")
    assert [c.id for c in history.conversations("a")] == [other.id]
    with sqlite3.connect(history._file.path) as database:
        assert database.execute("SELECT count(*) FROM exchange").fetchone() == (1,)


@pytest.mark.parametrize(
    "use", [lambda h: h.dialogue("x"), lambda h: h.record("x", said("甲？")), lambda h: h.remove("x")]
)
def test_an_unknown_conversation_is_an_error(history: History, use: Callable[[History], Any]) -> None:
    with pytest.raises(ConversationNotFound, match="'x'"):
        use(history)
    assert history.conversations("a") == []


def test_another_layout_is_an_error(history: History) -> None:
    history.begin()
    with sqlite3.connect(history._file.path) as database:
        database.execute(f"PRAGMA user_version = {LAYOUT + 1}")
    with pytest.raises(HistoryError, match=f"layout {LAYOUT + 1}"):
        history.conversations("a")


@pytest.mark.parametrize("content", [b"no database at all" * 100])
def test_a_damaged_file_is_an_error_and_stays(history: History, content: bytes) -> None:
    history._file.path.parent.mkdir()
    history._file.path.write_bytes(content)
    with pytest.raises(HistoryError, match="history.sqlite"):
        history.begin()
    assert history._file.path.read_bytes() == content


def test_an_answer_that_cannot_be_read_is_an_error(history: History) -> None:
    kept = history.begin()
    history.record(kept.id, said("甲？"))
    with sqlite3.connect(history._file.path) as database:
        database.execute("UPDATE exchange SET answer = '{}'")
    with pytest.raises(HistoryError, match="cannot be read"):
        history.dialogue(kept.id)


def all_at_once(act: Callable[[int], object], times: int) -> None:
    """Call it from as many threads, which wait for each other; an error in any of them is raised."""
    ready = Barrier(times)

    def wait_and_act(number: int) -> None:
        ready.wait()
        act(number)

    with ThreadPoolExecutor(times) as threads:
        list(threads.map(wait_and_act, range(times)))


def test_many_may_begin_at_once(history: History) -> None:
    all_at_once(lambda n: history.begin(str(n), "a"), 16)
    assert {c.title for c in history.conversations("a")} == {str(n) for n in range(16)}


def test_reading_makes_no_file(history: History) -> None:
    assert history.conversations("a") == []
    with pytest.raises(ConversationNotFound):
        history.dialogue("x")
    assert not history._file.path.exists()


def test_many_may_write_at_once(history: History) -> None:
    kept = history.begin()
    all_at_once(lambda n: history.record(kept.id, said(f"{n}？")), 12)
    assert {e.answer.question for e in history.dialogue(kept.id).exchanges} == {f"{n}？" for n in range(12)}


# -- whether citations still stand ------------------------------------------------------------


class OneArticle:
    """A store with one text, in a version."""

    def __init__(self, text: str | None, version: int = 2) -> None:
        self.text, self.version = text, version

    def article(self, article_id: str) -> Any:
        if self.text is None:
            raise ArticleNotFound("no such article.")
        article = prepare(LoadedArticle(id=article_id, text="文。"))
        object.__setattr__(article, "text", self.text)
        object.__setattr__(article, "version", self.version)
        return article


def cited(start: int, quote: str, version: int = 1) -> Citation:
    return Citation(
        number=3, article_id="a", version=version, title="", source="", published="", url="", start=start,
        end=start + len(quote), quote=quote, score=1.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "version", "trace", "start"),
    [
        (TEXT, 1, Trace.CURRENT, 8),
        (TEXT, 2, Trace.MOVED, 8),
        ("更正。" + TEXT, 2, Trace.MOVED, 11),
        (TEXT.replace("60", "70"), 2, Trace.CHANGED, None),
        (QUOTE + TEXT, 2, Trace.MOVED, 0),
        (None, 2, Trace.GONE, None),
    ],
)
def test_what_became_of_a_citation(text: str | None, version: int, trace: Trace, start: int | None) -> None:
    found = traced(cited(8, QUOTE), OneArticle(text, version))  # type: ignore[arg-type]
    end = None if start is None else start + len(QUOTE)
    assert (found.number, found.trace, found.start, found.end) == (3, trace, start, end)
    assert found.version == (None if text is None else version)


@given(
    st.text("甲乙", max_size=8), st.text("甲乙", min_size=1, max_size=3), st.text("甲乙", max_size=8), st.integers(0, 9)
)
def test_a_quote_that_is_there_is_found_nearest_to_its_place(before: str, quote: str, after: str, start: int) -> None:
    text = before + quote + after
    found = traced(cited(start, quote), OneArticle(text))  # type: ignore[arg-type]
    assert found.start is not None
    assert text[found.start : found.end] == quote
    places = [at for at in range(len(text)) if text.startswith(quote, at)]
    assert abs(found.start - start) == min(abs(at - start) for at in places)


# -- over HTTP --------------------------------------------------------------------------------


@pytest.fixture
def client(
    tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Indexed]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    from qa.confidence import Calibration

    monkeypatch.setattr("qa.confidence.CALIBRATION", Calibration(intercept=50))
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    index(tmp_path / "a.txt")
    with TestClient(create_api(Library(home, embedder)), cookies={COOKIE: "a" * 32}) as client:
        yield client


def test_a_conversation_over_http(client: TestClient) -> None:
    made = client.post("/api/conversations", json={})
    assert made.status_code == 201
    kept = made.json()["id"]
    first = client.post("/api/ask", json={"question": "合肥有多少家量子企业？", "conversation": kept}).json()
    second = client.post("/api/ask", json={"question": "它的面积呢？", "conversation": kept}).json()
    assert "合肥" in second["standalone_question"]
    exchanges = client.get(f"/api/conversations/{kept}").json()
    assert [e["answer"] for e in exchanges] == [first, second]
    assert [t["trace"] for t in exchanges[0]["traces"]] == ["current"]
    assert [c["title"] for c in client.get("/api/conversations").json()] == ["合肥有多少家量子企业？"]
    assert client.delete(f"/api/conversations/{kept}").status_code == 204
    assert client.get(f"/api/conversations/{kept}").status_code == 404


def test_a_streamed_answer_is_kept_too(client: TestClient) -> None:
    kept = client.post("/api/conversations", json={}).json()["id"]
    asked = {"question": "合肥有多少家量子企业？", "conversation": kept, "stream": True}
    assert "event: done" in client.post("/api/ask", json=asked).text
    assert len(client.get(f"/api/conversations/{kept}").json()) == 1


def test_an_answer_is_kept_though_whoever_read_its_stream_has_gone(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = client.post("/api/conversations", json={}).json()["id"]
    streamed, gone = Pipeline.stream, Event()

    def waiting(*given: Any, **more: Any) -> Iterator[Any]:
        for event in streamed(*given, **more):
            if isinstance(event, Done):
                assert gone.wait(10)
            yield event

    monkeypatch.setattr(Pipeline, "stream", waiting)
    asked = {"question": "合肥有多少家量子企业？", "conversation": kept, "stream": True}
    anyio.run(read_and_leave, client.app, "/api/ask", asked)
    assert client.get(f"/api/conversations/{kept}").json() == []
    gone.set()
    deadline = time.monotonic() + 10
    while not (found := client.get(f"/api/conversations/{kept}").json()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(found) == 1


async def read_and_leave(app: Any, path: str, body: dict[str, Any]) -> None:
    """Ask for a stream, read the first of it, and go away."""
    asked = [{"type": "http.request", "body": json.dumps(body).encode()}]
    read = anyio.Event()

    async def receive() -> dict[str, Any]:
        if asked:
            return asked.pop()
        await read.wait()
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        if message.get("body"):
            read.set()

    headers = [(b"content-type", b"application/json"), (b"cookie", f"{COOKIE}={'a' * 32}".encode())]
    await app({"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}, receive, send)


def test_citations_of_articles_that_changed_or_went(
    client: TestClient, tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Indexed]]
) -> None:
    kept = client.post("/api/conversations", json={}).json()["id"]
    [cite] = client.post("/api/ask", json={"question": "合肥有多少家量子企业？", "conversation": kept}).json()[
        "citations"
    ]

    def trace() -> dict[str, Any]:
        exchange = client.get(f"/api/conversations/{kept}").json()[0]
        assert exchange["answer"]["citations"][0]["quote"] == cite["quote"]
        return exchange["traces"][0]  # type: ignore[no-any-return]

    (tmp_path / "a.txt").write_text("更正启事。\n" + TEXT, "utf-8")
    index(tmp_path / "a.txt")
    moved = trace()
    text = client.get("/api/articles/a.txt").json()["text"]
    assert (moved["trace"], text[moved["start"] : moved["end"]]) == ("moved", cite["quote"])
    with home.write_lock():
        indexer = Indexer(home, embedder)
        list(indexer.remove(["a.txt"]))
        indexer.finish()
        indexer.close()
    assert trace() == {"number": 1, "trace": "gone", "version": None, "start": None, "end": None}


def test_a_history_beside_a_conversation_is_refused(client: TestClient) -> None:
    kept = client.post("/api/conversations", json={}).json()["id"]
    turns = [{"role": "user", "content": "合肥呢？"}]
    given = client.post("/api/ask", json={"question": "合肥？", "conversation": kept, "history": turns})
    assert (given.status_code, given.json()["error"]["code"]) == (422, "bad_question")
    unknown = client.post("/api/ask", json={"question": "合肥？", "conversation": "x"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "conversation_not_found")


def test_a_conversation_can_be_read_without_an_index(client: TestClient, home: Home, embedder: Embedder) -> None:
    kept = client.post("/api/conversations", json={}).json()["id"]
    asked = client.post("/api/ask", json={"question": "合肥有多少家量子企业？", "conversation": kept}).json()
    for path in (home.root / "CURRENT", home.store):
        path.unlink()
    with TestClient(create_api(Library(Home(home.root), embedder)), cookies={COOKIE: "a" * 32}) as later:
        [exchange] = later.get(f"/api/conversations/{kept}").json()
        assert exchange["answer"] == asked
        assert [t["trace"] for t in exchange["traces"]] == ["gone"]
        assert later.get("/api/conversations/x").status_code == 404
