"""The figure of the lab of findings: six parts, built once, then only what moved is drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from spinesim.view import plots, style
from spinesim.view.figure import DOTS, Box, Still, new_canvas, png

WIDTH, HEIGHT, ROWS, COLUMNS = 570, 412, 3, 2
"""Pixels of a part; parts down and across."""
TILES: tuple[Box, ...] = tuple(
    (WIDTH * x, HEIGHT * y, WIDTH * (x + 1), HEIGHT * (y + 1)) for y in range(ROWS) for x in range(COLUMNS)
)
MOST_PATTERNS, MOST_POINTS = 10, 5
PEOPLE, ACROSS = 1_000, 40
"""Icons of an array, and how many stand in a row."""
SMALL = style.FONT - 2.5
MARKS = (("s", style.BLACK, 6.2), ("^", style.PURPLE, 6.2), ("o", style.SKY, 5.2), ("o", style.PALE, 3.0))
"""Marker, colour and size of the four groups of people."""


class Pairs:
    """Bars before and after, one pair a pattern."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        axes.set_title("How probable is each pattern?", loc="left", x=-0.72)
        _percent(axes, "of 100 people like this one")
        axes.set_ylim(MOST_PATTERNS - 0.4, -1.15)
        axes.set_yticks([])
        rows = np.arange(MOST_PATTERNS, dtype=float)
        self.before = axes.barh(rows - 0.2, 0 * rows, 0.34, color=style.PALE, edgecolor=style.GREY)
        self.after = axes.barh(rows + 0.17, 0 * rows, 0.4, color=style.BLUE, edgecolor=style.INK)
        self.names = [
            axes.text(-2, row, "", ha="right", va="center", fontsize=SMALL - 1, linespacing=0.95)
            for row in rows
        ]
        self.sizes = [axes.text(0, row, "", ha="left", va="center", fontsize=SMALL) for row in rows]
        axes.text(1.5, -0.85, "pale: before · dark: after", ha="left", va="center", fontsize=SMALL)

    @property
    def artists(self) -> list[Artist]:
        """Everything that moves."""
        return [*self.before, *self.after, *self.names, *self.sizes]

    def update(self, names: Sequence[str], before: Sequence[float], after: Sequence[float], of: int) -> None:
        """Show per cents; the pattern at position `of` is the one in mind."""
        for row in range(MOST_PATTERNS):
            there = row < len(names)
            old, new = (before[row], after[row]) if there else (0.0, 0.0)
            self.before[row].set_width(old)
            self.after[row].set_width(new)
            self.names[row].set_text(plots.wrapped(names[row], 34) if there else "")
            self.names[row].set_fontweight("bold" if row == of else "normal")
            self.sizes[row].set_text(f"{old:.0f} → {new:.0f}" if there else "")
            self.sizes[row].set_x(max(old, new) + 1.5)
            self.sizes[row].set_fontweight("bold" if row == of else "normal")


class Thousand:
    """A thousand people in four groups, the words of each below with its count."""

    def __init__(self, axes: Axes, title: str) -> None:
        self.axes = axes
        axes.set_title(title, loc="left")
        axes.set_xlim(-0.6, ACROSS - 0.4)
        axes.set_ylim(PEOPLE / ACROSS + 8.6, -0.8)
        axes.set_axis_off()
        self.points, self.words = [], []
        for place, (marker, colour, size) in enumerate(MARKS):
            form: dict[str, Any] = {
                "linestyle": "none",
                "marker": marker,
                "markerfacecolor": colour,
                "markeredgewidth": 0.5,
            }
            form |= {"markeredgecolor": style.GREY if place == 3 else style.INK}
            self.points += axes.plot([], [], markersize=size, **form)
            x, y = 20.0 * (place % 2), PEOPLE / ACROSS + 2.4 + 3.9 * (place // 2)
            axes.plot([x], [y], markersize=size + 2, clip_on=False, **form)
            self.words.append(axes.text(x + 1.1, y, "", ha="left", va="center", fontsize=SMALL - 0.5))

    @property
    def artists(self) -> list[Artist]:
        """Everything that moves."""
        return [*self.points, *self.words]

    def update(self, counts: Sequence[int], names: Sequence[str], order: Sequence[int]) -> None:
        """Show the four counts (they sum to a thousand), filled in `order`."""
        first = 0
        for group in order:
            place = np.arange(first, first + counts[group])
            self.points[group].set_data(place % ACROSS, place // ACROSS)
            first += counts[group]
        for text, count, name in zip(self.words, counts, names, strict=True):
            text.set_text(plots.wrapped(f"{count} {name}", 33))


class Ways:
    """Right diagnoses by way of looking, with their intervals."""

    def __init__(self, axes: Axes, names: Sequence[str]) -> None:
        axes.set_title("How often is the likeliest pattern the true one?", loc="left", x=-0.5)
        _percent(axes, "of 100 people who come")
        axes.set_ylim(len(names) - 0.4, -0.6)
        rows = np.arange(len(names), dtype=float)
        axes.set_yticks(rows, [plots.wrapped(name, 21) for name in names])
        axes.tick_params(axis="y", length=0, labelsize=style.FONT - 1.5)
        colours = [style.PALE, style.SKY, style.BLUE, style.ORANGE, style.GREEN]
        self.bars = axes.barh(rows, 0 * rows, 0.6, color=colours[: len(names)], edgecolor=style.INK)
        self.ends = [axes.plot([], [], color=style.INK, linewidth=1.6)[0] for _ in rows]
        self.sizes = [axes.text(0, row, "", ha="left", va="center", fontweight="bold") for row in rows]

    @property
    def artists(self) -> list[Artist]:
        """Everything that moves."""
        return [*self.bars, *self.ends, *self.sizes]

    def update(self, right: Sequence[float], low: Sequence[float], high: Sequence[float]) -> None:
        """Show per cents with 95 % intervals."""
        for row, (size, near, far) in enumerate(zip(right, low, high, strict=True)):
            self.bars[row].set_width(size)
            self.ends[row].set_data([near, far], [row, row])
            self.sizes[row].set_text(f"{size:.0f}")
            self.sizes[row].set_x(far + 1.5)


class Calibration:
    """How sure, against how often right, with intervals and the diagonal."""

    def __init__(self, axes: Axes) -> None:
        axes.set_title("When we are that sure, are we right?", loc="left", x=-0.17)
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        axes.grid(color=style.PALE, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.plot([0, 100], [0, 100], color=style.GREY, linewidth=1.2, linestyle=(0, (4, 2)))
        axes.text(97, 62, "below the line:\ntoo sure", ha="right", va="top", fontsize=SMALL)
        axes.set_xlabel("Said probability of the likeliest, %")
        axes.set_ylabel("Right, of 100")
        (self.points,) = axes.plot([], [], "o", color=style.BLUE, markeredgecolor=style.INK, markersize=9)
        self.ends = [axes.plot([], [], color=style.INK, linewidth=1.6)[0] for _ in range(MOST_POINTS)]
        self.sizes = [
            axes.text(0, 0, "", ha="left", va="top", fontsize=SMALL - 1) for _ in range(MOST_POINTS)
        ]

    @property
    def artists(self) -> list[Artist]:
        """Everything that moves."""
        return [*self.ends, self.points, *self.sizes]

    def update(self, table: Any) -> None:
        """Show said, right, low, high, people: one row a point."""
        self.points.set_data(table["said"], table["right"])
        rows = [*table.itertuples(index=False), *[None] * MOST_POINTS]
        for end, size, row in zip(self.ends, self.sizes, rows, strict=False):
            end.set_data([], [])
            size.set_text("")
            if row is not None:
                end.set_data([row.said] * 2, [row.low, row.high])
                far = row.said > 88
                size.set_text(f"{row.people:,.0f}")
                size.set_position((row.said + (-1.8 if far else 1.8), row.right - 3))
                size.set_horizontalalignment("right" if far else "left")


class Flags:
    """How many have each red flag, and how many of those serious disease."""

    def __init__(self, axes: Axes, names: Sequence[str]) -> None:
        axes.set_title("Red flags: common, disease rare", loc="left", x=-0.72)
        _percent(axes, "have the flag, of 100 who come")
        axes.set_ylim(len(names) - 0.4, -1.2)
        rows = np.arange(len(names), dtype=float)
        axes.set_yticks(rows, [plots.wrapped(name, 32) for name in names])
        axes.tick_params(axis="y", length=0, labelsize=SMALL)
        self.bars = axes.barh(rows, 0 * rows, 0.6, color=style.ORANGE, edgecolor=style.INK)
        self.sizes = [axes.text(0, row, "", ha="left", va="center", fontsize=SMALL) for row in rows]
        axes.text(1.5, -0.85, "number: serious disease, of 100 with it", va="center", fontsize=SMALL)

    @property
    def artists(self) -> list[Artist]:
        """Everything that moves."""
        return [*self.bars, *self.sizes]

    def update(self, have: Sequence[float], serious: Sequence[float]) -> None:
        """Show shares per 100 people, and per 100 of those."""
        for bar, size, wide, sick in zip(self.bars, self.sizes, have, serious, strict=True):
            bar.set_width(wide)
            size.set_text("–" if sick != sick else f"{sick:.0f}" if sick >= 1 else "under 1")
            inside = wide > 80
            size.set_x(wide + (-1.5 if inside else 1.5))
            size.set_horizontalalignment("right" if inside else "left")


class BayesFigure:
    """All six parts: patterns, people by finding, ways, calibration, flags, people by scan.

    Parameters
    ----------
    ways, flags : sequence of str
        Names that stay.
    """

    def __init__(self, ways: Sequence[str], flags: Sequence[str]) -> None:
        with plots.look():
            figure, self.canvas = new_canvas(WIDTH * COLUMNS / DOTS, HEIGHT * ROWS / DOTS)

            def part(tile: int, left: int, top: int, right: int, bottom: int) -> Axes:
                x, y, to_x, to_y = TILES[tile]
                wide, tall = WIDTH * COLUMNS, HEIGHT * ROWS
                width, height = to_x - right - x - left, to_y - bottom - y - top
                return figure.add_axes(
                    ((x + left) / wide, 1 - (y + top + height) / tall, width / wide, height / tall)
                )

            self.pairs = Pairs(part(0, 246, 36, 36, 58))
            self.people = Thousand(part(1, 22, 36, 18, 6), "A thousand people like this one")
            self.ways = Ways(part(2, 190, 36, 36, 58), ways)
            self.calibration = Calibration(part(3, 84, 36, 36, 58))
            self.flags = Flags(part(4, 246, 36, 36, 58), flags)
            self.scanned = Thousand(part(5, 22, 36, 18, 6), "A thousand who come: who is scanned")
        parts = (self.pairs, self.people, self.ways, self.calibration, self.flags, self.scanned)
        self._still = Still(figure, self.canvas, [artist for one in parts for artist in one.artists])

    def tiles(self) -> list[bytes]:
        """The figure as it now stands: the PNG bytes of each of `TILES`."""
        self._still.draw()
        return [png(self.canvas, box) for box in TILES]


def _percent(axes: Axes, label: str) -> None:
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.grid(axis="x", color=style.PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xlabel(label)
