"""The two pictures of a naive cohort's lab: every answer beside the truth, and who was exposed."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from spinesim.study.naive.answers import METHODS
from spinesim.view import naive, plots, style, words
from spinesim.view.figure import Box, new_canvas, png
from spinesim.view.lab.naive_words import CHARACTERISTICS, RATIO, UNITS, Told, capital, label, phrases

HEIGHT, SPLIT, WIDTH = 430, 640, 1140
TILES: tuple[Box, ...] = ((0, 0, SPLIT, HEIGHT), (SPLIT, 0, WIDTH, HEIGHT))
WIDTHS = (SPLIT, WIDTH - SPLIT)
DOTS = 100
LEFT, RIGHT = -0.6, 1.8
"""Ends of the axis of standardised differences, the same for every run."""
BALANCED = 0.1
"""A standardised difference below which groups are commonly called alike (Austin 2009)."""
CRUDE, WEIGHTED = (style.VERMILLION, "o"), (style.BLUE, "D")


class NaiveFigure:
    """Built once; each run draws both axes anew in the same place."""

    def __init__(self) -> None:
        with plots.look():
            self.figure, self.canvas = new_canvas(WIDTH / DOTS, HEIGHT / DOTS)
            self.answers = self.figure.add_axes((0.262, 0.17, 0.272, 0.70))
            self.who = self.figure.add_axes((0.715, 0.26, 0.27, 0.61))

    def tiles(self, told: Told) -> list[bytes]:
        """Both pictures as PNG."""
        with plots.look():
            self._answers(told)
            self._who(told)
            self.canvas.draw()
        return [png(self.canvas, box) for box in TILES]

    def _answers(self, told: Told) -> None:
        axes = self.answers
        axes.clear()
        naive.panel(axes, told.rows)
        if not told.outcome.endswith(RATIO):
            ends = MaxNLocator(5).tick_values(*axes.get_xlim())  # whole steps: it rescales rarely
            axes.set_xlim(float(ends[0]), float(ends[-1]))
        said = {**phrases(told.cohort), "truth": "TRUTH: same people both ways"}
        axes.set_yticks(range(len(METHODS)), [capital(said[one]) for one in METHODS])
        axes.tick_params(axis="y", labelsize=style.FONT - 2)
        axes.get_yticklabels()[-1].set_fontweight("bold")
        axes.set_xlabel(style.by_region(words.said_unit(axes.get_xlabel()), style.regions_of(told.truth)))
        axes.set_title("", loc="left")
        axes.text(
            -0.86, 1.07, label(told.outcome), transform=axes.transAxes, fontweight="bold",
            fontsize=style.FONT + 1,
        )  # fmt: skip

    def _who(self, told: Told) -> None:
        axes, rows = self.who, told.who
        axes.clear()
        axes.set_xlim(LEFT, RIGHT)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.axvspan(-BALANCED, BALANCED, color=style.PALE, lw=0, zorder=0)
        axes.axvline(0, color=style.GREY, lw=1, zorder=0)
        for at, row in enumerate(rows.itertuples()):
            if np.isfinite(row.standardised):
                colour, marker = CRUDE
                axes.plot([row.standardised_low, row.standardised_high], [at, at], color=colour, lw=2.4)
                axes.plot([row.standardised], [at], marker, color=colour, ms=8, mec="white", mew=0.8)
            if np.isfinite(row.weighted):
                colour, marker = WEIGHTED
                axes.plot([row.weighted], [at + 0.22], marker, color=colour, ms=6.5, mec="white", mew=0.8)
            if not told.recorded(str(row.at_referral)):
                axes.text(
                    RIGHT, at + 0.3, "not recorded", ha="right", va="center", color=style.GREY,
                    fontsize=style.FONT - 3, style="italic",
                )  # fmt: skip
        axes.set_yticks(range(len(rows)), [_said(row) for row in rows.itertuples()])
        axes.tick_params(axis="y", length=0, labelsize=style.FONT - 2)
        axes.set_xlabel("standardised difference")
        self._head(axes, told)

    def _head(self, axes: Axes, told: Told) -> None:
        axes.text(
            -0.55, 1.07, f"Who is {told.cohort.exposure.group}, against all others",
            transform=axes.transAxes, fontweight="bold", fontsize=style.FONT + 1,
        )  # fmt: skip
        marks = [
            Line2D([], [], color=colour, marker=marker, ls="", ms=8, mec="white")
            for colour, marker in (CRUDE, WEIGHTED)
        ]
        axes.legend(
            marks, ["as they came", "in the emulated trial"], loc="upper center", bbox_to_anchor=(0.3, -0.22),
            ncols=2, frameon=False, fontsize=style.FONT - 2, handletextpad=0.2, columnspacing=1.0,
        )  # fmt: skip


def _said(row) -> str:  # type: ignore[no-untyped-def]
    unit = UNITS[str(row.unit)]
    means = " v ".join("?" if value != value else f"{value:.1f}" for value in (row.exposed, row.others))
    return f"{CHARACTERISTICS[str(row.at_referral)]}, {unit}\n{means}"
