"""What a process that parses files may use.

Limits that a system does not have (macOS refuses RLIMIT_AS, Windows has none of them) are left out there.
"""

import platform
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

GRACE = 5
"""Seconds after which a process ends itself whose parent has not ended it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a process that parses one file after another. Seconds are for one article: a file of many has them for each."""

    memory: int = 2 * 2**30
    """Bytes of address space. An idle one has 0.1 GiB; 64 MiB of plain text take 0.3, 2 MiB of HTML 0.14."""
    processor: int = 120
    """Seconds of processor time. 2 MiB of HTML take 3.4, of the format that takes longest."""
    patience: float = 300.0
    """Seconds that its parent waits, however busy the machine is."""
    whole: float = 1800.0
    """Seconds that its parent waits for all articles of a file together."""
    article: int = 128 * 2**20
    """Bytes of an article with what was left out of it, in UTF-8."""
    files: int = 1000
    """Files after which another process takes over, so that no library's leak grows for ever."""


def confine(limits: Limits) -> None:
    """Hold this process to the limits from now on, and keep it from writing files. There is no way back."""
    for name, most in (
        ("RLIMIT_AS", limits.memory),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", 32),
        ("RLIMIT_FSIZE", 0),  # last, since standard error may be a file, which is to say what went wrong
    ):
        if _has(name):
            kind = getattr(resource, name)
            lowest = _at_most(most, resource.getrlimit(kind)[1])
            resource.setrlimit(kind, (lowest, lowest))


def _has(limit: str) -> bool:
    """Whether the system has a limit that can be set."""
    return hasattr(resource, limit) and (limit, platform.system()) != ("RLIMIT_AS", "Darwin")


def _at_most(most: int, hard: int) -> int:
    """Not more than what this process was given, which it may not raise."""
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


@contextmanager
def timed(limits: Limits) -> Iterator[None]:
    """While this lasts, the system ends this process when it takes too long, whatever it is busy with."""
    if not _has("RLIMIT_CPU"):  # nor timers
        yield
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (_at_most(spent + limits.processor, hard), hard))
    signal.setitimer(signal.ITIMER_REAL, limits.patience + GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
