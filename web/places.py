"""A number of places that can be counted."""

import threading
from types import TracebackType
from typing import Self


class Places:
    """So many places for those who are worked on, or wait. Safe to share between threads."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken = 0
        self._freed = threading.Condition()

    @property
    def taken(self) -> int:
        """How many are not free."""
        with self._freed:
            return self._taken

    def acquire(self, *, blocking: bool = True) -> bool:
        """Take a place; False where none is free and `blocking` is not wanted."""
        with self._freed:
            while blocking and self._taken == self._count:
                self._freed.wait()
            if self._taken == self._count:
                return False
            self._taken += 1
            return True

    def release(self) -> None:
        """Give a place back. Raises ValueError where none is taken."""
        with self._freed:
            if not self._taken:
                raise ValueError("no place is taken")
            self._taken -= 1
            self._freed.notify()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()
