"""Whether whoever asks is still there: what nobody waits for any more is not made to its end."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, TypeVar

from fastapi import Depends
from starlette.requests import Request

T = TypeVar("T")


class Left(Exception):
    """Whoever asked has gone away."""


async def _gone(request: Request) -> AsyncIterator[threading.Event]:
    gone = threading.Event()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            continue
        gone.set()

    watching = asyncio.create_task(watch())  # the body has been read by now: nothing else is waited for
    try:
        yield gone
    finally:
        watching.cancel()


Gone = Annotated[threading.Event, Depends(_gone)]
"""Set once whoever asks has gone away."""


def while_there(items: Iterator[T], gone: threading.Event) -> Iterator[T]:
    """The items as long as somebody waits for them. Raises Left between two of them, where nobody does."""
    for item in items:
        yield item
        if gone.is_set():
            raise Left
