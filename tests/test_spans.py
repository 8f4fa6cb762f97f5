"""OpenTelemetry: a span for each request with its stages below it, in the trace that the caller began."""

import importlib.util
import threading
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from observed import QUESTION, Seen, client_of, library_of, observed
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from index.errors import StoreError, YoujuError
from qa.library import Library
from web import exporting
from web.exporting import exported_spans
from web.spans import Spans, TraceIds
from web.telemetry import Telemetry

CALLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0{}"
STAGES = ["analyse", "embed", "dense", "lexical", "fuse", "rerank", "select", "compose"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    from conftest import HashEmbedder

    library = library_of(tmp_path_factory.mktemp("spans"), HashEmbedder())
    yield library
    library.reader().close()


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def client(library: Library, exporter: InMemorySpanExporter) -> Any:
    provider = TracerProvider(id_generator=TraceIds(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return client_of(observed(library, Telemetry([Spans(provider)])))


def spans(exporter: InMemorySpanExporter) -> tuple[ReadableSpan, list[ReadableSpan]]:
    """The request's and those of its stages."""
    *stages, whole = exporter.get_finished_spans()
    return whole, list(stages)


def test_a_request_is_a_span_with_its_stages_below(client: Any, exporter: InMemorySpanExporter) -> None:
    sent = client.post("/api/ask", json={"question": QUESTION})
    whole, stages = spans(exporter)
    assert (whole.name, whole.kind, whole.parent) == ("POST /api/ask", SpanKind.SERVER, None)
    assert dict(whole.attributes or {}) == {
        "http.request.method": "POST", "http.route": "/api/ask", "http.response.status_code": 200,
        "youju.answer.status": "answered", "youju.answer.mode": "extractive",
    }  # fmt: skip
    assert [span.name for span in stages] == STAGES
    assert {span.parent.span_id for span in stages if span.parent} == {whole.context.span_id}
    assert {f"{span.context.trace_id:032x}" for span in (whole, *stages)} == {sent.headers["x-trace-id"]}
    for before, after in pairwise(stages):
        assert before.end_time == after.start_time
    took = {span.name: (span.end_time or 0) - (span.start_time or 0) for span in stages}
    assert took == {name: pytest.approx(ms * 1e6, abs=2e3) for name, ms in sent.json()["timings_ms"].items()}
    assert (whole.start_time or 0) <= (stages[0].start_time or 0) + 2_000_000
    assert (stages[-1].end_time or 0) <= (whole.end_time or 0) + 2_000_000
    assert not any("合肥" in span.to_json(indent=None) for span in (whole, *stages))


def test_a_method_that_is_made_up_is_not_told(client: Any, exporter: InMemorySpanExporter) -> None:
    client.request("GEHEIM", "/healthz")
    whole, _ = spans(exporter)
    assert (whole.name, (whole.attributes or {})["http.request.method"]) == ("HTTP /healthz", "_OTHER")


def test_the_trace_is_the_callers(client: Any, exporter: InMemorySpanExporter) -> None:
    client.get("/healthz", headers={"traceparent": CALLED.format(1)})
    whole, _ = spans(exporter)
    assert f"{whole.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert whole.parent
    assert (f"{whole.parent.span_id:016x}", whole.parent.is_remote) == ("b7ad6b7169203331", True)


def test_what_the_caller_does_not_record_is_not_recorded(client: Any, exporter: InMemorySpanExporter) -> None:
    client.post("/api/ask", json={"question": QUESTION}, headers={"traceparent": CALLED.format(0)})
    assert exporter.get_finished_spans() == ()


def test_failures_are_marked(client: Any, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> Any:
        raise StoreError("geheim")

    monkeypatch.setattr(Library, "pipeline", fails)
    client.post("/api/ask", json={"question": QUESTION})
    whole, stages = spans(exporter)
    assert (whole.status.status_code, stages) == (StatusCode.ERROR, [])
    assert (whole.attributes or {})["error.type"] == "store_failed"
    assert "geheim" not in whole.to_json()


def test_a_question_of_the_page_is_a_span_too(exporter: InMemorySpanExporter) -> None:
    provider = TracerProvider(id_generator=TraceIds(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with Telemetry([Spans(provider)]).asked() as trace:
        trace.error = "internal"
    whole, _ = spans(exporter)
    assert (whole.name, whole.kind, f"{whole.context.trace_id:032x}") == ("page question", SpanKind.INTERNAL, trace.id)


# -- whether they are sent ------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*exporting.ENDPOINTS, *exporting.PROTOCOLS, "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", exporting.ENDPOINTS)
@pytest.mark.parametrize("off", [{}, {"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}])
def test_spans_are_sent_where_a_variable_says_where_to(
    monkeypatch: pytest.MonkeyPatch, name: str, off: dict[str, str]
) -> None:
    assert exported_spans() is None
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    for variable, value in off.items():
        monkeypatch.setenv(variable, value)
    made = exported_spans()
    assert (made is not None) == (not off)
    if made:
        made.close()


def test_another_protocol_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(YoujuError, match="OTEL_EXPORTER_OTLP_PROTOCOL is grpc") as refused:
        exported_spans()
    assert "http/protobuf" in refused.value.hint


@pytest.mark.parametrize("missing", ["opentelemetry", "opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"])
def test_without_the_extra_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    whole = importlib.util.find_spec

    def find(name: str) -> Any:
        if name == missing:
            return None
        if name.startswith(missing):
            raise ModuleNotFoundError(name)
        return whole(name)

    monkeypatch.setattr(exporting, "find_spec", find)
    assert exported_spans() is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(YoujuError, match="OTEL_EXPORTER_OTLP_ENDPOINT is set") as refused:
        exported_spans()
    assert "'.[otel]'" in refused.value.hint


def test_a_collector_that_takes_nothing_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered, ended = threading.Event(), threading.Event(), threading.Event()

    class Mute(InMemorySpanExporter):
        def shutdown(self) -> None:
            asked.set()
            answered.wait(30)
            ended.set()

    provider = TracerProvider(id_generator=TraceIds(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(Mute()))
    monkeypatch.setattr("web.spans.ENDING", 0.05)
    Spans(provider).close()
    assert not ended.is_set()
    answered.set()
    assert (asked.wait(30), ended.wait(30)) == (True, True)


def test_the_end_of_the_server_is_told_to_all() -> None:
    seen = [Seen(), Seen()]
    Telemetry(seen).close()
    assert [watcher.is_closed for watcher in seen] == [True, True]
