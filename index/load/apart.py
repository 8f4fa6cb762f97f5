"""Files parsed in a process of their own: a parser that crashes, hangs or wants all memory fails its file alone.

What comes back is data in frames (`wire`), and is believed of the file that was asked for alone.
"""

import json
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from index.errors import ParserError, Problem
from index.load.limits import Limits
from index.load.walk import Found
from index.load.wire import (
    Kind,
    WireError,
    check_text,
    pack_found,
    receive,
    to_article,
    to_defect,
    to_failure,
    to_place,
)
from index.records import Failure, LoadedArticle

STARTING = 60.0
"""Seconds that a process may take to start; 0.5 are usual."""
ENDING = 1.0
"""Seconds that a process which has stopped to answer may take to end, so that it can be said how it did."""
CHUNK = 2**20
"""Bytes that are read at once."""

PYTHON = (sys.executable, "-X", f"utf8={sys.flags.utf8_mode}", "-P")
"""Names of files are the same bytes to both."""
COMMAND = (*PYTHON, "-m", "index.load.parser")
KEPT = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "TZ")
"""What the process is given of this one's environment. Keys and passwords stay here."""

_WAY_OUT = "Split it, or save it as .txt."
_GONE = (EOFError, OSError, WireError)  # a BrokenPipeError, a TimeoutError

_log = logging.getLogger(__name__)


class ParserProcess:
    """Reads files in another process, one after the other, and starts a new one where that has ended. For one thread."""

    def __init__(self, limits: Limits | None = None, command: tuple[str, ...] = COMMAND) -> None:
        """Starts nothing yet."""
        self._limits = limits or Limits()
        self._command = command
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whatever it is busy with."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def read(self, found: Found) -> Iterator[LoadedArticle | Failure]:
        """The articles of one file, or why it has none. Raises ParserError where no process can be started."""
        child = self._ready()
        is_over = False
        try:
            child.ask(found)
            for kind, strings in child.answers():
                yield self._item(kind, strings, found)
                is_over = kind is Kind.MEMORY  # what was taken may not all have been given back
        except _GONE as error:
            is_over = True
            yield self._failure(child, found, error)
        finally:
            if is_over or not child.is_idle:
                self.close()

    def _ready(self) -> "_Child":
        if self._child is not None and (self._child.has_ended or self._child.asked >= self._limits.files):
            self.close()
        if self._child is None:
            self._child = _Child(self._limits, self._command)
        return self._child

    def _item(self, kind: Kind, strings: list[str], found: Found) -> LoadedArticle | Failure:
        match kind:
            case Kind.ARTICLE:
                return _of(to_article(strings), found)
            case Kind.FAILURE:
                return _failure_of(to_failure(strings), found)
            case Kind.TOO_LARGE:
                reason = f"its text has more than {self._limits.article // 2**20} MiB. Split it."
                return replace(_failed(found, reason, Problem.TOO_LARGE), where=_where(to_place(strings), found))
            case Kind.MEMORY:
                reason = f"reading it takes more than {self._limits.memory // 2**20:,} MiB of memory. {_WAY_OUT}"
                return _failed(found, reason, Problem.MEMORY)
            case Kind.DEFECT:
                name, lines = to_defect(strings)
                # Neither the name of the file nor what the process says is the start of a line of ours.
                _log.warning("%r: %s%s", str(found.path), name, "".join(f"\n  | {line!r}" for line in lines))
                return _failed(found, f"it could not be read to its end ({name}). {_WAY_OUT}", Problem.CRASHED)
            case _:
                raise WireError(f"nothing was said that answers a file: {kind}")

    def _failure(self, child: "_Child", found: Found, error: Exception) -> Failure:
        """Why nothing more comes of a file. Ends the process."""
        child.end(ENDING if isinstance(error, EOFError) else 0)
        if isinstance(error, TimeoutError) or child.ended_by in ("SIGXCPU", "SIGALRM"):
            _log.warning("%r: reading it took too long", str(found.path))
            return _failed(found, f"reading it takes too long. {_WAY_OUT}", Problem.TOO_SLOW)
        how = str(error) if isinstance(error, WireError) else child.ended_by
        _log.warning("%r: the process that read it has ended: %s", str(found.path), how)
        reason = f"the process that read it has ended ({how}). Save it again, or as .txt."
        return _failed(found, reason, Problem.CRASHED)


class _Child:
    """A process that parses files, and what is said to it and by it."""

    def __init__(self, limits: Limits, command: tuple[str, ...]) -> None:
        """Starts it. Raises ParserError."""
        self.asked = 0
        self.is_idle = True
        self._limits = limits
        try:
            # A session of its own: an interrupt at the terminal is for this process, which then ends that one.
            self._process = subprocess.Popen(
                [*command, json.dumps(asdict(limits))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise ParserError(f"the process that parses files cannot be started: {error.strerror}.") from error
        assert self._process.stdin
        assert self._process.stdout
        self._asks, self._answers = self._process.stdin, self._process.stdout
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        self._wait_until_it_has_started()

    def _wait_until_it_has_started(self) -> None:
        try:
            kind, _ = self._receive(STARTING)
            if kind is not Kind.READY:
                raise WireError(f"it begins with {kind}")
        except _GONE as error:
            self.end(ENDING if isinstance(error, EOFError) else 0)
            message = f"the process that parses files does not start ({self.ended_by})."
            raise ParserError(message, "What it wrote to standard error says why.") from error

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def ended_by(self) -> str:
        """The signal, or the exit status, that it ended with."""
        code = self._process.returncode
        if code >= 0:
            return f"exit status {code}"
        return signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"

    def ask(self, found: Found) -> None:
        """Have a file parsed. Raises OSError where the process is gone."""
        self.asked += 1
        self.is_idle = False
        self._asks.write(pack_found(found))

    def answers(self) -> Iterator[tuple[Kind, list[str]]]:
        """What it says of the file, while it says more. Raises EOFError, TimeoutError, WireError."""
        left = self._limits.whole
        while True:
            begun = time.monotonic()
            kind, strings = self._receive(min(self._limits.patience, left))
            left -= time.monotonic() - begun
            if kind is Kind.END:
                self.is_idle = True
                return
            yield kind, strings

    def _receive(self, seconds: float) -> tuple[Kind, list[str]]:
        until = time.monotonic() + seconds

        def read(count: int) -> bytearray:
            got = bytearray()
            while len(got) < count:
                if not self._poll.poll(max(0.0, until - time.monotonic()) * 1000):
                    raise TimeoutError
                more = os.read(self._answers.fileno(), min(count - len(got), CHUNK))
                if not more:
                    raise EOFError
                got += more
            return got

        return receive(read, self._limits.article)

    def end(self, patience: float = 0) -> None:
        """Kill it with all that it may have started, if it has not ended within so many seconds; wait until it is gone."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._asks.close()
        self._answers.close()


def _environment() -> dict[str, str]:
    """The process finds the modules that this one finds, and knows little else of it."""
    here = str(Path(__file__).parents[2])
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join([here, *filter(None, sys.path)])}


def _is_bulk(found: Found) -> bool:
    return found.path.suffix.lower() == ".jsonl"


def _where(said: str, found: Found) -> str:
    return said if _is_bulk(found) else str(found.path)


def _of(article: LoadedArticle, found: Found) -> LoadedArticle:
    """The article as one of this file: a parser that was taken over speaks for no other."""
    identifier = article.id if _is_bulk(found) else found.id
    return replace(article, id=identifier, origin=found.origin, where=_where(article.where, found))


def _failure_of(failure: Failure, found: Found) -> Failure:
    ids = failure.article_ids if _is_bulk(found) else (found.id,)
    if _is_bulk(found):
        check_text(ids)
    origin = found.origin if failure.origin else ""
    return replace(failure, where=_where(failure.where, found), article_ids=ids, origin=origin)


def _failed(found: Found, reason: str, problem: Problem) -> Failure:
    """A file that was not read to its end: what a bulk file had else is not known."""
    ids = () if _is_bulk(found) else (found.id,)
    return Failure(str(found.path), reason, ids, found.origin, problem)
