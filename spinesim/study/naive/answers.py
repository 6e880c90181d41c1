"""Every answer to a cohort's question beside the truth, and how far off each is."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.study.naive.chart import Chart, columns
from spinesim.study.naive.estimates import UNKNOWN, Estimate, paired, percentiles, regression
from spinesim.study.naive.file import NaiveCohort
from spinesim.study.naive.gaps import gaps_in_resamples
from spinesim.study.naive.target_trial import emulation
from spinesim.study.outcomes import OUTCOMES

Floats = npt.NDArray[np.float64]
Truth = Mapping[str, tuple[Floats, Floats]]

METHODS = {
    "never": "against people never exposed, crude",
    "crude": "against everyone not exposed in time, crude",
    "claims": "... adjusted for what an insurer's file holds",
    "baseline": "... adjusted for the first visit's chart as well",
    "target_trial": "target trial emulated: clone, censor, weight by the weekly chart",
    "truth": "truth: everyone under both strategies, same fate",
}
COLUMNS = ["outcome", "method", "measure", "estimate", "low", "high", "people", "unit"]
GAPS = ["outcome", "method", "gap", "low", "high", "unit"]
EMULATED = 0.9
"""Share of the work that the emulated trial's resamples take."""


@dataclass(frozen=True)
class Answers:
    """What every way to ask the records says.

    Attributes
    ----------
    table : DataFrame
        Columns `COLUMNS`: one row an outcome and method (`METHODS`); 95 % intervals.
    gaps : DataFrame
        Columns `GAPS`: answer minus truth of each outcome measured as a difference, with a 95 % percentile
        interval from a bootstrap of people, the same resamples for answer and truth.
    """

    table: pd.DataFrame
    gaps: pd.DataFrame


def answers(
    cohort: NaiveCohort,
    seen: Chart,
    truth: Truth,
    measures: Mapping[str, str],
    seed: int,
    resamples: int,
    refuse: bool = True,
) -> Generator[float, None, Answers]:
    """Every method's answer, yielding the share done (0-1).

    Parameters
    ----------
    cohort : NaiveCohort
        Its `adjust` says what may be adjusted for.
    seen : Chart
        Usual care as the records show it, with `measures`' outcomes.
    truth : mapping of outcome to arrays, shape (N,)
        The same people under the exposed and under the unexposed strategy.
    measures : mapping of outcome to "ratio" or "difference"
    seed, resamples : int
        Of the bootstrap of people.
    refuse : bool
        Whether it is an error if nobody, or everybody, was exposed; else those answers are NaN.

    Raises
    ------
    SpinesimError
        See `refuse`.
    """
    crude, claims, full = covariates(cohort, seen)
    static = [name for name in full if not str(name).endswith("_first")]
    contrast = _never_or_exposed(seen)
    spread = np.full((resamples, len(measures)), np.nan)
    emulated: dict[str, Estimate] = dict.fromkeys(measures, UNKNOWN)
    if refuse or (seen.exposed.any() and not seen.exposed.all()):
        work = emulation(seen, dict(measures), static, seed, resamples)
        while True:
            try:
                yield EMULATED * next(work)
            except StopIteration as done:
                middle, spread = done.value
                break
        emulated = {name: (float(middle[i]), *percentiles(spread[:, i])) for i, name in enumerate(measures)}
    rows: list[tuple[Any, ...]] = []
    for place, (name, measure) in enumerate(measures.items()):
        found: dict[str, Estimate] = {
            "never": regression(contrast, name, measure, crude.iloc[: len(contrast)]),
            "crude": regression(seen, name, measure, crude),
            "claims": regression(seen, name, measure, claims),
            "baseline": regression(seen, name, measure, full),
            "target_trial": emulated[name],
            "truth": paired(*truth[name], measure, seed),
        }
        unit = "ratio of risks" if measure == "ratio" else OUTCOMES[name].unit
        rows += [
            (name, method, measure, *found[method], len(contrast if method == "never" else seen), unit)
            for method in METHODS
        ]
        yield EMULATED + (1 - EMULATED) * (place + 1) / len(measures)
    table = pd.DataFrame(rows, columns=COLUMNS)
    everyone = np.ones(len(seen), dtype=bool)
    by_regression = {
        "never": (seen.exposed | seen.never, crude),
        "crude": (everyone, crude),
        "claims": (everyone, claims),
        "baseline": (everyone, full),
    }
    return Answers(table, _gaps(table, seen, truth, by_regression, spread, seed))


def covariates(cohort: NaiveCohort, seen: Chart) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What is adjusted for: nothing, what an insurer's file holds, and that with the first visit's chart."""
    nothing = pd.DataFrame(index=range(len(seen)))
    claims = seen.baseline[columns(cohort, list(cohort.adjust.claims), seen.baseline)]
    signs = seen.baseline[columns(cohort, list(cohort.adjust.chart), seen.baseline)]
    first = {f"{name}_first": values[0] for name, values in seen.weekly.items()}
    return nothing, claims, pd.concat([claims, signs, pd.DataFrame(first, index=nothing.index)], axis=1)


def _gaps(
    table: pd.DataFrame,
    seen: Chart,
    truth: Truth,
    by_regression: Mapping[str, tuple[npt.NDArray[np.bool_], pd.DataFrame]],
    emulated: Floats,
    seed: int,
) -> pd.DataFrame:
    wanted = table[table["measure"] == "difference"]
    names = list(dict.fromkeys(wanted["outcome"]))
    if not names:
        return pd.DataFrame(columns=GAPS)
    places = [list(dict.fromkeys(table["outcome"])).index(name) for name in names]
    off = gaps_in_resamples(seen, truth, names, by_regression, emulated[:, places], seed)
    rows = []
    for name, found in wanted.groupby("outcome", sort=False):
        size = found.set_index("method")["estimate"]
        for method, spread in off.items():
            gap = float(size[method] - size["truth"])
            ends = percentiles(spread[:, names.index(str(name))])
            rows.append((name, method, gap, *ends, found["unit"].iloc[0]))
    return pd.DataFrame(rows, columns=GAPS)


def _never_or_exposed(seen: Chart) -> Chart:
    """The exposed and those never exposed, as several papers chose: it picks people by their future."""
    return seen.take(np.flatnonzero(seen.exposed | seen.never))
