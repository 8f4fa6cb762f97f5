"""The server's own log: what went wrong, with the trace that it belongs to and without secrets."""

import logging
import re
import sys
from collections.abc import Collection

from web.trace import TraceFilter

FORM = "%(asctime)s %(levelname)s %(name)s [%(trace_id)s] %(message)s"
HIDDEN = "…"
LEAST = 8
"""Characters of a secret: the key of a model on one's own machine is often "x", which stands in every other word."""
_KEYS = re.compile(r"(youju_[0-9a-f]{12}_)[0-9a-f]{64}")


class DiscreetFormatter(logging.Formatter):
    """Blots out secrets wherever they stand, in what others wrote and in tracebacks too."""

    def __init__(self, secrets: Collection[str]) -> None:
        """`secrets`: those with fewer than LEAST characters are none."""
        super().__init__(FORM)
        self._secrets = sorted((secret for secret in secrets if len(secret) >= LEAST), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        said = _KEYS.sub(rf"\1{HIDDEN}", super().format(record))
        for secret in self._secrets:
            said = said.replace(secret, HIDDEN)
        return said


def write_errors(secrets: Collection[str]) -> None:
    """Let what every part of the server logs go to the standard error. `secrets`: what must not be in it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(TraceFilter())
    handler.setFormatter(DiscreetFormatter(secrets))
    logging.getLogger().addHandler(handler)
