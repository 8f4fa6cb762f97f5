"""What the server tells of itself: every request, every question of the page and every answer, to all who watch.

Metrics, the request log and spans watch; none of them knows of the others, and what makes answers knows of none.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from index.errors import YoujuError
from qa.answer import Answer
from qa.events import Done, Event
from web.metrics import Metrics
from web.trace import Outcome, Trace, current
from web.visit import Kind, Visit, Watcher


class Telemetry:
    """Where everything that has ended is told. Safe to share between threads."""

    def __init__(self, watchers: Sequence[Watcher] = ()) -> None:
        """Metrics are kept in any case: they cost little and leave the machine only when somebody asks for them."""
        self.metrics = Metrics()
        self._watchers = (self.metrics, *watchers)

    def ended(self, visit: Visit) -> None:
        """A request has ended, or a question of the page."""
        for watcher in self._watchers:
            watcher.ended(visit)

    def close(self) -> None:
        """What is told has reached whom it is for."""
        for watcher in self._watchers:
            watcher.close()

    def answers(self, events: Iterator[Event], trace: Trace | None = None) -> Iterator[Event]:
        """The same events. The answer is told of as soon as it is whole, also when nobody waits for it any more; `trace`:
        what it belongs to, where that is not the present request."""
        return self._noted(events, trace or current() or Trace())

    def searched(self, timings: Mapping[str, float], question: str) -> None:
        """A search has found what it found, in so many milliseconds for each stage."""
        self._note(Outcome(dict(timings), time.time(), question=question), current() or Trace())

    @contextmanager
    def asked(self) -> Iterator[Trace]:
        """A question of the page, from its coming to the end of what is shown of it."""
        trace, began, start = Trace(caller="page"), time.time(), time.perf_counter()
        try:
            yield trace
        except YoujuError as error:
            if not trace.refused:
                trace.error = error.code
            raise
        finally:
            trace.end()
            aborted = not (trace.outcome or trace.error or trace.refused)
            seconds = time.perf_counter() - start
            self.ended(Visit(Kind.PAGE_QUESTION, trace, began, seconds, aborted=aborted, outcome=trace.outcome))

    def _noted(self, events: Iterator[Event], trace: Trace) -> Iterator[Event]:
        for event in events:
            if isinstance(event, Done):
                self._note(_outcome_of(event), trace)
            yield event

    def _note(self, outcome: Outcome, trace: Trace) -> None:
        self.metrics.came(outcome)
        if not trace.add(outcome):
            seconds = sum(outcome.stages.values()) / 1000
            self.ended(Visit(Kind.LATE_ANSWER, trace, outcome.ended - seconds, seconds, outcome=outcome))


def _outcome_of(done: Done) -> Outcome:
    answer: Answer = done.answer
    usage = answer.usage or {}
    tokens = {name: usage[f"{name}_tokens"] for name in ("prompt", "completion") if f"{name}_tokens" in usage}
    return Outcome(
        stages=dict(answer.timings_ms),
        ended=time.time(),
        status=answer.status.value,
        mode=answer.mode,
        dropped=len(answer.dropped),
        tokens=tokens,
        troubles=tuple(done.troubles),
        question=answer.question,
        answer=answer.answer,
    )
