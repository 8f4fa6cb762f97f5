"""Pages of other sites: which may ask, with what, and what browsers are told of every response."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from typer.testing import CliRunner

from app import create_app
from index.embed import Embedder
from index.generations import Home
from qa.library import Library
from web.access import Access, Doors
from web.api import create_api
from web.cross_origin import CrossOrigin
from web.hosts import KnownHosts
from web.keys import KeyStore, Scope
from web.security_headers import SecurityHeaders
from web.sites import Sites
from youju.cli.main import app as cli
from youju.origins import origin_of
from youju.settings import SettingsError, load_settings

BLOG, SHOP, EVIL = "https://blog.example", "https://shop.example", "https://evil.example"
ASKING = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
COOKIE = {"cookie": "youju_visitor=" + "a" * 32}


@pytest.fixture
def api(tmp_path: Path, embedder: Embedder) -> FastAPI:
    api = create_api(Library(Home(tmp_path / "home"), embedder))

    def seen(request: Request) -> dict[str, str]:
        return dict(request.cookies)

    api.add_api_route("/page", seen, methods=["GET", "POST"], include_in_schema=False)
    api.add_api_route("/runs/x", seen, include_in_schema=False)
    return api


def keyless(api: FastAPI, *origins: str) -> TestClient:
    return TestClient(CrossOrigin(api, Sites(origins)))


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys.sqlite")


def keyed(api: FastAPI, keys: KeyStore, *origins: str, doors: Doors | None = None) -> TestClient:
    access = Access(api, doors or Doors(keys), origins)
    return TestClient(CrossOrigin(access, Sites(origins, keys)), raise_server_exceptions=False)


# -- where nobody is asked who comes ----------------------------------------------------------


def test_another_sites_page_changes_nothing(api: FastAPI) -> None:
    for headers in ({"origin": EVIL}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        sent = keyless(api, BLOG).post("/api/conversations", json={}, headers=headers)
        assert (sent.status_code, sent.json()["error"]["code"]) == (403, "cross_site")
    sent = keyless(api, BLOG).get("/api/conversations", headers={"origin": EVIL})
    assert "access-control-allow-origin" not in sent.headers


def test_an_allowed_page_may_ask_and_see_what_is_answered(api: FastAPI) -> None:
    client = keyless(api, BLOG)
    before = client.options("/api/ask", headers={"origin": BLOG} | ASKING)
    assert before.status_code == 200
    assert before.headers["access-control-allow-origin"] == BLOG
    assert "access-control-allow-credentials" not in before.headers
    sent = client.post("/api/verify", json={"statement": "甲", "evidence": ["甲"]}, headers={"origin": BLOG})
    assert (sent.status_code, sent.headers["access-control-allow-origin"]) == (200, BLOG)
    assert "Origin" in sent.headers["vary"]
    assert "Retry-After" in sent.headers["access-control-expose-headers"]


def test_a_preflight_of_a_page_that_is_not_allowed_is_not_answered_as_one(api: FastAPI) -> None:
    sent = keyless(api, BLOG).options("/api/ask", headers={"origin": EVIL} | ASKING)
    assert (sent.status_code, sent.json()["error"]["code"]) == (403, "cross_site")
    assert "access-control-allow-origin" not in sent.headers


def test_an_allowed_page_writes_nothing_where_no_key_says_that_it_may(api: FastAPI) -> None:
    client = keyless(api, BLOG)
    for method, path in (("POST", "/api/articles"), ("DELETE", "/api/articles/a.txt"), ("POST", "/page")):
        assert client.request(method, path, headers={"origin": BLOG}).json()["error"]["code"] == "cross_site"
    asked = {"origin": BLOG, "Access-Control-Request-Method": "DELETE"}
    assert client.options("/api/articles/a.txt", headers=asked).status_code == 403
    sent = client.delete("/api/articles/a.txt", headers={"origin": BLOG, "Access-Control-Request-Method": "GET"})
    assert sent.json()["error"]["code"] == "cross_site"


def test_an_allowed_page_comes_without_the_browsers_cookies(api: FastAPI) -> None:
    client = keyless(api, BLOG)
    assert client.get("/runs/x", headers={"origin": BLOG} | COOKIE).json() == {}
    assert client.get("/page", headers=COOKIE).json() == {"youju_visitor": "a" * 32}


def test_what_is_no_browser_or_a_page_of_ours_goes_on(api: FastAPI) -> None:
    for headers in ({}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"origin": "http://testserver"}):
        sent = keyless(api).post("/page", headers=headers | COOKIE)
        assert sent.json() == {"youju_visitor": "a" * 32}


# -- keys -------------------------------------------------------------------------------------


def test_a_key_is_sent_by_the_pages_that_it_names_alone(api: FastAPI, keys: KeyStore) -> None:
    _, key = keys.make("blog", [Scope.ASK], origins=[BLOG])
    client, given = keyed(api, keys, SHOP), {"Authorization": f"Bearer {key}"}
    assert client.options("/v1/models", headers={"origin": BLOG} | ASKING).status_code == 200
    seen = client.get("/v1/models", headers={"origin": BLOG} | given)
    assert (seen.status_code, seen.headers["access-control-allow-origin"]) == (200, BLOG)
    assert client.get("/v1/models", headers={"sec-fetch-site": "same-origin"} | given).status_code == 200
    for headers in (
        {"origin": "http://testserver"},
        {"referer": "http://testserver/embed"},
    ):  # the same over plain HTTP
        assert client.get("/v1/models", headers=headers | given).status_code == 200
    for headers in (
        {"origin": SHOP},
        {},
        {"referer": "https://shop.example/embed"},
    ):  # allowed to other keys, and a program
        refused = client.get("/v1/models", headers=headers | given)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "wrong_origin")
    assert client.post("/api/verify", headers={"origin": EVIL} | given).json()["error"]["code"] == "cross_site"


def test_a_key_that_names_no_site_is_for_programs_and_the_sites_that_are_allowed(api: FastAPI, keys: KeyStore) -> None:
    keys.make("blog", [Scope.ASK], origins=[BLOG])
    _, key = keys.make("free", [Scope.ASK])
    client, given = keyed(api, keys, SHOP), {"Authorization": f"Bearer {key}"}
    assert client.get("/v1/models", headers=given).status_code == 200
    assert client.get("/v1/models", headers={"origin": SHOP} | given).status_code == 200
    assert client.get("/v1/models", headers={"origin": BLOG} | given).status_code == 403


def test_the_site_of_a_revoked_key_is_as_any_other(api: FastAPI, keys: KeyStore) -> None:
    key, _ = keys.make("blog", [Scope.ASK], origins=[BLOG])
    assert keys.origins() == {BLOG}
    keys.revoke(key.id)
    assert keys.origins() == frozenset()
    assert keyed(api, keys).options("/v1/models", headers={"origin": BLOG} | ASKING).status_code == 403


def test_an_allowed_page_is_not_whom_the_proxy_or_a_session_knows(api: FastAPI, keys: KeyStore) -> None:
    client = keyed(api, keys, BLOG, doors=Doors(keys, proxy_header="X-Person"))
    person = {"X-Person": "li"}
    assert client.get("/v1/models", headers=person).status_code == 200
    for method in ("GET", "POST"):
        sent = client.request(method, "/api/conversations", headers={"origin": BLOG} | person)
        assert sent.status_code == 401


def test_those_who_visit_a_site_are_not_one_person(api: FastAPI, keys: KeyStore) -> None:
    _, key = keys.make("blog", [Scope.ASK], origins=[BLOG])
    client, headers = keyed(api, keys), {"origin": BLOG, "Authorization": f"Bearer {key}"}
    begun = client.post("/api/conversations", json={"title": "秘密"}, headers=headers)
    assert begun.status_code == 201
    assert client.get("/api/conversations", headers=headers).json() == []


def test_where_the_keys_cannot_be_read_their_sites_are_not_allowed(
    api: FastAPI, keys: KeyStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys.make("blog", [Scope.ASK], origins=[BLOG])
    (tmp_path / "keys.sqlite").write_bytes(b"damaged" * 1000)
    client = keyed(api, keys, SHOP)
    assert client.options("/v1/models", headers={"origin": BLOG} | ASKING).status_code == 403
    assert client.options("/v1/models", headers={"origin": SHOP} | ASKING).status_code == 200
    assert "the keys in" in caplog.text


def test_a_page_that_is_not_allowed_is_not_shown_to_be_one(api: FastAPI) -> None:
    """Gradio shares with whom it is told of."""

    def seen(request: Request) -> dict[str, str]:
        return dict(request.headers)

    api.add_api_route("/headers", seen, include_in_schema=False)
    told = keyless(api, BLOG).get("/headers", headers={"origin": EVIL}).json()
    assert "origin" not in told
    assert told["sec-fetch-site"] == "cross-site"
    assert keyless(api, BLOG).options("/page", headers={"origin": EVIL} | ASKING).status_code == 403


# -- by which name the server is called -----------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7860", 200), ("[::1]:7860", 200), ("localhost", 200), ("LOCALHOST.:1", 200), ("nas", 200),
        ("nas.local", 200), ("192.168.1.7", 200), ("youju.example.org:8080", 200), ("rebound.example", 421),
        ("youju.example.org.evil.example", 421), ("127.0.0.1.evil.example", 421), ("x.local.evil.example", 421),
    ],
)  # fmt: skip
def test_a_name_that_may_be_anybodys_is_not_this_server(api: FastAPI, host: str, status: int) -> None:
    client = TestClient(KnownHosts(api, ["Youju.example.org"]))
    sent = client.get("/healthz", headers={"host": host})
    assert sent.status_code == status
    if status == 421:
        assert (sent.json()["error"]["code"], "YOUJU_HOSTS" in sent.json()["error"]["hint"]) == ("unknown_host", True)


def test_the_application_asks_for_its_name_where_nothing_else_tells_whose_page_it_is(
    tmp_path: Path, embedder: Embedder, keys: KeyStore
) -> None:
    library = Library(Home(tmp_path / "home"), embedder)
    rebound = {"host": "rebound.example"}
    for doors, status in ((None, 421), (Doors(keys, "geheim123", "X-Person"), 421), (Doors(keys, "geheim123"), 200)):
        app = create_app(library, doors=doors)
        assert (
            TestClient(app).get("/login" if status == 200 else "/api/articles", headers=rebound).status_code == status
        )
    assert (
        TestClient(create_app(library, hosts=["rebound.example"])).get("/healthz", headers=rebound).status_code == 200
    )


def test_the_names_are_set_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUJU_HOSTS", "youju.example.org, nas.example.org")
    assert load_settings().hosts == ("youju.example.org", "nas.example.org")


def test_a_defect_of_ours_is_told_with_what_every_response_has(tmp_path: Path, embedder: Embedder) -> None:
    app = create_app(Library(Home(tmp_path / "home"), embedder), origins=[BLOG])

    def fails() -> None:
        raise RuntimeError("a defect")

    app.router.routes.insert(0, APIRoute("/api/search/fails", fails))
    sent = TestClient(app, raise_server_exceptions=False).get("/api/search/fails", headers={"origin": BLOG})
    assert (sent.status_code, sent.json()["error"]["code"]) == (500, "internal")
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert sent.headers["access-control-allow-origin"] == BLOG


# -- how they are named -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Blog.example/", BLOG),
        (" https://blog.example:443", BLOG),
        ("http://blog.example:80", "http://blog.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://blog.example:80", "https://blog.example:80"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_has_the_form_that_browsers_send(text: str, origin: str) -> None:
    assert origin_of(text) == origin


@pytest.mark.parametrize("text", ["", "*", "null", "blog.example", "https://blog.example/page", "ftp://x", "https://"])
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        origin_of(text)


@given(st.from_regex(r"https?://[a-z0-9.-]{1,20}(:[0-9]{1,5})?", fullmatch=True))
def test_an_origin_stays_as_it_is(text: str) -> None:
    assert origin_of(origin_of(text)) == origin_of(text)


def test_origins_are_set_in_the_environment_or_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUJU_ORIGINS", "https://Blog.example/, https://shop.example")
    assert load_settings().origins == (BLOG, SHOP)
    assert load_settings(origins=["https://evil.example"]).origins == (EVIL,)
    monkeypatch.setenv("YOUJU_ORIGINS", "*")
    with pytest.raises(SettingsError, match=r"'\*' is not an origin"):
        load_settings()


def test_the_command_line_makes_a_key_for_a_site(tmp_path: Path) -> None:
    home = ["--home", str(tmp_path / "home")]
    made = CliRunner().invoke(cli, ["key", "add", "blog", "--origin", "https://Blog.example/", *home])
    assert made.exit_code == 0
    assert f"for ask, read from {BLOG}" in made.stderr
    assert BLOG in CliRunner().invoke(cli, ["key", "list", *home], env={"COLUMNS": "200"}).stdout
    wrong = CliRunner().invoke(cli, ["key", "add", "blog", "--origin", "blog", *home])
    assert wrong.exit_code == 2
    assert "not an origin such as" in wrong.stderr


# -- what browsers are told -------------------------------------------------------------------


def told(api: FastAPI, path: str, *origins: str, keys: KeyStore | None = None) -> dict[str, str]:
    return dict(TestClient(SecurityHeaders(api, Sites(origins, keys))).get(path).headers)


def test_every_response_is_held_to_its_own_server(api: FastAPI) -> None:
    page = told(api, "/page")
    assert page["x-content-type-options"] == "nosniff"
    assert page["referrer-policy"] == "same-origin"
    policy = dict(part.strip().split(" ", 1) for part in page["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["object-src"], policy["frame-ancestors"]) == ("'self'", "'none'", "'self'")
    assert "http" not in page["content-security-policy"]
    for path in ("/v1/models", "/api/none", "/zh-Hans/gradio_api/file=/x.html"):
        assert told(api, path)["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"


def test_the_frame_is_shown_by_the_sites_that_are_named(api: FastAPI, keys: KeyStore) -> None:
    keys.make("blog", [Scope.ASK], origins=[BLOG])
    policy = told(api, "/embed", SHOP, keys=keys)["content-security-policy"]
    assert policy.endswith(f"frame-ancestors 'self' {BLOG} {SHOP}")
    assert "unsafe" not in policy
    assert told(api, "/embed")["content-security-policy"].endswith("frame-ancestors 'self'")


def test_over_https_browsers_stay_with_it(api: FastAPI) -> None:
    client = TestClient(SecurityHeaders(api, Sites()), base_url="https://testserver")
    assert client.get("/healthz").headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in told(api, "/healthz")
