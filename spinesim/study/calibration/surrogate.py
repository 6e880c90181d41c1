"""A fast stand-in for the model: polynomials in the free parameters, fitted on runs of the model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from spinesim.study.calibration.file import FloatArray
from spinesim.study.calibration.problem import Problem

DEGREES = (1, 2, 3, 4)
FOLDS = 5
RUNS_PER_TERM = (
    1.0  # a degree is tried only if there are this many runs for each of its terms (ridge bears few)
)
RIDGES = np.logspace(-8, 2, 11)


@dataclass(frozen=True)
class Surrogate:
    """Predicts the rows of a likelihood from unit numbers.

    Attributes
    ----------
    degree : int
        Of the polynomial; the best in cross-validation.
    error : ndarray, shape (rows,)
        Root mean square of what cross-validation missed, in each row's unit.
    """

    degree: int
    error: FloatArray
    _model: Any

    def __call__(self, units: FloatArray) -> FloatArray:
        """Predict, shape (points, rows)."""
        return np.asarray(self._model.predict(2 * np.atleast_2d(units) - 1))


def fit_surrogate(units: FloatArray, model: FloatArray, seed: int) -> Surrogate:
    """Fit on runs of the model.

    Parameters
    ----------
    units : ndarray, shape (runs, parameters)
    model : ndarray, shape (runs, rows)
        What the model said.
    seed : int
        Of the folds of cross-validation.
    """
    from sklearn.model_selection import KFold, cross_val_predict

    folds = KFold(FOLDS, shuffle=True, random_state=seed)
    best: Surrogate | None = None
    for degree in DEGREES:
        terms = math.comb(units.shape[1] + degree, degree)
        if degree > 1 and terms * RUNS_PER_TERM > len(units) * (FOLDS - 1) / FOLDS:
            break
        missed = cross_val_predict(_polynomial(degree), 2 * units - 1, model, cv=folds) - model
        error = np.sqrt(np.mean(missed**2, axis=0))
        if best is None or np.mean(error / best.error) < 1:
            best = Surrogate(degree, error, _polynomial(degree).fit(2 * units - 1, model))
    assert best is not None
    return best


def _polynomial(degree: int) -> Any:
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    return make_pipeline(
        PolynomialFeatures(degree, include_bias=False),
        StandardScaler(),
        RidgeCV(RIDGES, alpha_per_target=True),
    )


def design(
    problem: Problem, mode: FloatArray, slopes: FloatArray, size: int, inflate: float = 2.0
) -> FloatArray:
    """Points for the first fit: a scrambled Sobol sequence, shape (size, parameters).

    It is laid over the normal distribution that the slopes at the mode and the prior's widths suggest, made
    `inflate` times as wide, folded back at the bounds. With few parameters that is most of the prior.
    """
    from scipy import stats

    dimensions = problem.size
    uniform_sd = 1 / math.sqrt(12)
    precision = slopes.T @ slopes + np.eye(dimensions) / uniform_sd**2
    spread = np.linalg.cholesky(np.linalg.inv(precision)) * inflate
    sobol = stats.qmc.Sobol(dimensions, rng=np.random.default_rng([problem.calibration.seed, 1]))
    kept = np.empty((0, dimensions))
    while len(kept) < size:
        uniforms = np.clip(sobol.random_base2(math.ceil(math.log2(size))), 1e-6, 1 - 1e-6)
        points = fold(mode + stats.norm.ppf(uniforms) @ spread.T)
        kept = np.vstack([kept, points[problem.feasible(points)]])
        if sobol.num_generated > 1000 * size:
            break
    return kept[:size]


def fold(units: FloatArray) -> FloatArray:
    """Reflect at 0 and 1 until inside."""
    turned = np.mod(units, 2)
    return np.where(turned > 1, 2 - turned, turned)
