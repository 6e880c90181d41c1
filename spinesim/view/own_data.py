"""Figures of an import: what was fitted, beside the counts it was fitted to (small counts left out)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from spinesim.study.simulation import conditions
from spinesim.view import style
from spinesim.view.plots import look, wrapped

MOST_CONDITIONS = 12


def plot_import(plots: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw referrals over time, missed appointments by lead time with the fit, lead times and the mix.

    Parameters
    ----------
    plots : mapping
        `Imported.plots`.

    Returns
    -------
    Figure
        Four panels; one that has nothing to show says so.
    """
    with look():
        figure = Figure(figsize=(13.5, 9.5), layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots(2, 2)
        _weekly(grid[0, 0], plots["weekly"])
        _missed(grid[0, 1], plots["missed"], plots["curve"])
        _lead(grid[1, 0], plots["lead"])
        _mix(grid[1, 1], plots["mix"])
    return figure


def _nothing(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left")
    axes.text(
        0.5, 0.5, "too few to show", ha="center", va="center", color=style.GREY, transform=axes.transAxes
    )
    axes.set_xticks([])
    axes.set_yticks([])


def _weekly(axes: Axes, table: pd.DataFrame) -> None:
    title = "Referrals a week"
    shown = table.dropna()
    if shown.empty:
        return _nothing(axes, title)
    together = int(table["weeks"].iloc[0])
    mean = float(shown["per_week"].mean())
    over = "" if together == 1 else f", means of {together} weeks"
    axes.set_title(f"{title}{over} (on average {mean:.0f})", loc="left")
    axes.plot(table["week"] + together / 2, table["per_week"], "o", color=style.BLUE, ms=5)
    axes.axhline(mean, color=style.BLACK, lw=1.4, ls=(0, (4, 2)))
    axes.set_ylim(0, 1.15 * float(shown["per_week"].max()))
    axes.set_xlabel("weeks since the first whole week of the file")
    axes.set_ylabel("referrals a week")
    return None


def _missed(axes: Axes, table: pd.DataFrame, curve: pd.DataFrame) -> None:
    title = "Missed appointments by lead time"
    if table.empty:
        return _nothing(axes, title)
    axes.set_title(title, loc="left")
    if len(curve):
        axes.fill_between(
            curve["lead"], 100 * curve["low"], 100 * curve["high"], color=style.SKY, alpha=0.35, lw=0
        )
        axes.plot(curve["lead"], 100 * curve["share"], color=style.BLUE, lw=2.4, label="fitted, 95 % band")
    share, lead = 100 * table["share"], table["lead"]
    bars = np.array([share - 100 * table["low"], 100 * table["high"] - share]).clip(min=0)
    axes.errorbar(
        lead, share, bars, fmt="s", color=style.VERMILLION, ms=6, lw=1.5, label="your file, 95 % interval"
    )
    axes.set_xlim(left=-1)
    axes.set_ylim(0, 1.2 * float(100 * table["high"].max()))
    axes.set_xlabel("days from booking to appointment")
    axes.set_ylabel("missed, %")
    axes.legend(frameon=False, loc="upper left")
    return None


def _lead(axes: Axes, table: pd.DataFrame) -> None:
    title = "How far ahead appointments are made"
    if not table["n"].sum():
        return _nothing(axes, title)
    axes.set_title(title, loc="left")
    axes.bar(table["week"] + 0.5, table["n"], width=0.9, color=style.SKY, edgecolor=style.BLUE)
    for week in table.loc[table["n"].isna(), "week"]:
        axes.plot(week + 0.5, 0, "x", color=style.GREY, ms=5, clip_on=False)
    if table["n"].isna().any():
        axes.set_xlabel("weeks from booking to appointment (×: too few to show)")
    else:
        axes.set_xlabel("weeks from booking to appointment")
    axes.set_ylabel("appointments")
    return None


def _mix(axes: Axes, table: pd.DataFrame) -> None:
    title = "Who is referred"
    if table.empty:
        return _nothing(axes, title)
    axes.set_title(title, loc="left")
    shown = table.sort_values("value", ascending=False).head(MOST_CONDITIONS)
    labels = conditions()
    at = np.arange(len(shown))
    share = 100 * shown["value"].to_numpy(float)
    bars = np.array([share - 100 * shown["low"], 100 * shown["high"] - share]).clip(min=0)
    axes.errorbar(share, at, xerr=bars, fmt="o", color=style.BLUE, ms=6, lw=1.8)
    axes.set_yticks(at, [wrapped(labels.get(key, key).split(" (")[0], 30) for key in shown["condition"]])
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=style.PALE)
    axes.set_xlabel("% of referrals with a condition, 95 % interval")
    return None
