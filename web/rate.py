"""How much one may ask: requests in a span of time by key, person or address, and what is worked on at once by all."""

import math
import re
import time
from collections import Counter
from ipaddress import IPv6Network

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from web.errors import refusal
from web.trace import refused_for
from web.visitors import named_in

WORK = ("/api/ask", "/api/search", "/api/verify", "/v1/chat/completions", "/mcp")
"""Worked on at once by so many. Articles wait in a line of their own (web/intake), the page's questions in another."""
SMALL = ("/api/conversations", "/api/feedback")
"""Quickly done; counted as the page's small things are."""
COUNTED = (*WORK, *SMALL, "/api/articles")
PAGE = "/gradio_api/"
ASKING = re.compile(r"/gradio_api/(?:queue/join|call/|component_server)")
"""By which the page asks, or another program in its place; what else it sends is quickly done, and of it ten times as much
is free."""
QUICK = 10
AGAIN = 1
"""Seconds after which one who found the server full may try again."""


class RateLimit:
    """Counts what is sent to be worked on. Reading is free; what is over is a 429 or a 503, with Retry-After."""

    def __init__(self, app: ASGIApp, rate: str, at_once: int) -> None:
        """`rate`: such as "60/minute", "" for any; `at_once`: requests of all that are worked on at the same time."""
        self._app = app
        self._rate = rate_of(rate)
        self._said = rate
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._at_once = at_once
        self._now: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("POST", "PATCH", "DELETE"):
            await self._app(scope, receive, send)
            return
        path, who = scope["path"], _who(scope)
        if self._is_over(path, who):
            refused_for(scope, "rate")
            told = f"one may ask {self._said}."
            await _over(429, "too_many_requests", told, self._wait(who))(scope, receive, send)
        elif not path.startswith(WORK):
            await self._app(scope, receive, send)
        elif sum(self._now.values()) >= self._at_once or self._now[who] >= max(1, self._at_once // 2):
            refused_for(scope, "busy")
            await _over(503, "busy", "the server works on as much as it can.", AGAIN)(scope, receive, send)
        else:
            self._now[who] += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._now -= Counter([who])

    def _is_over(self, path: str, who: str) -> bool:
        """Count a request; whether it is one too many."""
        if self._rate is None or not (path.startswith(COUNTED) or PAGE in path):
            return False
        is_quick = path.startswith(SMALL) or (PAGE in path and not ASKING.search(path))
        return not self._counter.hit(self._rate, who, cost=1 if is_quick else QUICK)

    def _wait(self, who: str) -> int:
        """Seconds until it is worth another try."""
        assert self._rate is not None
        return max(1, math.ceil(self._counter.get_window_stats(self._rate, who).reset_time - time.time()))


def rate_of(words: str) -> RateLimitItem | None:
    """A rate from its words, in quick requests; None for "". Raises ValueError."""
    if not words:
        return None
    asked = parse(words)
    return type(asked)(asked.amount * QUICK, asked.multiples)


def _who(scope: Scope) -> str:
    """Whose requests are counted together."""
    client = scope.get("client")
    return named_in(scope) or (network_of(client[0]) if client else "")


def network_of(address: str) -> str:
    """The address, or of IPv6 the network: whoever has one of those has 2^64 addresses."""
    try:
        return str(IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


def _over(status: int, code: str, message: str, seconds: int) -> ASGIApp:
    return refusal(status, code, message, f"Try again in {seconds} s.", {"Retry-After": str(seconds)})
