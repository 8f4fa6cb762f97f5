"""What a threshold of the confidence buys and costs, and what the confidence is worth.

    YOUJU_CONFIDENCE=0 youju eval SET --out RUN      (for each set)
    python -m eval.refusals RUN...

Of runs that refused nothing for its confidence: for each threshold the share of right answers, of answerable questions
that would be refused, and of unanswerable ones that would; for each tenth of the confidence how many answers were
right; and the line that the confidence's logit would have to be put through for it to be that share (Platt 1999).
"""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.table import Table
from scipy.special import logit

from eval.logistic import fit
from eval.metrics.catalog import is_refusal, is_right
from eval.record import Record
from eval.run_folder import RunFolder
from eval.run_script import run_script

THRESHOLDS = (0.0, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8)
TENTHS = np.linspace(0, 1, 11)
SMALLEST = 1e-6
"""How near a chance may come to 0 or 1 for its logit."""
Floats = npt.NDArray[np.float64]


def costs(records: Iterable[Record], threshold: float) -> tuple[float, float, float]:
    """Shares, 0 to 1, of right answers among the answerable questions that have gold answers, of answerable questions
    refused, and of unanswerable ones refused; nan where there are none."""
    told = [(r, is_refusal(r) or r.answer.confidence < threshold) for r in records if r.answer]
    right = [is_right(r) and not refused for r, refused in told if r.question.answerable and r.question.answers]
    wrongly = [refused for r, refused in told if r.question.answerable]
    rightly = [refused for r, refused in told if not r.question.answerable]
    return _mean(right), _mean(wrongly), _mean(rightly)


def outcomes(records: Iterable[Record]) -> tuple[Floats, Floats]:
    """(n,) confidences and (n,) whether right, 0 or 1, of what was answered. An unanswerable question has no right
    answer; one whose gold answer is not known is left out."""
    rows = [
        (r.answer.confidence, float(is_right(r)))
        for r in records
        if r.answer and not is_refusal(r) and (r.question.answers or not r.question.answerable)
    ]
    found = np.array(rows).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def line(confidence: Floats, right: Floats) -> tuple[float, float]:
    """Intercept and slope that make `confidence` (n,) the share of `right` (n,)."""
    fitted = fit(logit(np.clip(confidence, SMALLEST, 1 - SMALLEST))[:, None], right)
    return fitted.intercept, float(fitted.weights[0])


def _mean(outcomes: list[bool]) -> float:
    return float(np.mean(outcomes)) if outcomes else float("nan")


def run(runs: Annotated[list[Path], typer.Argument(metavar="RUN...", exists=True, file_okay=False)]) -> None:
    console = Console()
    everything = []
    for path in runs:
        records = list(RunFolder(path).records())
        everything += records
        table = Table("threshold", "right", "wrongly refused", "rightly refused", title=path.name)
        for threshold in THRESHOLDS:
            table.add_row(f"{threshold:.2f}", *(f"{100 * share:.1f}" for share in costs(records, threshold)))
        console.print(table)
    confidence, right = outcomes(everything)
    table = Table("confidence", "answers", "right", title="all runs")
    for low, high in pairwise(TENTHS):
        inside = (confidence >= low) & ((confidence < high) | (high == 1))
        share = f"{100 * right[inside].mean():.1f}" if inside.any() else ""
        table.add_row(f"{low:.1f}-{high:.1f}", str(inside.sum()), share)
    console.print(table)
    intercept, slope = line(confidence, right)
    console.print(f"right = logistic({intercept:.2f} + {slope:.2f} x logit(confidence))")


if __name__ == "__main__":
    run_script(run)
