"""Run a naive cohort study, its repairs and its truth, and lay them side by side."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.compare import interval
from spinesim.study.naive.chart import Chart, chart, columns, exposed_week, without_red_flags
from spinesim.study.naive.estimates import Estimate, paired, regression
from spinesim.study.naive.file import LEAST_PEOPLE, MOST_PEOPLE, NaiveCohort, load_naive
from spinesim.study.naive.target_trial import RESAMPLES, emulate
from spinesim.study.naive.words import sentence
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.simulation import Plan, Progress, finish_all, plan, shipped_evidence

if TYPE_CHECKING:
    from spinesim.evidence import Evidence
    from spinesim.study.executor import Executor, Kept
    from spinesim.study.results import Results

Floats = npt.NDArray[np.float64]

METHODS = {
    "never": "against people never exposed, crude",
    "crude": "against everyone not exposed in time, crude",
    "claims": "... adjusted for what an insurer's file holds",
    "baseline": "... adjusted for the first visit's chart as well",
    "target_trial": "target trial emulated: clone, censor, weight by the weekly chart",
    "truth": "truth: everyone under both strategies, same fate",
}
MOST_RESAMPLES = 100_000
SIMULATING = 0.6
"""Share of the progress bar that the simulation takes; the rest is the bootstrap's."""
UNITS = dict.fromkeys(("pain", "limb_pain", "axial_pain"), "NRS 0-10") | {
    "disability": "ODI or NDI 0-100", "age": "years", "female": "%", "radicular": "%",
}  # fmt: skip
COLUMNS = ["outcome", "method", "measure", "estimate", "low", "high", "people", "unit"]


@dataclass(frozen=True)
class NaiveStudy:
    """What a cohort study would publish, its repair, and the truth.

    Attributes
    ----------
    cohort : NaiveCohort
    table : DataFrame
        Columns `COLUMNS`: one row an outcome and method (`METHODS`); 95 % intervals.
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
) -> list[Plan]:
    """Usual care and the two strategies: the same people and fates."""
    people = _whole("patients", cohort.patients if patients is None else patients, LEAST_PEOPLE, MOST_PEOPLE)
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
    reached = _reached(cohort, exposed, kept), _reached(cohort, unexposed, kept)
    if reached[0] <= reached[1]:
        raise SpinesimError(no_contrast(cohort, *reached))
    seen = chart(cohort, plans[0], usual).take(kept)
    truth = {
        one.key: (OUTCOMES[one.key].of(exposed)[kept], OUTCOMES[one.key].of(unexposed)[kept])
        for one in cohort.outcome
    }
    resampling = progress and (lambda share: progress(SIMULATING + (1 - SIMULATING) * share))
    rows = _rows(cohort, seen, truth, plans[0].seed, resamples, resampling)
    return NaiveStudy(cohort, pd.DataFrame(rows, columns=COLUMNS), _who(seen), reached)


def _reached(cohort: NaiveCohort, results: Results, kept: npt.NDArray[np.int64]) -> float:
    """Share of people exposed in time (0-1)."""
    return float(np.mean(exposed_week(cohort, results)[kept] < cohort.exposure.by_week))


def no_contrast(cohort: NaiveCohort, exposed: float, unexposed: float) -> str:
    """Why two strategies that do not change who is exposed have no truth to tell."""
    return (
        f"Cohort '{cohort.name}', [strategies]: {100 * exposed:.0f} % have {cohort.exposure.step} within "
        f"{cohort.exposure.by_week} weeks under the exposed strategy and {100 * unexposed:.0f} % under the "
        f"unexposed one, so there is no contrast; name parameters that decide it in '{cohort.pathway}'."
    )


def _rows(
    cohort: NaiveCohort,
    seen: Chart,
    truth: dict[str, tuple[Floats, Floats]],
    seed: int,
    resamples: int,
    progress: Progress | None,
) -> list[tuple[Any, ...]]:
    claims = seen.baseline[columns(cohort, list(cohort.adjust.claims), seen.baseline)]
    chart_names = list(cohort.adjust.chart)
    first = {f"{name}_first": values[0] for name, values in seen.weekly.items()}
    signs = seen.baseline[columns(cohort, chart_names, seen.baseline)]
    full = pd.concat([claims, signs, pd.DataFrame(first)], axis=1)
    static = [*claims.columns, *signs.columns]
    contrast = _never_or_exposed(seen)
    measures = {one.key: str(one.measure) for one in cohort.outcome}
    emulations = emulate(seen, measures, static, seed, resamples, progress)
    nothing = pd.DataFrame(index=range(len(seen)))
    rows: list[tuple[Any, ...]] = []
    for one in cohort.outcome:
        key, measure = one.key, str(one.measure)
        found: dict[str, Estimate] = {
            "never": regression(contrast, key, measure, pd.DataFrame(index=range(len(contrast)))),
            "crude": regression(seen, key, measure, nothing),
            "claims": regression(seen, key, measure, claims),
            "baseline": regression(seen, key, measure, full),
            "target_trial": emulations[key],
            "truth": paired(*truth[key], measure, seed),
        }
        unit = "ratio of risks" if measure == "ratio" else OUTCOMES[key].unit
        rows += [
            (key, method, measure, *found[method], len(contrast if method == "never" else seen), unit)
            for method in METHODS
        ]
    return rows


def _never_or_exposed(seen: Chart) -> Chart:
    """The exposed and those never exposed, as several papers chose: it picks people by their future."""
    return seen.take(np.flatnonzero(seen.exposed | seen.never))


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
