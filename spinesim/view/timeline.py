"""One patient, two pathways: pain curves above two parallel lanes of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from spinesim.view import figure as pictures
from spinesim.view import plots, style

DAYS_PER_WEEK = 7.0
ROWS = 5
"""Rows of labels above each lane."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a lane, perhaps several times in a row: from `first` to `last` day."""

    label: str
    first: float
    last: float
    times: int

    @property
    def said(self) -> str:
        """Label with the number of times, if more than one."""
        return f"{self.label} ×{self.times}" if self.times > 1 else self.label


def merged(lane: pd.DataFrame) -> list[Event]:
    """Events of a lane (columns day, label) in order of time, equal neighbours put together."""
    ordered = lane.sort_values("day", kind="stable")
    rows = [(float(day), str(label)) for day, label in zip(ordered["day"], ordered["label"], strict=True)]
    events = []
    for label, group in groupby(rows, key=lambda row: row[1]):
        days = [day for day, _ in group]
        events.append(Event(label, days[0], days[-1], len(days)))
    return events


def places(events: Sequence[Event], per_letter: float, rows: int = ROWS) -> list[tuple[int, float]]:
    """Row and left edge (weeks) of each label, so that no two labels overlap.

    A label starts at its event if a row is free there; otherwise it moves right in the row where it moves least.
    """
    ends = [-np.inf] * rows
    placed = []
    for event in events:
        week = event.first / DAYS_PER_WEEK
        row = next((i for i in range(rows) if ends[i] <= week), int(np.argmin(ends)))
        left = max(week, ends[row])
        ends[row] = left + per_letter * (len(event.said) + 1.5)
        placed.append((row, left))
    return placed


def draw_lane(axes: Axes, lane: pd.DataFrame, position: int, base: float, last_week: float) -> None:
    """Draw one lane of events on `axes`, its line at height `base`, in the colour and dash of arm `position`."""
    look = style.arm_style(position)
    events = merged(lane)
    axes.plot([0, last_week], [base, base], color=look.colour, linestyle=look.dash, linewidth=2.0)
    per_letter = last_week * 0.0084
    for event, (row, left) in zip(events, places(events, per_letter), strict=True):
        start, end = event.first / DAYS_PER_WEEK, event.last / DAYS_PER_WEEK
        height = base + 0.9 + 0.85 * row
        axes.plot([start, left], [base, height - 0.25], color=style.GREY, linewidth=0.7)
        if end > start:
            axes.plot([start, end], [base, base], color=look.colour, linewidth=6.0, alpha=0.5,
                      solid_capstyle="butt")
        axes.plot([start], [base], marker="o", markersize=6.5, color=look.colour)
        axes.text(left, height, event.said, fontsize=style.FONT - 2.5, va="center", ha="left")


def timeline(lanes: Mapping[str, pd.DataFrame], last_week: float, parts_on_day: float | None = None,
             axes: Axes | None = None) -> Axes:
    """Parallel timelines, one lane an arm, the first arm on top.

    Parameters
    ----------
    lanes : mapping
        Arm to DataFrame(day, label).
    last_week : float
        Right end of the time axis, weeks.
    parts_on_day : float, optional
        Day on which the paths part; marked by an upright line.
    axes : Axes, optional
        Where to draw; a new figure if left out.
    """
    axes = axes if axes is not None else plots.new_axes(11.0, 4.4)
    step = ROWS * 0.85 + 1.35
    for position, (arm, lane) in enumerate(lanes.items()):
        base = step * (len(lanes) - 1 - position)
        draw_lane(axes, lane, position, base, last_week)
        axes.text(-0.012 * last_week, base, arm, ha="right", va="center", fontweight="bold",
                  color=style.arm_style(position).colour, clip_on=False)
    axes.set_ylim(-0.8, step * len(lanes) - 0.2)
    axes.set_xlim(0, last_week)
    axes.xaxis.set_major_locator(MultipleLocator(26 if last_week > 60 else 13))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Weeks since the first visit")
    if parts_on_day is not None:
        axes.axvline(parts_on_day / DAYS_PER_WEEK, color=style.INK, linewidth=1.2, linestyle=(0, (2, 2)), zorder=0)
    return axes


def pain_curves(pain: Mapping[str, Any], last_week: float, axes: Axes, parts_on_day: float | None = None) -> Axes:
    """Weekly pain (NRS 0–10) of one patient in each arm, on fixed axes with the arms named at the lines."""
    scale = style.SCALES["pain"]
    ends = [float(np.asarray(values)[-1]) for values in pain.values()]
    heights = plots.spread(ends, 0.13 * scale.top, scale.top)
    for position, ((arm, values), end, height) in enumerate(zip(pain.items(), ends, heights, strict=True)):
        look = style.arm_style(position)
        weeks = np.arange(len(values))
        axes.plot(weeks, values, color=look.colour, linestyle=look.dash, linewidth=look.width)
        axes.plot([last_week, last_week * 1.012], [end, height], color=look.colour, linewidth=1.2, clip_on=False)
        axes.text(last_week * 1.016, height, arm, color=look.colour, fontweight="bold", va="center", clip_on=False)
    axes.set_xlim(0, last_week)
    axes.set_ylim(0, scale.top)
    axes.yaxis.set_major_locator(MultipleLocator(scale.step))
    axes.xaxis.set_major_locator(MultipleLocator(26 if last_week > 60 else 13))
    axes.grid(axis="y", color=style.PALE, linewidth=0.8)
    axes.set_ylabel(f"{scale.name}, {scale.unit}")
    if parts_on_day is not None:
        week = parts_on_day / DAYS_PER_WEEK
        axes.axvline(week, color=style.INK, linewidth=1.2, linestyle=(0, (2, 2)), zorder=0)
        axes.text(week + 0.006 * last_week, scale.top, "the paths part here", va="top", fontsize=style.FONT - 1)
    return axes


class StoryFigure:
    """Pain curves and timelines of one patient; the figure is made once and redrawn for each patient."""

    def __init__(self, last_week: float) -> None:
        self.last_week = last_week
        with rc_context(dict(style.RC)):
            self.figure, self.canvas = pictures.new_canvas(11.4, 7.2)

    def picture(self, story: Any) -> bytes:
        """PNG bytes for a story (attributes lanes, pain, parts_on_day)."""
        with rc_context(dict(style.RC)):
            self.figure.clear()
            upper = self.figure.add_axes((0.105, 0.655, 0.79, 0.315))
            lower = self.figure.add_axes((0.105, 0.085, 0.79, 0.50))
            pain_curves(story.pain, self.last_week, upper, story.parts_on_day)
            timeline(story.lanes, self.last_week, story.parts_on_day, lower)
            self.canvas.draw()
        return pictures.png(self.canvas)
