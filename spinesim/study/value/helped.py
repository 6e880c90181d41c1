"""Who was helped, and what it cost for each of them: the ratio and its interval."""

from __future__ import annotations

import numpy as np

from spinesim.study.results import Results
from spinesim.study.value.discount import Floats

HELPED = {"goal": "person who attained the goal", "pain": "person whose pain improved"}
NAN = float("nan")


def helped(results: Results, change: float) -> dict[str, Floats]:
    """Who was helped, 1 or 0 for each person, shape (N,) each.

    Parameters
    ----------
    results : Results
    change : float
        Minimal important change of pain (NRS).

    Returns
    -------
    dict
        ``goal``: attained the own goal by the end; ``pain``: pain lower than at referral by at least
        `change` in the last week.
    """
    pain = results.series["pain"].astype(np.float64)
    goal = results.patients["goal_attained"].to_numpy(dtype=np.float64)
    return {"goal": goal, "pain": (pain[0] - pain[-1] >= change).astype(np.float64)}


def ratio_values(top: Floats, bottom: Floats) -> Floats:
    """Values, one per independent unit, whose mean is ``mean(top) / mean(bottom)``.

    Their t interval is the usual one of a ratio estimator (Cochran, Sampling Techniques, 1977, 6.3: the
    delta method), and the t interval of their paired differences that of a difference of two ratios. NaN
    where the mean of `bottom` is 0.
    """
    below = bottom.mean()
    if not below > 0:
        return np.full(len(top), NAN)
    ratio = top.mean() / below
    values: Floats = ratio + (top - ratio * bottom) / below
    return values


def perhaps_none(bottom: Floats) -> bool:
    """Whether the mean may be 0 by its interval, so that a ratio to it has none."""
    from spinesim.study.compare import interval  # here, since it brings in the whole of a study

    return bool(interval(bottom)[1] <= 0)
