"""Pictures of value: the cost-effectiveness plane, acceptability curves, the worth of knowing more.

A table of `spinesim.study.value` goes in, Axes come out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from spinesim.errors import SpinesimError
from spinesim.evidence.lookup import shipped
from spinesim.view import style
from spinesim.view.plots import look, new_axes, spread, wrapped

NO_DIFFERENCE = "no difference in health or cost"
NOTHING_TO_LEARN = (
    "Nothing: the same arm is the best buy in every draw, so knowing more would change no choice."
)
CHI_95 = 5.991464547107979  # 95 % point of chi squared with 2 degrees of freedom: the ellipse
MOST_POINTS = 2_000  # drawn; shares are counted over all
CORNERS = {
    "more health, costs more": (0.98, 0.98, "right", "top"),
    "more health, costs less": (0.98, 0.02, "right", "bottom"),
    "less health, costs less": (0.02, 0.02, "left", "bottom"),
    "less health, costs more": (0.02, 0.98, "left", "top"),
}
MARKERS = {"o": "●", "^": "▲", "s": "■", "D": "◆", "v": "▼"}
TICKS = 5
PATCH = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6}


def plot_plane(
    cloud: pd.DataFrame,
    threshold: float | None = None,
    ax: Axes | None = None,
    *,
    reference: str = "the first arm",
    money: str | None = None,
) -> Axes:
    """Cost-effectiveness plane: each draw's differences from the reference, per person.

    Parameters
    ----------
    cloud : DataFrame
        Columns arm, effect (QALY), cost, as `decide.plane` gives them.
    threshold : float, optional
        Willingness to pay for a QALY; below its line an arm has more net benefit than the reference.
    ax : Axes, optional
        Where to draw; a new figure if left out.
    reference : str
        What the differences are from.
    money : str, optional
        Currency and year; default those of the shipped prices.
    """
    from spinesim.study.value.decide import quadrants

    _need(cloud, ("arm", "effect", "cost"), "plane")
    axes = ax if ax is not None else new_axes(8.2, 5.6)
    with look():
        axes.axhline(0, color=style.GREY, linewidth=1)
        axes.axvline(0, color=style.GREY, linewidth=1)
        arms = list(dict.fromkeys(cloud["arm"]))
        for position, arm in enumerate(arms, start=1):
            rows = cloud.loc[cloud["arm"] == arm]
            form, marker = style.arm_style(position), _marker(position)
            effect, cost = rows["effect"].to_numpy(float), rows["cost"].to_numpy(float)
            axes.plot(
                effect[:MOST_POINTS], cost[:MOST_POINTS], linestyle="none", marker=marker, markersize=3.5,
                color=form.colour, alpha=0.3, markeredgewidth=0,
            )  # fmt: skip
            _ellipse(axes, effect, cost, form)
            axes.plot(
                effect.mean(), cost.mean(), marker=marker, markersize=10, color=form.colour,
                markeredgecolor="white", linestyle="none", label=wrapped(arm, 24),
            )  # fmt: skip
        _around_origin(axes, cloud)
        if threshold is not None:
            _threshold(axes, threshold)
        _shares(axes, quadrants(cloud), arms)
        axes.xaxis.set_major_locator(MaxNLocator(TICKS))
        axes.yaxis.set_major_locator(MaxNLocator(TICKS))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:+.3g}" if x else "0"))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:+,.4g}" if y else "0"))
        axes.set_xlabel(f"Health gained over {reference.replace('_', ' ')}, QALY per person")
        axes.set_ylabel(f"Extra cost, {_unit(money)} per person")
        axes.set_title("Cost and health beside the reference", loc="left")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return axes


def plot_acceptability(table: pd.DataFrame, ax: Axes | None = None, *, money: str | None = None) -> Axes:
    """Acceptability curves and their frontier: how likely each arm is the best buy at each threshold.

    Parameters
    ----------
    table : DataFrame
        Columns threshold, arm, probability, frontier, as `decide.acceptability` gives them.
    ax : Axes, optional
        Where to draw; a new figure if left out.
    money : str, optional
        Currency and year; default those of the shipped prices.
    """
    _need(table, ("threshold", "arm", "probability", "frontier"), "acceptability")
    axes = ax if ax is not None else new_axes(8.2, 4.6)
    with look():
        arms = list(dict.fromkeys(table["arm"]))
        best = table.loc[table["frontier"]].sort_values("threshold")
        axes.plot(best["threshold"], best["probability"], color=style.PALE, linewidth=11, zorder=1,
                  solid_capstyle="round", label="Best on average (frontier)")  # fmt: skip
        ends = []
        right = float(table["threshold"].max())
        for position, arm in enumerate(arms):
            rows, form = table.loc[table["arm"] == arm].sort_values("threshold"), style.arm_style(position)
            axes.plot(rows["threshold"], rows["probability"], color=form.colour, linestyle=form.dash,
                      linewidth=form.width, zorder=2)  # fmt: skip
            ends.append(float(rows["probability"].iloc[-1]))
        for position, height in enumerate(spread(ends, 0.1, 1.0)):
            colour = style.arm_style(position).colour
            axes.text(
                right * 1.02, height, wrapped(arms[position]), color=colour, fontweight="bold", va="center"
            )
        axes.set_xlim(0, right)
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.xaxis.set_major_locator(MaxNLocator(TICKS))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
        axes.grid(axis="y", color=style.PALE, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_xlabel(f"Willingness to pay for a QALY, {_unit(money)}")
        axes.set_ylabel("Probability of being best")
        axes.set_title("How sure can a buyer be?", loc="left")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), frameon=False)
    return axes


def plot_information(table: pd.DataFrame, ax: Axes | None = None, *, money: str | None = None) -> Axes:
    """What knowing more would be worth per person: everything (EVPI) on top, then each group (EVPPI).

    Parameters
    ----------
    table : DataFrame
        Columns information, value, se, as `information.information_table` gives them.
    ax : Axes, optional
        Where to draw; a new figure if left out.
    money : str, optional
        Currency and year; default those of the shipped prices.
    """
    _need(table, ("information", "value", "se"), "information")
    axes = ax if ax is not None else new_axes(8.2, 1.6 + 0.5 * max(len(table), 2))
    with look():
        place = np.arange(len(table))[::-1]
        value, se = table["value"].to_numpy(float), np.nan_to_num(table["se"].to_numpy(float))
        colours = [style.BLUE if name == "everything" else style.SKY for name in table["information"]]
        axes.barh(place, value, color=colours, edgecolor=style.INK, linewidth=0.6, height=0.66)
        low = np.minimum(1.96 * se, value)
        axes.errorbar(
            value, place, xerr=[low, 1.96 * se], fmt="none", ecolor=style.INK, elinewidth=1.2, capsize=3
        )
        top = float((value + 1.96 * se).max(initial=0)) or 1.0
        for at, amount, error in zip(place, value, se, strict=True):
            axes.text(amount + 1.96 * error + 0.015 * top, at, f"{amount:,.0f}", va="center")
        axes.set_yticks(place, [wrapped(str(name), 34) for name in table["information"]])
        axes.set_xlim(0, 1.12 * top)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.10g}"))
        axes.xaxis.set_major_locator(MaxNLocator(TICKS))
        if not value.any():  # bars without length say nothing by themselves
            axes.set_xticks([0])
            axes.text(0.5, 0.5, wrapped(NOTHING_TO_LEARN, 56), transform=axes.transAxes, ha="center",
                      va="center", color=style.INK)  # fmt: skip
        axes.set_xlabel(f"Worth of knowing it exactly, {_unit(money)} per person")
        axes.set_title("What would be worth finding out?", loc="left")
    return axes


def _unit(money: str | None) -> str:
    """Currency and year for a label."""
    return shipped()["visit.price"].unit if money is None else money


def _need(table: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    missing = [name for name in columns if name not in table]
    if missing or table.empty:
        lacks = f"the columns {', '.join(missing)}" if missing else "rows"
        raise SpinesimError(
            f"The table to draw lacks {lacks}; give what `{what}` of spinesim's value returns."
        )


def _ellipse(axes: Axes, effect: np.ndarray, cost: np.ndarray, form: style.ArmStyle) -> None:
    """The 95 % ellipse of a normal cloud with these means and covariances; none for a cloud without width."""
    if len(effect) < 3 or effect.std() == 0 or cost.std() == 0:
        return
    scale = np.array([effect.std(), cost.std()])  # the two axes differ a millionfold: work in their own units
    size, way = np.linalg.eigh(np.cov(effect / scale[0], cost / scale[1]))
    turn = np.linspace(0, 2 * np.pi, 181)
    ring = (way * np.sqrt(np.clip(size, 0, None) * CHI_95)) @ np.vstack([np.cos(turn), np.sin(turn)])
    axes.plot(effect.mean() + scale[0] * ring[0], cost.mean() + scale[1] * ring[1], color=form.colour,
              linestyle=form.dash, linewidth=1.8)  # fmt: skip


def _around_origin(axes: Axes, cloud: pd.DataFrame) -> None:
    """Limits that hold every point and the origin, with room for the labels in the corners."""
    for name, limits in (("effect", axes.set_xlim), ("cost", axes.set_ylim)):
        low, high = axes.get_xlim() if name == "effect" else axes.get_ylim()
        low, high = min(low, 0.0), max(high, 0.0)
        room = 0.18 * (high - low or 1.0)
        limits(low - room, high + room)


def _threshold(axes: Axes, threshold: float) -> None:
    """The line below which an arm has more net benefit than the reference, written on."""
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    said = f"{threshold:,.0f} per QALY: below the line an arm has more net benefit than the reference"
    axes.plot([left, right], [threshold * left, threshold * right], color=style.INK, linewidth=1.4,
              linestyle=(0, (6, 3)), label=wrapped(said, 24))  # fmt: skip
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def _shares(axes: Axes, shares: pd.DataFrame, arms: Sequence[str]) -> None:
    """In each corner what it means and, in its colour, the share of each arm's draws that lie there."""
    share = shares.set_index(["arm", "quadrant"])["share"]
    line = 0.052
    for quadrant, (x, y, across, up) in CORNERS.items():
        at: dict[str, Any] = {
            "transform": axes.transAxes,
            "ha": across,
            "va": up,
            "fontsize": style.FONT - 2,
            "bbox": PATCH,
        }
        first = y if up == "top" else y + line * len(arms)
        axes.text(x, first, quadrant, color=style.INK, **at)
        for i, arm in enumerate(arms, start=1):
            said = f"{MARKERS[_marker(i)]} {share[arm, quadrant]:.0%}"
            axes.text(x, first - line * i, said, color=style.arm_style(i).colour, **at)
    still = [arm for arm in arms if share[arm, NO_DIFFERENCE] == 1]
    if still:
        axes.text(0.5, 0.56, wrapped(f"{', '.join(still)}: no difference in any draw", 30), ha="center",
                  transform=axes.transAxes, color=style.INK)  # fmt: skip


def _marker(position: int) -> str:
    """Shape of the points of the arm at `position` (the reference, 0, has none)."""
    return list(MARKERS)[(position - 1) % len(MARKERS)]
