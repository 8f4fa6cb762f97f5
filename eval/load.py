"""Clients that ask a server one question after another, many at once, and what they are told.

Each comes from a loopback address of its own (127.0.0.2 and so on, which Linux has without being told), because a server
takes half of what it works on at once from one caller at most. A client that is told to wait does so, and asks
the same question again: that is no error, and counts into how long its answer took.
"""

import asyncio
import random
import ssl
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

import httpx
import numpy as np
from httpx_sse import aconnect_sse

TIMEOUT = 60.0
"""Seconds that a client waits for a server that says nothing."""
_FIRST = IPv4Address("127.0.0.2")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request. `wishes` go beside the question; without a path it is a GET of /."""

    name: str
    path: str = ""
    wishes: dict[str, Any] = field(default_factory=dict)

    @property
    def is_streamed(self) -> bool:
        return bool(self.wishes.get("stream"))


HELLO = Kind("hello")
ASK = Kind("ask", "api/ask", {"mode": "extractive"})
STREAMED = Kind("stream", "api/ask", {"mode": "extractive", "stream": True})
SEARCH = Kind("search", "api/search")


@dataclass(frozen=True, slots=True)
class Answered:
    """Seconds: when since the clients began, how long since the question was first asked, and since the last request
    for it the first event came, of a stream."""

    at: float
    took: float
    first: float | None


@dataclass(slots=True)
class Tally:
    """What clients were told in so many seconds. What they had begun to ask by then, they asked to its end."""

    seconds: float
    requests: int = 0
    """Sent: each is answered, told to wait, or an error."""
    answered: list[Answered] = field(default_factory=list)
    told_to_wait: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    """By their status, or by what went wrong."""

    def rate(self, begin: float = 0.0, end: float | None = None) -> float:
        """Answers a second from `begin` to `end`, in seconds since the clients began."""
        last = self.seconds if end is None else end
        return sum(begin <= one.at < last for one in self.answered) / (last - begin)

    def took(self, percent: int, begin: float = 0.0, end: float = float("inf")) -> float:
        """That percentile of the seconds of answers that came from `begin` to `end`; nan without any."""
        return _percentile([one.took for one in self.answered if begin <= one.at < end], percent)

    def first(self, percent: int) -> float:
        """That percentile of the seconds until the first event of a stream; nan where nothing was streamed."""
        return _percentile([one.first for one in self.answered if one.first is not None], percent)


async def load(
    url: str, kinds: Sequence[Kind], questions: Sequence[str], clients: int, seconds: float, seed: int = 0
) -> Tally:
    """Let so many clients ask for so many seconds. What each asks, and in which of the `kinds`, is drawn with the seed."""
    tally = Tally(seconds)
    tls = ssl.create_default_context()  # httpx would make one for each client, and uses none here
    asking = [_Client(url, number, random.Random(f"{seed}/{number}"), tls, tally) for number in range(clients)]
    begun = time.perf_counter()
    await asyncio.gather(*(client.ask(kinds, questions, begun) for client in asking))
    return tally


class _Client:
    """One who asks."""

    def __init__(self, url: str, number: int, drawn: random.Random, tls: ssl.SSLContext, tally: Tally) -> None:
        self._drawn, self._tally = drawn, tally
        transport = httpx.AsyncHTTPTransport(verify=tls, local_address=str(_FIRST + number))
        self._http = httpx.AsyncClient(base_url=url, transport=transport, timeout=TIMEOUT)

    async def ask(self, kinds: Sequence[Kind], questions: Sequence[str], begun: float) -> None:
        async with self._http:
            while time.perf_counter() - begun < self._tally.seconds:
                kind, question = self._drawn.choice(kinds), self._drawn.choice(questions)
                asked = time.perf_counter()
                while (wait := await self._sent(kind, question, asked, begun)) is not None:
                    await asyncio.sleep(wait)

    async def _sent(self, kind: Kind, question: str, asked: float, begun: float) -> float | None:
        """Send it and note what comes back; the seconds after which to ask again, None for not."""
        self._tally.requests += 1
        sent = time.perf_counter()
        try:
            response, first = await self._answer(kind, question)
        except httpx.HTTPError as error:
            self._tally.errors[type(error).__name__] += 1
            return None
        wait = response.headers.get("retry-after") if response.status_code in (429, 503) else None
        if wait is not None:
            self._tally.told_to_wait += 1
            return float(wait)
        if not response.is_success:
            self._tally.errors[str(response.status_code)] += 1
            return None
        now = time.perf_counter()
        self._tally.answered.append(Answered(now - begun, now - asked, first - sent if first else None))
        return None

    async def _answer(self, kind: Kind, question: str) -> tuple[httpx.Response, float | None]:
        """A response, read to its end, and when its first event came. Raises httpx.HTTPError."""
        if not kind.path:
            return await self._http.get(""), None
        body = {"question": question, **kind.wishes}
        if not kind.is_streamed:
            return await self._http.post(kind.path, json=body), None
        async with aconnect_sse(self._http, "POST", kind.path, json=body) as source:
            if not source.response.is_success:
                await source.response.aread()
                return source.response, None
            first, last = None, ""
            async for event in source.aiter_sse():
                first, last = first or time.perf_counter(), event.event
            if last != "done":
                raise httpx.RemoteProtocolError(f"a stream ended with {last!r}")
            return source.response, first


def _percentile(values: Sequence[float], percent: int) -> float:
    return float(np.percentile(values, percent)) if values else float("nan")
