"""Shared fixtures: a small deterministic embedder, and homes indexed with it."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from index.build import Event, Indexer
from index.embed import Embedder, Vectors
from index.generations import Home
from index.reader import Reader, open_reader
from index.tokens import tokens
from qa.extractive import Extraction
from qa.pipeline import Pipeline

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from site_server import Site

# Machines are noisy: how long an example takes says nothing about the code under test.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


class HashEmbedder:
    """Bags of hashed tokens: equal words give near vectors, and it needs no model."""

    dim = 64
    fingerprint = "test:hash-64"

    def warm_up(self) -> None:
        return

    def embed_passages(self, texts: list[str]) -> Vectors:
        return np.stack([self.embed_query(text) for text in texts]) if texts else np.empty((0, self.dim), np.float32)

    def embed_query(self, text: str) -> Vectors:
        row = np.full(self.dim, 1e-3, dtype=np.float32)
        for token in tokens(text):
            row[int.from_bytes(hashlib.blake2b(token.encode(), digest_size=4).digest()) % self.dim] += 1
        return row / np.linalg.norm(row)


@pytest.fixture
def embedder() -> Embedder:
    return HashEmbedder()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def index(home: Home, embedder: Embedder) -> Callable[..., list[Event]]:
    """Index paths into `home`, and give the events."""

    def run(*paths: Path, delete_missing: bool = False) -> list[Event]:
        with home.write_lock():
            indexer = Indexer(home, embedder)
            try:
                return list(indexer.index(list(paths), delete_missing=delete_missing))
            finally:
                indexer.close()

    return run


@pytest.fixture(scope="module")
def opened() -> Iterator[dict[str, Reader]]:
    """Readers by what they were made from, so that tests on the same articles share one."""
    readers: dict[str, Reader] = {}
    yield readers
    for reader in readers.values():
        reader.close()


@pytest.fixture
def make(
    tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]], opened: dict[str, Reader]
) -> Callable[..., Pipeline]:
    """A pipeline, its gates alone, over articles given as texts or records."""

    def build(*articles: str | dict[str, str], thresholds: Extraction | None = None) -> Pipeline:
        records = [{"text": a} if isinstance(a, str) else a for a in articles]
        lines = [json.dumps({"id": f"篇/{n}.txt"} | r, ensure_ascii=False) for n, r in enumerate(records)]
        bulk = "\n".join(lines)
        if bulk not in opened:
            path = tmp_path / "articles.jsonl"
            path.write_text(bulk, "utf-8")
            index(path)
            opened[bulk] = open_reader(home, embedder)
        return Pipeline(opened[bulk], embedder, thresholds or Extraction(confidence=0.0))

    return build


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Site]":
    """The whole application on loopback, over a few small articles; the tests of a module share it."""
    from site_server import Site

    site = Site(tmp_path_factory.mktemp("site"), HashEmbedder())
    yield site
    site.stop()


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Debian's chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: "Browser", site: "Site") -> "Iterator[Callable[..., Page]]":
    """Open the page as a new visitor, with what its browser is like; nothing may go wrong in it or leave the machine."""
    contexts, troubles = [], []

    def open_page(path: str = "zh-Hans/", at: "Site | None" = None, **like: Any) -> "Page":
        context = browser.new_context(**{"locale": "zh-CN", "viewport": {"width": 1280, "height": 860}} | like)
        contexts.append(context)
        page = context.new_page()
        url = (at or site).url
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith((url, "data:", "blob:")) else troubles.append(r.url))
        page.goto(url + path, wait_until="domcontentloaded")
        page.wait_for_selector("#yj-chat[data-ready] #yj-question textarea")
        context.set_default_timeout(15_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
