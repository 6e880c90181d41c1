"""Derived outcomes: RMDQ, utility, function in natural units (all elementwise)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]
Numbers = Mapping[str, float]


def rmdq(numbers: Numbers, odi: Floats) -> Floats:
    """Roland-Morris score (0-24) from ODI (0-100); parameter ``disability.rmdq_per_odi``."""
    score: Floats = np.minimum(odi * numbers["disability.rmdq_per_odi"], numbers["disability.rmdq_max"])
    return score


def utility(numbers: Numbers, odi: Floats, leg: Floats, back: Floats) -> Floats:
    """EQ-5D utility from ODI and pain (NRS), Carreon 2014; parameters ``utility.*``."""
    worth: Floats = (
        numbers["utility.intercept"]
        + numbers["utility.odi"] * odi
        + numbers["utility.leg"] * leg
        + numbers["utility.back"] * back
    )
    return worth


def minutes(numbers: Numbers, activity: str, odi: Floats) -> Floats:
    """Comfortable minutes of ``sitting``, ``standing`` or ``walking``: falls linearly with ODI."""
    able: Floats = numbers[f"function.{activity}_free"] * (1 - np.asarray(odi) / 100)
    return able


def disabled(numbers: Numbers, odi: Floats) -> npt.NDArray[np.bool_]:
    """Whether disability is severe (``function.severe`` or more)."""
    return np.asarray(odi) >= numbers["function.severe"]


def broken_night(numbers: Numbers, sleep: Floats) -> npt.NDArray[np.bool_]:
    """Whether a night counts as broken (``function.sleep_night``)."""
    return np.asarray(sleep) < numbers["function.sleep_night"]
