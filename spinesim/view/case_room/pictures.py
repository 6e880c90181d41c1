"""The twins in one picture: how differently the same decisions end, and where this patient stands."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinesim.study import case as room
from spinesim.study.claims_table import measure
from spinesim.view import figure as pictures
from spinesim.view import plots, style
from spinesim.view.timeline import StoryFigure

WIDTH, HEIGHT = 1_140, 440
BARS = 24
WHAT = {
    "pain_average": ("Average pain of the year (NRS 0-10)", 10.0),
    "disability_average": ("Average disability of the year (0-100)", 100.0),
}


def twins(made: Any) -> tuple[bytes, str]:
    """Two histograms, both arms in each, this patient as a line; PNG and words."""
    with plots.look():
        figure, canvas = pictures.new_canvas(WIDTH / pictures.DOTS, HEIGHT / pictures.DOTS)
        figure.set_layout_engine("constrained")
        said = []
        for axes, (outcome, (label, top)) in zip(figure.subplots(1, 2), WHAT.items(), strict=True):
            said.append(_panel(axes, made, outcome, label, top))
        handles, names = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper center", ncols=2, frameon=False)
        canvas.draw()
    return pictures.png(canvas), " ".join(said)


def _panel(axes: Axes, made: Any, outcome: str, label: str, top: float) -> str:
    edges = np.linspace(0, top, BARS + 1)
    said = []
    for place, arm in enumerate((room.YOURS, room.GUIDELINE)):
        values = measure(made.study.results[arm][0], outcome)
        look = style.arm_style(place)
        axes.hist(
            values, list(edges), histtype="stepfilled" if place == 0 else "step", color=look.colour,
            alpha=0.35 if place == 0 else 1.0, linewidth=look.width, linestyle=look.dash,
            label=f"twins, {arm}",
        )  # fmt: skip
        low, middle, high = np.percentile(values, [10, 50, 90])
        axes.axvline(
            values[0], color=look.colour, linewidth=2.4, linestyle=look.dash, label=f"this patient, {arm}"
        )
        said.append(
            f"{arm}: half of the twins below {middle:.1f}, eight in ten from {low:.1f} to {high:.1f}, "
            f"this patient {values[0]:.1f}."
        )
    axes.set_xlim(0, top)
    axes.set_xlabel(label)
    axes.set_ylabel("Twins")
    return f"{label}. {' '.join(said)}"


def timeline(made: Any) -> tuple[bytes, str]:
    """This patient under both, on the same fate; PNG and words."""
    return StoryFigure(float(made.played.case.weeks)).picture(made.story), str(made.story.sentence)
