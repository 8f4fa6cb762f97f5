"""The figures of a run: each metric over all questions and over each tag, with its interval.

Intervals are percentile bootstraps over questions (Efron and Tibshirani 1993), 95 %, seeded, and
the questions stand in the order of their ids, so that the same answers always give the same figures.
"""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel
from scipy.stats import DegenerateDataWarning, bootstrap

from eval.metrics.catalog import METRICS, Floats, Metric, Pair
from eval.metrics.retrieval import retrieval
from eval.record import Record

RESAMPLES = 1000
ALL = "all"
"""The name that stands beside the tags for all questions."""


class Figure(BaseModel):
    """A metric's value over some questions. `low` and `high` bound it; None where one question cannot tell."""

    value: float
    low: float | None
    high: float | None
    count: int
    """Questions that the metric is about."""


class Figures(BaseModel):
    """By tag, then by metric; metrics that are about none of a tag's questions are left out."""

    questions: dict[str, int]
    figures: dict[str, dict[str, Figure]]

    def value(self, metric: str, tag: str = ALL) -> float | None:
        """One figure, or None where there is none."""
        found = self.figures.get(tag, {}).get(metric)
        return found.value if found else None


@dataclass(frozen=True, slots=True)
class Column:
    """One metric's pairs by question id."""

    metric: Metric
    pairs: dict[str, Pair]

    def arrays(self, ids: Iterable[str]) -> tuple[Floats, Floats]:
        """Both numbers of the pairs of those of the questions that have one, (n,) each."""
        found = np.array([self.pairs[i] for i in ids if i in self.pairs], dtype=np.float64).reshape(-1, 2)
        return found[:, 0], found[:, 1]


def columns(records: Iterable[Record]) -> dict[str, Column]:
    """Every metric's pairs, whatever the order of the records."""
    ordered = sorted(records, key=lambda record: record.question.id)
    ranked = retrieval(ordered)
    return {name: Column(metric, _pairs(metric, ordered, ranked)) for name, metric in METRICS.items()}


def _pairs(metric: Metric, records: list[Record], ranked: Mapping[str, Mapping[str, float]]) -> dict[str, Pair]:
    if metric.of is None:
        return {question: (value, 1.0) for question, value in ranked.get(metric.name, {}).items()}
    return {r.question.id: pair for r in records if (pair := metric.of(r)) is not None}


def figures(records: list[Record], *, seed: int = 0, resamples: int = RESAMPLES) -> Figures:
    """Raises ValueError for no records."""
    if not records:
        raise ValueError("there are no answers to measure")
    found = columns(records)
    tagged = {ALL: sorted(record.question.id for record in records)}
    for tag in sorted({tag for record in records for tag in record.question.tags}):
        tagged[tag] = sorted(record.question.id for record in records if tag in record.question.tags)
    return Figures(
        questions={tag: len(ids) for tag, ids in tagged.items()},
        figures={tag: _of_tag(found, ids, seed, resamples) for tag, ids in tagged.items()},
    )


def _of_tag(found: Mapping[str, Column], ids: list[str], seed: int, resamples: int) -> dict[str, Figure]:
    measured = {name: _figure(column, ids, seed, resamples) for name, column in found.items()}
    return {name: figure for name, figure in measured.items() if figure is not None}


def _figure(column: Column, ids: list[str], seed: int, resamples: int) -> Figure | None:
    first, second = column.arrays(ids)
    value = float(column.metric.statistic(first, second)) if len(first) else float("nan")
    if np.isnan(value):
        return None
    low, high = interval(column.metric, first, second, seed=seed, resamples=resamples)
    return Figure(value=round(value, 6), low=low, high=high, count=len(first))


def interval(
    metric: Metric, first: Floats, second: Floats, *, seed: int, resamples: int
) -> tuple[float, float] | tuple[None, None]:
    """The 95 % bootstrap interval of a statistic of pairs."""
    if len(first) < 2:
        return None, None
    if np.ptp(first) == 0 and np.ptp(second) == 0:  # every resample is the same
        value = round(float(metric.statistic(first, second)), 6)
        return value, value

    def statistic(chosen: np.ndarray, axis: int) -> Floats:  # noqa: ARG001  (scipy moves the axis to the end)
        rows = chosen.astype(np.intp)
        return metric.statistic(first[rows], second[rows])

    rows = np.arange(len(first))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DegenerateDataWarning)  # of BCa intervals, which these are not
        made = bootstrap((rows,), statistic, n_resamples=resamples, method="percentile", vectorized=True,
                         batch=100, rng=np.random.default_rng(seed))  # fmt: skip
    low, high = np.nanpercentile(made.bootstrap_distribution, [2.5, 97.5])
    return round(float(low), 6), round(float(high), 6)
