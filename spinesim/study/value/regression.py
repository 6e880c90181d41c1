"""Expected net benefit given some parameters, by regression on the draws of an uncertainty analysis.

A straight line in each parameter is fitted freely; what bends (splines) and what acts together (products of
two) is held back by ridge regression, whose strength Bayesian ridge regression finds. Both are linear in the
observations, so that the fit can be repeated on resampled residuals at once: that gives its standard error
and its bias.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
KNOTS = 6  # of the spline of a parameter
MOST_PAIRED = 12  # parameters of a group that may act on each other; in larger groups effects add up
FREE_SHARE = 1 / 4  # of the draws: with more parameters than that, straight lines are held back too
NOTHING = 1e-9  # relative size below which a direction is rounding


@dataclass(frozen=True)
class Fit:
    """A fit to `gaps`, which any others of the same draws can go through too.

    Attributes
    ----------
    free : ndarray, shape (D, r)
        Orthonormal basis of what is fitted freely, the mean first.
    bent : ndarray, shape (D, s)
        Orthonormal directions of the rest.
    shrink : list of ndarray, shape (s,)
        By column of `gaps`, what is left of each of these directions (0-1).
    fitted, residuals : ndarray, shape (D, G)
        Residuals as large as the noise they stand for.
    """

    free: Floats
    bent: Floats
    shrink: list[Floats]
    fitted: Floats
    residuals: Floats

    def again(self, column: int, observed: Floats) -> Floats:
        """Fitted values for other observations, shape (D, R), of one column, the strength kept."""
        smooth: Floats = self.free @ (self.free.T @ observed)
        if self.bent.shape[1]:
            smooth += self.bent @ (self.shrink[column][:, None] * (self.bent.T @ observed))
        return smooth


def fit(known: Floats, gaps: Floats) -> Fit:
    """Fit each column of `gaps`, shape (D, G), on the standardised parameters `known`, shape (D, P)."""
    draws, count = known.shape
    bends = _bends(known)
    straight = known
    if count > FREE_SHARE * draws:
        bends, straight = np.column_stack([known, bends]), known[:, :0]
    free = _basis(np.column_stack([np.ones(draws), straight]))
    left = bends - free @ (free.T @ bends)
    vectors, sizes, _ = np.linalg.svd(left, full_matrices=False)
    kept = sizes > NOTHING * max(sizes.max(initial=0.0), 1.0)
    bent, sizes = vectors[:, kept], sizes[kept]
    shrink = [_shrinkage(bent, sizes, gap - free @ (free.T @ gap)) for gap in gaps.T]
    fitted, residuals = np.empty_like(gaps), np.empty_like(gaps)
    whole = Fit(free, bent, shrink, fitted, residuals)
    for i, gap in enumerate(gaps.T):
        fitted[:, i] = whole.again(i, gap[:, None])[:, 0]
        spent = free.shape[1] + float(shrink[i].sum())
        error = gap - fitted[:, i]
        residuals[:, i] = (error - error.mean()) * math.sqrt(draws / max(draws - spent, 1.0))
    return whole


def _basis(columns: Floats) -> Floats:
    """Orthonormal basis of the columns."""
    vectors, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    basis: Floats = vectors[:, sizes > NOTHING * sizes.max()]
    return basis


def _bends(known: Floats) -> Floats:
    """Splines of each parameter and, in small groups, products of two; standardised, shape (D, F)."""
    from sklearn.preprocessing import PolynomialFeatures, SplineTransformer

    parts = []
    for column in known.T:
        knots = np.unique(np.quantile(column, np.linspace(0, 1, KNOTS)))
        if len(knots) > 2:
            splines = SplineTransformer(degree=3, knots=knots[:, None], include_bias=False)
            parts.append(splines.fit_transform(column[:, None]))
    if 1 < known.shape[1] <= MOST_PAIRED:
        products = PolynomialFeatures(degree=2, interaction_only=True, include_bias=False)
        parts.append(products.fit_transform(known)[:, known.shape[1] :])
    table = np.column_stack(parts) if parts else known[:, :0]
    table = table[:, table.std(axis=0) > NOTHING]
    standard: Floats = (table - table.mean(axis=0)) / table.std(axis=0)
    return standard


def _shrinkage(bent: Floats, sizes: Floats, rest: Floats) -> Floats:
    """What ridge regression of `rest` leaves of each direction, its strength found from the data (0-1)."""
    spread = float(rest.std())
    if not len(sizes) or spread == 0:
        return np.zeros(len(sizes))
    from sklearn.linear_model import BayesianRidge

    model = BayesianRidge(fit_intercept=False).fit(bent * sizes, rest / spread)
    left: Floats = sizes**2 / (sizes**2 + model.lambda_ / model.alpha_)
    return left
