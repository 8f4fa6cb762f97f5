"""Addresses under a path of a site, whether the proxy leaves the path on or takes it off."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse, Response

from index.embed import Embedder
from index.generations import Home
from qa.library import Library
from web.sub_path import Rooted, SubPath, below


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()

    @app.get("/seen/")
    def seen(request: Request) -> dict[str, str]:
        return {"url": str(request.url), "root": request.scope["root_path"]}

    @app.get("/led")
    def led(to: str) -> RedirectResponse:
        return RedirectResponse(to)

    @app.get("/cookies")
    def cookies() -> Response:
        response = Response()
        response.set_cookie("all", "x=1, y", max_age=9, httponly=True, samesite="lax", secure=True)
        response.set_cookie("some", "y", path="/elsewhere")
        return response

    app.user_middleware.append(Middleware(Rooted, root_path="/youju"))
    app.add_middleware(SubPath, root_path="/youju")
    return app


@pytest.mark.parametrize("before", ["", "/youju"])
def test_a_path_comes_in_with_and_without(app: FastAPI, before: str) -> None:
    said = TestClient(app).get(f"{before}/seen/").json()
    assert said == {"url": "http://testserver/youju/seen/", "root": "/youju"}


@pytest.mark.parametrize(
    ("to", "led"),
    [
        ("/login?next=%2Fx", "/youju/login?next=%2Fx"),
        ("/youju/zh-Hans", "/youju/zh-Hans"),
        ("/youjus", "/youju/youjus"),
        ("http://testserver/zh-Hans/", "/youju/zh-Hans/"),
        ("zh-Hans/", "zh-Hans/"),
        ("https://example.com/x", "https://example.com/x"),
        ("//example.com/x", "//example.com/x"),
    ],
)
def test_a_redirect_leads_below_the_path(app: FastAPI, to: str, led: str) -> None:
    sent = TestClient(app, follow_redirects=False).get("/youju/led", params={"to": to})
    assert sent.headers["location"] == led


@pytest.mark.parametrize(
    ("came", "led"), [("/youju", "/youju/"), ("/youju?c=%E4%B8%80&x=1", "/youju/?c=%E4%B8%80&x=1")]
)
def test_the_path_itself_ends_with_a_slash(app: FastAPI, came: str, led: str) -> None:
    sent = TestClient(app, follow_redirects=False).get(came)
    assert (sent.status_code, sent.headers["location"]) == (307, led)
    assert sent.headers["x-content-type-options"] == "nosniff"


def test_a_slash_that_is_missing_is_added_below_the_path(app: FastAPI) -> None:
    sent = TestClient(app, follow_redirects=False).get("/youju/seen", headers={"host": "example.com:81"})
    assert sent.headers["location"] == "/youju/seen/"


def test_cookies_are_kept_to_the_path(app: FastAPI) -> None:
    given = TestClient(app).get("/cookies").headers.get_list("set-cookie")
    assert given == [
        r'all="x=1\054 y"; HttpOnly; Max-Age=9; Path=/youju/; SameSite=lax; Secure',
        "some=y; Path=/elsewhere; SameSite=lax",
    ]


@pytest.mark.parametrize(
    ("path", "rest"),
    [("/youju", "/"), ("/youju/", "/"), ("/youju/a/b", "/a/b"), ("/youjua", "/youjua"), ("/a/youju", "/a/youju")],
)
def test_below(path: str, rest: str) -> None:
    assert below(path, "/youju") == rest


def test_the_whole_application_names_its_addresses_below_the_path(tmp_path: Path, embedder: Embedder) -> None:
    from app import create_app  # Gradio takes seconds to import

    async def made() -> FastAPI:
        return create_app(Library(Home(tmp_path), embedder), root_path="/youju")

    with ThreadPoolExecutor(1) as pool:  # Gradio makes event loops that nobody closes where none runs
        app = pool.submit(asyncio.run, made()).result()
    with TestClient(app, follow_redirects=False) as client:
        assert client.get("/youju/", headers={"accept-language": "en"}).headers["location"] == "en/"
        assert client.get("/youju/en").headers["location"] == "/youju/en/"
        page = client.get("/youju/en/")
        assert '"root":"http://testserver/youju/en"' in page.text
        assert "Path=/youju/;" in page.headers["set-cookie"]
        assert client.get("/youju/openapi.json").json()["servers"] == [{"url": "/youju"}]
        assert client.post("/youju/api/ask", json={}).json()["error"]["code"] == "bad_request"
        assert client.put("/youju/api/ask").status_code == 405
