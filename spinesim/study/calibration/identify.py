"""What the data can tell and what they cannot: prior beside posterior, slopes at the mode, directions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from spinesim.study.calibration.file import Calibration, FloatArray, Prior, completed
from spinesim.study.calibration.fit import Fit
from spinesim.study.calibration.problem import Problem

TOLD, PARTLY = 0.75, 0.25
"""Contraction from which the data tell a number, or tell it in part."""
AT_BOUND = 0.02
"""Of a parameter's range: nearer to a bound than this is at the bound."""
STRONG = 0.5
"""Posterior correlations from here on are reported."""
LOADING = 0.3
"""Parameters with at least this weight are named in a direction."""
PRIOR_DRAWS = 20_000
INTERVAL = 0.95


def parameter_table(fit: Fit) -> pd.DataFrame:
    """One row a fitted parameter, remainders last.

    Columns: `id`, `unit`, `lower`, `upper` (bounds; NaN for a remainder), `shipped`, `mode`, `median`,
    `low`, `high` (shortest interval of 95 % of the draws, drawn out to a bound that it nearly reaches),
    `inside` (whether the shipped value lies in it), `contraction` (1 minus posterior over prior variance),
    `told`, `at_bound`, `rhat`, `autocorrelation` (NaN for a remainder).
    """
    problem = fit.problem
    draws, prior = draw_table(fit), prior_draws(problem)
    shipped, mode = problem.changes(fit.shipped), problem.changes(fit.mode)
    bounds = dict(zip(problem.calibration.free, problem.calibration.bounds.T, strict=True))
    rows = []
    for i, key in enumerate(problem.calibration.names):
        least, most = bounds.get(key, (math.nan, math.nan))
        reach = (float(least), float(most)) if key in bounds else (0.0, 1.0)
        low, high = shortest(draws[key].to_numpy(), reach)
        contraction = 1 - float(draws[key].var() / prior[key].var())
        free = i < problem.size
        rows.append(
            {
                "id": key, "unit": problem.evidence[key].unit, "lower": least, "upper": most,
                "shipped": shipped[key], "mode": mode[key], "median": float(draws[key].median()),
                "low": low, "high": high, "inside": low <= shipped[key] <= high,
                "contraction": contraction, "told": told(contraction),
                "at_bound": _at_bound(mode[key], *reach),
                "rhat": float(fit.chains.rhat[i]) if free else math.nan,
                "autocorrelation": float(fit.chains.autocorrelation[i]) if free else math.nan,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def told(contraction: float) -> str:
    """In words, how much of a number is told by the data: ``data``, ``partly`` or ``bounds``."""
    return "data" if contraction >= TOLD else "partly" if contraction >= PARTLY else "bounds"


def _at_bound(value: float, low: float, high: float) -> str:
    near = AT_BOUND * (high - low)
    return "lower" if value - low < near else "upper" if high - value < near else ""


def shortest(values: FloatArray, bounds: tuple[float, float]) -> tuple[float, float]:
    """Shortest interval that holds 95 % of the draws; an end nearly at a bound is put on it."""
    ordered = np.sort(values)
    kept = math.ceil(INTERVAL * len(ordered))
    widths = ordered[kept - 1 :] - ordered[: len(ordered) - kept + 1]
    start = int(np.argmin(widths))
    low, high = float(ordered[start]), float(ordered[start + kept - 1])
    near = AT_BOUND * (bounds[1] - bounds[0])
    low = bounds[0] if low - bounds[0] < near else low
    return low, bounds[1] if bounds[1] - high < near else high


def draw_table(fit: Fit) -> pd.DataFrame:
    """Posterior draws in the parameters' own units: one column a fitted parameter, remainders last."""
    return pd.DataFrame(
        [fit.problem.changes(unit) for unit in fit.units], columns=fit.problem.calibration.names
    )


def prior_draws(problem: Problem) -> pd.DataFrame:
    """Draws from the prior (bounds, normal priors, shares that sum to 1), as `draw_table`."""
    calibration: Calibration = problem.calibration
    rng = np.random.default_rng([calibration.seed, 5])
    low, high = calibration.bounds
    values = low + rng.random((PRIOR_DRAWS, problem.size)) * (high - low)
    for i, one in enumerate(calibration.free.values()):
        if isinstance(one, Prior):
            normal = rng.normal(one.mean, one.sd, 50 * PRIOR_DRAWS)
            inside = normal[(normal >= low[i]) & (normal <= high[i])]
            values[:, i] = np.resize(inside, PRIOR_DRAWS) if len(inside) else one.mean
    values = values[problem.feasible((values - low) / (high - low))]
    return pd.DataFrame([completed(calibration, problem.evidence, row) for row in values])[calibration.names]


def slopes(fit: Fit, step: float = 1e-3) -> FloatArray:
    """Slopes of the misses at the mode by the surrogate, shape (rows, parameters).

    In standard errors for one prior SD of a parameter, so that 1 is as much as the prior knows.
    """
    eye = np.eye(fit.problem.size) * step
    ahead, behind = (np.clip(fit.mode + sign * eye, 0, 1) for sign in (1, -1))
    across = (ahead - behind).sum(axis=1)
    rise = fit.likelihood.misses(fit.surrogate(ahead)) - fit.likelihood.misses(fit.surrogate(behind))
    low, high = fit.problem.calibration.bounds
    prior = prior_draws(fit.problem)[list(fit.problem.calibration.free)].std().to_numpy() / (high - low)
    return np.asarray((rise / across[:, None]).T * prior)


def identifiability(fit: Fit) -> dict[str, Any]:
    """Singular values and directions of the slopes, collinearity, and the strongest correlations.

    Returns
    -------
    dict
        ``singular_values``: from the best told direction to the worst; below 1 the prior knows more than
        the data. ``untold``: for each of those, the parameters in it with their weights. ``collinearity``:
        Brun's index (2001) of all parameters that matter at all, and of the worst pair; above about 10
        they cannot be told apart. ``flat``: parameters that move no figure. ``correlations``: pairs of
        free parameters with a posterior correlation of 0.5 or more.
    """
    free = list(fit.problem.calibration.free)
    rise = slopes(fit)
    _, values, directions = np.linalg.svd(rise, full_matrices=True)
    values = np.concatenate([values, np.zeros(len(free) - len(values))])
    untold = [
        {
            free[i]: round(float(weights[i]), 3)
            for i in np.argsort(-np.abs(weights))
            if abs(weights[i]) >= LOADING
        }
        for value, weights in zip(values, directions, strict=True)
        if value < 1
    ]
    lengths = np.linalg.norm(rise, axis=0)
    matters = lengths > 1e-3
    scaled = rise[:, matters] / lengths[matters]
    names = [key for key, one in zip(free, matters, strict=True) if one]
    return {
        "singular_values": [round(float(value), 4) for value in values],
        "untold": untold,
        "collinearity": _collinearity(scaled),
        "worst_pair": _worst_pair(scaled, names),
        "flat": [key for key in free if key not in names],
        "correlations": _correlations(draw_table(fit)[free]),
    }


def _collinearity(columns: FloatArray) -> float | None:
    """Brun's index of unit columns: 1 when orthogonal; None when exactly dependent."""
    if columns.shape[1] > columns.shape[0]:
        return None
    least = float(np.linalg.svd(columns, compute_uv=False)[-1]) if columns.size else 1.0
    return round(1 / least, 2) if least > 1e-6 else None


def _worst_pair(columns: FloatArray, names: list[str]) -> dict[str, Any] | None:
    if len(names) < 2:
        return None
    cosines = np.triu(np.abs(columns.T @ columns), 1)
    first, second = np.unravel_index(int(np.argmax(cosines)), cosines.shape)
    index = 1 / math.sqrt(max(1 - float(cosines[first, second]), 1e-12))
    return {"pair": [names[first], names[second]], "index": round(index, 2)}


def _correlations(draws: pd.DataFrame) -> list[dict[str, Any]]:
    table = draws.corr().to_numpy()
    pairs = [
        (abs(table[i, j]), i, j) for i in range(len(table)) for j in range(i) if abs(table[i, j]) >= STRONG
    ]
    names = list(draws.columns)
    return [
        {"pair": [names[j], names[i]], "r": round(float(table[i, j]), 3)}
        for _, i, j in sorted(pairs, reverse=True)
    ]


def shipped_jointly_inside(fit: Fit) -> bool:
    """Whether the shipped values fit at least as well as the worst twentieth of the draws."""
    own = fit.log_posterior(fit.shipped[None], fit.shipped_model[None])[0]
    return bool(own >= np.quantile(fit.log_posterior(fit.units, fit.model), 1 - INTERVAL))


def target_table(fit: Fit) -> pd.DataFrame:
    """Every fitted figure: paper and its error, the model at the shipped values and the mode, and its draws.

    The rows of measure ``sd`` are in the outcome's own unit again, their error as a factor (`paper_se`).
    """
    table = fit.likelihood.table.drop(columns="row").copy()
    spread = (table["measure"] == "sd").to_numpy()
    low, high = np.quantile(fit.model, [0.025, 0.975], axis=0)
    columns = {"paper": table["paper"].to_numpy(), "shipped": fit.shipped_model, "mode": fit.mode_model,
               "low": low, "high": high}  # fmt: skip
    for name, values in columns.items():
        table[name] = np.where(spread, np.exp(values), values)
    errors = fit.likelihood.errors()
    table["se"] = errors
    for name, model in (("shipped", fit.shipped_model), ("mode", fit.mode_model)):
        table[f"{name}_misses_by"] = (model - fit.likelihood.table["paper"].to_numpy()) / errors
    table["surrogate_error"] = fit.checked_error
    return table
