"""A station: identical servers and the queue in front of them.

Queueing terms: *capacity* (servers), *busy* (servers in use), a *queue* in order of priority and, within
one priority, of arrival; *sojourn* = waiting + service.
"""

from __future__ import annotations

from collections import deque
from math import inf
from typing import TYPE_CHECKING

from spinesim.clinic.process import NOTHING, Alarm, Request

if TYPE_CHECKING:
    from spinesim.clinic.process import Clock

URGENT, ROUTINE = 0, 1  # priorities


class Station:
    """Servers of one kind.

    ::

        with station.request() as place:
            yield place  # until it is my turn
            yield 0.5  # days of service

    Leaving the block gives the server back, or withdraws from the queue when the turn has not come.
    Who yields a place whose turn has come goes on at the same time, after what is already due;
    ``if place.waits: yield place`` goes on at once.

    Parameters
    ----------
    clock : Clock
    capacity : float
        Number of servers, possibly infinite.

    Attributes
    ----------
    busy, waiting : int
        How many are being served, and how many wait.
    """

    __slots__ = (
        "_at_once", "_busy_days", "_classes", "_clock", "_handing_over", "_queues", "_since", "_waited",
        "busy", "capacity", "waiting",
    )  # fmt: skip

    def __init__(self, clock: Clock, capacity: float = inf) -> None:
        self._clock, self.capacity = clock, capacity
        self._handing_over = Alarm(clock, self._hand_over)
        self.busy = self.waiting = 0
        self._queues: dict[float, deque[Request]] = {}  # by priority, each first come, first served
        self._classes: list[deque[Request]] = []  # the same, the lowest priority number first
        self._busy_days = self._waited = 0.0
        self._since = clock.now
        self._at_once = place = Request()  # one does for all who need not wait
        place.station, place.since, place.waits, place.gone, place.alarm = self, clock.now, False, False, None

    def request(self, priority: float = ROUTINE) -> Request:
        """Ask for a server: at once if one is free, else queue up; the lowest `priority` goes first."""
        now, busy = self._clock._now, self.busy
        free = busy < self.capacity
        if free and not self.waiting:
            self._busy_days += busy * (now - self._since)
            self._since = now
            self.busy = busy + 1
            return self._at_once
        place = Request()
        place.station, place.since, place.waits, place.gone, place.alarm = self, now, True, False, None
        self.waiting += 1
        queue = self._queues.get(priority)
        if queue is None:
            queue = self._queues[priority] = deque()
            self._classes = [self._queues[number] for number in sorted(self._queues)]
        queue.append(place)
        if free:  # somebody has just left: the queue, with this place in it, goes on now
            self._hand_over(now)
        return place

    def leave(self, place: Request) -> None:
        """Give the server back; or leave the queue, to be passed over later."""
        now = self._clock._now
        if place.waits:
            place.gone = True
            self._waited += now - place.since
            self.waiting -= 1
        else:
            busy = self.busy
            self._busy_days += busy * (now - self._since)
            self._since = now
            self.busy = busy - 1
        # SimPy's order: the queue goes on after what is already due; the urgent who ask until then go first
        if self.capacity < inf:
            self._clock.next(self._handing_over)

    def _hand_over(self, now: float) -> object:
        """Give one server that became free at this moment to the head of the queue."""
        if not self.waiting or self.busy >= self.capacity:
            return NOTHING
        for queue in self._classes:
            while queue:
                head = queue.popleft()
                if head.gone:
                    continue
                self._waited += now - head.since
                self.waiting -= 1
                self.busy += 1
                head.waits = False
                if head.alarm is not None:  # None: asks just now, and has not begun to wait
                    self._clock.next(head.alarm)
                return NOTHING
        return NOTHING

    # -- accounts ------------------------------------------------------------------------------------------

    @property
    def busy_days(self) -> float:
        """Server-days used so far: the integral of `busy` over time."""
        return self._busy_days + self.busy * (self._clock.now - self._since)

    @property
    def queue_days(self) -> float:
        """Patient-days waited so far: the integral of `waiting` over time."""
        now = self._clock.now
        waiting = (place for queue in self._classes for place in queue if not place.gone)
        return self._waited + sum(now - place.since for place in waiting)
