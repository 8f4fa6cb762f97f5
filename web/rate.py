"""How much one may ask: requests in a span of time by key, person or address, and what is worked on at once by all."""

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from web.errors import ErrorBody, ErrorDetail
from web.visitors import named_in

WORK = ("/api/ask", "/api/search", "/api/verify", "/api/articles", "/v1/chat/completions")
PAGE_WORK = "/gradio_api/queue/join"
"""By which the page asks, whatever its language; how many of those are answered at once is the page's own matter."""
AGAIN = 1
"""Seconds after which one who found the server full may try again."""


class RateLimit:
    """Counts what is sent to be worked on. Reading is free; what is over is a 429 or a 503, with Retry-After."""

    def __init__(self, app: ASGIApp, rate: str, at_once: int) -> None:
        """`rate`: such as "60/minute", "" for any; `at_once`: requests of all that are worked on at the same time."""
        self._app = app
        self._rate = rate_of(rate)
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._at_once = at_once
        self._now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("POST", "DELETE"):
            await self._app(scope, receive, send)
            return
        is_work = scope["path"].startswith(WORK)
        if not is_work and not scope["path"].endswith(PAGE_WORK):
            await self._app(scope, receive, send)
            return
        if self._rate is not None and not self._counter.hit(self._rate, _who(scope)):
            await _refusal(429, "too_many_requests", f"at most {self._rate} may be asked.", self._wait(scope))(
                scope, receive, send
            )
        elif not is_work:
            await self._app(scope, receive, send)
        elif self._now >= self._at_once:
            await _refusal(503, "busy", "the server works on as much as it can.", AGAIN)(scope, receive, send)
        else:
            self._now += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._now -= 1

    def _wait(self, scope: Scope) -> int:
        """Seconds until it is worth another try."""
        assert self._rate is not None
        reset = self._counter.get_window_stats(self._rate, _who(scope)).reset_time
        return max(1, math.ceil(reset - time.time()))


def rate_of(words: str) -> RateLimitItem | None:
    """A rate from its words; None for "". Raises ValueError."""
    return parse(words) if words else None


def _who(scope: Scope) -> str:
    """Whose requests are counted together."""
    client = scope.get("client")
    return named_in(scope) or (client[0] if client else "")


def _refusal(status: int, code: str, message: str, seconds: int) -> JSONResponse:
    hint = f"Try again in {seconds} s."
    body = ErrorBody(error=ErrorDetail(code=code, message=message, hint=hint))
    return JSONResponse(body.model_dump(), status_code=status, headers={"Retry-After": str(seconds)})
