"""Ending early what somebody started: one run at a time for each key, such as a page's session."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager


class Run:
    """Something that goes on. It may be stopped until it has come to its end, and be left to go on by itself. Safe to
    share between threads."""

    def __init__(self) -> None:
        self.name = uuid.uuid4().hex
        self._guard = threading.Lock()
        self._is_ended = False
        self.is_stopped = False
        self.is_left = False

    def stop(self) -> None:
        """Ask it to stop; nothing for one at its end."""
        with self._guard:
            self.is_stopped = not self._is_ended

    def end(self) -> bool:
        """Come to its end, after which nothing stops it; whether nothing had before."""
        with self._guard:
            self._is_ended = not self.is_stopped
            return self._is_ended

    def leave(self) -> None:
        """Nobody looks at it any more."""
        self.is_left = True

    @property
    def is_over(self) -> bool:
        """Whether nobody waits for what comes of it."""
        return self.is_stopped or self.is_left


class Stops:
    """What may be ended early. Safe to share between threads."""

    def __init__(self) -> None:
        self._running: dict[str, Run] = {}
        self._guard = threading.Lock()

    @contextmanager
    def running(self, key: str) -> Iterator[Run]:
        """A run begins, and is known until the block ends; one that was there under this key is left."""
        run = Run()
        with self._guard:
            if earlier := self._running.get(key):
                earlier.leave()
            self._running[key] = run
        try:
            yield run
        finally:
            with self._guard:
                if self._running.get(key) is run:
                    del self._running[key]

    def is_running(self, key: str) -> bool:
        """Whether somebody waits for a run that was started under this key."""
        with self._guard:
            run = self._running.get(key)
            return run is not None and not run.is_over

    def stop(self, key: str) -> None:
        """End the run that was started under this key; nothing for none."""
        with self._guard:
            if run := self._running.get(key):
                run.stop()

    def leave(self, key: str) -> bool:
        """Let the run that was started under this key go on unseen; whether there was one."""
        with self._guard:
            run = self._running.pop(key, None)
        if run is not None:
            run.leave()
        return run is not None
