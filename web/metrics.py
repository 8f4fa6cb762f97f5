"""Figures of a running server for Prometheus: a registry of each application's own, read at /metrics.

Labels have values from this code alone: routes are templates, statuses and kinds are enumerations. Nothing says who asked,
or what.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from index.errors import YoujuError
from qa.answer import Mode, Status
from qa.generation.trouble import Trouble
from qa.library import Library
from web.trace import Outcome
from web.visit import METHODS, Kind, Visit

REFUSED = ("rate", "busy", "page_full")
ENDS = ("answered", "stopped", "failed", "refused")
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
STAGE_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counts what has ended, and looks at what goes on when it is read. Safe to share between threads."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._count_requests()
        self._count_answers()

    def _count_requests(self) -> None:
        registry = self._registry
        self._requests = Counter(
            "youju_requests", "Requests that have ended; status 0: nothing was sent.", ["route", "method", "status"], registry=registry
        )  # fmt: skip
        self._seconds = Histogram(
            "youju_request_seconds", "Seconds of a request, to its last byte.", ["route"], buckets=REQUEST_BUCKETS, registry=registry
        )  # fmt: skip
        self._aborted = Counter(
            "youju_requests_aborted", "Requests that ended before everything was sent.", ["route"], registry=registry
        )
        self._refused = _known(
            "youju_refused", "Requests and questions that were too many.", {"reason": REFUSED}, registry
        )
        self._going_on = Gauge("youju_requests_in_progress", "Requests that go on.", ["kind"], registry=registry)
        self._working = Gauge("youju_working", "What is worked on, by line.", ["line"], registry=registry)
        self._waiting = Gauge("youju_waiting", "What waits to be worked on, by line.", ["line"], registry=registry)
        self._page = _known(
            "youju_page_questions", "Questions of the page, by how they ended.", {"end": ENDS}, registry
        )
        self._page_seconds = Histogram(
            "youju_page_question_seconds", "Seconds of a question of the page, waiting included.", buckets=REQUEST_BUCKETS, registry=registry
        )  # fmt: skip

    def _count_answers(self) -> None:
        registry = self._registry
        labels = {"status": tuple(Status), "mode": get_args(Mode)}
        self._answers = _known(
            "youju_answers", "Answers; those with the status no_evidence are refusals.", labels, registry
        )
        self._stages = Histogram(
            "youju_stage_seconds", "Seconds of a stage of an answer or a search.", ["stage"], buckets=STAGE_BUCKETS, registry=registry
        )  # fmt: skip
        self._dropped = Counter(
            "youju_sentences_dropped", "Sentences of a model that the checks did not let through.", registry=registry
        )
        self._troubles = _known(
            "youju_model_errors", "What went wrong with a model.", {"kind": tuple(Trouble)}, registry
        )
        kinds = {"kind": ("prompt", "completion")}
        self._tokens = _known("youju_tokens", "Tokens of a model, as its endpoint counts them.", kinds, registry)

    # -- what has ended -------------------------------------------------------------------

    def ended(self, visit: Visit) -> None:
        """Count a request, or a question of the page; a late answer has been counted when it came."""
        if visit.trace.refused:
            self._refused.labels(visit.trace.refused).inc()
        if visit.kind is Kind.REQUEST:
            method = visit.method if visit.method in METHODS else "other"
            self._requests.labels(visit.route, method, str(visit.status)).inc()
            self._seconds.labels(visit.route).observe(visit.seconds)
            if visit.aborted:
                self._aborted.labels(visit.route).inc()
        elif visit.kind is Kind.PAGE_QUESTION:
            self._page.labels(_end_of(visit)).inc()
            self._page_seconds.observe(visit.seconds)

    def came(self, outcome: Outcome) -> None:
        """Count an answer, or a search, as soon as it is whole."""
        for stage, milliseconds in outcome.stages.items():
            self._stages.labels(stage).observe(milliseconds / 1000)
        if outcome.status:
            self._answers.labels(outcome.status, outcome.mode).inc()
        self._dropped.inc(outcome.dropped)
        for trouble in outcome.troubles:
            self._troubles.labels(trouble).inc()
        for kind, count in outcome.tokens.items():
            self._tokens.labels(kind).inc(count)

    def close(self) -> None:
        """Nothing is kept back."""

    # -- what goes on ---------------------------------------------------------------------

    def going_on(self, kind: str) -> Gauge:
        """Requests of a kind that go on: `work` (asking, searching, verifying), `page`, `other`."""
        return self._going_on.labels(kind)

    def watch_line(self, line: str, working: Callable[[], int], waiting: Callable[[], int]) -> None:
        """Look at a line of those who wait to be worked on."""
        self._working.labels(line).set_function(working)
        self._waiting.labels(line).set_function(waiting)

    def watch_index(self, library: Library) -> None:
        """Look at the index that is asked."""
        self._registry.register(_IndexState(library))

    def response(self, accept: str) -> Response:
        """Everything, in the form that is asked for: Prometheus' text, or OpenMetrics."""
        encode, content_type = choose_encoder(accept)
        return Response(encode(self._registry), headers={"content-type": content_type, "cache-control": "no-store"})


class _IndexState(Collector):
    """The index, as it is when it is read. Articles are counted once a generation."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._counted = ("", 0)

    def collect(self) -> Iterator[Metric]:
        try:
            reader = self._library.reader()
            if self._counted[0] != reader.generation:
                self._counted = (reader.generation, len(reader.store.versions()))
            content = reader.store.content
        except YoujuError:  # /readyz says why
            yield GaugeMetricFamily("youju_index_ready", "Whether the index can be asked.", 0)
            return
        yield GaugeMetricFamily("youju_index_ready", "Whether the index can be asked.", 1)
        yield GaugeMetricFamily("youju_index_content", "Rises when the articles change.", content)
        yield GaugeMetricFamily("youju_index_stale", "Whether that is not asked yet.", reader.is_stale)
        yield GaugeMetricFamily("youju_index_articles", "Articles of the index.", self._counted[1])
        yield GaugeMetricFamily("youju_index_sentences", "Sentences of the index.", len(reader.table))


def _known(name: str, said: str, labels: Mapping[str, Sequence[str]], registry: CollectorRegistry) -> Counter:
    """A counter that has every value of its labels from the beginning, so that the first of a kind is a rise."""
    counter = Counter(name, said, list(labels), registry=registry)
    for values in product(*labels.values()):
        counter.labels(*values)
    return counter


def _end_of(visit: Visit) -> str:
    if visit.trace.refused:
        return "refused"
    if visit.trace.error:
        return "failed"
    return "stopped" if visit.aborted else "answered"
