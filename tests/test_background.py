"""Work that is done to its end although nobody waits for it."""

import threading
import weakref
from collections.abc import Iterator

from web.background import in_background


class Item:
    pass


def test_what_nobody_takes_any_more_is_worked_off_and_not_kept() -> None:
    kept: list[bool] = []
    left, done = threading.Event(), threading.Event()

    def items() -> Iterator[Item]:
        yield Item()
        left.wait(10)
        references = []
        for _ in range(4):
            item = Item()
            references.append(weakref.ref(item))
            yield item
        kept.extend(reference() is not None for reference in references[:-1])
        done.set()

    taken = in_background(items())
    next(taken)
    taken.close()  # type: ignore[attr-defined]
    left.set()
    assert done.wait(10)
    assert kept == [False] * 3
