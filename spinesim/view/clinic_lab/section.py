"""A page of results: words, tables that a screen reader can walk, and pictures drawn when looked at."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from spinesim.view.clinic_lab.resources_part import SAID as SAID
from spinesim.view.flow import step_label


@dataclass(frozen=True)
class Picture:
    """Something to draw when it is looked at, and what it shows in words."""

    draw: Callable[[], Any]
    words: str


@dataclass(frozen=True)
class Section:
    """A page of results: safe HTML, then pictures."""

    key: str
    label: str
    html: str
    pictures: Sequence[Picture] = field(default_factory=tuple)


def step_name(step: str) -> str:
    """A step as people say it."""
    return step_label(step)


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that a screen reader can walk; the first column names the row."""
    top = "".join(f"<th scope='col'>{escape(head)}</th>" for head in heads)
    body = ""
    for first, *rest in rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        body += f"<tr><th scope='row'>{escape(first)}</th>{cells}</tr>"
    return (
        "<div class='spinesim-scroll'><table class='spinesim-table flow'>"
        f"<caption>{escape(caption)}</caption>"
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def plain(value: float, decimals: int = 1) -> str:
    """A number for a cell; '–' where there is none."""
    return "–" if not math.isfinite(value) else f"{value:,.{decimals}f}".replace("-", "−")


def signed(value: float, decimals: int = 1) -> str:
    """A difference for a cell, with its sign."""
    return f"+{plain(value, decimals)}" if value > 0 else plain(value, decimals)


def interval(low: float, high: float, decimals: int = 1, way: Callable[[float, int], str] = plain) -> str:
    """'3.0 to 4.5'; '–' where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    return f"{way(low, decimals)} to {way(high, decimals)}"


def changed(difference: float, low: float, high: float, decimals: int = 1) -> str:
    """A paired difference with its interval, for a cell."""
    if not math.isfinite(difference):
        return "–"
    known = [abs(one) for one in (difference, low, high) if math.isfinite(one)]
    if max(known) == 0:
        return "no difference"
    if round(max(known), decimals) == 0:
        return f"no difference (under {10.0**-decimals:.{decimals}f})"
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{signed(difference, decimals)} (no interval)"
    return f"{signed(difference, decimals)} ({interval(low, high, decimals, signed)})"
