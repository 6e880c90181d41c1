"""Pictures of how sure we are: chance beside numbers, readers, misses, what a buyer should choose."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from spinesim.study.trials.board import amount, far, figure_words
from spinesim.study.uncertainty.sizes import Size
from spinesim.view import plots, style
from spinesim.view.figure import DOTS, new_canvas, png
from spinesim.view.lab.shown import Picture
from spinesim.view.lab.sure_facts import label

WIDE, NARROW, TALL = 572, 568, 392
"""Pixels."""
EDGE = 4.0
"""Half-bands shown either side of a paper's figure; farther misses stand at the edge as arrows."""
MOST_ROWS = 10
"""Figures of a trial that have room; the farthest out are kept."""
LETTERS = 46
"""Of a figure's words and week, that have room beside its mark."""
DOTTED = (0, (2, 2))
CHANCE, NUMBERS, BOTH = "chance", "numbers", "both"
COLOURS = {CHANCE: style.SKY, NUMBERS: style.BLUE, BOTH: style.INK}


def _axes(width: int, left: float, bottom: float = 0.2) -> tuple[FigureCanvasAgg, Axes]:
    """Axes with room for row labels (`left`) and what stands below (`bottom`), in shares of the picture."""
    figure, canvas = new_canvas(width / DOTS, TALL / DOTS)
    return canvas, figure.add_axes((left, bottom, 0.945 - left, 0.87 - bottom))


def _drawn(canvas: FigureCanvasAgg, alt: str, width: int) -> Picture:
    canvas.draw()
    return Picture(png(canvas), alt, width)


def _titled(axes: Axes, title: str) -> None:
    """A title that begins at the left edge of the picture."""
    figure = axes.figure
    figure.text(0.02, 0.93, title, fontweight="bold", fontsize=style.FONT + 1, va="center")


def _rows(axes: Axes, names: Sequence[str], size: float = style.FONT - 1, width: int = 17) -> None:
    """Names of rows, the first on top."""
    axes.set_yticks(np.arange(len(names))[::-1], [plots.wrapped(one, width) for one in names], fontsize=size)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _zero(axes: Axes, numbers: Sequence[float], said: Sequence[str]) -> None:
    """A line at 0, limits that hold it and every number, and what differs below."""
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    room = 0.06 * (high - low or 1.0)
    axes.set_xlim(low - room, high + room)
    axes.axvline(0, color=style.GREY, linewidth=1.2, linestyle=DOTTED, zorder=0)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:+,.4g}" if x else "0"))
    axes.set_xlabel("\n".join(said), fontsize=style.FONT - 1)
    axes.xaxis.set_label_coords(0.4, -0.12)


def two_kinds(gaps: np.ndarray, sizes: Mapping[str, Size], people: int, axis: Sequence[str]) -> Picture:
    """Every draw's difference, and the 95 % intervals from chance, from the numbers, from both.

    Parameters
    ----------
    gaps : array, shape (D,)
    sizes : mapping
        `CHANCE`, `NUMBERS`, `BOTH` to middle and interval.
    people : int
        Whose luck it is.
    axis : sequence of str
        What differs, in which unit; which arm less which.
    """
    names = {
        "draws": f"{len(gaps)} sets of numbers",
        CHANCE: f"chance: {people:,} people",
        NUMBERS: "not knowing the numbers",
        BOTH: "both together",
    }
    with plots.look():
        canvas, axes = _axes(NARROW, 0.29, 0.23)
        jitter = np.linspace(-0.28, 0.28, 7)[np.arange(len(gaps)) % 7]
        axes.plot(gaps, 3 + jitter, "o", color=style.BLUE, alpha=0.65, markersize=5, markeredgewidth=0)
        for place, key in ((2, CHANCE), (1, NUMBERS), (0, BOTH)):
            one = sizes[key]
            axes.plot([one.low, one.high], [place, place], color=COLOURS[key], linewidth=9,
                      solid_capstyle="butt")  # fmt: skip
            axes.plot([one.value], [place], "D", color="white", markeredgecolor=style.INK, markersize=7)
        _rows(axes, list(names.values()))
        _zero(axes, [*gaps, *(end for one in sizes.values() for end in (one.low, one.high))], axis)
        _titled(axes, "Chance, and not knowing the numbers")
        said = "; ".join(
            f"{names[key]}: {one.value:+.3g}, 95 % from {one.low:+.3g} to {one.high:+.3g}"
            for key, one in sizes.items()
        )
        alt = f"{', '.join(axis)}. {len(gaps)} draws from {gaps.min():+.3g} to {gaps.max():+.3g}. {said}."
        return _drawn(canvas, alt, NARROW)


def shares(table: pd.DataFrame) -> Picture:
    """Share of the variance from the numbers and from chance; `table` by outcome, as `decomposition`."""
    with plots.look():
        canvas, axes = _axes(WIDE, 0.29, 0.27)
        told = []
        for place, (outcome, row) in zip(np.arange(len(table))[::-1], table.iterrows(), strict=True):
            share = float(row["parameter_share"])
            if not math.isfinite(share):
                axes.text(0.5, place, "no difference in any draw", ha="center", va="center")
                told.append(f"{label(str(outcome))}: no difference")
                continue
            axes.barh(place, share, color=COLOURS[NUMBERS], edgecolor=style.INK, linewidth=0.6, height=0.62)
            axes.barh(place, 1 - share, left=share, color=style.PALE, edgecolor=style.INK, linewidth=0.6,
                      height=0.62, hatch="...")  # fmt: skip
            ends = [float(row["parameter_share_low"]), float(row["parameter_share_high"])]
            axes.plot(ends, [place, place], color=style.ORANGE, linewidth=2.4)
            axes.plot([share], [place], "D", color="white", markeredgecolor=style.INK, markersize=6)
            told.append(f"{label(str(outcome))}: {share:.0%} ({ends[0]:.0%} to {ends[1]:.0%})")
        _rows(axes, [label(str(one)) for one in table.index], style.FONT - 2, 20)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        handles = [
            Patch(facecolor=COLOURS[NUMBERS], edgecolor=style.INK, label="the numbers"),
            Patch(facecolor=style.PALE, edgecolor=style.INK, hatch="...", label="chance"),
            axes.plot([], [], color=style.ORANGE, linewidth=2.4, label="95 % interval")[0],
        ]
        axes.set_xlabel("Share of the variance")
        axes.figure.legend(
            handles=handles, loc="lower center", ncols=3, frameon=False, fontsize=style.FONT - 2
        )
        _titled(axes, "Which of the two is larger?")
        return _drawn(canvas, f"Share of the variance from the numbers. {'. '.join(told)}.", WIDE)


def readers(read: Mapping[str, Size], chosen: str, axis: Sequence[str]) -> Picture:
    """The difference as each reader of the same papers has it, with the luck of so many people."""
    with plots.look():
        canvas, axes = _axes(NARROW, 0.29, 0.23)
        told = []
        for place, (name, one) in zip(np.arange(len(read))[::-1], read.items(), strict=True):
            mine = name == chosen
            colour = style.VERMILLION if mine else style.GREY
            axes.plot([one.low, one.high], [place, place], color=colour, linewidth=3 if mine else 2)
            axes.plot([one.value], [place], "D" if mine else "o", color=colour, markersize=9)
            told.append(f"{name}: {one.value:+.3g} ({one.low:+.3g} to {one.high:+.3g})")
        _rows(axes, list(read))
        _zero(axes, [end for one in read.values() for end in one], axis)
        _titled(axes, "The same papers, four readers")
        alt = f"{', '.join(axis)}, by reader, with 95 % from chance. {'. '.join(told)}. Chosen: {chosen}."
        return _drawn(canvas, alt, NARROW)


def _short(row: Any, alone: bool) -> str:
    """What a figure measures and when, as far as there is room; without its arm where there is one only."""
    week = f", wk {row.week}"
    said = figure_words(row, LETTERS - len(week))
    if alone and not row.versus:
        said = figure_words(row).split(";")[0].replace(f", {row.arm}", "")
    return textwrap.shorten(said, LETTERS - len(week), placeholder=" …") + week


def said_place(row: Any) -> str:
    """Where a figure of a scoreboard lies, in words."""
    return "inside" if row.inside else f"{far(row.outside)} half-bands outside"


def misses(board: pd.DataFrame, says: str, people: int) -> Picture:
    """A trial's figures in half-bands of its paper: inside from -1 to 1.

    Parameters
    ----------
    board : DataFrame
        Rows of a scoreboard, one trial.
    says : str
        What the trial is called.
    people : int
        Simulated, per arm.
    """
    rows = board.sort_values("outside", ascending=False, kind="stable").head(MOST_ROWS)
    inside = int(board["inside"].sum())
    with plots.look():
        canvas, axes = _axes(WIDE, 0.53)
        axes.axvspan(-1, 1, color=style.PALE, zorder=0)
        names = []
        for place, row in zip(np.arange(len(rows))[::-1], rows.itertuples(), strict=True):
            at = float(np.clip(row.position, -EDGE, EDGE))
            beyond = abs(row.position) > EDGE
            colour = style.BLUE if row.inside else style.VERMILLION
            marker = (">" if at > 0 else "<") if beyond else "o" if row.inside else "X"
            axes.plot([at], [place], marker, color=colour, markersize=8, clip_on=False)
            if beyond:
                side = "right" if at > 0 else "left"
                axes.text(at - math.copysign(0.3, at), place, f"{row.position:+.0f}", va="center", ha=side,
                          color=colour, fontsize=style.FONT - 2)  # fmt: skip
            names.append(_short(row, alone=board["arm"].nunique() == 1))
        _rows(axes, names, style.FONT - 4.5, 2 * LETTERS)
        axes.set_xlim(-EDGE - 0.3, EDGE + 0.3)
        axes.set_xticks([-4, -2, -1, 0, 1, 2, 4])
        axes.set_xlabel("half-bands from the paper's figure", fontsize=style.FONT - 1)
        axes.xaxis.set_label_coords(0.35, -0.12)
        _titled(axes, f"Where the model misses: {inside} of {len(board)} inside")
        told = "; ".join(
            f"{figure_words(row, 60)}, week {row.week}: model {amount(row.model_mean)}, paper "
            f"{amount(row.paper_mean)}, {said_place(row)}"
            for row in board.itertuples()
        )
        return _drawn(canvas, f"{says}, re-run with {people} people an arm. {told}.", WIDE)


def _money_axis(axes: Axes, top: float, now: float) -> None:
    axes.set_xlim(0, top)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x / 1_000:,.0f}"))
    axes.set_xlabel("Willingness to pay for a QALY, thousand US$")
    axes.axvline(now, color=style.INK, linewidth=1.4, linestyle=DOTTED)


def buyer(table: pd.DataFrame, arms: Sequence[str], now: float) -> Picture:
    """Acceptability curves: how likely each arm is the best buy; the line stands at what is paid now."""
    with plots.look():
        canvas, axes = _axes(NARROW, 0.15, 0.29)
        told = []
        for position, arm in enumerate(arms):
            rows, form = table.loc[table["arm"] == arm], style.arm_style(position)
            axes.plot(rows["threshold"], rows["probability"], color=form.colour, linestyle=form.dash,
                      linewidth=form.width, label=arm)  # fmt: skip
            here = float(np.interp(now, rows["threshold"], rows["probability"]))
            told.append(f"{arm} is the best buy in {here:.0%} of the draws")
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.grid(axis="y", color=style.PALE, linewidth=0.8)
        _money_axis(axes, float(table["threshold"].max()), now)
        axes.figure.legend(loc="lower center", ncols=2, frameon=False, fontsize=style.FONT - 1)
        _titled(axes, "Which is the best buy, how surely?")
        return _drawn(canvas, f"At US$ {now:,.0f} for a QALY {' and '.join(told)}.", NARROW)


def worth(thresholds: np.ndarray, values: np.ndarray, now: float, here: float) -> Picture:
    """What knowing every number exactly would be worth for one decision, at each willingness to pay."""
    with plots.look():
        canvas, axes = _axes(WIDE, 0.15, 0.2)
        axes.fill_between(thresholds, values, color=style.SKY, alpha=0.45)
        axes.plot(thresholds, values, color=style.BLUE, linewidth=2.4)
        top = max(float(values.max()), here)
        axes.set_ylim(0, 1.15 * top if top > 0 else 1)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.set_ylabel("US$ per person")
        _money_axis(axes, float(thresholds.max()), now)
        axes.plot([now], [here], "D", color=style.VERMILLION, markersize=8, clip_on=False, zorder=3)
        _titled(axes, "What would knowing everything be worth?")
        if top == 0:
            axes.set_yticks([0])
            axes.text(0.5, 0.5, "Nothing: the same plan is the better buy\nin every set of numbers.",
                      ha="center", va="center", transform=axes.transAxes,
                      bbox={"facecolor": "white", "edgecolor": "none"})  # fmt: skip
        best = thresholds[int(values.argmax())]
        alt = (
            f"Expected value of perfect information: US$ {here:,.0f} per person at US$ {now:,.0f} for a "
            f"QALY; at most {values.max():,.0f}, at {best:,.0f}."
        )
        return _drawn(canvas, alt, WIDE)
