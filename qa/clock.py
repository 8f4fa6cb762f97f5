"""Milliseconds of each stage of a question."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Clock:
    """Runs from the moment that it is made; stages that come twice add up."""

    timings: dict[str, float] = field(default_factory=dict)
    _start: float = field(default_factory=time.perf_counter)

    def stage(self, name: str) -> None:
        """What has passed since the stage before was this one."""
        now = time.perf_counter()
        self.timings[name] = round(self.timings.get(name, 0.0) + (now - self._start) * 1000, 2)
        self._start = now
