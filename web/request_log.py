"""The request log: one JSON object a line for each request, and each question of the page, once it has ended.

No paths, no addresses, nobody's name: a route, a status, the id of a key. Addresses, and what is asked and answered, are
written only where that is switched on.
"""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler

from index.errors import YoujuError
from web.trace import Outcome
from web.visit import Kind, Visit

STDERR = "-"
_log = logging.getLogger("youju.request")


class RequestLog:
    """Writes to the logger `youju.request`. Safe to share between threads."""

    def __init__(self, *, questions: bool = False, addresses: bool = False) -> None:
        """`questions`: what is asked and answered is written too; `addresses`: where from."""
        self._questions = questions
        self._addresses = addresses

    def ended(self, visit: Visit) -> None:
        """Write a line."""
        line = self._line(visit)
        _log.info(json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False))

    def close(self) -> None:
        """Every line is written at once."""

    def _line(self, visit: Visit) -> dict[str, object]:
        trace, is_request = visit.trace, visit.kind is Kind.REQUEST
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(visit.began, UTC).isoformat(timespec="milliseconds"),
            "kind": visit.kind.value,
            "trace_id": trace.id,
            "method": visit.method or None,
            "route": visit.route or None,
            "status": visit.status if is_request else None,
            "ms": _ms(visit.seconds),
            "first_byte_ms": None if visit.first_byte is None else _ms(visit.first_byte),
            "bytes": visit.sent if is_request else None,
            "caller": trace.caller,
            "key_id": trace.key or None,
            "address": (visit.address or None) if self._addresses else None,
            "aborted": visit.aborted or None,
            "refused": trace.refused or None,
            "error": trace.error or None,
        }
        return line | (self._said(visit.outcome) if visit.outcome else {})

    def _said(self, outcome: Outcome) -> dict[str, object]:
        return {
            "answer_status": outcome.status or None,
            "mode": outcome.mode or None,
            "stages_ms": outcome.stages,
            "dropped": outcome.dropped or None,
            "model_errors": list(outcome.troubles) or None,
            "question": outcome.question if self._questions else None,
            "answer": (outcome.answer or None) if self._questions else None,
        }


def write_requests_to(where: str) -> None:
    """Let the lines go to a file, which is the server's user's alone and may be moved away meanwhile, or (`-`) to the
    standard error. Raises YoujuError for a file that cannot be written."""
    _log.addHandler(_handler(where))
    _log.setLevel(logging.INFO)
    _log.propagate = False


class _OwnFile(WatchedFileHandler):
    """A file that is the server's user's alone, also when it is made anew because the last one was moved away."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", opener=_for_its_user)


def _for_its_user(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _handler(where: str) -> logging.Handler:
    if where == STDERR:
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
    else:
        try:
            handler = _OwnFile(where, encoding="utf-8")
        except OSError as error:
            raise YoujuError(
                f"the request log {where} cannot be written: {error.strerror}.",
                "Set YOUJU_REQUEST_LOG to another file.",
            ) from error
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
