"""What a target measures, read off finished arms: a figure, its SD and its 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spinesim.errors import SpinesimError
from spinesim.study.compare import interval
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.results import SERIES, Results
from spinesim.study.trials.figures import wilson
from spinesim.study.trials.target import NORMAL_95, OPERATED, SHARES, Target

Floats = npt.NDArray[np.float64]
MEDIAN = "median_weeks_to"


class Figure(NamedTuple):
    """A simulated figure with its people, its SD over people, and its 95 % interval."""

    n: int
    mean: float
    sd: float
    low: float
    high: float


def measured(target: Target, i: int, results: Mapping[str, Results], start: int = 0) -> Figure:
    """The model's figure for a target's i-th week.

    Parameters
    ----------
    target : Target
    i : int
    results : mapping of arm name to Results
    start : int
        Week after referral at which people were enrolled; the target's weeks count from there.

    Raises
    ------
    SpinesimError
        If nobody counts.
    """
    run = results[target.arm]
    values = person_values(target, i, run, start)
    if not len(values):
        raise SpinesimError(
            f"nobody counts for {target.label} at week {target.weeks[i]}; ask for more patients"
        )
    if target.versus is None:
        return _alone(target, i, values, run, start)
    return _difference(target, i, values, results, start)


def _alone(target: Target, i: int, values: Floats, run: Results, start: int) -> Figure:
    n = len(values)
    if target.measure == MEDIAN:
        return Figure(n, _median(values), math.nan, *_median_interval(values))
    sd = float(np.std(values, ddof=1)) if n > 1 else math.nan
    if target.share and set(np.unique(values)) <= {0.0, target.scale_top}:
        top, share = target.scale_top, float(np.mean(values)) / target.scale_top
        low, high = wilson(share, n)
        return Figure(n, top * share, sd, top * low, top * high)
    mean, low, high = interval(values)
    return Figure(n, mean, sd, low, high)


def _difference(target: Target, i: int, values: Floats, results: Mapping[str, Results], start: int) -> Figure:
    """Arm minus the other arm: paired where the same people count in both."""
    other_run = results[target.versus or ""]
    other = person_values(target, i, other_run, start)
    if not len(other):
        raise SpinesimError(
            f"nobody counts for {target.label} in '{target.versus}' at week {target.weeks[i]}; ask for more "
            "patients"
        )
    if target.measure == MEDIAN:
        both = _median(values), _median(other)
        gap = both[0] - both[1] if all(map(math.isfinite, both)) else math.nan
        return Figure(len(values), gap, math.nan, math.nan, math.nan)
    spread = _pooled(values, other)
    if target.among == "all":
        mean, low, high = interval(values - other)
    else:
        mean = float(np.mean(values) - np.mean(other))
        half = NORMAL_95 * math.sqrt(_squared_error(values) + _squared_error(other))
        low, high = mean - half, mean + half
    if not target.standardised:
        return Figure(len(values), mean, spread, low, high)
    unit = _pooled(*(_weekly(target, 0, run, start)[_group(target, run)] for run in _pair(target, results)))
    if not unit > 0:
        raise SpinesimError(
            f"everybody has the same {target.outcome} at week 0, so it cannot be standardised"
        )
    return Figure(len(values), mean / unit, spread / unit, low / unit, high / unit)


def _pair(target: Target, results: Mapping[str, Results]) -> tuple[Results, Results]:
    return results[target.arm], results[target.versus or ""]


def _pooled(one: Floats, other: Floats) -> float:
    """SD of two groups, pooled."""
    n, m = len(one), len(other)
    if n + m < 3:
        return math.nan
    within = sum(float(np.sum((values - values.mean()) ** 2)) for values in (one, other))
    return math.sqrt(within / (n + m - 2))


def _squared_error(values: Floats) -> float:
    """Square of the mean's standard error; NaN for one person, who has no spread."""
    return float(np.var(values, ddof=1)) / len(values) if len(values) > 1 else math.nan


def _median(values: Floats) -> float:
    """The middle value, itself one of them, so that "never" (inf) can be one."""
    return float(np.sort(values)[(len(values) - 1) // 2])


def _median_interval(values: Floats) -> tuple[float, float]:
    """95 % interval of a median by the order statistics that the binomial distribution gives."""
    from scipy import stats  # here, since it is slow to import

    n, ordered = len(values), np.sort(values)
    below = int(stats.binom.ppf(0.025, n, 0.5))
    return float(ordered[max(below - 1, 0)]), float(ordered[min(n - below, n - 1)])


def person_values(target: Target, i: int, run: Results, start: int = 0) -> Floats:
    """One value per person of the target's group, on the paper's scale; their mean is the figure.

    For ``median_weeks_to`` the first week at or below the cut (inf: not within the horizon), of which
    the median is the figure.
    """
    if target.clock == "operation":
        return _after_operation(run, target, i)
    return _everyone(target, i, run, start)[_group(target, run)]


def _group(target: Target, run: Results) -> npt.NDArray[np.bool_]:
    """Who counts."""
    ever = run.patients["operations"].to_numpy() > 0
    return {"all": np.ones_like(ever), "operated": ever, "not_operated": ~ever}[target.among]


def _weekly(target: Target, week: int, run: Results, start: int) -> Floats:
    """Each person's score in a week since enrolment, on the paper's scale."""
    scores: Floats = run.series[target.outcome][start + week].astype(np.float64) * target.scale
    return scores


def _everyone(target: Target, i: int, run: Results, start: int) -> Floats:
    week, measure = target.weeks[i], target.measure
    if target.outcome == OPERATED:
        since = run.patients["operated_week"].to_numpy(dtype=np.float64) - start
        operated: Floats = ((since >= 0) & (since <= week)).astype(np.float64) * target.scale
        return operated
    if target.outcome in OUTCOMES:
        return np.asarray(OUTCOMES[target.outcome].of(run), dtype=np.float64) * target.scale
    assert target.outcome in SERIES
    if measure == MEDIAN:
        return _weeks_to(target, week, run, start)
    now = _weekly(target, week, run, start)
    if measure == "value":
        return now
    if measure in SHARES[:2]:
        cut = target.cut if target.cut is not None else math.nan
        return (now <= cut if measure == "share_at_most" else now >= cut).astype(np.float64)
    first = _weekly(target, 0, run, start)
    if measure == "change":
        return now - first
    if measure == "percent_change":
        level = float(np.mean(first[_group(target, run)]))
        if not level:
            raise SpinesimError(f"{target.label} is 0 at week 0, so it cannot change by a percentage")
        return 100 * (now - first) / level
    gain = np.divide(100 * (first - now), first, out=np.full_like(first, -math.inf), where=first > 0)
    return (gain >= (target.cut or 0.0)).astype(np.float64)


def _weeks_to(target: Target, horizon: int, run: Results, start: int) -> Floats:
    """First week at or below the cut, inf for those who do not get there."""
    scores = run.series[target.outcome][start : start + horizon + 1].astype(np.float64) * target.scale
    there = scores <= (target.cut if target.cut is not None else math.nan)
    return np.where(there.any(axis=0), there.argmax(axis=0).astype(np.float64), math.inf)


def _after_operation(run: Results, target: Target, i: int) -> Floats:
    """Each operated person's mean over their recorded weeks in the i-th window since operation."""
    since = run.weeks[:, None] - run.patients["operated_week"].to_numpy()
    window = (since > (target.weeks[i - 1] if i else 0)) & (since <= target.weeks[i])
    seen = window.sum(axis=0)
    total = np.where(window, run.series[target.outcome], 0).sum(axis=0, dtype=np.float64)
    means: Floats = total[seen > 0] / seen[seen > 0] * target.scale
    return means
