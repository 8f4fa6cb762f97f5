"""Any model of the package sentence-transformers, by its name or the path of its folder.

An extra: it brings torch. Questions and passages get the prompts that the model's configuration
gives for queries and documents.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.embed import Vectors, valid
from index.errors import EmbedderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class SentenceTransformersEmbedder:
    """A local model on torch."""

    def __init__(self, model: str) -> None:
        self._model = model

    @property
    def fingerprint(self) -> str:
        """The model's name; of a folder, its path without symbolic links."""
        folder = Path(self._model)
        return f"sentence-transformers:{folder.resolve() if folder.is_dir() else self._model}"

    @cached_property
    def dim(self) -> int:
        return len(self.embed_query("预热"))

    def warm_up(self) -> None:
        self.embed_query("预热")

    def embed_passages(self, texts: list[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        rows = self._loaded.encode_document(
            [valid(text) for text in texts], normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(rows, dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        rows = self._loaded.encode_query([valid(text)], normalize_embeddings=True, show_progress_bar=False)
        vector: Vectors = np.asarray(rows, dtype=np.float32)[0]
        return vector

    @cached_property
    def _loaded(self) -> "SentenceTransformer":
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EmbedderError(
                f"the embedder sentence-transformers:{self._model} needs the package sentence-transformers.",
                "Install it: pip install -e '.[sentence-transformers]'",
            ) from error
        try:
            return SentenceTransformer(self._model)
        except (OSError, ValueError, RuntimeError) as error:
            raise EmbedderError(
                f"the model {self._model} cannot be loaded: {str(error).splitlines()[0]}",
                "Give the name of a model, or the path of a folder that holds one.",
            ) from error
