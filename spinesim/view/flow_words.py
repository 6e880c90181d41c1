"""Flow through a clinic in plain sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spinesim.study.flow import paired_flow, wait_table
from spinesim.study.simulation import shipped_evidence
from spinesim.view.names import read_out

VISITS = {"intake": "First visit", "review": "Review", "virtual_review": "Review by video"}
MOST_STEPS = 8
FEW = 20  # slots asked for: fewer are not worth a line of their own


def step_label(step: str) -> str:
    """A step or resource as people say it."""
    what = shipped_evidence().treatments.get(step)
    return VISITS.get(step) or (str(what["label"]) if what else read_out(step))


def main_steps(table: pd.DataFrame, most: int = MOST_STEPS) -> list[str]:
    """The steps of a wait table most asked for in the first arm, in the table's order."""
    first = table.loc[table["arm"] == table["arm"].iloc[0]] if len(table) else table
    often = set(first.loc[first["n"] >= FEW].nlargest(most, "n")["step"])
    return [step for step in dict.fromkeys(table["step"]) if step in often]


def flow_sentences(study: Any, most: int = 4) -> list[str]:
    """One plain sentence for each main step and arm: how long the wait is, and how it differs.

    Parameters
    ----------
    study : Study
    most : int
        Steps that are told of, the most asked for.
    """
    table, pairs = wait_table(study), paired_flow(study)
    first, *others = study.arms
    said = []
    for step in main_steps(table, most):
        for arm in others or [first]:
            rows = table.loc[(table["arm"] == arm) & (table["step"] == step)]
            if len(rows):
                change = pairs.loc[
                    (pairs["measure"] == "median_wait") & (pairs["what"] == step) & (pairs["arm"] == arm)
                ]
                name = f"{step_label(step)} ({arm})" if len(others) > 1 else step_label(step)
                said.append(wait_sentence(name, rows.iloc[0], change.iloc[0] if len(change) else None, first))
    return said


def wait_sentence(name: str, row: pd.Series, change: pd.Series | None = None, versus: str = "today") -> str:
    """One sentence on a row of `wait_table` and, if given, of `paired_flow` (median_wait).

    >>> row = pd.Series({"median": 12, "p90": 40, "reached": True, "p90_reached": True})
    >>> wait_sentence("Physiotherapy", row)
    'Physiotherapy: half wait 12 days or less; one in ten waits longer than 40 days.'
    """
    median, p90 = float(row["median"]), float(row["p90"])
    if not row["reached"]:
        half = f"more than half wait longer than {days(median)}"
    else:
        half = "half are seen the same day" if median < 1 else f"half wait {days(median)} or less"
    if not row["p90_reached"]:
        tail = f"more than one in ten wait longer than {days(p90)}"
    else:
        tail = "nine in ten are seen the same day" if p90 < 1 else f"one in ten waits longer than {days(p90)}"
    return f"{name}: {half}{_changed(change, versus) if change is not None else ''}; {tail}."


def _changed(change: pd.Series, versus: str) -> str:
    difference, low, high = (float(change[key]) for key in ("difference", "low", "high"))
    if not np.isfinite(difference):
        return ""
    size = days(abs(difference))
    if round(abs(difference), 1) == 0 and not (np.isfinite(low) and round(high - low, 1) > 0):
        return f", as {versus}"
    if not np.isfinite(low):
        less = "less" if difference < 0 else "more"
        return f", {size} {less} than {versus} (one run: no interval)"
    if low <= 0 <= high:
        return f", no clear difference from {versus} (95 % interval {_signed(low)} to {_signed(high)} days)"
    ends = sorted((abs(low), abs(high)))
    less = "less" if difference < 0 else "more"
    return f", {size} {less} than {versus} (95 % interval {_number(ends[0])} to {_number(ends[1])})"


def days(value: float) -> str:
    """A number of days as people say it.

    >>> days(0.31), days(1), days(2.4), days(40.2)
    ('0.3 days', '1 day', '2.4 days', '40 days')
    """
    text = _number(value)
    return f"{text} day" if text == "1" else f"{text} days"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 or abs(value - round(value)) < 0.05 else f"{value:.1f}"


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else ''}{_number(abs(value))}"
