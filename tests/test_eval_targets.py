"""What is asked: an index in this process and a server over HTTP, which give the same records."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from conftest import HashEmbedder

from eval.ask import ask_one
from eval.questions import GoldEvidence, TestQuestion
from eval.record import Record
from eval.targets import SEARCH_DEPTH, HttpTarget, LocalTarget, TargetError, TargetGone, TargetInfo, TargetRefused
from index.build import Indexer
from index.embed import Embedder
from index.errors import ArticleNotFound, IndexMissing, QuestionError
from index.generations import Home
from qa.answer import MAX_QUESTION
from qa.extractive import Extraction
from qa.library import Library
from web.api import create_api

WUHAN = "武汉市发布量子产业规划。到2027年，武汉量子产业规模将达到300亿元。"
SHANGHAI = "上海市發布量子產業規劃。到2030年，上海量子產業規模將達到5000億元。"
IDS = ["各地/武汉 2027?.txt", "上海#%2F&=;+.md", "%2e%2e/x", ".a/..b", "b"]
"""Ids as they come from bulk files, among them what a URL would read in another way."""
RECORDS = [
    {"id": IDS[0], "text": WUHAN, "title": "武汉规划", "source": "江报", "published": "2024-05-01"},
    {"id": IDS[1], "text": SHANGHAI, "url": "https://a.example/?q=1"},
    *({"id": name, "text": f"第{n}号果园收了{n * 7}吨苹果。"} for n, name in enumerate(IDS[2:])),
]
QUESTIONS = [
    TestQuestion(
        id="1", question="武汉2027年量子产业规模是多少亿元？", answers=[["300亿"]],
        evidence=[{"article": IDS[0], "quote": "武漢量子產業規模將達到300億元"}, {"article": "none", "quote": "无"}],
    ),
    TestQuestion(
        id="2", question="那上海2030年呢？", answers=[["5000亿"]], gold=[IDS[1]],
        history=[{"role": "user", "content": "武汉2027年量子产业规模是多少？"}, {"role": "assistant", "content": "300亿元。[1]"}],
    ),
    TestQuestion(id="3", question="廣州有多少家企業？", answerable=False),
    TestQuestion(id="4", question="What is the quantum plan of Shanghai for 2030?"),
    TestQuestion(id="5", question="苹果"),
]  # fmt: skip


@contextmanager
def serving(library: Library) -> Iterator[str]:
    """The URL of the library's API; what connects before it has started waits in the listener."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_api(library), log_level="critical", log_config=None))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("targets")
    path, home = folder / "a.jsonl", Home(folder / "home")
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in RECORDS), "utf-8")
    with home.write_lock():
        indexer = Indexer(home, HashEmbedder())
        list(indexer.index([path]))
        indexer.close()
    library = Library(home, HashEmbedder(), Extraction(confidence=0), described="reranker x")
    yield library
    library.reader().close()


@pytest.fixture(scope="module")
def local(library: Library) -> LocalTarget:
    return LocalTarget(library, "home")


@pytest.fixture(scope="module")
def served(library: Library) -> Iterator[HttpTarget]:
    with serving(library) as url:
        target = HttpTarget(url + "/")
        yield target
        target._client.close()


def mocked(handler: Callable[[httpx.Request], httpx.Response]) -> HttpTarget:
    """A target whose server answers so."""
    target = HttpTarget("http://youju.test")
    target._client = httpx.Client(transport=httpx.MockTransport(handler))
    return target


def timeless(record: Record) -> dict[str, object]:
    """A record without its times, and without the answer's own id."""
    return record.model_dump(
        exclude={"ask_ms": True, "search_ms": True, "first_sentence_ms": True, "answer": {"id", "timings_ms"}}
    )


# -- the same from both -----------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_records_are_the_same_over_http(local: LocalTarget, served: HttpTarget, question: TestQuestion) -> None:
    here, there = ask_one(local, question), ask_one(served, question)
    assert timeless(here) == timeless(there)
    assert here.error == ""
    assert here.fused.sentences
    assert here.dense is not None
    assert here.dense.sentences
    assert here.spans_checked == here.spans_exact > 0
    assert min(here.ask_ms, here.search_ms, there.ask_ms, there.search_ms) > 0


def test_records_have_answers_gold_and_legs(served: HttpTarget) -> None:
    first, follow_up = (ask_one(served, question) for question in QUESTIONS[:2])
    assert first.answer is not None
    assert "300亿元" in first.answer.answer
    assert [(g.article_id, WUHAN[g.start : g.end]) for g in first.gold] == [(IDS[0], "武汉量子产业规模将达到300亿元")]
    assert (first.unlocated, first.first_holds_answer) == ([GoldEvidence(article="none", quote="无")], True)
    assert first.lexical is not None
    assert first.lexical.articles[0].article_id == IDS[0]
    assert follow_up.answer is not None
    assert follow_up.answer.standalone_question == "上海2030年量子产业规模是多少？"
    assert (follow_up.fused.articles[0].article_id, follow_up.first_holds_answer) == (IDS[1], True)


def test_describe_is_the_same_but_for_the_place(local: LocalTarget, served: HttpTarget) -> None:
    here, there = local.describe(), served.describe()
    assert here == TargetInfo(
        where="home", embedder="test:hash-64", index=here.index, articles=len(RECORDS), asking="reranker x"
    )
    assert there == here.model_copy(update={"where": there.where})
    assert there.where.startswith("http://127.0.0.1:")
    assert not there.where.endswith("/")


def test_search_goes_as_deep(local: LocalTarget, served: HttpTarget) -> None:
    here, there = local.search("量子产业"), served.search("量子产业")
    assert (here.hits, here.legs) == (there.hits, there.legs)
    assert len(here.hits) == 7 < SEARCH_DEPTH


@pytest.mark.parametrize("article", IDS)
def test_text_of_any_id(local: LocalTarget, served: HttpTarget, article: str) -> None:
    expected = next(record["text"] for record in RECORDS if record["id"] == article)
    for _ in range(2):
        assert (local.text(article), served.text(article)) == (expected, expected)


@pytest.mark.parametrize("article", ["none", "各地", "a/b", "c/../b", ".", "", "b?", "b/", "武汉.txt"])
def test_text_of_an_unknown_id(local: LocalTarget, served: HttpTarget, article: str) -> None:
    for target in (local, served):
        with pytest.raises(ArticleNotFound, match="no article has the id"):
            target.text(article)


@pytest.mark.parametrize("question", ["问" * (MAX_QUESTION + 1), " \n"], ids=["long", "blank"])
def test_bad_question_is_refused_by_both(local: LocalTarget, served: HttpTarget, question: str) -> None:
    with pytest.raises(QuestionError):
        local.ask(question, [])
    with pytest.raises(TargetRefused, match="/api/ask answered 422: ") as refused:
        served.ask(question, [])
    assert refused.value.status == 422


def test_target_knows_the_articles_of_a_new_generation(tmp_path: Path, home: Home, embedder: Embedder) -> None:
    def index(name: str) -> None:
        (tmp_path / name).write_text(f"{name}的果园。", "utf-8")
        with home.write_lock():
            indexer = Indexer(home, embedder)
            list(indexer.index([tmp_path / name]))
            indexer.close()

    index("a.txt")
    library = Library(home, embedder)
    local = LocalTarget(library, "home")
    with serving(library) as url:
        served = HttpTarget(url)
        before = local.describe()
        with pytest.raises(ArticleNotFound):
            served.text("b.txt")
        index("b.txt")
        assert (served.text("b.txt"), local.text("b.txt")) == ("b.txt的果园。", "b.txt的果园。")
        assert served.describe().index == local.describe().index != before.index
        served._client.close()
    library.reader().close()


# -- a server that does not do what it should -------------------------------------------------


def test_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    for call in (HttpTarget(url).describe, lambda: HttpTarget(url).ask("问", []), lambda: HttpTarget(url).text("a")):
        with pytest.raises(TargetGone) as gone:
            call()
        assert str(gone.value).startswith(f"{url} does not answer (")
        assert str(gone.value).endswith(" Start it with: youju serve")


@pytest.mark.parametrize("url", ["localhost:7860", "ftp://127.0.0.1", "", "http://", "http://[", "http://127.0.0.1:x"])
def test_url_that_is_none(url: str) -> None:
    with pytest.raises(TargetGone, match="does not answer"):
        HttpTarget(url).describe()


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ConnectTimeout("nothing")])
def test_server_that_cannot_be_reached_is_gone(error: httpx.HTTPError) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(TargetGone, match="does not answer .* Start it with: youju serve"):
        mocked(fail).ask("问", [])


def test_server_that_takes_too_long_is_not_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes the connection, and never answers
        target = HttpTarget(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=0.05)
        with pytest.raises(TargetError, match="/api/ask: ReadTimeout") as failed:
            target.ask("问", [])
        target._client.close()
    assert not isinstance(failed.value, TargetGone)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_server_that_cannot_be_asked_now_is_gone(status: int) -> None:
    target = mocked(lambda _: httpx.Response(status, text="busy"))
    with pytest.raises(TargetGone, match=f"answered {status}: busy"):
        ask_one(target, QUESTIONS[4])


@pytest.mark.parametrize("status", [500, 429, 403])
def test_server_that_refuses_is_named_with_its_status(status: int) -> None:
    body = {"error": {"code": "x", "message": "something went wrong.", "hint": ""}}
    target = mocked(lambda _: httpx.Response(status, json=body))
    for call, path in ((target.describe, "/readyz"), (lambda: target.search("问"), "/api/search"),
                       (lambda: target.ask("问", []), "/api/ask"), (lambda: target.text("a"), "/api/articles/a")):  # fmt: skip
        with pytest.raises(TargetRefused) as refused:
            call()
        assert refused.value.status == status
        assert str(refused.value).startswith(f"http://youju.test{path} answered {status}: ")
        assert "something went wrong." in str(refused.value)
    assert ask_one(target, QUESTIONS[4]).error.startswith(f"http://youju.test/api/ask answered {status}: ")


def test_server_without_an_index_says_so(tmp_path: Path) -> None:
    library = Library(Home(tmp_path), HashEmbedder())
    with serving(library) as url:
        target = HttpTarget(url)
        with pytest.raises(TargetGone, match="answered 503: .*There is no index .*youju index PATH"):
            target.describe()
        target._client.close()
    with pytest.raises(IndexMissing):
        LocalTarget(library, "home").describe()


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, html="<html>好</html>"),
        httpx.Response(200, json={"status": "ok"}),
        httpx.Response(200, json=[]),
        httpx.Response(200, content=b"\xff"),
        httpx.Response(204),
        httpx.Response(302, headers={"location": "/login"}),
    ],
    ids=["html", "other", "list", "bytes", "nothing", "elsewhere"],
)
def test_server_of_another_kind_is_named(response: httpx.Response) -> None:
    target = mocked(lambda _: response)
    for call in (target.describe, lambda: target.search("问"), lambda: target.ask("问", []), lambda: target.text("a")):
        with pytest.raises(TargetError) as failed:
            call()
        assert "answered in another form than ours" in str(failed.value)
        assert str(failed.value).endswith(" Is it a youju server of this version?")


def test_server_that_tells_no_legs_gives_records_without() -> None:
    """As one of an older version, were it to pass over the field."""
    answer = {"id": "1", "question": "问", "standalone_question": "问", "answer": "无", "status": "no_evidence",
              "sentences": [], "citations": [], "mode": "extractive", "confidence": 0, "timings_ms": {}}  # fmt: skip
    bodies = {"/api/ask": answer, "/api/search": {"hits": [], "timings_ms": {"total": 3.5}}}
    record = ask_one(mocked(lambda request: httpx.Response(200, json=bodies[request.url.path])), QUESTIONS[4])
    assert (record.error, record.dense, record.lexical, record.search_ms) == ("", None, None, 3.5)


def test_settings_of_the_surroundings_do_not_lead_elsewhere(
    served: HttpTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    target = HttpTarget(served.describe().where)
    assert target.describe() == served.describe()
    target._client.close()
