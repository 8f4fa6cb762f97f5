"""Figures at /metrics: exactly what was sent, under labels that cannot grow."""

import asyncio
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from fastapi.testclient import TestClient
from observed import QUESTION, UNKNOWN, client_of, figures, library_of, observed, saying

from index.embed import Embedder
from qa.library import Library
from web.access import Access, Doors
from web.keys import KeyStore, Scope
from web.observed import Observed
from web.places import Places
from web.rate import RateLimit
from web.telemetry import Telemetry


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    from conftest import HashEmbedder

    library = library_of(tmp_path_factory.mktemp("metrics"), HashEmbedder())
    yield library
    library.reader().close()


@pytest.fixture
def client(library: Library) -> TestClient:
    library.write_with(None)
    return client_of(observed(library, Telemetry()))


def requests(client: TestClient) -> dict[str, float]:
    """Requests by route, method and status, without those for the figures themselves."""
    found = figures(client, "youju_requests_total")
    return {name[len("youju_requests_total") :]: n for name, n in found.items() if "/metrics" not in name}


def test_requests_are_counted_by_template_method_and_status(client: TestClient) -> None:
    client.post("/api/search", json={"question": QUESTION})
    client.post("/api/search", json={"question": QUESTION})
    client.post("/api/search", json={"question": ""})
    client.get("/api/articles/hefei.txt")
    client.get("/api/articles/none")
    client.get("/v1/models/youju")
    client.get("/healthz")
    client.put("/api/search")
    client.request("BREW", "/healthz")
    client.get("/nowhere")
    assert requests(client) == {
        '{method="POST",route="/api/search",status="200"}': 2,
        '{method="POST",route="/api/search",status="422"}': 1,
        '{method="GET",route="/api/articles/{article_id}",status="200"}': 1,
        '{method="GET",route="/api/articles/{article_id}",status="404"}': 1,
        '{method="GET",route="/v1/models/{model}",status="200"}': 1,
        '{method="GET",route="/healthz",status="200"}': 1,
        '{method="PUT",route="/api/search",status="405"}': 1,
        '{method="other",route="/healthz",status="405"}': 1,
        '{method="GET",route="unmatched",status="404"}': 1,
    }
    assert figures(client, "youju_request_seconds_count")['youju_request_seconds_count{route="/api/search"}'] == 4


def test_answers_are_counted_by_status_and_stage(client: TestClient) -> None:
    for question in (QUESTION, QUESTION, UNKNOWN):
        client.post("/api/ask", json={"question": question})
    client.post("/v1/chat/completions", json={"model": "youju", "messages": [{"role": "user", "content": QUESTION}]})
    client.post("/api/ask", json={"question": QUESTION, "stream": True})
    client.post("/api/search", json={"question": QUESTION})
    client.post("/api/ask", json={"question": " "})
    answers = figures(client, "youju_answers_total")
    assert len(answers) == 10
    assert {name: n for name, n in answers.items() if n} == {
        'youju_answers_total{mode="extractive",status="answered"}': 4,
        'youju_answers_total{mode="extractive",status="no_evidence"}': 1,
    }
    stages = figures(client, "youju_stage_seconds_count")
    assert {name.split('"')[1]: n for name, n in stages.items()} == {
        "analyse": 5, "embed": 6, "dense": 6, "lexical": 6, "fuse": 6, "rerank": 6, "select": 5, "compose": 5,
    }  # fmt: skip


LATE = openai.APITimeoutError(request=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("replies", "errors", "dropped", "tokens"),
    [
        (["合肥到2027年量子企业增加到150家[1]。"], {}, 0, {"prompt": 10, "completion": 5}),
        (["合肥到2027年量子企业增加到999家[1]。", "没有。"], {"unsupported": 1}, 1, {"prompt": 20, "completion": 10}),
        ([LATE], {"timeout": 1}, 0, {}),
        (["合肥到2027年量子企业增加到999家[1]。", LATE], {"timeout": 1, "unsupported": 1}, 1, {"prompt": 10, "completion": 5}),
        ([""], {"empty": 1}, 0, {"prompt": 10, "completion": 5}),
    ],
)  # fmt: skip
def test_what_a_model_does_is_counted(
    client: TestClient,
    library: Library,
    replies: list[Any],
    errors: dict[str, int],
    dropped: int,
    tokens: dict[str, int],
) -> None:
    library.write_with(saying(*replies))
    assert client.post("/api/ask", json={"question": QUESTION}).status_code == 200
    found = figures(client, "youju_model_errors_total", "youju_tokens_total", "youju_sentences_dropped_total")
    assert {name.split('"')[1]: n for name, n in found.items() if "model_errors" in name and n} == errors
    assert {name.split('"')[1]: n for name, n in found.items() if "tokens" in name and n} == tokens
    assert found["youju_sentences_dropped_total"] == dropped


def test_what_is_made_up_makes_no_labels(client: TestClient) -> None:
    client.get("/x")
    client.get("/api/x")
    client.get("/zh-Hans/gradio_api/x")
    before = figures(client, "youju_")
    made = random.Random(7)
    for number in range(200):
        path = "".join(made.choices("abc/é%{}", k=12)) + str(number)
        client.get(made.choice(["/x", "/api/", "/zh-Hans/gradio_api/"]) + path, headers={"x-trace-id": str(number)})
    after = figures(client, "youju_")
    assert set(after) - set(before) <= {'youju_requests_total{method="GET",route="/metrics",status="200"}',
                                        'youju_request_seconds_count{route="/metrics"}'}  # fmt: skip
    grown = {name: after[name] - before[name] for name in before if "requests_total" in name and "metrics" not in name}
    assert sum(grown.values()) == 200


def test_refusals_are_counted_by_why_and_under_their_routes(library: Library, tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys.sqlite")
    asking, reading = (keys.make(scope, [scope])[1] for scope in (Scope.ASK, Scope.METRICS))
    telemetry = Telemetry()
    app = observed(library, telemetry)
    app.user_middleware.clear()
    app.add_middleware(RateLimit, rate="1/minute", at_once=1)
    app.add_middleware(Access, doors=Doors(keys, "geheim123"))
    app.add_middleware(Observed, telemetry=telemetry)
    client = client_of(app)
    asks = {"Authorization": f"Bearer {asking}"}
    assert client.post("/api/ask", json={"question": QUESTION}).status_code == 401
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=asks).status_code == 403
    assert client.post("/api/ask", json={"question": QUESTION}, headers=asks).status_code == 200
    assert client.post("/api/ask", json={"question": QUESTION}, headers=asks).status_code == 429
    reads = {"Authorization": f"Bearer {reading}"}
    assert client.get("/api/articles", headers=reads).status_code == 403
    assert client.get("/login").status_code == 200
    found = figures(client, "youju_requests_total", "youju_refused_total", headers=reads)
    assert found == {
        'youju_requests_total{method="POST",route="/api/ask",status="401"}': 1,
        'youju_requests_total{method="GET",route="/metrics",status="401"}': 1,
        'youju_requests_total{method="GET",route="/metrics",status="403"}': 1,
        'youju_requests_total{method="POST",route="/api/ask",status="200"}': 1,
        'youju_requests_total{method="POST",route="/api/ask",status="429"}': 1,
        'youju_requests_total{method="GET",route="/api/articles",status="403"}': 1,
        'youju_requests_total{method="GET",route="/login",status="200"}': 1,
        'youju_refused_total{reason="rate"}': 1,
        'youju_refused_total{reason="busy"}': 0,
        'youju_refused_total{reason="page_full"}': 0,
    }


def test_the_index_is_looked_at_when_the_figures_are_read(library: Library, client: TestClient) -> None:
    reader = library.reader()
    assert figures(client, "youju_index") == {
        "youju_index_ready": 1,
        "youju_index_content": reader.store.content,
        "youju_index_stale": 0,
        "youju_index_articles": 6,
        "youju_index_sentences": len(reader.table),
    }


def test_without_an_index_the_figures_say_so(tmp_path: Path, embedder: Embedder) -> None:
    client = client_of(observed(library_of(tmp_path, embedder, indexed=False), Telemetry()))
    assert figures(client, "youju_index") == {"youju_index_ready": 0}
    assert client.post("/api/ask", json={"question": QUESTION}).status_code == 503


def test_what_goes_on_is_seen_while_it_does() -> None:
    telemetry, going, over = Telemetry(), asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        going.set()
        await over.wait()

    async def run() -> list[dict[str, float]]:
        scope = {"type": "http", "path": "/api/ask", "method": "POST", "headers": [], "app": client_app}
        task = asyncio.create_task(Observed(app, telemetry)(scope, None, None))  # type: ignore[arg-type]
        await going.wait()
        seen = [in_progress(telemetry)]
        over.set()
        await task
        return [*seen, in_progress(telemetry)]

    from fastapi import FastAPI

    client_app = FastAPI()
    assert asyncio.run(run()) == [{"work": 1}, {"work": 0}]


def in_progress(telemetry: Telemetry) -> dict[str, float]:
    lines = bytes(telemetry.metrics.response("").body).decode().splitlines()
    return {s.split('"')[1]: float(s.rsplit(" ", 1)[1]) for s in lines if s.startswith("youju_requests_in_progress{")}


def test_lines_of_those_who_wait_are_seen() -> None:
    telemetry, places = Telemetry(), Places(2)
    telemetry.metrics.watch_line("page", lambda: places.taken, lambda: 3)
    with places, places:
        said = bytes(telemetry.metrics.response("").body).decode()
        assert 'youju_working{line="page"} 2.0' in said
        assert 'youju_waiting{line="page"} 3.0' in said
    assert 'youju_working{line="page"} 0.0' in bytes(telemetry.metrics.response("").body).decode()


def test_places_are_counted_by_all_threads() -> None:
    places, taken = Places(3), []
    threads = [threading.Thread(target=lambda: (places.acquire(), taken.append(places.taken))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (places.taken, max(taken), places.acquire(blocking=False)) == (3, 3, False)
    waiting = threading.Thread(target=places.acquire)
    waiting.start()
    places.release()
    waiting.join(10)
    assert (waiting.is_alive(), places.taken) == (False, 3)
    for _ in range(3):
        places.release()
    with pytest.raises(ValueError, match="no place is taken"):
        places.release()


@pytest.mark.parametrize(
    ("accept", "kind", "last"),
    [("", "text/plain", ""), ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text", "# EOF")],
)
def test_the_form_is_the_one_asked_for(client: TestClient, accept: str, kind: str, last: str) -> None:
    sent = client.get("/metrics", headers={"accept": accept})
    assert (sent.status_code, sent.headers["content-type"].split(";")[0]) == (200, kind)
    assert sent.text.splitlines()[-1].startswith(last)
    assert "process_start_time_seconds" in sent.text


def test_each_application_counts_for_itself(library: Library) -> None:
    one, other = (client_of(observed(library, Telemetry())) for _ in range(2))
    one.get("/healthz")
    assert requests(one) == {'{method="GET",route="/healthz",status="200"}': 1}
    assert requests(other) == {}
