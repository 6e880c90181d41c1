"""The naive cohort study as a picture: every answer beside the truth."""

from __future__ import annotations

import math
import textwrap

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from spinesim.study.naive import METHODS
from spinesim.study.naive.words import amount
from spinesim.view import style
from spinesim.view.plots import look

SHORT = {
    "never": "exposed v never exposed",
    "crude": "exposed v all others",
    "claims": "adjusted for claims data",
    "baseline": "adjusted for the first chart",
    "target_trial": "target trial emulated",
    "truth": "TRUTH: same people, both ways",
}
LOOKS = {
    "target_trial": (style.BLUE, "D", 8.0),
    "truth": (style.BLACK, "*", 15.0),
}
NAIVE = (style.VERMILLION, "o", 8.0)
ROW = 0.42  # inches
WIDEST = 1e3  # a ratio's interval is cut beyond this


def plot_naive(table: pd.DataFrame) -> Figure:
    """Draw each outcome's answers with their 95 % intervals; the truth is a star with a line through all.

    Parameters
    ----------
    table : DataFrame
        `NaiveStudy.table`.

    Returns
    -------
    Figure
        One panel an outcome. An infinite ratio (nobody unexposed had it) is an arrow at the right edge; an
        answer that cannot be given is said in words.
    """
    outcomes = list(dict.fromkeys(table["outcome"]))
    across = min(2, len(outcomes))
    down = math.ceil(len(outcomes) / across)
    with look():
        figure = Figure(figsize=(3.2 + 4.6 * across, down * (1.3 + ROW * len(METHODS))), layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots(down, across, sharey=True, squeeze=False)
        for axes, outcome in zip(grid.flat, outcomes, strict=False):
            panel(axes, table[table["outcome"] == outcome])
        for axes in list(grid.flat)[len(outcomes) :]:
            axes.set_axis_off()
    return figure


def panel(axes, rows: pd.DataFrame) -> None:  # type: ignore[no-untyped-def]
    """One outcome's answers on axes that are empty; `rows` are its rows of `NaiveStudy.table`."""
    ratio = rows["measure"].iloc[0] == "ratio"
    names = list(METHODS)
    axes.set_title(textwrap.fill(str(rows["outcome"].iloc[0]).replace("_", " ").capitalize(), 34), loc="left")
    axes.set_yticks(range(len(names)), [SHORT[name] for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.axvline(1 if ratio else 0, color=style.GREY, lw=1, zorder=0)
    if ratio:
        axes.set_xscale("log")
        _ticks(axes, rows)
    left, right = axes.get_xlim() if ratio else _reach(rows)
    axes.set_xlim(left, right)
    for row in rows.itertuples():
        colour, marker, size = LOOKS.get(str(row.method), NAIVE)
        at = names.index(str(row.method))
        if not (np.isfinite(row.estimate) and (row.estimate > 0 or not ratio)):
            axes.text(
                right, at, _words(row.estimate, str(row.method)), ha="right", va="center", color=colour,
                fontsize=style.FONT - 3,
            )  # fmt: skip
            continue
        ends = [max(row.low, left) if np.isfinite(row.low) else left,
                min(row.high, right) if np.isfinite(row.high) else right]  # fmt: skip
        axes.plot(ends, [at, at], color=colour, lw=2.4, solid_capstyle="butt")
        axes.plot([row.estimate], [at], marker, color=colour, ms=size, mec="white", mew=0.8)
    truth = rows.loc[rows["method"] == "truth", "estimate"].iloc[0]
    if np.isfinite(truth) and (truth > 0 or not ratio):
        axes.axvline(truth, color=style.BLACK, lw=1.2, ls=(0, (2, 2)), zorder=0)
    axes.set_xlabel("risk ratio (log scale)" if ratio else f"difference, {rows['unit'].iloc[0]}")
    axes.tick_params(axis="y", length=0)


def _words(estimate: float, method: str) -> str:
    """Why there is no point to draw."""
    said = amount(estimate, estimate, estimate, "ratio", method)
    if np.isinf(estimate):
        return f"{said}  ▶"
    return "no event among the exposed" if estimate == 0 else said


def _ends(rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    ends = rows[["estimate", "low", "high"]].to_numpy(dtype=float)
    return ends[np.isfinite(ends)]


def _reach(rows: pd.DataFrame) -> tuple[float, float]:
    """Ends of a linear axis that shows every finite number and 0."""
    ends = np.append(_ends(rows), 0.0)
    margin = 0.06 * float(np.ptp(ends)) or 1.0
    return float(ends.min()) - margin, float(ends.max()) + margin


def _ticks(axes, rows: pd.DataFrame) -> None:  # type: ignore[no-untyped-def]
    ends = _ends(rows)
    ends = np.append(ends[(ends > 1 / WIDEST) & (ends < WIDEST)], 1.0)
    axes.set_xlim(min(0.7, 0.8 * ends.min()), max(2.0, 1.3 * ends.max()))
    axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
