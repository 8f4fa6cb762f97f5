"""Shared fixtures: a small deterministic embedder, and homes indexed with it."""

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from index.build import Event, Indexer
from index.embed import Embedder, Vectors
from index.generations import Home
from index.reader import Reader, open_reader
from index.tokens import tokens
from qa.extractive import Extraction
from qa.library import Library
from qa.pipeline import Pipeline

if TYPE_CHECKING:
    from playwright.sync_api import Page

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


@pytest.fixture
def url(tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]) -> Iterator[str]:
    """A server on loopback over one small article."""
    import uvicorn

    from app import create_app

    article = tmp_path / "a.txt"
    article.write_text(
        "合肥量子计划\n\n合肥公布计划。\n合肥到2027年量子企业增加到150家。<b>粗</b>\n尾声在此。", "utf-8"
    )
    index(article)
    config = uvicorn.Config(
        create_app(Library(home, embedder, Extraction(confidence=0))), host="127.0.0.1", port=0, log_level="error"
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
def page() -> "Iterator[Page]":
    """A page of Debian's Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Debian's chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser.new_page()
        browser.close()
