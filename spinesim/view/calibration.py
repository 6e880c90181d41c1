"""A saved fit as a picture: what the data tell of each parameter, what moves together, how well it fits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spinesim.study.calibration.report import at_least, plain_name
from spinesim.view import style
from spinesim.view.plots import look

ROW = 0.3  # inches a line
EDGE = 5.0  # standard errors shown either side
SMALL = 10.0
TOP, BOTTOM = 1.25, 0.5  # inches for titles, and for the legend
CHARACTER = 0.078  # inches of a character of a label
NUMBERED = 9  # parameters up to which a cell of the heat map carries its number
MODE = (style.BLUE, "o", 6.5)
SHIPPED = (style.VERMILLION, "D", 6.0)


def plot_calibration(log: dict[str, Any], draws: pd.DataFrame) -> Figure:
    """Draw a fit in three parts.

    Parameters
    ----------
    log : dict
        Of `spinesim.study.calibration.load_fit`.
    draws : DataFrame
        Its posterior draws.

    Returns
    -------
    Figure
        Left: posterior against bounds, best told first. Middle: posterior correlations. Right: the model
        against each published figure.
    """
    parameters = sorted(log["parameters"], key=lambda row: -row["contraction"])
    figures = [row for row in log["figures"] if row["measure"] != "sd"]
    names = CHARACTER * max(len(plain_name(row["id"])) for row in parameters)
    labels = CHARACTER * max(len(_figure_name(row, figures)) for row in figures)
    tall = (ROW * len(parameters), max(0.36 * len(parameters), 1.4), ROW * len(figures))
    starts = (names + 0.75, 2 * names + 5.5, 2 * names + 6.1 + tall[1] + labels)
    wide = starts[2] + 3.6
    height = TOP + BOTTOM + max(tall[0], tall[1] + names + 0.1, tall[2] + 0.5)
    with look():
        figure = Figure(figsize=(wide, height))
        FigureCanvasAgg(figure)

        def part(i: int, width: float) -> Axes:
            top = height - TOP - tall[i]
            return figure.add_axes((starts[i] / wide, top / height, width / wide, tall[i] / height))

        _intervals(part(0, 3.0), parameters)
        _correlations(part(1, tall[1]), draws[[row["id"] for row in parameters]])
        _figures(part(2, 3.3), figures)
        figure.legend(handles=_legend(), loc="lower left", ncols=5, frameon=False, fontsize=SMALL)
        figure.text(0.1 / wide, 1 - 0.12 / height, _title(log), va="top", fontweight="bold")
    return figure


def _title(log: dict[str, Any]) -> str:
    return (
        f"{log['name'].replace('_', ' ')}: misfit {at_least(log['misfit']['shipped'])} as shipped, "
        f"{at_least(log['misfit']['mode'])} at the best fit"
    )


def _intervals(axes: Axes, rows: list[dict[str, Any]]) -> None:
    """Each parameter between its bounds (0 to 1), with 95 % of its posterior."""
    for y, row in enumerate(rows):
        low, high = (row["lower"], row["upper"]) if row["lower"] is not None else (0.0, 1.0)
        at = {key: (row[key] - low) / (high - low) for key in ("low", "high", "mode", "shipped")}
        axes.plot([0, 1], [y, y], color=style.PALE, linewidth=8, solid_capstyle="butt", zorder=1)
        axes.plot(
            [at["low"], at["high"]], [y, y], color=style.SKY, linewidth=8, solid_capstyle="butt", zorder=2
        )
        _point(axes, at["mode"], y, MODE)
        _point(axes, at["shipped"], y, SHIPPED, hollow=row["inside"])
        axes.text(-0.03, y, f"{low:g}", ha="right", va="center", fontsize=SMALL - 2, color=style.GREY)
        axes.text(1.03, y, f"{high:g}", ha="left", va="center", fontsize=SMALL - 2, color=style.GREY)
        axes.text(1.42, y, at_least(row["contraction"]), ha="right", va="center", fontsize=SMALL)
    axes.text(
        1.42, -0.62, "contraction\n(1: told by the data)", ha="right", va="bottom", fontsize=SMALL - 1.5
    )
    _lines(axes, [plain_name(row["id"]) for row in rows], pad=32)
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.set_title("95 % of the posterior between the bounds", loc="left", pad=28, fontsize=SMALL + 1)


def _correlations(axes: Axes, draws: pd.DataFrame) -> None:
    """Posterior correlations as a heat map; few enough, and each carries its number."""
    table = draws.corr().to_numpy()
    names = [plain_name(key) for key in draws.columns]
    axes.imshow(np.where(np.eye(len(table)), np.nan, table), cmap="RdBu_r", vmin=-1, vmax=1, aspect="equal")
    if len(table) <= NUMBERED:
        for i in range(len(table)):
            for j in range(len(table)):
                if i != j:
                    colour = "white" if abs(table[i, j]) > 0.6 else style.INK
                    axes.text(
                        j,
                        i,
                        f"{round(table[i, j], 1) + 0.0:.1f}",
                        ha="center",
                        va="center",
                        color=colour,
                        fontsize=SMALL - 1,
                    )
    _lines(axes, names, pad=4)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=SMALL - 1)
    axes.tick_params(axis="x", length=0)
    axes.set_title("Correlation of the draws\n(blue −1, white 0, red +1)", loc="left", fontsize=SMALL + 1)


def _figures(axes: Axes, rows: list[dict[str, Any]]) -> None:
    """The model minus the paper in standard errors: draws, best fit and shipped values."""
    axes.axvspan(-1.96, 1.96, color=style.PALE, zorder=0)
    axes.axvline(0, color="white", linewidth=1.2, zorder=0.5)
    for y, row in enumerate(rows):
        ends = [np.clip((row[end] - row["paper"]) / row["se"], -EDGE, EDGE) for end in ("low", "high")]
        axes.plot(ends, [y, y], color=style.SKY, linewidth=6, solid_capstyle="butt", zorder=1)
        _point(axes, float(np.clip(row["mode_misses_by"], -EDGE, EDGE)), y, MODE)
        shipped = row["shipped_misses_by"]
        _point(axes, float(np.clip(shipped, -EDGE, EDGE)), y, SHIPPED, hollow=abs(shipped) <= 1.96)
    _lines(axes, [_figure_name(row, rows) for row in rows], pad=4)
    axes.set_xlim(-EDGE - 0.3, EDGE + 0.3)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.set_xlabel("standard errors", fontsize=SMALL)
    axes.set_title("Model minus paper (grey: ±1.96)", loc="left", fontsize=SMALL + 1)


def _figure_name(row: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """Outcome, week and the paper's figure, with the trial where there are several."""
    trial = f"{row['trial']}: " if len({one["trial"] for one in rows}) > 1 else ""
    return f"{trial}{row['outcome'].replace('_', ' ')}, wk {row['week']}: {row['paper']:.3g}"


def _point(axes: Axes, x: float, y: float, look_: tuple[str, str, float], hollow: bool = False) -> None:
    colour, marker, size = look_
    face = "white" if hollow else colour
    axes.plot([x], [y], marker=marker, markersize=size, color=colour, markerfacecolor=face, linestyle="none",
              clip_on=False, zorder=3)  # fmt: skip


def _lines(axes: Axes, names: list[str], pad: float) -> None:
    axes.set_yticks(range(len(names)), names, fontsize=SMALL - 1)
    axes.tick_params(axis="y", length=0, pad=pad)
    axes.set_ylim(len(names) - 0.4, -0.6)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _legend() -> list[Line2D]:
    def point(look_: tuple[str, str, float], label: str, hollow: bool = False) -> Line2D:
        colour, marker, size = look_
        face = "white" if hollow else colour
        return Line2D(
            [], [], color=colour, marker=marker, markersize=size, markerfacecolor=face, linestyle="none",
            label=label,
        )  # fmt: skip

    return [
        Line2D([], [], color=style.SKY, linewidth=8, label="95 % of the posterior"),
        Line2D([], [], color=style.PALE, linewidth=8, label="bounds; right: the paper's interval"),
        point(MODE, "best fit"),
        point(SHIPPED, "shipped value, inside", hollow=True),
        point(SHIPPED, "shipped value, outside"),
    ]
