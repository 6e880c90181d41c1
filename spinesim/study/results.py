"""What one run of one arm leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.clinic import COLUMNS, Clinic, EventLog
from spinesim.clinical import outcomes

SERIES = ("pain", "limb_pain", "axial_pain", "disability", "rmdq")
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Results:
    """One arm, one run.

    Attributes
    ----------
    arm : str
    run : int
    weeks : int array, shape (W + 1,)
        Weeks since each person's own referral.
    series : dict of str to float32 array, shape (W + 1, N)
        ``pain`` (the worse of the two), ``limb_pain``, ``axial_pain`` (NRS 0-10), ``disability``
        (ODI 0-100), ``rmdq`` (0-24), ``sleep`` (0-1), ``deficit`` (0-1).
    patients : DataFrame
        One row per person: who they are, what was done, cost (USD), QALY (undiscounted).
    """

    arm: str
    run: int
    weeks: npt.NDArray[np.int64]
    series: dict[str, npt.NDArray[np.float32]]
    patients: pd.DataFrame
    log: EventLog = field(repr=False)

    @cached_property
    def events(self) -> pd.DataFrame:
        """The event table: arm, run, patient, day, event, step, resource, value."""
        table = self.log.table()
        table.insert(0, "run", self.run)
        table.insert(0, "arm", self.arm)
        return table[["arm", "run", *COLUMNS]]

    def rename(self, arm: str) -> Results:
        """The same results under another name."""
        return Results(arm, self.run, self.weeks, self.series, self.patients, self.log)


def collect(clinic: Clinic, arm: str, run: int) -> Results:
    """Read a finished clinic."""
    body, numbers = clinic.body, clinic.numbers
    cohort = body.cohort
    series = dict(body.record)
    series["rmdq"] = outcomes.rmdq(numbers, series["disability"]).astype(np.float32)
    worth = outcomes.utility(numbers, series["disability"], series["limb_pain"], series["axial_pain"])
    qaly = np.trapezoid(worth, dx=7 / DAYS_PER_YEAR, axis=0)
    severe = outcomes.disabled(numbers, series["disability"])
    broken = outcomes.broken_night(numbers, series["sleep"])
    who = clinic.patients
    column: dict[str, object] = {
        "patient": cohort.ids,
        "condition": cohort.condition.key,
        "age": cohort.age,
        "female": cohort.female,
        "course": np.asarray(cohort.condition.courses)[cohort.course],
        "entry_day": body.entry,
        "visits": [p.visits for p in who],
        "sessions": [p.counts["physiotherapy"] for p in who],
        "images": [p.counts["imaging"] for p in who],
        "finding": [p.report.finding for p in who],
        "incidental": [p.report.incidental for p in who],
        "epidurals": [p.counts["epidural"] for p in who],
        "blocks": [p.counts["medial_branch_block"] for p in who],
        "ablations": [p.counts["ablation"] for p in who],
        "operations": [p.counts["microdiscectomy"] for p in who],
        "operated_week": [(np.floor(p.operated_day) - p.entry) / 7 for p in who],
        "harms": [p.harms for p in who],
        "cost": [p.cost for p in who],
        "qaly": qaly,
        "flares": body.flares,
        "weeks_disabled": severe[1:].sum(axis=0),
        "weeks_of_broken_nights": broken[1:].sum(axis=0),
        "deficit": series["deficit"][-1],
        "sitting_minutes": outcomes.minutes(numbers, "sitting", series["disability"][-1]),
    }
    weeks = np.arange(body.weeks + 1, dtype=np.int64)
    return Results(arm, run, weeks, series, pd.DataFrame(column), clinic.log)
