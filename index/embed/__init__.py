"""Embedders: text to unit-length vectors, behind one protocol."""

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.errors import EmbedderError, EmbedderMismatch

Vectors = npt.NDArray[np.float32]
"""Unit-length rows, (n, dim)."""


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
