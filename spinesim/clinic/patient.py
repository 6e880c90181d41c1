"""What the clinic knows of one patient (never the hidden truth)."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from spinesim.clinical import Report

NOT_SCANNED = Report(finding=False, concordant=False, incidental=False)


class Tally(dict[str, int]):
    """Counts by name, 0 at first. (A `collections.Counter` takes ten times as long to make.)"""

    def __missing__(self, name: str) -> int:
        return 0


class Patient:
    """One person's record in the clinic; days count from the start of the run."""

    __slots__ = (
        "appointments",
        "beliefs",
        "block_relief",
        "blocks_positive",
        "by_video",
        "cost",
        "counts",
        "courses",
        "crossings",
        "drug_days",
        "emg_root",
        "end",
        "entry",
        "exercising",
        "fired",
        "first_day",
        "first_disability",
        "first_pain",
        "flag_scanned",
        "flags",
        "flares_before",
        "gave_up",
        "harm_counts",
        "id",
        "in_care",
        "leading",
        "next_review",
        "offers",
        "operated_day",
        "pain",
        "pain_before",
        "process",
        "qaly_lost",
        "red_flag",
        "relief_after",
        "report",
        "report_closed",
        "row",
        "serious_found",
        "serious_risk",
        "tally",
        "visit_day",
        "visits",
    )

    def __init__(self, row: int, id: int, entry: int, end: int) -> None:
        self.row, self.id, self.entry, self.end = row, id, entry, end
        self.in_care, self.exercising, self.flags = True, 0, 0
        self.courses = Tally()  # courses begun, by step
        self.red_flag, self.flag_scanned, self.serious_found = False, False, False
        self.visits, self.cost, self.qaly_lost = 0, 0.0, 0.0
        self.first_day, self.visit_day = math.nan, math.nan
        self.first_pain, self.first_disability, self.flares_before = math.nan, math.nan, 0.0
        self.next_review: float | None = None
        self.operated_day = math.nan
        self.report, self.block_relief, self.emg_root, self.pain = NOT_SCANNED, 0.0, False, 0.0
        self.report_closed = False  # what the last scan showed has been treated
        self.blocks_positive: tuple[bool, ...] = ()
        self.beliefs: Any = None  # log probabilities of the patterns, as the clinic sees it
        self.leading: tuple[str, float] = ("", 0.0)  # the likeliest pattern and its probability
        self.serious_risk = 0.0  # % probability of serious disease, as the clinic sees it
        self.pain_before: dict[str, float] = {}  # pain at the visit before a step, until its first review
        self.relief_after: dict[str, float] = {}  # % less pain at that review
        self.counts = Tally()  # what was done, by step
        self.tally = Tally()  # what was done, by fact of the pathway vocabulary
        self.drug_days: defaultdict[str, float] = defaultdict(float)  # days of tablets, by drug
        self.harm_counts = Tally()
        self.crossings: tuple[Any, ...] = ()  # crossovers of a trial still ahead of this person
        self.offers = Tally()  # what was offered, by step
        self.fired: dict[str, tuple[int, float]] = {}  # rule id -> (times, week last fired)
        self.process: Any = None
        self.appointments = Tally()  # given so far, by step
        self.gave_up = ""  # why the last slot asked for came to nothing
        self.by_video = False  # the visit under way

    def __str__(self) -> str:
        return f"Patient {self.id}"

    @property
    def harms(self) -> int:
        """How many harms there were."""
        return sum(self.harm_counts.values())

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
