"""One patient, two pathways: pain curves above two parallel lanes of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from spinesim.view import figure as pictures
from spinesim.view import plots, style

DAYS_PER_WEEK = 7.0
LATE = 26.0
"""Time axes of one patient end at a multiple of this many weeks."""
MOST_ROWS = 11


def kind(label: str) -> tuple[str, str]:
    """A label as what happened and its detail: 'visit, pain 4' is ('visit', 'pain 4')."""
    for mark in (", ", ": "):
        head, found, tail = label.partition(mark)
        if found:
            return head, tail
    return label, ""


def rows_of(lanes: Mapping[str, pd.DataFrame]) -> list[str]:
    """What happens in any lane, by the day it first happens; the rarest late ones are put into 'other'."""
    first: dict[str, float] = {}
    for lane in lanes.values():
        for day, label in zip(lane["day"], lane["label"], strict=True):
            head = kind(str(label))[0]
            first[head] = min(float(day), first.get(head, np.inf))
    ordered = sorted(first, key=lambda head: first[head])
    return ordered if len(ordered) <= MOST_ROWS else [*ordered[: MOST_ROWS - 1], "other"]


def horizon(lanes: Mapping[str, pd.DataFrame], last_week: float) -> float:
    """End of a patient's time axis (weeks): half years enough to hold every event, at most `last_week`."""
    last = max((float(lane["day"].max()) for lane in lanes.values() if len(lane)), default=0.0)
    return min(last_week, LATE * max(1.0, np.ceil((last / DAYS_PER_WEEK + 2) / LATE)))


def draw_lane(axes: Axes, lane: pd.DataFrame, rows: Sequence[str], position: int, last_week: float) -> None:
    """One lane: a row for each thing that can happen, a mark for each time it does, its detail beside it."""
    look = style.arm_style(position)
    room = 0.055 * last_week
    by_row: dict[int, list[tuple[float, str]]] = {}
    for day, label in zip(lane["day"], lane["label"], strict=True):
        head, detail = kind(str(label))
        row = rows.index(head) if head in rows else len(rows) - 1
        by_row.setdefault(row, []).append((float(day) / DAYS_PER_WEEK, detail))
    for row, marks in by_row.items():
        marks.sort()
        weeks = [week for week, _ in marks]
        axes.plot(
            weeks,
            [row] * len(weeks),
            linestyle="none",
            marker="o" if position == 0 else "s",
            markersize=7.0,
            color=look.colour,
            clip_on=False,
            zorder=3,
        )
        for (week, detail), after in zip(marks, [*weeks[1:], np.inf], strict=True):
            if detail and after - week > room:
                axes.text(
                    week + 0.009 * last_week, row, detail, fontsize=style.FONT - 3, va="center", ha="left"
                )
    axes.set_yticks(range(len(rows)), rows, fontsize=style.FONT - 2.5)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color=style.PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xlim(-0.012 * last_week, last_week)
    axes.xaxis.set_major_locator(MultipleLocator(13 if last_week > 26 else 2))


def timeline(
    lanes: Mapping[str, pd.DataFrame],
    last_week: float,
    parts_on_day: float | None = None,
    axes: Sequence[Axes] | None = None,
) -> Sequence[Axes]:
    """Parallel timelines: one Axes an arm, the same rows in each, so that a gap is seen as a gap.

    Parameters
    ----------
    lanes : mapping
        Arm to DataFrame(day, label).
    last_week : float
        Right end of the time axis, weeks.
    parts_on_day : float, optional
        Day on which the paths part; marked by an upright line.
    axes : sequence of Axes, optional
        One an arm; a new figure if left out.
    """
    rows = rows_of(lanes)
    if axes is None:
        with plots.look():
            made, _ = pictures.new_canvas(11.4, 0.9 + 0.3 * len(rows) * len(lanes))
            made.set_layout_engine("constrained")
            axes = list(np.atleast_1d(made.subplots(len(lanes), 1)))
    for position, ((arm, lane), one) in enumerate(zip(lanes.items(), axes, strict=True)):
        draw_lane(one, lane, rows, position, last_week)
        one.set_title(arm, loc="left", color=style.arm_style(position).colour)
        if parts_on_day is not None:
            one.axvline(
                parts_on_day / DAYS_PER_WEEK, color=style.INK, linewidth=1.2, linestyle=(0, (2, 2)), zorder=1
            )
    axes[-1].set_xlabel("Weeks since the first visit")
    return axes


def pain_curves(
    pain: Mapping[str, Any], last_week: float, axes: Axes, parts_on_day: float | None = None
) -> Axes:
    """Weekly pain (NRS 0–10) of one patient in each arm, on fixed axes with the arms named at the lines."""
    scale = style.SCALES["pain"]
    ends = [float(np.asarray(values)[min(round(last_week), len(values) - 1)]) for values in pain.values()]
    heights = plots.spread(ends, 0.13 * scale.top, scale.top)
    for position, ((arm, values), end, height) in enumerate(zip(pain.items(), ends, heights, strict=True)):
        look = style.arm_style(position)
        weeks = np.arange(len(values))
        shown = weeks <= last_week
        axes.plot(
            weeks[shown],
            np.asarray(values)[shown],
            color=look.colour,
            linestyle=look.dash,
            linewidth=look.width,
        )
        axes.plot(
            [last_week, last_week * 1.012], [end, height], color=look.colour, linewidth=1.2, clip_on=False
        )
        axes.text(
            last_week * 1.016, height, arm, color=look.colour, fontweight="bold", va="center", clip_on=False
        )
    axes.set_xlim(-0.012 * last_week, last_week)
    axes.set_ylim(0, scale.top)
    axes.yaxis.set_major_locator(MultipleLocator(scale.step))
    axes.xaxis.set_major_locator(MultipleLocator(13 if last_week > 26 else 2))
    axes.grid(axis="y", color=style.PALE, linewidth=0.8)
    axes.set_ylabel(f"{scale.name}, {scale.unit}")
    if parts_on_day is not None:
        week = parts_on_day / DAYS_PER_WEEK
        axes.axvline(week, color=style.INK, linewidth=1.2, linestyle=(0, (2, 2)), zorder=0)
        axes.text(
            week + 0.006 * last_week, scale.top, "the paths part here", va="top", fontsize=style.FONT - 1
        )
    return axes


class StoryFigure:
    """Pain curves and timelines of one patient; the figure is made once and redrawn for each patient."""

    def __init__(self, last_week: float) -> None:
        self.last_week = last_week
        with plots.look():
            self.figure, self.canvas = pictures.new_canvas(11.4, 8.6)

    def picture(self, story: Any) -> bytes:
        """PNG bytes for a story (attributes lanes, pain, parts_on_day)."""
        last = horizon(story.lanes, self.last_week)
        with plots.look():
            self.figure.clear()
            pain = self.figure.add_axes((0.185, 0.715, 0.705, 0.265))
            lanes = [self.figure.add_axes((0.185, bottom, 0.705, 0.255)) for bottom in (0.395, 0.075)]
            pain_curves(story.pain, last, pain, story.parts_on_day)
            timeline(story.lanes, last, story.parts_on_day, lanes)
            self.canvas.draw()
        return pictures.png(self.canvas)
