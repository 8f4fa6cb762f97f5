"""Who may do what where the server asks for it: every route by every kind of key, the password, and a proxy's word."""

import time
from collections import Counter
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import doors_for
from index.embed import Embedder
from index.errors import YoujuError
from index.generations import Home
from qa.library import Library
from web import access
from web.access import Access, Doors, seal_of
from web.api import create_api
from web.keys import KeyStore, Scope
from web.scopes import scopes_for
from web.visitors import COOKIE
from youju.settings import load_settings

TABLE = {
    "ask": "POST /api/search, POST /api/ask, POST /api/verify, GET /api/conversations, POST /api/conversations,"
    " GET /api/conversations/{conversation}, PATCH /api/conversations/{conversation},"
    " DELETE /api/conversations/{conversation}, GET /api/conversations/{conversation}/export, GET /api/feedback,"
    " POST /api/feedback, GET /v1/models, GET /v1/models/{model}, POST /v1/chat/completions",
    "read": "GET /api/articles, GET /api/articles/{article_id}",
    "write": "GET /api/jobs/{job}, POST /api/articles, DELETE /api/articles/{article_id}",
    "metrics": "GET /metrics",
}
"""What each scope opens; admin opens all of it, and nothing opens any of it without a key."""


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys.sqlite")


@pytest.fixture
def api(tmp_path: Path, embedder: Embedder) -> FastAPI:
    api = create_api(Library(Home(tmp_path / "home"), embedder))
    api.add_api_route("/zh-Hans/", lambda: "页", include_in_schema=False)
    return api


def behind(api: FastAPI, doors: Doors, **cookies: str) -> TestClient:
    return TestClient(Access(api, doors), raise_server_exceptions=False, follow_redirects=False, cookies=cookies)


def test_every_route_by_every_scope(api: FastAPI, keys: KeyStore) -> None:
    client = behind(api, Doors(keys, "geheim123"))
    given = {scope: keys.make(scope.value, [scope])[1] for scope in Scope}
    opened: dict[str, list[str]] = {scope.value: [] for scope in Scope}
    for path, methods in api.openapi()["paths"].items():
        for method in () if path in access.OPEN else map(str.upper, methods):
            assert client.request(method, path).status_code == 401
            for scope, key in given.items():
                sent = client.request(method, path, headers={"Authorization": f"Bearer {key}"})
                assert sent.status_code != 401
                if sent.status_code != 403:
                    opened[scope.value].append(f"{method} {path}")
                else:
                    assert sent.json()["error"]["code"] == "forbidden"
    assert {scope: sorted(opened[scope]) for scope in TABLE} == {s: sorted(w.split(", ")) for s, w in TABLE.items()}
    assert sorted(opened["admin"]) == sorted(line for scope in TABLE for line in opened[scope])


def test_a_models_tools_take_a_key_that_may_ask_and_read(api: FastAPI, keys: KeyStore) -> None:
    client = behind(api, Doors(keys))
    assert client.post("/mcp", json={}).status_code == 401
    for scope in (Scope.ASK, Scope.READ, Scope.WRITE):
        _, key = keys.make(scope, [scope])
        assert client.post("/mcp", json={}, headers={"Authorization": f"Bearer {key}"}).status_code == 403
    _, key = keys.make("both", [Scope.ASK, Scope.READ])
    with client:
        assert client.post("/mcp", json={}, headers={"Authorization": f"Bearer {key}"}).status_code in (400, 406)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_whether_the_server_is_well_is_open(api: FastAPI, keys: KeyStore, path: str) -> None:
    assert behind(api, Doors(keys)).get(path).status_code in (200, 503)


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer youju_000000000000_" + "0" * 64])
def test_what_is_no_key_opens_nothing(api: FastAPI, keys: KeyStore, given: str) -> None:
    keys.make("x", [Scope.ADMIN])
    sent = behind(api, Doors(keys)).get("/api/conversations", headers={"Authorization": given})
    assert (sent.status_code, sent.json()["error"]["code"]) == (401, "unauthorized")
    assert sent.headers["www-authenticate"] == "Bearer"


def test_a_key_opens_no_page(api: FastAPI, keys: KeyStore) -> None:
    _, key = keys.make("x", [Scope.ADMIN])
    assert behind(api, Doors(keys)).get("/zh-Hans/", headers={"Authorization": f"Bearer {key}"}).status_code == 403


def test_a_key_has_conversations_of_its_own_whatever_cookie_comes_along(api: FastAPI, keys: KeyStore) -> None:
    one, other = (keys.make(name, [Scope.ASK])[1] for name in "ab")
    client = behind(api, Doors(keys), **{COOKIE: "a" * 32})
    made = client.post("/api/conversations", json={}, headers={"Authorization": f"Bearer {one}"}).json()["id"]

    def seen_by(key: str) -> list[str]:
        sent = client.get("/api/conversations", headers={"Authorization": f"Bearer {key}"})
        return [c["id"] for c in sent.json()]

    assert (seen_by(one), seen_by(other)) == ([made], [])


# -- the page ---------------------------------------------------------------------------------


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "PAUSE", 0.0)


@pytest.mark.usefixtures("hurried")
def test_the_password_opens_the_page_and_what_it_asks(api: FastAPI, keys: KeyStore) -> None:
    client = behind(api, Doors(keys, "geheim123"))
    sent = client.get("/zh-Hans/", headers={"accept": "text/html"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2Fzh-Hans%2F")
    assert client.post("/zh-Hans/gradio_api/queue/join").status_code == 401
    assert 'type="password"' in client.get("/login").text
    wrong = client.post("/login", data={"password": "geheim124"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers
    right = client.post("/login", data={"password": "geheim123"})
    assert (right.status_code, right.headers["location"]) == (303, "/")
    assert "HttpOnly" in right.headers["set-cookie"]
    assert "samesite=lax" in right.headers["set-cookie"].lower()
    assert client.get("/zh-Hans/").status_code == 200
    assert client.get("/api/conversations").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/zh-Hans/?c=7", "/zh-Hans/?c=7"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("", "/"),
    ],
)
def test_who_gave_the_password_gets_where_they_wanted_to_go(
    api: FastAPI, keys: KeyStore, wanted: str, reached: str
) -> None:
    client = behind(api, Doors(keys, "geheim123"))
    sent = client.post("/login", params={"next": wanted}, data={"password": "geheim123"})
    assert sent.headers["location"] == reached


def test_another_sites_page_does_not_open_this_one(api: FastAPI, keys: KeyStore) -> None:
    client = behind(api, Doors(keys, "geheim123"))
    sent = client.post("/login", data={"password": "geheim123"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (sent.status_code, "set-cookie" in sent.headers) == (403, False)


def test_of_many_passwords_so_many_are_tried_at_once(
    api: FastAPI, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "TRYING", 0)
    sent = behind(api, Doors(keys, "geheim123")).post("/login", data={"password": "geheim123"})
    assert (sent.status_code, "set-cookie" in sent.headers) == (429, False)


def test_a_proxys_own_bearer_is_no_key_of_ours(api: FastAPI, keys: KeyStore) -> None:
    client = behind(api, Doors(keys, proxy_header="X-Remote-User"))
    headers = {"X-Remote-User": "lu", "Authorization": "Bearer eyJhb"}
    assert client.get("/api/conversations", headers=headers).status_code == 200


def test_keys_that_cannot_be_read_are_no_defect_of_ours(api: FastAPI, keys: KeyStore, tmp_path: Path) -> None:
    _, key = keys.make("x", [Scope.ASK])
    (tmp_path / "keys.sqlite").write_bytes(b"x" * 4096)
    sent = behind(api, Doors(keys)).get("/api/conversations", headers={"Authorization": f"Bearer {key}"})
    assert (sent.status_code, sent.json()["error"]["code"]) == (503, "history_failed")
    assert str(tmp_path) not in sent.text


def test_a_host_that_is_made_up_changes_no_path(api: FastAPI, keys: KeyStore) -> None:
    _, key = keys.make("x", [Scope.ASK])
    headers = {"Authorization": f"Bearer {key}", "Host": "x/api/"}
    assert behind(api, Doors(keys)).post("/api/articles", headers=headers).status_code in (400, 403)


@pytest.mark.usefixtures("hurried")
def test_a_session_is_signed_ends_and_goes_with_its_password(
    api: FastAPI, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors = Doors(keys, "geheim123")
    client = behind(api, doors)
    client.post("/login", data={"password": "geheim123"})
    session = client.cookies[access.SESSION]
    until, _, signature = session.partition(".")
    for forged in ("", ".", f"{int(until) + 1}.{signature}", f"{until}.{'0' * 64}", f"{until}.é", f"x.{signature}"):
        headers = {"cookie": f"{access.SESSION}={forged}".encode()}
        assert behind(api, doors).get("/zh-Hans/", headers=headers).status_code == 401
    again = {"cookie": f"{access.SESSION}={session}"}
    assert behind(api, doors).get("/zh-Hans/", headers=again).status_code == 200
    assert behind(api, Doors(keys, "anders456", seal=doors.seal)).get("/zh-Hans/", headers=again).status_code == 401
    monkeypatch.setattr(time, "time", lambda: int(until) + 1)
    assert behind(api, doors).get("/zh-Hans/", headers=again).status_code == 401


def test_without_a_password_the_page_is_for_whom_the_proxy_knows(api: FastAPI, keys: KeyStore) -> None:
    client = behind(api, Doors(keys, proxy_header="X-Remote-User"))
    assert client.get("/zh-Hans/", headers={"accept": "text/html"}).status_code == 403
    assert client.get("/login").status_code == 404
    made = client.post("/api/conversations", json={}, headers={"X-Remote-User": "lu"}).json()["id"]
    assert [c["id"] for c in client.get("/api/conversations", headers={"x-remote-user": "lu"}).json()] == [made]
    assert client.get("/api/conversations", headers={"X-Remote-User": "an"}).json() == []


def test_a_form_that_is_none_opens_nothing(api: FastAPI, keys: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "PAUSE", 0.0)
    client = behind(api, Doors(keys, "geheim123"))
    for body in (b"", b"\xff" * 10, b"password=" + b"x" * 5000 + b"&password=geheim123", b"password"):
        assert client.post("/login", content=body).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("HEAD", "/api/articles/x", Scope.READ),
        ("PUT", "/api/articles", Scope.WRITE),
        ("GET", "/openapi.json", Scope.READ),
        ("GET", "/metrics/x", Scope.METRICS),
        ("GET", "/api/none", Scope.ADMIN),
        ("GET", "/v1/none", Scope.ASK),
    ],
)
def test_scopes_of_what_is_no_route(method: str, path: str, scope: Scope) -> None:
    assert scopes_for(method, path) == {scope}


def test_the_seal_stays_and_is_the_servers_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "session.key"
    assert seal_of(path) == seal_of(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"x")
    with pytest.raises(YoujuError, match="damaged"):
        seal_of(path)


# -- starting ---------------------------------------------------------------------------------


def test_off_this_machine_something_must_open_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def doors(**given: object) -> Doors | None:
        return doors_for(load_settings(home=tmp_path, **given))

    assert doors() is None
    assert doors(host="0.0.0.0", auth=False) is None
    assert doors(proxy_header="X-Remote-User")
    assert doors(proxy_header="X-Remote-User", auth=False) is None
    for given in ({"host": "0.0.0.0"}, {"auth": True}):
        with pytest.raises(YoujuError, match="nothing would open") as refused:
            doors(**given)
        assert "YOUJU_PASSWORD" in refused.value.hint
    key, _ = KeyStore(tmp_path / "keys.sqlite").make("x", [Scope.ASK])
    assert doors(host="0.0.0.0")
    KeyStore(tmp_path / "keys.sqlite").revoke(key.id)
    with pytest.raises(YoujuError):
        doors(host="0.0.0.0")
    monkeypatch.setenv("YOUJU_PASSWORD", "geheim123")
    opened = doors(host="0.0.0.0")
    assert opened
    assert (opened.password, "geheim123" in repr(load_settings())) == ("geheim123", False)
    monkeypatch.setenv("YOUJU_PASSWORD", "kurz")
    with pytest.raises(YoujuError, match="password"):
        doors()


def test_passwords_are_tried_so_many_at_once_however_they_come(api: FastAPI, keys: KeyStore) -> None:
    """Those whose body comes late as well."""
    app = Access(api, Doors(keys, "geheim123"))
    statuses: list[int] = []

    async def attempt(come: anyio.Event) -> None:
        async def receive() -> dict[str, object]:
            await come.wait()
            return {"type": "http.request", "body": b"password=wrong"}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": "/login", "headers": [], "query_string": b""}
        await app(scope, receive, send)

    async def attack() -> None:
        come = anyio.Event()
        async with anyio.create_task_group() as group:
            for _ in range(3 * access.TRYING):
                group.start_soon(attempt, come)
            await anyio.sleep(0)
            come.set()

    anyio.run(attack)
    assert Counter(statuses) == {401: access.TRYING, 429: 2 * access.TRYING}


def test_a_password_that_dawdles_is_not_waited_for(
    api: FastAPI, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "PATIENCE", 0.05)
    statuses: list[int] = []

    async def attempt() -> None:
        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": "/login", "headers": [], "query_string": b""}
        await Access(api, Doors(keys, "geheim123"))(scope, anyio.sleep_forever, send)  # type: ignore[arg-type]

    anyio.run(attempt)
    assert statuses == [408]
