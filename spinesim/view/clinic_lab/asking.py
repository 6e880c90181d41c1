"""From what is set in the lab to a study: the scenarios, the limit, the run, and what is shown of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from spinesim.clinic import ClinicSetting
from spinesim.errors import SpinesimError
from spinesim.pathway import Pathway
from spinesim.study.compare import run_study
from spinesim.study.executor import Executor, Kept, Progress
from spinesim.study.scenario import Scenario, scenario_plans
from spinesim.study.simulation import Plan
from spinesim.view.clinic_lab import plain
from spinesim.view.clinic_lab.facts import facts
from spinesim.view.clinic_lab.heads import headlines
from spinesim.view.clinic_lab.scenario_file import ScenarioFile, Wish
from spinesim.view.clinic_lab.section import Section
from spinesim.view.clinic_lab.sections import sections
from spinesim.view.lab.shown import Fact, Picture
from spinesim.view.limits import refuse_too_much

MOST_PATIENT_YEARS = 250_000
"""Patients x runs x scenarios x years of one study from the lab; the command line takes more."""
SIMULATED = 0.94
"""Share of the progress bar for the runs; the rest is for the tables."""


@dataclass(frozen=True)
class Ask:
    """What is to be run.

    Attributes
    ----------
    file : ScenarioFile
        As it would be saved.
    scenarios : list of Scenario
        Today's clinic first.
    differences : mapping of name to sentences
        How each alternative differs from today's clinic.
    """

    file: ScenarioFile
    scenarios: list[Scenario]
    differences: dict[str, list[str]]

    @property
    def wish(self) -> Wish:
        """How much is run."""
        return self.file.wish

    @property
    def size(self) -> float:
        """Patient-years."""
        return self.wish.patients * self.wish.runs * len(self.scenarios) * self.wish.years

    @property
    def question(self) -> str:
        """What the study asks, for the report."""
        names = [one.name for one in self.scenarios]
        if not names[1:]:
            return f"How does {names[0]} do?"
        return f"What if, in {self.scenarios[0].clinic.title}: {'; or '.join(names[1:])}?"

    def check(self) -> None:
        """Refuse what would run too long.

        Raises
        ------
        SpinesimError
            Before anything is run.
        """
        wish, n = self.wish, len(self.scenarios)
        refuse_too_much(wish.patients, wish.runs * n)
        if self.size > MOST_PATIENT_YEARS:
            raise SpinesimError(
                f"{wish.patients:,} patients x {wish.runs} runs x {n} scenarios x {wish.years:g} years are "
                f"{self.size:,.0f} patient-years, more than the {MOST_PATIENT_YEARS:,} a lab should run: ask "
                "for fewer, or save the scenarios and use the command line."
            )

    @property
    def plans(self) -> list[Plan]:
        """Every scenario and run.

        Raises
        ------
        SpinesimError
            One sentence, before anything is run.
        """
        wish = self.wish
        return scenario_plans(
            self.scenarios,
            runs=wish.runs,
            patients=wish.patients,
            years=wish.years,
            seed=wish.seed,
            warm_up=wish.warm_up_weeks,
            condition=self.file.condition,
        )


@dataclass(frozen=True)
class Shown:
    """A finished study and what is shown of it."""

    ask: Ask
    plans: list[Plan]
    study: Any
    heads: list[tuple[str, list[str]]]
    sections: list[Section]

    @property
    def settings(self) -> ScenarioFile:
        """What was asked for."""
        return self.ask.file

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Numbers that a lesson may ask about."""
        return facts(self.study)

    @property
    def summary(self) -> str:
        """What was run, in a sentence."""
        return self.ask.question

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        """For a plain page."""
        return plain.pictures(self.sections)

    @property
    def tables(self) -> tuple[str, str]:
        """For a plain page."""
        return plain.tables(self.heads, self.sections)


def simulate(
    ask: Ask, plans: list[Plan], executor: Executor, progress: Progress, say: Callable[[str], None]
) -> Shown:
    """Run the study and make its tables; for a thread, so it touches no widget."""
    study = run_study(plans, executor, lambda share: progress(SIMULATED * share), Kept(say=say))
    progress(SIMULATED)
    heads = headlines(study)
    progress((1 + SIMULATED) / 2)
    made = sections(study, ask.differences)
    progress(1.0)
    return Shown(ask, plans, study, heads, made)


def described(today: tuple[ClinicSetting, Pathway], other: tuple[ClinicSetting, Pathway]) -> list[str]:
    """What differs between two scenarios, in words."""
    from spinesim.pathway.diff import diff
    from spinesim.study.scenario_folder import clinic_diff
    from spinesim.study.simulation import shipped_evidence

    (clinic, pathway), (new_clinic, new_pathway) = today, other
    found = clinic_diff(clinic, new_clinic, shipped_evidence())
    if pathway.name != new_pathway.name:
        lines = len(diff(pathway, new_pathway))
        return [
            f"pathway: {pathway.title} → {new_pathway.title} ({lines} differences in rules and settings)",
            *found,
        ]
    return [*diff(pathway, new_pathway), *found]
