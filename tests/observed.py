"""An API that is observed, over small articles: what is told of each request, and a client for it."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from scripted_model import chat_saying
from site_server import ARTICLES

from index.build import Indexer
from index.embed import Embedder
from index.generations import Home
from qa.extractive import Extraction
from qa.generation.writer import Writer
from qa.library import Library
from qa.verify.verifier import Verifier
from web.api import create_api
from web.observed import Observed
from web.telemetry import Telemetry
from web.visit import Visit

QUESTION = "合肥2027年量子企业有多少家？"
UNKNOWN = "广州2031年量子企业有多少家？"


class Seen:
    """A watcher that keeps what it is told."""

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.is_closed = False

    def ended(self, visit: Visit) -> None:
        self.visits.append(visit)

    def close(self) -> None:
        self.is_closed = True


def library_of(folder: Path, embedder: Embedder, *, indexed: bool = True) -> Library:
    home = Home(folder / "home")
    if indexed:
        bulk = folder / "articles.jsonl"
        bulk.write_text("\n".join(json.dumps(a, ensure_ascii=False) for a in ARTICLES), "utf-8")
        with home.write_lock(), closing(Indexer(home, embedder)) as indexer:
            list(indexer.index([bulk]))
    return Library(home, embedder, Extraction(confidence=0))


def observed(library: Library, telemetry: Telemetry) -> FastAPI:
    app = create_api(library, telemetry=telemetry)
    telemetry.metrics.watch_index(library)
    app.add_middleware(Observed, telemetry=telemetry)
    return app


def client_of(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def saying(*replies: Any) -> Writer:
    return Writer(chat_saying(*replies)[0], Verifier())


def figures(client: TestClient, *names: str, **given: Any) -> dict[str, float]:
    """The samples at /metrics whose names begin with one of these, but those that tell of time and of buckets."""
    lines = client.get("/metrics", **given).text.splitlines()
    kept = [line for line in lines if line.startswith(names) and not line.startswith("#")]
    told = dict(line.rsplit(" ", 1) for line in kept if not any(w in line for w in ("_created", "_bucket", "_sum")))
    return {name: float(value) for name, value in told.items()}


@contextmanager
def lines_written() -> Iterator[list[str]]:
    """The lines of the request log, as they are written."""
    written: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(record.getMessage())

    logger, handler = logging.getLogger("youju.request"), Keeping()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield written
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
