"""What a parameter's value may be, by its unit: a scale has two ends, a duration is above 0."""

from __future__ import annotations

import math
import re
from functools import cache

from spinesim.errors import SpinesimError
from spinesim.evidence.figures import is_proportion, is_ratio

BETWEEN = {
    "0-1": (0, 1),
    "correlation": (-1, 1),
    "utility": (-1, 1),
    "% relief": (0, 100),
    "NRS 0-10": (0, 10),
    "points of 100": (0, 100),
    "ODI": (0, 100),
    "ODI 0-100": (0, 100),
    "RMDQ 0-24": (0, 24),
}
ABOVE_0 = frozenset({"days", "minutes", "sessions", "count", "calendar year", "index"})
FROM_0 = frozenset({
    "days from 0", "hours", "weeks", "months", "years", "USD", "multiplier", "0-1 per year", "miles",
    "people",
})  # fmt: skip
"""``days from 0``: waits that may be none at all."""
_MONEY = re.compile(r"([A-Z]{3}) ([12]\d{3})( per .+)?")
LARGEST_LOG_SD = 3
"""Any unit that starts with ``log`` is an SD on the log scale; at 3 people differ a hundred thousandfold."""


@cache
def money(unit: str) -> tuple[str, int, str] | None:
    """Currency, year and the rest of a unit such as ``USD 2009`` or ``USD 2025 per mile``; else None."""
    found = _MONEY.fullmatch(unit)
    return None if found is None else (found[1], int(found[2]), found[3] or "")


def check_value(row: str, unit: str, value: float) -> None:
    """Refuse a parameter's value outside what its unit permits.

    Proportions and probabilities are left to `check_numbers`; slopes ("ODI per NRS point") and
    units not named here may hold any number.

    Raises
    ------
    SpinesimError
        One sentence naming row, column, unit and what would be right.
    """
    if unit in BETWEEN:
        low, high = BETWEEN[unit]
        fits, permitted = low <= value <= high, f"{low} to {high}"
    elif unit.startswith("log "):
        fits, permitted = 0 <= value <= LARGEST_LOG_SD, f"0 to {LARGEST_LOG_SD}"
    elif unit in FROM_0 or money(unit) is not None:
        fits, permitted = value >= 0, "0 or above"
    elif unit in ABOVE_0 or is_ratio(unit):
        fits, permitted = value > 0, "above 0"
    else:
        return
    if not fits:
        raise SpinesimError(
            f"row '{row}', column value: must be {permitted} for the unit '{unit}', not {value:g}; "
            "mend the number or the unit."
        )


def limits(unit: str) -> tuple[float, float]:
    """Least and largest value a unit permits (``-inf``, ``inf`` where there is no such end); both may be met,
    but for a 0 below which only numbers above 0 make sense.
    """
    if unit in BETWEEN:
        low, high = BETWEEN[unit]
        return float(low), float(high)
    if is_proportion(unit):
        return 0.0, 1.0
    if unit.startswith("log "):
        return 0.0, float(LARGEST_LOG_SD)
    if unit in FROM_0 or unit in ABOVE_0 or is_ratio(unit) or money(unit) is not None:
        return 0.0, math.inf
    return -math.inf, math.inf
