"""The scoreboard as a picture: every published figure in half-bands of its own interval."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spinesim.study.trials.board import figure_words
from spinesim.view import style
from spinesim.view.plots import look

EDGE = 4.0  # half-bands shown either side; farther misses stand at the edge as arrows
ROW = 0.215  # inches a figure
WIDTH = 9.2  # inches a column
LEFT, RIGHT = 0.53, 0.015  # shares of a column's width left of its axes, for labels, and right of them
AXES = 1 - LEFT - RIGHT
LABEL = 70  # letters that have room there
TALLEST, MOST_COLUMNS = 60.0, 3  # rows in a column before another is begun, as long as there may be one more
LEGEND_ROW = 0.23  # inches
GAP = 1.6  # rows that a trial's heading takes
SMALL = 9.5
INSIDE, MISS = (style.BLUE, "o", 5.5), (style.VERMILLION, "X", 8.0)

Block = tuple[str, list[Any]]


def plot_scoreboard(table: pd.DataFrame, titles: dict[str, str] | None = None) -> Figure:
    """Draw each figure of the model against the band of its paper, which reaches from -1 to 1.

    Parameters
    ----------
    table : DataFrame
        `Scoreboard.table`.
    titles : dict, optional
        A trial's name in words; default: its key.

    Returns
    -------
    Figure
        Grouped by trial, the worst first, in as many columns as keep it readable.
    """
    blocks = _blocks(table, titles or {})
    columns = _columns(blocks)
    rows = max((sum(map(_size, column)) for column in columns), default=1.0) + 1
    with look():
        entries = _legend()
        side_by_side = len(entries) if len(columns) > 1 else 2  # one column is too narrow for all
        top = 0.75 + LEGEND_ROW * (math.ceil(len(entries) / side_by_side) - 1)
        size = (WIDTH * len(columns), ROW * rows + 0.75 + top)
        figure = Figure(figsize=size)
        FigureCanvasAgg(figure)
        grid = figure.subplots(1, len(columns), squeeze=False)[0]
        figure.subplots_adjust(
            left=LEFT / len(columns), right=1 - RIGHT / len(columns), wspace=(LEFT + RIGHT) / AXES,
            top=1 - top / size[1], bottom=0.62 / size[1],
        )  # fmt: skip
        for axes, column in zip(grid, columns, strict=True):
            _column(axes, column, rows)
        figure.legend(
            handles=entries, loc="upper center", ncols=side_by_side, frameon=False, fontsize=SMALL + 1
        )
    return figure


def _blocks(table: pd.DataFrame, titles: dict[str, str]) -> list[Block]:
    """Rows by trial, in the order of the table, which has the worst first."""
    return [
        (_heading(str(name), rows, titles), list(rows.itertuples(index=False)))
        for name, rows in table.groupby("trial", sort=False)
    ]


def _heading(name: str, rows: pd.DataFrame, titles: dict[str, str]) -> str:
    role = "" if rows["role"].iloc[0] == "validation" else " [calibration]"
    missing = int((~rows["checked"]).sum())
    unsure = f" ({missing} of {len(rows)} unconfirmed)" if missing else ""
    return textwrap.shorten(titles.get(name, name.replace("_", " ")), 74, placeholder=" …") + role + unsure


def _size(block: Block) -> float:
    """How many rows a trial takes: its heading, its figures and a gap."""
    return len(block[1]) + GAP


def _columns(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks in order, in columns as equal as they can be; a trial is never divided."""
    total = sum(map(_size, blocks))
    many = min(max(math.ceil(total / TALLEST), 1), MOST_COLUMNS)
    height = max(total / many, *map(_size, blocks), 1.0)
    while len(columns := _filled(blocks, height)) > many:
        height += 1
    return columns


def _filled(blocks: Sequence[Block], height: float) -> list[list[Block]]:
    columns: list[list[Block]] = [[]]
    filled = 0.0
    for block in blocks:
        if columns[-1] and filled + _size(block) > height:
            columns.append([])
            filled = 0.0
        columns[-1].append(block)
        filled += _size(block)
    return columns


def _column(axes: Axes, column: Sequence[Block], rows: float) -> None:
    axes.set_xlim(-EDGE - 0.35, EDGE + 0.35)
    axes.set_ylim(rows, 0)
    axes.axvspan(-1, 1, color=style.PALE, zorder=0)
    axes.axvline(0, color="white", linewidth=1.2, zorder=0.5)
    labels: list[tuple[float, str]] = []
    y = 0.0
    for heading, block in column:
        y += 1.1
        axes.text(
            0.015 - LEFT / AXES, y, heading, transform=axes.get_yaxis_transform(), fontsize=SMALL,
            fontweight="bold", va="center", clip_on=False,
        )  # fmt: skip
        for row in block:
            y += 1
            _mark(axes, row, y)
            labels.append((y, _label(row)))
        y += 0.5
    axes.set_yticks([at for at, _ in labels], [text for _, text in labels], fontsize=SMALL - 1)
    axes.tick_params(axis="y", length=0)
    axes.set_xticks([-4, -3, -2, -1, 0, 1, 2, 3, 4])
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.set_xlabel("half-bands from the middle of the paper's band", fontsize=SMALL + 1)
    axes.spines["left"].set_visible(False)


def _label(row: Any) -> str:
    week = f", wk {row.week}"
    return figure_words(row, LABEL - len(week)) + week


def _mark(axes: Axes, row: Any, y: float) -> None:
    """The model's figure with its interval, and the paper's mean as a tick."""
    half = (row.paper_high - row.paper_low) / 2
    middle = (row.paper_high + row.paper_low) / 2
    colour, marker, size = INSIDE if row.inside else MISS
    at = float(np.clip(row.position, -EDGE, EDGE))
    ends = [(bound - middle) / half for bound in (row.model_low, row.model_high)]
    if all(math.isfinite(end) for end in ends) and abs(row.position) <= EDGE:
        axes.plot(
            np.clip(ends, -EDGE, EDGE), [y, y], color=colour, linewidth=1.6, zorder=2, solid_capstyle="butt"
        )
    paper = (row.paper_mean - middle) / half
    axes.plot([paper, paper], [y - 0.36, y + 0.36], color=style.INK, linewidth=1.6, zorder=2.5)
    if abs(row.position) > EDGE:
        marker = ">" if row.position > 0 else "<"
        far = "never" if math.isinf(row.position) else f"{row.position:+.0f}"
        side = "right" if row.position > 0 else "left"
        axes.text(
            at - math.copysign(0.22, at), y, far, fontsize=SMALL - 1.5, va="center", ha=side, color=colour
        )
    face = colour if row.checked else "white"
    axes.plot(
        [at], [y], marker=marker, markersize=size, color=colour, markerfacecolor=face, markeredgecolor=colour,
        linestyle="none", zorder=3, clip_on=False,
    )  # fmt: skip


def _legend() -> list[Line2D]:
    def shown(look_: tuple[str, str, float], label: str, face: str | None = None) -> Line2D:
        colour, marker, size = look_
        return Line2D(
            [], [], color=colour, marker=marker, markersize=size, markerfacecolor=face or colour,
            linestyle="none", label=label,
        )  # fmt: skip

    return [
        shown(INSIDE, "model, inside"),
        shown(MISS, "model, outside"),
        shown((MISS[0], ">", MISS[2]), "farther out (half-bands)"),
        shown(INSIDE, "hollow: paper's figure unconfirmed", "white"),
        Line2D(
            [],
            [],
            color=style.INK,
            marker="|",
            markersize=9,
            linestyle="none",
            label="paper's figure; grey: its band",
        ),
    ]
