"""A clinic as data: who and what it has and how people behave, read from ``data/clinics/*.toml``."""

from __future__ import annotations

import datetime
import math
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from spinesim.evidence import load_model

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
YEARLY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
HOUR, WEEK_HOURS = 60, 168
RESOURCES = ("physician", "physiotherapy", "psychology", "imaging", "injection", "ablation", "theatre")

RHYTHM = {"by_weekday": (7, "Monday"), "by_month": (12, "January")}

Count = Annotated[int, Field(ge=1, le=10_000)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
MOST_WEIGHT = 1_000
Weight = Annotated[float, Field(ge=0, le=MOST_WEIGHT, allow_inf_nan=False)]


class Strict(BaseModel):
    """A table of a clinic file: unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Session(Strict):
    """Opening hours of some of a resource's servers on some days of the week.

    Attributes
    ----------
    days : days of the week
    start, end : "HH:MM"
    staff : int, optional
        Servers at work in it; left out: all.
    steps : names, optional
        What it is for: ``intake``, ``review``, ``virtual_review`` or steps of care; left out: whatever the
        resource does.
    every_weeks : int
        2 is every other week, beginning with the clinic's first.
    group : int
        Places in each meeting; 1 is one-to-one.
    meeting_minutes : int
        Length of a group meeting.
    urgent_minutes : int
        Of each server's time, kept for urgent people until `Resource.urgent_release_days` before.
    """

    days: Annotated[tuple[Day, ...], Field(min_length=1)]
    start: str
    end: str
    staff: Count | None = None
    steps: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    every_weeks: Annotated[int, Field(ge=1, le=52)] = 1
    group: Annotated[int, Field(ge=1, le=100)] = 1
    meeting_minutes: Annotated[int, Field(ge=5, le=480)] | None = None
    urgent_minutes: Annotated[int, Field(ge=0, le=1_440)] = 0

    @field_validator("days", "steps", mode="before")
    @classmethod
    def _lists(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("start", "end")
    @classmethod
    def _clock(cls, value: str) -> str:
        if not CLOCK.fullmatch(value):
            raise ValueError(f'"{value}" is no time of day; write it as "08:30"')
        return value

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if self.minutes <= 0:
            raise ValueError(f"end {self.end} is not after start {self.start}")
        if self.urgent_minutes > self.minutes:
            raise ValueError(f"urgent_minutes is more than the session's {self.minutes} minutes")
        if (self.group > 1) != (self.meeting_minutes is not None):
            raise ValueError("group and meeting_minutes go together")
        if self.meeting_minutes is not None and self.meeting_minutes > self.minutes:
            raise ValueError(f"meeting_minutes is more than the session's {self.minutes} minutes")
        return self

    @property
    def opens(self) -> int:
        """Minutes after midnight."""
        return _minutes(self.start)

    @property
    def minutes(self) -> int:
        """Its length."""
        return _minutes(self.end) - _minutes(self.start)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * HOUR + int(minutes)


class Resource(Strict):
    """Identical servers: staff, each with a room.

    Attributes
    ----------
    staff : int or "ample"
        With "ample" nobody ever waits.
    rooms : int, optional
        Where fewer than staff, they are what limits.
    hours_per_week : float, optional
        A simple clinic without a timetable: each server's hours, spread evenly over the week.
    sessions : list of Session
        A clinic with an appointment book.
    booked_ahead_days : int
        How far ahead appointments are given; until a day comes within it, people wait on the list.
    urgent_release_days : int
        Days before a session at which unused urgent time goes to the list.
    overbooking : float
        Share of a session's time sold twice.
    on_call : bool
        Urgent people are seen at once, outside the book.
    """

    staff: Count | Literal["ample"]
    rooms: Count | None = None
    hours_per_week: Annotated[float, Field(gt=0, le=WEEK_HOURS, allow_inf_nan=False)] | None = None
    sessions: tuple[Session, ...] = ()
    booked_ahead_days: Annotated[int, Field(ge=0, le=365)] = 28
    urgent_release_days: Annotated[int, Field(ge=0, le=60)] = 1
    overbooking: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    on_call: bool = False

    @field_validator("sessions", mode="before")
    @classmethod
    def _lists(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if self.staff == "ample":
            if self.sessions or self.hours_per_week or self.rooms:
                raise ValueError('staff = "ample" stands alone: leave out rooms, hours_per_week and sessions')
            return self
        if bool(self.sessions) == (self.hours_per_week is not None):
            raise ValueError("give either sessions (a timetable) or hours_per_week (an even flow)")
        for number, session in enumerate(self.sessions, 1):
            if session.staff is not None and session.staff > self.capacity:
                raise ValueError(
                    f"session {number} has staff = {session.staff}, the clinic {self.capacity:g}"
                )
        for day in DAYS:
            today = [one for one in self.sessions if day in one.days]
            for moment in {one.opens for one in today}:
                at_work = sum(
                    one.staff or self.capacity
                    for one in today
                    if one.opens <= moment < one.opens + one.minutes
                )
                if at_work > self.capacity:  # in the first week every session is held
                    raise ValueError(
                        f"on {day} at {moment // HOUR:02d}:{moment % HOUR:02d} sessions need {at_work:g} at "
                        f"once, the clinic has {self.capacity:g} (staff, or rooms where fewer)"
                    )
        return self

    @property
    def capacity(self) -> float:
        """Servers at work at once; infinite when ample."""
        if self.staff == "ample":
            return math.inf
        return self.staff if self.rooms is None else min(self.staff, self.rooms)

    @property
    def open_hours(self) -> float:
        """Server-hours open in an ordinary week; infinite when ample."""
        if self.hours_per_week is not None:
            return self.capacity * self.hours_per_week
        if self.staff == "ample":
            return math.inf
        each = (
            (one.staff or self.capacity) * len(one.days) * one.minutes / HOUR / one.every_weeks
            for one in self.sessions
        )
        return sum(each)

    def slot_days(self, minutes: float) -> float:
        """Days a slot of `minutes` takes of one server of an even flow: its hours spread over the week."""
        return minutes / HOUR / (self.hours_per_week or WEEK_HOURS) * len(DAYS)


class Resources(Strict):
    """What patients can be waiting for."""

    physician: Resource
    physiotherapy: Resource
    psychology: Resource
    imaging: Resource
    injection: Resource
    ablation: Resource
    theatre: Resource


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
