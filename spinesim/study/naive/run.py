"""Run a naive cohort study, its repairs and its truth, and lay them side by side."""

from __future__ import annotations

import operator
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.compare import interval
from spinesim.study.naive.answers import METHODS as METHODS
from spinesim.study.naive.answers import Answers, answers
from spinesim.study.naive.chart import Chart, chart, exposed_week, without_red_flags
from spinesim.study.naive.estimates import Estimate
from spinesim.study.naive.file import LEAST_PEOPLE, MOST_PEOPLE, NaiveCohort, load_naive
from spinesim.study.naive.target_trial import RESAMPLES
from spinesim.study.naive.words import sentence
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.simulation import Plan, Progress, finish_all, plan, shipped_evidence

if TYPE_CHECKING:
    from spinesim.evidence import Evidence
    from spinesim.study.executor import Executor, Kept
    from spinesim.study.results import Results

MOST_RESAMPLES = 100_000
SIMULATING = 0.6
"""Share of the progress bar that the simulation takes; the rest is the bootstrap's."""
UNITS = dict.fromkeys(("pain", "limb_pain", "axial_pain"), "NRS 0-10") | {
    "disability": "ODI or NDI 0-100", "age": "years", "female": "%", "radicular": "%",
}  # fmt: skip


@dataclass(frozen=True)
class NaiveStudy:
    """What a cohort study would publish, its repair, and the truth.

    Attributes
    ----------
    cohort : NaiveCohort
    table : DataFrame
        As `Answers.table`: one row an outcome and method (`METHODS`); 95 % intervals.
    who : DataFrame
        The exposed beside the others at referral: the confounding, in means (shares in %), with the number
        of people and the unit.
    reached : tuple of float
        Share of people exposed in time under the exposed and under the unexposed strategy (0-1).
    """

    cohort: NaiveCohort
    table: pd.DataFrame
    who: pd.DataFrame
    reached: tuple[float, float]

    def estimate(self, outcome: str, method: str) -> Estimate:
        """Estimate, low and high of one row."""
        row = self.table[(self.table["outcome"] == outcome) & (self.table["method"] == method)].iloc[0]
        return float(row["estimate"]), float(row["low"]), float(row["high"])

    def sentences(self) -> list[str]:
        """One plain sentence an outcome."""
        return [
            sentence(one, {method: self.estimate(one.key, method) for method in METHODS})
            for one in self.cohort.outcome
        ]


def _whole(name: str, value: object, least: int, most: int) -> int:
    """A whole number within limits (NumPy's too), or a `SpinesimError`."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = least - 1
    if isinstance(value, bool | np.bool_) or not least <= number <= most:
        raise SpinesimError(f"{name} is {value}; give a whole number from {least:,} to {most:,}.")
    return number


def naive_plans(
    cohort: NaiveCohort,
    *,
    patients: int | None = None,
    seed: int | None = None,
    evidence: Evidence | None = None,
    least: int = LEAST_PEOPLE,
) -> list[Plan]:
    """Usual care and the two strategies: the same people and fates; `least` people at least."""
    people = _whole("patients", cohort.patients if patients is None else patients, least, MOST_PEOPLE)
    known = evidence or shipped_evidence()
    arms = {
        "usual care": known,
        "exposed": known.change(cohort.strategies.exposed.parameters),
        "unexposed": known.change(cohort.strategies.unexposed.parameters),
    }
    return [
        plan(
            cohort.pathway,
            arm=arm,
            condition=cohort.condition,
            patients=people,
            years=cohort.years,
            seed=cohort.seed if seed is None else seed,
            clinic=cohort.clinic,
            evidence=read,
        )
        for arm, read in arms.items()
    ]


def run_naive(
    name: str | Path | NaiveCohort = "early_mri",
    *,
    resamples: int = RESAMPLES,
    executor: Executor | None = None,
    keep: Kept | None = None,
    progress: Progress | None = None,
    **wishes: Any,
) -> NaiveStudy:
    """Run the cohort study and its truth.

    Parameters
    ----------
    name : str, Path or NaiveCohort
        Shipped name (``early_mri``), file, or what `load_naive` returns.
    resamples : int
        Bootstrap resamples of people behind the emulated trial's interval.
    executor, keep, progress
        As for `spinesim.study.finish_all`; the progress covers the bootstrap too.
    **wishes
        patients, seed, evidence: instead of the file's own.

    Raises
    ------
    SpinesimError
        One sentence: a bad file, nobody exposed, or strategies that do not change who is exposed.
    """
    resamples = _whole("resamples", resamples, 2, MOST_RESAMPLES)
    cohort = name if isinstance(name, NaiveCohort) else load_naive(name)
    plans = naive_plans(cohort, **wishes)
    simulating = progress and (lambda share: progress(SIMULATING * share))
    usual, exposed, unexposed = finish_all(plans, executor, simulating, keep)
    kept = np.flatnonzero(without_red_flags(usual))
    reached = reached_in_time(cohort, exposed, kept), reached_in_time(cohort, unexposed, kept)
    if reached[0] <= reached[1]:
        raise SpinesimError(no_contrast(cohort, *reached))
    seen = chart(cohort, plans[0], usual).take(kept)
    truth = {
        one.key: (OUTCOMES[one.key].of(exposed)[kept], OUTCOMES[one.key].of(unexposed)[kept])
        for one in cohort.outcome
    }
    resampling = progress and (lambda share: progress(SIMULATING + (1 - SIMULATING) * share))
    measures = {one.key: str(one.measure) for one in cohort.outcome}
    found = _finished(answers(cohort, seen, truth, measures, plans[0].seed, resamples), resampling)
    return NaiveStudy(cohort, found.table, _who(seen), reached)


def _finished(work: Generator[float, None, Answers], progress: Progress | None) -> Answers:
    """The same work in one go."""
    while True:
        try:
            share = next(work)
        except StopIteration as done:
            found: Answers = done.value
            return found
        if progress:
            progress(share)


def reached_in_time(cohort: NaiveCohort, results: Results, kept: npt.NDArray[np.int64]) -> float:
    """Share of people exposed in time (0-1)."""
    return float(np.mean(exposed_week(cohort, results)[kept] < cohort.exposure.by_week))


def no_contrast(cohort: NaiveCohort, exposed: float, unexposed: float) -> str:
    """Why two strategies that do not change who is exposed have no truth to tell."""
    return (
        f"Cohort '{cohort.name}', [strategies]: {100 * exposed:.0f} % have {cohort.exposure.step} within "
        f"{cohort.exposure.by_week} weeks under the exposed strategy and {100 * unexposed:.0f} % under the "
        f"unexposed one, so there is no contrast; name parameters that decide it in '{cohort.pathway}'."
    )


def _who(seen: Chart) -> pd.DataFrame:
    """Means (shares in %) at referral of the exposed and of the others, with 95 % intervals."""
    scores = {name: values[0] for name, values in seen.weekly.items()}
    measured = scores | {
        name: seen.baseline[name].to_numpy() * (100.0 if UNITS[name] == "%" else 1.0)
        for name in ("radicular", "age", "female")
        if name in seen.baseline
    }
    rows = [
        (name, group, int(rows.sum()), *interval(values[rows]), UNITS[name])
        for name, values in measured.items()
        for group, rows in (("exposed", seen.exposed), ("others", ~seen.exposed))
        if rows.any()
    ]
    return pd.DataFrame(rows, columns=["at_referral", "group", "people", "mean", "low", "high", "unit"])
