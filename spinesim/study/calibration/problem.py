"""A calibration ready to be fitted: the model as a function of the free parameters, run by the executor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.study.calibration.aims import Aim, aims
from spinesim.study.calibration.file import (
    Calibration,
    FloatArray,
    check_parameters,
    completed,
    feasible,
    load_calibration,
    shown,
)
from spinesim.study.executor import Executor, Job, Kept, content_key, execute, plan_key
from spinesim.study.simulation import Plan, finish_all, shipped_evidence
from spinesim.study.trials import Trial, beside, trial_plans

FIGURES = ("mean", "sd")
Wish = tuple[tuple[Trial, tuple[Plan, ...]], ...]


def run_trials(wish: Wish) -> dict[str, Any]:
    """One run of the model: every trial under one set of values.

    Returns
    -------
    dict
        ``mean`` and ``sd`` of the model, one number a figure (NaN if nobody counted).
    """
    tables = []
    for trial, plans in wish:
        results = {done.arm: done for done in finish_all(list(plans))}
        try:
            tables.append(beside(trial, results)[[f"model_{name}" for name in FIGURES]])
        except SpinesimError as error:
            if "nobody counts" not in str(error):
                raise
            size = sum(len(target.weeks) for target in trial.target)
            tables.append(pd.DataFrame({f"model_{name}": np.full(size, np.nan) for name in FIGURES}))
    table = pd.concat(tables, ignore_index=True)
    return {name: table[f"model_{name}"].to_numpy(np.float64) for name in FIGURES}


@dataclass(frozen=True)
class Problem:
    """What is fitted to what, with everything needed to run the model.

    Values are handled as `unit` numbers: 0 is a parameter's lower bound, 1 its upper.

    Attributes
    ----------
    name, where : str
        Of the fit, and of the file in messages.
    """

    name: str
    where: str
    calibration: Calibration
    evidence: Evidence
    aims: tuple[Aim, ...]

    @property
    def size(self) -> int:
        """Number of free parameters."""
        return len(self.calibration.free)

    @property
    def shipped(self) -> FloatArray:
        """Where the values of data/parameters lie, in unit numbers, shape (parameters,)."""
        low, high = self.calibration.bounds
        return (np.array([self.evidence.value(key) for key in self.calibration.free]) - low) / (high - low)

    def values(self, unit: FloatArray) -> FloatArray:
        """Unit numbers as values in the parameters' own units; any shape (..., parameters)."""
        low, high = self.calibration.bounds
        return np.clip(low + np.asarray(unit) * (high - low), low, high)

    def feasible(self, unit: FloatArray) -> np.ndarray:
        """Which rows, shape (rows, parameters), lie within the bounds with shares that sum to 1."""
        inside = ((unit >= 0) & (unit <= 1)).all(axis=1)
        return inside & feasible(self.calibration, self.evidence, self.values(unit))

    def changes(self, unit: FloatArray) -> dict[str, float]:
        """Every fitted value by parameter id, remainders among them, as `Evidence.change` takes it."""
        return completed(self.calibration, self.evidence, self.values(unit))

    def wish(self, evidence: Evidence) -> Wish:
        """Every trial with the plans of its arms, under this evidence."""
        size, seed = self.calibration.patients, self.calibration.seed
        return tuple(
            (aim.trial, tuple(trial_plans(aim.trial, patients=size, seed=seed, evidence=evidence)))
            for aim in self.aims
        )

    def job(self, unit: FloatArray) -> Job[Any, Any]:
        """The run of the model at one point, with the key under which its figures are kept."""
        wish = self.wish(self.evidence.change(self.changes(unit)))
        targets = [aim.trial.model_dump_json(include={"arm", "target"}) for aim in self.aims]
        parts = [plan_key(plan) for _, plans in wish for plan in plans]
        return Job(content_key("calibration", *targets, *parts), run_trials, wish)


@dataclass
class Runner:
    """Runs the model where it is asked, in order; counts, and tells progress.

    Attributes
    ----------
    expected : int
        Runs foreseen, for progress only.
    """

    problem: Problem
    executor: Executor | None = None
    keep: Kept | None = None
    progress: Callable[[float], None] | None = None
    expected: int = 1
    done: int = 0

    def __call__(self, units: FloatArray) -> dict[str, FloatArray]:
        """Run the model at every row of `units`, shape (rows, parameters).

        Returns
        -------
        dict
            ``mean`` and ``sd``: shape (rows, figures).
        """
        rows = list(self._each([self.problem.job(unit) for unit in np.atleast_2d(units)]))
        return {name: np.array([row[name] for row in rows]) for name in FIGURES}

    def _each(self, jobs: Sequence[Job[Any, Any]]) -> Iterator[dict[str, Any]]:
        for figures in execute(jobs, self.executor, self.keep):
            self.done += 1
            if self.progress:
                self.progress(min(self.done / max(self.expected, 1), 1.0))
            yield figures


def make_problem(
    name_or_path: str | Path | Calibration,
    evidence: Evidence | None = None,
    name: str | None = None,
) -> Problem:
    """Read a calibration and check all of it, before anything is run.

    Raises
    ------
    SpinesimError
        One sentence naming file and key.
    """
    if isinstance(name_or_path, Calibration):
        calibration, where, name = name_or_path, name or "the calibration", name or "calibration"
    else:
        calibration, where = load_calibration(name_or_path), shown(name_or_path)
        name = name or Path(name_or_path).stem
    known = evidence or shipped_evidence()
    check_parameters(calibration, known, where)
    return Problem(name, where, calibration, known, tuple(aims(calibration, known, where)))
