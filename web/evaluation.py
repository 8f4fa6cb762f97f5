"""Evaluation runs for the page: which sets and runs there are, running one, and serving its report."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse
from pydantic import ValidationError

import eval as evaluation
from eval.choose import Conversion, choose, in_script
from eval.metrics.figures import Figures
from eval.problems import Problem, failures
from eval.questions import QUESTIONS, TestQuestion, read_questions
from eval.record import Record
from eval.run_folder import METRICS, REPORT, RunError, RunFolder, RunInfo, RunSettings, digest
from eval.session import Metrics, Session
from eval.targets import LocalTarget
from qa.library import Library
from web.stops import Stops


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come. `run` is its name once it is done or was stopped."""

    asked: int
    total: int
    seconds: float
    run: str = ""

    @property
    def seconds_left(self) -> float:
        """An estimate from what was asked so far; 0 before the first answer."""
        return self.seconds / self.asked * (self.total - self.asked) if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run as the page shows it."""

    name: str
    info: RunInfo
    metrics: Metrics
    records: list[Record]

    @property
    def figures(self) -> Figures:
        return self.metrics.figures

    @property
    def failures(self) -> list[tuple[Problem, Record]]:
        return failures(self.records)


class Evaluations:
    """The runs of a home. Safe to share between threads and users."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._folder = library.home.root / "runs"
        self._stops = Stops()

    def sets(self) -> dict[str, Path]:
        """The question sets that come with the project, by name."""
        folders = Path(evaluation.__path__[0]) / "sets"
        return {path.parent.name: path for path in sorted(folders.glob(f"*/{QUESTIONS}"))}

    def runs(self) -> list[str]:
        """Names of the runs that have figures, the newest first."""
        found = [path.parent for path in self._folder.glob(f"*/{METRICS}")]
        return [path.name for path in sorted(found, key=lambda p: (p / METRICS).stat().st_mtime, reverse=True)]

    def open(self, name: str) -> FinishedRun | None:
        """A run by its name; None when there is no such run. Raises RunError for a damaged one."""
        if name not in self.runs():  # also keeps every other path out
            return None
        folder = RunFolder(self._folder / name)
        try:
            metrics = Metrics.model_validate_json((folder.path / METRICS).read_bytes())
        except ValidationError as error:
            raise RunError(f"{folder.path / METRICS} is damaged or of another version.", "Run it again.") from error
        return FinishedRun(name, folder.info(), metrics, folder.records())

    def is_about_this_index(self, run: FinishedRun) -> bool:
        """Whether a run was made on the articles that the page has now."""
        return run.info.settings.target.index == self._library.reader().store.digest()

    def report(self, name: str) -> Path | None:
        """The report's file of a run."""
        return self._folder / name / REPORT if name in self.runs() else None

    def run(
        self, name: str, questions: Path, conversion: Conversion | None, limit: int | None, key: str
    ) -> Iterator[Progress]:
        """Run a question file against the index; `stop(key)` ends it early, keeping what was asked.

        Raises QuestionSetError for a bad file, and what the index raises when there is none.
        """
        chosen = in_script(choose(read_questions(questions), limit=limit), conversion)
        folder = RunFolder(self._folder / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:4]}")
        session = self._session(folder, chosen, name, conversion, limit)
        start = time.monotonic()
        asked = 0
        with self._stops.running(key) as going, folder.writing():
            session.begin(resume=False)
            yield Progress(0, len(chosen), 0.0)
            try:
                with closing(session.run()) as records:
                    for asked, _ in enumerate(records, start=1):
                        yield Progress(asked, len(chosen), time.monotonic() - start)
                        if going.is_stopped:
                            break
            finally:  # also when the page was closed
                session.finish()
        yield Progress(asked, len(chosen), time.monotonic() - start, folder.path.name)

    def stop(self, key: str) -> None:
        """End the run that was started under this key; nothing for none."""
        self._stops.stop(key)

    def _session(
        self, folder: RunFolder, chosen: list[TestQuestion], name: str, conversion: Conversion | None, limit: int | None
    ) -> Session:
        target = LocalTarget(self._library, str(self._library.home.root))
        settings = RunSettings(
            name=name,
            questions=digest(chosen),
            count=len(chosen),
            script=conversion.value if conversion else None,
            limit=limit,
            target=target.describe(),
        )
        return Session(folder, target, chosen, settings)


def add_reports(api: FastAPI, evaluations: Evaluations) -> None:
    """Serve each run's report at /runs/<name>/report.html, in the page's own origin but without its scripts' reach."""

    @api.get("/runs/{name}/report.html", include_in_schema=False)
    def report(name: str) -> FileResponse:
        path = evaluations.report(name)
        if path is None or not path.exists():
            raise HTTPException(404, "there is no such run")
        return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": "sandbox allow-scripts"})
