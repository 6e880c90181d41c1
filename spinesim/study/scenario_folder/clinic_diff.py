"""What differs between two clinics, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from spinesim.clinic import ClinicSetting
from spinesim.clinic.resource import DAYS, RESOURCES, Resource, Session
from spinesim.clinic.setting import Arrivals
from spinesim.evidence import Evidence

STAFF = {
    "physician": ("physician", "physicians"),
    "physiotherapy": ("therapist", "therapists"),
    "psychology": ("psychologist", "psychologists"),
    "imaging": ("scanner", "scanners"),
    "injection": ("place for injections", "places for injections"),
    "ablation": ("place for ablations", "places for ablations"),
    "theatre": ("theatre", "theatres"),
}
"""Who or what is at work in a resource, one and several."""
FEW = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
SWITCHES = {
    "no_show": "some people do not come",
    "cancelling": "some people cancel",
    "leaving": "some people leave the waiting list",
    "triage": "severe pain is seen first",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def clinic_diff(a: ClinicSetting, b: ClinicSetting, evidence: Evidence | None = None) -> list[str]:
    """One sentence for each difference between two clinics; names and wording are not compared.

    Parameters
    ----------
    a, b
        The clinics; `a` is today's.
    evidence : Evidence, optional
        For the names, units and shipped values of parameters.

    Returns
    -------
    list of str
        Such as ``"physiotherapy: one more therapist (3 → 4)"``; empty when both are alike.
    """
    found: list[str] = []
    for name in RESOURCES:
        changes = resource_diff(name, getattr(a.resources, name), getattr(b.resources, name))
        found += [f"{name}: {change}" for change in changes]
    found += _arrivals(a.arrivals, b.arrivals)
    if a.mix != b.mix:
        found.append(f"who comes: {_mix(a.mix)} → {_mix(b.mix)}")
    for key, said in SWITCHES.items():
        before, after = getattr(a.behaviour, key), getattr(b.behaviour, key)
        if before != after:
            found.append(f"{said}: {_yes(before)} → {_yes(after)}")
    if a.virtual != b.virtual:
        found.append(f"{_virtual(b)} (was: {_virtual(a)})")
    found += _calendar(a, b)
    return found + _numbers(a.numbers, b.numbers, evidence)


def resource_diff(name: str, a: Resource, b: Resource) -> list[str]:
    """What differs in one resource."""
    if (a.staff == "ample") != (b.staff == "ample"):
        return [f"{capacity(name, a)} → {capacity(name, b)}"]
    if a.staff == "ample" or b.staff == "ample":
        return []
    found: list[str] = []
    if a.staff != b.staff:
        found.append(_more(b.staff - a.staff, *STAFF[name], f"{a.staff} → {b.staff}"))
    if a.rooms != b.rooms:
        if a.rooms is None or b.rooms is None:
            found.append(f"rooms: {_number(a.rooms)} → {_number(b.rooms)}")
        else:
            found.append(_more(b.rooms - a.rooms, "room", "rooms", f"{a.rooms} → {b.rooms}"))
    if a.hours_per_week != b.hours_per_week:
        if a.hours_per_week is None or b.hours_per_week is None:
            found.append(f"{capacity(name, a)} → {capacity(name, b)}")
        else:
            found.append(f"open {a.hours_per_week:g} → {b.hours_per_week:g} hours a week")
    found += _sessions(name, a, b)
    for key, said, unit in (
        ("booked_ahead_days", "appointments are given", " days ahead"),
        ("urgent_release_days", "unused urgent time goes to the list", " days before"),
    ):
        before, after = getattr(a, key), getattr(b, key)
        if before != after:
            found.append(f"{said} {before} → {after}{unit}")
    if a.overbooking != b.overbooking:
        found.append(f"overbooking {100 * a.overbooking:g} % → {100 * b.overbooking:g} % of a session")
    if a.on_call != b.on_call:
        found.append(
            f"urgent people are seen at once, outside the book: {_yes(a.on_call)} → {_yes(b.on_call)}"
        )
    return found


def capacity(name: str, one: Resource) -> str:
    """How much of a resource there is: '3 therapists, 84 open hours a week', 'nobody ever waits'."""
    if one.staff == "ample":
        return "nobody ever waits"
    rooms = "" if one.rooms is None else f", {one.rooms} room{'s' if one.rooms > 1 else ''}"
    return f"{one.staff} {STAFF[name][one.staff > 1]}{rooms}, {one.open_hours:g} open hours a week in all"


def session_words(name: str, one: Session) -> str:
    """A session in words: 'Mon–Fri 08:00–12:00 (2 therapists)'."""
    notes = []
    if one.staff is not None:
        notes.append(f"{one.staff} {STAFF[name][one.staff > 1]}")
    if one.steps:
        notes.append("for " + ", ".join(step.replace("_", " ") for step in one.steps))
    if one.every_weeks > 1:
        notes.append(f"every {one.every_weeks} weeks")
    if one.group > 1:
        notes.append(f"groups of {one.group}, {one.meeting_minutes} minutes")
    if one.urgent_minutes:
        notes.append(f"{one.urgent_minutes} minutes kept for urgent people")
    return f"{_days(one.days)} {one.start}–{one.end}" + (f" ({'; '.join(notes)})" if notes else "")


def _sessions(name: str, a: Resource, b: Resource) -> list[str]:
    """Sessions that are new, gone or changed, day by day and then put together again."""
    before, after = _by_day(a), _by_day(b)
    new = [one for one in after if one not in before]
    gone = [one for one in before if one not in after]
    found = []
    for day, one in list(new):  # the same hours and steps with something else changed is one change, not two
        twin = next(
            ((d, o) for d, o in gone if (d, o.start, o.end, o.steps) == (day, one.start, one.end, one.steps)),
            None,
        )
        if twin is not None:
            new.remove((day, one))
            gone.remove(twin)
            found.append((day, session_words(name, twin[1]), session_words(name, one)))
    lines = [f"new session {text}" for text in _together(name, new)]
    lines += [f"no more session {text}" for text in _together(name, gone)]
    changed: dict[tuple[str, str], list[str]] = {}
    for day, old, now in found:
        changed.setdefault((_no_day(old), _no_day(now)), []).append(day)
    return lines + [f"session {_days(days)} {old} → {now}" for (old, now), days in changed.items()]


def _by_day(one: Resource) -> list[tuple[str, Session]]:
    return [
        (day, session.model_copy(update={"days": (day,)})) for session in one.sessions for day in session.days
    ]


def _together(name: str, entries: list[tuple[str, Session]]) -> list[str]:
    groups: dict[str, list[str]] = {}
    for day, one in entries:
        groups.setdefault(_no_day(session_words(name, one)), []).append(day)
    return [f"{_days(days)} {text}" for text, days in groups.items()]


def _no_day(text: str) -> str:
    return text.split(" ", 1)[1]


def _days(days: Any) -> str:
    """Days in a row as 'Mon–Fri', others as 'Mon, Thu'."""
    places = sorted(DAYS.index(day) for day in days)
    names = [DAYS[place].capitalize() for place in places]
    if len(places) > 2 and places[-1] - places[0] == len(places) - 1:
        return f"{names[0]}–{names[-1]}"
    return ", ".join(names)


def _arrivals(a: Arrivals | None, b: Arrivals | None) -> list[str]:
    if a is None or b is None:
        return [] if a is b else [f"referrals: {_flow(a)} → {_flow(b)}"]
    found = []
    if a.per_week != b.per_week:
        found.append(f"referrals: {a.per_week:g} → {b.per_week:g} a week")
    for key, said, names in (("by_weekday", "weekday", DAYS), ("by_month", "month", MONTHS)):
        before, after = getattr(a, key), getattr(b, key)
        if before != after:
            found.append(f"referrals by {said}: {_weights(before, names)} → {_weights(after, names)}")
    if a.growth_per_year != b.growth_per_year:
        growth = f"{100 * a.growth_per_year:g} % → {100 * b.growth_per_year:g} %"
        found.append(f"referrals grow each year by {growth}")
    if (a.backlog, a.backlog_weeks) != (b.backlog, b.backlog_weeks):
        found.append(f"waiting when the clinic opens: {_backlog(a)} → {_backlog(b)}")
    return found


def _flow(one: Arrivals | None) -> str:
    return "everyone on day 0" if one is None else f"{one.per_week:g} a week"


def _backlog(one: Arrivals) -> str:
    return f"{one.backlog} people of {one.backlog_weeks} weeks" if one.backlog else "nobody"


def _weights(weights: tuple[float, ...] | None, names: tuple[str, ...]) -> str:
    if weights is None:
        return "even"
    pairs = zip(names, weights, strict=True)
    return ", ".join(f"{name.capitalize()} {weight:g}" for name, weight in pairs)


def _mix(mix: str | Mapping[str, float] | None) -> str:
    if mix is None:
        return "as the study says"
    if isinstance(mix, str):
        return mix.replace("_", " ")
    return ", ".join(f"{key.replace('_', ' ')} {weight:g}" for key, weight in mix.items())


def _virtual(one: ClinicSetting) -> str:
    if not one.virtual.steps or not one.virtual.share:
        return "no visits by video"
    steps = " and ".join(f"{step}s" for step in one.virtual.steps)
    return f"{steps} by video for {100 * one.virtual.share:g} % of people"


def _calendar(a: ClinicSetting, b: ClinicSetting) -> list[str]:
    found = []
    if a.calendar.first_day != b.calendar.first_day:
        found.append(f"first day: {a.calendar.first_day} → {b.calendar.first_day}")
    before, after = (sorted(str(day) for day in one.calendar.closed) for one in (a, b))
    for said, days in (
        ("also closed on", [day for day in after if day not in before]),
        ("no longer closed on", [day for day in before if day not in after]),
    ):
        if days:
            found.append(f"{said} {', '.join(days)}")
    return found


def _numbers(a: Mapping[str, float], b: Mapping[str, float], evidence: Evidence | None) -> list[str]:
    found = []
    for key in dict.fromkeys((*a, *b)):
        known = evidence.shipped[key] if evidence is not None and key in evidence else None
        shipped = known.value if known is not None else math.nan
        before, after = a.get(key, shipped), b.get(key, shipped)
        if before == after:
            continue
        said = known.quantity if known is not None else key
        unit = f" {known.unit}" if known is not None and known.unit else ""
        found.append(f"{said}: {_number(before)} → {_number(after)}{unit} ({key})")
    return found


def _number(value: float | None) -> str:
    return "as shipped" if value is None or math.isnan(value) else f"{value:g}"


def _more(change: int, one: str, many: str, detail: str) -> str:
    size = abs(change)
    count = FEW.get(size, str(size))
    way = "more" if change > 0 else ("less" if size == 1 else "fewer")
    return f"{count} {way} {one if size == 1 else many} ({detail})"


def _yes(on: bool) -> str:
    return "yes" if on else "no"
