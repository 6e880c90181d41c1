"""What the clinic knows of one patient (never the hidden truth)."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from spinesim.clinical import Report

NOT_SCANNED = Report(finding=False, concordant=False, incidental=False)


class Patient:
    """One person's record in the clinic; days count from the start of the run."""

    __slots__ = (
        "block_relief",
        "cost",
        "counts",
        "courses",
        "end",
        "entry",
        "fired",
        "first_day",
        "first_pain",
        "flag_scanned",
        "harms",
        "id",
        "in_care",
        "in_physiotherapy",
        "next_review",
        "offers",
        "operated_day",
        "pain",
        "pain_before",
        "process",
        "red_flag",
        "relief_after",
        "report",
        "row",
        "visit_day",
        "visits",
    )

    def __init__(self, row: int, id: int, entry: int, end: int) -> None:
        self.row, self.id, self.entry, self.end = row, id, entry, end
        self.in_care, self.in_physiotherapy = True, False
        self.red_flag, self.flag_scanned = False, False
        self.visits, self.courses, self.harms, self.cost = 0, 0, 0, 0.0
        self.first_day, self.visit_day, self.first_pain = math.nan, math.nan, math.nan
        self.next_review: float | None = None
        self.operated_day = math.nan
        self.report, self.block_relief, self.pain = NOT_SCANNED, 0.0, 0.0
        self.pain_before: dict[str, float] = {}  # pain at the visit before a step, until its first review
        self.relief_after: dict[str, float] = {}  # % less pain at that review
        self.counts: Counter[str] = Counter()  # what was done, by step
        self.offers: Counter[str] = Counter()  # what was offered, by step
        self.fired: dict[str, tuple[int, float]] = {}  # rule id -> (times, week last fired)
        self.process: Any = None

    @property
    def known(self) -> bool:
        """Whether the first visit has begun."""
        return not math.isnan(self.first_day)

    def seen(self, day: float, counts: bool) -> None:
        """A visit starts; it `counts` while the person is followed."""
        if not self.known:
            self.first_day = day
        self.visits += counts
        self.visit_day = day

    def fire(self, rule: str, week: float) -> None:
        """Remember that a rule made its offer."""
        times, _ = self.fired.get(rule, (0, week))
        self.fired[rule] = (times + 1, week)
