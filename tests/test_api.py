"""The HTTP API: its responses, and every error in one form."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from index.build import Indexer
from index.embed import Embedder
from index.errors import EmbedderError, RerankerError, YoujuError
from index.generations import Home
from qa.answer import MAX_QUESTION
from qa.library import Library
from web.api import create_api

ID = "各地/武汉 2027?.txt"
TEXT = "武汉市发布量子产业规划。到2027年，武汉量子产业规模将达到300亿元。"
RECORDS = [
    {
        "id": ID,
        "text": TEXT,
        "title": "武汉规划",
        "source": "江报",
        "published": "2024-05-01",
        "url": "https://a.example",
    },
    {"id": "b", "text": "深圳有60家企业。面积很大。"},
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    from conftest import HashEmbedder

    folder, embedder = tmp_path_factory.mktemp("api"), HashEmbedder()
    path, home = folder / "a.jsonl", Home(folder / "home")
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in RECORDS), "utf-8")
    with home.write_lock():
        indexer = Indexer(home, embedder)
        list(indexer.index([path]))
        indexer.close()
    library = Library(home, embedder)
    with TestClient(create_api(library), raise_server_exceptions=False) as client:
        yield client
    library.reader().close()


@pytest.fixture
def no_index(home: Home, embedder: Embedder) -> TestClient:
    return TestClient(create_api(Library(home, embedder)), raise_server_exceptions=False)


def error_of(body: Any) -> dict[str, str]:
    """The error of a body that is nothing but an error in our form."""
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "message", "hint"]
    assert "Traceback" not in str(body)
    assert body["error"]["message"]
    return dict(body["error"])


# -- success ----------------------------------------------------------------------------------


def test_healthz(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_healthz_without_an_index(no_index: TestClient) -> None:
    assert no_index.get("/healthz").status_code == 200


def test_search_hits_are_best_first(client: TestClient) -> None:
    body = client.post("/api/search", json={"question": "武汉量子产业规模", "k": 3}).json()
    scores = [hit["score"] for hit in body["hits"]]
    assert (len(scores), scores) == (3, sorted(scores, reverse=True))
    assert list(body) == ["hits", "timings_ms"]


def test_search_hit_has_its_place(client: TestClient) -> None:
    [hit] = client.post("/api/search", json={"question": "2027年武汉量子产业规模300亿元", "k": 1}).json()["hits"]
    assert hit.pop("score") > 0
    assert hit.pop("quote") == TEXT[hit.pop("start") : hit.pop("end")] == "到2027年，武汉量子产业规模将达到300亿元。"
    assert hit == {"article_id": ID} | {k: RECORDS[0][k] for k in ("title", "source", "published", "url")}


@pytest.mark.parametrize(("k", "count"), [(1, 1), (100, 4)])
def test_search_k_at_its_bounds(client: TestClient, k: int, count: int) -> None:
    assert len(client.post("/api/search", json={"question": "武汉", "k": k}).json()["hits"]) == count


def test_search_question_of_the_greatest_length(client: TestClient) -> None:
    assert client.post("/api/search", json={"question": "问" * MAX_QUESTION}).status_code == 200


def test_ask_refusal_cites_the_nearest_facts_alone(client: TestClient) -> None:
    body = client.post("/api/ask", json={"question": "广州量子产业规模是多少亿元？"}).json()
    assert (body["status"], body["sentences"]) == ("no_evidence", [])
    assert [(fact["text"], fact["citations"]) for fact in body["nearest"]] == [(TEXT, [1])]
    assert [c["quote"] for c in body["citations"]] == [TEXT]
    assert TEXT not in body["answer"]


def test_ask_takes_history(client: TestClient) -> None:
    history = [{"role": "user", "content": "武汉有多少家企业？"}, {"role": "assistant", "content": "没有。"}]
    body = client.post("/api/ask", json={"question": "那深圳呢？", "history": history}).json()
    assert (body["question"], body["standalone_question"][:2]) == ("那深圳呢？", "深圳")


def test_ask_citation_is_a_span_of_its_article(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from qa.confidence import Calibration

    monkeypatch.setattr("qa.confidence.CALIBRATION", Calibration(intercept=50))
    body = client.post("/api/ask", json={"question": "武汉2027年量子产业规模是多少亿元？", "stream": False}).json()
    [cited] = body["citations"]
    article = client.get(f"/api/articles/{quote(cited['article_id'])}").json()
    assert (body["status"], cited["number"], cited["version"]) == ("answered", 1, article["version"])
    assert article["text"][cited["start"] : cited["end"]] == cited["quote"]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"since": "2024-05-01", "until": "2024-05-01"}, {ID}),
        ({"since": "2024-05-02"}, set()),
        ({"sources": ["江報"]}, {ID}),
        ({"articles": ["b"]}, {"b"}),
        ({"articles": ["b", ID], "sources": ["江报"]}, {ID}),
        ({}, {ID, "b"}),
        (None, {ID, "b"}),
    ],
)
def test_search_is_filtered_with_its_legs(client: TestClient, filters: object, ids: set[str]) -> None:
    body = client.post("/api/search", json={"question": "武汉规模", "legs": True, "filters": filters}).json()
    assert {hit["article_id"] for hit in body["hits"]} == ids
    assert {found["article_id"] for found in body["legs"]["dense"]} == ids
    assert {found["article_id"] for found in body["legs"]["articles"]} == ids - {"b"}


def test_search_says_what_its_filters_missed(client: TestClient) -> None:
    body = client.post("/api/search", json={"question": "武汉", "filters": {"sources": ["河报"]}}).json()
    assert (body["hits"], body["warnings"]) == ([], ["没有来源为“河报”的文章。", "没有文章符合筛选条件。"])
    body = client.post("/api/search", json={"question": "武汉", "filters": {"sources": ["江报"]}}).json()
    assert list(body) == ["hits", "timings_ms"]


def test_ask_is_filtered(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from qa.confidence import Calibration

    monkeypatch.setattr("qa.confidence.CALIBRATION", Calibration(intercept=50))
    asked = {"question": "武汉2027年量子产业规模是多少亿元？"}
    statuses = [
        client.post("/api/ask", json=asked | {"filters": filters}).json()["status"]
        for filters in ({"sources": ["江報"]}, {"articles": ["b"]}, None)
    ]
    assert statuses == ["answered", "no_evidence", "answered"]


@pytest.mark.parametrize(
    ("asof", "status"), [("2027-01-01", "answered"), ("2028-06-01", "no_evidence"), (None, "answered")]
)
def test_ask_counts_from_the_day_given(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, asof: str | None, status: str
) -> None:
    from qa.confidence import Calibration

    monkeypatch.setattr("qa.confidence.CALIBRATION", Calibration(intercept=50))
    body = client.post("/api/ask", json={"question": "武汉今年量子产业规模是多少亿元？", "asof": asof}).json()
    said = [sentence["text"] for sentence in body["sentences"]]
    assert (body["status"], said) == (status, [TEXT] if status == "answered" else [])


def test_ask_names_the_days_that_nothing_speaks_of(client: TestClient) -> None:
    body = client.post("/api/ask", json={"question": "武汉昨天的产业规模是多少亿元？", "asof": "2029-03-01"}).json()
    assert body["answer"] == "这些文章里没有找到答案。找到的文章没有同时提到：昨天（2029-02-28）。"


def test_articles_are_listed_by_id(client: TestClient) -> None:
    rows = client.get("/api/articles").json()
    assert [(row["id"], row["sentences"], row["characters"]) for row in rows] == [("b", 2, 14), (ID, 2, len(TEXT))]


@pytest.mark.parametrize("safe", ["/", ""])
def test_article_with_slash_and_chinese_in_its_id(client: TestClient, safe: str) -> None:
    body = client.get(f"/api/articles/{quote(ID, safe=safe)}").json()
    assert (body["id"], body["text"], body["group"], body["dropped"]) == (ID, TEXT, ID, [])


# -- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/search", "/api/ask"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": ""},
        {"question": " \n\t"},
        {"question": "问" * (MAX_QUESTION + 1)},
        {"question": None},
        {"question": ["武汉"]},
        {"question": "武汉", "temperature": 1},
        [],
        "武汉",
    ],
    ids=["none", "empty", "blank", "too-long", "null", "list", "unknown-field", "array", "string"],
)
def test_error_bad_question(client: TestClient, path: str, body: object) -> None:
    response = client.post(path, json=body)
    error_of(response.json())
    assert response.status_code == 422


@pytest.mark.parametrize("k", [0, -1, 101, "many", None, 1.5])
def test_error_k_out_of_range(client: TestClient, k: object) -> None:
    response = client.post("/api/search", json={"question": "武汉", "k": k})
    assert (response.status_code, error_of(response.json())["message"][:2]) == (422, "k:")


@pytest.mark.parametrize(
    "extra",
    [
        {"stream": "perhaps"},
        {"mode": "llm or so"},
        {"history": [{"role": "system", "content": "x"}]},
        {"history": [{"role": "user"}]},
        {"history": [{"role": "user", "content": "x", "name": "y"}]},
        {"history": [{"role": "user", "content": "x"}] * 51},
        {"history": "x"},
    ],
    ids=["stream", "mode", "role", "no-content", "unknown-field", "too-many-turns", "no-list"],
)
def test_error_bad_ask(client: TestClient, extra: dict[str, object]) -> None:
    response = client.post("/api/ask", json={"question": "武汉"} | extra)
    assert (response.status_code, error_of(response.json())["code"]) == (422, "bad_request")


@pytest.mark.parametrize(
    "asof",
    ["2024-02-30", "2024-5-1", "20240501", "May 2024", "", 20240501, 0, True, ["2024-05-01"], "2024-05-01T00:00"],
)
def test_error_asof_is_no_day(client: TestClient, asof: object) -> None:
    response = client.post("/api/ask", json={"question": "武汉", "asof": asof})
    error = error_of(response.json())
    assert (response.status_code, error["code"], error["message"][:6]) == (422, "bad_request", "asof: ")


def test_error_search_counts_from_no_day(client: TestClient) -> None:
    response = client.post("/api/search", json={"question": "武汉", "asof": "2024-05-01"})
    assert (response.status_code, error_of(response.json())["message"][:6]) == (422, "asof: ")


@pytest.mark.parametrize("path", ["/api/search", "/api/ask"])
@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"since": "2024-05-02", "until": "2024-05-01"}, "filters: since 2024-05-02 is after until 2024-05-01"),
        ({"since": "May 2024"}, "filters.since: a day is written YYYY-MM-DD"),
        ({"until": 20240501}, "filters.until: a day is written YYYY-MM-DD"),
        ({"since": "2024-02-30"}, "filters.since: "),
        ({"sources": "江报"}, "filters.sources: "),
        ({"sources": [" "]}, "filters.sources.0: "),
        ({"articles": ["a"] * 1001}, "filters.articles: "),
        ({"articles": ["\ud800"]}, "filters.articles.0: "),
        ({"sources": ["\ud800"]}, "filters.sources.0: "),
        ({"date": "2024-05-01"}, "filters.date: "),
        ([], "filters: "),
        ("江报", "filters: "),
    ],
)
def test_error_bad_filters(client: TestClient, path: str, filters: object, message: str) -> None:
    content = json.dumps({"question": "武汉", "filters": filters})
    response = client.post(path, content=content, headers={"content-type": "application/json"})
    error = error_of(response.json())
    assert (response.status_code, error["code"]) == (422, "bad_request")
    assert error["message"].startswith(message)


@pytest.mark.parametrize("path", ["/api/search", "/api/ask"])
def test_error_filter_for_an_unknown_article(client: TestClient, path: str) -> None:
    response = client.post(path, json={"question": "武汉", "filters": {"articles": ["b", "none"]}})
    error = error_of(response.json())
    assert (response.status_code, error["code"]) == (404, "article_not_found")
    assert error["message"] == "no article has the id 'none'."


@pytest.mark.parametrize("content", [b"{", b"", b"question=1", b'{"question": "\xff"}', b'{"question": "\\ud800"}'])
def test_error_broken_json(client: TestClient, content: bytes) -> None:
    response = client.post("/api/ask", content=content, headers={"content-type": "application/json"})
    error_of(response.json())
    assert response.status_code == 422


@pytest.mark.parametrize("article_id", ["none", "a/b/c", "%2e%2e/%2e%2e/etc/passwd", "%00", "武汉.txt", "b/"])
def test_error_unknown_article(client: TestClient, article_id: str) -> None:
    response = client.get(f"/api/articles/{article_id}")
    assert (response.status_code, error_of(response.json())["code"]) == (404, "article_not_found")


def test_error_unknown_route(client: TestClient) -> None:
    response = client.get("/api/none")
    assert (response.status_code, error_of(response.json())["code"]) == (404, "not_found")


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/ask"), ("GET", "/api/search"), ("PUT", "/api/articles")])
def test_error_wrong_method(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path)
    assert (response.status_code, error_of(response.json())["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("failed", [RerankerError("/srv/x is away.", "Ask later."), EmbedderError("/srv/x")])
def test_error_inside_is_logged_and_names_no_folder(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failed: YoujuError
) -> None:
    def away(*_: object, **__: object) -> None:
        raise failed

    monkeypatch.setattr("qa.retrieve.Retriever.retrieve", away)
    response = client.post("/api/search", json={"question": "武汉"})
    error = error_of(response.json())
    assert (response.status_code, error["code"], error["hint"]) == (503, failed.code, "The server's log says why.")
    assert "/srv" not in str(error)
    assert [record.message for record in caplog.records] == [f"{failed.code}: {failed}"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/search"), ("POST", "/api/ask"), ("GET", "/api/articles"), ("GET", "/api/articles/b")],
)
def test_error_no_index(no_index: TestClient, method: str, path: str) -> None:
    response = no_index.request(method, path, json={"question": "武汉"})
    error = error_of(response.json())
    assert (response.status_code, error["code"]) == (503, "index_missing")
    assert "youju index" in error["hint"]


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    """(name, data) of each server-sent event."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def test_ask_streams_citation_sentence_and_the_whole(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from qa.confidence import Calibration

    monkeypatch.setattr("qa.confidence.CALIBRATION", Calibration(intercept=50))
    question = {"question": "武汉2027年量子产业规模是多少亿元？"}
    response = client.post("/api/ask", json=question | {"stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    (cited, citation), (said, sentence), (done, answer) = events_of(response.text)
    assert (cited, said, done) == ("citation", "sentence", "done")
    assert (answer["citations"], answer["sentences"]) == ([citation], [sentence])
    whole = client.post("/api/ask", json=question).json()
    for body in (whole, answer):
        del body["id"], body["timings_ms"]
    assert answer == whole


def test_ask_streams_a_refusal_as_its_whole(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "广州量子产业规模是多少亿元？", "stream": True})
    assert [name for name, _ in events_of(response.text)] == ["done"]


@pytest.mark.parametrize(
    ("extra", "status"),
    [({"question": "  "}, 422), ({"filters": {"articles": ["none.txt"]}}, 404), ({"mode": "llm"}, 422)],
)
def test_error_before_a_stream_has_its_status(client: TestClient, extra: dict[str, Any], status: int) -> None:
    response = client.post("/api/ask", json={"question": "武汉", "stream": True} | extra)
    assert response.status_code == status
    error_of(response.json())


def test_error_in_a_stream_is_an_event(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.errors import StoreError
    from qa.answer import AnswerSentence, Verdict
    from qa.events import Said

    def breaks_off(*_: object) -> Any:
        yield Said(AnswerSentence(text="一。", verdict=Verdict.SUPPORTED, citations=[]))
        raise StoreError("the store is damaged.", "Index again.")

    monkeypatch.setattr("qa.pipeline.Pipeline.stream", breaks_off)
    response = client.post("/api/ask", json={"question": "武汉", "stream": True})
    (said, _), (name, body) = events_of(response.text)
    assert (said, name) == ("sentence", "error")
    assert error_of(body)["code"] == "store_failed"


def test_error_of_our_own_making_has_the_form(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("qa.pipeline.Pipeline.stream", broken)
    response = client.post("/api/ask", json={"question": "武汉"})
    assert response.status_code == 500
    assert "secret" not in response.text
    error_of(response.json())


def test_openapi_is_served(client: TestClient) -> None:
    assert client.get("/openapi.json").json()["info"]["title"] == "Youju 有据"


@pytest.mark.parametrize(("path", "name"), [("/api/search", "SearchRequest"), ("/api/ask", "AskRequest")])
def test_openapi_examples_are_requests_with_filters(client: TestClient, path: str, name: str) -> None:
    examples = client.get("/openapi.json").json()["components"]["schemas"][name]["examples"]
    assert any("filters" in example for example in examples)
    # The articles of the examples are not in this index; all else is in the right form.
    assert {client.post(path, json=example).status_code for example in examples} <= {200, 404}


@pytest.mark.parametrize("field", [{"sentences": True}, {"sentences": "3"}, {"stream": "yes"}, {"stream": 1}])
def test_a_number_is_a_number_and_yes_is_no_truth(client: TestClient, field: dict[str, object]) -> None:
    sent = client.post("/api/ask", json={"question": "甲"} | field)
    assert (sent.status_code, sent.json()["error"]["code"]) == (422, "bad_request")
