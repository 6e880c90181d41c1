"""From what is set in a lab of plans to the two plans that are simulated."""

from __future__ import annotations

from typing import Any

from spinesim.errors import SpinesimError
from spinesim.pathway.vocabulary import NEVER
from spinesim.study.arm_changes import changed_evidence, changed_pathway
from spinesim.study.claims_clinic import changed
from spinesim.study.claims_file import Arm
from spinesim.study.simulation import Plan, plan
from spinesim.view.lab.shown import Settings
from spinesim.view.lab.spec import Changes, Control, LessonFile

AMPLE = "ample"


def touched(control: Control, lesson: LessonFile) -> list[str]:
    """Names of the arms a control acts on: those it names, else all but the first."""
    return control.arms or [arm.name for arm in lesson.arm[1:]]


def set_to(control: Control, value: Any) -> Changes:
    """What a control changes when it stands at `value`."""
    if not control.is_number:
        return next(option.changes for option in control.options if option.label == value)
    number: Any = NEVER if value == NEVER else _whole(float(value) * control.factor)
    if control.setting is not None:
        return Changes(settings={control.setting: number})
    if control.parameter is not None:
        return Changes(parameters={control.parameter: number})
    return Changes(person={str(control.person): number})


def arms_at(lesson: LessonFile, settings: Settings) -> list[Arm]:
    """The lesson's arms with what every control changes, in the order of the file; the later one wins.

    A choice of another pathway is laid first, so that what the other controls set is set on it.
    """
    made = []
    for arm in lesson.arm:
        mine = [control for control in lesson.control if arm.name in touched(control, lesson)]
        changes = [set_to(control, settings[control.id]) for control in mine]
        made.append(_laid(arm, changes))
    return made


def plans_at(lesson: LessonFile, settings: Settings) -> list[Plan]:
    """One plan per arm.

    Raises
    ------
    SpinesimError
        One sentence, with the arm's name: an unknown pathway, rule, setting, parameter, condition …
    """
    first = {arm.name: arm.pathway for arm in lesson.arm}
    return [
        _plan(lesson, arm, settings, other=arm.pathway != first[arm.name])
        for arm in arms_at(lesson, settings)
    ]


def _plan(lesson: LessonFile, arm: Arm, settings: Settings, other: bool) -> Plan:
    """The plan of an arm; `other`: its pathway is not the file's own and may lack what is set."""
    shared, own = (arm.settings, {}) if other else ({}, arm.settings)
    try:
        return plan(
            changed_pathway(arm.pathway, own, arm.without, shared),
            arm=arm.name,
            condition=arm.condition or lesson.condition,
            patients=int(settings["patients"]),
            years=lesson.years,
            seed=int(settings["seed"]),
            clinic=changed(arm.clinic or AMPLE, arm.clinic_changes),
            evidence=changed_evidence(arm.stance, arm.parameters),
            person={**lesson.person, **arm.person} or None,
        )
    except SpinesimError as wrong:
        raise SpinesimError(f"Arm '{arm.name}': {wrong}") from None


def _laid(arm: Arm, changes: list[Changes]) -> Arm:
    """The arm after all changes."""
    new: dict[str, Any] = {name: dict(getattr(arm, name)) for name in ("settings", "parameters", "person")}
    new["without"] = list(arm.without)
    for one in changes:
        for name in ("settings", "parameters", "person"):
            new[name].update(getattr(one, name))
        new["without"] += [rule for rule in one.without if rule not in new["without"]]
        for name in ("pathway", "condition", "stance", "clinic"):
            if getattr(one, name) is not None:
                new[name] = getattr(one, name)
    return arm.model_copy(update=new)


def _whole(number: float) -> float | int:
    """A whole number as such: sessions and weeks are counted."""
    number = round(number, 12)  # 0.1 * 3 is 0.3
    return int(number) if number.is_integer() else number
