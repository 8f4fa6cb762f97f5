"""One evaluation run, from chosen questions to figures and a report."""

from collections.abc import Generator

from pydantic import BaseModel

from eval import runner
from eval.metrics.figures import Figures, figures
from eval.questions import TestQuestion
from eval.record import Record
from eval.report import render
from eval.run_folder import METRICS, REPORT, RunError, RunFolder, RunSettings, describe
from eval.targets import Target
from qa.extractive import Extraction
from qa.generation.prices import Prices


class Metrics(BaseModel):
    """What metrics.json holds."""

    settings_hash: str
    asked: int
    of: int
    figures: Figures


class Session:
    """Runs a set against a target into a folder; hold `folder.writing()` meanwhile."""

    def __init__(
        self,
        folder: RunFolder,
        target: Target,
        questions: list[TestQuestion],
        settings: RunSettings,
        *,
        workers: int = 1,
        prices: Prices | None = None,
    ) -> None:
        self._folder = folder
        self._target = target
        self._questions = questions
        self._settings = settings
        self._workers = workers
        self._prices = prices

    def begin(self, *, resume: bool) -> int:
        """Start the folder's run, or make ready to go on with it; how many answers it has. Raises RunError."""
        if resume and self._folder.exists:
            self._folder.resume(self._settings)
        else:
            self._folder.start(describe(self._settings, self._workers, Extraction().confidence))
        done = {record.question.id for record in self._folder.records()}
        self._questions = [question for question in self._questions if question.id not in done]
        return len(done)

    def run(self) -> Generator[Record, None, None]:
        """Ask what is left; each answer is in the folder when it is given on."""
        return runner.run(
            self._target, self._questions, self._folder.append, workers=self._workers, prices=self._prices
        )

    def check_target(self) -> None:
        """Raises RunError when the articles have changed since the run began, so that it mixes both."""
        if self._target.describe() != self._settings.target:
            raise RunError(
                "the index has changed while its questions were asked; the figures mix both.", "Run it again."
            )

    def finish(self) -> Metrics | None:
        """Write figures and report of what was asked; None when nothing was."""
        records = self._folder.records()
        return measure(self._folder, records) if records else None


def measure(folder: RunFolder, records: list[Record]) -> Metrics:
    """Measure the records of a folder, and write its metrics.json and report.html."""
    info = folder.info()
    metrics = Metrics(
        settings_hash=info.settings_hash, asked=len(records), of=info.settings.count, figures=figures(records)
    )
    folder.write(METRICS, metrics.model_dump_json(indent=2))
    folder.write(REPORT, render(info, metrics.figures, records))
    return metrics
