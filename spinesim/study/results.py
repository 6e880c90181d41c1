"""What one run of one arm leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.clinic import COLUMNS, Accounts, Bills, Clinic, EventLog, opening_day
from spinesim.clinical import outcomes
from spinesim.errors import SpinesimError
from spinesim.pathway import COUNTED_BY

SERIES = ("pain", "limb_pain", "axial_pain", "disability", "rmdq")
WEEK = 7
DAYS_PER_YEAR = 365.25

Columns = dict[str, object]
Series = dict[str, npt.NDArray[np.float32]]


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
        (ODI or NDI, 0-100), ``rmdq`` (0-24), ``sleep``, ``fear``, ``sensitisation``, ``deficit`` (0-1).
    patients : DataFrame
        One row per person: who they are, what was done, each harm, cost (USD), QALY (undiscounted).
    bills : DataFrame
        One row per charge, in the order they fell due: patient, day (of the run), item (``visit``,
        ``imaging`` … or ``harm.<kind>``). ``patients["cost"]`` is the sum of ``<item>.price`` over them.
    accounts : DataFrame
        One row for each day and resource that is not ample, see `spinesim.clinic.accounts.Accounts`.

    Of a clinic that was given time to warm up, `patients`, `series` and `bills` hold who was referred after
    it; the log and the accounts hold everybody.
    """

    arm: str
    run: int
    weeks: npt.NDArray[np.int64]
    series: dict[str, npt.NDArray[np.float32]]
    patients: pd.DataFrame
    log: EventLog = field(repr=False)
    bills: pd.DataFrame = field(repr=False, default_factory=lambda: Bills().table())
    accounts: pd.DataFrame = field(repr=False, default_factory=Accounts.none)

    @cached_property
    def events(self) -> pd.DataFrame:
        """The event table: arm, run, patient, day, event, step, resource, value."""
        table = self.log.table()
        table.insert(0, "run", self.run)
        table.insert(0, "arm", self.arm)
        return table[["arm", "run", *COLUMNS]]

    def rename(self, arm: str) -> Results:
        """The same results under another name."""
        return replace(self, arm=arm)

    def only(self, patients: npt.NDArray[np.integer]) -> Results:
        """The same run, counting only these people."""
        counts = np.isin(self.patients["patient"].to_numpy(), patients)
        if counts.all():
            return self
        return self._counting(counts)

    def _counting(self, counts: npt.NDArray[np.bool_]) -> Results:
        people = self.patients[counts].reset_index(drop=True)
        return replace(
            self,
            patients=people,
            series={name: values[:, counts] for name, values in self.series.items()},
            bills=self.bills[self.bills["patient"].isin(people["patient"])].reset_index(drop=True),
        )


def collect(clinic: Clinic, arm: str, run: int, warm_up: int = 0) -> Results:
    """Read a finished clinic; who was referred in its first `warm_up` weeks is not counted."""
    body, numbers, cohort = clinic.body, clinic.numbers, clinic.body.cohort
    series = dict(body.record)
    series["rmdq"] = outcomes.rmdq(numbers, series["disability"]).astype(np.float32)
    column = _who(clinic) | _done(clinic) | _fared(clinic, series)
    for harm in clinic.harm_names:
        column[f"harm_{harm}"] = [p.harm_counts[harm] for p in clinic.patients]
    weeks = np.arange(body.weeks + 1, dtype=np.int64)
    assert len(weeks) == len(series["pain"]) and len(cohort) == len(clinic.patients)
    bills, accounts = clinic.bills.table(), clinic.accounts.table()
    done = Results(arm, run, weeks, series, pd.DataFrame(column), clinic.log, bills, accounts)
    if not warm_up:
        return done
    counts = body.entry >= opening_day(clinic.setting) + warm_up * WEEK
    if not counts.any():
        listed = clinic.setting.arrivals.backlog if clinic.setting.arrivals else 0
        raise SpinesimError(
            f"Nobody was referred after the {warm_up} weeks of warm-up: ask for more patients than "
            f"{len(counts):,}{f' ({listed:,} stand on the list already)' if listed else ''}, or a shorter "
            "warm_up."
        )
    return done._counting(counts)


def _who(clinic: Clinic) -> Columns:
    """Who they are, and whether the clinic found out what they have."""
    cohort = clinic.body.cohort
    keys = np.array([c.key for c in cohort.conditions])
    course = [cohort.condition_of(row).courses[kind] for row, kind in enumerate(cohort.course)]
    leading = np.array([p.leading[0] for p in clinic.patients])
    return {
        "patient": cohort.ids,
        "condition": keys[cohort.which],
        "region": np.array([c.region for c in cohort.conditions])[cohort.which],
        "age": cohort.age,
        "female": cohort.female,
        "occupation": [facts["occupation"] for facts in clinic.standing],
        "course": course,
        "entry_day": clinic.body.entry,
        "leading": leading,
        "diagnosis_right": leading == keys[cohort.which],
        "serious": cohort.serious > 0,
    }


def _done(clinic: Clinic) -> Columns:
    """What was done, and what it cost."""
    who = clinic.patients
    columns: Columns = {fact: [p.tally[fact] for p in who] for fact in COUNTED_BY}
    return columns | {
        "visits": [p.visits for p in who],
        "finding": [p.report.finding for p in who],
        "incidental": [p.report.incidental for p in who],
        "operated_week": [(np.floor(p.operated_day) - p.entry) / WEEK for p in who],
        "drug_days": [sum(p.drug_days.values()) for p in who],
        "opioid_days": [p.drug_days["opioid"] for p in who],
        "harms": [p.harms for p in who],
        "cost": [p.cost for p in who],
    }


def _fared(clinic: Clinic, series: Series) -> Columns:
    """How they fared, week by week added up, and at the end."""
    body, v, cohort = clinic.body, clinic.numbers, clinic.body.cohort
    disability, last = series["disability"], series["disability"][-1]
    worth = outcomes.utility(v, disability, series["limb_pain"], series["axial_pain"]).astype(np.float64)
    lost = np.array([p.qaly_lost for p in clinic.patients])
    severe = outcomes.disabled(v, disability)
    broken = outcomes.broken_night(v, series["sleep"])
    able = outcomes.at_work(v, disability, cohort.occupation)
    retired = cohort.age >= v["person.retired_from"]
    attained = outcomes.goal_attained(v, cohort, last, series["sleep"][-1], able[-1])
    return {
        # added up week after week, so that a person's bits do not depend on how many others there are
        "qaly": np.cumsum(WEEK / DAYS_PER_YEAR * (worth[1:] + worth[:-1]) / 2.0, axis=0)[-1] - lost,
        "flares": body.flares,
        "relapsed": body.late_flares > 0,
        "weeks_disabled": severe[1:].sum(axis=0),
        "weeks_of_broken_nights": broken[1:].sum(axis=0),
        "days_off_work": v["function.workdays_per_week"] * (~able[1:] & ~retired).sum(axis=0),
        "goal_attained": attained,
        "deficit": series["deficit"][-1],
        "sitting_minutes": outcomes.minutes(v, "sitting", last),
    }
