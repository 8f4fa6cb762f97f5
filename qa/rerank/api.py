"""Reranking by an HTTP endpoint: POST {base}/rerank, as Jina, Cohere, vLLM, TEI-like servers and others have it.

    {"model", "query", "documents": ["text", ...]}  ->  {"results": [{"index", "relevance_score"}, ...]}

OPENAI_BASE_URL and OPENAI_API_KEY say where and with which key, as they do for embeddings. The openai client
sends it: it tries again by itself on lost connections, 408, 409, 429 and 5xx.
"""

import os
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from index.errors import RerankerError
from index.reader import Reader
from qa.candidate import Candidate
from qa.query import Query
from qa.rerank import passage_text, with_scores

if TYPE_CHECKING:
    from openai import OpenAI

_TIMEOUT = 30.0
"""Seconds for one try."""


class _Result(BaseModel):
    index: int
    relevance_score: float


class _Response(BaseModel):
    results: list[_Result]


class ApiReranker:
    """A model behind an HTTP API. Question and passages leave this machine."""

    depth = 50
    keeps_scale = False

    def __init__(self, model: str) -> None:
        self._model = model
        self._base = os.environ.get("OPENAI_BASE_URL") or ""
        self._key = os.environ.get("OPENAI_API_KEY") or "none"

    def warm_up(self) -> None:
        """Nothing to load; a wrong setting shows at the first question."""

    def rescored(self, query: Query, candidates: list[Candidate], reader: Reader) -> list[Candidate]:  # noqa: ARG002  # it needs the texts alone
        documents = [passage_text(c.located) for c in candidates]
        by_index = {r.index: r.relevance_score for r in self._request(query.text, documents).results}
        if by_index.keys() != set(range(len(documents))):
            raise self._failed(f"it gave {len(by_index)} scores for {len(documents)} passages")
        return with_scores(candidates, (by_index[i] for i in range(len(documents))))

    def _request(self, question: str, documents: list[str]) -> _Response:
        from openai import OpenAIError

        body = {"model": self._model, "query": question, "documents": documents}
        try:
            reply = self._client.post("/rerank", body=body, cast_to=object)
            return _Response.model_validate(reply)
        except OpenAIError as error:
            raise self._failed(str(error)) from None
        except ValidationError as error:
            raise self._failed(f"its reply has another form ({error.error_count()} errors)") from None

    def _failed(self, why: str) -> RerankerError:
        """What a server says may repeat the key, which is blotted out."""
        return RerankerError(
            f"{urlsplit(self._base).hostname} did not rerank with {self._model}: {self._without_key(why)}.",
            "Check OPENAI_BASE_URL, OPENAI_API_KEY and the model's name in YOUJU_RERANKER.",
        )

    def _without_key(self, text: str) -> str:
        return (text if self._key == "none" else text.replace(self._key, "…")).rstrip(".")

    @cached_property
    def _client(self) -> "OpenAI":
        from openai import OpenAI

        if not self._base:
            raise RerankerError(
                f"the reranker api:{self._model} needs the address of a server.",
                "Set OPENAI_BASE_URL; requests go to its path /rerank.",
            )
        return OpenAI(api_key=self._key, base_url=self._base, timeout=_TIMEOUT)
