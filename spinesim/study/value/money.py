"""What care costs, and whom: the health system, the patient, everyone.

Nothing is counted twice: the health system and the patient share each price, and society bears both
shares, the patient's travel and time, and the work that is not done.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spinesim.clinical import outcomes
from spinesim.clinical.cohort import OCCUPATIONS
from spinesim.evidence import Evidence
from spinesim.study.results import WEEK, Results
from spinesim.study.value.charges import Charges, charges
from spinesim.study.value.discount import DAYS_PER_YEAR, Floats, factors
from spinesim.study.value.quality import Numbers

VIEWS = ("health_system", "patient", "societal")
MINUTES_PER_HOUR = 60
VISIT, VIRTUAL_VISIT = "visit", "virtual_visit"


def prices(evidence: Evidence, items: Sequence[str]) -> Floats:
    """Price of each item (``<item>.price``) in money of the base year."""
    return np.array([evidence.value(f"{item}.price") for item in items], dtype=np.float64)


def bill_totals(results: Results, evidence: Evidence) -> Floats:
    """Undiscounted sum of the prices of each person's bills, shape (N,), added in the order they fell due.

    Equals ``patients["cost"]`` to the bit when `evidence` is that of the run.
    """
    charged = charges(results)
    return charged.total(prices(evidence, charged.items))


def components(
    results: Results, evidence: Evidence, rate: float | None = None, method: str = "continuous"
) -> dict[str, Floats]:
    """Discounted cost of each person by component, each of shape (N,), money of the base year.

    Parameters
    ----------
    results : Results
    evidence : Evidence
        For the prices and the rows of ``data/parameters/prices.csv``.
    rate : float, optional
        Per year; default ``discount.costs``.
    method : str
        ``continuous`` or ``yearly``.

    Returns
    -------
    dict
        ``care`` (all bills), ``travel``, ``time`` (the person's own, in care and on the way) and
        ``productivity`` (working days lost to disability).
    """
    v = Numbers(evidence)
    rate = v["discount.costs"] if rate is None else rate
    charged = charges(results)
    weight = factors(charged.years, rate, method)
    miles, minutes = _journeys(evidence, v, charged.items)
    travels, stays = miles > 0, (miles == 0) & (minutes > 0)
    first = _first_of_day(charged, travels)
    seen = first | (stays[charged.item] if len(stays) else first)
    return {
        "care": charged.total(prices(evidence, charged.items), weight),
        "travel": charged.total(miles, weight * first) * v["travel.mile_price"],
        "time": charged.total(minutes, weight * seen) * v["wage.hour"] / MINUTES_PER_HOUR,
        "productivity": _productivity(results, v, rate, method),
    }


def views(parts: dict[str, Floats], copayment: float) -> dict[str, Floats]:
    """Cost as each payer sees it, from `components`; `copayment` is the patient's share of care (0-1)."""
    own = copayment * parts["care"] + parts["travel"] + parts["time"]
    system = (1 - copayment) * parts["care"]
    return {"health_system": system, "patient": own, "societal": system + own + parts["productivity"]}


def _journeys(evidence: Evidence, v: Numbers, items: Sequence[str]) -> tuple[Floats, Floats]:
    """Miles and minutes that one bill of each item takes of a person; 0 where nobody need come."""
    miles, minutes = np.zeros(len(items)), np.zeros(len(items))
    for i, item in enumerate(items):
        if item == VIRTUAL_VISIT:  # nobody travels to a video; the person's time is that of the slot
            minutes[i] = v[f"{item}.minutes"]
            continue
        step = evidence.treatments.get(item)
        if item != VISIT and (step is None or step["resource"] == "none"):
            continue
        share = evidence.value(f"attendance.{item}") if f"attendance.{item}" in evidence else 1.0
        miles[i] = share * v["travel.miles"]
        minutes[i] = v["attendance.minutes"] if share > 0 else v[f"{item}.minutes"]
    return miles, minutes


def _first_of_day(charged: Charges, travels: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Mark one attendance per person and day, shape (B,): two appointments on a day are one journey."""
    mark = np.zeros(len(charged.item), dtype=bool)
    if not len(mark):
        return mark
    at = np.flatnonzero(travels[charged.item])
    days = np.floor(charged.day).astype(np.int64)
    _, first = np.unique(charged.row[at] * (days.max() + 1) + days[at], return_index=True)
    mark[at[first]] = True
    return mark


def _productivity(results: Results, v: Numbers, rate: float, method: str) -> Floats:
    """Working days lost, week by week as in ``patients["days_off_work"]``, at the wage."""
    people = results.patients
    jobs = np.array([OCCUPATIONS.index(name) for name in people["occupation"]], dtype=np.int64)
    off = ~outcomes.at_work(v, results.series["disability"][1:], jobs)
    off &= (people["age"].to_numpy() < v["person.retired_from"])[None, :]
    middle = (results.weeks[1:] - 1 / 2) * (WEEK / DAYS_PER_YEAR)
    days = v["function.workdays_per_week"] * (factors(middle, rate, method) @ off)
    worth: Floats = days * v["productivity.hours_per_day"] * v["wage.hour"] * v["productivity.counted"]
    return worth
