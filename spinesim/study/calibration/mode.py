"""The mode: the values that fit best, by SciPy's least squares under common random numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from spinesim.study.calibration.file import FloatArray, prior_terms
from spinesim.study.calibration.likelihood import Likelihood
from spinesim.study.calibration.problem import Problem, Runner

STEP = 0.04  # of a parameter's range: wide enough for counts (who is operated) to move
PENALTY = 30.0  # standard errors for each unit by which shares exceed 1: the search turns back


def feasible_point(problem: Problem, unit: FloatArray) -> tuple[FloatArray, float]:
    """The point with its free shares drawn back, if they exceed 1, and by how much they did."""
    free = list(problem.calibration.free)
    low, high = problem.calibration.bounds
    values, over = problem.values(unit), 0.0
    for rest, others in problem.calibration.remainder.items():
        left = problem.changes((values - low) / (high - low))[rest]
        if left < 0:
            over -= left
            i = [free.index(key) for key in others if key in free]
            above = values[i] - low[i]
            # A hair more than needed, so that rounding leaves no share below 0.
            values[i] = low[i] + above * max(1 + (left - 1e-9) / above.sum(), 0.0)
    return (values - low) / (high - low), over


def prior_misses(problem: Problem, unit: FloatArray) -> FloatArray:
    """Distances from the normal priors in their SDs, shape (rows, priors); uniform ones have none."""
    values = problem.values(np.atleast_2d(unit))
    terms = prior_terms(problem.calibration)
    return (
        np.array([(values[:, i] - mean) / sd for i, (mean, sd) in terms.items()]).reshape(-1, len(values)).T
    )


def find_mode(
    problem: Problem, likelihood: Likelihood, run: Runner, rounds: int
) -> tuple[FloatArray, FloatArray]:
    """Search from the shipped values.

    Parameters
    ----------
    rounds : int
        Times the search may try a better point; each costs one run, and one a parameter for the slopes.

    Returns
    -------
    unit : ndarray, shape (parameters,)
    slopes : ndarray, shape (rows, parameters)
        Of the misses there, in standard errors for the whole width of a parameter's bounds.
    """
    from scipy import optimize

    def residuals(units: FloatArray) -> FloatArray:
        drawn = [feasible_point(problem, unit) for unit in units]
        points = np.array([point for point, _ in drawn])
        misses = likelihood.misses(likelihood.read(run(points)))
        # A point where nobody counts for a figure is as bad as one that misses it by ten standard errors.
        misses = np.nan_to_num(misses, nan=10.0, posinf=10.0, neginf=-10.0)
        over = np.array([[PENALTY * excess] for _, excess in drawn])
        return np.hstack([misses, prior_misses(problem, points), over])

    best, slopes = _search(optimize.least_squares, residuals, problem.shipped, rounds)
    return feasible_point(problem, best)[0], slopes


def _search(
    solve: Callable[..., Any], residuals: Callable[[FloatArray], FloatArray], start: FloatArray, rounds: int
) -> tuple[FloatArray, FloatArray]:
    """Run the solver with slopes over `STEP`, asked for together so that an executor can spread them."""

    def slopes(unit: FloatArray) -> FloatArray:
        step = np.where(unit + STEP <= 1, STEP, -STEP)
        found = residuals(np.vstack([unit, unit + np.diag(step)]))
        return (found[1:] - found[0]).T / step

    best = solve(
        lambda unit: residuals(unit[None])[0], np.clip(start, 0.01, 0.99), jac=slopes, bounds=(0, 1),
        max_nfev=rounds, ftol=1e-3, xtol=1e-3,
    )  # fmt: skip
    return best.x, best.jac
