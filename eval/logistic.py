"""Logistic regression over a few features."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

Floats = npt.NDArray[np.float64]

PENALTY = 1e-3
"""Weight of the squared coefficients, of standardized features, against the mean loss."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """The chance of 1 is the logistic function of `intercept + rows @ weights`."""

    intercept: float
    weights: Floats

    def chances(self, rows: Floats) -> Floats:
        """(n,) of features (n, k)."""
        found: Floats = expit(self.intercept + rows @ self.weights)
        return found


def fit(features: Floats, answers: Floats, *, balanced: bool = False) -> Logistic:
    """For `features` (n, k) and `answers` (n,) of 0 and 1. `balanced`: both answers weigh the same in all, else each
    row does."""
    rows = np.where(answers == 1, 0.5 / answers.sum(), 0.5 / (1 - answers).sum()) if balanced else 1 / len(answers)
    centre, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    scaled = (features - centre) / spread

    def loss(given: Floats) -> float:
        z = given[0] + scaled @ given[1:]
        return float((rows * (np.logaddexp(0, z) - answers * z)).sum() + PENALTY * (given[1:] ** 2).sum())

    found = minimize(loss, np.zeros(features.shape[1] + 1)).x
    weights = found[1:] / spread
    return Logistic(float(found[0] - weights @ centre), weights)
