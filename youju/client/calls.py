"""What a client can ask for: each call as it is sent, and how its response is read. The two clients send them."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Generic, Literal, TypedDict, TypeVar
from urllib.parse import quote

import httpx
from httpx_sse import ServerSentEvent
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from qa.answer import Answer, AnswerSentence, Citation, Mode, Turn
from qa.events import Cited, Done, Event, Said
from qa.filters import Filters
from qa.history import Conversation
from qa.verify.verification import Verification
from web.forms import ArticleBody, ArticleRow, Job, Readiness, SearchResponse, Taken
from youju.client.errors import ClientError, Refused, ServerUnreachable, refusal

T = TypeVar("T")
TIMEOUT = httpx.Timeout(120.0, connect=10.0)
"""A model may take its time; an extractive answer takes less than a second."""
ADDING = httpx.Timeout(None, connect=10.0)
"""Files wait for one another, up to an hour, and a long one takes minutes: nothing is heard meanwhile."""


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request, and what becomes of its response."""

    method: str
    path: str
    read: Callable[[str], T]
    body: dict[str, Any] | None = None

    def result(self, response: httpx.Response) -> T:
        """Raises ClientError."""
        check(response)
        return parsed(self.read, response.text)


class Wishes(TypedDict, total=False):
    """What may be said with a question; see POST /api/ask."""

    conversation: str | None
    filters: Filters | None
    asof: date | None
    mode: Mode | None
    script: Literal["hans", "hant"] | None
    sentences: int | None


def ask(question: str, history: Sequence[Turn], wishes: Wishes) -> Call[Answer]:
    return Call("POST", "/api/ask", Answer.model_validate_json, _asked(question, history, wishes))


def streamed(question: str, history: Sequence[Turn], wishes: Wishes) -> dict[str, Any]:
    """The body of a question whose answer is to come a sentence at a time."""
    return _asked(question, history, wishes) | {"stream": True}


def search(question: str, k: int, filters: Filters | None) -> Call[SearchResponse]:
    body: dict[str, Any] = {"question": question, "k": k}
    if filters:
        body["filters"] = filters.model_dump(mode="json", exclude_defaults=True)
    return Call("POST", "/api/search", SearchResponse.model_validate_json, body)


def verify(statement: str, evidence: Sequence[str]) -> Call[Verification]:
    body = {"statement": statement, "evidence": list(evidence)}
    return Call("POST", "/api/verify", Verification.model_validate_json, body)


def articles() -> Call[list[ArticleRow]]:
    return Call("GET", "/api/articles", TypeAdapter(list[ArticleRow]).validate_json)


def article(article_id: str) -> Call[ArticleBody]:
    return Call("GET", f"/api/articles/{_in_path(article_id)}", ArticleBody.model_validate_json)


def remove(article_id: str) -> Call[None]:
    return Call("DELETE", f"/api/articles/{_in_path(article_id)}", _nothing)


def job(job_id: str) -> Call[Job]:
    return Call("GET", f"/api/jobs/{_in_path(job_id)}", Job.model_validate_json)


def begin(title: str) -> Call[Conversation]:
    return Call("POST", "/api/conversations", Conversation.model_validate_json, {"title": title})


def conversations(words: str) -> Call[list[Conversation]]:
    return Call("GET", f"/api/conversations?q={quote(words)}", TypeAdapter(list[Conversation]).validate_json)


def give_feedback(answer: str, good: bool, reason: str | None, comment: str) -> Call[None]:
    body = {"answer": answer, "good": good, "comment": comment} | ({"reason": reason} if reason else {})
    return Call("POST", "/api/feedback", _nothing, body)


def ready() -> Call[Readiness]:
    return Call("GET", "/readyz", Readiness.model_validate_json)


@dataclass
class Files:
    """Files that are sent, open as long as they are: each under its name, or under its folders' from `root` on."""

    opened: ExitStack = field(default_factory=ExitStack)

    def parts(self, paths: Sequence[Path], root: Path | None) -> list[tuple[str, tuple[str, BinaryIO]]]:
        """Raises OSError for a file that cannot be read, ValueError for one that is not below the root."""
        return [("files", (self._name(path, root), self.opened.enter_context(path.open("rb")))) for path in paths]

    @staticmethod
    def _name(path: Path, root: Path | None) -> str:
        return path.relative_to(root).as_posix() if root else path.name


def event_of(sent: ServerSentEvent) -> Event | None:
    """An event of an answer that is streamed; None for one that is not known yet. Raises ClientError for an error."""
    match sent.event:
        case "citation":
            return Cited(parsed(Citation.model_validate_json, sent.data))
        case "sentence":
            return Said(parsed(AnswerSentence.model_validate_json, sent.data))
        case "done":
            return Done(parsed(Answer.model_validate_json, sent.data))
        case "error":
            raise refusal(200, sent.data)
    return None


def taken_of(sent: ServerSentEvent) -> Taken | None:
    """What became of an article that was sent; None for what is no such event. Raises ClientError for an error."""
    if sent.event == "error":
        raise refusal(200, sent.data)
    return parsed(TypeAdapter(Taken).validate_json, sent.data) if sent.event == "article" else None


def check(response: httpx.Response) -> None:
    """Raises ClientError for a response, read to its end, that is no success."""
    if not response.is_success:
        raise refusal(response.status_code, response.text, response.headers.get("retry-after", ""))


def unreachable(server: str, error: httpx.HTTPError | httpx.InvalidURL) -> ServerUnreachable:
    """What no answer means."""
    said = str(error) or type(error).__name__
    return ServerUnreachable(f"{server} gives no answer: {said}.", "Is the server running? See: youju serve")


def cut_short(server: str) -> ServerUnreachable:
    """What a stream means that ended before its last event."""
    return ServerUnreachable(f"{server} ended its answer in the middle.", "Ask again.")


def headers(key: str) -> dict[str, str]:
    """Raises ClientError for what cannot be a key."""
    if not key.isascii() or not key.isprintable():
        raise ClientError("the key has characters that no key has.", "Give it as youju key add has printed it.")
    return {"Authorization": f"Bearer {key}"} if key else {}


def parsed(read: Callable[[str], T], text: str) -> T:
    """What a text says. Raises ServerUnreachable for what no Youju server says."""
    try:
        return read(text)
    except (ValidationError, json.JSONDecodeError) as error:
        raise ServerUnreachable("the answer is not of the form that Youju's have.", "Is the address right?") from error


def _asked(question: str, history: Sequence[Turn], wishes: Wishes) -> dict[str, Any]:
    said: dict[str, Any] = to_jsonable_python({"question": question, "history": history, **wishes}, exclude_none=True)
    return said


def _in_path(article_id: str) -> str:
    """An id as a path has it. Raises Refused for one that a path would make another's: no article has such an id."""
    if any(part in ("", ".", "..") for part in article_id.split("/")):
        raise Refused(404, "article_not_found", f"no article has the id {article_id!r}.", "See: articles()")
    return quote(article_id, safe="/")


def _nothing(_: str) -> None:
    return None
