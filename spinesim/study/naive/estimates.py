"""What cohort studies do with such records: crude and regression-adjusted contrasts (statsmodels)."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.study.naive.chart import Chart

Floats = npt.NDArray[np.float64]
Estimate = tuple[float, float, float]
PER_100 = 100.0
NAN, INF = float("nan"), float("inf")
UNKNOWN: Estimate = (NAN, NAN, NAN)
"""Too few people or events to say anything."""
BEYOND = 1e6
"""A ratio further from 1 than this is a fit that ran off for want of events, not a finding."""


def ratio(one: float, other: float) -> float:
    """One risk over the other: infinite if only the other is 0, NaN if both are."""
    if other > 0:
        return one / other
    return INF if one > 0 else NAN


def percentiles(spread: Floats) -> tuple[float, float]:
    """A 95 % percentile interval; resamples that say nothing (NaN) could lie anywhere, so they widen it."""
    if np.isfinite(spread).all():
        low, high = np.quantile(spread, [0.025, 0.975])
        return float(low), float(high)
    least, most = (np.where(np.isnan(spread), end, spread) for end in (-INF, INF))
    low = float(np.quantile(least, 0.025, method="lower"))
    high = float(np.quantile(most, 0.975, method="higher"))
    return (low if np.isfinite(low) else NAN), high


def regression(chart: Chart, outcome: str, measure: str, covariates: pd.DataFrame) -> Estimate:
    """Exposed against not exposed, adjusted for `covariates` (none: crude), with a 95 % interval.

    A ratio is a risk ratio by modified Poisson regression, a difference is by least squares; both with
    robust standard errors (HC1; for the ratio statsmodels leaves its factor n / (n - k) out). Without an
    event among the unexposed a ratio is infinite, without one among the exposed it is 0, and then one bound
    is NaN: it cannot be given. All are NaN with too few people or events to say anything.
    """
    import statsmodels.api as sm

    values, exposed = chart.outcomes[outcome], chart.exposed
    if not exposed.any() or exposed.all():
        return UNKNOWN
    if measure == "ratio" and not (values[exposed].any() and values[~exposed].any()):
        return _one_sided(bool(values[exposed].any()), bool(values[~exposed].any()))
    table = pd.concat([pd.Series(exposed.astype(float), name="exposed"), covariates], axis=1)
    design = sm.add_constant(table, has_constant="add")
    if len(design) <= design.shape[1]:
        return UNKNOWN
    if measure == "ratio":
        model = sm.GLM(values / PER_100, design, family=sm.families.Poisson())
    else:
        model = sm.OLS(values, design)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a covariate without any event runs off; what comes out is judged
        try:
            fitted = model.fit(cov_type="HC1")
        except (ValueError, np.linalg.LinAlgError):  # numbers ran off altogether
            return UNKNOWN
        at = list(design.columns).index("exposed")
        found = np.array([np.asarray(fitted.params)[at], *np.asarray(fitted.conf_int())[at]])
        found = np.exp(found) if measure == "ratio" else found
    if not np.isfinite(found).all() or (measure == "ratio" and not (1 / BEYOND < found[0] < BEYOND)):
        return UNKNOWN
    return float(found[0]), float(found[1]), float(found[2])


def _one_sided(exposed: bool, unexposed: bool) -> Estimate:
    """A ratio where at most one side had the outcome: only one of its bounds can be given."""
    if exposed:
        return INF, NAN, INF
    return (0.0, 0.0, NAN) if unexposed else UNKNOWN


def paired(exposed: Floats, unexposed: Floats, measure: str, seed: int) -> Estimate:
    """The truth: the same people under both strategies, with a 95 % interval over people.

    A ratio is of the two risks, with a percentile bootstrap of people (scipy); a difference is the mean
    paired difference with its t interval.
    """
    from scipy import stats

    from spinesim.study.compare import interval

    if measure == "difference":
        return interval(exposed - unexposed)
    if not (exposed.any() and unexposed.any()):
        return _one_sided(bool(exposed.any()), bool(unexposed.any()))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a resample may hold nobody with the outcome
        found = stats.bootstrap(
            (exposed, unexposed),
            lambda a, b, axis=-1: np.mean(a, axis=axis) / np.mean(b, axis=axis),
            paired=True,
            vectorized=True,
            n_resamples=2_000,
            batch=100,
            method="percentile",
            rng=np.random.default_rng(seed),
        )
    return float(np.mean(exposed) / np.mean(unexposed)), *percentiles(found.bootstrap_distribution)
