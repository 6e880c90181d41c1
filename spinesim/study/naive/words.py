"""The answers of a naive cohort study in plain words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spinesim.study.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from spinesim.evidence import Figure
    from spinesim.study.naive.file import Measured

RATIOS = ("relative risk", "risk ratio")
COMPARATOR = {
    "never": "the never exposed",
    "target_trial": "the unexposed arm",
    "truth": "people under the unexposed strategy",
}


def amount(estimate: float, low: float, high: float, measure: str, method: str) -> str:
    """An estimate with its interval, or why there is none."""
    others = COMPARATOR.get(method, "the unexposed")
    if math.isnan(estimate):
        return "too few people or events to say"
    if math.isinf(estimate):
        return f"no event among {others}"
    shape = "{:.2f}" if measure == "ratio" else "{:+.2f}"
    ends = [shape.format(end) if math.isfinite(end) else "no limit" for end in (low, high)]
    known = any(map(math.isfinite, (low, high)))
    interval = f"{ends[0]} to {ends[1]}" if known else "too few events for an interval"
    said = f"{shape.format(estimate)} ({interval})"
    return f"{said}, no event among the exposed" if measure == "ratio" and estimate == 0 else said


def sentence(one: Measured, found: dict[str, tuple[float, float, float]]) -> str:
    """What the cohort says of an outcome, beside the truth and the repair."""
    unit = "times" if one.measure == "ratio" else OUTCOMES[one.key].unit
    naive, true, repaired = (
        amount(*found[method], one.measure, method) for method in ("crude", "truth", "target_trial")
    )
    units = f" {unit}" if math.isfinite(found["crude"][0]) else ""
    return (
        f"{one.key.replace('_', ' ')}: the cohort says {naive.split(' (')[0]}{units}; done to everyone it "
        f"would be {true}; the emulated trial finds {repaired}."
    )


def at_referral(who: pd.DataFrame) -> list[str]:
    """One line a characteristic: the exposed beside the others."""
    lines = []
    for name, rows in who.groupby("at_referral", sort=False):
        percent = rows["unit"].iloc[0] == "%"
        said = []
        for row in rows.itertuples():
            middle, low, high = (_mean(value, percent) for value in (row.mean, row.low, row.high))
            said.append(f"{row.group} {middle} ({low} to {high})")
        unit = "" if percent else f", {rows['unit'].iloc[0]}"
        lines.append(f"{str(name).replace('_', ' ') + unit:32} {'; '.join(said)}")
    return lines


def _mean(value: float, percent: bool) -> str:
    if math.isnan(value):
        return "unknown"
    return f"{value:.0f} %" if percent else f"{value:.1f}"


def published(figure: Figure, one: Measured) -> str:
    """A published figure to look at beside the answers, with its unit and whether it can be compared."""
    bounds = "" if figure.low is None else f" ({figure.low:g} to {figure.high:g})"
    said = f"{figure.quantity}: {figure.value:g}{bounds} {figure.unit}; {figure.study}"
    said += "" if figure.checked else "; UNCONFIRMED"
    return said if same_scale(figure.unit, one) else f"{said}; not on this scale"


def same_scale(unit: str, one: Measured) -> bool:
    """Whether a published figure may be read beside the answers: a risk ratio, or the outcome's own unit."""
    if one.measure == "ratio":
        return unit in RATIOS
    first = unit.split()[0] if unit.split() else ""
    return first in OUTCOMES[one.key].unit.split()
