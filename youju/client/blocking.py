"""The client that waits."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx
from httpx_sse import ServerSentEvent, connect_sse

from qa.answer import Answer, Turn
from qa.events import Done, Event
from qa.filters import Filters
from qa.history import Conversation
from qa.verify.verification import Verification
from web.forms import ArticleBody, ArticleRow, Job, Readiness, SearchResponse, Taken
from youju.client import calls
from youju.client.calls import Call, Files, Wishes
from youju.client.errors import ClientError

T = TypeVar("T")


class Youju:
    """A server. Safe to share between threads. Every method raises ClientError (see `youju.client`)."""

    def __init__(
        self,
        server: str = "http://127.0.0.1:7860",
        key: str = "",
        *,
        timeout: httpx.Timeout = calls.TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`key`: of the API, `youju_…`, where the server asks for one. `timeout`: seconds for each step of a request."""
        self._server = server.rstrip("/")
        self._http = httpx.Client(
            base_url=self._server, headers=calls.headers(key), timeout=timeout, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def ask(self, question: str, history: Sequence[Turn] = (), **wishes: Unpack[Wishes]) -> Answer:
        """The whole answer. A refusal is one, with the status `no_evidence`."""
        return self._send(calls.ask(question, history, wishes))

    def stream(self, question: str, history: Sequence[Turn] = (), **wishes: Unpack[Wishes]) -> Iterator[Event]:
        """The answer as it comes: each sentence after the citations that it is the first to use, at the end Done with the
        whole Answer. Nothing is taken back."""
        event: Event | None = None
        with self._events("/api/ask", json=calls.streamed(question, history, wishes)) as sent:
            for one in sent:
                if event := calls.event_of(one):
                    yield event
        if not isinstance(event, Done):
            raise calls.cut_short(self._server)

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> SearchResponse:
        """The `k` sentences that are nearest to a question, best first."""
        return self._send(calls.search(question, k, filters))

    def verify(self, statement: str, evidence: Sequence[str]) -> Verification:
        """Whether a statement is borne out by the texts that it cites."""
        return self._send(calls.verify(statement, evidence))

    def articles(self) -> list[ArticleRow]:
        return self._send(calls.articles())

    def article(self, article_id: str) -> ArticleBody:
        """An article's text, into which citations are spans of characters."""
        return self._send(calls.article(article_id))

    def add(self, paths: Sequence[Path], root: Path | None = None) -> Iterator[Taken]:
        """Send files; what becomes of each article, as it is known. With a `root` an article's id is its file's path
        below it, else its file's name. Raises OSError for a file that cannot be read."""
        is_whole, files = False, Files()
        with files.opened, self._events("/api/articles", files=files.parts(paths, root), timeout=calls.ADDING) as sent:
            for one in sent:
                is_whole = one.event == "done"
                if taken := calls.taken_of(one):
                    yield taken
        if not is_whole:
            raise calls.cut_short(self._server)

    def submit(self, paths: Sequence[Path], root: Path | None = None) -> Job:
        """The same for who does not wait: the files are indexed, and `job` tells how far that has come."""
        files = Files()
        with files.opened, self._answered():
            response = self._http.post("/api/articles", params={"wait": "false"}, files=files.parts(paths, root))
        calls.check(response)
        return calls.parsed(Job.model_validate_json, response.text)

    def job(self, job_id: str) -> Job:
        """How far an upload has come."""
        return self._send(calls.job(job_id))

    def remove(self, article_id: str) -> None:
        self._send(calls.remove(article_id))

    def begin(self, title: str = "") -> Conversation:
        """A conversation that the server keeps: give its id with each question, in place of a history."""
        return self._send(calls.begin(title))

    def conversations(self, words: str = "") -> list[Conversation]:
        """The key's own, those alone that have the words where some are given."""
        return self._send(calls.conversations(words))

    def give_feedback(self, answer: str, *, good: bool, reason: str | None = None, comment: str = "") -> None:
        """On an answer in a conversation, by its id."""
        self._send(calls.give_feedback(answer, good, reason, comment))

    def ready(self) -> Readiness:
        """What the server answers from. Raises Refused (503) where it cannot yet."""
        return self._send(calls.ready())

    def _send(self, call: Call[T]) -> T:
        with self._answered():
            response = self._http.request(call.method, call.path, json=call.body)
        return call.result(response)

    @contextmanager
    def _events(self, path: str, **sent: Any) -> Iterator[Iterator[ServerSentEvent]]:
        with self._answered(), connect_sse(self._http, "POST", path, **sent) as source:
            if not source.response.is_success:
                source.response.read()
                calls.check(source.response)
            yield source.iter_sse()

    @contextmanager
    def _answered(self) -> Iterator[None]:
        """What happens on the way, as an error of ours."""
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise calls.unreachable(self._server, error) from error
        except UnicodeEncodeError as error:
            raise ClientError("what is sent is no text: it has half of a character.") from error
