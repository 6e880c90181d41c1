"""What differs between the arms of a trial: pathway, sham, numbers, crossover; and the plans that follow."""

from __future__ import annotations

from typing import Any

from spinesim.clinical.mix import did_you_mean
from spinesim.clinical.treatment import EFFECTS, EXERCISE, LOADS
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.evidence.files import label
from spinesim.pathway import COURSES, Crossing, Pathway, Rule, load_pathway
from spinesim.pathway.criterion import read_criterion
from spinesim.pathway.lint import contradiction
from spinesim.pathway.vocabulary import STEPS, words
from spinesim.study.simulation import WEEKS_PER_YEAR, Plan, plan, shipped_evidence
from spinesim.study.trials.file import BECAUSE, Arm, Crossover, Trial

RELIEF = ("limb_relief", "axial_relief")
WOUND = "wound"
DOSE = "dose"
ABOUT_PEOPLE = ("person.", "case_mix.", "goal.", "herniation.", "occupation.")


def named(trial: Trial) -> str:
    """The trial's file as messages call it."""
    return f"trials/{trial.name}.toml" if trial._file is None else label(trial._file)


def sham(evidence: Evidence, steps: list[str]) -> Evidence:
    """The same evidence with these steps' own effects off.

    What a sham keeps: the context of being treated where the step has one, its harms, the wound of an
    operation, its price, its wait and its time. An exercise step loses its dose, so that another form of
    exercise in the same arm still works.
    """
    silent: dict[str, float] = {}
    for step in steps:
        off = {f"{step}.{name}": 0.0 for name in (*EFFECTS, DOSE) if name != WOUND}
        off |= {f"{step}.{name}": 1.0 for name in LOADS}
        if step == EXERCISE:  # its relief is the slot that every form of exercise fills
            off = {key: value for key, value in off.items() if key.rpartition(".")[2] not in RELIEF}
        silent |= {
            key: value for key, value in off.items() if key in evidence and evidence.value(key) != value
        }
    return evidence.change(silent) if silent else evidence


def evidence_of(trial: Trial, arm: Arm, evidence: Evidence) -> Evidence:
    """The evidence of one arm: the trial's own numbers, then the arm's, then its shams."""
    people = (*(f"{key}." for key in evidence.conditions), *ABOUT_PEOPLE)
    for key in arm.parameters:
        if key.startswith(people):
            raise SpinesimError(
                f"'{key}' decides who the people are, and every arm has the same people; put it under "
                "[parameters] of the whole trial"
            )
    changes = {k: float(v) for k, v in {**trial.parameters, **arm.parameters}.items() if k != BECAUSE}
    changed = evidence.change(changes) if changes else evidence
    for step in arm.sham:
        _known_step(step, "sham")
    return sham(changed, arm.sham)


def pathway_of(trial: Trial, arm: Arm) -> Pathway:
    """The arm's pathway, with its dials, without its rules, with its crossovers."""
    made = load_pathway(trial.pathway_of(arm))
    for rule in arm.without:
        made = made.without(rule)
    if arm.change:
        made = made.change(**arm.change)
    crossings = tuple(_crossing(trial, i, one) for i, one in enumerate(arm.crossover, start=1))
    for crossing in crossings:
        _has_dose(made, crossing.step)
    offered = {step for rule in made.rules for step in rule.offer} | {one.step for one in crossings}
    for step in arm.sham:
        if step not in offered:
            raise SpinesimError(
                f"sham: no rule or crossover of this arm offers '{step}', so nobody would have the sham; it "
                f"offers {', '.join(sorted(offered)) or 'nothing'}"
            )
    return made.model_copy(update={"crossings": crossings}) if crossings else made


def _crossing(trial: Trial, number: int, crossover: Crossover) -> Crossing:
    where = f"crossover {number}"
    _known_step(crossover.step, f"{where}: step")
    week = trial.eligibility.at_week + crossover.by_week
    when = {"red_flag": False, **crossover.when, "weeks_at_least": float(week)}
    if "weeks_at_least" in crossover.when:
        raise SpinesimError(f"{where}: 'weeks_at_least' in 'when' is what by_week says; remove it")
    try:
        rule = Rule(
            id=f"crossover_{number}",
            says=f"Crosses over: {words(crossover.step)}",
            when=tuple(read_criterion(key, value) for key, value in when.items()),
            offer=(crossover.step,),  # type: ignore[arg-type]
        )
        settings = [item.key for item in rule.when if item.setting is not None]
    except ValueError as wrong:
        raise SpinesimError(f"{where}: {_first_line(wrong)}") from None
    if settings:
        raise SpinesimError(f"{where}: when.{settings[0]} names a setting; write the number itself")
    if problem := contradiction(rule):
        raise SpinesimError(f"{where}: {problem}")
    return Crossing(rule=rule, share=crossover.share, week=float(week))


def _has_dose(pathway: Pathway, step: str) -> None:
    """Refuse a course whose number of sessions the pathway does not say: it would have none."""
    for dial, steps in COURSES.items():
        if step in steps and not getattr(pathway.settings, dial):
            raise SpinesimError(
                f"crossover to '{step}': pathway '{pathway.name}' does not say how many sessions ({dial}); "
                "give the arm a pathway that offers such a course"
            )


def _first_line(wrong: ValueError) -> str:
    """What a validator said, without pydantic's frame."""
    from pydantic import ValidationError

    if isinstance(wrong, ValidationError):
        return str(wrong.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")
    return str(wrong)


def _known_step(step: str, where: str) -> None:
    if step not in STEPS:
        raise SpinesimError(f"{where}: '{step[:40]}' is no step of care; {did_you_mean(step, STEPS)}")


def trial_plans(
    trial: Trial, *, patients: int | None = None, seed: int | None = None, evidence: Evidence | None = None
) -> list[Plan]:
    """The arms of a trial, on the same people; `patients` and `seed` default to the file's own.

    Raises
    ------
    SpinesimError
        One sentence naming file, arm and what is wrong there.
    """
    known = evidence or shipped_evidence()
    start, bounds = trial.eligibility.at_week, trial.eligibility.bounds()
    made: list[Plan] = []
    before: Plan | None = None
    for number, arm in enumerate(trial.arm, start=1):
        wishes: dict[str, Any] = {
            "arm": arm.name,
            "condition": trial.condition,
            "patients": trial.patients if patients is None else patients,
            "seed": trial.seed if seed is None else seed,
            "clinic": trial.clinic,
            "person": trial.person or None,
        }
        try:
            wishes |= {"evidence": evidence_of(trial, arm, known)}
            pathway = pathway_of(trial, arm)
            if start and bounds and before is None:
                before = plan(pathway, years=start / WEEKS_PER_YEAR, **wishes)
            weeks = max(start + trial.last_week, 1)
            one = plan(pathway, years=weeks / WEEKS_PER_YEAR, eligibility=bounds, before=before, **wishes)
            _possible(one, arm)
        except SpinesimError as wrong:
            text = str(wrong).rstrip(".")
            raise SpinesimError(f"{named(trial)}: [[arm]] {number} '{arm.name}': {text}.") from None
        made.append(one)
    return made


def _possible(one: Plan, arm: Arm) -> None:
    """Refuse a crossover to a step that can be done in nobody of this condition."""
    from spinesim.clinical.cohort import case_mix

    conditions, treatments = one.evidence.conditions, one.evidence.treatments
    here = {str(conditions[key]["region"]) for key in case_mix(one.evidence, one.mix)}
    for crossover in arm.crossover:
        region = treatments[crossover.step].get("region")
        if region not in (None, *here):
            raise SpinesimError(
                f"crossover to '{crossover.step}', which is for the {region} spine, but nobody here hurts "
                "there"
            )
