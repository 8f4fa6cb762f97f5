"""The moment at which what is asked of an endpoint ends, told to the client that asks, through the libraries between."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_UNTIL: ContextVar[float] = ContextVar("until", default=float("inf"))


@contextmanager
def ends_at(until: float) -> Iterator[None]:
    """What is asked in here ends then, on the monotonic clock."""
    token = _UNTIL.set(until)
    try:
        yield
    finally:
        _UNTIL.reset(token)


def left() -> float:
    """Seconds that are left, below 0 when it is over; infinity where nothing ends."""
    return _UNTIL.get() - time.monotonic()
