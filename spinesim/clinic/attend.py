"""Getting a slot and using it: at a station (an even flow, or ample), or by appointment."""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import floor
from typing import TYPE_CHECKING

from simpy import Interrupt

from spinesim.clinic.behaviour import is_soon, no_show_probability, withdraws
from spinesim.clinic.book import ROUTINE, SOON, UNDER_WAY, URGENT, Appointment, Book
from spinesim.clinic.process import Request
from spinesim.clinic.slots import MINUTES
from spinesim.clinic.station import ROUTINE as LATER
from spinesim.clinic.station import URGENT as FIRST

if TYPE_CHECKING:
    from spinesim.clinic.clinic import Clinic
    from spinesim.clinic.patient import Patient

VISITS = ("intake", "review", "virtual_review")
VIDEO = "virtual_review"
REVIEWS = ("review", VIDEO)
REASONS = {
    "recovered": 0.0,
    "elsewhere": 1.0,
    "cancelled": 2.0,
    "missed": 2.0,
    "emergency": 3.0,
    "unwanted": 4.0,
}
"""What the log writes as the value of ``left``."""

Attending = Generator["float | Request", float, bool]


def always() -> bool:
    """Still wanted, whatever has happened meanwhile."""
    return True


def attend(
    clinic: Clinic,
    patient: Patient,
    step: str,
    urgent: bool = False,
    *,
    earliest: float = 0.0,
    under_way: bool = False,
    comes: bool = True,
    wanted: Callable[[], bool] = always,
) -> Attending:
    """Ask for a slot, wait for it, use it, give it back.

    Parameters
    ----------
    urgent : bool
        Goes first.
    earliest : float
        First day wanted; only an appointment book can be asked ahead.
    under_way : bool
        One more session of a course.
    comes : bool
        Whether the person keeps this session of a course.
    wanted : callable
        Asked when the day has come.

    Returns
    -------
    bool
        Whether it was done.
    """
    resource = clinic.resource_of.get(step)
    if resource is None:  # it takes nothing of this clinic's time
        return True
    patient.gave_up = ""
    now, book = clinic.env.now, clinic.books.get(resource)
    earliest = now if urgent or book is None else float(floor(earliest))
    clinic.note(patient, "request", step, resource, value=earliest if earliest > now else float("nan"))
    if book is None:
        list_days = 0.0 if urgent or under_way else clinic.list_days(step, resource)
        return (yield from flow(clinic, patient, step, resource, urgent, list_days))
    if urgent and book.resource.on_call:
        return (yield from use(clinic, patient, step, resource))
    level = URGENT if urgent else UNDER_WAY if under_way else _level(clinic, patient)
    while True:
        kept = yield from by_appointment(clinic, patient, step, book, level, earliest, comes, wanted)
        if kept is not None:
            return kept
        earliest = max(earliest, clinic.env.now)  # given another appointment


def flow(
    clinic: Clinic, patient: Patient, step: str, resource: str, urgent: bool, list_days: float = 0.0
) -> Attending:
    """Stand in the queue of a station, once the clinic's list has moved on."""
    if list_days:
        try:
            yield list_days
        except Interrupt:
            clinic.note(patient, "left", step, resource, value=REASONS["emergency"])
            raise
    with clinic.resources[resource].request(priority=FIRST if urgent else LATER) as place:
        try:
            yield place
        except Interrupt:
            clinic.note(patient, "left", step, resource, value=REASONS["emergency"])
            raise
        clinic.note(patient, "start", step, resource)
        if step in VISITS:
            patient.seen(clinic.env.now, counts=clinic.followed(patient))
        yield clinic.slot_days[step]
    return _done(clinic, patient, step, resource)


def use(clinic: Clinic, patient: Patient, step: str, resource: str) -> Attending:
    """Be served, now."""
    clinic.note(patient, "start", step, resource)
    if step in VISITS:
        patient.seen(clinic.env.now, counts=clinic.followed(patient))
    yield clinic.minutes[step] / MINUTES
    return _done(clinic, patient, step, resource)


def _done(clinic: Clinic, patient: Patient, step: str, resource: str) -> bool:
    clinic.note(patient, "end", step, resource)
    clinic.charge(patient, "virtual_visit" if step == VIDEO else "visit" if step in VISITS else step)
    return True


def by_appointment(
    clinic: Clinic,
    patient: Patient,
    step: str,
    book: Book,
    level: int,
    earliest: float,
    comes: bool,
    wanted: Callable[[], bool],
) -> Generator[float | Request, float, bool | None]:
    """One appointment; None when another is to be made."""
    resource = clinic.resource_of[step]
    with book.request(patient, step, clinic.minutes[step], level, earliest) as place:
        try:
            if place.waits:
                yield place
            if not place.left and wanted():
                yield clinic.until(place.at)
        except Interrupt:  # a red flag: this appointment is given back, the emergency comes first
            _left(clinic, patient, place, "emergency")
            raise
        if place.left == "cancelled":
            clinic.note(patient, "cancelled", step, resource)
            return None if _again(clinic, place, "cancel") else _left(clinic, patient, place, "cancelled")
        if place.left:
            return _left(clinic, patient, place, place.left)
        if not wanted():
            return _left(clinic, patient, place, "unwanted")
        if level != URGENT and not (comes and _shows_up(clinic, place)):
            book.miss(place)
            clinic.note(patient, "no_show", step, resource)
            if level == UNDER_WAY or not comes:
                patient.gave_up = ""  # the course goes on without it
                return False
            return None if _again(clinic, place, "no_show") else _left(clinic, patient, place, "missed")
        try:
            yield clinic.until(book.begin(place))
        except Interrupt:
            _left(clinic, patient, place, "emergency")
            raise
        book.started(place)
        return (yield from use(clinic, patient, step, resource))


def _left(clinic: Clinic, patient: Patient, place: Appointment, why: str) -> bool:
    clinic.note(patient, "left", place.step, clinic.resource_of[place.step], value=REASONS[why])
    patient.gave_up = why
    return False


def _level(clinic: Clinic, patient: Patient) -> int:
    """The class of a claim by triage: what the person reports today, before being seen."""
    if not clinic.setting.behaviour.triage:
        return ROUTINE
    pain = clinic.pain_today(patient)
    return SOON if is_soon(clinic.numbers, pain) else ROUTINE


def _chance(clinic: Clinic, place: Appointment, name: str) -> float:
    """The person's uniform for this appointment of theirs."""
    return clinic.draws.at(f"{name}.{place.step}", place.number, place.patient.id)


def _shows_up(clinic: Clinic, place: Appointment) -> bool:
    """Courses have their own attendance (adherence); elsewhere more do not come the longer the lead."""
    if not clinic.setting.behaviour.no_show or clinic.is_course(place.step):
        return True
    lead = floor(place.at) - floor(place.booked_on)
    missed = no_show_probability(clinic.numbers, lead, place.step == VIDEO)
    return _chance(clinic, place, "no_show") >= missed


def _again(clinic: Clinic, place: Appointment, why: str) -> bool:
    """Whether who cancelled or missed it is given another appointment."""
    return _chance(clinic, place, f"{why}_again") < clinic.numbers[f"{why}.rebooks"]


def booked(clinic: Clinic, place: Appointment) -> None:
    """An appointment has been given; some will cancel it, in good time."""
    patient, step = place.patient, place.step
    patient.appointments[step] += 1
    place.number = patient.appointments[step]
    clinic.note(patient, "booked", step, clinic.resource_of[step], value=place.at)
    if not clinic.setting.behaviour.cancelling or place.urgent or clinic.is_course(step):
        return
    day = floor(place.at) - round(clinic.numbers["cancel.notice_days"])
    if day > clinic.env.now and _chance(clinic, place, "cancel") < clinic.numbers["cancel.share"]:
        place.station.cancel_on(place, day)  # type: ignore[attr-defined]


def look(clinic: Clinic, book: Book, place: Appointment) -> None:
    """A week more of waiting: life goes on, and some do not wait any longer."""
    patient, numbers = place.patient, clinic.numbers
    if not clinic.followed(patient):
        return
    pain = clinic.pain_today(patient)
    if place.noted is None:
        place.noted = clinic.pain_on(patient, place.since)
    if abs(pain - place.noted) >= numbers["important.pain"]:
        worse = pain > place.noted
        place.noted = pain
        resource = clinic.resource_of[place.step]
        clinic.note(patient, "worse" if worse else "better", place.step, resource, value=pain)
    if clinic.setting.behaviour.leaving and not place.urgent:
        week = (floor(clinic.env.now) - patient.entry) // 7
        u = [
            clinic.draws.at(f"leave.{why}.{place.step}", week, patient.id)
            for why in ("recovered", "elsewhere")
        ]
        why = withdraws(numbers, pain, *u)
        if why:
            book.withdraw(place, why)
