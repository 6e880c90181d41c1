"""One more slot a week: a clinic with a little more room at one resource. Pure functions of a clinic."""

from __future__ import annotations

from pydantic import ValidationError

from spinesim.clinic.check import LENGTHS, steps_of
from spinesim.clinic.resource import DAYS, HOUR, RESOURCES, Resource, Session
from spinesim.clinic.setting import ClinicSetting
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence

SHORTEST = 5
"""Minutes of the shortest slot; slots are rounded up to whole fives."""
MIDNIGHT = 24 * HOUR


def extra_slot(
    setting: ClinicSetting, resource: str, *, minutes: int = HOUR, day: str | None = None
) -> ClinicSetting:
    """The clinic with one server's `minutes` more a week at a resource, and nothing else changed.

    Parameters
    ----------
    setting : ClinicSetting
    resource : str
        One with limits: an appointment book, or an even flow (whose hours are spread over its servers).
    minutes : int
        Length of the slot.
    day : str, optional
        ``mon`` … ``sun``, for an appointment book; default the first of its days with room. The slot begins
        where it adds least to the day: while a server is free, else after the last session, else before.

    Raises
    ------
    SpinesimError
        If there is no such resource, it has no limit, or there is no room for the slot on that day.
    """
    now = _limited(setting, resource)
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not SHORTEST <= minutes <= MIDNIGHT:
        raise SpinesimError(
            f"minutes is {str(minutes)[:20]}; give whole minutes from {SHORTEST} to {MIDNIGHT}."
        )
    if day is not None and day not in DAYS:
        raise SpinesimError(f"'{day}' is no day of the week; choose one of {', '.join(DAYS)}.")
    given = now.model_dump()
    if now.hours_per_week is not None:
        given["hours_per_week"] = now.hours_per_week + minutes / HOUR / now.capacity
    else:
        given["sessions"] = (*now.sessions, _session(setting.name, resource, now, minutes, day))
    try:
        more = Resource.model_validate(given)
    except ValidationError as error:
        raise SpinesimError(
            f"Clinic '{setting.name}' cannot give {minutes} minutes more of {resource}: "
            f"{error.errors()[0]['msg']}; ask for fewer."
        ) from None
    title = f"{setting.title}, {minutes} minutes more of {resource} a week"
    resources = setting.resources.model_copy(update={resource: more})
    return setting.model_copy(update={"title": title, "resources": resources})


def limited(setting: ClinicSetting) -> list[str]:
    """Resources with limits, in the order of a clinic file."""
    return [name for name in RESOURCES if getattr(setting.resources, name).staff != "ample"]


def slot_minutes(setting: ClinicSetting, resource: str, evidence: Evidence) -> int:
    """Length of a slot that holds whatever the resource does: its longest step, in whole fives of minutes.

    Slot lengths are the parameters ``<step>.minutes``, at the clinic's own values where it has some.
    """
    _limited(setting, resource)
    names = [LENGTHS.get(step, step) for step in steps_of(evidence, resource) if step != "virtual_review"]
    lengths = [
        setting.numbers.get(f"{name}.minutes", evidence.value(f"{name}.minutes"))
        for name in names
        if f"{name}.minutes" in evidence
    ]
    if not lengths:
        raise SpinesimError(f"No step of care has a slot length at {resource}; give minutes.")
    return int(-(-max(lengths) // SHORTEST) * SHORTEST)


def _limited(setting: ClinicSetting, resource: str) -> Resource:
    if resource not in RESOURCES:
        raise SpinesimError(f"There is no resource '{resource}'; choose one of {', '.join(RESOURCES)}.")
    found: Resource = getattr(setting.resources, resource)
    if found.staff == "ample":
        raise SpinesimError(
            f"Nobody waits for {resource} in clinic '{setting.name}' (staff = \"ample\"): one more slot "
            "would change nothing; choose a resource with limits."
        )
    return found


def _session(clinic: str, resource: str, now: Resource, minutes: int, day: str | None) -> Session:
    """A session of one server, on the day and at the time where it fits."""
    days = [day] if day else [name for name in DAYS if any(name in one.days for one in now.sessions)]
    for name in days:
        opens = _fits(now, name, minutes)
        if opens is not None:
            end = _clock(opens + minutes)
            return Session.model_validate({"days": (name,), "start": _clock(opens), "end": end, "staff": 1})
    raise SpinesimError(
        f"Clinic '{clinic}' has no room for {minutes} minutes more of {resource} on {' or '.join(days)}: "
        "choose another day, or give it more staff or rooms."
    )


def _fits(now: Resource, day: str, minutes: int) -> int | None:
    """When a slot could begin (minutes after midnight) with a server free throughout; None if never."""
    today = [one for one in now.sessions if day in one.days]
    around = today or list(now.sessions)
    first = min(one.opens for one in around)
    last = max(one.opens + one.minutes for one in around)
    ends = {one.opens + one.minutes for one in around}
    starts = {first - minutes} | ends | {one.opens for one in around} | {end - minutes for end in ends}
    free = [at for at in starts if 0 <= at <= MIDNIGHT - minutes and _free(now, today, at, minutes)]

    def costs(at: int) -> tuple[int, bool, int]:
        return max(first - at, 0) + max(at + minutes - last, 0), at < first, at

    return min(free, key=costs, default=None)


def _free(now: Resource, today: list[Session], at: int, minutes: int) -> bool:
    """Whether a server is free from `at` on; sessions of every other week count as if every week."""
    moments = {at} | {one.opens for one in today if at < one.opens < at + minutes}
    busy = (
        sum(one.staff or now.capacity for one in today if one.opens <= moment < one.opens + one.minutes)
        for moment in moments
    )
    return max(busy) + 1 <= now.capacity


def _clock(minutes: int) -> str:
    return f"{minutes // HOUR:02d}:{minutes % HOUR:02d}"
