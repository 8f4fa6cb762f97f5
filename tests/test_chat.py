"""The chat in a real browser: ask, see the cited span highlighted, and let nothing out."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright

from index.build import Event
from index.embed import Embedder
from index.generations import Home
from qa.extractive import Thresholds
from qa.library import Library

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")


@pytest.fixture
def url(tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]) -> Iterator[str]:
    """A server on loopback over one small article."""
    from app import create_app

    article = tmp_path / "a.txt"
    article.write_text(
        "合肥量子计划\n\n合肥公布计划。\n合肥到2027年量子企业增加到150家。<b>粗</b>\n尾声在此。", "utf-8"
    )
    index(article)
    config = uvicorn.Config(
        create_app(Library(home, embedder, Thresholds(confidence=0))), host="127.0.0.1", port=0, log_level="error"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page()
        browser.close()


def test_chat_answers_and_highlights_the_cited_span(page: Page, url: str) -> None:
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url, wait_until="domcontentloaded")
    page.fill("textarea", "合肥2027年量子企业有多少家？")
    page.keyboard.press("Enter")
    page.wait_for_selector(".youju-article mark", timeout=30_000)
    assert page.inner_text(".youju-article mark") == "合肥到2027年量子企业增加到150家。"
    assert "150家。[1]" in page.inner_text("[data-testid=bot]")
    assert page.locator(".youju-article b").count() == 0
    assert errors == []
    assert [u for u in asked if not u.startswith((url, "data:", "blob:"))] == []


def test_chat_says_when_the_articles_do_not_answer(page: Page, url: str) -> None:
    page.goto(url, wait_until="domcontentloaded")
    page.fill("textarea", "蘇州2030年的產值是多少？")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=bot]", timeout=30_000)
    assert "這些文章裡沒有找到答案。" in page.inner_text("[data-testid=bot]")
    assert page.locator(".youju-article mark").count() == 0
