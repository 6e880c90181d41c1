"""Differences in plain sentences. The numbers come from `study.differences()`; here they become words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

LABELS: Mapping[str, str] = {
    "pain_12_months": "Pain at 12 months",
    "disability_12_months": "Disability at 12 months",
    "pain_average": "Average pain over the whole time",
    "disability_average": "Average disability over the whole time",
    "imaging": "MRI scans",
    "injections": "Injections and blocks",
    "operations": "Operations",
    "ablations": "Ablations",
    "procedures": "Procedures of any kind",
    "weeks_disabled": "Weeks severely disabled (ODI 40 or more)",
    "harms": "Harms from care",
    "physiotherapy_sessions": "Physiotherapy sessions",
    "visits": "Clinic visits",
    "cost": "Cost",
    "qaly": "Quality-adjusted life years",
}
"""Outcome ids as people say them."""


@dataclass(frozen=True, slots=True)
class Unit:
    """How a unit is said: decimals, words for up and down, and what stands around a number."""

    decimals: int
    up: str
    down: str
    noun: str = ""
    of_whom: str = ""
    short: str = ""
    before: str = ""


EACH = " per person"
UNITS: Mapping[str, Unit] = {
    "NRS 0-10": Unit(2, "higher", "lower", " points", " on the 0–10 scale"),
    "ODI 0-100": Unit(1, "higher", "lower", " points", " on the 0–100 scale"),
    "per 100 people": Unit(1, "more", "fewer", "", " per 100 people", " per 100"),
    "sessions per person": Unit(1, "more", "fewer", "", EACH, EACH),
    "visits per person": Unit(1, "more", "fewer", "", EACH, EACH),
    "weeks per person": Unit(1, "more", "fewer", "", EACH, EACH),
    "USD per person": Unit(0, "more", "less", "", EACH, EACH, before="US$ "),
    "QALY per person": Unit(3, "more", "fewer", "", EACH, EACH),
}
"""Known units; any other unit is said as it is written."""


def label(outcome: str) -> str:
    """An outcome id as people say it."""
    return LABELS.get(outcome, outcome.replace("_", " ").capitalize())


def unit_of(unit: str) -> Unit:
    """How a unit is said (a plain form for an unknown one)."""
    return UNITS.get(unit, Unit(2, "more", "fewer", "", f" ({unit})", f" ({unit})"))


def number(value: float, decimals: int, before: str = "") -> str:
    """Size of `value` without its sign: rounded, no trailing zeros; 'under 0.1' rather than a false 0.

    >>> number(-4.0, 1), number(0.04, 1), number(1234.4, 0, "US$ "), number(0.0, 1)
    ('4', 'under 0.1', 'US$ 1,234', '0')
    """
    size = abs(float(value))
    if size < 10.0**-9:
        return f"{before}0"
    if round(size, decimals) == 0.0:
        return f"under {before}{10.0**-decimals:.{decimals}f}"
    text = f"{size:,.{decimals}f}"
    return before + (text.rstrip("0").rstrip(".") if "." in text else text)


def _way(value: float, unit: Unit) -> str:
    return unit.up if value > 0 else unit.down


def important(low: float, high: float, change: float | None) -> str:
    """Words that set a difference beside the minimal important change (both in the outcome's own unit)."""
    if change is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    most = max(abs(low), abs(high))
    size = number(change, 1)
    if most < change:
        return f"; smaller than the minimal important change of {size} points"
    if least >= change:
        return f"; at least the minimal important change of {size} points"
    return f"; it may or may not reach the minimal important change of {size} points"


def sentence(
    outcome: str,
    difference: float,
    low: float,
    high: float,
    unit: str,
    minimal_important: float | None = None,
    name: str | None = None,
) -> str:
    """One difference in words.

    Parameters
    ----------
    outcome : str
        Outcome id of `study.differences()`.
    difference, low, high : float
        The difference (arm minus reference) and its 95 % interval, in `unit`.
    unit : str
        As in `study.differences()`.
    minimal_important : float, optional
        Smallest change that matters to people, in `unit`.
    name : str, optional
        Said instead of the outcome's usual label.

    >>> sentence("operations", -4.0, -6.0, -2.0, "per 100 people")
    'Operations: 4 fewer per 100 people (95 % interval 2 to 6 fewer)'
    """
    said, form = name or label(outcome), unit_of(unit)
    if difference == 0 and low == 0 and high == 0:
        who = "the same people" if unit.startswith("per 100") else "the same for every person"
        return f"{said}: no difference: {who} in both arms"
    if not math.isfinite(difference):
        return f"{said}: could not be measured in this run"

    def amount(value: float) -> str:
        return number(value, form.decimals, form.before)

    whole = f"{amount(difference)}{form.noun} {_way(difference, form)}{form.of_whom}"
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{said}: {whole} (too few people for an interval)"
    tail = important(low, high, minimal_important)
    if low <= 0 <= high:

        def end(value: float) -> str:
            return amount(0) if value == 0 else f"{amount(value)}{form.noun} {_way(value, form)}"

        ends = {amount(low), amount(high)}
        if len(ends) == 1 and "under" in str(ends):
            reach = f"{amount(low)}{form.noun} either way"
        else:
            reach = f"{end(low)} to {end(high)}"
        return f"{said}: no clear difference (95 % interval {reach}{form.short}){tail}"
    near, far = (amount(edge) for edge in sorted((low, high), key=abs))
    bounds = near if near == far and "under" in near else f"{near} to {far}"
    return f"{said}: {whole} (95 % interval {bounds} {_way(difference, form)}){tail}"


def brief(said: str) -> str:
    """A sentence without its interval and what follows it, for a status line."""
    return said.split(" (", 1)[0].replace(": no difference: ", ": no difference, ")


def outcome_of(row_outcome: str) -> str:
    """The weekly outcome behind a summary outcome: 'pain_12_months' is about 'pain'."""
    return row_outcome.split("_", 1)[0]


def sentences(study: Any) -> pd.DataFrame:
    """Every difference of a study in words: DataFrame[outcome, arm, sentence], in the study's order."""
    rows = []
    for row in study.differences().itertuples():
        base = outcome_of(str(row.outcome))
        change = study.minimal_important(base) if base in ("pain", "disability") else None
        text = sentence(
            str(row.outcome), float(row.difference), float(row.low), float(row.high), str(row.unit), change
        )
        rows.append((str(row.outcome), str(row.arm), text))
    return pd.DataFrame(rows, columns=["outcome", "arm", "sentence"])


def value(amount: float, unit: str) -> str:
    """A mean for a table cell: '3.4', 'US$ 1,250', '0.812'; '–' if it could not be measured."""
    if not math.isfinite(amount):
        return "–"
    form = unit_of(unit)
    sign = "−" if amount < 0 else ""
    decimals = form.decimals if unit != "NRS 0-10" else 1
    return f"{sign}{form.before}{abs(amount):,.{decimals}f}"


def said_unit(unit: str) -> str:
    """A unit for a table cell, with a proper dash."""
    return unit.replace("0-100", "0–100").replace("0-10", "0–10").replace("0-24", "0–24")
