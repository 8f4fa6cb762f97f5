"""An answer as server-sent events: `citation`, `sentence`, `done` (the whole Answer), `error`."""

import json
from collections.abc import Iterator, Mapping
from itertools import chain

from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse

from index.errors import YoujuError
from qa.answer import Answer
from qa.events import Cited, Done, Event, Said
from web.errors import INTERNAL, detail_of
from web.forms import ErrorBody, ErrorDetail
from web.trace import failed_with


def answer_of(events: Iterator[Event]) -> Answer:
    """The Answer that the events end with."""
    *_, last = events
    assert isinstance(last, Done)
    return last.answer


def streamed(events: Iterator[Event]) -> StreamingResponse:
    """The events as they come. What is wrong with the question is raised here, before anything is sent."""
    first = next(events)
    return named_stream(guarded(map(_line, chain([first], events))))


def named_stream(lines: Iterator[bytes], also: Mapping[str, str] | None = None) -> StreamingResponse:
    """Server-sent events as they come, with headers of their own."""
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no", **(also or {})}  # a proxy must not hold it back
    return StreamingResponse(lines, media_type="text/event-stream", headers=headers)


def guarded(lines: Iterator[bytes]) -> Iterator[bytes]:
    """The same; where they fail, an `error` is the last."""
    try:
        yield from lines
    except YoujuError as error:
        yield failed(detail_of(error))
    except Exception:  # a defect of ours: the server's log has it; no status can be sent any more
        failed_with(INTERNAL.code)
        yield failed(INTERNAL)
        raise


def _line(event: Event) -> bytes:
    match event:
        case Cited():
            return format_sse_event(event="citation", data_str=event.citation.model_dump_json())
        case Said():
            return format_sse_event(event="sentence", data_str=event.sentence.model_dump_json())
        case Done():
            return format_sse_event(event="done", data_str=event.answer.model_dump_json())


def failed(detail: ErrorDetail) -> bytes:
    """The last event of a stream that ends in an error."""
    body = ErrorBody(error=detail)
    return format_sse_event(event="error", data_str=json_of(body.model_dump()))


def json_of(value: object) -> str:
    """JSON in one line."""
    return json.dumps(value, ensure_ascii=False)
