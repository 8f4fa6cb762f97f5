"""Conversations over HTTP: begun, listed, read with what has become of their citations, and removed."""

from collections.abc import Iterator

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from index.errors import IndexMissing, QuestionError
from index.store import Store
from qa.answer import Turn
from qa.events import Done, Event
from qa.history import TITLE, Conversation, Exchange, History
from qa.library import Library
from qa.tracing import Traced, traced
from web import errors


class BeginRequest(BaseModel):
    """Begin a conversation."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field("", max_length=TITLE, description="its first question names one without")


class TracedExchange(Exchange):
    """A question with the Answer as it was given, and where its citations stand now."""

    traces: list[Traced]


def history_of(library: Library) -> History:
    """The conversations of the library's home."""
    return History(library.home.root / "history.sqlite")


def conversations(library: Library, history: History) -> APIRouter:
    """The routes under /api/conversations."""
    router = APIRouter(prefix="/api/conversations", responses={404: {"model": errors.ErrorBody}})

    @router.post("", status_code=201)
    def begin(request: BeginRequest) -> Conversation:
        return history.begin(request.title)

    @router.get("")
    def listed() -> list[Conversation]:
        return history.conversations()

    @router.get("/{conversation}")
    def read(conversation: str) -> list[TracedExchange]:
        exchanges = history.exchanges(conversation)
        store = _store(library)
        return [
            TracedExchange(
                asked=exchange.asked,
                answer=exchange.answer,
                traces=[traced(citation, store) for citation in exchange.answer.citations],
            )
            for exchange in exchanges
        ]

    @router.delete("/{conversation}", status_code=204)
    def remove(conversation: str) -> None:
        history.remove(conversation)

    return router


def _store(library: Library) -> Store | None:
    """The articles; None where there are none any more."""
    try:
        return library.reader().store
    except IndexMissing:
        return None


def turns_for(history: History, conversation: str | None, given: list[Turn], most: int) -> list[Turn]:
    """The turns that a question follows on: those kept of its conversation, or those that it brings.

    Raises QuestionError for both at once, ConversationNotFound.
    """
    if conversation is None:
        return given
    if given:
        raise QuestionError("a question has either a conversation or a history.", "Leave one of them out.")
    return history.turns(conversation)[-most:]


def kept(events: Iterator[Event], history: History, conversation: str | None) -> Iterator[Event]:
    """The same events; the answer is in the conversation before it is said to be done."""
    for event in events:
        if conversation is not None and isinstance(event, Done):
            history.record(conversation, event.answer)
        yield event
