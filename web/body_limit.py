"""Refuse what is too much to be read, before it is."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import TOO_LARGE, ErrorBody, ErrorDetail
from web.intake import MAX_SUM

UPLOADS = "/api/articles"
MAX_BODY = 16 * 2**20
"""Bytes of a request that is no upload of articles."""


class BodyLimit:
    """Counts the bytes of what is sent, to Gradio's routes too; too many are a 413. (The framework's own limit, `max_body_size`, says
    so in plain text, and every error here has one form.)"""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MAX_SUM if scope["path"] == UPLOADS else MAX_BODY
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            error = ErrorDetail(code="too_large", message=_said(most), hint=TOO_LARGE)
            await JSONResponse(ErrorBody(error=error).model_dump(), status_code=413)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            got = await receive()
            read += len(got.get("body", b""))
            if read > most:
                raise HTTPException(413, _said(most))
            return got

        await self._app(scope, counted, send)


def _said(most: int) -> str:
    return f"the request has more than {most:,} bytes."
