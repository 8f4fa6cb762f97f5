"""Embeddings from any server that speaks OpenAI's `POST /v1/embeddings`.

OPENAI_API_KEY and OPENAI_BASE_URL are those of the openai client. The client tries again by itself
on lost connections, 408, 409, 429 and 5xx, waiting longer each time.
"""

import os
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

import numpy as np

from index.embed import Vectors, valid
from index.errors import EmbedderError

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types import CreateEmbeddingResponse

BATCH = 128
"""Texts in a request; OpenAI takes 2,048, smaller servers less."""

_RETRIES = 4
_TIMEOUT = 60.0
"""Seconds for one try."""

_OFFICIAL = "https://api.openai.com/v1"
_NO_KEY = "none"
"""What a server of one's own is given that asks for no key."""


class OpenAIEmbedder:
    """A model behind an HTTP API. Texts leave this machine. Safe to share between threads."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._base = os.environ.get("OPENAI_BASE_URL") or _OFFICIAL
        self._key = os.environ.get("OPENAI_API_KEY") or (_NO_KEY if self._base != _OFFICIAL else "")

    @property
    def fingerprint(self) -> str:
        """The server's host and the model's name: what the weights are is known to the server alone."""
        return f"openai:{urlsplit(self._base).netloc.rpartition('@')[2]}:{self._model}"

    @cached_property
    def dim(self) -> int:
        """Learned from the server by embedding a word."""
        return len(self._request(["预热"])[0])

    def warm_up(self) -> None:
        self.embed_query("预热")

    def embed_passages(self, texts: list[str]) -> Vectors:
        """Raises EmbedderError when the server cannot be used or gives something else than vectors."""
        rows = np.empty((len(texts), self.dim), dtype=np.float32)
        for at in range(0, len(texts), BATCH):
            found = self._request(texts[at : at + BATCH])
            if found.shape[1] != self.dim:
                self._fail(f"it gave vectors of {found.shape[1]} dimensions, and of {self.dim} before")
            rows[at : at + BATCH] = found
        return rows

    def embed_query(self, text: str) -> Vectors:
        row: Vectors = self.embed_passages([text])[0]
        return row

    @cached_property
    def _client(self) -> "OpenAI":
        from openai import OpenAI  # takes half a second: only when something is embedded

        if not self._key:
            raise EmbedderError(
                f"the embedder openai:{self._model} needs a key.",
                "Set OPENAI_API_KEY, and OPENAI_BASE_URL for a server other than OpenAI's.",
            )
        return OpenAI(api_key=self._key, base_url=self._base, max_retries=_RETRIES, timeout=_TIMEOUT)

    def _request(self, texts: list[str]) -> Vectors:
        """Unit-length rows for one batch."""
        client = self._client
        from openai import OpenAIError

        try:
            response = client.embeddings.create(model=self._model, input=_sendable(texts), encoding_format="float")
            rows = _rows(response)
        except (OpenAIError, AttributeError, TypeError, ValueError) as error:  # the latter of odd answers
            self._fail(str(error))
        if rows.ndim != 2 or len(rows) != len(texts):
            self._fail(f"it gave {len(rows)} vectors for {len(texts)} texts")
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            self._fail("it gave a vector that has no direction")
        unit: Vectors = rows / lengths
        return unit

    def _fail(self, why: str) -> NoReturn:
        """The cause is cut off: what a server says may repeat the key."""
        reason = why.rstrip(".") if self._key == _NO_KEY else why.replace(self._key, "…").rstrip(".")
        raise EmbedderError(
            f"{urlsplit(self._base).hostname} did not embed with {self._model}: {reason}.",
            "Check OPENAI_BASE_URL, OPENAI_API_KEY and the model's name in YOUJU_EMBEDDER.",
        ) from None


def _sendable(texts: list[str]) -> list[str]:
    """Valid Unicode and never empty, which OpenAI refuses."""
    return [valid(text) or " " for text in texts]


def _rows(response: "CreateEmbeddingResponse") -> Vectors:
    """The vectors in the order of the texts. Raises ValueError or TypeError when they are not vectors of one size."""
    items = sorted(response.data, key=lambda item: item.index)
    return np.array([item.embedding for item in items], dtype=np.float32)
