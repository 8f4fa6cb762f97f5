"""Every error as `{"error": {"code", "message", "hint"}}` with the right status."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from index.errors import (
    ArticleNotFound,
    ConversationChanged,
    ConversationNotFound,
    EmbedderError,
    EmbedderMismatch,
    HistoryError,
    IndexBusy,
    IndexMissing,
    QuestionError,
    RerankerError,
    StatementError,
    YoujuError,
)

_STATUS: dict[type[YoujuError], int] = {
    ArticleNotFound: 404,
    ConversationNotFound: 404,
    QuestionError: 422,
    StatementError: 422,
    IndexBusy: 409,
    ConversationChanged: 409,
    IndexMissing: 503,
    EmbedderMismatch: 503,
    EmbedderError: 503,
    RerankerError: 503,
    HistoryError: 503,
}
TOO_LARGE = "Send less at once."
"""The way out for a request that is too large."""
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class ErrorDetail(BaseModel):
    """What went wrong, and the way out."""

    code: str
    message: str
    hint: str = ""


class ErrorBody(BaseModel):
    """The body of every response that is not a success."""

    error: ErrorDetail


def install(app: FastAPI) -> None:
    """Answer every error of `app` in the one form."""
    app.add_exception_handler(YoujuError, _ours)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _respond(status: int, code: str, message: str, hint: str = "") -> JSONResponse:
    body = ErrorBody(error=ErrorDetail(code=code, message=message, hint=hint))
    return JSONResponse(body.model_dump(), status_code=status)


async def _ours(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, YoujuError)
    return _respond(_STATUS.get(type(error), 500), error.code, error.message, error.hint)


async def _validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part != "body" and first["type"] != "json_invalid")
    message = f"{field}: {first['msg']}" if field else str(first["msg"])
    return _respond(422, "bad_request", message, "See /openapi.json for the form of the request.")


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # a body that cannot be decoded
        return _respond(422, "bad_request", str(error.detail), "Send JSON in UTF-8.")
    code = _HTTP_CODES.get(error.status_code, "http_error")
    hint = TOO_LARGE if error.status_code == 413 else ""
    return _respond(error.status_code, code, str(error.detail), hint)


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    """A defect of ours: the log has it (Starlette raises it again), the caller gets the form."""
    return _respond(500, "internal", "something went wrong on the server.", "The server's log says what.")
