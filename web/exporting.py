"""Whether spans are sent, and where to: as OpenTelemetry's own environment variables say."""

import os
from importlib.util import find_spec

from index.errors import YoujuError
from web.visit import Watcher

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
PROTOCOL = "http/protobuf"


def exported_spans() -> Watcher | None:
    """What sends spans; None where no variable names an endpoint, or one switches them off.

    Raises YoujuError where the extra is missing, or another protocol is wanted.
    """
    endpoint = next((name for name in ENDPOINTS if os.environ.get(name)), None)
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if endpoint is None or is_off or os.environ.get("OTEL_TRACES_EXPORTER", "otlp") == "none":
        return None
    if not _is_installed():
        raise YoujuError(
            f"{endpoint} is set, but OpenTelemetry is not installed.",
            f"Install it with: pip install -e '.[otel]' (or unset {endpoint})",
        )
    wanted = next((name for name in PROTOCOLS if os.environ.get(name)), None)
    if wanted and os.environ[wanted] != PROTOCOL:
        raise YoujuError(f"{wanted} is {os.environ[wanted]}, which is not spoken here.", f"Set it to {PROTOCOL}.")
    return _made()


def _is_installed() -> bool:
    return all(_is_there(name) for name in ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"))


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # a package above it
        return False


def _made() -> Watcher:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from web.spans import NAME, Spans, TraceIds

    resource = Resource.create()
    if str(resource.attributes["service.name"]).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": NAME}))
    provider = TracerProvider(resource=resource, id_generator=TraceIds(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Spans(provider)
