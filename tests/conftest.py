"""Shared fixtures: a small deterministic embedder, and homes indexed with it."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.build import Event, Indexer
from index.embed import Embedder, Vectors
from index.generations import Home
from index.tokens import tokens


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
