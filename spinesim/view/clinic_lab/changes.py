"""What an alternative changes about today's clinic: plain data, applied to a clinic and a pathway."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from spinesim.clinic.resource import RESOURCES, Count, Day, Resource, Session, Strict
from spinesim.clinic.setting import ClinicSetting, Share
from spinesim.errors import SpinesimError
from spinesim.evidence.models import complaint
from spinesim.pathway import Pathway, load_pathway

LONGEST_NAME = 40
SWITCHES = ("triage", "no_show", "cancelling", "leaving")
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Which = Literal["physician", "physiotherapy", "psychology", "imaging", "injection", "ablation", "theatre"]
Dial = int | float | Literal["never"]


class ResourceChange(Strict):
    """New values of one resource; what is left out stays as it is.

    Attributes
    ----------
    staff, rooms : int
    hours_per_week : float
        Of each server, where there is no timetable.
    urgent_minutes : int
        Kept for urgent people in each session and of each server.
    overbooking : float
        Share of a session's time sold twice.
    booked_ahead_days : int
    """

    staff: Count | None = None
    rooms: Count | None = None
    hours_per_week: Annotated[float, Field(gt=0, le=168)] | None = None
    urgent_minutes: Annotated[int, Field(ge=0, le=1_440)] | None = None
    overbooking: Share | None = None
    booked_ahead_days: Annotated[int, Field(ge=0, le=365)] | None = None


class ExtraSession(Strict):
    """One more session a week, for whatever the resource does."""

    resource: Which
    day: Day
    start: str
    end: str
    staff: Count = 1


class Changes(Strict):
    """One alternative, as the differences from today's clinic and pathway.

    Attributes
    ----------
    name : str
    pathway : str, optional
        Shipped name or path of another pathway.
    dials : mapping
        New settings of the pathway; weeks may be "never".
    resources, extra_sessions
        New values, and sessions on top of the timetable.
    video_share : float
        Share of people whose reviews are by video.
    triage, no_show, cancelling, leaving : bool
    per_week : float
        Referrals.
    numbers : mapping
        This clinic's own parameters: prices, slot lengths, lead times, attendance.
    """

    name: Name
    pathway: str | None = None
    dials: dict[str, Dial] = {}
    resources: dict[Which, ResourceChange] = {}
    extra_sessions: tuple[ExtraSession, ...] = ()
    video_share: Share | None = None
    triage: bool | None = None
    no_show: bool | None = None
    cancelling: bool | None = None
    leaving: bool | None = None
    per_week: Annotated[float, Field(gt=0, le=10_000)] | None = None
    numbers: dict[str, float] = {}

    @field_validator("extra_sessions", mode="before")
    @classmethod
    def _lists(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("numbers", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {key: float(one) if type(one) is int else one for key, one in value.items()}

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if not self.name.strip() or not self.name.isprintable():
            raise ValueError("name is empty or not plain text; write a short name")
        return self

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs but the name."""
        return not self.model_dump(exclude={"name"}, exclude_defaults=True)


def change_pathway(pathway: Pathway, changes: Changes) -> Pathway:
    """The pathway of an alternative.

    Raises
    ------
    SpinesimError
        Unknown pathway, or a setting that it does not have or allow.
    """
    start = load_pathway(changes.pathway) if changes.pathway else pathway
    return start.change(**changes.dials) if changes.dials else start


def change_clinic(clinic: ClinicSetting, changes: Changes) -> ClinicSetting:
    """The clinic of an alternative.

    Raises
    ------
    SpinesimError
        One sentence naming the alternative and what does not fit.
    """
    made = clinic.model_dump()
    try:
        for name in RESOURCES:
            old: Resource = getattr(clinic.resources, name)
            extra = [one for one in changes.extra_sessions if one.resource == name]
            change = next((new for which, new in changes.resources.items() if which == name), None)
            if change is not None or extra:
                made["resources"][name] = _resource(name, old, change, extra)
        if changes.video_share is not None:
            made["virtual"] = {
                "steps": ["review"] if changes.video_share else [],
                "share": changes.video_share,
            }
        for switch in SWITCHES:
            if (on := getattr(changes, switch)) is not None:
                made["behaviour"][switch] = on
        if changes.per_week is not None:
            if made["arrivals"] is None:
                raise SpinesimError("this clinic has no arrivals: everyone comes on day 0")
            made["arrivals"]["per_week"] = changes.per_week
        made["numbers"] = {**clinic.numbers, **changes.numbers}
        return ClinicSetting.model_validate(made)
    except ValidationError as wrong:
        raise SpinesimError(f"'{changes.name}': {complaint(wrong, ClinicSetting)}") from None
    except SpinesimError as wrong:
        raise SpinesimError(f"'{changes.name}': {str(wrong).rstrip('.')}.") from None


def _resource(
    name: str, old: Resource, change: ResourceChange | None, extra: list[ExtraSession]
) -> dict[str, object]:
    if old.staff == "ample":
        raise SpinesimError(f"{name} is ample in this clinic, so nobody waits for it: leave it as it is")
    change = change or ResourceChange()
    made = old.model_dump()
    for key, value in change.model_dump(exclude_none=True, exclude={"urgent_minutes"}).items():
        made[key] = value
    new = min(made["staff"], made["rooms"] or made["staff"])
    sessions = staffed(old.sessions, int(old.capacity), int(new))
    if change.urgent_minutes is not None:
        sessions = [one.model_copy(update={"urgent_minutes": change.urgent_minutes}) for one in sessions]
    made["sessions"] = [one.model_dump() for one in sessions]
    if extra and not old.sessions:
        raise SpinesimError(f"{name} has no timetable in this clinic: change its hours per week instead")
    made["sessions"] += [
        {"days": [one.day], "start": one.start, "end": one.end, "staff": one.staff} for one in extra
    ]
    return made


def staffed(sessions: tuple[Session, ...], old: int, new: int) -> list[Session]:
    """The same timetable for another number of servers.

    Sessions of everybody stay sessions of everybody. Those who come also join the other one-to-one sessions,
    the longest first, wherever they are not at work already; where servers go, no session keeps more than
    there are.
    """
    if new <= old:
        return [_with(one, min(one.staff, new)) if one.staff else one for one in sessions]
    busy: set[tuple[str, int]] = set()
    made = list(sessions)
    whole = [one.staff is None or one.staff == old for one in sessions]
    for i in sorted(range(len(sessions)), key=lambda k: (not whole[k], -sessions[k].minutes)):
        one = sessions[i]
        hours = {(day, minute) for day in one.days for minute in range(one.opens, one.opens + one.minutes)}
        if whole[i] or (one.group == 1 and not hours & busy):
            busy |= hours
            made[i] = _with(one, one.staff + new - old) if one.staff else one
    return made


def _with(session: Session, staff: int) -> Session:
    return session.model_copy(update={"staff": staff})
