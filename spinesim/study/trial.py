"""A published trial or cohort, re-run in silico and laid beside its paper.

The file (``data/trials/*.toml``) gives eligibility, arms (pathways), assessment weeks, outcomes and
the published means, SDs and numbers. See `data/trials/README.md` for every key.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, load_model
from spinesim.study.compare import interval
from spinesim.study.results import SERIES, Results
from spinesim.study.simulation import WEEKS_PER_YEAR, Plan, Progress, finish_all, plan

COLUMNS = [
    "arm", "week", "outcome", "n", "model_mean", "model_sd", "model_low", "model_high",
    "paper_mean", "paper_sd", "paper_low", "paper_high", "inside",
]  # fmt: skip
NORMAL_95 = 1.96  # the usual two-sided 95 % normal quantile, as papers use it

Finite = Annotated[float, Field(allow_inf_nan=False)]
Week = Annotated[int, Field(ge=0, le=520)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Eligibility(_Strict):
    """Who may enter, judged at referral (years; NRS 0-10)."""

    age_at_least: Finite | None = None
    age_at_most: Finite | None = None
    limb_pain_at_least: Finite | None = None
    limb_pain_at_most: Finite | None = None
    axial_pain_at_least: Finite | None = None
    axial_pain_at_most: Finite | None = None


class Arm(_Strict):
    """One arm: its name in the table and the pathway its patients follow."""

    name: str
    pathway: str


class Target(_Strict):
    """One published series.

    `outcome`: pain, limb_pain, axial_pain, disability, rmdq or operated (cumulative share).
    `scale` multiplies the model's value (10 turns NRS 0-10 into VAS 0-100). The band a model mean
    must fall in is mean ± `tolerance` where given, else `low`..`high`, else mean ± 1.96 SD/√n.
    `among`: everyone, or those operated / never operated by the end of follow-up.
    `clock`: weeks since referral, or windows of weeks since a person's operation: [6, 13] then means
    weeks 0-6 and 6-13 after it, every recorded week of every operated person counting once.
    """

    outcome: Literal["pain", "limb_pain", "axial_pain", "disability", "rmdq", "operated"]
    arm: str
    weeks: list[Week] = Field(min_length=1)
    mean: list[Finite] = Field(min_length=1)
    sd: list[Annotated[float, Field(ge=0, allow_inf_nan=False)]] = []
    low: list[Finite] = []
    high: list[Finite] = []
    n: Annotated[int, Field(ge=1)] | None = None
    scale: Finite = 1.0
    tolerance: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    among: Literal["all", "operated", "not_operated"] = "all"
    clock: Literal["referral", "operation"] = "referral"
    source: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def _lengths(self) -> Target:
        for name in ("mean", "sd", "low", "high"):
            if getattr(self, name) and len(getattr(self, name)) != len(self.weeks):
                raise ValueError(
                    f"'{name}' has {len(getattr(self, name))} figures for {len(self.weeks)} weeks"
                )
        if self.tolerance is None and not (self.low and self.high) and not (self.sd and self.n):
            raise ValueError("no band: give 'tolerance', or 'low' and 'high', or 'sd' and 'n'")
        return self

    @property
    def label(self) -> str:
        """Name in the table's outcome column."""
        if self.clock == "operation":
            return f"{self.outcome}_after_operation"
        return self.outcome if self.among == "all" else f"{self.outcome}_among_{self.among}"

    def band(self, i: int) -> tuple[float, float]:
        """Lowest and highest model mean counted as inside at the i-th week."""
        if self.tolerance is not None:
            return self.mean[i] - self.tolerance, self.mean[i] + self.tolerance
        if self.low and self.high:
            return self.low[i], self.high[i]
        half = NORMAL_95 * self.sd[i] / math.sqrt(self.n or 1)
        return self.mean[i] - half, self.mean[i] + half


class Trial(_Strict):
    """A trial file; see the module's text."""

    name: str
    title: str
    role: Literal["calibration", "validation"]
    source: list[str] = Field(min_length=1)
    checked: bool
    notes: str = ""
    condition: str
    patients: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    seed: Annotated[int, Field(ge=0)] = 1
    clinic: str = "ample"
    eligibility: Eligibility = Eligibility()
    arm: list[Arm] = Field(min_length=1)
    target: list[Target] = Field(min_length=1)

    @model_validator(mode="after")
    def _arms(self) -> Trial:
        names = [arm.name for arm in self.arm]
        if len(set(names)) < len(names):
            raise ValueError("two [[arm]] have the same name: rename one")
        for target in self.target:
            if target.arm not in names:
                raise ValueError(f"[[target]] names arm '{target.arm}', but the arms are {', '.join(names)}")
        return self

    @property
    def last_week(self) -> int:
        """Last assessment."""
        return max(week for target in self.target for week in target.weeks)


def load_trial(name_or_path: str | Path) -> Trial:
    """Read a trial by shipped name or path; errors are one sentence naming file and key."""
    return load_model(name_or_path, Trial, "trial")


def _after_operation(results: Results, target: Target, i: int) -> npt.NDArray[np.float64]:
    """Every recorded week in the i-th window since operation, on the paper's scale."""
    since = results.weeks[:, None] - results.patients["operated_week"].to_numpy()
    window = (since > (target.weeks[i - 1] if i else 0)) & (since <= target.weeks[i])
    return results.series[target.outcome][window].astype(float) * target.scale


def _measured(results: Results, target: Target, i: int) -> npt.NDArray[np.float64]:
    """One value per person of the target's group at its i-th week, on the paper's scale."""
    if target.clock == "operation":
        return _after_operation(results, target, i)
    week = target.weeks[i]
    ever = results.patients["operations"].to_numpy() > 0
    if target.outcome == "operated":
        values = (results.patients["operated_week"].to_numpy() <= week).astype(float)
    else:
        assert target.outcome in SERIES
        values = results.series[target.outcome][week].astype(float)
    group = {"all": np.ones_like(ever), "operated": ever, "not_operated": ~ever}[target.among]
    return values[group] * target.scale


def beside(trial: Trial, results: dict[str, Results]) -> pd.DataFrame:
    """Model beside paper: one row per target and week, columns as in `COLUMNS`."""
    rows = []
    for target in trial.target:
        run = results[target.arm]
        for i, week in enumerate(target.weeks):
            values = _measured(run, target, i)
            if not len(values):
                raise SpinesimError(
                    f"Trial '{trial.name}': nobody counts for {target.label} at week {week}; "
                    "ask for more patients."
                )
            mean, low, high = interval(values)
            below, above = target.band(i)
            sd = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
            published = target.sd[i] if target.sd else math.nan
            rows.append(
                (target.arm, week, target.label, len(values), mean, sd, low, high,
                 target.mean[i], published, below, above, below <= mean <= above)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def trial_plans(
    trial: Trial, *, patients: int | None = None, seed: int | None = None, evidence: Evidence | None = None
) -> list[Plan]:
    """The arms of a trial; `patients` and `seed` default to the file's own."""
    bounds = {key: bound for key, bound in trial.eligibility.model_dump().items() if bound is not None}
    return [
        plan(
            arm.pathway,
            arm=arm.name,
            condition=trial.condition,
            patients=trial.patients if patients is None else patients,
            years=max(trial.last_week, 1) / WEEKS_PER_YEAR,
            seed=trial.seed if seed is None else seed,
            clinic=trial.clinic,
            evidence=evidence,
            eligibility=bounds,
        )
        for arm in trial.arm
    ]


def run_trial(
    trial: Trial, *, workers: int = 1, progress: Progress | None = None, **wishes: Any
) -> tuple[pd.DataFrame, dict[str, Results]]:
    """Re-run a trial in silico; `wishes` as for `trial_plans`.

    Returns
    -------
    table : DataFrame
        Model beside paper (`COLUMNS`).
    results : dict of arm name to Results
    """
    results = {done.arm: done for done in finish_all(trial_plans(trial, **wishes), workers, progress)}
    return beside(trial, results), results
