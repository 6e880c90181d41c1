"""Processes on the clock: plain generators instead of an event object for every step.

A process yields what it waits for, a number (that many days) or a `Request` (its turn at a station), and gets
back what time it is: ``now = yield 0.5``. The clock is a `simpy.Environment`: SimPy keeps the time, the queue
of events and their order, and everything else of SimPy works on it; only its loop is written out here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from heapq import heapify, heappop, heappush, heapreplace
from math import inf
from typing import TYPE_CHECKING, Any, Self

import simpy
from simpy.events import NORMAL

from spinesim.errors import SpinesimError

if TYPE_CHECKING:
    from spinesim.clinic.station import Station

NOTHING = object()

Steps = Generator["float | Request", float, None]


class Request:
    """A place in the queue of a station, then at one of its servers; made by `Station.request`.

    Attributes
    ----------
    waits : bool
        Whether the turn has not come yet.
    gone : bool
        Whether who waited has given up.
    since : float
        When it was made, in days.
    """

    __slots__ = ("alarm", "gone", "since", "station", "waits")
    alarm: Alarm | None
    gone: bool
    since: float
    station: Station
    waits: bool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.station.leave(self)


class Alarm:
    """An event that can happen again and again: it tells `send` what time it is.

    What comes back is what `process` then waits for, or `NOTHING`. All of SimPy's `Event` that its loop looks
    at is here.
    """

    __slots__ = ("clock", "process", "send")
    _ok = True

    def __init__(self, clock: Clock, send: Callable[[float], Any], process: Any = None) -> None:
        self.clock, self.send, self.process = clock, send, process

    def silence(self) -> None:
        """Whenever it rings, nothing happens; it lets go of its process, so that both can be forgotten."""
        self.send, self.process = _nobody, None

    @property
    def callbacks(self) -> tuple[Callable[[Alarm], None], ...]:
        """What SimPy's own `step` calls, should it meet an alarm."""
        return (ring,)

    @callbacks.setter
    def callbacks(self, _: None) -> None:
        """SimPy strikes out the callbacks of an event that has happened; an alarm happens again."""


def _nobody(now: float) -> object:
    return NOTHING


def ring(alarm: Alarm) -> None:
    """Tell the time, and see what is waited for next."""
    try:
        waits_for = alarm.send(alarm.clock.now)
    except StopIteration:
        alarm.process.end()
    else:
        if waits_for is not NOTHING:
            alarm.process.wait(waits_for)


class Clock(simpy.Environment):
    """A `simpy.Environment` whose loop lets processes go on without a detour.

    Alarms due at this very moment stand in two lines instead of in the queue of events: the urgent before
    everything else, the others behind what was due before. The order is SimPy's.
    """

    def __init__(self, initial_time: float = 0) -> None:
        super().__init__(initial_time)
        self._urgent: deque[Alarm] = deque()
        self._line: deque[Alarm] = deque()
        self.first = self._urgent.append
        self.next = self._line.append

    def after(self, days: float, alarm: Alarm) -> None:
        """Let this alarm ring in so many days (more than 0)."""
        self.schedule(alarm, NORMAL, days)  # type: ignore[arg-type]

    def _stands_first(self) -> deque[Alarm] | None:
        """The line whose turn it is, or None when it is that of the queue of events."""
        if self._urgent:
            return self._urgent
        due = self._queue and self._queue[0][0] <= self._now
        return self._line if self._line and not due else None

    def peek(self) -> float:
        """Time of the next event, infinite if there is none."""
        return self._now if self._urgent or self._line else super().peek()

    def step(self) -> None:
        """Let the next event happen."""
        line = self._stands_first()
        if line is None:
            super().step()
        else:
            ring(line.popleft())

    def run(self, until: Any = None) -> Any:
        """As SimPy's: to a time, to an event, or until nothing is left to happen."""
        if not isinstance(until, int | float):
            return super().run(until)
        if not until > self._now:
            raise ValueError(f"until ({until}) must be greater than the current simulation time")
        queue: list[Any] = self._queue
        urgent, line, number, now = self._urgent, self._line, self._eid, self._now
        while True:
            entry = None
            if urgent:
                alarm = urgent.popleft()
            elif line and not (queue and queue[0][0] <= now):
                alarm = line.popleft()
            elif queue and queue[0][0] < until:
                entry = queue[0]
                self._now = now = entry[0]
                alarm = entry[3]
                if alarm.__class__ is not Alarm:
                    super().step()
                    continue
            else:
                break
            try:
                waits_for = alarm.send(now)
            except StopIteration:
                alarm.process.end()
                waits_for = NOTHING
            kind = waits_for.__class__
            if kind is float and 0.0 < waits_for < inf:
                again = (now + waits_for, NORMAL, next(number), alarm)
                if entry is None:
                    heappush(queue, again)
                    continue
                if queue[0] is entry:  # its alarm takes the place of the one that rang
                    heapreplace(queue, again)
                    continue
                heappush(queue, again)
            elif kind is Request and waits_for.waits:
                waits_for.alarm = alarm
            elif waits_for is not NOTHING:
                alarm.process.wait(waits_for)
            if entry is not None:
                self._strike(entry)
        self._now = until
        return None

    def _strike(self, entry: Any) -> None:
        """Take an entry that has happened out of the queue."""
        queue: list[Any] = self._queue
        if queue[0] is entry:
            heappop(queue)
        else:  # something urgent of SimPy's own has come before it
            queue.remove(entry)
            heapify(queue)


class Process:
    """A generator under way.

    Parameters
    ----------
    clock : Clock
    steps : generator
        Begins now, before anything else that is due now.
    name : object
        Whose steps these are, for messages.
    """

    __slots__ = ("_alarm", "_steps", "clock", "name")

    def __init__(self, clock: Clock, steps: Steps, name: object = "a process") -> None:
        self.clock, self.name = clock, name
        self._steps: Steps | None = steps
        self._alarm = Alarm(clock, self._begin, self)
        clock.first(self._alarm)

    @property
    def is_alive(self) -> bool:
        """Whether there are steps left."""
        return self._steps is not None

    def _begin(self, _: float) -> float | Request:
        assert self._steps is not None
        self._alarm.send = self._steps.send
        return next(self._steps)

    def wake(self) -> None:
        """Go on now, after what is already due now."""
        self.clock.next(self._alarm)

    def interrupt(self, cause: object = None) -> None:
        """Raise `simpy.Interrupt` where the generator waits, before anything else that is due now."""
        if self._steps is None:
            raise RuntimeError(f"{self.name} has ended and cannot be interrupted.")
        alarm: Alarm = Alarm(self.clock, lambda _: self._throw(alarm, simpy.Interrupt(cause)), self)
        self.clock.first(alarm)

    def _throw(self, alarm: Alarm, interrupt: simpy.Interrupt) -> object:
        if self._steps is None:
            return NOTHING  # it ended on the same occasion
        self._alarm.silence()  # what it waited for no longer wakes it; from now on this alarm does
        self._alarm, alarm.send = alarm, self._steps.send
        return self._steps.throw(interrupt)

    def wait(self, waits_for: Any) -> None:
        """Go on when the time or the turn comes."""
        if not isinstance(waits_for, float | int | Request):
            raise TypeError(f"{self.name} waits for {waits_for!r}; yield a number of days or a Request.")
        if not isinstance(waits_for, Request):
            if not 0 <= waits_for < inf:
                raise SpinesimError(
                    f"{self.name} is to wait {waits_for} days; times are finite and not negative: check the "
                    "parameters that give times."
                )
            if waits_for:
                self.clock.after(waits_for, self._alarm)
            else:
                self.wake()
        elif waits_for.waits:
            waits_for.alarm = self._alarm
        else:
            self.wake()

    def end(self) -> None:
        """Nothing is left to do."""
        self._steps = None
        self._alarm.silence()
