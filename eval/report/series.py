"""What the plots show, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics.catalog import is_correct, is_refusal
from eval.metrics.retrieval import LEGS, articles
from eval.record import DEPTH, Ranking, Record

LOG_SPREAD = 10.0
"""Longest over shortest time from which a logarithmic axis reads better."""
BINS = 24
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Ranks:
    """How many questions have their first gold article at each rank, by leg.

    A leg's counts are those of the ranks 1 to `DEPTH`, then of the questions where none was found.
    """

    counts: dict[str, list[int]]

    def shares(self, leg: str) -> list[float]:
        """The counts over their sum."""
        total = sum(self.counts[leg])
        return [count / total for count in self.counts[leg]]


@dataclass(frozen=True, slots=True)
class RefusalPoint:
    """Shares of the questions that are refused when answers of a confidence under `threshold` are."""

    threshold: float
    answerable: float
    unanswerable: float


@dataclass(frozen=True, slots=True)
class RefusalCurve:
    """Points by rising threshold, that of the present threshold, and what the run did (its threshold is the present one)."""

    points: list[RefusalPoint]
    present: RefusalPoint
    measured: RefusalPoint
    answerable: int
    unanswerable: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often answers of like confidence are right: of each tenth of the scale that has answers, their mean
    confidence, the share that is right, and how many they are. `error` is the mean distance of the two by answers."""

    confidences: list[float]
    shares: list[float]
    counts: list[int]

    @property
    def error(self) -> float:
        """The expected calibration error (Naeini and others 2015), 0 to 1."""
        apart = [abs(c - s) * n for c, s, n in zip(self.confidences, self.shares, self.counts, strict=True)]
        return sum(apart) / sum(self.counts)


@dataclass(frozen=True, slots=True)
class Times:
    """A histogram of times in milliseconds: `counts[i]` from `edges[i]` to `edges[i + 1]`."""

    edges: list[float]
    counts: list[int]
    median: float
    percentile_95: float
    log: bool


def leg_name(leg: str) -> str:
    """A leg in words, from what stands for it in names of metrics."""
    return leg.rstrip(".") or "fusion"


def first_gold_rank(record: Record, ranking: Ranking) -> int | None:
    """The rank, from 1, of the first article that is gold; None where none is among the first `DEPTH`."""
    judged = articles(record, ranking)
    ranks = (rank for rank, found in enumerate(judged.ranked[:DEPTH], start=1) if found in judged.relevant)
    return next(ranks, None)


def ranks(records: Sequence[Record]) -> Ranks | None:
    """Over the questions that the measures of retrieval are about; None where there are none."""
    counts: dict[str, list[int]] = {}
    for record in records:
        if record.answer is None or not record.question.answerable or not record.question.gold_articles:
            continue
        for leg, ranking_of in LEGS.items():
            if (ranking := ranking_of(record)) is not None:
                row = counts.setdefault(leg_name(leg), [0] * (DEPTH + 1))
                row[(first_gold_rank(record, ranking) or DEPTH + 1) - 1] += 1
    return Ranks({name: counts[name] for leg in LEGS if (name := leg_name(leg)) in counts}) if counts else None


def refusals(threshold: float, records: Sequence[Record]) -> RefusalCurve | None:
    """Over the questions that did not end in an error; None unless there are both kinds.

    The thresholds are all positive confidences and 1, so the first point is what stays refused at
    any threshold: the gates of the evidence give their refusals a confidence of 0.
    """
    asked = [(r, r.answer.confidence) for r in records if r.answer is not None]
    good = np.sort([confidence for record, confidence in asked if record.question.answerable])
    bad = np.sort([confidence for record, confidence in asked if not record.question.answerable])
    if not len(good) or not len(bad):
        return None

    def at(value: float) -> RefusalPoint:
        under = [float(np.searchsorted(kind, value) / len(kind)) for kind in (good, bad)]
        return RefusalPoint(value, *under)

    refused = [r.question.answerable for r, _ in asked if is_refusal(r)]
    measured = RefusalPoint(threshold, refused.count(True) / len(good), refused.count(False) / len(bad))
    thresholds = sorted({*(confidence for _, confidence in asked if confidence > 0), 1.0})
    return RefusalCurve([at(value) for value in thresholds], at(threshold), measured, len(good), len(bad))


def reliability(records: Sequence[Record]) -> Reliability | None:
    """Over the answers, not refusals, of which it is known whether they are right; None where there are none."""
    judged = [(r.answer.confidence, is_correct(r)) for r in records if r.answer is not None and not is_refusal(r)]
    known = np.array([(confidence, right) for confidence, right in judged if right is not None], dtype=np.float64)
    if not len(known):
        return None
    tenths = np.minimum((known[:, 0] * TENTHS).astype(int), TENTHS - 1)
    parts = [known[tenths == tenth] for tenth in np.unique(tenths)]
    return Reliability(
        [float(part[:, 0].mean()) for part in parts],
        [float(part[:, 1].mean()) for part in parts],
        [len(part) for part in parts],
    )


def times(records: Sequence[Record]) -> Times | None:
    """Of asking; None where no question was answered."""
    values = np.array([record.ask_ms for record in records if record.answer is not None])
    if not len(values):
        return None
    positive = values[values > 0]
    log = bool(len(positive) == len(values) and values.max() > LOG_SPREAD * values.min())
    counts, edges = np.histogram(np.log10(values) if log else values, bins=BINS)
    return Times(
        edges=[float(edge) for edge in (10**edges if log else edges)],
        counts=[int(count) for count in counts],
        median=float(np.median(values)),
        percentile_95=float(np.percentile(values, 95)),
        log=log,
    )
