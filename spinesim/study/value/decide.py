"""From costs and effects to a choice: pure functions of arrays of shape (draws, arms), the reference first.

A draw is one plausible truth (a set of parameters), or a run, or a resample; all arms of a draw share it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.errors import SpinesimError

Floats = npt.NDArray[np.float64]
ROUNDING = 1e-12  # relative; a difference below it is no difference
UNDEFINED = "undefined"
QUADRANTS = ("more health, costs more", "more health, costs less", "less health, costs less",
             "less health, costs more", "no difference in health or cost")  # fmt: skip


def paired(costs: npt.ArrayLike, effects: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Costs and effects as float arrays of one shape (draws, arms).

    Raises
    ------
    SpinesimError
        If shapes differ, something is not finite, or there is no draw or no arm.
    """
    money, health = np.asarray(costs, dtype=np.float64), np.asarray(effects, dtype=np.float64)
    if money.ndim != 2 or money.shape != health.shape or 0 in money.shape:
        raise SpinesimError(
            f"Costs have the shape {money.shape} and effects {health.shape}; give both as (draws, arms)."
        )
    if not (np.isfinite(money).all() and np.isfinite(health).all()):
        raise SpinesimError("A cost or an effect is not a finite number; look at the draw that made it.")
    return money, health


def named(arms: Sequence[str], count: int) -> list[str]:
    """The names of the arms, checked to be as many as there are."""
    if len(arms) != count or len(set(arms)) != count:
        raise SpinesimError(f"{len(set(arms))} different names for {count} arms; give one name for each.")
    return list(arms)


def difference(a: float, b: float) -> float:
    """a - b, where what only rounding makes is exactly 0."""
    gap = a - b
    return 0.0 if abs(gap) <= ROUNDING * max(abs(a), abs(b)) else gap


def icer(cost: float, effect: float) -> tuple[float, str]:
    """Cost per unit of effect gained, and in words; NaN where the ratio would mislead.

    Parameters
    ----------
    cost, effect : float
        Difference from the comparator.

    Returns
    -------
    tuple of float and str
        The ratio is given for more health at more cost, and (as money saved per unit given up) for less
        health at less cost; in all other cases the words alone tell.
    """
    nan = float("nan")
    if effect == 0:
        if cost == 0:
            return nan, f"{UNDEFINED}: no difference in health or cost"
        return nan, f"{UNDEFINED}: same health, costs {'more' if cost > 0 else 'less'}"
    if effect > 0 and cost <= 0:
        return nan, "dominant: more health at no more cost"
    if effect < 0 and cost >= 0:
        return nan, "dominated: less health at no less cost"
    ratio = cost / effect
    return ratio, f"{ratio:,.0f} per QALY {'gained' if effect > 0 else 'given up (money saved)'}"


def incremental(costs: npt.ArrayLike, effects: npt.ArrayLike, arms: Sequence[str]) -> pd.DataFrame:
    """Mean cost and effect of each arm, its differences from the first, ICER and its words."""
    money, health = paired(costs, effects)
    names, c, e = named(arms, money.shape[1]), money.mean(axis=0), health.mean(axis=0)
    rows = []
    for i, name in enumerate(names):
        dc, de = difference(c[i], c[0]), difference(e[i], e[0])
        ratio, says = icer(dc, de) if i else (float("nan"), "the reference")
        rows.append((name, c[i], e[i], dc, de, ratio, says))
    columns = ["arm", "cost", "effect", "incremental_cost", "incremental_effect", "icer", "says"]
    return pd.DataFrame(rows, columns=columns)


def frontier(costs: npt.ArrayLike, effects: npt.ArrayLike, arms: Sequence[str]) -> pd.DataFrame:
    """The cost-effectiveness frontier of the means: arms by rising cost, each against the one before on it.

    `standing` is ``on the frontier``, ``dominated`` (another gives as much or more for no more money),
    ``extendedly dominated`` (a mixture of two others gives more for the same money) or ``same as <arm>``.
    """
    money, health = paired(costs, effects)
    names, c, e = named(arms, money.shape[1]), money.mean(axis=0), health.mean(axis=0)
    order = sorted(range(len(names)), key=lambda i: (c[i], -e[i], i))
    standing: dict[int, str] = {}
    hull: list[int] = []
    for i in order:
        if hull:
            last = hull[-1]
            dc, de = difference(c[i], c[last]), difference(e[i], e[last])
            if dc == 0 and de == 0:
                standing[i] = f"same as {names[last]}"
                continue
            if de <= 0:
                standing[i] = "dominated"
                continue
            if dc == 0:  # the same money to rounding, and more health
                standing[hull.pop()] = "dominated"
        while len(hull) > 1 and _slope(c, e, hull[-1], i) <= _slope(c, e, hull[-2], hull[-1]):
            standing[hull.pop()] = "extendedly dominated"
        hull.append(i)
    rows = []
    for i in order:
        before = hull[hull.index(i) - 1] if i in hull and hull.index(i) else None
        if before is None:
            figures = (float("nan"), float("nan"), float("nan"))
        else:
            dc, de = c[i] - c[before], e[i] - e[before]
            figures = (dc, de, dc / de)
        versus = "" if before is None else names[before]
        rows.append((names[i], c[i], e[i], standing.get(i, "on the frontier"), versus, *figures))
    columns = [
        "arm",
        "cost",
        "effect",
        "standing",
        "versus",
        "incremental_cost",
        "incremental_effect",
        "icer",
    ]
    return pd.DataFrame(rows, columns=columns)


def _slope(c: Floats, e: Floats, a: int, b: int) -> float:
    """Cost per unit of effect from a to b, which gives more health."""
    return float((c[b] - c[a]) / (e[b] - e[a]))


def net_benefit(costs: npt.ArrayLike, effects: npt.ArrayLike, threshold: float) -> Floats:
    """Money value of the effects less the costs, shape (draws, arms), at so much money per unit of effect."""
    money, health = paired(costs, effects)
    return threshold * health - money


def net_health_benefit(costs: npt.ArrayLike, effects: npt.ArrayLike, threshold: float) -> Floats:
    """Effects less what the costs could have bought elsewhere, shape (draws, arms)."""
    if threshold <= 0:
        raise SpinesimError(f"Net health benefit needs a threshold above 0, not {threshold:g}.")
    money, health = paired(costs, effects)
    return health - money / threshold


def plane(costs: npt.ArrayLike, effects: npt.ArrayLike, arms: Sequence[str]) -> pd.DataFrame:
    """Differences from the first arm, one row per draw and other arm (columns arm, draw, effect, cost)."""
    money, health = paired(costs, effects)
    names, draws = named(arms, money.shape[1]), np.arange(len(money))
    tables = [
        pd.DataFrame({"arm": name, "draw": draws, "effect": health[:, i] - health[:, 0],
                      "cost": money[:, i] - money[:, 0]})
        for i, name in enumerate(names) if i
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(
        {"arm": [], "draw": [], "effect": [], "cost": []}
    )  # fmt: skip


def quadrants(cloud: pd.DataFrame) -> pd.DataFrame:
    """Share of the draws of each arm in each quadrant of `plane` (columns arm, quadrant, share).

    Draws on an axis belong to the quadrant that favours the arm; those at the origin stand alone.
    """
    rows = []
    for arm in dict.fromkeys(cloud["arm"]):
        mine = cloud.loc[cloud["arm"] == arm]
        cost, effect = mine["cost"].to_numpy(), mine["effect"].to_numpy()
        none = (cost == 0) & (effect == 0)
        more, dearer = effect >= 0, cost > 0
        which = (more & dearer, more & ~dearer & ~none, ~more & ~dearer, ~more & dearer, none)
        rows += [(arm, name, float(mask.mean())) for name, mask in zip(QUADRANTS, which, strict=True)]
    return pd.DataFrame(rows, columns=["arm", "quadrant", "share"])


def acceptability(
    costs: npt.ArrayLike, effects: npt.ArrayLike, arms: Sequence[str], thresholds: npt.ArrayLike
) -> pd.DataFrame:
    """Acceptability curves (CEAC) and their frontier (CEAF) over willingness to pay.

    Returns
    -------
    DataFrame
        One row per threshold and arm: `probability` that the arm has the most net benefit (ties share
        it, so that the arms sum to 1), `net_benefit` (mean), `frontier` (whether its mean is the
        highest; the first such arm).
    """
    money, health = paired(costs, effects)
    names, tables = named(arms, money.shape[1]), []
    for threshold in np.atleast_1d(np.asarray(thresholds, dtype=np.float64)):
        benefit = threshold * health - money
        best = benefit == benefit.max(axis=1, keepdims=True)
        mean = benefit.mean(axis=0)
        chosen = np.arange(len(names)) == int(np.argmax(mean))
        share = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
        tables.append(
            pd.DataFrame({"threshold": threshold, "arm": names, "probability": share, "net_benefit": mean,
                          "frontier": chosen})
        )  # fmt: skip
    return pd.concat(tables, ignore_index=True)
