"""Fit a calibration: mode, surrogate, posterior draws, and the check of those draws on the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.study.calibration.file import Calibration, FloatArray
from spinesim.study.calibration.likelihood import Likelihood, log_likelihood, make_likelihood
from spinesim.study.calibration.mode import feasible_point, find_mode, prior_misses
from spinesim.study.calibration.posterior import (
    Chains,
    importance,
    log_posterior,
    log_prior,
    resample,
    sample,
    thin,
)
from spinesim.study.calibration.problem import Problem, Runner, make_problem
from spinesim.study.calibration.surrogate import Surrogate, design, fit_surrogate
from spinesim.study.executor import Executor, Kept

if TYPE_CHECKING:
    from pathlib import Path

SEARCHES = 8
"""Points the search for the mode may try."""
ENOUGH = 0.5
"""Draws are weighed by the model where they are then still worth this share of their number."""
SMALL, TOLERABLE = 0.15, 0.25
"""Standard errors that a surrogate may typically miss by: to need no more training; to be accepted at all."""


@dataclass(frozen=True)
class Fit:
    """A calibration, fitted.

    Attributes
    ----------
    shipped, mode : ndarray, shape (parameters,)
        Unit numbers (0 the lower bound, 1 the upper) of the values in data/parameters and of the best fit.
    shipped_model, mode_model : ndarray, shape (rows,)
        What the model says at either, as `likelihood.table` has it.
    units : ndarray, shape (draws, parameters)
        Posterior draws, equally likely.
    model : ndarray, shape (draws, rows)
        What the model, not its surrogate, says at each draw.
    checked_error : ndarray, shape (rows,)
        Root mean square of what the surrogate missed at fresh posterior draws, in standard errors of the row.
    effective : float
        Independent draws that `checked` fresh draws are worth after weighing them by the model.
    weighed : bool
        Whether the draws were picked by those weights; if not, they are the surrogate's, whose error is part
        of the likelihood and small (`checked_error`).
    runs : int
        Runs of the model that were used.
    """

    problem: Problem
    likelihood: Likelihood
    shipped: FloatArray
    shipped_model: FloatArray
    mode: FloatArray
    mode_model: FloatArray
    surrogate: Surrogate
    chains: Chains
    units: FloatArray
    model: FloatArray
    checked: int
    checked_error: FloatArray
    effective: float
    weighed: bool
    rounds: int
    runs: int

    def misfit(self, model: FloatArray) -> float:
        """Mean squared miss of the rows, in standard errors; about 1 or less is a good fit."""
        return float(np.mean(self.likelihood.misses(model[None]) ** 2))

    def log_posterior(self, units: FloatArray, model: FloatArray) -> FloatArray:
        """Logarithm of the posterior density by the model itself, up to a constant, shape (points,)."""
        return log_likelihood(self.likelihood.misses(model)) + log_prior(self.problem, units)


def calibrate(
    calibration: str | Path | Calibration | Problem,
    evidence: Evidence | None = None,
    *,
    executor: Executor | None = None,
    keep: Kept | None = None,
    progress: Callable[[float], None] | None = None,
) -> Fit:
    """Fit named parameters to trials of role calibration; nothing in data/parameters is changed.

    Parameters
    ----------
    calibration : str, Path, Calibration or Problem
        A shipped name, a file, or what was read.
    executor, keep, progress
        As for other studies: runs already in `keep` are not run again, so an interrupted fit resumes.

    Returns
    -------
    Fit
        The same file, seed and versions give the same bits.

    Raises
    ------
    SpinesimError
        One sentence: a faulty file, a target that may not be fitted, or a surrogate that is too poor.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    problem = calibration if isinstance(calibration, Problem) else make_problem(calibration, evidence)
    run = Runner(problem, executor, keep, progress)
    with threadpool_limits(1):  # sums in one order, so the same bits on any number of cores
        return _calibrate(problem, run)


def _calibrate(problem: Problem, run: Runner) -> Fit:
    wish = problem.calibration
    run.expected = (SEARCHES // 2) * (problem.size + 2) + wish.design + 2 * wish.draws
    likelihood = make_likelihood(problem)
    mode, slopes = find_mode(problem, likelihood, run, SEARCHES)
    points = design(problem, mode, slopes, wish.design)
    units = np.vstack([problem.shipped, mode, points])
    model = likelihood.read(run(units))
    shipped_model = model[0]
    _need_points(problem, points, model)
    for rounds in range(1, wish.most_rounds + 1):
        surrogate = _fit(problem, units, model)
        good = units[np.argsort(-_density(problem, likelihood, units, model))]
        chains = sample(problem, likelihood, surrogate, good, [wish.seed, 2, rounds])
        drawn = thin(chains, wish.draws, [wish.seed, 3, rounds])
        drawn_density = log_posterior(problem, likelihood, surrogate, surrogate.error)(drawn)
        fresh = drawn[: wish.draws // 2]  # half of them show whether the surrogate serves
        found = likelihood.read(run(fresh))
        density = _density(problem, likelihood, fresh, found)
        _, effective = importance(density, drawn_density[: len(fresh)])
        units, model = np.vstack([units, fresh]), np.vstack([model, found])
        if effective >= ENOUGH * len(fresh) or _typical(likelihood, found, surrogate(fresh)) <= SMALL:
            break
    rest = drawn[len(fresh) :]
    also = likelihood.read(run(rest))
    units, model = np.vstack([units, rest]), np.vstack([model, also])
    fresh, found = drawn, np.vstack([found, also])
    weights, effective = importance(_density(problem, likelihood, fresh, found), drawn_density)
    error = _missed(likelihood, found, surrogate(fresh))
    weighed = _weighed(problem, effective, error)
    rows = resample(weights, wish.draws, [wish.seed, 4]) if weighed else np.arange(wish.draws)
    mode, mode_model = _best(problem, likelihood, run, surrogate, units, model)
    return Fit(
        problem, likelihood, problem.shipped, shipped_model, mode, mode_model, surrogate, chains,
        fresh[rows], found[rows], len(fresh), error, effective, weighed, rounds, run.done,
    )  # fmt: skip


def _density(problem: Problem, likelihood: Likelihood, units: FloatArray, model: FloatArray) -> FloatArray:
    return log_likelihood(likelihood.misses(model)) + log_prior(problem, units)


def _fit(problem: Problem, units: FloatArray, model: FloatArray) -> Surrogate:
    """Fit on every run in which somebody counted for each figure."""
    whole = np.isfinite(model).all(axis=1)
    return fit_surrogate(units[whole], model[whole], problem.calibration.seed)


def _best(
    problem: Problem, likelihood: Likelihood, run: Runner, surrogate: Surrogate, units: FloatArray,
    model: FloatArray,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """The best of all runs, or what the surrogate makes of it, whichever the model itself prefers."""
    from scipy import optimize

    density = _density(problem, likelihood, units, model)
    top = int(np.argmax(density))

    def residuals(unit: FloatArray) -> FloatArray:
        point, over = feasible_point(problem, unit)
        misses = likelihood.misses(surrogate(point))[0]
        return np.concatenate([misses, prior_misses(problem, point)[0], [30 * over]])

    polished = optimize.least_squares(residuals, np.clip(units[top], 1e-3, 1 - 1e-3), bounds=(0, 1))
    point = feasible_point(problem, polished.x)[0]
    said = likelihood.read(run(point[None]))
    if _density(problem, likelihood, point[None], said)[0] > density[top]:
        return point, said[0]
    return units[top], model[top]


def _need_points(problem: Problem, points: FloatArray, model: FloatArray) -> None:
    whole = int(np.isfinite(model).all(axis=1).sum())
    if whole < len(model) / 2 or len(points) < problem.calibration.design / 2:
        raise SpinesimError(
            f"{problem.where}: in {len(model) - whole} of {len(model)} runs nobody counted for some figure, "
            "or too few points leave shares that sum to 1; narrow the bounds or ask for more patients."
        )


def _missed(likelihood: Likelihood, found: FloatArray, predicted: FloatArray) -> FloatArray:
    """Root mean square of what a surrogate missed in each row, in standard errors of the row."""
    return np.asarray(np.sqrt(np.nanmean(((found - predicted) / likelihood.errors()) ** 2, axis=0)))


def _typical(likelihood: Likelihood, found: FloatArray, predicted: FloatArray) -> float:
    return float(np.sqrt(np.mean(_missed(likelihood, found, predicted) ** 2)))


def _weighed(problem: Problem, effective: float, error: FloatArray) -> bool:
    """Whether to weigh the draws by the model.

    With many figures, small errors of the surrogate add up to weights that leave few draws. Where it misses
    by little, its own draws, whose likelihood has that error in it, are the better answer; else the fit is
    refused.
    """
    if effective >= ENOUGH * problem.calibration.draws:
        return True
    typical = float(np.sqrt(np.mean(error**2)))
    if typical <= TOLERABLE:
        return False
    raise SpinesimError(
        f"{problem.where}: the surrogate is too poor: it misses the model by {typical:.2f} standard errors "
        f"typically ({TOLERABLE} at most is accepted) and {problem.calibration.draws} draws are worth "
        f"{effective:.0f}, so nothing was written; raise 'design', 'most_rounds' or 'patients', or narrow "
        "the bounds."
    )
