"""Refuse what is too much to be read, or too slow, before it is."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import TOO_LARGE, refusal
from web.intake import MAX_SUM

UPLOADS = "/api/articles"
MAX_BODY = 16 * 2**20
"""Bytes of a request that is no upload of articles."""
PATIENCE = 30.0
"""Seconds in which a request must have come, or of an upload each piece: a slow one holds a place that others wait for."""


class BodyLimit:
    """Counts the bytes of what is sent, to Gradio's routes too; too many are a 413, too slow ones a 408. (The framework's own limit,
    `max_body_size`, says so in plain text, and every error here has one form.)"""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_upload = scope["path"] == UPLOADS
        most = MAX_SUM if is_upload else MAX_BODY
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            await refusal(413, "too_large", _said(most), TOO_LARGE)(scope, receive, send)
            return
        await self._app(scope, _counted(receive, most, is_upload), send)


def _counted(receive: Receive, most: int, is_upload: bool) -> Receive:
    """The same, held to its limits as long as the body has not come."""
    read, is_whole, until = 0, False, 0.0

    async def counted() -> Message:
        nonlocal read, is_whole, until
        if is_whole:
            return await receive()  # the end of the connection, for which there is all the time
        if is_upload or not until:
            until = asyncio.get_running_loop().time() + PATIENCE
        try:
            async with asyncio.timeout_at(until):
                got = await receive()
        except TimeoutError as error:
            raise HTTPException(408, "the request did not come in time.") from error
        is_whole = not got.get("more_body", False)
        read += len(got.get("body", b""))
        if read > most:
            raise HTTPException(413, _said(most))
        return got

    return counted


def _said(most: int) -> str:
    return f"the request has more than {most:,} bytes."
