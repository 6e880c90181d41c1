"""Long work of the study room in slices, for a caller that must stay awake between them.

Each function is a generator: it gives the share done (0-1) and returns what its counterpart returns at once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spinesim.evidence import Evidence
from spinesim.study.results import Results
from spinesim.study.simulation import Plan, shipped_evidence
from spinesim.study.simulation import steps as simulated
from spinesim.study.trials.arms import trial_plans
from spinesim.study.trials.independence import read_inputs
from spinesim.study.trials.run import beside, load_trial
from spinesim.study.trials.scoreboard import FIGURES, scored
from spinesim.study.uncertainty.measure import Arrays, Wish, columns, summed

Steps = Callable[[Plan], Generator[float, None, Results]]


def part(work: Generator[float, None, Any], place: int, of: int) -> Generator[float, None, Any]:
    """One of `of` equal parts of a longer piece of work, its share done moved to where it stands."""
    while True:
        try:
            share = next(work)
        except StopIteration as end:
            return end.value
        yield (place + share) / of


def measure_steps(wish: Wish, steps: Steps = simulated) -> Generator[float, None, Arrays]:
    """As `spinesim.study.uncertainty.measure.measure`: all arms at one set of numbers."""
    evidence = wish.evidence
    arms = []
    for place, one in enumerate(wish.plans):
        results = yield from part(steps(replace(one, evidence=evidence)), place, len(wish.plans))
        arms.append(columns(results, evidence))
    return summed(arms)


def trial_steps(
    name: str | Path, patients: int | None = None, evidence: Evidence | None = None
) -> Generator[float, None, pd.DataFrame]:
    """One trial re-run: the rows that `spinesim.study.trials.scoreboard.validate` would give of it.

    Parameters
    ----------
    name : str or path
    patients : int, optional
        People per arm instead of the file's own number.
    evidence : Evidence, optional
        Default: the shipped one.
    """
    known = evidence or shipped_evidence()
    trial = load_trial(name)
    plans = list(trial_plans(trial, patients=patients, evidence=known))
    results = {}
    for place, one in enumerate(plans):
        results[one.arm] = yield from part(simulated(one), place, len(plans))
    table = beside(trial, results)
    figures = {key: table[key].to_numpy(dtype=np.float64) for key in FIGURES}
    inputs = read_inputs(known)
    return scored(trial, figures, [inputs.kind(trial, target, known) for target in trial.target])
