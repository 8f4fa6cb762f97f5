"""Embedders: text to unit-length vectors, behind one protocol."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from index.errors import EmbedderError, EmbedderMismatch

Vectors = npt.NDArray[np.float32]
"""Unit-length rows, (n, dim)."""

TokenVectors = npt.NDArray[np.int8]
"""A row for each token of one text, (tokens, width): directions, rounded so that 127 stands for 1."""

NO_TOKENS: TokenVectors = np.empty((0, 0), dtype=np.int8)


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """What is stored of a passage: its vector, (dim,), and its tokens' vectors where the embedder gives them."""

    vector: Vectors
    tokens: TokenVectors = field(default_factory=lambda: NO_TOKENS)


@dataclass(frozen=True, slots=True, eq=False)
class QueryEmbedding:
    """A question's vector, (dim,), and its tokens as rows (tokens, width), each as long as the token's share
    in the question; the lengths add up to 1. None where the embedder gives no tokens."""

    vector: Vectors
    tokens: Vectors | None = None


class Embedder(Protocol):
    """Turns texts into unit-length float32 rows. Constructors are cheap; `warm_up` loads."""

    @property
    def dim(self) -> int: ...

    @property
    def fingerprint(self) -> str:
        """Names the model and its weights; equal fingerprints give comparable vectors."""
        ...

    def warm_up(self) -> None: ...

    def embed_passages(self, texts: list[str]) -> Vectors:
        """(len(texts), dim); no rows for no texts."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """(dim,)"""
        ...


@runtime_checkable
class TokenEmbedder(Embedder, Protocol):
    """An embedder that also gives a vector for each token, for reranking by late interaction."""

    def encode_passages(self, texts: list[str]) -> list[Embedding]:
        """One for each text."""
        ...

    def encode_query(self, text: str) -> QueryEmbedding: ...


def encode_passages(embedder: Embedder, texts: list[str]) -> list[Embedding]:
    """An embedding for each text, with its tokens where the embedder gives them."""
    if isinstance(embedder, TokenEmbedder):
        return embedder.encode_passages(texts)
    return [Embedding(row) for row in embedder.embed_passages(texts)]


def encode_query(embedder: Embedder, text: str) -> QueryEmbedding:
    """The same for a question."""
    if isinstance(embedder, TokenEmbedder):
        return embedder.encode_query(text)
    return QueryEmbedding(embedder.embed_query(text))


BUNDLED = "bundled"
KNOWN = f"{BUNDLED}, sentence-transformers:MODEL or openai:MODEL"
"""What `make_embedder` takes; MODEL is a name, or the path of a folder for sentence-transformers."""


def make_embedder(name: str, cache: Path | None = None) -> Embedder:
    """The embedder of that name; `cache` is where the bundled one keeps what it prepares.

    Raises EmbedderError for a name that is not known.
    """
    kind, _, model = name.partition(":")
    if name == BUNDLED:
        from index.embed.bundled import BundledEmbedder

        return BundledEmbedder(cache)
    if kind == "sentence-transformers" and model:
        from index.embed.sentence_transformers import SentenceTransformersEmbedder

        return SentenceTransformersEmbedder(model)
    if kind == "openai" and model:
        from index.embed.openai import OpenAIEmbedder

        return OpenAIEmbedder(model)
    raise EmbedderError(f"the embedder {name!r} is not known.", f"Known: {KNOWN}.")


def valid(text: str) -> str:
    """Without lone surrogates, which no encoder takes: each becomes "?"."""
    return text.encode("utf-8", "replace").decode()


def mismatch(present: str, asked: str) -> EmbedderMismatch:
    """The error for an index made with `present` that is opened with `asked`."""
    return EmbedderMismatch(
        f"the index was made with the embedder {present}, but {asked} is set.",
        "Set the old one again, or re-embed everything with: youju index --re-embed",
    )
