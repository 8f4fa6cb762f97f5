"""Other sites whose pages may come: those of the settings, and those that keys name."""

import time
from collections.abc import Collection

from anyio import CapacityLimiter, to_thread

from index.errors import YoujuError
from web.errors import log_failure
from web.keys import KeyStore

FRESH = 1.0
"""Seconds for which what keys name is kept in mind: whoever asks for it need not say who they are."""
LOOKING = 2
"""Times that the keys are looked through at once."""


class Sites:
    """The origins that are allowed."""

    def __init__(self, origins: Collection[str] = (), keys: KeyStore | None = None) -> None:
        self.origins = frozenset(origins)
        self.keys = keys
        self._named: frozenset[str] = frozenset()
        self._until = 0.0
        self._looking = CapacityLimiter(LOOKING)

    async def allowed(self) -> frozenset[str]:
        """All of them. Where the keys cannot be read, which is logged, they name none."""
        if self.keys is not None and time.monotonic() >= self._until:
            try:
                self._named = await to_thread.run_sync(self.keys.origins, limiter=self._looking)
            except YoujuError as error:
                log_failure(error)
                self._named = frozenset()
            self._until = time.monotonic() + FRESH
        return self.origins | self._named
