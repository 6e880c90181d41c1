"""Scenarios: a pathway in a clinic, today's beside what it could be, for the same people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spinesim.clinic import ClinicSetting
from spinesim.errors import SpinesimError
from spinesim.pathway import Pathway
from spinesim.study.simulation import Plan, plan, replications


@dataclass(frozen=True)
class Scenario:
    """One way to run the clinic."""

    name: str
    pathway: Pathway
    clinic: ClinicSetting


def scenario_plans(scenarios: Sequence[Scenario], *, runs: int = 1, **wishes: Any) -> list[Plan]:
    """Every scenario and run, for the same people with the same fates; the first is the reference.

    Parameters
    ----------
    scenarios : sequence of Scenario
        With names of their own.
    runs : int
        Replications.
    **wishes
        condition (default: who comes to the first clinic), patients, years, seed, warm_up, evidence: see
        `spinesim.study.plan`.

    Returns
    -------
    list of Plan
        For `spinesim.study.run_study`; the scenarios of one run stand together.
    """
    names = [one.name for one in scenarios]
    if not names:
        raise SpinesimError("Nothing to compare: give at least one scenario.")
    for name in names:
        if names.count(name) > 1:
            raise SpinesimError(f"Two scenarios are called '{name}': give each a name of its own.")
    condition = wishes.pop("condition", None) or scenarios[0].clinic.mix
    plans = [
        one
        for scenario in scenarios
        for one in replications(
            plan(scenario.pathway, clinic=scenario.clinic, arm=scenario.name, condition=condition, **wishes),
            runs,
        )
    ]
    return sorted(plans, key=lambda one: one.run)
