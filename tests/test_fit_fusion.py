"""The fit of the fusion's weights, on rankings whose best weights are known."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from eval.fit_fusion import FEATURES, PENALTY, SCALES, Ranked, _loss, fit_weights, hit_at_1


def ranked(rows: list[list[float]], gold: list[int], right: list[int]) -> Ranked:
    """Rows of features; which of them are of gold articles, and which are right."""
    features = np.zeros((len(rows), len(FEATURES)))
    features[:, : len(rows[0])] = rows
    places = np.arange(len(rows))
    return Ranked(features, [str(p) for p in places], np.isin(places, gold), np.isin(places, right))


def test_gradient_is_that_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    question = Ranked(rng.normal(size=(7, 5)), list("aabbccc"), np.arange(7) < 2, np.isin(np.arange(7), [0, 5]))
    weights = rng.normal(size=5) / SCALES
    slope = approx_fprime(weights, lambda w: _loss(question, w)[0], 1e-7)
    assert _loss(question, weights)[1] == pytest.approx(slope, abs=1e-4)


def test_fit_weighs_the_feature_that_tells() -> None:
    rng = np.random.default_rng(1)
    questions = []
    for _ in range(40):
        rows = rng.uniform(size=(6, 3))
        rows[0, 2] = rows[1:, 2].max() + 0.5
        questions.append(ranked(rows.tolist(), [0], [0]))
    weights = fit_weights([questions])
    assert weights[2] > 5 * max(abs(weights[0]), abs(weights[1]))
    assert weights[3] == weights[4] == 0
    assert hit_at_1(questions, weights) == 100


def test_fit_counts_sets_alike() -> None:
    """One set says that the first feature tells, ten times as many questions of another say the second."""
    one = [ranked([[1, 0], [0, 1]], [0], [])]
    other = [ranked([[1, 0], [0, 1]], [1], [])] * 10
    assert fit_weights([one, other])[:2] == pytest.approx([0, 0], abs=1e-6)
    assert PENALTY > 0


def test_hit_at_1_counts_questions_without_candidates_as_missed() -> None:
    empty = Ranked(np.zeros((0, 5)), [], np.zeros(0, dtype=bool), np.zeros(0, dtype=bool))
    assert hit_at_1([empty, ranked([[1.0], [0.0]], [0], [])], np.array([1.0, 0, 0, 0, 0])) == 50
