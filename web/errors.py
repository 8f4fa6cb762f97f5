"""Every error as `{"error": {"code", "message", "hint"}}` with the right status."""

import errno
import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import (
    ArticleNotFound,
    ConversationChanged,
    ConversationNotFound,
    EmbedderError,
    EmbedderMismatch,
    HistoryError,
    HistoryFull,
    IndexBusy,
    IndexMissing,
    JobNotFound,
    QuestionError,
    RerankerError,
    StatementError,
    StoreError,
    StoreFull,
    StoreVersionError,
    YoujuError,
)
from web.forms import ErrorBody, ErrorDetail
from web.presence import Left
from web.trace import HEADER, failed_with, trace_in

_log = logging.getLogger(__name__)
_STATUS: dict[type[YoujuError], int] = {
    ArticleNotFound: 404,
    ConversationNotFound: 404,
    JobNotFound: 404,
    QuestionError: 422,
    StatementError: 422,
    IndexBusy: 409,
    ConversationChanged: 409,
    IndexMissing: 503,
    EmbedderMismatch: 503,
    EmbedderError: 503,
    RerankerError: 503,
    HistoryError: 503,
    HistoryFull: 507,
    StoreError: 503,
    StoreFull: 507,
    StoreVersionError: 503,
}
_ROOM = "Make room on the server's disk, then try again."
_WAYS_OUT: dict[type[YoujuError], str] = {
    IndexMissing: "Make one with: youju index PATH",
    EmbedderMismatch: "Make it anew with: youju index --re-embed",
    StoreFull: _ROOM,
    HistoryFull: _ROOM,
}
TOO_LARGE = "Send less at once."
"""The way out for a request that is too large."""
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large"}


INTERNAL = ErrorDetail(
    code="internal", message="something went wrong on the server.", hint="The server's log says what."
)


def install(app: FastAPI) -> None:
    """Answer every error of `app` in the one form."""
    app.add_exception_handler(YoujuError, _ours)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Left, _nobody)
    app.add_exception_handler(Exception, _unexpected)


def refusal(
    status: int, code: str, message: str, hint: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A response that is no success, in the one form."""
    body = ErrorBody(error=ErrorDetail(code=code, message=message, hint=hint))
    return JSONResponse(body.model_dump(), status_code=status, headers=headers)


async def _ours(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, YoujuError)
    return response_of(error)


def response_of(error: YoujuError) -> JSONResponse:
    """What is answered instead, also by what stands before the application."""
    return JSONResponse(ErrorBody(error=detail_of(error)).model_dump(), status_code=status_of(error))


def status_of(error: YoujuError) -> int:
    """The HTTP status that says best what went wrong; 500 and above where the request had no part in it."""
    return _STATUS.get(type(error), 500)


def detail_of(error: YoujuError) -> ErrorDetail:
    """What a caller is told. What went wrong inside is logged, for it may name the server's folders."""
    failed_with(error.code)
    if isinstance(error, IndexBusy):
        return ErrorDetail(
            code=error.code, message="articles are being added or removed.", hint="Try again in a while."
        )
    if status_of(error) < 500:
        return ErrorDetail(code=error.code, message=error.message, hint=error.hint)
    log_failure(error)
    said = (type(error).__doc__ or "").partition("\n")[0]
    return ErrorDetail(code=error.code, message=said, hint=_WAYS_OUT.get(type(error), "The server's log says why."))


def not_put_aside(error: OSError) -> StoreError:
    """Of files that are sent: none of them could be kept until it is their turn."""
    kind = StoreFull if error.errno == errno.ENOSPC else StoreError
    return kind(f"the files cannot be put aside: {error.strerror}.", "None of them was added.")


def log_failure(error: YoujuError) -> None:
    """What whoever reads a page or an answer is referred to."""
    if status_of(error) >= 500 and not isinstance(error, IndexMissing):
        _log.error("%s: %s", error.code, error)


async def _validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part != "body" and first["type"] != "json_invalid")
    message = f"{field}: {first['msg']}" if field else str(first["msg"])
    return refusal(422, "bad_request", message, "See /openapi.json for the form of the request.")


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 400 and isinstance(
        error.__cause__, OSError
    ):  # a file that is sent lies in the temporary folder until it has come
        return response_of(not_put_aside(error.__cause__))
    if error.status_code == 400:  # a body that cannot be decoded
        return refusal(422, "bad_request", str(error.detail), "Send JSON in UTF-8.")
    code = _HTTP_CODES.get(error.status_code, "http_error")
    hint = TOO_LARGE if error.status_code == 413 else ""
    return refusal(error.status_code, code, str(error.detail), hint)


class Unexpected:
    """Answers what nobody has foreseen, inside of what adds to each response; it goes on, so that it is logged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def sent(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception:
            if scope["type"] == "http" and not has_begun:
                await refusal(500, INTERNAL.code, INTERNAL.message, INTERNAL.hint)(scope, receive, send)
            raise


async def _nobody(_request: Request, _error: Exception) -> Response:
    """What nobody reads: the status is for the log."""
    return Response(status_code=499)


async def _unexpected(request: Request, _error: Exception) -> JSONResponse:
    """A defect of ours: the log has it (Starlette raises it again), the caller gets the form."""
    trace = trace_in(request.scope)
    headers = {HEADER: trace.id} if trace else None
    return JSONResponse(ErrorBody(error=INTERNAL).model_dump(), status_code=500, headers=headers)
