"""A number of places that can be counted."""

import threading


class Places(threading.BoundedSemaphore):
    """So many places for those who are worked on, or wait. Safe to share between threads."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._count = count

    @property
    def taken(self) -> int:
        """How many are not free."""
        return self._count - self._value
