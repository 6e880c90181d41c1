"""Every trial re-run at once: each published figure, whether the model falls inside, and how far outside."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, data_folder
from spinesim.study.executor import Executor, Job, Kept, content_key, execute, plan_key
from spinesim.study.simulation import Plan, Progress, finish, shipped_evidence
from spinesim.study.trials.arms import pathway_of, trial_plans
from spinesim.study.trials.file import Trial
from spinesim.study.trials.independence import Proof, prove, read_inputs
from spinesim.study.trials.run import COLUMNS, beside, blamed, load_trial

SCORED = [
    "trial", "role", "independence", "because", "own_numbers", *COLUMNS, "position", "outside",
]  # fmt: skip
SUMMED = [
    "trial", "title", "role", "independence", "checked", "unconfirmed", "own_numbers", "figures", "inside",
    "worst",
]  # fmt: skip
FIGURES = ("n", "model_mean", "model_sd", "model_low", "model_high")
PROBLEM = "problem"

Wish = tuple[Trial, tuple[Plan, ...]]


@dataclass(frozen=True)
class Scoreboard:
    """What `validate` found.

    Attributes
    ----------
    table : DataFrame
        One row a published figure, misses first, the farthest outside first: columns `SCORED`. `position` is
        the model's distance from the middle of the paper's band in half-bands (inside: -1 to 1), `outside`
        how many half-bands it lies beyond the edge (0 inside).
    failed : dict of str to str
        Trials that could not be measured, each with the reason.
    proof : Proof
        That nothing held out was fitted.
    evidence, trials : str
        Digests of the evidence, and of the trial files with the pathways they use.
    patients : int or None
        People per arm, if not each file's own number.
    """

    table: pd.DataFrame = field(repr=False)
    loaded: tuple[Trial, ...] = field(repr=False)
    failed: dict[str, str]
    proof: Proof
    evidence: str
    trials: str
    patients: int | None = None

    @property
    def misses(self) -> pd.DataFrame:
        """The rows outside."""
        return self.table[~self.table["inside"]]

    def counts(self) -> pd.DataFrame:
        """Figures inside by role, independence and whether they were checked at the source."""
        groups = self.table.groupby(["role", "independence", "checked"], sort=True)["inside"]
        counted = groups.agg(figures="size", inside="sum").reset_index()
        return counted.astype({"inside": int})

    def by_trial(self) -> pd.DataFrame:
        """One row a trial, the worst first: figures, how many inside, and the worst miss in half-bands."""
        titles = {trial.name: trial.title for trial in self.loaded}
        rows = []
        for name, rows_of in self.table.groupby("trial", sort=False):
            kinds = " / ".join(dict.fromkeys(rows_of["independence"]))
            rows.append(
                (name, titles[str(name)], rows_of["role"].iloc[0], kinds, bool(rows_of["checked"].all()),
                 int((~rows_of["checked"]).sum()), bool(rows_of["own_numbers"].any()), len(rows_of),
                 int(rows_of["inside"].sum()), float(rows_of["outside"].max()))
            )  # fmt: skip
        table = pd.DataFrame(rows, columns=SUMMED)
        return table.sort_values(["worst", "trial"], ascending=[False, True], ignore_index=True)


def shipped_trials() -> list[str]:
    """Names of the trials in the data folder, sorted."""
    return sorted(path.stem for path in (data_folder() / "trials").glob("*.toml"))


def load_all(names: Iterable[str | Path | Trial] | None = None) -> list[Trial]:
    """Read trials by name or path (default: every shipped one), each once."""
    asked = list(names) if names else shipped_trials()
    trials = [one if isinstance(one, Trial) else load_trial(one) for one in asked]
    seen: set[str] = set()
    for trial in trials:
        if trial.name in seen:
            raise SpinesimError(
                f"Two trials are called '{trial.name}': change the key 'name' in one of the files."
            )
        seen.add(trial.name)
    return trials


def run_one(wish: Wish) -> dict[str, Any]:
    """Re-run one trial, arm by arm, and keep its figures alone: one array a column of `FIGURES`.

    A trial that cannot be measured gives its reason instead.
    """
    trial, plans = wish
    try:
        with blamed(trial):
            table = beside(trial, {plan.arm: finish(plan) for plan in plans})
    except SpinesimError as wrong:
        return {PROBLEM: str(wrong)}
    return {name: table[name].to_numpy(dtype=np.float64) for name in FIGURES}


def _jobs(trials: Sequence[Trial], evidence: Evidence, patients: int | None) -> Iterator[Job[Any, Any]]:
    for trial in trials:
        plans = tuple(trial_plans(trial, patients=patients, evidence=evidence))
        asked = trial.model_dump_json(include={"target", "eligibility"})
        key = content_key("trial", asked, [arm.name for arm in trial.arm], [plan_key(plan) for plan in plans])
        yield Job(key, run_one, (trial, plans))


def validate(
    names: Iterable[str | Path | Trial] | None = None,
    *,
    patients: int | None = None,
    evidence: Evidence | None = None,
    executor: Executor | None = None,
    keep: Kept | None = None,
    progress: Progress | None = None,
) -> Scoreboard:
    """Re-run trials and lay every published figure beside the model's.

    Parameters
    ----------
    names : iterable of names, paths or trials, optional
        Default: every trial of the data folder.
    patients : int, optional
        People per arm instead of each file's own number.
    evidence : Evidence, optional
        Default: the shipped one.
    executor, keep, progress
        Where the trials run, one job each, and where finished ones are kept.
    """
    known = evidence or shipped_evidence()
    trials = load_all(names)
    found = execute(list(_jobs(trials, known, patients)), executor, keep, progress)
    inputs = read_inputs(known)
    tables, failed = [], {}
    for trial, figures in zip(trials, found, strict=True):
        if PROBLEM in figures:
            failed[trial.name] = str(figures[PROBLEM])
            continue
        kinds = [inputs.kind(trial, target, known) for target in trial.target]
        tables.append(scored(trial, figures, kinds))
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=SCORED)
    table = table.sort_values(["outside", "trial"], ascending=[False, True], kind="stable", ignore_index=True)
    proof = prove(trials, known, inputs)
    return Scoreboard(table, tuple(trials), failed, proof, known.digest, trials_digest(trials), patients)


def scored(trial: Trial, figures: dict[str, Any], kinds: list[tuple[str, str]]) -> pd.DataFrame:
    """The rows of one trial."""
    own = bool(trial.parameters) or any(arm.parameters for arm in trial.arm)
    rows: list[dict[str, Any]] = []
    for target, (kind, because) in zip(trial.target, kinds, strict=True):
        for i, week in enumerate(target.weeks):
            at = len(rows)
            below, above = target.band(i)
            model = {name: float(figures[name][at]) for name in FIGURES}
            half = (above - below) / 2
            position = (model["model_mean"] - (above + below) / 2) / half
            rows.append(
                {
                    "trial": trial.name, "role": trial.role, "independence": kind, "because": because,
                    "own_numbers": own, "arm": target.arm, "week": week, "outcome": target.label, **model,
                    "n": int(model["n"]), "paper_mean": target.mean[i],
                    "paper_sd": target.sd[i] if target.sd else float("nan"), "paper_low": below,
                    "paper_high": above, "inside": below <= model["model_mean"] <= above,
                    "measure": target.measured, "versus": target.versus or "",
                    "checked": trial.is_checked(target), "position": position,
                    "outside": _outside(position, below <= model["model_mean"] <= above),
                    "scale": target.scale, "unit": target.unit, "says": target.says,
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=SCORED)


def _outside(position: float, inside: bool) -> float:
    """Half-bands beyond the band's edge; what the model cannot say at all lies farthest out."""
    if inside:
        return 0.0
    return max(abs(position) - 1, 0.0) if math.isfinite(position) else math.inf


def trials_digest(trials: Iterable[Trial]) -> str:
    """SHA-256 of trial files and of the pathways their arms follow, in the order of their names."""
    said = [
        [trial.name, trial.sha256, *(pathway_of(trial, arm).digest for arm in trial.arm)]
        for trial in sorted(trials, key=lambda one: one.name)
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()
