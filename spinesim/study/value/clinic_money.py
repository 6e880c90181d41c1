"""What a clinic lead asks of money: cost per person, per person helped, per QALY; and staff hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spinesim.study.value.decide import difference
from spinesim.study.value.discount import Floats
from spinesim.study.value.helped import HELPED, helped, perhaps_none, ratio_values
from spinesim.study.value.person import per_unit
from spinesim.study.value.staff import Hours, per_person, weekly
from spinesim.study.value.table import NAN, Value, unclear, value

if TYPE_CHECKING:
    from spinesim.study.compare import Study

OF_USE = {"hours_per_week": "busy_hours_per_week", "open_hours_per_week": "open_hours_per_week"}
COLUMNS = ["arm", "measure", "resource", "value", "low", "high", "difference", "difference_low",
           "difference_high", "unit", "says"]  # fmt: skip
REFERENCE, UNCLEAR, SAME = "the reference", "not clearly different", "the same"
NO_RATIO = "nobody was helped in this arm or in the reference"
NO_INTERVAL = "too few were helped for an interval"
ONE_RUN = "one run: no interval"
NO_LIMIT = "no limit in this arm or in the reference"


def clinic_money(
    study: Study,
    *,
    view: str = "health_system",
    threshold: float | None = None,
    found: Value | None = None,
) -> pd.DataFrame:
    """Money, health and staff hours of every arm, each at its own clinic's prices.

    Parameters
    ----------
    study : Study
    view : str
        Whose costs: ``health_system``, ``patient`` or ``societal``.
    threshold : float, optional
        Willingness to pay for a QALY; default ``threshold.base``.
    found : Value, optional
        What `value(study)` gave, if it is there already.

    Returns
    -------
    DataFrame
        One row per measure and arm (and resource, for hours): `value` with the 95 % interval `low` to
        `high`, the paired `difference` from the first arm with its interval, `unit`, and `says` where
        words are needed. Intervals are over runs, with one run over people; hours have no interval then.

        =======================  ==================================================================
        cost_per_person          discounted, per person referred
        helped_goal, helped_pain see `helped`, per 100 people
        cost_per_goal, …_pain    cost of everybody over the number helped (`ratio_values`)
        qaly, net_benefit        discounted, per person
        cost_per_qaly            ICER beside the first arm, where cost and QALY both clearly differ
        hours_per_week           server-hours of service begun, in the weeks of referrals
        open_hours_per_week      server-hours open, in the same weeks
        hours_per_goal, …_pain   server-hours taken by everybody over the number helped
        =======================  ==================================================================
    """
    found = found or value(study)
    cost, health, worth = found.asked(view, threshold)
    change = found.evidence.value("important.pain")
    counts = {arm: [helped(run, change) for run in runs] for arm, runs in study.results.items()}
    rows = _rows("cost_per_person", _columns(study, cost), f"{found.money} per person referred")
    for how, who in HELPED.items():
        each = {arm: per_unit([one[how] for one in runs]) for arm, runs in counts.items()}
        rows += _rows(f"helped_{how}", {arm: 100 * x for arm, x in each.items()}, "per 100 people")
        ratios = {arm: ratio_values(cost[:, i], each[arm]) for i, arm in enumerate(study.arms)}
        vague = [arm for arm in study.arms if perhaps_none(each[arm])]
        rows += _rows(f"cost_per_{how}", ratios, f"{found.money} per {who}", vague=vague)
    rows += _rows("qaly", _columns(study, health), "QALY per person")
    rows += _rows("net_benefit", _columns(study, worth * health - cost), f"{found.money} per person")
    rows += _per_qaly(found, view, threshold)
    return pd.DataFrame(rows + _hours(study, counts), columns=COLUMNS)


def _columns(study: Study, table: Floats) -> dict[str, Floats]:
    return {arm: table[:, i] for i, arm in enumerate(study.arms)}


def _rows(
    measure: str, each: Mapping[str, Floats], unit: str, resource: str = "", vague: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """One row per arm; `each` holds one value per independent unit, the reference first.

    Of the arms in `vague`, and of differences from them, the interval is withheld.
    """
    from spinesim.study.compare import interval

    base, rows = next(iter(each)), []
    for arm, values in each.items():
        own, gap = interval(values), interval(values - each[base])
        if difference(values.mean(), each[base].mean()) == 0:
            gap = (0.0, *gap[1:])
        if arm in vague:
            own = (own[0], NAN, NAN)
        if {arm, base} & set(vague) and gap != (0, 0, 0):
            gap = (gap[0], NAN, NAN)
        row: dict[str, Any] = {"arm": arm, "measure": measure, "resource": resource, "unit": unit}
        row |= zip(("value", "low", "high"), own, strict=True)
        row |= zip(("difference", "difference_low", "difference_high"), gap, strict=True)
        rows.append(row | {"says": _says(arm == base, bool(vague), gap, len(values))})
    return rows


def _says(first: bool, vague: bool, gap: tuple[float, float, float], units: int) -> str:
    """Words that go with a row; none for a difference that its interval makes clear."""
    if gap[0] != gap[0]:
        return NO_RATIO if vague else NO_LIMIT
    if first:
        return REFERENCE
    if gap == (0, 0, 0) or (units == 1 and gap[0] == 0):
        return SAME
    if gap[1] != gap[1]:
        return ONE_RUN if units == 1 else NO_INTERVAL
    return UNCLEAR if gap[1] <= 0 <= gap[2] else ""


def _per_qaly(found: Value, view: str, threshold: float | None) -> list[dict[str, Any]]:
    """The ICER of each arm, withheld where cost or QALY may not differ."""
    rows = []
    for i, row in enumerate(found.table(view, threshold).to_dict("records")):
        open_ = unclear(row) if i else []
        numbers = [NAN] * 3 if open_ else [row["icer"], row["icer_low"], row["icer_high"]]
        says = f"{UNCLEAR} in {' and '.join(open_)}: no ratio" if open_ else row["says"]
        unit = f"{found.money} per QALY"
        rows.append(dict(zip(COLUMNS, [row["arm"], "cost_per_qaly", "", *numbers, *[NAN] * 3, unit, says],
                             strict=True)))  # fmt: skip
    return rows


def _hours(study: Study, counts: Mapping[str, list[dict[str, Floats]]]) -> list[dict[str, Any]]:
    """Hours of each resource that has limits; the independent unit is the run."""
    rows: list[dict[str, Any]] = []
    names: list[str] = []
    for measure, column in OF_USE.items():
        each = weekly(study, column)
        names = list(each[study.arms[0]])
        rows += _by_resource(measure, each, names, "hours per week")
    taken = per_person(study, names)
    for how, who in HELPED.items():
        share = {arm: np.array([one[how].mean() for one in runs]) for arm, runs in counts.items()}
        each = {arm: {name: ratio_values(hours, share[arm]) for name, hours in taken[arm].items()}
                for arm in study.arms}  # fmt: skip
        vague = [arm for arm in study.arms if perhaps_none(share[arm])]
        rows += _by_resource(f"hours_per_{how}", each, names, f"hours per {who}", vague)
    return rows


def _by_resource(
    measure: str, each: Hours, names: Sequence[str], unit: str, vague: Sequence[str] = ()
) -> list[dict[str, Any]]:
    found = {name: {arm: of[name] for arm, of in each.items()} for name in names}
    return [row for name in names for row in _rows(measure, found[name], unit, name, vague)]
