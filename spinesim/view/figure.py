"""The lab's figure: built once, its layout fixed, then only what moved is drawn again.

Drawing costs more than simulating (`performance.md`): the still part (axes, grid, titles) is kept as pixels,
the moving artists are drawn on a copy of it, and the picture leaves as a PNG of compression level 1.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from spinesim.view import plots, style

DOTS = 100
"""Dots per inch of every picture sent to the browser."""


Box = tuple[int, int, int, int]
"""Left, top, right and bottom edge of a part of a picture, pixels."""

TILES: dict[str, Box] = {
    "first curve": (0, 0, 568, 392),
    "second curve": (568, 0, 1140, 392),
    "icons": (0, 392, 707, 760),
    "key": (707, 392, 1140, 760),
}
"""The lab's figure is sent in four tiles, so that a narrow page can stack them instead of shrinking them."""


def png(canvas: FigureCanvasAgg, box: Box | None = None) -> bytes:
    """The canvas (or a part of it) as PNG bytes of compression level 1 (fast, twice the size of level 6)."""
    width, height = canvas.get_width_height()
    picture = Image.frombuffer("RGBA", (width, height), bytes(canvas.buffer_rgba()), "raw", "RGBA", 0, 1)
    out = io.BytesIO()
    (picture.crop(box) if box else picture).convert("RGB").save(out, "png", compress_level=1)
    return out.getvalue()


def new_canvas(width: float, height: float) -> tuple[Figure, FigureCanvasAgg]:
    """A figure (inches) and its canvas, outside pyplot. Call inside `plots.look()`."""
    figure = Figure(figsize=(width, height), dpi=DOTS)
    return figure, FigureCanvasAgg(figure)


class Still:
    """A figure whose still part is kept as pixels while `artists` move (blitting).

    Parameters
    ----------
    figure : Figure
        With its layout settled already.
    canvas : FigureCanvasAgg
        Of that figure.
    artists : sequence of Artist
        Everything that will move.
    """

    def __init__(self, figure: Figure, canvas: FigureCanvasAgg, artists: Sequence[Artist]) -> None:
        self.figure, self.canvas, self.artists = figure, canvas, list(artists)
        for artist in self.artists:
            artist.set_animated(True)
        with plots.look():
            canvas.draw()
        self._background = canvas.copy_from_bbox(figure.bbox)  # type: ignore[attr-defined]

    def draw(self) -> None:
        """Put the still part and the artists where they now stand on the canvas."""
        self.canvas.restore_region(self._background)  # type: ignore[attr-defined]
        renderer = self.canvas.get_renderer()
        for artist in self.artists:
            artist.draw(renderer)


HEAD = 1.35
"""Where the heads of the key stand, in its rows."""
SHORT = 12
"""Letters of an arm's name that fit over its column at full size."""


class LabFigure:
    """Two fan charts above two icon arrays and their legend.

    Parameters
    ----------
    arms : sequence of str
        Two arms; the reference first.
    categories : sequence of str
        Categories of the icon arrays, worst first.
    last_week : float
        Right end of the time axes, weeks.
    outcomes : sequence of str
        The two weekly outcomes shown.
    regions : collection of str
        Where these people's pain is (lumbar, cervical).
    points : mapping, optional
        Published means that stay where they are: outcome to label to week to mean.
    """

    def __init__(
        self,
        arms: Sequence[str],
        categories: Sequence[str],
        last_week: float,
        outcomes: Sequence[str] = ("pain", "disability"),
        regions: Collection[str] = style.REGIONS,
        points: Mapping[str, Mapping[str, Mapping[int, float]]] | None = None,
    ) -> None:
        self.regions = regions
        self.arms, self.outcomes, self.categories = list(arms), list(outcomes), list(categories)
        with plots.look():
            self.figure, self.canvas = new_canvas(11.4, 7.6)
            upper = [self.figure.add_axes((left, 0.575, 0.325, 0.37)) for left in (0.056, 0.566)]
            lower = [self.figure.add_axes((left, 0.01, 0.29, 0.415)) for left in (0.01, 0.315)]
            key = self.figure.add_axes((0.635, 0.01, 0.355, 0.455))
            self.fans = {
                outcome: plots.FanChart(axes, outcome, self.arms, last_week, regions=regions)
                for outcome, axes in zip(self.outcomes, upper, strict=True)
            }
            self.icons = {
                arm: plots.IconArray(
                    axes, self.categories, f"{arm}: 100 people", style.arm_style(position).colour
                )
                for position, (arm, axes) in enumerate(zip(self.arms, lower, strict=True))
            }
            self.counts = self._key(key)
            marks = [mark for one, rows in (points or {}).items() for mark in self.fans[one].mark(rows)]
        artists = [artist for fan in self.fans.values() for artist in fan.artists] + marks
        artists += [artist for array in self.icons.values() for artist in array.artists]
        self._still = Still(self.figure, self.canvas, [*artists, *self.counts.values()])

    def _key(self, axes: Axes) -> dict[tuple[str, str], Any]:
        """Legend with room for the counts of each arm; returns the texts that will change."""
        axes.set_xlim(0, 10)
        axes.set_ylim(10, 0)
        axes.set_axis_off()
        columns = dict(zip(self.arms, (6.75, 8.95), strict=False))
        for position, arm in enumerate(self.arms):
            axes.text(
                columns[arm],
                HEAD,
                arm.replace(" ", "\n") if len(arm) <= SHORT else plots.wrapped(arm, plots.LABEL),
                fontsize=style.FONT if len(arm) <= SHORT else style.FONT - 3,  # smaller, not cut
                ha="center",
                va="bottom",
                fontweight="bold",
                color=style.arm_style(position).colour,
            )
        axes.text(0.0, HEAD, "Of 100 people,\nat the end", ha="left", va="bottom", fontweight="bold")
        counts: dict[tuple[str, str], Any] = {}
        for position, category in enumerate(self.categories):
            height = 2.3 + 1.75 * position
            look = style.icon_style(position)
            axes.plot(
                [0.3],
                [height],
                linestyle="none",
                marker=look.marker,
                markersize=look.size,
                markerfacecolor=look.fill,
                markeredgecolor=look.edge,
                markeredgewidth=0.8,
                clip_on=False,
            )
            axes.text(0.95, height, plots.wrapped(category), ha="left", va="center", fontsize=style.FONT - 1)
            for arm in self.arms:
                counts[arm, category] = axes.text(columns[arm], height, "", ha="center", va="center")
        axes.text(
            0.0,
            8.95,
            "Line: mean. Dark band: middle half\nof people; pale band: 80 of 100.",
            ha="left",
            va="top",
            fontsize=style.FONT - 2,
        )
        return counts

    def tiles(self, fans: Mapping[str, Any], icons: Any) -> list[bytes]:
        """The figure for new tables, as the PNG bytes of each of `TILES`.

        Parameters
        ----------
        fans : mapping
            Outcome to `study.fan(outcome)`.
        icons : DataFrame
            `study.icons()`.
        """
        for outcome, fan in self.fans.items():
            fan.update(fans[outcome])
        for arm, array in self.icons.items():
            counts = plots.counts_of(icons, arm)
            array.update(counts)
            for category in self.categories:
                self.counts[arm, category].set_text(str(counts.get(category, 0)))
        self._still.draw()
        return [png(self.canvas, box) for box in TILES.values()]


def picture_of(draw: Callable[[], Axes]) -> bytes:
    """PNG bytes of a picture drawn once by `draw` (a function that returns Axes)."""
    with plots.look():
        figure = draw().figure
        assert isinstance(figure, Figure)
        figure.set_dpi(DOTS)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    return png(canvas)
