"""Staff and rooms as data: how many, and when they work."""

from __future__ import annotations

import math
import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
HOUR, WEEK_HOURS = 60, 168
RESOURCES = ("physician", "physiotherapy", "psychology", "imaging", "injection", "ablation", "theatre")

Count = Annotated[int, Field(ge=1, le=10_000)]


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
