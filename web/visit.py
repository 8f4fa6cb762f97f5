"""What is known of a request, or of a question of the page, once it has ended."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from web.trace import Outcome, Trace

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Those that are told of by name: a client may make up others."""


class Kind(StrEnum):
    REQUEST = "request"
    PAGE_QUESTION = "page_question"
    """A question of the page, which Gradio's requests do not tell of."""
    LATE_ANSWER = "late_answer"
    """An answer that was whole, and kept, after whoever asked had gone."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What became of it. Nothing in here but the outcome's words says who asked, or what."""

    kind: Kind
    trace: Trace
    began: float
    """Seconds since 1970."""
    seconds: float
    method: str = ""
    route: str = ""
    """The route's template; never the path, which anybody may make up, and which names conversations."""
    status: int = 0
    """0 where nothing was sent."""
    first_byte: float | None = None
    """Seconds until it was sent."""
    sent: int = 0
    """Bytes of the body."""
    aborted: bool = False
    """Whether it ended before everything was sent."""
    address: str = ""
    outcome: Outcome | None = None


class Watcher(Protocol):
    """Is told of what has ended. Called from any thread; must not raise."""

    def ended(self, visit: Visit) -> None: ...

    def close(self) -> None:
        """The server ends."""
