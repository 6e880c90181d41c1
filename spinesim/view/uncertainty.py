"""Pictures of an uncertainty analysis: tornado, where uncertainty comes from, Morris and Sobol."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from spinesim.errors import SpinesimError
from spinesim.view import style
from spinesim.view.names import name
from spinesim.view.plots import look, new_axes, wrapped

MOST = 12
"""Bars of a tornado, labels of a screening."""
MONEY = {
    "cost_health_system": "Cost to the health system", "cost_patient": "Cost to the patient",
    "cost_societal": "Cost to society", "qaly_discounted": "Quality-adjusted life years, discounted",
}  # fmt: skip
LABEL_WIDTH = 36


def label(outcome: str) -> str:
    """An outcome as people say it."""
    return MONEY.get(outcome) or name(outcome).label


def words(parameter: object) -> str:
    """A parameter's id as words: "imaging: uptake"; the name of a group as it is."""
    return str(parameter).replace(".", ": ").replace("_", " ").replace("::", ":")


def _short(value: float) -> str:
    """A number in three figures or, from a thousand on, whole."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def _below(axes: Axes, inches: float) -> float:
    """How far below the axes a legend stands, in the axes' own height."""
    return -inches / (axes.figure.get_figheight() - 1)  # type: ignore[union-attr]


def plot_tornado(table: pd.DataFrame, title: str = "", ax: Axes | None = None, most: int = MOST) -> Axes:
    """What a difference becomes with one number at a time at its low and its high end, the widest on top.

    Parameters
    ----------
    table : DataFrame
        As `OneWay.table` gives it.
    title : str
        What differs, such as "Cost: early MRI minus usual".
    ax : Axes, optional
    most : int
        Bars; the rest is counted below.
    """
    _need(table, ("parameter", "base", "at_low", "at_high", "swing", "low_value", "high_value"), "tornado")
    rows = table.head(most)
    axes = ax if ax is not None else new_axes(10.5, 1.9 + 0.5 * max(len(rows), 2))
    base = float(rows["base"].iloc[0])
    ends = rows[["at_low", "at_high"]].to_numpy(float)
    span = float(np.ptp(np.append(ends, base))) or 1.0
    with look():
        for place, row, (low, high) in zip(np.arange(len(rows))[::-1], rows.itertuples(), ends, strict=True):
            for at, colour, hatch in ((low, style.SKY, "///"), (high, style.ORANGE, "")):
                axes.barh(place, at - base, left=base, height=0.66, color=colour, edgecolor=style.INK,
                          linewidth=0.6, hatch=hatch)  # fmt: skip
            left, right = sorted(((low, row.low_value), (high, row.high_value)))
            same_side = (left[0] - base) * (right[0] - base) > 0
            if same_side:
                both = f"{_short(row.low_value)} / {_short(row.high_value)}"
                far, side = (right[0], "left") if right[0] > base else (left[0], "right")
                axes.text(
                    far + (span if side == "left" else -span) * 0.012, place, both, va="center", ha=side
                )
                continue
            axes.text(left[0] - 0.012 * span, place, _short(left[1]), va="center", ha="right")
            axes.text(right[0] + 0.012 * span, place, _short(right[1]), va="center", ha="left")
        axes.axvline(base, color=style.INK, linewidth=1.2)
        if ends.min() < 0 < ends.max():
            axes.axvline(0, color=style.GREY, linewidth=1, linestyle=(0, (2, 2)))
        names = [wrapped(words(one), LABEL_WIDTH) for one in rows["parameter"]]
        axes.set_yticks(np.arange(len(rows))[::-1], names)
        lowest, highest = min(base, ends.min()), max(base, ends.max())
        axes.set_xlim(lowest - 0.18 * span, highest + 0.18 * span)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.set_xlabel(
            f"Difference, {rows['unit'].iloc[0]} (the line: all numbers at their base, {_short(base)})"
        )
        axes.set_title(title or "One number at a time", loc="left")
        handles = [
            Patch(
                facecolor=style.SKY, edgecolor=style.INK, hatch="///", label="number at its low end (2.5 %)"
            ),
            Patch(facecolor=style.ORANGE, edgecolor=style.INK, label="number at its high end (97.5 %)"),
        ]
        left_out = int((table["swing"].iloc[most:] > 0).sum())
        note = f"{left_out} more move it by {_short(table['swing'].iloc[most])} or less" if left_out else None
        axes.legend(
            handles=handles, loc="upper center", bbox_to_anchor=(0.4, _below(axes, 0.65)), ncols=2,
            frameon=False, title=note,
        )  # fmt: skip
    return axes


def plot_decomposition(
    table: pd.DataFrame, ax: Axes | None = None, outcomes: Sequence[str] | None = None
) -> Axes:
    """Share of the variance of each difference from uncertain numbers and from the luck of few people.

    Parameters
    ----------
    table : DataFrame
        As `Uncertainty.decomposition` gives it; one arm at a time.
    ax : Axes, optional
    outcomes : sequence of str, optional
        Which, in this order; default: all that differ.
    """
    _need(table, ("outcome", "parameter_share"), "decomposition")
    rows = table.dropna(subset="parameter_share").drop_duplicates("outcome")
    if outcomes is not None:
        rows = (
            rows.set_index("outcome")
            .reindex([o for o in outcomes if o in set(rows["outcome"])])
            .reset_index()
        )
    if not len(rows):
        raise SpinesimError("Nothing differs between these arms, so there is no uncertainty to draw.")
    axes = ax if ax is not None else new_axes(9.5, 1.8 + 0.46 * max(len(rows), 2))
    with look():
        place = np.arange(len(rows))[::-1]
        share = rows["parameter_share"].to_numpy(float)
        axes.barh(place, share, color=style.BLUE, edgecolor=style.INK, linewidth=0.6, height=0.66)
        axes.barh(place, 1 - share, left=share, color=style.PALE, edgecolor=style.INK, linewidth=0.6,
                  height=0.66, hatch="...")  # fmt: skip
        for at, one in zip(place, share, strict=True):
            inside = one > 0.12
            axes.text(one / 2 if inside else one + 0.01, at, f"{one:.0%}", va="center",
                      ha="center" if inside else "left", color="white" if inside else style.INK,
                      fontweight="bold", bbox=None if inside else {"facecolor": "white", "edgecolor": "none",
                                                                 "pad": 1.5, "alpha": 0.85})  # fmt: skip
        axes.set_yticks(place, [wrapped(label(str(one)), LABEL_WIDTH) for one in rows["outcome"]])
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        axes.set_xlabel("Share of the variance of the difference")
        axes.set_title("Unsure of the numbers, or too few people?", loc="left")
        handles = [
            Patch(facecolor=style.BLUE, edgecolor=style.INK, label="uncertain numbers (more research)"),
            Patch(
                facecolor=style.PALE,
                edgecolor=style.INK,
                hatch="...",
                label="luck of few people (a larger study)",
            ),
        ]
        drop = _below(axes, 0.75)
        axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.4, drop), ncols=2, frameon=False)
    return axes


def plot_morris(table: pd.DataFrame, title: str = "", ax: Axes | None = None, most: int = MOST) -> Axes:
    """mu* against sigma: far right matters, high up depends on the others; the first `most` are named.

    Parameters
    ----------
    table : DataFrame
        As `Screening.table` of a Morris screening gives it; groups have no sigma and lie on the axis.
    """
    _need(table, ("parameter", "mu_star", "low", "high", "sigma"), "Morris")
    axes = ax if ax is not None else new_axes(11, 6)
    with look():
        star = table["mu_star"].to_numpy(float)
        known = table["sigma"].notna().to_numpy()
        sigma = table["sigma"].fillna(0).to_numpy(float)
        top = float(max(star.max(initial=0), sigma.max(initial=0))) or 1.0
        error = [star - table["low"].to_numpy(float), table["high"].to_numpy(float) - star]
        axes.errorbar(star, sigma, xerr=error, fmt="none", ecolor=style.GREY, elinewidth=1)
        axes.scatter(star[known], sigma[known], color=style.BLUE, edgecolor=style.INK, s=55, zorder=3,
                     label="one number")  # fmt: skip
        if (~known).any():
            axes.scatter(star[~known], sigma[~known], color="white", edgecolor=style.VERMILLION, marker="s",
                         s=60, linewidth=1.8, zorder=3, clip_on=False, label="a group: no sigma")  # fmt: skip
        axes.plot([0, top], [0, top], color=style.GREY, linestyle=(0, (2, 2)), linewidth=1)
        axes.text(0.93 * top, 0.95 * top, "sigma = mu*", color=style.GREY, ha="right")
        right = float(np.max(table["high"].to_numpy(float), initial=top)) * 1.04
        named = [i for i in range(min(most, len(table))) if star[i] > 0]
        for rank, i in enumerate(named, start=1):
            axes.annotate(str(rank), (star[i], sigma[i]), xytext=(0, 7), textcoords="offset points",
                          ha="center", fontweight="bold")  # fmt: skip
        key = "\n".join(
            f"{rank}  {textwrap.shorten(words(table['parameter'].iloc[i]), 44, placeholder=' …')}"
            for rank, i in enumerate(named, start=1)
        )
        axes.text(1.03, 1.0, key, transform=axes.transAxes, va="top", linespacing=1.5)
        axes.set_xlim(0, right)
        axes.set_ylim(0, 1.1 * top)
        unit = str(table["unit"].iloc[0]) if "unit" in table else ""
        axes.set_xlabel(f"mu*: how much it moves the difference, {unit}")
        axes.set_ylabel("sigma: how much that\ndepends on the others")
        axes.set_title(title or "Which numbers matter? (Morris)", loc="left")
        axes.legend(loc="upper left", frameon=False)
    return axes


def plot_sobol(table: pd.DataFrame, title: str = "", ax: Axes | None = None) -> Axes:
    """First-order and total shares of the variance, with 95 % intervals, the largest on top."""
    _need(
        table, ("parameter", "first", "total", "first_low", "first_high", "total_low", "total_high"), "Sobol"
    )
    axes = ax if ax is not None else new_axes(9.5, 1.9 + 0.75 * max(len(table), 2))
    with look():
        place = np.arange(len(table))[::-1].astype(float)
        for part, shift, colour, hatch, means in (
            ("total", 0.19, style.SKY, "", "with its interactions (total)"),
            ("first", -0.19, style.BLUE, "///", "alone (first order)"),
        ):
            value = table[part].fillna(0).to_numpy(float)
            error = [value - table[f"{part}_low"].fillna(0).to_numpy(float),
                     table[f"{part}_high"].fillna(0).to_numpy(float) - value]  # fmt: skip
            axes.barh(place + shift, value, height=0.36, color=colour, edgecolor=style.INK, linewidth=0.6,
                      hatch=hatch, label=means)  # fmt: skip
            axes.errorbar(value, place + shift, xerr=error, fmt="none", ecolor=style.INK, elinewidth=1.2,
                          capsize=3)  # fmt: skip
        axes.set_yticks(place, [wrapped(words(one), LABEL_WIDTH) for one in table["parameter"]])
        axes.axvline(0, color=style.INK, linewidth=1)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        axes.set_xlabel("Share of the variance of the difference (95 % interval)")
        axes.set_title(title or "Whose variance is it? (Sobol)", loc="left")
        drop = _below(axes, 0.75)
        axes.legend(loc="upper center", bbox_to_anchor=(0.4, drop), ncols=2, frameon=False)
    return axes


def _need(table: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    missing = [column for column in columns if column not in table]
    if missing or not len(table):
        raise SpinesimError(f"A {what} picture needs a table with {', '.join(columns)}; this one is not.")
