"""Logistic regression over a few features."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

Floats = npt.NDArray[np.float64]

PENALTY = 1e-3
"""Weight of the squared coefficients, of standardized features, against the mean loss."""


def fit(features: Floats, answers: Floats) -> Callable[[Floats], Floats]:
    """For `features` (n, k) and `answers` (n,) of 0 and 1, what gives the chance of 1, (m,), for others (m, k)."""
    centre, spread = features.mean(axis=0), features.std(axis=0) + 1e-9

    def scaled(rows: Floats) -> Floats:
        return np.hstack([np.ones((len(rows), 1)), (rows - centre) / spread])

    known = scaled(features)

    def loss(weights: Floats) -> float:
        z = known @ weights
        return float((np.logaddexp(0, z) - answers * z).mean() + PENALTY * (weights[1:] ** 2).sum())

    weights = minimize(loss, np.zeros(known.shape[1])).x
    return lambda rows: expit(scaled(rows) @ weights)
