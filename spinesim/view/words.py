"""Differences in plain sentences. The numbers come from `study.differences()`; here they become words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spinesim.view.names import label


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
ZERO, TINY = 1e-9, 1e-8
"""A size that any number of decimals shows as 'under …'."""
UNITS: Mapping[str, Unit] = {
    "NRS 0-10": Unit(2, "higher", "lower", " points", " on the 0–10 scale"),
    "ODI 0-100": Unit(1, "higher", "lower", " points", " on the 0–100 scale"),
    "per 100 people": Unit(1, "more", "fewer", "", " per 100 people", " per 100"),
    "ODI or NDI 0-100": Unit(1, "higher", "lower", " points", " on the 0–100 scale"),
    "days per person": Unit(1, "more", "fewer", " days", EACH, EACH),
    "days of waiting": Unit(1, "longer", "shorter", " days"),
    "flares per person": Unit(2, "more", "fewer", "", EACH, EACH),
    "sessions per person": Unit(1, "more", "fewer", "", EACH, EACH),
    "visits per person": Unit(1, "more", "fewer", "", EACH, EACH),
    "weeks per person": Unit(1, "more", "fewer", "", EACH, EACH),
    "USD per person": Unit(0, "more", "less", "", EACH, EACH, before="US$ "),
    "% of the start": Unit(0, "higher", "lower", " % of the start"),
    "% of the draws": Unit(0, "higher", "lower", " % of the draws"),
    "% of the variance": Unit(0, "higher", "lower", " % of the variance"),
    "QALY per person": Unit(3, "more", "fewer", "", EACH, EACH),
}
"""Known units; any other unit is said as it is written, behind the number."""
PRECISER = 2
"""At most this many more decimals than usual, to tell the two ends of an interval apart."""


def unit_of(unit: str) -> Unit:
    """How a unit is said (a plain form for an unknown one)."""
    up, down = ("higher", "lower") if unit.startswith("%") else ("more", "fewer")
    return UNITS.get(unit, Unit(2, up, down, f" {unit}"))


def number(value: float, decimals: int, before: str = "") -> str:
    """Size of `value` without its sign: rounded, no trailing zeros; 'under 0.1' rather than a false 0.

    >>> number(-4.0, 1), number(0.04, 1), number(1234.4, 0, "US$ "), number(0.0, 1)
    ('4', 'under 0.1', 'US$ 1,234', '0')
    """
    size = abs(float(value))
    if size < ZERO:
        return f"{before}0"
    if round(size, decimals) == 0.0:
        return f"under {before}{10.0**-decimals:.{decimals}f}"
    text = f"{size:,.{decimals}f}"
    return before + (text.rstrip("0").rstrip(".") if "." in text else text)


def _way(value: float, unit: Unit) -> str:
    return unit.up if value > 0 else unit.down


def _none(value: float, decimals: int) -> bool:
    """Whether a size would be shown as zero."""
    return round(abs(value), decimals) == 0.0


def _edge(value: float, unit: Unit) -> str:
    """One end of an interval that holds zero."""
    size = number(value, unit.decimals, unit.before)
    return size if value == 0 else f"{size}{unit.noun} {_way(value, unit)}"


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
    tail = important(low, high, minimal_important)
    if not math.isfinite(difference):
        return f"{said}: could not be measured in this run"
    if difference == 0 and low == 0 and high == 0:
        who = "the same people" if unit.startswith("per 100") else "the same for every person"
        return f"{said}: no difference: {who} in both arms"
    decimals = form.decimals
    measured = math.isfinite(low) and math.isfinite(high)
    if _none(difference, decimals) and (not measured or (_none(low, decimals) and _none(high, decimals))):
        return f"{said}: no difference ({number(TINY, decimals, form.before)}{form.noun}{form.of_whom})"
    if measured and low <= 0 <= high:
        ends = " to ".join(_edge(value, form) for value in (low, high))
        return f"{said}: no clear difference (95 % interval {ends}{form.short}){tail}"
    if measured and low != high:
        while decimals < form.decimals + PRECISER and number(low, decimals) == number(high, decimals):
            decimals += 1
    amount, near, far = (
        number(value, decimals, form.before) for value in (difference, *sorted((low, high), key=abs))
    )
    whole = f"{amount}{form.noun} {_way(difference, form)}"
    if not measured:
        return f"{said}: {whole}{form.of_whom} (too few people for an interval)"
    if low == high:
        whom = "" if form.of_whom == EACH else form.of_whom
        return f"{said}: {whole}{whom} for everyone alike{tail}"
    bounds = f"{near} to {far} {_way(difference, form)}"
    if near == far:
        bounds = f"less than {form.before}{10.0**-decimals:.{decimals}f} either side"
    if _none(difference, decimals):
        return f"{said}: hardly any difference (95 % interval {bounds}){tail}"
    return f"{said}: {whole}{form.of_whom} (95 % interval {bounds}){tail}"


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


def level(amount: float, unit: str) -> str:
    """A size by itself, with its unit: '65 % of the draws', 'US$ 183 per person'; '–' if not measured.

    >>> level(65.0, "% of the draws"), level(182.6, "USD per person")
    ('65 % of the draws', 'US$ 183 per person')
    """
    if not math.isfinite(amount):
        return "–"
    form = unit_of(unit)
    sign = "−" if amount < 0 else ""
    return f"{sign}{number(amount, form.decimals, form.before)}{form.noun}{form.of_whom}"


def said_unit(unit: str) -> str:
    """A unit for a table cell, with a proper dash."""
    return unit.replace("0-100", "0–100").replace("0-10", "0–10").replace("0-24", "0–24")
