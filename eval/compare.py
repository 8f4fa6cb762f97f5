"""Two runs over the same questions: what changed, and whether the change is real.

Differences are paired by question. The interval is a percentile bootstrap over questions; the
p-value is that of a two-sided randomisation test that swaps the runs' answers question by question
(Smucker, Allan and Carterette 2007).
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel
from scipy.stats import DegenerateDataWarning, bootstrap, permutation_test

from eval.metrics.catalog import METRICS, Better, Floats, Metric, ratio
from eval.metrics.figures import Column, columns
from eval.record import Record
from eval.run_folder import RunError
from eval.wording import shown

RESAMPLES = 1999
SIGNIFICANT = 0.05
FLIPS = ("correct", "article.hit@1")
"""Metrics whose won and lost questions are listed."""

Rows = npt.NDArray[np.intp]


class Change(BaseModel):
    """A metric in both runs. `low` and `high` bound the difference, `p` is its chance without a cause."""

    metric: str
    a: float
    b: float
    difference: float
    low: float | None
    high: float | None
    p: float
    count: int
    """Questions that the metric is about in either run; for medians, percentiles and AUROC in both."""

    @property
    def is_worse(self) -> bool:
        return _is_worse(METRICS[self.metric].better, self.difference)

    @property
    def is_better(self) -> bool:
        return _is_worse(METRICS[self.metric].better, -self.difference)

    @property
    def is_real(self) -> bool:
        return self.p < SIGNIFICANT


class Flip(BaseModel):
    """A question that one run got and the other did not."""

    id: str
    question: str
    a: str
    b: str
    """What each run answered."""


class Comparison(BaseModel):
    """Run A against run B, over the questions that both were asked."""

    common: int
    only_a: int
    only_b: int
    reworded: int
    """Questions of the same id that were asked in other words, or in the other script."""
    changes: list[Change]
    won: dict[str, list[Flip]]
    lost: dict[str, list[Flip]]
    """By metric: questions that B got and A did not, and the other way round."""

    def change(self, metric: str) -> Change | None:
        return next((change for change in self.changes if change.metric == metric), None)

    def unmet(self, metric: str, *, only_real: bool) -> str:
        """Why B does not keep up with A in a metric, or ""."""
        change = self.change(metric)
        if change is None:
            return f"{metric} has no value in both runs, so it cannot be compared."
        if not change.is_worse or (only_real and not change.is_real):
            return ""
        return (
            f"{metric} is worse: {shown(metric, change.a)} before, {shown(metric, change.b)} now, p = {change.p:.3f}."
        )


@dataclass(frozen=True, slots=True)
class _Paired:
    """A metric's pairs of both runs, the first n rows run A's, the next n run B's."""

    metric: Metric
    first: Floats
    second: Floats

    @property
    def count(self) -> int:
        return len(self.first) // 2

    def value(self, rows: Rows) -> Floats:
        return self.metric.statistic(self.first[rows], self.second[rows])


def compare(a: list[Record], b: list[Record], *, seed: int = 0, resamples: int = RESAMPLES) -> Comparison:
    """Raises RunError when the runs have no question in common."""
    ours, theirs = {r.question.id: r for r in a}, {r.question.id: r for r in b}
    common = sorted(ours.keys() & theirs.keys())
    if not common:
        raise RunError("the two runs have no question in common.", "Compare runs of the same set.")
    before, after = columns([ours[i] for i in common]), columns([theirs[i] for i in common])
    changes = [_change(_pair(before[name], after[name], common), seed, resamples) for name in METRICS]
    flips = {name: _flips(before[name], after[name], ours, theirs) for name in FLIPS}
    return Comparison(
        common=len(common),
        only_a=len(ours) - len(common),
        only_b=len(theirs) - len(common),
        reworded=sum(ours[i].question.question != theirs[i].question.question for i in common),
        changes=[change for change in changes if change is not None],
        won={name: won for name, (won, _) in flips.items()},
        lost={name: lost for name, (_, lost) in flips.items()},
    )


def _pair(a: Column, b: Column, ids: list[str]) -> _Paired:
    """A ratio takes what either run has, other statistics the questions of both."""
    if a.metric.statistic is ratio:
        shared = [i for i in ids if i in a.pairs or i in b.pairs]
    else:
        shared = [i for i in ids if i in a.pairs and i in b.pairs]
    rows = [column.pairs.get(i, (0.0, 0.0)) for column in (a, b) for i in shared]
    table = np.array(rows, dtype=np.float64).reshape(-1, 2)
    return _Paired(a.metric, table[:, 0], table[:, 1])


def _change(paired: _Paired, seed: int, resamples: int) -> Change | None:
    n = paired.count
    here, there = np.arange(n), np.arange(n, 2 * n)
    a, b = (float(paired.value(rows)) if n else float("nan") for rows in (here, there))
    if np.isnan(a) or np.isnan(b):
        return None
    low, high = _interval(paired, seed, resamples)
    return Change(
        metric=paired.metric.name,
        a=round(a, 6),
        b=round(b, 6),
        difference=round(b - a, 6),
        low=low,
        high=high,
        p=_p_value(paired, seed, resamples),
        count=n,
    )


def _is_same(paired: _Paired) -> bool:
    """Whether both runs agree on every question."""
    n = paired.count
    return all(np.array_equal(column[:n], column[n:]) for column in (paired.first, paired.second))


def _interval(paired: _Paired, seed: int, resamples: int) -> tuple[float, float] | tuple[None, None]:
    n = paired.count
    if n < 2:
        return None, None
    if _is_same(paired):
        return 0.0, 0.0

    def difference(rows: npt.NDArray[np.intp], axis: int) -> Floats:  # noqa: ARG001  (scipy moves the axis to the end)
        rows = rows.astype(np.intp)
        return paired.value(rows + n) - paired.value(rows)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DegenerateDataWarning)  # of BCa intervals, which these are not
        made = bootstrap((np.arange(n),), difference, n_resamples=resamples, method="percentile",
                         vectorized=True, batch=100, rng=np.random.default_rng(seed))  # fmt: skip
    low, high = np.nanpercentile(made.bootstrap_distribution, [2.5, 97.5])
    return round(float(low), 6), round(float(high), 6)


def _p_value(paired: _Paired, seed: int, resamples: int) -> float:
    """The share of random swaps that differ at least as much; all 2^n of them where they are few."""
    n = paired.count
    if n < 2 or _is_same(paired):
        return 1.0

    def difference(here: npt.NDArray[np.intp], there: npt.NDArray[np.intp], axis: int) -> Floats:  # noqa: ARG001
        return paired.value(there.astype(np.intp)) - paired.value(here.astype(np.intp))

    tested = permutation_test(
        (np.arange(n), np.arange(n, 2 * n)), difference, permutation_type="samples", vectorized=True,
        n_resamples=resamples, batch=100, rng=np.random.default_rng(seed),
    )  # fmt: skip
    return round(_two_sided(tested.null_distribution, float(tested.statistic), exact=2**n <= resamples), 6)


def _two_sided(swapped: Floats, seen: float, *, exact: bool) -> float:
    """The share of swaps that differ as much, passing over those that leave a run without a value.

    Of random swaps the one that was seen is one more (Phipson and Smyth 2010).
    """
    known = swapped[~np.isnan(swapped)]
    as_much = int((np.abs(known) >= abs(seen) - 1e-12).sum())
    return as_much / len(known) if exact else (as_much + 1) / (len(known) + 1)


def _is_worse(better: Better, difference: float) -> bool:
    return {Better.HIGHER: difference < 0, Better.LOWER: difference > 0, Better.NEITHER: False}[better]


def _flips(a: Column, b: Column, ours: dict[str, Record], theirs: dict[str, Record]) -> tuple[list[Flip], list[Flip]]:
    """The questions won by B, and those lost."""
    won: list[Flip] = []
    lost: list[Flip] = []
    for question in sorted(a.pairs.keys() & b.pairs.keys()):
        before, after = a.pairs[question][0], b.pairs[question][0]
        if before != after:
            flip = _flip(ours[question], theirs[question])
            (won if after > before else lost).append(flip)
    return won, lost


def _flip(a: Record, b: Record) -> Flip:
    return Flip(id=a.question.id, question=b.question.question, a=_said(a), b=_said(b))


def _said(record: Record) -> str:
    return record.answer.answer if record.answer else record.error
