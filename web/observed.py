"""Over everything: gives each request its trace, and tells what became of it when its last byte is sent, or its client gone.

Streams pass through as they come. What fails inside is answered further out (500), so of that answer no bytes are known.
"""

import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.rate import PAGE, WORK
from web.route_names import RouteNames
from web.telemetry import Telemetry
from web.trace import HEADER, Trace, begin
from web.visit import Kind, Visit


class Observed:
    """Outside of whatever refuses, so that refusals are told of as well."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry
        self._names: RouteNames | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.time()
        trace = begin(scope)
        passing = _Passing(trace, receive, send)
        names = self._names = self._names or RouteNames(scope["app"])  # what is mounted puts its own there
        with self._telemetry.metrics.going_on(_kind_of(scope["path"])).track_inprogress():
            try:
                await self._app(scope, passing.receive, passing.send)
            except Exception as error:
                passing.failed(error)
                raise
            finally:
                trace.end()
                passing.over()
                self._telemetry.ended(passing.visit(scope, began, names.of(scope["path"])))


class _Passing:
    """What goes in and out of one request, looked at as it passes."""

    def __init__(self, trace: Trace, receive: Receive, send: Send) -> None:
        self._trace = trace
        self._receive = receive
        self._send = send
        self._start = time.perf_counter()
        self._status = 0
        self._sent = 0
        self._first: float | None = None
        self._is_whole = False
        self._is_gone = False
        self._took = 0.0

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect" and not self._is_whole:
            self._is_gone = True
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            MutableHeaders(scope=message)[HEADER] = self._trace.id
        await self._send(message)
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            self._sent += len(body)
            if body and self._first is None:
                self._first = time.perf_counter() - self._start
            self._is_whole = not message.get("more_body", False)

    def failed(self, error: Exception) -> None:
        """Nothing in here has answered it."""
        self._trace.error = self._trace.error or type(error).__name__
        if not self._status:
            self._status, self._is_whole = 500, True

    def over(self) -> None:
        """Nothing more goes in or out."""
        self._took = time.perf_counter() - self._start

    def visit(self, scope: Scope, began: float, route: str) -> Visit:
        """What became of it."""
        client = scope.get("client")
        return Visit(
            kind=Kind.REQUEST,
            trace=self._trace,
            began=began,
            seconds=self._took,
            method=scope["method"],
            route=route,
            status=self._status,
            first_byte=self._first,
            sent=self._sent,
            aborted=self._is_gone or not self._is_whole,
            address=client[0] if client else "",
            outcome=self._trace.outcome,
        )


def _kind_of(path: str) -> str:
    return "page" if PAGE in path else "work" if path.startswith(WORK) else "other"
