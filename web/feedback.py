"""Feedback over HTTP: given on an answer that is kept, and one's own read as a question set."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from starlette.responses import PlainTextResponse

from index.errors import ConversationNotFound
from qa.feedback import MAX_COMMENT, Feedback, FeedbackStore, Reason, question_set
from qa.history import History
from qa.library import Library
from web.conversations import Owner
from web.openapi import errors_of


class FeedbackRequest(BaseModel):
    """Say what you think of an answer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"answer": "0f…", "good": False, "reason": "wrong", "comment": "是93家"}]},
    )

    answer: str = Field(min_length=1, max_length=64, description="its id")
    good: StrictBool
    reason: Reason | None = Field(None, description="why it is not good")
    comment: str = Field("", max_length=MAX_COMMENT)


class JsonLines(PlainTextResponse):
    """Questions, one a line."""

    media_type = "application/jsonl"


def feedback_of(library: Library) -> FeedbackStore:
    """The feedback of the library's home."""
    return FeedbackStore(library.home.root / "feedback.sqlite")


def take(request: FeedbackRequest, history: History, store: FeedbackStore, owner: str) -> None:
    """Keep feedback with the answer that it is about. Raises ConversationNotFound for an answer that is not kept."""
    exchange = history.exchange(request.answer)
    if exchange is None:
        raise ConversationNotFound(
            f"there is no answer {request.answer!r} in a conversation.", "Ask in a conversation."
        )
    store.give(
        Feedback(
            answer=exchange.answer,
            history=history.turns_before(request.answer, owner),
            filters=exchange.filters,
            good=request.good,
            reason=None if request.good else request.reason,
            comment=request.comment,
        ),
        owner,
    )


def feedback(library: Library, history: History) -> APIRouter:
    """The routes under /api/feedback."""
    router = APIRouter(prefix="/api/feedback", responses=errors_of(404, 422))
    store = feedback_of(library)

    @router.post("", status_code=204)
    def give(request: FeedbackRequest, owner: Owner) -> None:
        take(request, history, store, owner)

    @router.get("", response_class=JsonLines)
    def as_question_set(owner: Owner) -> JsonLines:
        given = store.given(owner) if owner else []  # without a cookie it is nobody's, and nobody's to read
        lines = [question.model_dump_json(exclude_defaults=True) for question in question_set(given)]
        return JsonLines("".join(f"{line}\n" for line in lines))

    return router
