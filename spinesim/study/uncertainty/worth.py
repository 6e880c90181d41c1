"""What the draws say about the choice: which arm is the best buy, and what knowing more is worth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.uncertainty.reads import read_by
from spinesim.study.uncertainty.result import Uncertainty

TOP = 15
"""Groups of parameters whose value of information is estimated: those that go most with the net benefit."""
GRID_TOP, GRID_STEP = 5, 4
"""Groups and every how manieth threshold of `information_grid`."""
Floats = npt.NDArray[np.float64]


def threshold_of(found: Uncertainty, threshold: float | None) -> float:
    """Willingness to pay for a QALY: as given, else ``threshold.base``."""
    return found.sampler.evidence.value("threshold.base") if threshold is None else threshold


def best_buys(
    found: Uncertainty, view: str = "health_system", threshold: float | None = None
) -> pd.DataFrame:
    """Probability that each arm has the most net benefit (columns threshold, arm, probability, …)."""
    from spinesim.study.value.decide import acceptability

    costs, health = found.money_and_health(view)
    return acceptability(costs, health, found.arms, [threshold_of(found, threshold)])


def information(
    found: Uncertainty, view: str = "health_system", threshold: float | None = None, top: int = TOP
) -> pd.DataFrame:
    """EVPI, and EVPPI of the parameters or groups that go most with the net benefit.

    Parameters
    ----------
    found : Uncertainty
        At least 50 draws.
    view : str
        ``health_system``, ``patient`` or ``societal``.
    threshold : float, optional
        Willingness to pay for a QALY; default ``threshold.base``.
    top : int
        How many groups; the others, and those that no arm reads, are left out.

    Returns
    -------
    DataFrame
        As `spinesim.study.value.information.information_table`: information, value, se, share.
    """
    from spinesim.study.value.information import information_table

    if isinstance(top, bool) or not isinstance(top, int) or top < 0:
        raise SpinesimError(f"top is {top}; give a whole number of 0 or above.")
    worth, units = threshold_of(found, threshold), found.sampler.units
    costs, health = found.money_and_health(view)
    gain = worth * (health - health[:, :1]) - (costs - costs[:, :1])
    read = read_by(found.plans, found.sampler, draws=1)
    groups = {name: values for name, values in found.groups().items() if not read.isdisjoint(units[name])}
    strength = {name: _strength(values, gain[:, 1:]) for name, values in groups.items()}
    chosen = sorted((name for name in strength if strength[name] > 0), key=lambda name: -strength[name])[:top]
    return information_table(costs, health, worth, {name: groups[name] for name in chosen})


def information_grid(
    found: Uncertainty, view: str, threshold: float, grid: Floats, table: pd.DataFrame
) -> pd.DataFrame:
    """EVPI at every willingness to pay, and the EVPPI of the `GRID_TOP` first groups of `table` at some.

    Parameters
    ----------
    found, view
        As for `information`.
    threshold : float
        That of `table`, whose rows are taken over whole.
    grid : array, shape (T,)
        Willingness to pay; EVPPI at every `GRID_STEP`-th of them, as each is a regression.
    table : DataFrame
        What `information` found.

    Returns
    -------
    DataFrame
        Columns threshold, information, value, se, share; by rising threshold.
    """
    from spinesim.study.value.information import information_table

    costs, health = found.money_and_health(view)
    every = found.groups()
    groups = {name: every[name] for name in table["information"].iloc[1 : 1 + GRID_TOP]}
    tables = [table.assign(threshold=threshold)]
    for i, worth in enumerate(grid):
        if worth != threshold:
            mine = groups if i % GRID_STEP == 0 else {}
            tables.append(information_table(costs, health, float(worth), mine).assign(threshold=worth))
    whole = pd.concat(tables, ignore_index=True).sort_values("threshold", kind="stable", ignore_index=True)
    return whole[["threshold", *table.columns]]


def _strength(values: np.ndarray, gain: np.ndarray) -> float:
    """The largest size of the correlation of any member with any arm's gain."""
    x, y = values - values.mean(axis=0), gain - gain.mean(axis=0)
    scale = np.outer(np.linalg.norm(x, axis=0), np.linalg.norm(y, axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.abs(x.T @ y) / scale
    return float(np.nan_to_num(found).max(initial=0.0))
