"""Derived outcomes: RMDQ, utility, function in natural units (all elementwise)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from spinesim.clinical.cohort import GOALS, OCCUPATIONS, Cohort

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


def at_work(numbers: Numbers, disability: Floats, occupation: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether people can do their own work: disability below ``occupation.<occupation>.works_below``."""
    below = np.array([numbers[f"occupation.{name}.works_below"] for name in OCCUPATIONS])
    return np.asarray(disability) < below[occupation]


def goal_attained(
    numbers: Numbers, cohort: Cohort, disability: Floats, sleep: Floats, working: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Whether each person reaches their own goal, in its natural units.

    Minutes at a stretch for sitting, standing and walking; being at work for work; for sleep, good
    nights a week (a week's sleep quality counts as that share of its nights).
    """
    week = numbers["function.nights_per_week"]
    attained = np.zeros(len(cohort), dtype=bool)
    for index, goal in enumerate(GOALS):
        mine = cohort.goal == index
        if goal == "work":
            reached = working
        elif goal == "sleep":
            reached = week * np.asarray(sleep) >= cohort.goal_level
        else:
            reached = minutes(numbers, goal, disability) >= cohort.goal_level
        attained |= mine & reached
    return attained
