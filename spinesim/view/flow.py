"""Flow through a clinic as pictures: a table of `spinesim.study.flow` goes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinesim.study.flow import list_size, utilisation, wait_table, who_waits
from spinesim.view import style
from spinesim.view.flow_words import flow_sentences as flow_sentences
from spinesim.view.flow_words import main_steps as main_steps
from spinesim.view.flow_words import step_label as step_label
from spinesim.view.flow_words import wait_sentence as wait_sentence
from spinesim.view.plots import look, new_axes, wrapped


def _arms(table: pd.DataFrame) -> list[str]:
    return [str(arm) for arm in dict.fromkeys(table["arm"])]


def _empty(axes: Axes, text: str) -> Axes:
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)
    return axes


def _colour(position: int) -> str:
    return style.arm_style(position).colour


MARKERS = ("o", "s", "^", "D", "v")


def plot_waits(table: pd.DataFrame, ax: Axes | None = None, steps: Sequence[str] | None = None) -> Axes:
    """Waits per step, the arms beside each other.

    A filled mark is the median with its 95 % interval, an open one the 90th centile; an arrow: longer still.

    Parameters
    ----------
    table : DataFrame
        From `wait_table`; days.
    ax : Axes, optional
    steps : sequence of str, optional
        Default: those asked for most.
    """
    wanted = list(steps) if steps is not None else main_steps(table)
    arms = _arms(table)
    axes = ax if ax is not None else new_axes(8.5, 1.8 + 0.25 * len(wanted) * (len(arms) + 1))
    if not wanted:
        return _empty(axes, "Nobody waits for anything here.")
    gap = 0.8 / max(len(arms), 1)
    with look():
        for position, arm in enumerate(arms):
            mine = table.loc[table["arm"] == arm].set_index("step").reindex(wanted)
            y = np.arange(len(wanted)) + (position - (len(arms) - 1) / 2) * gap
            colour, marker = _colour(position), MARKERS[position % len(MARKERS)]
            median, p90 = mine["median"].to_numpy(float), mine["p90"].to_numpy(float)
            axes.hlines(y, median, p90, color=colour, linewidth=1.2, alpha=0.6)
            axes.hlines(y, mine["low"], mine["high"], color=colour, linewidth=4.5, alpha=0.35)
            axes.plot(median, y, marker, color=colour, markersize=8, linestyle="none", label=arm)
            axes.plot(
                p90,
                y,
                marker,
                markeredgecolor=colour,
                markerfacecolor="white",
                markersize=7,
                linestyle="none",
            )
            for name, ends in (("reached", median), ("p90_reached", p90)):
                short = (mine[name] == False).to_numpy()  # noqa: E712  NaN where an arm lacks the step
                axes.plot(ends[short], y[short], ">", color=colour, markersize=11, linestyle="none")
        axes.set_yticks(range(len(wanted)), [wrapped(step_label(step), 26) for step in wanted])
        axes.set_ylim(len(wanted) - 0.5, -0.5)
        axes.set_xlim(left=0)
        axes.grid(axis="x", color=style.PALE, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_xlabel("Days from when it was wanted (filled: half wait less; open: nine in ten)")
        axes.set_title("Waits (shorter is better)", loc="left")
        _legend(axes, len(arms))
    return axes


def _legend(axes: Axes, arms: int) -> None:
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=min(max(arms, 1), 3), frameon=False)
    if axes.get_legend() is not None and axes.figure.get_layout_engine() is None:
        axes.figure.subplots_adjust(bottom=0.3)


def plot_list_size(table: pd.DataFrame, resource: str, ax: Axes | None = None) -> Axes:
    """People waiting for one resource over the weeks, a line and band (95 % interval over runs) for each arm.

    Parameters
    ----------
    table : DataFrame
        From `list_size`.
    resource : str
    ax : Axes, optional
    """
    axes = ax if ax is not None else new_axes(7.5, 4.2)
    rows = table.loc[table["resource"] == resource]
    if not len(rows):
        return _empty(axes, f"No list for {step_label(resource).lower()} is kept.")
    with look():
        for position, arm in enumerate(_arms(table)):
            mine, form = rows.loc[rows["arm"] == arm].sort_values("week"), style.arm_style(position)
            week = mine["week"].to_numpy(float)
            known = mine["low"].notna().to_numpy()
            low, high = mine["low"].to_numpy(float), mine["high"].to_numpy(float)
            axes.fill_between(week, low, high, where=known, color=form.colour, alpha=0.18, linewidth=0)
            axes.plot(
                week,
                mine["mean"],
                color=form.colour,
                linestyle=form.dash,
                linewidth=form.width * 0.7,
                label=arm,
            )
        axes.set_ylim(bottom=0)
        axes.grid(axis="y", color=style.PALE, linewidth=0.8)
        axes.set_xlabel("Weeks since the clinic opened")
        axes.set_ylabel("People waiting")
        axes.set_title(f"Waiting list: {step_label(resource)}", loc="left")
        _legend(axes, len(_arms(table)))
    return axes


def plot_utilisation(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Share of each resource's time that is used, arms beside each other, with 95 % intervals over runs.

    Parameters
    ----------
    table : DataFrame
        From `utilisation`.
    ax : Axes, optional
    """
    names, arms = [str(x) for x in dict.fromkeys(table["resource"])], _arms(table)
    axes = ax if ax is not None else new_axes(8.0, 1.6 + 0.25 * len(names) * (len(arms) + 1))
    if not names:
        return _empty(axes, "Nothing here is limited.")
    height = 0.8 / len(arms)
    with look():
        for position, arm in enumerate(arms):
            mine = table.loc[table["arm"] == arm].set_index("resource").reindex(names)
            y = np.arange(len(names)) + (position - (len(arms) - 1) / 2) * height
            used = 100 * mine["utilisation"].to_numpy(float)
            edges = 100 * mine[["low", "high"]].to_numpy(float)
            hatch = (None, "//", "..", "xx", "--")[position % 5]
            axes.barh(
                y,
                used,
                height * 0.9,
                color=_colour(position),
                alpha=0.75,
                hatch=hatch,
                edgecolor="white",
                label=arm,
            )
            axes.hlines(y, edges[:, 0], edges[:, 1], color=style.INK, linewidth=1.6)
            for place, value in zip(y, used, strict=True):
                if np.isfinite(value):
                    axes.text(101, place, f"{value:.0f} %", va="center", fontsize=style.FONT - 2)
        axes.axvline(100, color=style.GREY, linewidth=1)
        axes.set_xlim(0, 108)
        axes.set_yticks(range(len(names)), [step_label(name) for name in names])
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlabel("% of the time open that is used")
        axes.set_title("Use of the clinic's time", loc="left")
        _legend(axes, len(arms))
    return axes


def plot_who_waits(table: pd.DataFrame, step: str, ax: Axes | None = None) -> Axes:
    """Median wait for one step in each group of people, arms beside each other.

    Parameters
    ----------
    table : DataFrame
        From `who_waits`; days.
    step : str
    ax : Axes, optional
    """
    axes = ax if ax is not None else new_axes(7.5, 4.2)
    rows = table.loc[table["step"] == step]
    if not len(rows):
        return _empty(axes, f"Nobody waits for: {step_label(step).lower()}.")
    names, arms = [str(x) for x in dict.fromkeys(rows["group"])], _arms(rows)
    gap = 0.5 / len(arms)
    with look():
        for position, arm in enumerate(arms):
            mine = rows.loc[rows["arm"] == arm].set_index("group").reindex(names)
            y = np.arange(len(names)) + (position - (len(arms) - 1) / 2) * gap
            axes.hlines(y, mine["low"], mine["high"], color=_colour(position), linewidth=4.5, alpha=0.35)
            marker = MARKERS[position % len(MARKERS)]
            axes.plot(
                mine["median"], y, marker, color=_colour(position), markersize=8, linestyle="none", label=arm
            )
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlim(left=0)
        axes.grid(axis="x", color=style.PALE, linewidth=0.8)
        axes.set_xlabel("Days: half wait less (line: 95 % interval)")
        axes.set_title(f"Who waits: {step_label(step)}", loc="left")
        _legend(axes, len(arms))
    return axes


def flow_figure(study: Any, resource: str | None = None) -> Figure:
    """Waits, use of time and the longest list of a study on one figure."""
    lists = list_size(study)
    if resource is None and len(lists):
        resource = str(lists.groupby("resource", sort=False)["mean"].mean().idxmax())
    with look():
        figure = cast(Figure, new_axes(15.0, 10.0).figure)
        figure.clear()
        grid = figure.subplots(2, 2)
        plot_waits(wait_table(study), grid[0, 0])
        plot_utilisation(utilisation(study), grid[0, 1])
        plot_list_size(lists, resource or "", grid[1, 0])
        who = who_waits(study)
        steps = main_steps(wait_table(study))
        plot_who_waits(who, steps[0] if steps else "", grid[1, 1])
    return figure
