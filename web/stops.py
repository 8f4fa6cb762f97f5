"""Ending early what somebody started: one run at a time for each key, such as a page's session."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
LOOK = 0.05
"""Seconds between looks at whether to stop."""


class Stops:
    """What may be ended early. Safe to share between threads."""

    def __init__(self) -> None:
        self._running: dict[str, threading.Event] = {}
        self._guard = threading.Lock()

    @contextmanager
    def running(self, key: str) -> Iterator[threading.Event]:
        """A run begins, and ends with the block; its event is set when it is to stop."""
        stop = threading.Event()
        with self._guard:
            self._running[key] = stop
        try:
            yield stop
        finally:
            with self._guard:
                if self._running.get(key) is stop:
                    del self._running[key]

    def stop(self, key: str) -> None:
        """End the run that was started under this key; nothing for none."""
        with self._guard:
            if key in self._running:
                self._running[key].set()


def until(stop: threading.Event, items: Iterator[T]) -> Iterator[T]:
    """The items as they come, from a thread of their own: when `stop` is set they end at once, even where the next one is
    still waited for. Raises what they raise."""
    ended = object()
    come: queue.SimpleQueue[object] = queue.SimpleQueue()

    def run() -> None:
        try:
            for item in items:
                come.put(item)
                if stop.is_set():
                    break
        except Exception as error:  # noqa: BLE001  raised where the items are wanted
            come.put(_Raised(error))
        come.put(ended)

    threading.Thread(target=run, daemon=True).start()
    try:
        while not stop.is_set():
            try:
                item = come.get(timeout=LOOK)
            except queue.Empty:
                continue
            if item is ended:
                return
            if isinstance(item, _Raised):
                raise item.error
            yield item  # type: ignore[misc]
    finally:
        stop.set()  # also when nobody wants them any more


class _Raised:
    def __init__(self, error: Exception) -> None:
        self.error = error
