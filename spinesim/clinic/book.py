"""An appointment book: a timetable of sessions, the slots in them, and the list of those without one yet.

People ask; the first session open for booking with a slot left is theirs, else they go on the list. Each day
at midnight one more day opens, and the list gets its slots: the best claim first. The book wakes whoever it
has something to tell: that their day has come, or that they need not wait any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from spinesim.clinic.process import Request
from spinesim.clinic.resource import DAYS, Resource
from spinesim.clinic.slots import Slots

if TYPE_CHECKING:
    from spinesim.clinic.patient import Patient
    from spinesim.clinic.process import Clock

WEEK = 7
URGENT, UNDER_WAY, SOON, ROUTINE = range(4)  # classes of claims: a course under way keeps its rhythm


class Appointment(Request):
    """A claim on a slot: on the list, then in the book, then kept or not.

    Attributes
    ----------
    earliest, since : float
        First day wanted; the day waiting counts from (the same, or when it was asked for if later).
    at : float
        Day and time of the slot, once there is one.
    left : str
        Why it came to nothing: ``recovered``, ``elsewhere`` or ``cancelled``; empty if it did not.
    """

    __slots__ = (
        "at", "begun", "booked_on", "counted", "earliest", "left", "level", "minute", "minutes", "noted",
        "number", "patient", "slots", "step",
    )  # fmt: skip

    def __init__(
        self, book: Book, patient: Patient, step: str, minutes: float, level: int, earliest: float
    ) -> None:
        self.station = book  # type: ignore[assignment]  # `Request.__exit__` tells it who leaves
        self.patient, self.step, self.minutes, self.level = patient, step, minutes, level
        now = book.clock.now
        self.earliest, self.since = earliest, max(now, earliest)
        self.waits, self.gone, self.alarm = True, False, None
        self.slots: Slots | None = None
        self.at = self.booked_on = self.minute = 0.0
        self.number = 0  # which appointment of this person and step it is
        self.left, self.begun, self.counted = "", False, False
        self.noted: float | None = None  # pain when it was last looked at

    @property
    def urgent(self) -> bool:
        """Whether it goes before everything else."""
        return self.level == URGENT

    @property
    def waiting(self) -> bool:
        """Whether it is still hoped for."""
        return not (self.gone or self.begun)


class Book:
    """The appointments of one resource.

    Parameters
    ----------
    clock : Clock
    resource : Resource
        With sessions.
    opens : int
        Day of the run on which the clinic opens; a Monday.
    is_open : callable
        Whether the clinic opens on a day of the run.
    ageing : float
        Weeks of waiting that move a claim up one class; infinite: waiting moves nobody up.
    told : callable
        Told of each appointment when it is given.
    """

    def __init__(
        self,
        clock: Clock,
        resource: Resource,
        opens: int = 0,
        is_open: Callable[[int], bool] = lambda _: True,
        ageing: float = float("inf"),
        told: Callable[[Appointment], None] = lambda _: None,
    ) -> None:
        self.clock, self.resource, self.opens, self.is_open = clock, resource, opens, is_open
        self.ageing, self.told = ageing, told
        self.days: dict[int, list[Slots]] = {}  # open for booking, by day
        self.until = 0  # the first day not open yet
        self.list: list[Appointment] = []
        self.due: defaultdict[int, list[Appointment]] = defaultdict(list)
        self.cancels: defaultdict[int, list[Appointment]] = defaultdict(list)
        self.joins: defaultdict[int, list[Appointment]] = defaultdict(list)
        self.looks: defaultdict[int, list[Appointment]] = defaultdict(list)
        self.full: defaultdict[str, int] = defaultdict(int)  # by step: no slot is left before this day
        self.waiting = self.no_shows = 0
        self.busy_minutes = self.over_minutes = self.lost_minutes = 0.0

    # -- asking ---------------------------------------------------------------------------------------------

    def request(
        self, patient: Patient, step: str, minutes: float, level: int = ROUTINE, earliest: float = 0.0
    ) -> Appointment:
        """Ask for a slot of so many minutes on or after the day `earliest`."""
        place = Appointment(self, patient, step, minutes, level, earliest)
        now = self.clock.now
        self.joins[ceil(place.since)].append(place) if place.since > now else self._count(place, 1)
        self.looks[floor(place.since) + WEEK].append(place)
        slots = self._next_session(place, now) if place.urgent else self._first_free(place, now)
        if slots is None:
            self.list.append(place)
        else:
            self._give(place, slots)
        return place

    def _first_free(self, place: Appointment, now: float) -> Slots | None:
        """The first session with a slot left that has not begun yet."""
        wanted = max(floor(place.since), self.full[place.step])
        from_full = wanted == self.full[place.step]
        for day in range(wanted, self.until):
            for slots in self.days.get(day, ()):
                if slots.begins >= now and slots.serves(place.step) and slots.fits(place.minutes, False):
                    return slots
            if from_full and day >= now:
                self.full[place.step] = day + 1
        return None

    def _next_session(self, place: Appointment, now: float) -> Slots | None:
        """For the urgent: the session under way or the next one; of several, one with a slot left."""
        for day in range(floor(now), self.until):
            found = [one for one in self.days.get(day, ()) if one.ends > now and one.serves(place.step)]
            if found:
                return next((one for one in found if one.fits(place.minutes, True)), found[0])
        return None

    def _give(self, place: Appointment, slots: Slots) -> None:
        now = self.clock.now
        at, place.minute = slots.take(place.minutes, place.urgent)
        place.at, place.slots, place.booked_on = max(at, now), slots, now
        if slots.day == floor(now):
            self._wake(place)
        else:
            self.due[slots.day].append(place)
        self.told(place)

    def _wake(self, place: Appointment) -> None:
        place.waits = False
        if place.alarm is not None:  # None: asks just now, and has not begun to wait
            self.clock.next(place.alarm)

    def _offer(self, sessions: list[Slots]) -> None:
        """Give the list these sessions' slots, the best claim first; as many as fit."""
        now = self.clock.now
        sessions = [one for one in sessions if one.begins >= now]
        if not (self.list and sessions):
            return
        first = min(one.day for one in sessions)
        in_vain: set[tuple[str, bool]] = set()
        for place in sorted(self.list, key=self._claim):
            kind = (place.step, place.urgent)
            if kind in in_vain:
                continue
            for slots in sessions:
                free = slots.serves(place.step) and slots.fits(place.minutes, place.urgent)
                if free and slots.day >= floor(place.since):
                    self._give(place, slots)
                    break
            else:
                if floor(place.since) <= first:  # a slot that is none for this one is none for the others
                    in_vain.add(kind)
        self.list = [place for place in self.list if place.slots is None]

    def _claim(self, place: Appointment) -> tuple[float, float]:
        """The lowest comes first."""
        if place.urgent:
            return (-float("inf"), place.since)
        aged = max(self.clock.now - place.since, 0.0) / WEEK / self.ageing
        return (place.level - aged, place.since)

    # -- giving up, coming, not coming ----------------------------------------------------------------------

    def leave(self, place: Appointment) -> None:
        """Whoever waited does not any more: the slot goes to somebody else."""
        if place.gone or place.begun:
            return
        self._drop(place)

    def withdraw(self, place: Appointment, why: str) -> None:
        """Tell somebody who waits that they need not any more."""
        place.left = why
        self._drop(place)
        self._wake(place)

    def cancel_on(self, place: Appointment, day: int) -> None:
        """On that day the person will cancel."""
        self.cancels[day].append(place)

    def _drop(self, place: Appointment) -> None:
        place.gone = True
        self._count(place, -1)
        if place.slots is None:
            self.list.remove(place)
        elif place.at > self.clock.now:
            self._give_back(place)

    def _give_back(self, place: Appointment) -> None:
        slots = place.slots
        assert slots is not None
        slots.give_back(place.minute, place.minutes)
        for step in self.full:
            self.full[step] = min(self.full[step], slots.day)
        self._offer([slots])

    def miss(self, place: Appointment) -> None:
        """The person has not come: the slot is lost."""
        place.gone = True
        self._count(place, -1)
        self.no_shows += 1
        if place.slots is not None and place.slots.group == 1:  # a group meets without whoever stays away
            self.lost_minutes += place.minutes

    def begin(self, place: Appointment) -> float:
        """The person has come; returns when it is their turn (now, unless the session runs late)."""
        assert place.slots is not None
        start, busy, after = place.slots.serve(self.clock.now, place.minutes, place.minute)
        self.busy_minutes += busy
        self.over_minutes += after
        return start

    def started(self, place: Appointment) -> None:
        """It is their turn."""
        place.begun = True
        self._count(place, -1)

    def _count(self, place: Appointment, by: int) -> None:
        """Keep count of those who wait for a slot they want by now."""
        if place.counted != (by > 0):
            place.counted = by > 0
            self.waiting += by

    # -- the day --------------------------------------------------------------------------------------------

    def new_day(self, day: int, look: Callable[[Book, Appointment], Any]) -> float:
        """What happens at midnight; returns the server-minutes open today.

        `look` is called with everyone who has waited for a whole number of weeks.
        """
        for place in self.joins.pop(day, ()):
            if place.waiting:
                self._count(place, 1)
        for place in self.cancels.pop(day, ()):
            if place.waiting and place.waits:
                self.withdraw(place, "cancelled")
        fresh = []
        for opened in range(self.until, day + self.resource.booked_ahead_days + 1):
            fresh += self._sessions(opened)
        self.until = max(self.until, day + self.resource.booked_ahead_days + 1)
        released = self._release(day + self.resource.urgent_release_days, fresh)
        self._offer(released + fresh)
        for place in self.looks.pop(day, ()):
            if place.waiting and place.waits:
                look(self, place)
                if place.waiting:
                    self.looks[day + WEEK].append(place)
        for place in sorted(self.due.pop(day, ()), key=lambda one: one.at):
            if place.waiting:
                self._wake(place)
        self.days.pop(day - 2, None)
        return sum(slots.minutes for slots in self.days.get(day, ()))

    def _release(self, by: int, fresh: list[Slots]) -> list[Slots]:
        """What was kept for urgent people until today goes to everybody; returns where there was any."""
        for slots in fresh:
            if slots.day < by:
                slots.release()
        released = [slots for slots in self.days.get(by, ()) if slots.release()]
        for step in self.full if released else ():
            self.full[step] = min(self.full[step], by)
        return [slots for slots in released if slots not in fresh]

    def _sessions(self, day: int) -> list[Slots]:
        """The sessions of a day, one for each server, in order of time."""
        if day < self.opens or not self.is_open(day):
            return []
        week, weekday = divmod(day - self.opens, WEEK)
        made = [
            Slots(day, session, self.resource.overbooking)
            for session in sorted(self.resource.sessions, key=lambda one: one.opens)
            if DAYS[weekday] in session.days and week % session.every_weeks == 0
            for _ in range(int(session.staff or self.resource.capacity))
        ]
        if made:
            self.days[day] = made
        return made
