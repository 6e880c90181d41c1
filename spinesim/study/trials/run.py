"""A published trial re-run in silico and laid beside its paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.enrol import ELIGIBILITY
from spinesim.study.executor import Executor, Kept, running_on
from spinesim.study.results import SERIES, Results
from spinesim.study.simulation import Progress, finish_all, shipped_evidence
from spinesim.study.trials.arms import named, trial_plans
from spinesim.study.trials.citations import check_sources
from spinesim.study.trials.file import Trial, read_trial
from spinesim.study.trials.measure import measured

COLUMNS = [
    "arm", "week", "outcome", "n", "model_mean", "model_sd", "model_low", "model_high",
    "paper_mean", "paper_sd", "paper_low", "paper_high", "inside", "measure", "versus", "checked",
    "scale", "unit", "says",
]  # fmt: skip


def load_trial(name_or_path: str | Path) -> Trial:
    """Read a trial by shipped name or path and check everything it names.

    Raises
    ------
    SpinesimError
        One sentence naming file and key, with the remedy.
    """
    trial = read_trial(name_or_path)
    check_sources(trial, shipped_evidence())
    trial_plans(trial)
    return trial


@contextmanager
def blamed(trial: Trial) -> Iterator[None]:
    """Name the trial's file in what goes wrong while its people are asked for."""
    try:
        yield
    except SpinesimError as wrong:
        if str(wrong).startswith(ELIGIBILITY):
            raise SpinesimError(f"{named(trial)}: {wrong}") from None
        raise


def check_alike(trial: Trial, results: Mapping[str, Results]) -> None:
    """Refuse arms that differ before people are enrolled, or that hold other people."""
    start = trial.eligibility.at_week
    first = results[trial.arm[0].name]
    for arm in trial.arm[1:]:
        other = results[arm.name]
        if not np.array_equal(first.patients["patient"], other.patients["patient"]):
            raise SpinesimError(
                f"{named(trial)}: arms '{trial.arm[0].name}' and '{arm.name}' let other people in, since "
                "their own parameters move what [eligibility] looks at; put those under [parameters] of the "
                "whole trial."
            )
        if not start:
            continue
        same = (np.array_equal(first.series[s][: start + 1], other.series[s][: start + 1]) for s in SERIES)
        if not all(same):
            raise SpinesimError(
                f"{named(trial)}: arms '{trial.arm[0].name}' and '{arm.name}' differ before week {start}, at "
                "which people are enrolled (at_week); let their pathways do the same until then."
            )


def beside(trial: Trial, results: Mapping[str, Results]) -> pd.DataFrame:
    """Model beside paper: one row per target and week, columns as in `COLUMNS`."""
    check_alike(trial, results)
    rows = []
    for number, target in enumerate(trial.target, start=1):
        for i, week in enumerate(target.weeks):
            try:
                found = measured(target, i, results, trial.eligibility.at_week)
            except SpinesimError as wrong:
                raise SpinesimError(f"{named(trial)}: [[target]] {number}: {wrong}.") from None
            below, above = target.band(i)
            published = target.sd[i] if target.sd else float("nan")
            rows.append(
                (target.arm, week, target.label, *found, target.mean[i], published, below, above,
                 below <= found.mean <= above, target.measured, target.versus or "", trial.is_checked(target),
                 target.scale, target.unit, target.says)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def run_trial(
    trial: Trial,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    executor: Executor | None = None,
    keep: Kept | None = None,
    **wishes: Any,
) -> tuple[pd.DataFrame, dict[str, Results]]:
    """Re-run a trial in silico; `wishes` as for `trial_plans`, where it runs as for `compare`.

    Returns
    -------
    table : DataFrame
        Model beside paper (`COLUMNS`).
    results : dict of arm name to Results
    """
    plans = trial_plans(trial, **wishes)
    with blamed(trial), running_on(executor, workers) as somewhere:
        results = {done.arm: done for done in finish_all(plans, somewhere, progress, keep)}
    return beside(trial, results), results
