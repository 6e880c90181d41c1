"""A clinic as data: who and what it has and how people behave, read from ``data/clinics/*.toml``."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from spinesim.clinic.resource import RESOURCES, Resources, Strict
from spinesim.evidence import load_model

YEARLY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")

RHYTHM = {"by_weekday": (7, "Monday"), "by_month": (12, "January")}

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
MOST_WEIGHT = 1_000
Weight = Annotated[float, Field(ge=0, le=MOST_WEIGHT, allow_inf_nan=False)]


class Arrivals(Strict):
    """Who is referred, and when.

    Attributes
    ----------
    per_week : float
        Referrals in an average week.
    by_weekday : 7 weights, Monday first
    by_month : 12 weights, January first
    growth_per_year : float
        Share by which referrals grow each year, steadily.
    backlog : int
        People already waiting for a first visit on the day the clinic opens.
    backlog_weeks : int
        Weeks over which they were referred, evenly.
    """

    per_week: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
    by_weekday: Annotated[tuple[Weight, ...], Field(min_length=7, max_length=7)] | None = None
    by_month: Annotated[tuple[Weight, ...], Field(min_length=12, max_length=12)] | None = None
    growth_per_year: Annotated[float, Field(ge=-0.9, le=10, allow_inf_nan=False)] = 0.0
    backlog: Annotated[int, Field(ge=0, le=100_000)] = 0
    backlog_weeks: Annotated[int, Field(ge=0, le=520)] = 0

    @field_validator("by_weekday", "by_month", mode="before")
    @classmethod
    def _lists(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, list):
            return value
        needed, first = RHYTHM[info.field_name or ""]
        if len(value) != needed:
            raise ValueError(f"needs {needed} numbers, {first} first; {len(value)} given")
        return tuple(float(x) if type(x) is int else x for x in value)

    @model_validator(mode="after")
    def _sense(self) -> Self:
        for name in ("by_weekday", "by_month"):
            weights = getattr(self, name)
            if weights is not None and not sum(weights) > 0:
                raise ValueError(f"{name} has no weight above 0")
        if (self.backlog > 0) != (self.backlog_weeks > 0):
            raise ValueError("backlog and backlog_weeks go together")
        return self


class Calendar(Strict):
    """Opening days. `first_day` is the clinic's first Monday; `closed` are dates (2026-12-24) or days of
    every year ("12-25")."""

    first_day: datetime.date = datetime.date(2026, 1, 5)
    closed: tuple[str | datetime.date, ...] = ()

    @field_validator("closed", mode="before")
    @classmethod
    def _lists(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("first_day")
    @classmethod
    def _monday(cls, value: datetime.date) -> datetime.date:
        if value.weekday():
            raise ValueError(f"{value} is no Monday; a clinic begins with one")
        return value

    @field_validator("closed")
    @classmethod
    def _days(cls, value: tuple[str | datetime.date, ...]) -> tuple[str | datetime.date, ...]:
        for one in value:
            if isinstance(one, str) and not YEARLY.fullmatch(one):
                raise ValueError(f'"{one}" is no day; write "12-25" for every year or 2026-12-24 for one')
        return value

    def is_open(self, day: datetime.date) -> bool:
        """Whether the clinic opens that day at all."""
        return day not in self.closed and f"{day:%m-%d}" not in self.closed


class Behaviour(Strict):
    """What people do, each a switch; the numbers behind are parameters (``data/parameters/access.csv``).

    Attributes
    ----------
    no_show : bool
        Some do not come, more of them the longer they waited; some of these are given another appointment.
    cancelling : bool
        Some cancel ahead; the slot is offered again.
    leaving : bool
        People leave a waiting list: recovered, or gone elsewhere.
    triage : bool
        The severe are seen before the others, and everyone's turn comes nearer by waiting.
    """

    no_show: bool = False
    cancelling: bool = False
    leaving: bool = False
    triage: bool = False


class Virtual(Strict):
    """Visits by video: which of `review` … may be, and for what share of people. No examination by video."""

    steps: tuple[Literal["review"], ...] = ()
    share: Share = 0.0

    @field_validator("steps", mode="before")
    @classmethod
    def _lists(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value


class ClinicSetting(Strict):
    """One clinic. Without `arrivals` everyone is referred on day 0.

    Attributes
    ----------
    mix : case mix or weights by condition, optional
        Who comes, unless a study says otherwise.
    lists : mapping, optional
        Days that whoever is not urgent waits for the first slot of a step, by resource: a clinic as one
        patient meets it, whose lists one more person does not lengthen. Reviews and further sessions are kept
        to the day.
    numbers : mapping, optional
        This clinic's own values of parameters: prices, slot lengths, lead times, attendance.
    source : str
        Where its numbers are from, for the report.
    """

    name: str
    title: str
    summary: str = ""
    source: str = ""
    mix: str | dict[str, Weight] | None = None
    arrivals: Arrivals | None = None
    calendar: Calendar = Calendar()
    behaviour: Behaviour = Behaviour()
    virtual: Virtual = Virtual()
    numbers: dict[str, float] = {}
    lists: dict[str, Annotated[float, Field(ge=0, le=3650, allow_inf_nan=False)]] = {}
    resources: Resources

    @field_validator("numbers", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        for key, inner in value.items():
            if isinstance(inner, dict):  # TOML reads visit.price = 95 as a table
                raise ValueError(f"put the id in quotes: {_quoted(str(key), inner)}")
        return {k: float(x) if type(x) is int else x for k, x in value.items()}

    @field_validator("mix", mode="before")
    @classmethod
    def _weights(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        for name, weight in value.items():
            number = isinstance(weight, int | float) and not isinstance(weight, bool)
            if not number or not 0 <= weight <= MOST_WEIGHT:
                raise ValueError(f"the weight of '{name}' is {str(weight)[:20]}: give 0 to {MOST_WEIGHT:,}")
        return {name: float(weight) for name, weight in value.items()}

    @model_validator(mode="after")
    def _sense(self) -> Self:
        booked = any(getattr(self.resources, name).sessions for name in RESOURCES)
        asked = [name for name, on in self.behaviour.model_dump().items() if on]
        if asked and not booked:
            raise ValueError(
                f"behaviour.{asked[0]} needs an appointment book: give a resource sessions, or switch it off"
            )
        strangers = [name for name in self.lists if name not in RESOURCES]
        if strangers:
            raise ValueError(f"lists.{strangers[0]} is no resource; known: {', '.join(RESOURCES)}")
        if booked and self.lists:
            raise ValueError("lists are for a clinic without sessions: an appointment book makes its own")
        if booked and self.arrivals is None:
            raise ValueError("a clinic with sessions needs [arrivals]")
        return self

    def __hash__(self) -> int:  # pydantic's own cannot hash tables of numbers
        return hash(self.model_dump_json())

    @property
    def booked(self) -> bool:
        """Whether any resource has an appointment book."""
        return any(getattr(self.resources, name).sessions for name in RESOURCES)


def _quoted(key: str, value: object) -> str:
    """The first number of a nested table, as it should have been written."""
    while isinstance(value, dict) and value:
        inner, value = next(iter(value.items()))
        key = f"{key}.{inner}"
    return f'"{key}" = {str(value)[:20]}'


def load_clinic(name_or_path: str | Path) -> ClinicSetting:
    """Read a clinic by shipped name or by path.

    Raises
    ------
    SpinesimError
        One sentence naming file and key.
    """
    return load_model(name_or_path, ClinicSetting, "clinic")
