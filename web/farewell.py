"""The end of the server: what is being answered gets a while, and what is not done then is told so."""

import asyncio

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import refusal
from web.events import failed
from web.forms import ErrorDetail
from web.security_headers import guarded

ENDING = ErrorDetail(
    code="shutting_down", message="the server is shutting down.", hint="Send the same again in a while."
)
"""Of what was not begun."""
CUT_OFF = ErrorDetail(
    code="shutting_down",
    message="the server is shutting down before this is done.",
    hint="Ask again in a while. What it does may be done all the same.",
)
# Not 502, 503, 504: a proxy that takes these for its own sends the same to another process, while a thread here goes on.
CUT_OFF_STATUS = 500
AGAIN = 5
"""Seconds after which it may be back, or another process answers."""
PROGRAMS = ("/api/", "/v1/")
"""What is below these, in the addresses of the application, are streams of our own events."""
STANDING = "/gradio_api/heartbeat/"
"""By which a page only tells that it is open."""


class Farewell:
    """Over the whole application. `begin` says that the server ends: a page that is open is let go at once, what is being
    answered after `grace` seconds, a stream with an `error` event, and the rest with CUT_OFF_STATUS. What comes after that
    is not begun: a 503."""

    def __init__(self, app: ASGIApp, grace: float) -> None:
        self._app = app
        self._grace = grace
        self._begun = asyncio.Event()
        self._over = asyncio.Event()

    def begin(self) -> None:
        """Let the grace begin to run, in the server's loop."""
        self._begun.set()
        asyncio.get_running_loop().call_later(self._grace, self._over.set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._over.is_set():
            await _said(ENDING, 503)(scope, receive, send)
            return
        response = _Response(scope, receive, send)
        answering = asyncio.ensure_future(self._app(scope, receive, response.send))
        ending = asyncio.ensure_future((self._begun if STANDING in scope["path"] else self._over).wait())
        try:
            await asyncio.wait([answering, ending], return_when=asyncio.FIRST_COMPLETED)
            if answering.done() or not await response.end():
                await answering
        finally:
            # A thread that works on the next event cannot be called back; nothing that it gives is sent any more.
            answering.cancel()
            ending.cancel()


class _Response:
    """What is sent of one response, and how it ends before its time."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._is_begun = False
        self._is_stream = False
        self._is_ended = False

    async def send(self, message: Message) -> None:
        if self._is_ended:
            return
        if message["type"] == "http.response.start":
            self._is_begun = True
            kind = Headers(raw=message["headers"]).get("content-type", "")
            self._is_stream = kind.startswith("text/event-stream")
        elif message["type"] == "http.response.body":
            self._is_ended = not message.get("more_body", False)
        await self._send(message)

    async def end(self) -> bool:
        """Say that it ends here; False where that cannot be said, since what is sent is no stream of events."""
        if self._is_ended or (self._is_begun and not self._is_stream):
            return False
        self._is_ended = True
        if self._is_begun:
            is_ours = any(above in self._scope["path"] for above in PROGRAMS)
            await self._send({"type": "http.response.body", "body": failed(CUT_OFF) if is_ours else b""})
        else:
            await _said(CUT_OFF, CUT_OFF_STATUS)(self._scope, self._receive, self._send)
        return True


def _said(error: ErrorDetail, status: int) -> Response:
    return guarded(refusal(status, error.code, error.message, error.hint, {"Retry-After": str(AGAIN)}))
