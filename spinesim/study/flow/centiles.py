"""Centiles of waits that did not all end, and intervals over runs."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.study.compare import interval

Floats = npt.NDArray[np.float64]
LEVEL = 0.95
ROUND_OFF = 1e-9  # of a product of shares


class Curve:
    """Kaplan–Meier curve of waits: who left the list or still waits is censored, not left out.

    Leaving out those who still wait would flatter a long list. The centiles are those of the wait if
    nobody left.

    Parameters
    ----------
    wait : array, days
    ended : array of bool
        Whether the wait ended with a slot, used or missed.
    """

    def __init__(self, wait: Any, ended: Any) -> None:
        from statsmodels.duration.survfunc import SurvfuncRight  # slow to load; only when asked for

        times = np.asarray(wait, float)
        self.longest = float(np.max(times, initial=0.0))
        self.fit = SurvfuncRight(times, np.asarray(ended, int))

    def centile(self, p: float) -> tuple[float, bool]:
        """The shortest time by which a share `p` had been served, and whether that was reached.

        If it was not, the longest time seen: the centile is longer than that.
        """
        done = np.flatnonzero(self.fit.surv_prob <= 1 - p + ROUND_OFF)
        return (float(self.fit.surv_times[done[0]]), True) if len(done) else (self.longest, False)

    def interval(self, p: float) -> tuple[float, float]:
        """95 % interval of the centile over people, by inverting the test (statsmodels); NaN: unknown."""
        if not len(self.fit.surv_times):
            return np.nan, np.nan
        with warnings.catch_warnings(), np.errstate(all="ignore"):  # where the curve is at 0
            warnings.simplefilter("ignore")
            low, high = self.fit.quantile_ci(p, alpha=1 - LEVEL)
        value, reached = self.centile(p)
        if reached and np.isnan(low):  # the curve jumps over the whole interval at one time that many share
            return value, value
        return min(float(low), value), max(float(high), value) if np.isfinite(high) and reached else np.nan


def over_runs(values: Any) -> tuple[float, float, float]:
    """Mean and 95 % t interval over the runs that have a value; NaN where there are none."""
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    return interval(known, LEVEL) if len(known) else (np.nan, np.nan, np.nan)


def over_runs_above_0(values: Any) -> tuple[float, float, float]:
    """As `over_runs`, of something that is never negative: the interval stops at 0."""
    mean, low, high = over_runs(values)
    return mean, float(np.maximum(low, 0.0)), high


def by_run(table: pd.DataFrame, keys: list[str], value: str, names: list[str]) -> pd.DataFrame:
    """Mean and interval over runs of column `value` (never negative), for each combination of `keys`."""
    rows = [
        (*(key if isinstance(key, tuple) else (key,)), *over_runs_above_0(mine))
        for key, mine in table.groupby(keys, sort=False)[value]
    ]
    return pd.DataFrame(rows, columns=[*keys, *names])
