"""Small counts are left out, the others rounded, and totals summed from what was rounded."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.errors import SpinesimError

SMALL = 7
"""Counts of 1 to this are not shown, unless a local rule says otherwise."""
LAXEST, STRICTEST = 4, 1_000
ROUNDED_TO = 5
DIGITS = 3

Counts = npt.NDArray[np.float64]


def check_small(small: object) -> int:
    """The threshold, if it is one.

    Raises
    ------
    SpinesimError
        If it is no whole number from 4 to 1,000.
    """
    if isinstance(small, bool) or not isinstance(small, int) or not LAXEST <= small <= STRICTEST:
        raise SpinesimError(
            f"--small-cells is {str(small)[:20]}; give a whole number from {LAXEST} to {STRICTEST:,}: "
            "counts of 1 to it are left out."
        )
    return small


def suppressed(counts: Sequence[float] | Counts, small: int) -> Counts:
    """Counts rounded to 5; those of 1 to `small` are NaN, 0 stays 0.

    >>> suppressed([0, 3, 7, 8, 13], 7).tolist()
    [0.0, nan, nan, 10.0, 15.0]
    """
    whole = np.asarray(counts, dtype=float)
    rounded = ROUNDED_TO * np.floor(whole / ROUNDED_TO + 0.5)
    return np.where((whole > 0) & (whole <= small), np.nan, rounded)


def about(count: float, small: int) -> float:
    """One count as it may be shown, NaN if it may not."""
    return float(suppressed([count], small)[0])


def centile(values: pd.Series, share: float, small: int) -> float:
    """The centile in whole days, NaN unless more than `small` people lie on each side of it."""
    held = values.dropna()
    if len(held) * min(share, 1 - share) <= small:
        return math.nan
    return float(np.round(held.quantile(share)))


def digits(value: float, places: int = DIGITS) -> float:
    """`value` with three digits: what two exports differ in by one person stays hidden."""
    return float(f"{value:.{places}g}") if math.isfinite(value) else value


def pooled(counts: dict[str, int], small: int) -> dict[str, float]:
    """Weights from rounded counts; small categories share what they hold together.

    If all the small ones together are still few, or there is only one, they are left out, which spreads them
    over the others in proportion.
    """
    shown = dict(zip(counts, suppressed(list(counts.values()), small).tolist(), strict=True))
    few = [key for key, count in shown.items() if math.isnan(count)]
    together = about(sum(counts[key] for key in few), small)
    kept = {key: count for key, count in shown.items() if count > 0}
    if len(few) > 1 and together > 0:
        kept |= {key: together / len(few) for key in few}
    return {key: kept[key] for key in counts if key in kept}
