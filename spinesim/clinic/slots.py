"""One server's session on one day, and the slots sold in it."""

from __future__ import annotations

from spinesim.clinic.resource import Session

MINUTES = 1_440  # of a day
CLOSE_TO = 1e-9  # minutes: sums of slot lengths are floats


class Slots:
    """The time of one server in one session.

    Attributes
    ----------
    begins, ends : float
        In days since the start of the run.
    free, urgent : float
        Minutes that routine people may still have, and that are kept for urgent ones.
    sold : float
        Minutes given out, one slot behind another; with overbooking they lie closer than they last.
    free_at : float
        When the server will have finished with whoever has come so far.
    """

    __slots__ = (
        "begins", "day", "ends", "free", "free_at", "group", "holes", "meeting", "met", "minutes", "over",
        "places", "sold", "steps", "urgent",
    )  # fmt: skip

    def __init__(self, day: int, session: Session, overbooking: float) -> None:
        self.day, self.steps = day, session.steps
        self.begins = day + session.opens / MINUTES
        self.ends = self.begins + session.minutes / MINUTES
        self.minutes, self.over = float(session.minutes), 1 + overbooking
        self.urgent = float(session.urgent_minutes)
        self.free = session.minutes * self.over - self.urgent
        self.sold, self.free_at = 0.0, self.begins
        self.holes: list[tuple[float, float]] = []  # given back: at which minute, how many
        self.group, self.meeting = session.group, float(session.meeting_minutes or 0)
        self.met = -1.0  # minute of the last meeting that took place
        meetings = int(session.minutes // self.meeting) if self.meeting else 0
        self.places = [int(session.group * self.over)] * meetings

    def serves(self, step: str) -> bool:
        """Whether the session is for this step; a review by video may take the slot of a review."""
        return (
            self.steps is None or step in self.steps or (step == "virtual_review" and "review" in self.steps)
        )

    def fits(self, minutes: float, urgent: bool) -> bool:
        """Whether such a slot is left."""
        if self.places or self.group > 1:
            return any(left > 0 for left in self.places)
        room = self.free + (self.urgent if urgent else 0.0)
        return minutes <= room + CLOSE_TO or any(minutes <= size + CLOSE_TO for _, size in self.holes)

    def take(self, minutes: float, urgent: bool) -> tuple[float, float]:
        """Sell a slot, squeezed in behind the others if none is left.

        Returns
        -------
        tuple of float
            When it begins (days), and the minute of the session it was sold at.
        """
        if self.group > 1:
            which = next((i for i, left in enumerate(self.places) if left > 0), len(self.places) - 1)
            self.places[which] -= 1
            return self.begins + which * self.meeting / MINUTES, which * self.meeting
        for i, (at, size) in enumerate(self.holes):
            if minutes <= size + CLOSE_TO:
                del self.holes[i]
                if size - minutes > CLOSE_TO:
                    self.holes.append((at + minutes, size - minutes))
                return self._time(at), at
        at, self.sold = self.sold, self.sold + minutes
        from_urgent = min(minutes, self.urgent) if urgent else 0.0
        self.urgent -= from_urgent
        self.free -= minutes - from_urgent
        return self._time(at), at

    def _time(self, at: float) -> float:
        """When the slot sold at this minute begins, in days."""
        return self.begins + at / self.over / MINUTES

    def give_back(self, at: float, minutes: float) -> None:
        """A slot that was sold is free again."""
        if self.group > 1:
            self.places[int(at // self.meeting)] += 1
        else:
            self.holes.append((at, minutes))

    def release(self) -> bool:
        """Let routine people have what was kept for urgent ones; returns whether there was any."""
        kept, self.urgent = self.urgent, 0.0
        self.free += kept
        return kept > 0

    def serve(self, now: float, minutes: float, at: float) -> tuple[float, float, float]:
        """Who bought the slot of minute `at` comes: when they begin, minutes of service, those after hours.

        The server finishes with one before the next begins; a group meets once.
        """
        if self.group > 1:
            already, self.met = at <= self.met, max(at, self.met)
            return now, 0.0 if already else self.meeting, 0.0
        start = max(now, self.free_at)
        self.free_at = start + minutes / MINUTES
        after = min(max(self.free_at - self.ends, 0.0) * MINUTES, minutes)
        return start, minutes, after if after > CLOSE_TO else 0.0
