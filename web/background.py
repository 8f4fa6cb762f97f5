"""Work that is done to its end in a thread of its own, whether or not anybody waits for it any more."""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import TypeVar

from index.errors import YoujuError

T = TypeVar("T")
LOOK = 0.05
"""Seconds between looks at whether the items are still wanted."""

_log = logging.getLogger(__name__)


def in_background(items: Iterator[T], is_over: Callable[[], bool] = lambda: False) -> Iterator[T]:
    """The items as they come. They are worked off from now on, and to the end although nobody takes them.

    They end here once `is_over`, even where the next one is still waited for. Raises what they raise; where nobody is
    there any more, the log has it.
    """
    come: queue.SimpleQueue[tuple[T] | Exception | None] = queue.SimpleQueue()
    gone = threading.Event()

    def work() -> None:
        try:
            for item in items:
                if not gone.is_set():
                    come.put((item,))
        except Exception as error:  # noqa: BLE001  raised where the items are wanted
            if gone.is_set():
                _log.exception("what nobody waits for any more has failed")
            come.put(error)
        come.put(None)

    threading.Thread(target=copy_context().run, args=(work,), daemon=True).start()  # of the same trace
    return _taken(come, is_over, gone)


def alone_in_background(items: Iterator[T]) -> None:
    """Work the items off from now on, although nobody takes them. What they raise is logged."""

    def work() -> None:
        try:
            deque(items, maxlen=0)
        except YoujuError as error:
            _log.warning("what nobody waits for was not done: %s", error)
        except Exception:  # noqa: BLE001  nobody else would see it
            _log.exception("what nobody waits for has failed")

    threading.Thread(target=copy_context().run, args=(work,), daemon=True).start()


def _taken(
    come: "queue.SimpleQueue[tuple[T] | Exception | None]", is_over: Callable[[], bool], gone: threading.Event
) -> Iterator[T]:
    try:
        while not is_over():
            try:
                item = come.get(timeout=LOOK)
            except queue.Empty:
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item[0]
    finally:
        gone.set()
