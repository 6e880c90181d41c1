"""What a paper said: `Figure`, one row of ``data/evidence``, and the checks every number passes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from spinesim.errors import SpinesimError

CERTAINTIES = ("high", "moderate", "low", "very low")
UNCONFIRMED = "UNCONFIRMED: not checked at source"
_PROPORTION = re.compile(r"(proportion|probability)\b", re.IGNORECASE)
_RATIO = re.compile(r"(?<!log )\bratio\b", re.IGNORECASE)  # the word: "duration" is no ratio


@cache
def is_proportion(unit: str) -> bool:
    """Say whether a unit means a share from 0 to 1 ("proportion", "probability per visit")."""
    return _PROPORTION.match(unit) is not None


@cache
def is_ratio(unit: str) -> bool:
    """Say whether a unit means a ratio ("hazard ratio")."""
    return _RATIO.search(unit) is not None


def check_numbers(row: str, unit: str, numbers: Mapping[str, float | None]) -> None:
    """Refuse numbers that are not finite, out of order or outside 0 to 1 for a proportion.

    Parameters
    ----------
    row : str
        Row id, for the message.
    unit : str
        Unit of the numbers.
    numbers : mapping of str to float or None
        By column, with ``value``, ``low`` and ``high``; None where the column is empty.

    Raises
    ------
    SpinesimError
        One sentence naming row, column and remedy.
    """
    share = is_proportion(unit)
    for column, number in numbers.items():
        if number is None:
            continue
        if not math.isfinite(number):
            raise SpinesimError(f"row '{row}', column {column}: {number} is not a finite number; write one.")
        if share and column != "sd" and not 0 <= number <= 1:
            raise SpinesimError(
                f"row '{row}', column {column}: {number:g} is outside 0 to 1 for the unit '{unit}'; "
                "write 0.25 for 25 percent."
            )
    value, low, high = numbers["value"], numbers["low"], numbers["high"]
    if (low is None) != (high is None):
        column = "low" if low is None else "high"
        raise SpinesimError(f"row '{row}', column {column}: empty; give both low and high, or neither.")
    if low is None or high is None:
        return
    if low > high:
        raise SpinesimError(f"row '{row}', column low: {low:g} is above high, {high:g}; swap them.")
    if value is not None and low > value:
        raise SpinesimError(
            f"row '{row}', column low: {low:g} is above the value {value:g}; make low <= value <= high."
        )
    if value is not None and high < value:
        raise SpinesimError(
            f"row '{row}', column high: {high:g} is below the value {value:g}; make low <= value <= high."
        )


@dataclass(frozen=True)
class Figure:
    """One row of ``data/evidence/*.csv``: a figure as published.

    Attributes
    ----------
    value, low, high, sd : float or None
        In `unit`; None where the paper gives none.
    interval : str
        What low and high are, as published ("95% CI", "range across studies"); empty: 95% CI.
    use : str
        ``input``, ``calibration`` or ``validation`` (comparison only, nothing is fitted to it).
    checked : bool
        False: from memory, never confirmed at the source.
    """

    id: str
    topic: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    interval: str
    sd: float | None
    unit: str
    population: str
    n: str
    study: str
    design: str
    certainty: str
    use: str
    checked: bool
    source: str
    notes: str

    def card(self) -> str:
        """Return the figure as a few lines of plain text, flagged if it was never checked."""
        lines = [
            self.id,
            f"{self.quantity}: {amount(self.value, self.low, self.high, self.interval, self.unit)}",
            f"population: {self.population} (n = {self.n})" if self.n else f"population: {self.population}",
            f"study: {self.study}" + (f" [{self.design}]" if self.design else ""),
            f"certainty: {self.certainty}; use: {self.use}",
        ]
        return text_of(lines, self.source, self.notes, [] if self.checked else [UNCONFIRMED])


def amount(value: float | None, low: float | None, high: float | None, interval: str, unit: str) -> str:
    """Return ``0.3 proportion (95% CI 0.2 to 0.4)``, or what there is of it."""
    shown = "no figure" if value is None else f"{value:g} {unit}".rstrip()
    if low is None or high is None:
        return shown
    return f"{shown} ({interval or '95% CI'} {low:g} to {high:g})"


def text_of(lines: list[str], source: str, notes: str, flags: list[str]) -> str:
    """Join the lines of a card, its warnings last."""
    extra = [f"source: {source}"] if source else []
    extra += [f"notes: {notes}"] if notes else []
    return "\n".join([*lines, *extra, *flags])
