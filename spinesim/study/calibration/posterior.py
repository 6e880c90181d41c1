"""Posterior draws: emcee over the surrogate, then every kept draw checked on the model itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spinesim.study.calibration.file import FloatArray
from spinesim.study.calibration.likelihood import Likelihood, log_likelihood
from spinesim.study.calibration.mode import prior_misses
from spinesim.study.calibration.problem import Problem
from spinesim.study.calibration.surrogate import Surrogate

ENSEMBLES = 2
WALKERS_EACH = 4  # walkers for each parameter; emcee needs two
LEAST_WALKERS = 32
BLOCK = 500
"""Steps between two looks at the chains."""
MOST_STEPS = 10_000
MEMORIES = 100
"""Steps enough: this many times the autocorrelation time. The first quarter is then thrown away."""


@dataclass(frozen=True)
class Chains:
    """What emcee drew from the surrogate's posterior.

    Attributes
    ----------
    units : ndarray, shape (draws, parameters)
        Without the burn-in.
    rhat : ndarray, shape (parameters,)
        Split R-hat between independent ensembles; near 1 when they agree.
    autocorrelation : ndarray, shape (parameters,)
        Integrated autocorrelation time, steps.
    effective : float
        Independent draws that all of them are worth, by the slowest parameter.
    acceptance : float
        Share of proposals taken.
    """

    units: FloatArray
    rhat: FloatArray
    autocorrelation: FloatArray
    effective: float
    acceptance: float


def log_posterior(
    problem: Problem, likelihood: Likelihood, predict: Callable[[FloatArray], FloatArray],
    error: FloatArray | None,
) -> Callable[[FloatArray], FloatArray]:  # fmt: skip
    """The logarithm of the posterior density up to a constant, of points of shape (points, parameters)."""
    whiten = likelihood.whitener(error).T
    paper = likelihood.table["paper"].to_numpy()

    def density(units: FloatArray) -> FloatArray:
        found = np.full(len(units), -np.inf)
        fits = problem.feasible(units)
        if fits.any():
            misses = (predict(units[fits]) - paper) @ whiten
            found[fits] = log_likelihood(misses) + log_prior(problem, units[fits])
        return found

    return density


def log_prior(problem: Problem, units: FloatArray) -> FloatArray:
    """Logarithm of the prior density inside the bounds, up to a constant, shape (points,)."""
    return np.asarray(-0.5 * np.sum(prior_misses(problem, units) ** 2, axis=1))


def sample(
    problem: Problem, likelihood: Likelihood, surrogate: Surrogate, start: FloatArray, seed: list[int]
) -> Chains:
    """Draw from the surrogate's posterior with two independent ensembles of walkers.

    Parameters
    ----------
    start : ndarray, shape (points, parameters)
        Points walkers may start from, the best first: runs of the model.
    seed : list of int
        The same seed gives the same draws.
    """
    import emcee

    density = log_posterior(problem, likelihood, surrogate, surrogate.error)
    walkers = max(LEAST_WALKERS, WALKERS_EACH * problem.size)
    moves = [
        (emcee.moves.DEMove(), 0.6),
        (emcee.moves.DESnookerMove(), 0.1),
        (emcee.moves.StretchMove(), 0.3),
    ]
    runs, taken = [], []
    for ensemble in range(ENSEMBLES):
        rng = np.random.default_rng([*seed, ensemble])
        sampler = emcee.EnsembleSampler(walkers, problem.size, density, vectorize=True, moves=moves)
        sampler.random_state = np.random.RandomState(rng.integers(2**32)).get_state()
        _run(sampler, _begin(problem, start, walkers, rng))
        runs.append(sampler)
        taken.append(float(np.mean(sampler.acceptance_fraction)))
    length = min(sampler.iteration for sampler in runs)
    chains = np.array([sampler.get_chain()[length // 4 : length] for sampler in runs])
    times = [_memory(sampler) for sampler in runs]
    autocorrelation = np.mean(times, axis=0)
    drawn = ENSEMBLES * chains.shape[1] * walkers
    return Chains(
        chains.reshape(-1, problem.size),
        _rhat(chains),
        autocorrelation,
        drawn / float(np.max(autocorrelation)),
        float(np.mean(taken)),
    )


def _run(sampler: Any, begin: FloatArray) -> None:
    """Run until the chains are many times as long as their memory, or the most steps are done."""
    state = begin
    while sampler.iteration < MOST_STEPS:
        state = sampler.run_mcmc(state, BLOCK, skip_initial_state_check=True)
        if sampler.iteration >= MEMORIES * np.max(_memory(sampler)):
            return


def _memory(sampler: Any) -> FloatArray:
    """Integrated autocorrelation time of each parameter, steps, after the first quarter."""
    return np.asarray(sampler.get_autocorr_time(discard=sampler.iteration // 4, quiet=True, tol=0))


def _begin(problem: Problem, start: FloatArray, walkers: int, rng: np.random.Generator) -> FloatArray:
    """Walkers spread over the better runs of the model, each moved a little so that none coincide."""
    pool = start[: max(walkers, len(start) // 2)]
    begun = np.empty((0, problem.size))
    while len(begun) < walkers:
        points = pool[rng.integers(len(pool), size=walkers)] + rng.normal(0, 0.01, (walkers, problem.size))
        points = np.clip(points, 1e-4, 1 - 1e-4)
        begun = np.vstack([begun, points[problem.feasible(points)]])
    return begun[:walkers]


def _rhat(chains: FloatArray) -> FloatArray:
    """Split R-hat (Gelman) of ensembles, each cut in two; shape (ensembles, steps, walkers, parameters)."""
    half = chains.shape[1] // 2
    cut = np.concatenate([chains[:, :half], chains[:, half : 2 * half]])
    flat = cut.reshape(len(cut), -1, chains.shape[-1])
    within = flat.var(axis=1, ddof=1).mean(axis=0)
    between = flat.mean(axis=1).var(axis=0, ddof=1)
    return np.asarray(np.sqrt(1 + between / np.maximum(within, 1e-300)))


def thin(chains: Chains, size: int, seed: list[int]) -> FloatArray:
    """`size` draws picked at random without repetition, shape (size, parameters)."""
    rng = np.random.default_rng(seed)
    return chains.units[rng.choice(len(chains.units), size, replace=False)]


def importance(model: FloatArray, surrogate: FloatArray) -> tuple[FloatArray, float]:
    """Weights that turn draws from the surrogate's posterior into draws from the model's.

    Parameters
    ----------
    model, surrogate : ndarray, shape (draws,)
        Logarithms of the two posterior densities at the draws.

    Returns
    -------
    weights : ndarray, shape (draws,)
        Summing to 1; the largest are cut (Ionides 2008: at the mean times the square root of the number).
    effective : float
        Kish's effective number of draws.
    """
    logs = model - surrogate
    best = np.max(logs)
    if not math.isfinite(best):
        return np.full(len(logs), 1 / len(logs)), 0.0
    raw = np.exp(logs - best)
    raw = np.minimum(raw, raw.mean() * math.sqrt(len(raw)))
    weights = raw / raw.sum()
    return weights, float(1 / np.sum(weights**2))


def resample(weights: FloatArray, size: int, seed: list[int]) -> npt.NDArray[np.intp]:
    """`size` rows in proportion to their weights (systematic resampling, so few repeat by luck)."""
    rng = np.random.default_rng(seed)
    places = (np.arange(size) + rng.random()) / size
    return np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)
