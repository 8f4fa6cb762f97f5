"""OpenTelemetry: a span for each request and each question of the page, with one below it for each of its stages.

Needs the extra `otel`; web/exporting looks whether it is there. Spans are made when a request has ended. Those of stages are
laid out from their times, one after another up to the answer; a stage that comes twice is one span. No span has anything
that was asked or answered, nor says who asked.
"""

import random
import threading

from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from web.trace import Outcome, Trace, current
from web.visit import METHODS, Kind, Visit

NAME = "youju"
OTHER = "_OTHER"
"""What OpenTelemetry calls a method that a client made up."""
ENDING = 2.0
"""Seconds that the server waits at its end until what has not been sent is."""


class TraceIds:
    """Ids for a TracerProvider: a span that none is above belongs to the trace that is told of."""

    def generate_span_id(self) -> int:
        return random.getrandbits(64) or 1

    def generate_trace_id(self) -> int:
        trace = current()
        return int((trace or Trace()).id, 16)

    def is_trace_id_random(self) -> bool:
        """Others may have made them."""
        return False


class Spans:
    """Makes spans of what has ended. Safe to share between threads."""

    def __init__(self, provider: TracerProvider) -> None:
        """`provider`: made with TraceIds."""
        self._provider = provider
        self._tracer = provider.get_tracer(NAME)

    def ended(self, visit: Visit) -> None:
        """Record its span, and those of its stages."""
        is_request = visit.kind is Kind.REQUEST
        with visit.trace.present():
            span = self._tracer.start_span(
                _name_of(visit),
                context=_above(visit.trace),
                kind=SpanKind.SERVER if is_request else SpanKind.INTERNAL,
                attributes=_attributes(visit),
                start_time=_nanoseconds(visit.began),
            )
        if visit.status >= 500 or visit.trace.error:
            span.set_status(StatusCode.ERROR)
        if visit.outcome and span.is_recording():
            self._stages(span, visit.outcome)
        span.end(_nanoseconds(visit.began + visit.seconds))

    def close(self) -> None:
        """Send what has not been sent, unless nobody takes it: the server's end does not wait for that."""
        sending = threading.Thread(target=self._provider.shutdown, daemon=True)
        sending.start()
        sending.join(ENDING)

    def _stages(self, above: Span, outcome: Outcome) -> None:
        context = set_span_in_context(above)
        begins = outcome.ended - sum(outcome.stages.values()) / 1000
        for stage, milliseconds in outcome.stages.items():
            span = self._tracer.start_span(stage, context=context, start_time=_nanoseconds(begins))
            begins += milliseconds / 1000
            span.end(_nanoseconds(begins))


def _above(trace: Trace) -> Context:
    """The span of whoever called, as a context; an empty one for none."""
    if not trace.parent:
        return Context()
    flags = TraceFlags(TraceFlags.SAMPLED if trace.is_sampled else TraceFlags.DEFAULT)
    caller = SpanContext(int(trace.id, 16), int(trace.parent, 16), is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(caller), Context())


def _name_of(visit: Visit) -> str:
    if visit.kind is not Kind.REQUEST:
        return visit.kind.value.replace("_", " ")
    return f"{visit.method if visit.method in METHODS else 'HTTP'} {visit.route}"


def _attributes(visit: Visit) -> dict[str, str | int | bool]:
    given: dict[str, str | int | bool] = {
        "http.request.method": visit.method if visit.method in METHODS or not visit.method else OTHER,
        "http.route": visit.route,
        "http.response.status_code": visit.status,
        "error.type": visit.trace.error,
        "youju.aborted": visit.aborted,
        "youju.refused": visit.trace.refused,
        "youju.answer.status": visit.outcome.status if visit.outcome else "",
        "youju.answer.mode": visit.outcome.mode if visit.outcome else "",
    }
    return {name: value for name, value in given.items() if value}


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
