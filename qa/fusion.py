"""Fusion: each leg's scores brought to a common scale and added, for every sentence that a leg has found.

A plain reciprocal-rank fusion measured worse than the better leg; sums of scores did not (see eval/README.md).
"""

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.sentence_table import SentenceTable

Floats = npt.NDArray[np.float64]


LONGEST = 2500.0
"""Characters. The weights were fitted on sets whose articles have up to 2,000; they say nothing of longer ones."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each leg adds to a sentence's score, by `python -m eval.fit_fusion` (eval/README.md)."""

    article: float = 0.46
    article_length: float = 1.03
    """More for each e-fold of the articles' length over `usual_length`, and less below it: of an article of one
    or two sentences BM25 says again what it said of its sentence."""
    usual_length: float = 245.0
    """Characters; e to the power of 5.5."""
    sentence: float = 0.33
    dense: float = 1.0
    lead: float = 0.3
    """What the first sentence of an article gets, and half of it the second: news begin with what happened."""
    value: float = 0.3
    """What a sentence with a number gets where a number or a date is asked for."""
    place: float = 0.3
    """What an article loses that names none of the question's places, in part for some of them."""
    cosine_floor: float = 0.78
    cosine_range: float = 0.12
    """Cosines of this encoder lie close together; floor and floor + range become 0 and 1."""

    def of_article(self, lengths: Iterable[int]) -> float:
        """What BM25 of an article adds where the candidates' articles have these lengths, in characters."""
        usual = min(statistics.median(lengths), LONGEST)
        return max(0.0, self.article + self.article_length * math.log(max(1.0, usual) / self.usual_length))


@dataclass(frozen=True, slots=True)
class Found:
    """What the legs say: the cosine of each sentence, and BM25 over the best one's, by number."""

    cosines: Mapping[int, float]
    sentences: Mapping[int, float]
    articles: Mapping[int, float]


def fuse(found: Found, rows: SentenceTable, weights: Weights, *, wants_value: bool) -> Floats:
    """The score of each of the rows, (n,). `wants_value`: a number or a date is asked for."""
    if not len(rows):
        return np.empty(0)
    _, first = np.unique(rows.articles, return_index=True)
    by_article = weights.of_article(rows.article_lengths[first].tolist())
    dense = (_of(found.cosines, rows.numbers) - weights.cosine_floor) / weights.cosine_range
    legs = weights.dense * dense + weights.sentence * _of(found.sentences, rows.numbers)
    leads = np.where(rows.positions < 2, weights.lead / (1 + rows.positions), 0.0)
    scores: Floats = legs + by_article * _of(found.articles, rows.articles) + leads
    return scores + weights.value * rows.numerals if wants_value else scores


def _of(scores: Mapping[int, float], numbers: npt.NDArray[np.int64]) -> Floats:
    return np.array([scores.get(number, 0.0) for number in numbers.tolist()])
