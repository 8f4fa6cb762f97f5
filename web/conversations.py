"""Conversations over HTTP: begun, listed, searched, read with what has become of their citations, renamed, exported and
removed. Those of a browser are seen by it alone (web/visitors.py); those begun without its cookie are reached by their id,
and not listed."""

import json
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from index.errors import IndexMissing, QuestionError
from index.store import Store
from qa.answer import Turn
from qa.export import conversation_markdown
from qa.history import TITLE, Conversation, Exchange, History
from qa.library import Library
from qa.tracing import Traced, traced
from web.openapi import errors_of
from web.visitors import owner_of

Owner = Annotated[str, Depends(owner_of)]
MAX_WORDS = 200
"""Characters of a search among conversations."""


class BeginRequest(BaseModel):
    """Begin a conversation."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field("", max_length=TITLE, description="its first question names one without")


class RenameRequest(BaseModel):
    """Give a conversation another title."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=TITLE, pattern=r"\S")


class TracedExchange(Exchange):
    """A question with the Answer as it was given, and where its citations stand now."""

    traces: list[Traced]


def history_of(library: Library) -> History:
    """The conversations of the library's home."""
    return History(library.home.root / "history.sqlite")


def conversations(library: Library, history: History) -> APIRouter:
    """The routes under /api/conversations."""
    router = APIRouter(prefix="/api/conversations", responses=errors_of(404, 422))

    @router.post("", status_code=201)
    def begin(request: BeginRequest, owner: Owner) -> Conversation:
        return history.begin(request.title, owner)

    @router.get("")
    def listed(owner: Owner, q: Annotated[str, Query(max_length=MAX_WORDS)] = "") -> list[Conversation]:
        return history.conversations(owner, q)

    @router.get("/{conversation}")
    def read(conversation: str, owner: Owner) -> list[TracedExchange]:
        exchanges = history.dialogue(conversation, owner).exchanges
        store = store_of(library)
        return [
            TracedExchange(**dict(exchange), traces=[traced(c, store) for c in exchange.answer.citations])
            for exchange in exchanges
        ]

    @router.get("/{conversation}/export", response_class=Response)
    def export(conversation: str, owner: Owner, form: Literal["markdown", "json"] = "markdown") -> Response:
        return _exported(history, conversation, owner, form)

    @router.patch("/{conversation}")
    def rename(conversation: str, request: RenameRequest, owner: Owner) -> Conversation:
        return history.rename(conversation, request.title, owner)

    @router.delete("/{conversation}", status_code=204)
    def remove(conversation: str, owner: Owner) -> None:
        history.remove(conversation, owner)

    return router


def _exported(history: History, conversation: str, owner: str, form: str) -> Response:
    """The conversation as a file to keep."""
    said = history.dialogue(conversation, owner)
    if form == "json":
        body = {"title": said.title, "exchanges": [e.model_dump(mode="json") for e in said.exchanges]}
        text, media, ending = json.dumps(body, ensure_ascii=False, indent=2), "application/json", "json"
    else:
        text, media, ending = (
            conversation_markdown(said.title, [e.answer for e in said.exchanges]),
            "text/markdown",
            "md",
        )
    named = f"attachment; filename=conversation.{ending}; filename*=UTF-8''{quote(said.title, safe='')}.{ending}"
    return Response(text, media_type=media, headers={"Content-Disposition": named})


def store_of(library: Library) -> Store | None:
    """The articles; None where there are none any more."""
    try:
        return library.reader().store
    except IndexMissing:
        return None


def turns_for(history: History, conversation: str | None, given: list[Turn], most: int, owner: str = "") -> list[Turn]:
    """The turns that a question follows on: those kept of its conversation, or those that it brings.

    Raises QuestionError for both at once, ConversationNotFound.
    """
    if conversation is None:
        return given
    if given:
        raise QuestionError("a question has either a conversation or a history.", "Leave one of them out.")
    return history.dialogue(conversation, owner).turns[-most:]
