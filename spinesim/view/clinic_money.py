"""A clinic's money in words and pictures: cost per person helped, staff hours, what a slot buys.

Tables of `spinesim.study.value` go in; no number is made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spinesim.errors import SpinesimError
from spinesim.view import style
from spinesim.view.plots import look, new_axes, wrapped

TITLES = {
    "cost_per_person": "Cost per person referred",
    "cost_per_goal": "Cost per person who attained the goal",
    "cost_per_pain": "Cost per person whose pain improved",
    "net_benefit": "Net monetary benefit per person",
}
SHOWN = 0.05  # days; a smaller change would be written as 0.0
UNCLEAR = ("the same", "not clearly different")
NAMES = {"helped_goal": "people helped", "qaly": "QALYs", "cost": "cost"}
CHANGES = {
    "helped_goal": ("more people attain their goal", "fewer people attain their goal", 1),
    "qaly": ("QALYs more", "QALYs less", 2),
    "cost": ("more", "less", 0),
}


def money_sentences(table: pd.DataFrame, measure: str = "cost_per_goal") -> list[str]:
    """What `clinic_money` says of one measure, a sentence for each arm beside the first."""
    rows = _of(table, measure)
    first, others = rows[0], rows[1:]
    said = []
    for row in others or rows:
        start = f"{TITLES.get(measure, measure)} in {_plain(row['arm'])}: "
        if row["value"] != row["value"]:
            said.append(f"{start}{row['says']}.")
            continue
        start += f"{row['value']:,.0f} {row['unit'].split(' per ')[0]}"
        if row is first:
            said.append(f"{start}{_between(row['low'], row['high'], 0)}.")
        elif row["difference"] == 0:
            said.append(f"{start}, the same as in {_plain(first['arm'])}.")
        else:
            way = "more" if row["difference"] > 0 else "less"
            size = f"{abs(row['difference']):,.0f}" if abs(row["difference"]) >= 0.5 else "under 1"
            ends = _between(row["difference_low"], row["difference_high"], 0, sign=True)
            tail = "; which is dearer stays open" if row["says"] == "not clearly different" else ""
            said.append(f"{start}, {size} {way} than in {_plain(first['arm'])}{ends}{tail}.")
    return said


def slot_sentences(table: pd.DataFrame) -> list[str]:
    """What `slot_worth` says of each arm, in one plain sentence."""
    return [_slot(rows) for _, rows in table.groupby("arm", sort=False)]


def _slot(rows: pd.DataFrame) -> str:
    """What changed clearly; what did not is named without figures (they are in the table)."""
    first = rows.iloc[0]
    start = f"One more slot of {first['minutes']} minutes a week at {_plain(first['resource'])}: "
    waits = rows.loc[rows["measure"] == "median_wait"].to_dict("records")
    parts = [said for wait in waits if (said := _wait(wait))] or ["no clear change of the waits"]
    known = rows.set_index("measure")
    unclear = []
    for measure, (up, down, places) in CHANGES.items():
        row = known.loc[measure]
        if row["says"] in UNCLEAR:
            unclear.append(NAMES[measure])
            continue
        size = f"{abs(row['difference']):,.{places}f}"
        if measure == "cost":
            size = f"care costs {size} {row['unit'].split(' per ')[0]}"
        said = f"{size} {up if row['difference'] >= 0 else down}"
        parts.append(said + _between(row["low"], row["high"], places, sign=True))
    if unclear:
        parts.append(f"no clear change of {' or '.join(unclear)}")
    return start + "; ".join(parts) + "; people and money are those of a year's referrals."


def _wait(wait: dict[str, Any]) -> str:
    """A step's median wait, if it changed clearly, or by a tenth of a day in a single run; else nothing."""
    change, low, high = wait["difference"], wait["low"], wait["high"]
    single = low != low
    if not abs(change) >= SHOWN or (not single and low <= 0 <= high):
        return ""
    size = f"{abs(change):.1f} days {'longer' if change > 0 else 'shorter'}"
    ends = _between(low, high, 1, sign=True)
    return f"the median wait for {_plain(wait['step'])} is {size}{ends}"


def plot_cost_per(table: pd.DataFrame, measure: str = "cost_per_goal", ax: Axes | None = None) -> Axes:
    """Each arm's cost of `clinic_money` as a point with its 95 % interval."""
    rows = _of(table, measure)
    axes = ax if ax is not None else new_axes(8.2, 1.6 + 0.6 * max(len(rows), 2))
    with look():
        for at, row in enumerate(rows):
            form = style.arm_style(at)
            if row["value"] != row["value"]:
                axes.text(0.02, at, row["says"], transform=axes.get_yaxis_transform(), va="center")
                continue
            axes.plot(
                [row["low"], row["high"]], [at, at], color=form.colour, linestyle=form.dash, linewidth=2.4
            )
            axes.plot(row["value"], at, marker="o", markersize=9, color=form.colour, markeredgecolor="white")
            above: dict[str, Any] = {"xytext": (0, 9), "textcoords": "offset points", "ha": "center"}
            axes.annotate(f"{row['value']:,.0f}", (row["value"], at), **above)
        axes.set_yticks(range(len(rows)), [wrapped(str(row["arm"]), 26) for row in rows])
        axes.set_ylim(len(rows) - 0.4, -0.7)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
        axes.set_xlabel(f"{rows[0]['unit']} (95 % interval)")
        axes.set_title(TITLES.get(measure, measure), loc="left")
    return axes


def plot_staff_hours(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Hours of service a week at each resource and arm, before the hours it is open (pale)."""
    busy, open_ = _of(table, "hours_per_week"), _of(table, "open_hours_per_week")
    names, arms = _distinct(busy, "resource"), _distinct(busy, "arm")
    axes = ax if ax is not None else new_axes(8.2, 1.6 + 0.28 * len(names) * (len(arms) + 1))
    tall = 0.8 / len(arms)
    with look():
        for rows, filled in ((open_, False), (busy, True)):
            for row in rows:
                position = arms.index(row["arm"])
                at = names.index(row["resource"]) + (position - (len(arms) - 1) / 2) * tall
                colour = style.arm_style(position).colour if filled else style.PALE
                first = filled and row["resource"] == names[0]
                label = wrapped(str(row["arm"]), 26) if first else "_open"
                axes.barh(at, np.nan_to_num(row["value"]), height=0.9 * tall, color=colour, label=label)
        axes.barh(0, 0, color=style.PALE, label="open")
        axes.set_yticks(range(len(names)), [wrapped(name, 20) for name in names])
        axes.invert_yaxis()
        axes.set_xlabel("Hours per week")
        axes.set_title("Staff hours: used, of those open", loc="left")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return axes


def _of(table: pd.DataFrame, measure: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.loc[table["measure"] == measure].to_dict("records")
    if not rows:
        known = ", ".join(dict.fromkeys(table["measure"]))
        raise SpinesimError(f"The table has no rows of '{measure}'; choose one of {known}.")
    return rows


def _distinct(rows: Sequence[dict[str, Any]], key: str) -> list[str]:
    return list(dict.fromkeys(str(row[key]) for row in rows))


def _plain(name: object) -> str:
    return str(name).replace("_", " ")


def _between(low: float, high: float, places: int, sign: bool = False, open_: bool = False) -> str:
    """An interval in brackets; nothing where there is none."""
    if low != low:
        return " (no interval)"
    plus = "+" if sign else ""
    if 0 < max(abs(low), abs(high)) < 1 and places < 2:  # "-0 to +0" would say nothing
        places = 2
    tail = ": not clear" if open_ else ""
    return f" (95 % interval {low:{plus},.{places}f} to {high:{plus},.{places}f}{tail})"
