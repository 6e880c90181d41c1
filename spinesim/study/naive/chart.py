"""What a cohort study gets to see: one row a person, and their weeks before the exposure window closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.clinical import OCCUPATIONS, examine
from spinesim.evidence import Draws
from spinesim.study.naive.file import NaiveCohort
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.results import Results
from spinesim.study.simulation import Plan, eligible_cohort

WEEK = 7
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Chart:
    """A cohort as its records show it; nothing here is hidden truth.

    Attributes
    ----------
    exposed_week : float array, shape (N,)
        Week after referral in which the step was first done, infinite if never.
    by_week : int
        Exposed means `exposed_week` < `by_week`.
    baseline : DataFrame, N rows
        Age (years), female (0/1), dummies of occupation, radicular signs (0/1).
    weekly : dict of str to float array, shape (by_week, N)
        Diary scores at the start of each week: pain (NRS), disability (ODI or NDI).
    outcomes : dict of str to float array, shape (N,)
    """

    exposed_week: Floats
    by_week: int
    baseline: pd.DataFrame
    weekly: dict[str, Floats]
    outcomes: dict[str, Floats]

    @property
    def exposed(self) -> Bools:
        """Whether the step was done within the window."""
        early: Bools = self.exposed_week < self.by_week
        return early

    @property
    def never(self) -> Bools:
        """Whether the step was never done in the whole follow-up: the comparator of several papers."""
        return np.isinf(self.exposed_week)

    def __len__(self) -> int:
        return len(self.exposed_week)

    def take(self, rows: npt.NDArray[np.int64]) -> Chart:
        """The same records for some people, who may repeat (as a bootstrap needs)."""
        return Chart(
            self.exposed_week[rows],
            self.by_week,
            self.baseline.iloc[rows].reset_index(drop=True),
            {name: values[:, rows] for name, values in self.weekly.items()},
            {name: values[rows] for name, values in self.outcomes.items()},
        )


def without_red_flags(results: Results) -> Bools:
    """Who had no red flag in this run: cohorts leave those out."""
    events = results.events
    flagged = events.loc[events["event"] == "red_flag", "patient"].unique()
    kept: Bools = ~results.patients["patient"].isin(flagged).to_numpy()
    return kept


def exposed_week(cohort: NaiveCohort, results: Results) -> Floats:
    """Week after referral in which the step was first done, infinite if never; shape (N,)."""
    events = results.events
    done = events[(events["event"] == "end") & (events["step"] == cohort.exposure.step)]
    first = done.groupby("patient")["day"].min().reindex(results.patients["patient"])
    week = (first.to_numpy() - results.patients["entry_day"].to_numpy()) // WEEK
    return np.where(np.isnan(week), np.inf, week)


def chart(cohort: NaiveCohort, wish: Plan, results: Results) -> Chart:
    """The records of usual care, everyone included (see `without_red_flags`)."""
    people = results.patients
    baseline = pd.DataFrame({"age": people["age"].astype(float), "female": people["female"].astype(float)})
    for occupation in OCCUPATIONS[1:]:
        baseline[f"occupation_{occupation}"] = (people["occupation"] == occupation).astype(float)
    draws = Draws(wish.seed, wish.run)
    signs = examine(wish.evidence, eligible_cohort(wish, draws), draws)
    baseline["radicular"] = np.asarray(signs.radicular, dtype=float)
    weeks = cohort.exposure.by_week
    series: dict[str, Floats] = {
        str(name): results.series[name][:weeks].astype(float)
        for name in cohort.adjust.chart
        if name != "radicular"
    }
    return Chart(
        exposed_week(cohort, results),
        weeks,
        baseline.reset_index(drop=True),
        series,
        {one.key: OUTCOMES[one.key].of(results) for one in cohort.outcome},
    )


def columns(cohort: NaiveCohort, names: Sequence[str], baseline: pd.DataFrame) -> list[str]:
    """The columns of `baseline` behind these covariates."""
    return [
        column
        for column in baseline
        if any(column == name or column.startswith(f"{name}_") for name in names)
    ]
