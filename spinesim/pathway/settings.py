"""The settings a pathway declares: the dials a person may turn."""

from __future__ import annotations

import math
import numbers
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from spinesim.pathway.vocabulary import DIALS, MOST_WEEKS, NEVER, plain, said

Weeks = float | Literal["never"] | None


def a_number(value: object) -> float | int | None:
    """The value as a plain int or float (NumPy scalars too), or ``None`` if it is no number."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    try:
        as_float = float(value)
    except OverflowError:
        return math.inf
    return int(value) if isinstance(value, numbers.Integral) else as_float


def check_dial(name: str, value: object) -> float | int | str:
    """Validate one numeric setting.

    Parameters
    ----------
    name
        A key of ``DIALS``.
    value
        What was written in the file or passed to ``change``.

    Returns
    -------
    float, int or "never"
        The value in its own type: int for whole settings.

    Raises
    ------
    ValueError
        One sentence naming the setting, what was wrong and what is allowed.
    """
    dial = DIALS[name]
    kind = "a whole number" if dial.whole else "a number"
    between = f"from {plain(dial.low)} to {plain(dial.high)}"
    remedy = f"give {kind} of {dial.unit} {between}"
    if dial.default is not None:
        remedy = f"give {kind} {between} ({dial.unit})"
    remedy += ', or "never"' if dial.may_be_never else ""
    if dial.may_be_never and isinstance(value, str) and value == NEVER:
        return NEVER
    number = a_number(value)
    if number is None:
        raise ValueError(f"{name} = {said(value)} is not {kind}; {remedy}")
    if not math.isfinite(number):
        raise ValueError(f"{name} = {said(value)} is not a finite number; {remedy}")
    if not dial.low <= number <= dial.high:
        raise ValueError(f"{name} = {plain(number)} is out of range; {remedy}")
    if dial.whole:
        if number != int(number):
            raise ValueError(f"{name} = {plain(number)} is not a whole number; {remedy}")
        return int(number)
    return float(number) + 0.0  # no negative zero


def check_review_weeks(value: object) -> tuple[float, ...]:
    """Validate the routine reviews: a non-empty increasing list of weeks, each above 0 and at most 520.

    Raises
    ------
    ValueError
        One sentence naming the first entry that is wrong.
    """
    remedy = f"give increasing weeks above 0 and up to {plain(MOST_WEEKS)}, such as [2, 6, 12]"
    if isinstance(value, (str, bytes, dict)) or not hasattr(value, "__iter__"):
        raise ValueError(f"review_weeks = {said(value)} is not a list; {remedy}")
    weeks: list[float] = []
    for item in value:
        number = a_number(item)
        if number is None or not math.isfinite(number):
            raise ValueError(f"review_weeks holds {said(item)}, which is not a finite number; {remedy}")
        if not 0 < number <= MOST_WEEKS:
            raise ValueError(f"review_weeks holds {plain(number)}, which is out of range; {remedy}")
        if weeks and number <= weeks[-1]:
            raise ValueError(f"review_weeks is not increasing at {plain(number)}; {remedy}")
        weeks.append(float(number))
    if not weeks:
        raise ValueError(f"review_weeks is empty; {remedy}")
    return tuple(weeks)


class Settings(BaseModel):
    """Settings of one pathway; those left ``None`` are not declared and cannot be changed.

    Coordination, examination and loading are optional: ``None`` means 1, and ``change`` may set them.

    Attributes
    ----------
    imaging_after_weeks, injection_after_weeks, block_after_weeks, surgery_after_weeks
        Weeks since the first visit, 0 to 520, or ``"never"``.
    early_surgery_after_weeks, finding_after_weeks
        The same, for pain too severe to wait and for a bare finding that may lead on to a block.
    physiotherapy_sessions
        Sessions of one course, whole, 0 to 60.
    physiotherapy_sessions_per_week
        0.25 to 5.
    cbt_sessions, cbt_sessions_per_week
        The same for a course of CBT.
    coordination
        0 to 1: how far the team works from the same notes towards the same goals.
    examination
        1, or 0 when the signs found are not used.
    loading
        0 to 2: share of usual activity that is advised.
    review_weeks
        Routine reviews in weeks since the first visit, increasing.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    imaging_after_weeks: Weeks = None
    injection_after_weeks: Weeks = None
    surgery_after_weeks: Weeks = None
    early_surgery_after_weeks: Weeks = None
    block_after_weeks: Weeks = None
    finding_after_weeks: Weeks = None
    physiotherapy_sessions: int | None = None
    physiotherapy_sessions_per_week: float | None = None
    cbt_sessions: int | None = None
    cbt_sessions_per_week: float | None = None
    coordination: float | None = None
    examination: int | None = None
    loading: float | None = None
    review_weeks: tuple[float, ...]

    @field_validator(*DIALS, mode="before")
    @classmethod
    def _dials(cls, value: Any, info: ValidationInfo) -> Any:
        return check_dial(str(info.field_name), value)

    @field_validator("review_weeks", mode="before")
    @classmethod
    def _reviews(cls, value: Any) -> tuple[float, ...]:
        return check_review_weeks(value)

    def declared(self) -> dict[str, Any]:
        """The settings this pathway declares, by name."""
        return {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}
