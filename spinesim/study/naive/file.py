"""The file of a naive cohort study (``data/cohorts/*.toml``); `data/cohorts/README.md` lists every key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from spinesim.errors import SpinesimError
from spinesim.evidence import load_model
from spinesim.pathway.vocabulary import COUNTED_BY, STEPS, nearest
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.simulation import MOST_YEARS, WEEKS_PER_YEAR

LEAST_PEOPLE, MOST_PEOPLE = 500, 100_000
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Exposure(_Strict):
    """Who counts as exposed: had `step` before the end of week `by_week` after referral.

    `group` and `never` are the exposed and those never exposed, in words.
    """

    label: str
    step: str
    group: str = "exposed"
    never: str = "never exposed"
    by_week: Annotated[int, Field(ge=1, le=52)]

    @field_validator("step")
    @classmethod
    def _known(cls, step: str) -> str:
        if step not in STEPS or not any(step in steps for steps in COUNTED_BY.values()):
            raise ValueError(f"'{step}' is no step that is counted{nearest(step, STEPS)}")
        return step


class Strategy(_Strict):
    """What everybody would get: the usual-care pathway with these parameters."""

    label: str
    parameters: dict[str, Finite] = Field(min_length=1)


class Strategies(_Strict):
    """The two strategies whose paired difference is the truth."""

    exposed: Strategy
    unexposed: Strategy


class Impression(_Strict):
    """How much usual care goes by how ill people look: what it does at one end, all of it assumed.

    `by_lot` are the parameters of a usual care in which everyone has the same chance of the step, about as
    many of them as by the shipped numbers.
    """

    by_lot: dict[str, Finite] = Field(min_length=1)


class Adjust(_Strict):
    """Covariates: `claims` is what an insurer's file holds, `chart` what a good chart adds."""

    claims: list[Literal["age", "female", "occupation"]] = ["age", "female", "occupation"]
    chart: list[Literal["pain", "limb_pain", "axial_pain", "disability", "radicular"]] = [
        "pain",
        "limb_pain",
        "disability",
        "radicular",
    ]


class Measured(_Strict):
    """An outcome: a key of `OUTCOMES`, as a ratio of risks or a difference of means."""

    key: str
    measure: Literal["ratio", "difference"]
    published: list[str] = []

    @field_validator("key")
    @classmethod
    def _known(cls, key: str) -> str:
        if key not in OUTCOMES:
            raise ValueError(f"'{key}' is no outcome{nearest(key, OUTCOMES)}")
        return key


class NaiveCohort(_Strict):
    """A cohort study to be run on simulated patients, and the two strategies that give its truth."""

    name: str
    title: str
    question: str
    notes: str = ""
    condition: str | dict[str, Finite]
    patients: Annotated[int, Field(ge=LEAST_PEOPLE, le=MOST_PEOPLE)] = 6_000
    years: Annotated[float, Field(gt=0, le=MOST_YEARS)] = 1
    seed: Annotated[int, Field(ge=0)] = 1
    clinic: str = "ample"
    pathway: str
    source: list[str] = []
    exposure: Exposure
    strategies: Strategies
    impression: Impression | None = None
    adjust: Adjust = Adjust()
    outcome: list[Measured] = Field(min_length=1)


def load_naive(name_or_path: str | Path) -> NaiveCohort:
    """Read a cohort by shipped name or path.

    Raises
    ------
    SpinesimError
        One sentence naming file and key; also when follow-up is too short for an outcome.
    """
    cohort = load_model(name_or_path, NaiveCohort, "cohort")
    weeks = round(cohort.years * WEEKS_PER_YEAR)
    for outcome in cohort.outcome:
        needs = max(OUTCOMES[outcome.key].from_week, cohort.exposure.by_week + 1)
        if weeks < needs:
            raise SpinesimError(
                f"Cohort '{cohort.name}', key years: {outcome.key} needs {needs} weeks of follow-up, "
                f"but {cohort.years:g} years are {weeks}; give more."
            )
        per_100 = OUTCOMES[outcome.key].unit == "per 100 people"
        if outcome.measure == "ratio" and not per_100:
            raise SpinesimError(
                f"Cohort '{cohort.name}', [[outcome]] {outcome.key}: measure 'ratio' is for outcomes counted "
                "per 100 people; write 'difference'."
            )
    return cohort
