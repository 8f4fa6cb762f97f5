"""A server on loopback over small articles of our own, for tests in a browser; it can be stopped and started again."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from app import create_app, make_server
from index.build import Indexer
from index.embed import Embedder
from index.generations import Home
from qa.extractive import Extraction
from qa.generation.writer import Writer
from qa.library import Library
from web.access import Doors
from web.models import MakeWriter
from web.telemetry import Telemetry

ARTICLES = (
    {"id": "hefei.txt", "title": "合肥量子計畫", "source": "測試日報", "published": "2024-05-01",
     "url": "https://example.com/hefei",
     "text": "合肥量子計畫\n\n合肥公布量子計畫。\n合肥到2027年量子企業增加到150家。<b>粗</b>\n合肥設立30億元的量子基金。\n尾聲在此。"},
    {"id": "wuhan-old.txt", "title": "武汉光谷规划", "source": "江城报", "published": "2023-03-01",
     "text": "武汉光谷规划\n\n武汉光谷2030年激光产值目标为2000亿元。"},
    {"id": "wuhan-new.txt", "title": "武汉光谷规划修订", "source": "江城报", "published": "2025-03-01",
     "text": "武汉光谷规划修订\n\n武汉光谷修订规划，2030年激光产值目标由2000亿元调整为2600亿元。"},
    {"id": "xian-a.txt", "title": "西安航天（甲）", "source": "甲报", "published": "2024-06-01",
     "text": "西安航天（甲）\n\n西安航天基地共有航天企业120家。"},
    {"id": "xian-b.txt", "title": "西安航天（乙）", "source": "乙报", "published": "2024-06-02",
     "text": "西安航天（乙）\n\n西安航天基地共有航天企业95家。"},
    {"id": "evil.txt", "title": "<img src=x onerror=\"window.hacked=1\">长春玻璃", "source": "\"><script>window.hacked=1</script>", "published": "2024-01-01",
     "url": "javascript:window.hacked=1",
     "text": "长春玻璃\n\n长春玻璃厂有工人800人<img src=x onerror=\"window.hacked=1\">[链接](javascript:window.hacked=1)`${window.hacked=1}`{{constructor}}。"},
)  # fmt: skip


class Site:
    """A home with articles, served by the whole application."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        articles: tuple[dict[str, str], ...] = ARTICLES,
        writer: Writer | None = None,
        make_writer: MakeWriter | None = None,
        doors: Doors | None = None,
        origins: Sequence[str] = (),
        telemetry: Telemetry | None = None,
        root_path: str = "",
    ) -> None:
        self.home = Home(folder / "home")
        self._embedder = embedder
        self._writer = writer
        self._make_writer = make_writer
        self.doors = doors
        self._origins = origins
        self._telemetry = telemetry
        self._root_path = root_path
        if articles:
            bulk = folder / "articles.jsonl"
            bulk.write_text("\n".join(json.dumps(a, ensure_ascii=False) for a in articles), "utf-8")
            self.index(bulk)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.start()

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    def index(self, *paths: Path) -> None:
        with self.home.write_lock():
            indexer = Indexer(self.home, self._embedder)
            try:
                list(indexer.index(list(paths)))
            finally:
                indexer.close()

    def start(self) -> None:
        """Serve; what is kept in memory of an earlier server is gone."""
        self.library = Library(self.home, self._embedder, Extraction(confidence=0), writer=self._writer)
        with ThreadPoolExecutor(1) as pool:  # Gradio makes event loops that nobody closes where none runs
            self._server = make_server(pool.submit(asyncio.run, self._app()).result())
        listener = socket.create_server(("127.0.0.1", self._port))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 60
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self._server.started

    async def _app(self) -> FastAPI:
        return create_app(
            self.library,
            make_writer=self._make_writer,
            doors=self.doors,
            origins=self._origins,
            telemetry=self._telemetry,
            root_path=self._root_path,
        )

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=20)
        assert not self._thread.is_alive()

    def ask(self, page: Any, question: str) -> Any:
        """Ask on the page, and give the exchange once its answer is whole."""
        return asked(page, question)


def asked(page: Any, question: str) -> Any:
    """The exchange of a question on the page, once its answer is whole."""
    count = page.locator(".yj-exchange").count()
    page.fill("#yj-question textarea", question)
    page.keyboard.press("Enter")
    exchange = page.locator(".yj-exchange").nth(count)
    exchange.locator("[aria-busy=false]").wait_for(timeout=30_000)
    return exchange
