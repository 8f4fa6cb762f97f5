"""An HTTP client that keeps to a deadline, whatever comes.

A timeout of HTTP starts again with every byte: an endpoint that sends signs of life and no text, as some do for as long as a
model thinks, would be waited for without end, and one that is silent once for each of the tries.
"""

from collections.abc import Iterator
from typing import Any, cast

import httpx2
from openai import DefaultHttpxClient

from qa.generation.deadline import left

_LEAST = 0.001
"""Seconds that are given where none are left: 0 would mean to wait for ever to some."""


class InTime(DefaultHttpxClient):
    """OpenAI's client; what it sends, and what it reads, ends at the deadline. Raises httpx2.ReadTimeout then."""

    def send(self, request: httpx2.Request, **how: Any) -> httpx2.Response:
        timeouts = request.extensions.get("timeout", {})
        most = max(_LEAST, left())
        request.extensions["timeout"] = {name: most if t is None else min(t, most) for name, t in timeouts.items()}
        response = super().send(request, **how)
        response.stream = _Watched(cast(httpx2.SyncByteStream, response.stream), request)
        return response


class _Watched(httpx2.SyncByteStream):
    """A response that is read no longer than to the deadline."""

    def __init__(self, stream: httpx2.SyncByteStream, request: httpx2.Request) -> None:
        self._stream = stream
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            if left() < 0:
                raise httpx2.ReadTimeout("the answer takes longer than it may", request=self._request)
            yield part

    def close(self) -> None:
        self._stream.close()
