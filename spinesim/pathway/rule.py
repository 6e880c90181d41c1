"""One rule of a pathway: criteria, what is offered, and how often."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from spinesim.pathway.criterion import Criterion, read_criterion
from spinesim.pathway.settings import a_number
from spinesim.pathway.vocabulary import (
    DAYS_IN_WEEK,
    FACTS,
    LONGEST_LINE,
    MOST_FIRINGS,
    MOST_WEEKS,
    ROUNDING,
    STEPS,
    Step,
    nearest,
    plain,
    said,
)

_ID = re.compile(r"[a-z][a-z0-9_]*")
_PARAMETER = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


def a_line(name: str, value: object, longest: int = LONGEST_LINE) -> str:
    """Check a text of one printable line; raises ``ValueError`` naming the key."""
    if not isinstance(value, str):
        raise ValueError(f"{name} = {said(value)} has the wrong type: write a text in quotes")
    if not value.strip() or not value.isprintable() or len(value) > longest:
        raise ValueError(f"{name} = {said(value)} must be one printable line of 1 to {longest} characters")
    return value


class Rule(BaseModel):
    """One rule: when its criteria hold it makes its offer.

    Attributes
    ----------
    id, says
        Short name and the rule in words.
    when
        Criteria, all of which must hold; kept in the order of the vocabulary, not of the file.
    offer
        Steps, at least one.
    reference
        Ids of evidence rows that support the rule.
    times
        How often it may fire for one patient.
    again_after_weeks
        Smallest gap between two firings, at least a day; required when ``times`` is above 1.
    uptake
        Id of the parameter with the probability of acceptance; ``None`` for the step's own.
    urgent
        Book with urgent priority.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    id: str
    says: str
    when: tuple[Criterion, ...]
    offer: tuple[Step, ...]
    reference: tuple[str, ...] = ()
    times: int = 1
    again_after_weeks: float | None = None
    uptake: str | None = None
    urgent: bool = False

    @field_validator("id", mode="before")
    @classmethod
    def _id(cls, value: Any) -> str:
        return _named("id", value, _ID, "small letters, digits and _, starting with a letter")

    @field_validator("says", mode="before")
    @classmethod
    def _says(cls, value: Any) -> str:
        return a_line("says", value)

    @field_validator("when", mode="before")
    @classmethod
    def _when(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            value = [read_criterion(key, item) for key, item in value.items()]
        elif not isinstance(value, tuple) or not all(isinstance(item, Criterion) for item in value):
            raise ValueError(f"when = {said(value)} has the wrong type: write {{ pain_at_least = 4 }}")
        else:
            value = [read_criterion(item.key, item.value) for item in value]
        return tuple(sorted(value, key=lambda item: (FACTS.index(item.fact), item.sense)))

    @field_validator("offer", mode="before")
    @classmethod
    def _offer(cls, value: Any) -> Any:
        steps = _texts("offer", value, '["education", "imaging"]')
        for step in steps:
            if step not in STEPS:
                known = ", ".join(STEPS)
                raise ValueError(
                    f"offer names the unknown step {said(step)}{nearest(step, STEPS)}; known: {known}"
                )
        if not steps or len(set(steps)) < len(steps):
            raise ValueError(f"offer = {said(list(steps))} must name one or more steps, each once")
        if "discharge" in steps and steps[-1] != "discharge":
            raise ValueError(
                f"offer = {said(list(steps))} must name discharge last, because nothing follows it"
            )
        return steps

    @field_validator("reference", mode="before")
    @classmethod
    def _reference(cls, value: Any) -> Any:
        texts = _texts("reference", value, '["esi_rad_pain_immediate_wmd"]')
        return tuple(a_line("reference", text) for text in texts)

    @field_validator("times", mode="before")
    @classmethod
    def _times(cls, value: Any) -> int:
        number = a_number(value)
        remedy = f"write a whole number from 1 to {MOST_FIRINGS}"
        if number is None or not isinstance(number, int):
            raise ValueError(f"times = {said(value)} has the wrong type: {remedy}")
        if not 1 <= number <= MOST_FIRINGS:
            raise ValueError(f"times = {said(number)} is out of range: {remedy}")
        return number

    @field_validator("again_after_weeks", mode="before")
    @classmethod
    def _again(cls, value: Any) -> float | None:
        if value is None:
            return None
        number = a_number(value)
        remedy = f"write a number of weeks above 0 and up to {plain(MOST_WEEKS)}"
        if number is None:
            raise ValueError(f"again_after_weeks = {said(value)} has the wrong type: {remedy}")
        if not math.isfinite(number) or number > MOST_WEEKS or number < 0:
            raise ValueError(f"again_after_weeks = {said(value)} is out of range: {remedy}")
        if number * DAYS_IN_WEEK < 1 - ROUNDING:
            raise ValueError(
                f"again_after_weeks = {said(value)} would let the rule fire again on the same day "
                "(a zero-day loop): write at least one day, 1/7 of a week"
            )
        return float(number)

    @field_validator("uptake", mode="before")
    @classmethod
    def _uptake(cls, value: Any) -> Any:
        return (
            value
            if value is None
            else _named("uptake", value, _PARAMETER, 'a parameter such as "cascade.uptake"')
        )

    @field_validator("urgent", mode="before")
    @classmethod
    def _urgent(cls, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"urgent = {said(value)} has the wrong type: write true or false")
        return value

    @model_validator(mode="after")
    def _no_zero_day_loop(self) -> Rule:
        if self.times > 1 and self.again_after_weeks is None:
            raise ValueError(
                f"times = {self.times} without again_after_weeks could fire again on the same day "
                "(a zero-day loop): add again_after_weeks = 4 or another gap above 0"
            )
        if self.times == 1 and self.again_after_weeks is not None:
            raise ValueError("again_after_weeks has no effect while times is 1: raise times or remove it")
        return self


def _texts(name: str, value: object, example: str) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise ValueError(
            f"{name} = {said(value)} has the wrong type: write a list of texts such as {example}"
        )
    return tuple(value)


def _named(name: str, value: object, pattern: re.Pattern[str], remedy: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} = {said(value)} has the wrong type: write {remedy}")
    if not pattern.fullmatch(value) or len(value) > LONGEST_LINE:
        raise ValueError(f"{name} = {said(value)} is not allowed: write {remedy}")
    return value
