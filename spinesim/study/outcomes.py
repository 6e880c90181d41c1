"""The outcomes a study reports: one number per person, with its unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinesim.study.results import Results

Floats = npt.NDArray[np.float64]
YEAR = 52


@dataclass(frozen=True)
class Outcome:
    """How to read one outcome from results; `of` gives an array with one value per person."""

    unit: str
    of: Callable[[Results], Floats]
    from_week: int = 0


def _at(name: str, week: int) -> Callable[[Results], Floats]:
    return lambda r: r.series[name][week].astype(float)


def _mean(name: str) -> Callable[[Results], Floats]:
    return lambda r: r.series[name].mean(axis=0, dtype=np.float64)


def _people(*steps: str) -> Callable[[Results], Floats]:
    """100 for a person who had any of these steps, else 0."""
    return lambda r: 100.0 * (r.patients[list(steps)].sum(axis=1) > 0).to_numpy()


def _sum(column: str) -> Callable[[Results], Floats]:
    return lambda r: r.patients[column].to_numpy(dtype=float)


INJECTIONS = ("epidurals", "joint_injections", "trigger_injections", "blocks")
PROCEDURES = (*INJECTIONS, "ablations", "operations")
NRS, ODI, PEOPLE = "NRS 0-10", "ODI or NDI 0-100", "per 100 people"

OUTCOMES = {
    "pain_12_months": Outcome(NRS, _at("pain", YEAR), YEAR),
    "disability_12_months": Outcome(ODI, _at("disability", YEAR), YEAR),
    "pain_average": Outcome(NRS, _mean("pain")),
    "disability_average": Outcome(ODI, _mean("disability")),
    "imaging": Outcome(PEOPLE, _people("images")),
    "injections": Outcome(PEOPLE, _people(*INJECTIONS)),
    "procedures": Outcome(PEOPLE, _people(*PROCEDURES)),
    "ablations": Outcome(PEOPLE, _people("ablations")),
    "operations": Outcome(PEOPLE, _people("operations")),
    "harms": Outcome(PEOPLE, _people("harms")),
    "physiotherapy_sessions": Outcome("sessions per person", _sum("sessions")),
    "visits": Outcome("visits per person", _sum("visits")),
    "drug_days": Outcome("days per person", _sum("drug_days")),
    "flares": Outcome("flares per person", _sum("flares")),
    "relapsed": Outcome(PEOPLE, _people("relapsed")),
    "goal_attained": Outcome(PEOPLE, _people("goal_attained")),
    "diagnosis_right": Outcome(PEOPLE, _people("diagnosis_right")),
    "days_off_work": Outcome("days per person", _sum("days_off_work")),
    "deficit": Outcome("% of full deficit", lambda r: 100 * r.patients["deficit"].to_numpy(dtype=float)),
    "weeks_disabled": Outcome("weeks per person", _sum("weeks_disabled")),
    "cost": Outcome("USD per person", _sum("cost")),  # money of the parameter money.base_year
    "qaly": Outcome("QALY per person", _sum("qaly")),
}


def available(results: Results) -> list[str]:
    """Outcomes that the length of follow-up allows."""
    return [key for key, outcome in OUTCOMES.items() if len(results.weeks) > outcome.from_week]
