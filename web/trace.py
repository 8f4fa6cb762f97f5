"""What belongs to one request, or to one question of the page: its trace, which everything that is told of it names.

The id comes from whoever calls (W3C Trace Context), or is made here. Answers are found in other threads than requests are
taken in, so what is learnt of one is put into its Trace, not handed back.
"""

import logging
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = "x-trace-id"
_KEY = "youju.trace"
_PARENT = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?"
)
_present: ContextVar["Trace | None"] = ContextVar("youju_trace", default=None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question or a search."""

    stages: dict[str, float]
    """Milliseconds, in the order of the stages."""
    ended: float
    """Seconds since 1970."""
    status: str = ""
    """The Answer's; "" for a search."""
    mode: str = ""
    dropped: int = 0
    """Sentences of a model that the checks did not let through."""
    tokens: dict[str, int] = field(default_factory=dict)
    """Of a model: `prompt`, `completion`."""
    troubles: tuple[str, ...] = ()
    """What went wrong with a model, by kind."""
    question: str = ""
    answer: str = ""


@dataclass(slots=True)
class Trace:
    """What is learnt of a request on its way. Safe to share between threads."""

    id: str = field(default_factory=lambda: secrets.token_hex(16))
    parent: str = ""
    """The span of whoever called; "" for none that is known."""
    is_sampled: bool = True
    """Whether whoever called records the trace."""
    caller: str = "anybody"
    """Whom it is from, in kind: `key`, `person` (whom a proxy names), `password`, `page` (its questions), `anybody`."""
    key: str = ""
    """The id of a key, which is no secret."""
    refused: str = ""
    """Why it was not worked on: `rate`, `busy`, `page_full`."""
    error: str = ""
    """The code of what went wrong."""
    outcome: Outcome | None = None
    _is_over: bool = False
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def add(self, outcome: Outcome) -> bool:
        """Whether it came before the end; after that nothing is added."""
        with self._guard:
            if not self._is_over:
                self.outcome = outcome
            return not self._is_over

    def end(self) -> None:
        """Whatever comes from now on is late."""
        with self._guard:
            self._is_over = True

    @contextmanager
    def present(self) -> Iterator[None]:
        """Within the block, and in threads that begin there, this is the trace."""
        token = _present.set(self)
        try:
            yield
        finally:
            _present.reset(token)

    @contextmanager
    def failing(self, code: str) -> Iterator[None]:
        """Within the block it is told what has gone wrong."""
        self.error = code
        with self.present():
            yield


class Traced:
    """Outside of everything, in the server's own task: what the server logs of a request belongs to its trace too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            begin(scope)
        await self._app(scope, receive, send)


def begin(scope: Scope) -> Trace:
    """The trace of a request, which begins here unless it has begun further out; what is no `traceparent` counts as none."""
    trace = trace_in(scope)
    if trace is None:
        # One object for all copies that are made of the scope.
        trace = scope[_KEY] = _from(Headers(scope=scope).get("traceparent", ""))
        # Never reset: a server gives each request a context of its own, and its errors are logged after everything else.
        _present.set(trace)
    return trace


def current() -> Trace | None:
    """The trace of what is being done in this thread or task."""
    return _present.get()


def trace_in(scope: Scope) -> Trace | None:
    """The trace of a request; None where nobody keeps one."""
    trace: Trace | None = scope.get(_KEY)
    return trace


def caller_is(scope: Scope, kind: str, key: str = "") -> None:
    """Whom a request is from, in kind, and the id of their key."""
    if trace := trace_in(scope):
        trace.caller, trace.key = kind, key


def refused_for(scope: Scope, why: str) -> None:
    """A request is not worked on."""
    if trace := trace_in(scope):
        trace.refused = why


def failed_with(code: str) -> None:
    """What is being done has gone wrong."""
    if trace := current():
        trace.error = code


def _from(traceparent: str) -> Trace:
    known = _PARENT.fullmatch(traceparent.strip())
    if not known or not int(known["trace"], 16) or not int(known["span"], 16):
        return Trace()
    if known["version"] == "00" and known["more"]:
        return Trace()
    return Trace(known["trace"], known["span"], is_sampled=bool(int(known["flags"], 16) & 1))


class TraceFilter(logging.Filter):
    """Gives each record the id of the trace in which it was made as `trace_id`, "-" outside of any."""

    def filter(self, record: logging.LogRecord) -> bool:
        trace = current()
        record.trace_id = trace.id if trace else "-"
        return True
