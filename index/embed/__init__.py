"""Embedders: text to unit-length vectors, behind one protocol."""

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


def make_embedder(name: str) -> Embedder:
    """The embedder of that name. Raises EmbedderError for a name that is not known."""
    from index.embed.bundled import BundledEmbedder

    if name == "bundled":
        return BundledEmbedder()
    raise EmbedderError(f"the embedder {name!r} is not known.", "Known: bundled.")


def mismatch(present: str, asked: str) -> EmbedderMismatch:
    """The error for an index made with `present` that is opened with `asked`."""
    return EmbedderMismatch(
        f"the index was made with the embedder {present}, but {asked} is set.",
        "Set the old one again, or re-embed everything with: youju index --re-embed",
    )
