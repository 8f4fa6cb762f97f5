"""How much one may ask: by key or address, and all at once; what is over says when to come again."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from web.access import Access, Doors
from web.keys import KeyStore, Scope
from web.rate import RateLimit, network_of, rate_of
from youju.settings import SettingsError, load_settings


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    app.add_api_route("/api/ask", lambda: "答", methods=["POST"])
    app.add_api_route("/api/articles", lambda: "文", methods=["GET", "POST"])
    app.add_api_route("/zh-Hans/gradio_api/queue/join", lambda: "问", methods=["POST"])
    for path in ("/api/conversations", "/api/feedback", "/mcp"):
        app.add_api_route(path, lambda: "谈", methods=["POST"])
    return app


def test_more_than_the_rate_is_told_when_to_come_again(app: FastAPI) -> None:
    client = TestClient(RateLimit(app, "3/day", 9))
    for path in ("/api/ask", "/api/articles", "/zh-Hans/gradio_api/queue/join"):
        assert client.post(path).status_code == 200
    for path in ("/api/ask", "/zh-Hans/gradio_api/queue/join"):
        over = client.post(path)
        assert (over.status_code, over.json()["error"]["code"]) == (429, "too_many_requests")
        assert 1 <= int(over.headers["retry-after"]) <= 2 * 24 * 3600
    assert client.get("/api/articles").status_code == 200
    assert client.post("/api/conversations").status_code == 429
    elsewhere = TestClient(RateLimit(app, "3/day", 9), client=("10.0.0.2", 1))
    assert elsewhere.post("/api/ask").status_code == 200


def test_the_rate_is_of_a_key_wherever_it_is_used(app: FastAPI, tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys.sqlite")
    one, other = ({"Authorization": f"Bearer {keys.make(n, [Scope.ASK])[1]}"} for n in "ab")
    limited = Access(RateLimit(app, "1/minute", 9), Doors(keys))
    here, there = TestClient(limited), TestClient(limited, client=("10.0.0.2", 1))
    assert here.post("/api/ask", headers=one).status_code == 200
    assert there.post("/api/ask", headers=one).status_code == 429
    assert here.post("/api/ask", headers=other).status_code == 200


def test_small_things_are_counted_ten_to_one(app: FastAPI) -> None:
    client = TestClient(RateLimit(app, "1/day", 9))
    sent = [client.post(path).status_code for path in ("/api/conversations", "/api/feedback") for _ in range(6)]
    assert sent == [200] * 10 + [429] * 2


def test_each_visitor_of_a_site_counts_for_himself(app: FastAPI, tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys.sqlite")
    key = {"Authorization": f"Bearer {keys.make('x', [Scope.ASK], origins=['https://blog.example'])[1]}"}
    limited = Access(RateLimit(app, "1/minute", 9), Doors(keys))
    headers = key | {"origin": "https://blog.example"}
    here, there = TestClient(limited), TestClient(limited, client=("10.0.0.2", 1))
    assert [c.post("/api/ask", headers=headers).status_code for c in (here, there, here)] == [200, 200, 429]


def test_the_tools_of_models_are_worked_on_with_the_rest(app: FastAPI) -> None:
    client = TestClient(RateLimit(app, "1/minute", 9))
    assert [client.post(path).status_code for path in ("/mcp", "/api/ask")] == [200, 429]


def test_without_a_rate_nothing_is_counted(app: FastAPI) -> None:
    client = TestClient(RateLimit(app, "", 1))
    assert {client.post("/api/ask").status_code for _ in range(20)} == {200}


@pytest.fixture
def goes_on() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_full_server_says_so_and_is_free_again(app: FastAPI, goes_on: threading.Event) -> None:
    begun = threading.Semaphore(0)

    def slow() -> str:
        begun.release()
        assert goes_on.wait(10)
        return "答"

    app.add_api_route("/api/search", slow, methods=["POST"])
    limited = RateLimit(app, "", 2)
    with (
        TestClient(limited) as client,
        TestClient(limited, client=("10.0.0.2", 1)) as other,
        TestClient(limited, client=("10.0.0.3", 1)) as third,
        ThreadPoolExecutor(2) as pool,
    ):
        waiting = [pool.submit(client.post, "/api/search")]
        assert begun.acquire(timeout=10)
        assert client.post("/api/ask").status_code == 503  # nobody has more than half of it
        waiting.append(pool.submit(other.post, "/api/search"))
        assert begun.acquire(timeout=10)
        full = third.post("/api/ask")
        assert (full.status_code, full.json()["error"]["code"], full.headers["retry-after"]) == (503, "busy", "1")
        assert client.get("/api/articles").status_code == 200
        goes_on.set()
        assert [sent.result().status_code for sent in waiting] == [200, 200]
        assert client.post("/api/ask").status_code == 200


def test_what_fails_takes_no_place(app: FastAPI) -> None:
    app.add_api_route("/api/verify", lambda: 1 // 0, methods=["POST"])
    client = TestClient(RateLimit(app, "", 1), raise_server_exceptions=False)
    assert [client.post("/api/verify").status_code for _ in range(3)] == [500, 500, 500]


@pytest.mark.parametrize(("words", "said"), [("60/minute", "600 per 1 minute"), ("5/hour", "50 per 1 hour")])
def test_rates_are_counted_in_what_is_quickly_done(words: str, said: str) -> None:
    assert str(rate_of(words)) == said


@pytest.mark.parametrize("words", ["0/minute", "60/minute;5/second", "5 per 0 minute", "often", "60/fortnight"])
def test_a_rate_has_one_form(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setenv("YOUJU_RATE", words)
    with pytest.raises(SettingsError, match="'rate' is wrong: not of the form 60/minute"):
        load_settings()


def test_what_the_page_does_quickly_costs_a_tenth(app: FastAPI) -> None:
    app.add_api_route("/en/gradio_api/run/predict", lambda: "列", methods=["POST"])
    client = TestClient(RateLimit(app, "2/minute", 9))
    assert client.post("/zh-Hans/gradio_api/queue/join").status_code == 200
    assert {client.post("/en/gradio_api/run/predict").status_code for _ in range(10)} == {200}
    assert client.post("/en/gradio_api/run/predict").status_code == 429


@pytest.mark.parametrize("path", ["queue/join", "call/_ask", "call/v2/_ask", "component_server"])
def test_every_way_in_which_the_page_asks_costs_the_same(app: FastAPI, path: str) -> None:
    if path != "queue/join":
        app.add_api_route("/zh-Hans/gradio_api/" + path, lambda: "答", methods=["POST"])
    client = TestClient(RateLimit(app, "2/minute", 9))
    assert [client.post("/zh-Hans/gradio_api/" + path).status_code for _ in range(3)] == [200, 200, 429]


def test_no_words_are_no_rate() -> None:
    assert rate_of("") is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_network_of_ipv6_is_one(address: str, network: str) -> None:
    assert network_of(address) == network
