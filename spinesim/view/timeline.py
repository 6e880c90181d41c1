"""One patient, two pathways: pain curves above two parallel lanes of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from spinesim.study.told import LANES
from spinesim.view import figure as pictures
from spinesim.view import plots, style

DAYS_PER_WEEK = 7.0
LATE = 26.0
"""Time axes of one patient end at a multiple of this many weeks."""
LETTER = 0.58
"""Mean width of a letter as a share of the font's size."""
TEXT = style.FONT - 3
POINTS_PER_INCH = 72.0
LEFT, WIDE = 0.135, 0.73
"""Left edge and width of every panel, as shares of the figure."""
INCHES = 11.4
ROW, PAIN, TOP, GAP, FOOT = 0.37, 2.3, 0.38, 0.62, 0.62
"""Heights in inches: one lane, the pain curves, the margin above them, between panels, and below."""
KEY = "filled: given or done; small: one session; hollow: declined"
BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
"""Under each text, so that the upright line does not strike it through."""
MARKS = {"done": (7.0, True), "session": (3.5, True), "declined": (7.0, False)}
"""Size (points) of each kind of mark, and whether it is filled."""


def rows_of(lanes: Mapping[str, pd.DataFrame]) -> list[str]:
    """Lanes in which anything happens in any arm, from the top."""
    used = {str(row) for lane in lanes.values() for row in lane["lane"]}
    return [row for row in LANES if row in used]


def gathered(texts: Sequence[str]) -> str:
    """Texts of neighbouring marks as one: a repeated one is counted ('ablation ×2'), numbers are not."""
    if any(text.isdigit() for text in texts):
        return ", ".join(texts)
    counts = Counter(texts)
    return "; ".join(f"{text} ×{times}" if times > 1 else text for text, times in counts.items())


def labels_of(marks: Sequence[tuple[float, str]], last_week: float, letters: int) -> list[tuple[float, str]]:
    """Where to write what, so that nothing in a row overlaps: marks too near each other share one text.

    Parameters
    ----------
    marks : sequence of (week, text)
        In order of weeks; blank texts are left out.
    last_week : float
        Right end of the row.
    letters : int
        How many letters fit into the whole row.
    """
    per_letter = last_week / letters
    groups: list[tuple[float, list[str]]] = []

    def width(texts: Sequence[str]) -> float:
        return per_letter * (min(len(gathered(texts)), letters) + 2)

    def start(week: float, texts: Sequence[str]) -> float:
        return max(0.0, min(week, last_week * 1.02 - width(texts)))

    for week, text in marks:
        if not text:
            continue
        groups.append((week, [text]))
        while len(groups) > 1:  # a group pushed to the left, or grown, may run into the one before it
            (before, texts), (now, more) = groups[-2:]
            if start(before, texts) + width(texts) <= start(now, more):
                break
            groups[-2:] = [(before, [*texts, *more])]
    written = [(start(week, texts), gathered(texts)) for week, texts in groups]
    return [(week, text if len(text) <= letters else text[: letters - 1] + "…") for week, text in written]


def horizon(lanes: Mapping[str, pd.DataFrame], last_week: float) -> float:
    """End of a patient's time axis (weeks): half years enough to hold every event, at most `last_week`."""
    last = max((float(lane["day"].max()) for lane in lanes.values() if len(lane)), default=0.0)
    return min(last_week, LATE * max(1.0, np.ceil((last / DAYS_PER_WEEK + 2) / LATE)))


def draw_lane(axes: Axes, lane: pd.DataFrame, rows: Sequence[str], position: int, last_week: float) -> None:
    """One arm: a row for each lane, a mark for each thing that happens, and above it what it was."""
    look = style.arm_style(position)
    letters = int(WIDE * INCHES * POINTS_PER_INCH / (LETTER * TEXT))
    for row, name in enumerate(rows):
        mine = lane.loc[lane["lane"] == name].sort_values("day", kind="stable")
        weeks = mine["day"].to_numpy(float) / DAYS_PER_WEEK
        for kind, (size, filled) in MARKS.items():
            here = weeks[(mine["kind"] == kind).to_numpy()]
            axes.plot(
                here,
                [row + 0.18] * len(here),
                linestyle="none",
                marker="o" if position == 0 else "s",
                markersize=size,
                markeredgecolor=look.colour,
                markerfacecolor=look.colour if filled else "white",
                clip_on=False,
                zorder=3,
            )
        marks = list(zip(weeks.tolist(), mine["label"].astype(str).tolist(), strict=True))
        for week, text in labels_of(marks, last_week, letters):
            axes.text(
                week + 0.003 * last_week, row - 0.2, text, fontsize=TEXT, va="center", bbox=BEHIND, zorder=4
            )
    axes.set_yticks([row + 0.18 for row in range(len(rows))], rows, fontsize=style.FONT - 2)
    axes.set_ylim(len(rows) - 0.55, -0.55)
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
        Arm to DataFrame(day, lane, label, kind).
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
            made, _ = pictures.new_canvas(INCHES, FOOT + (GAP + ROW * len(rows)) * len(lanes))
            made.set_layout_engine("constrained")
            axes = list(np.atleast_1d(made.subplots(len(lanes), 1)))
    for position, ((arm, lane), one) in enumerate(zip(lanes.items(), axes, strict=True)):
        draw_lane(one, lane, rows, position, last_week)
        one.set_title(arm, loc="left", color=style.arm_style(position).colour)
        if parts_on_day is not None:
            one.axvline(
                parts_on_day / DAYS_PER_WEEK, color=style.INK, linewidth=1.2, linestyle=(0, (2, 2)), zorder=1
            )
    axes[-1].set_xlabel(f"Weeks since the first visit ({KEY})")
    return axes


def pain_curves(
    pain: Mapping[str, Any], last_week: float, axes: Axes, parts_on_day: float | None = None
) -> Axes:
    """Weekly pain (NRS 0–10) of one patient in each arm, on fixed axes with the arms named at the lines."""
    scale = style.SCALES["pain"]
    ends = [float(np.asarray(values)[min(round(last_week), len(values) - 1)]) for values in pain.values()]
    names = {arm: plots.wrapped(arm, 11) for arm in pain}
    lines = max(name.count("\n") + 1 for name in names.values())
    heights = plots.spread(ends, 0.1 * (lines + 0.3) * scale.top, scale.top)
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
        axes.text(last_week * 1.016, height, names[arm], color=look.colour, fontweight="bold", va="center")
    axes.set_xlim(-0.012 * last_week, last_week)
    axes.set_ylim(0, scale.top)
    axes.yaxis.set_major_locator(MultipleLocator(scale.step))
    axes.xaxis.set_major_locator(MultipleLocator(13 if last_week > 26 else 2))
    axes.grid(axis="y", color=style.PALE, linewidth=0.8)
    axes.set_ylabel(f"{scale.name}, {scale.unit}")
    if parts_on_day is not None:
        week = parts_on_day / DAYS_PER_WEEK
        axes.axvline(week, color=style.INK, linewidth=1.2, linestyle=(0, (2, 2)), zorder=0)
        late = week > last_week / 2
        axes.text(
            week,
            scale.top * 1.03,  # above the panel: no curve can come here
            "the paths part here",
            va="bottom",
            ha="right" if late else "left",
            fontsize=style.FONT - 1,
        )
    return axes


class StoryFigure:
    """Pain curves and timelines of one patient; the figure is made once and redrawn for each patient."""

    def __init__(self, last_week: float) -> None:
        self.last_week = last_week
        with plots.look():
            self.figure, self.canvas = pictures.new_canvas(INCHES, INCHES)

    def picture(self, story: Any) -> bytes:
        """PNG bytes for a story (attributes lanes, pain, parts_on_day), as high as its lanes need."""
        last = horizon(story.lanes, self.last_week)
        lane = ROW * len(rows_of(story.lanes))
        high = TOP + PAIN + len(story.lanes) * (GAP + lane) + FOOT
        with plots.look():
            self.figure.clear()
            self.figure.set_size_inches(INCHES, high)
            edge = high - TOP - PAIN
            pain = self.figure.add_axes((LEFT, edge / high, WIDE, PAIN / high))
            lanes = []
            for _ in story.lanes:
                edge -= GAP + lane
                lanes.append(self.figure.add_axes((LEFT, edge / high, WIDE, lane / high)))
            pain_curves(story.pain, last, pain, story.parts_on_day)
            timeline(story.lanes, last, story.parts_on_day, lanes)
            self.canvas.draw()
        return pictures.png(self.canvas)
