"""What a question set is run against: an index in this process, or a server over HTTP."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Protocol, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from index.errors import ArticleNotFound, YoujuError
from qa.answer import Answer, Hit, Legs, Turn
from qa.library import Library

_GONE = (
    httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout, httpx.InvalidURL, httpx.UnsupportedProtocol,
)  # fmt: skip
_BUSY = (502, 503, 504)
"""Answers of a server, or of a proxy before it, that cannot be asked now."""
KEPT_TEXTS = 2048
SEARCH_DEPTH = 100
"""Sentences that are searched, so that ten articles are among them."""

Model = TypeVar("Model", bound=BaseModel)


class TargetError(YoujuError):
    """The target did not do what it was asked."""

    code = "target_failed"


class TargetRefused(TargetError):
    """The target answered with an error of its own."""

    code = "target_refused"

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class TargetGone(TargetError):
    """The target cannot be reached: it makes no sense to go on."""

    code = "target_gone"


class TargetInfo(BaseModel):
    """What is asked. `index` changes when the articles do."""

    where: str
    embedder: str
    index: str
    articles: int
    asking: str = ""
    """How questions are answered, as far as it is known: the reranker, and what is switched off."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found, and how long the search of the fusion took."""

    hits: list[Hit]
    legs: Legs | None
    ms: float


class Target(Protocol):
    """Safe to share between threads. What fails raises a YoujuError; TargetGone ends the run."""

    def describe(self) -> TargetInfo: ...

    def search(self, question: str) -> Searched: ...

    def ask(self, question: str, history: list[Turn]) -> Answer: ...

    def text(self, article_id: str) -> str:
        """The article's text, into which spans point. Raises ArticleNotFound."""
        ...


class LocalTarget:
    """An index opened in this process."""

    def __init__(self, library: Library, where: str) -> None:
        self._library = library
        self._where = where
        self._texts = _Kept()

    def describe(self) -> TargetInfo:
        reader = self._library.reader()
        store = reader.store
        return TargetInfo(
            where=self._where,
            embedder=reader.embedder,
            index=store.digest(),
            articles=len(store.versions()),
            asking=self._library.described,
        )

    def search(self, question: str) -> Searched:
        pipeline = self._library.pipeline()
        start = time.perf_counter()
        hits = pipeline.search(question, SEARCH_DEPTH)
        ms = (time.perf_counter() - start) * 1000
        return Searched(hits, pipeline.legs(question, SEARCH_DEPTH), ms)

    def ask(self, question: str, history: list[Turn]) -> Answer:
        return self._library.pipeline().ask(question, history)

    def text(self, article_id: str) -> str:
        known = self._texts.get(article_id)
        if known is None:
            known = self._texts.put(article_id, self._library.reader().store.article(article_id).text)
        return known


class _Article(BaseModel):
    text: str


class _Ready(BaseModel):
    articles: int
    embedder: str
    index: str
    asking: str = ""


class _Timings(BaseModel):
    total: float


class _Hits(BaseModel):
    hits: list[Hit]
    legs: Legs | None = None
    timings_ms: _Timings


class HttpTarget:
    """A running server: `youju serve`, here or elsewhere."""

    def __init__(self, url: str, timeout: float = 120.0) -> None:
        self._url = url.rstrip("/")
        self._client = httpx.Client(timeout=timeout, trust_env=False)
        self._texts = _Kept()

    def describe(self) -> TargetInfo:
        ready = self._send("GET", "/readyz", _Ready)
        return TargetInfo(where=_without_password(self._url), **ready.model_dump())

    def search(self, question: str) -> Searched:
        found = self._send("POST", "/api/search", _Hits, {"question": question, "k": SEARCH_DEPTH, "legs": True})
        return Searched(found.hits, found.legs, found.timings_ms.total)  # the legs take time of their own

    def ask(self, question: str, history: list[Turn]) -> Answer:
        turns = [turn.model_dump() for turn in history]
        return self._send("POST", "/api/ask", Answer, {"question": question, "history": turns})

    def text(self, article_id: str) -> str:
        known = self._texts.get(article_id)
        if known is None:
            known = self._texts.put(article_id, self._fetch(article_id))
        return known

    def _fetch(self, article_id: str) -> str:
        if any(part in {"", ".", ".."} for part in article_id.split("/")):  # a URL would lead elsewhere
            raise ArticleNotFound(f"no article has the id {article_id!r}.")
        try:
            return self._send("GET", f"/api/articles/{quote(article_id)}", _Article).text
        except TargetRefused as error:
            if error.status == 404:
                raise ArticleNotFound(f"no article has the id {article_id!r}.") from error
            raise

    def _request(self, method: str, url: str, body: dict[str, object] | None) -> httpx.Response:
        try:
            return self._client.request(method, url, json=body)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # A connection kept open may be closed by a healthy server just as we use it: once more, on a new one.
            return self._client.request(method, url, json=body)

    def _send(self, method: str, path: str, form: type[Model], body: dict[str, object] | None = None) -> Model:
        try:
            response = self._request(method, self._url + path, body)
        except _GONE as error:
            raise TargetGone(f"{self._url} does not answer ({error}).", "Start it with: youju serve") from error
        except httpx.HTTPError as error:
            raise TargetError(f"{self._url}{path}: {type(error).__name__} {error}.") from error
        said = f"{self._url}{path} answered {response.status_code}: {response.text[:200]}"
        if response.status_code in _BUSY:
            raise TargetGone(said)
        if response.is_error:
            raise TargetRefused(said, response.status_code)
        try:
            return form.model_validate_json(response.content)
        except ValidationError as error:
            raise TargetError(
                f"{self._url}{path} answered in another form than ours: {error.errors()[0]['msg']}.",
                "Is it a youju server of this version?",
            ) from error


def _without_password(url: str) -> str:
    """The address without what a run's folder must not keep."""
    return str(httpx.URL(url).copy_with(username=None, password=None)).rstrip("/")


class _Kept:
    """Texts of the articles seen last."""

    def __init__(self) -> None:
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._guard = Lock()

    def get(self, article_id: str) -> str | None:
        with self._guard:
            return self._texts.get(article_id)

    def put(self, article_id: str, text: str) -> str:
        with self._guard:
            self._texts[article_id] = text
            if len(self._texts) > KEPT_TEXTS:
                self._texts.popitem(last=False)
        return text
