"""What a parameter's value may be, by its unit: a scale has two ends, a duration is above 0."""

from __future__ import annotations

from spinesim.errors import SpinesimError
from spinesim.evidence.figures import is_ratio

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
ABOVE_0 = frozenset({"days", "minutes", "sessions", "count"})
FROM_0 = frozenset({"days from 0", "weeks", "months", "years", "USD", "multiplier", "0-1 per year"})
"""``days from 0``: waits that may be none at all."""
LARGEST_LOG_SD = 3
"""Any unit that starts with ``log`` is an SD on the log scale; at 3 people differ a hundred thousandfold."""


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
    elif unit in FROM_0:
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
