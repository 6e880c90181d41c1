"""Pictures of a study: a table goes in, Axes come out. Nothing is computed here that the table lacks.

`FanChart` and `IconArray` hold their artists, so a lab can move them instead of drawing anew;
`plot_fan` and `plot_icons` are the same pictures for one use.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MultipleLocator

from spinesim.errors import SpinesimError
from spinesim.view import style

DPI = 110
LABEL = 10
"""Letters of an arm's name beside its line, before it goes on in the next line."""
TITLE = 27
"""Letters of a title above an icon array at full size."""
SIDE = 10
"""Icons along each side of an icon array (100 people)."""


def look() -> AbstractContextManager[None]:
    """The house style (`style.RC`) while a figure is built or drawn; global settings are left alone."""
    return rc_context(cast(Any, dict(style.RC)))


def wrapped(text: str, width: int = 20) -> str:
    """`text` on at most a few short lines, broken at blanks; a file's name is read as words."""
    return textwrap.fill(text.replace("_", " "), width, break_long_words=False, break_on_hyphens=False)


def new_axes(width: float = 7.0, height: float = 4.2) -> Axes:
    """Axes on a figure of their own (inches), without pyplot and its global state."""
    with look():
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        axes: Axes = figure.add_subplot()
    return axes


def picture(drawn: Figure | Axes, kind: str = "png") -> bytes:
    """A figure as the content of a ``png`` or ``svg`` file; the same figure gives the same bytes."""
    figure = cast(Figure, drawn.figure)
    buffer = io.BytesIO()
    with look():
        figure.savefig(buffer, format=kind, dpi=DPI, metadata={"Date": None} if kind == "svg" else {})
    return buffer.getvalue()


def spread(values: Sequence[float], gap: float, top: float) -> list[float]:
    """Heights for labels that want to stand at `values`: `gap` apart, order kept, inside 0..`top`."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    placed = [0.0] * len(values)
    floor = 0.0
    for rank, i in enumerate(order):
        placed[i] = floor if rank and values[i] < floor else max(values[i], 0.0)
        floor = placed[i] + gap
    if len(order) == 2:  # share the push between the two, so neither label wanders far from its line
        low, high = order
        push = placed[high] - max(values[high], 0.0)
        placed[low] = max(placed[low] - push / 2, 0.0)
        placed[high] = max(placed[high] - push / 2, placed[low] + gap)
    over = max(placed, default=0.0) - top
    return [value - over for value in placed] if over > 0 else placed


class FanChart:
    """Mean line with the 25–75 and 10–90 per cent bands of each arm, on axes that never rescale.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    outcome : str
        One of `style.SCALES` (pain, limb_pain, axial_pain, disability, rmdq).
    arms : sequence of str
        Arm names in the order of the study (the reference first).
    last_week : float
        Right end of the time axis, weeks.
    labels : mapping, optional
        Shorter or kinder names for the arms.
    regions : collection of str, optional
        Where these people's pain is (lumbar, cervical), for the names on the axes.

    Raises
    ------
    SpinesimError
        If the outcome has no known scale.
    """

    def __init__(
        self,
        axes: Axes,
        outcome: str,
        arms: Sequence[str],
        last_week: float,
        labels: Mapping[str, str] | None = None,
        regions: Collection[str] = style.REGIONS,
    ) -> None:
        if outcome not in style.SCALES:
            raise SpinesimError(f"No fan chart for '{outcome}': choose one of {', '.join(style.SCALES)}.")
        self.axes, self.outcome, self.arms = axes, outcome, list(arms)
        self.scale = style.scale(outcome, regions)
        names = {arm: wrapped((labels or {}).get(arm, arm), LABEL) for arm in self.arms}
        self.lines_of_label = max(name.count("\n") + 1 for name in names.values())
        axes.set_xlim(0, last_week)
        axes.set_ylim(0, self.scale.top)
        axes.xaxis.set_major_locator(MultipleLocator(26 if last_week > 60 else 13))
        axes.yaxis.set_major_locator(MultipleLocator(self.scale.step))
        axes.grid(axis="y", color=style.PALE, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_title(f"{self.scale.name} (lower is better)", loc="left")
        axes.set_xlabel("Weeks since the first visit")
        axes.set_ylabel(f"{self.scale.name}, {self.scale.unit}")
        self.bands: dict[str, tuple[PolyCollection, PolyCollection, Line2D, Line2D]] = {}
        self.lines: dict[str, Line2D] = {}
        self.ticks: dict[str, Line2D] = {}
        self.texts: dict[str, Text] = {}
        blank = [0.0, last_week]
        for position, arm in enumerate(self.arms):
            form = style.arm_style(position)
            outer = axes.fill_between(blank, 0, 0, color=form.colour, alpha=0.11, linewidth=0)
            inner = axes.fill_between(blank, 0, 0, color=form.colour, alpha=0.20, linewidth=0)
            edge = {"color": form.colour, "linestyle": form.dash, "linewidth": 0.8, "alpha": 0.8}
            (low,), (high,) = axes.plot([], [], **edge), axes.plot([], [], **edge)
            self.bands[arm] = (outer, inner, low, high)
        for position, arm in enumerate(self.arms):
            form = style.arm_style(position)
            (self.lines[arm],) = axes.plot(
                [], [], color=form.colour, linestyle=form.dash, linewidth=form.width
            )
            (self.ticks[arm],) = axes.plot([], [], color=form.colour, linewidth=1.2, clip_on=False)
            self.texts[arm] = axes.text(
                last_week * 1.045,
                0,
                names[arm],
                color=form.colour,
                fontweight="bold",
                va="center",
                ha="left",
                clip_on=False,
            )

    @property
    def artists(self) -> list[Artist]:
        """Everything that moves, in drawing order."""
        bands: list[Artist] = [artist for arm in self.arms for artist in self.bands[arm]]
        return [*bands, *self.lines.values(), *self.ticks.values(), *self.texts.values()]

    def mark(self, points: Mapping[str, Mapping[int, float]]) -> list[Artist]:
        """Put published means on the axes: label to week to mean, each with a marker of its own.

        Returns
        -------
        list of Artist
            To be drawn after (over) the moving ones.
        """
        last = float(self.axes.get_xlim()[1])
        marks: list[Artist] = []
        for position, (label, means) in enumerate(points.items()):
            shown = {week: mean for week, mean in means.items() if week <= last}
            marks += self.axes.plot(
                list(shown),
                list(shown.values()),
                linestyle="none",
                marker="DPv"[position % 3],
                markersize=8,
                markerfacecolor=style.YELLOW,
                markeredgecolor=style.BLACK,
                label=wrapped(label, 34),
                clip_on=False,
            )
        size = style.FONT - 2
        marks.append(self.axes.legend(handles=marks, loc="upper right", frameon=False, fontsize=size))
        return marks

    def update(self, table: pd.DataFrame) -> None:
        """Move every artist to `table` (columns arm, week, mean, p10, p25, p75, p90)."""
        ends = []
        right = float(self.axes.get_xlim()[1])
        for arm in self.arms:
            rows = table.loc[table["arm"] == arm].sort_values("week")
            week = rows["week"].to_numpy(float)
            outer, inner, low, high = self.bands[arm]
            for band, bottom, top in ((outer, "p10", "p90"), (inner, "p25", "p75")):
                edge = np.concatenate([rows[bottom].to_numpy(float), rows[top].to_numpy(float)[::-1]])
                band.set_verts([np.column_stack([np.concatenate([week, week[::-1]]), edge])])
            low.set_data(week, rows["p10"].to_numpy(float))
            high.set_data(week, rows["p90"].to_numpy(float))
            mean = rows["mean"].to_numpy(float)
            self.lines[arm].set_data(week, mean)
            ends.append(float(mean[-1]) if len(mean) else 0.0)
        for arm, end, height in zip(
            self.arms,
            ends,
            spread(ends, 0.085 * self.lines_of_label * self.scale.top, self.scale.top),
            strict=True,
        ):
            self.texts[arm].set_y(height)
            self.ticks[arm].set_data([right, right * 1.035], [end, height])


class IconArray:
    """A hundred people as a 10 by 10 grid, the worst fate first; shape and colour both tell the category.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    categories : sequence of str
        Worst first, as in `study.icons()`.
    title : str
        Whose hundred people these are.
    colour : str
        Colour of the title (the arm's).
    """

    def __init__(self, axes: Axes, categories: Sequence[str], title: str, colour: str = style.INK) -> None:
        self.axes, self.categories = axes, list(categories)
        axes.set_xlim(-0.6, SIDE - 0.4)
        axes.set_ylim(SIDE - 0.4, -0.6)
        axes.set_aspect("equal")
        axes.set_axis_off()
        size = (style.FONT + 1) * min(1.0, TITLE / len(title))  # a long name is written smaller, not cut
        axes.set_title(title, color=colour, fontsize=size)
        self.markers: dict[str, Line2D] = {}
        for position, category in enumerate(self.categories):
            form = style.icon_style(position)
            (self.markers[category],) = axes.plot(
                [],
                [],
                linestyle="none",
                marker=form.marker,
                markersize=form.size,
                markerfacecolor=form.fill,
                markeredgecolor=form.edge,
                markeredgewidth=0.8,
            )

    @property
    def artists(self) -> list[Artist]:
        """Everything that moves, in drawing order."""
        return list(self.markers.values())

    def update(self, counts: Mapping[str, int]) -> None:
        """Show `counts`: category to people per 100.

        Raises
        ------
        SpinesimError
            If the counts do not add up to 100.
        """
        whole = [int(counts.get(category, 0)) for category in self.categories]
        if sum(whole) != SIDE * SIDE or min(whole) < 0:
            raise SpinesimError(
                f"An icon array needs counts that add up to 100; these add up to {sum(whole)}."
            )
        first = 0
        for category, count in zip(self.categories, whole, strict=True):
            place = np.arange(first, first + count)
            self.markers[category].set_data(place % SIDE, place // SIDE)
            first += count


def categories_of(icons: pd.DataFrame) -> list[str]:
    """Categories of an icon table, in its order (worst first)."""
    return list(dict.fromkeys(icons["category"]))


def counts_of(icons: pd.DataFrame, arm: str) -> dict[str, int]:
    """People per 100 in each category of one arm."""
    rows = icons.loc[icons["arm"] == arm]
    return {
        str(category): int(count) for category, count in zip(rows["category"], rows["per_100"], strict=True)
    }


def plot_fan(
    table: pd.DataFrame, outcome: str, ax: Axes | None = None, regions: Collection[str] = style.REGIONS
) -> Axes:
    """Fan chart of `study.fan(outcome)`.

    Parameters
    ----------
    table : DataFrame
        Columns arm, week, mean, p10, p25, p75, p90.
    outcome : str
        pain, limb_pain, axial_pain, disability or rmdq.
    ax : Axes, optional
        Where to draw; a new figure if left out.
    regions : collection of str, optional
        Where these people's pain is (lumbar, cervical): "Leg pain", "Arm pain" or "Leg or arm pain".
    """
    axes = ax if ax is not None else new_axes()
    arms = list(dict.fromkeys(table["arm"]))
    with look():
        chart = FanChart(axes, outcome, arms, float(table["week"].max()), regions=regions)
        chart.update(table)
    return axes


def plot_icons(icons: pd.DataFrame, arm: str, ax: Axes | None = None) -> Axes:
    """Icon array of one arm of `study.icons()` (columns arm, category, per_100), with a legend of counts."""
    axes = ax if ax is not None else new_axes(8.2, 4.2)
    counts = counts_of(icons, arm)
    with look():
        picture = IconArray(axes, categories_of(icons), f"{arm}: 100 people")
        picture.update(counts)
        handles = [picture.markers[category] for category in picture.categories]
        labels = [wrapped(f"{counts.get(category, 0)} {category}", 20) for category in picture.categories]
        axes.legend(
            handles, labels, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, labelspacing=1.0
        )
    return axes
