"""What cohort studies do with such records: crude and regression-adjusted contrasts (statsmodels)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.naive.chart import Chart

Floats = npt.NDArray[np.float64]
Estimate = tuple[float, float, float]
PER_100 = 100.0


def regression(chart: Chart, outcome: str, measure: str, covariates: pd.DataFrame) -> Estimate:
    """Exposed against not exposed, adjusted for `covariates` (none: crude), with a 95 % interval.

    A ratio is a risk ratio by modified Poisson regression, a difference is by least squares; both with
    robust (HC1) standard errors.
    """
    import statsmodels.api as sm

    table = pd.concat([pd.Series(chart.exposed.astype(float), name="exposed"), covariates], axis=1)
    design = sm.add_constant(table, has_constant="add")
    values = chart.outcomes[outcome]
    if measure == "ratio":
        happened = values / PER_100
        if not happened[~chart.exposed].any():
            return _none_among_the_others(happened[chart.exposed])
        model = sm.GLM(happened, design, family=sm.families.Poisson())
    else:
        model = sm.OLS(values, design)
    fitted = model.fit(cov_type="HC1")
    at = list(design.columns).index("exposed")
    middle = float(np.asarray(fitted.params)[at])
    low, high = (float(bound) for bound in np.asarray(fitted.conf_int())[at])
    return (
        (float(np.exp(middle)), float(np.exp(low)), float(np.exp(high)))
        if measure == "ratio"
        else (middle, low, high)
    )


def _none_among_the_others(exposed: Floats) -> Estimate:
    """Nobody unexposed had the outcome: the ratio is infinite, and no lower bound can be given."""
    if not exposed.any():
        raise SpinesimError("Nobody at all had the outcome; ask for more patients.")
    return float("inf"), float("nan"), float("inf")


def paired(exposed: Floats, unexposed: Floats, measure: str, seed: int) -> Estimate:
    """The truth: the same people under both strategies, with a 95 % interval over people.

    A ratio is of the two risks, with a percentile bootstrap of people (scipy); a difference is the mean
    paired difference with its t interval.
    """
    from scipy import stats

    from spinesim.study.compare import interval

    if measure == "difference":
        return interval(exposed - unexposed)
    if not unexposed.any():
        raise SpinesimError("Nobody had the outcome without the exposure; ask for more patients.")
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
    low, high = found.confidence_interval
    return float(np.mean(exposed) / np.mean(unexposed)), float(low), float(high)
