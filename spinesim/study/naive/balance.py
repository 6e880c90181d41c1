"""Who was exposed: the exposed beside the others at referral, as they are and weighted."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.study.naive.chart import Chart
from spinesim.study.naive.target_trial import weights

Floats = npt.NDArray[np.float64]
COLUMNS = [
    "at_referral", "unit", "exposed", "others", "difference", "low", "high",
    "standardised", "standardised_low", "standardised_high", "weighted",
]  # fmt: skip
LEAST = 2
"""People in each group behind a difference with an interval."""
Z = 1.959964
"""Of a 95 % interval of the normal distribution."""


def balance(everything: Chart, recorded: Chart, static: list[str], units: dict[str, str]) -> pd.DataFrame:
    """The exposed beside the others at referral.

    A difference of means has a Welch interval; a standardised one is the difference over the root mean of
    the two variances (Austin 2009, doi:10.1002/sim.3697) with its large-sample interval. `weighted` is the
    standardised difference of the emulated trial's two arms over the same spread (NaN without exposed
    people, or without others).

    Parameters
    ----------
    everything : Chart
        With every characteristic in `units`, recorded or not.
    recorded : Chart
        The same people as the database shows them.
    static : list of str
        Baseline columns of the weight model.
    units : dict of characteristic to unit
        "%" for shares.
    """
    from scipy import stats

    exposed = everything.exposed
    one, other = exposed.sum(), (~exposed).sum()
    enough = min(one, other) >= LEAST
    arms = weights(recorded, static) if enough else None
    rows = []
    for name, unit in units.items():
        values = _values(everything, name) * (100.0 if unit == "%" else 1.0)
        sick, well = values[exposed], values[~exposed]
        means = [float(group.mean()) if len(group) else np.nan for group in (sick, well)]
        difference, size, weighted = (np.nan,) * 3, (np.nan,) * 3, np.nan
        if enough:
            spread = float(np.sqrt((sick.var(ddof=1) + well.var(ddof=1)) / 2))
            gap = means[0] - means[1]
            difference = (gap, gap, gap)  # where everyone in both groups is alike
            if spread > 0 and arms is not None:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # everyone in one of the groups may be alike
                    ends = stats.ttest_ind(sick, well, equal_var=False).confidence_interval()
                difference = (gap, float(ends.low), float(ends.high))
                d = gap / spread
                half = Z * np.sqrt((one + other) / (one * other) + d**2 / (2 * (one + other)))
                size = (d, d - half, d + half)
                in_arms = [float(np.average(values, weights=arm)) for arm in arms]
                weighted = (in_arms[0] - in_arms[1]) / spread
        rows.append((name, unit, *means, *difference, *size, weighted))
    return pd.DataFrame(rows, columns=COLUMNS)


def _values(chart: Chart, name: str) -> Floats:
    found = chart.weekly[name][0] if name in chart.weekly else chart.baseline[name].to_numpy(dtype=float)
    return np.asarray(found, dtype=float)
