"""Pictures of a report: a table of the result folder in, a figure as a data address with its words out."""

from __future__ import annotations

import base64
import math
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from spinesim.view import style
from spinesim.view.plots import look, new_axes, picture, plot_fan, spread, wrapped
from spinesim.view.report.blocks import Picture
from spinesim.view.report.named import payer, resource, shown, step

WIDE, ROW = 6.6, 0.34
"""Inches: narrow enough to be read on a phone."""
MARKERS = ("o", "s", "^", "D", "v")
MOST_STEPS, MOST_LISTS, MOST_FANS = 9, 4, 2


def framed(axes: Axes | Figure, alt: str, caption: str) -> Picture:
    """A figure as a picture of the report: an SVG inside the page."""
    data = base64.b64encode(picture(axes, "svg")).decode("ascii")
    return Picture(f"data:image/svg+xml;base64,{data}", alt, caption)


def waits_picture(table: pd.DataFrame, arms: Sequence[str]) -> Picture | None:
    """Median (marker) and 90th centile (end of the line) of the wait for each step, in each arm."""
    asked = table.groupby("step")["n"].sum().nlargest(MOST_STEPS).index
    steps = [one for one in dict.fromkeys(table["step"]) if one in set(asked)]
    if not steps:
        return None
    axes = new_axes(WIDE, 1.2 + 0.25 * len(arms) + ROW * len(steps) * max(len(arms), 2) / 1.6)
    said = []
    with look():
        for position, arm in enumerate(arms):
            form = style.arm_style(position)
            rows = table[table["arm"] == arm].set_index("step")
            label = wrapped(arm, 34)
            for place, name in enumerate(steps):
                if name not in rows.index or not math.isfinite(rows.loc[name, "median"]):
                    continue
                y = place + _offset(position, len(arms))
                middle, far = float(rows.loc[name, "median"]), float(rows.loc[name, "p90"])
                axes.plot([middle, far], [y, y], color=form.colour, linewidth=1.6, linestyle=form.dash)
                axes.plot([far], [y], marker="|", markersize=9, color=form.colour, markeredgewidth=2)
                axes.plot(
                    [middle],
                    [y],
                    marker=MARKERS[position % len(MARKERS)],
                    markersize=7.5,
                    color=form.colour,
                    linestyle="none",
                    label=label,
                )
                label = "_"
                said.append(f"{step(name)}, {arm}: {shown(middle)} and {shown(far)} days")
        _rows(axes, [wrapped(step(name), 24) for name in steps])
        axes.set_xlim(left=0)
        axes.set_xlabel("Days waited: median to 90th centile")
        _legend(axes, len(arms))
    return framed(
        axes,
        f"Median and 90th centile of the wait. {'; '.join(said)}.",
        "Waiting, by step and scenario. Half of the people wait no longer than the marker, nine of "
        "ten no longer "
        "than the bar at the end of the line.",
    )


def use_picture(table: pd.DataFrame, arms: Sequence[str]) -> Picture | None:
    """Utilisation of each resource with its interval, in each arm."""
    names = list(dict.fromkeys(table["resource"]))
    if not names:
        return None
    axes = new_axes(WIDE, 1.2 + 0.25 * len(arms) + ROW * len(names) * max(len(arms), 2) / 1.6)
    said = _dots(
        axes, table.rename(columns={"resource": "row", "utilisation": "value"}), names, arms, resource
    )
    with look():
        _rows(axes, [wrapped(resource(name), 24) for name in names])
        axes.set_xlim(0, 1.02)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        axes.set_xlabel("Share of the open time that is used")
        _legend(axes, len(arms))
    spoken = "; ".join(f"{name}: {shown(100 * value)} %" for name, value in said)
    return framed(
        axes,
        f"Utilisation. {spoken}.",
        "Share of each resource's open hours that is used, with 95 % interval.",
    )


def lists_picture(table: pd.DataFrame, arms: Sequence[str], warm_up: int) -> Picture | None:
    """People waiting over time for the resources with the longest lists, one panel each."""
    longest = table.groupby("resource")["mean"].mean().nlargest(MOST_LISTS)
    names = [one for one in dict.fromkeys(table["resource"]) if one in set(longest[longest > 0].index)]
    if not names:
        return None
    with look():
        figure = Figure(figsize=(WIDE, 0.6 + 0.25 * len(arms) + 1.7 * len(names)), layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
        said = []
        for axes, name in zip(grid, names, strict=True):
            for position, arm in enumerate(arms):
                rows = table[(table["arm"] == arm) & (table["resource"] == name)].sort_values("week")
                if len(rows):
                    _line(axes, rows, position, wrapped(arm, 34))
                    said.append(f"{resource(name)}, {arm}: {shown(rows['mean'].iloc[-1])} in the last week")
            if warm_up:
                axes.axvline(warm_up, color=style.GREY, linewidth=1, linestyle=":")
            axes.set_title(resource(name), loc="left")
            axes.set_ylim(bottom=0)
            axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
            axes.grid(axis="y", color=style.PALE, linewidth=0.8)
        grid[-1].set_xlabel("Weeks since the start of the run")
        figure.legend(*grid[0].get_legend_handles_labels(), frameon=False, loc="outside upper left")
    dotted = " The dotted line is the end of the warm-up." if warm_up else ""
    return framed(
        figure,
        f"People waiting by week. {'; '.join(said)}.",
        f"People who wait and want their appointment now, by week: mean and 95 % interval over runs.{dotted}",
    )


def course_picture(
    table: pd.DataFrame, outcome: str, arms: Sequence[str], regions: Collection[str]
) -> Picture | None:
    """Pain or disability by week: a fan for two arms, means with intervals for more."""
    rows = table[table["outcome"] == outcome]
    if not len(rows):
        return None
    name = style.scale(outcome, regions or style.REGIONS).name
    last = rows.sort_values("week").groupby("arm", sort=False)["mean"].last()
    spoken = "; ".join(f"{arm}: {shown(last[arm], 2)}" for arm in arms)
    if len(arms) <= MOST_FANS:
        short = {arm: wrapped(arm, 16) for arm in arms}
        axes = new_axes(WIDE, 3.9)
        plot_fan(rows.assign(arm=rows["arm"].map(short)), outcome, ax=axes, regions=regions or style.REGIONS)
        how = "Lines are means; the bands hold the middle half and the middle 80 % of people."
    else:
        axes = _courses(rows, outcome, arms, regions or style.REGIONS)
        how = "Lines are means, bands their 95 % intervals."
    return framed(axes, f"{name} by week. Mean in the last week: {spoken}.", f"{name} by week. {how}")


def _courses(rows: pd.DataFrame, outcome: str, arms: Sequence[str], regions: Collection[str]) -> Axes:
    scale = style.scale(outcome, regions)
    axes = new_axes(WIDE, 3.9)
    with look():
        ends = []
        for position, arm in enumerate(arms):
            mine = rows[rows["arm"] == arm].sort_values("week")
            _line(axes, mine, position, wrapped(arm, 34))
            ends.append(float(mine["mean"].iloc[-1]))
        week = float(rows["week"].max())
        axes.set_xlim(0, week)
        axes.set_ylim(0, scale.top)
        for position, height in enumerate(spread(ends, 0.07 * scale.top, scale.top)):
            axes.text(
                week * 1.02,
                height,
                f"{ends[position]:.2g}",
                color=style.arm_style(position).colour,
                fontweight="bold",
                va="center",
                clip_on=False,
            )
        axes.set_title(f"{scale.name} (lower is better)", loc="left")
        axes.set_xlabel("Weeks since referral")
        axes.set_ylabel(f"{scale.name}, {scale.unit}")
        axes.grid(axis="y", color=style.PALE, linewidth=0.8)
        axes.legend(frameon=False, loc="upper right")
    return axes


def cost_picture(value: pd.DataFrame, arms: Sequence[str], money: str, reference: str) -> Picture | None:
    """Cost beside the reference, per person, for each payer."""
    others = list(arms[1:])
    views = list(dict.fromkeys(value["view"]))
    if not others or not views:
        return None
    table = value.rename(
        columns={
            "view": "row",
            "cost_difference": "value",
            "cost_difference_low": "low",
            "cost_difference_high": "high",
        }
    )
    axes = new_axes(WIDE, 1.3 + 0.25 * len(others) + ROW * len(views) * max(len(others), 2) / 1.4)
    said = _dots(axes, table, views, others, payer, first=1)
    with look():
        axes.axvline(0, color=style.INK, linewidth=1)
        _rows(axes, [wrapped(payer(name), 24) for name in views])
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.set_xlabel(f"Difference, {money} per person")
        _legend(axes, len(others))
    spoken = "; ".join(f"{name}: {shown(amount)}" for name, amount in said)
    return framed(
        axes,
        f"Difference in cost per person, {money}. {spoken}.",
        f"Cost beside {reference}, with 95 % interval: right is more, left is less.",
    )


def _dots(
    axes: Axes, table: pd.DataFrame, names: Sequence[str], arms: Sequence[str], say: object, first: int = 0
) -> list[tuple[str, float]]:
    """A dot with its interval for each row and arm; returns what is shown, in words and numbers."""
    said = []
    with look():
        for position, arm in enumerate(arms):
            form = style.arm_style(position + first)
            rows = table[table["arm"] == arm].set_index("row")
            label = wrapped(arm, 34)
            for place, name in enumerate(names):
                if name not in rows.index or not math.isfinite(rows.loc[name, "value"]):
                    continue
                y, middle = place + _offset(position, len(arms)), float(rows.loc[name, "value"])
                ends = rows.loc[name, ["low", "high"]].to_numpy(float)
                if np.isfinite(ends).all():
                    axes.plot(ends, [y, y], color=form.colour, linewidth=2, linestyle=form.dash)
                axes.plot(
                    [middle],
                    [y],
                    marker=MARKERS[(position + first) % len(MARKERS)],
                    markersize=7.5,
                    color=form.colour,
                    linestyle="none",
                    label=label,
                )
                label = "_"
                said.append((f"{say(name)}, {arm}", middle))  # type: ignore[operator]
    return said


def _line(axes: Axes, rows: pd.DataFrame, position: int, label: str) -> None:
    form = style.arm_style(position)
    week, mean = rows["week"].to_numpy(float), rows["mean"].to_numpy(float)
    low, high = rows["low"].to_numpy(float), rows["high"].to_numpy(float)
    if np.isfinite(low).all():
        axes.fill_between(week, np.maximum(low, 0), high, color=form.colour, alpha=0.16, linewidth=0)
    axes.plot(week, mean, color=form.colour, linestyle=form.dash, linewidth=form.width, label=label)


def _offset(position: int, arms: int) -> float:
    """Where an arm stands within its row."""
    return 0.0 if arms == 1 else 0.56 * (position / (arms - 1) - 0.5)


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.grid(axis="x", color=style.PALE, linewidth=0.8)
    for edge in range(1, len(labels)):
        axes.axhline(edge - 0.5, color=style.PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)


def _legend(axes: Axes, arms: int) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure = axes.get_figure()
        assert isinstance(figure, Figure)
        figure.legend(handles, labels, frameon=False, loc="outside upper left", ncols=1, handletextpad=0.2)
