"""What a clinic file must agree with: the steps of care there are, and the numbers it may set for itself."""

from __future__ import annotations

import re

from spinesim.clinic.attend import VISITS
from spinesim.clinic.resource import RESOURCES
from spinesim.clinic.setting import ClinicSetting
from spinesim.clinical.mix import MIXES, case_mix
from spinesim.clinical.treatment import read_treatments
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence

OWN = re.compile(r".+\.(price|minutes|lead_days)|(no_show|cancel|leave|triage)\..+")
"""Parameters that are a clinic's own affair."""

LENGTHS = {"intake": "first_visit", "review": "visit", "virtual_review": "virtual_visit"}


def own_numbers(setting: ClinicSetting, evidence: Evidence) -> Evidence:
    """The evidence with the clinic's own prices, slot lengths, lead times and attendance.

    Raises
    ------
    SpinesimError
        If a number is not a clinic's own affair or cannot be; if its mix names no condition; or if the
        timetable names an unknown step or has no session long enough for one.
    """
    for key in setting.numbers:
        if key not in evidence.parameters or not OWN.fullmatch(key):
            raise SpinesimError(
                f"clinic '{setting.name}', key numbers.\"{key}\": not a price, slot length, lead time or "
                "no_show, cancel, leave or triage parameter; `spinesim evidence ID` shows what there is."
            )
    try:
        own = evidence.change(setting.numbers) if setting.numbers else evidence
    except SpinesimError as wrong:
        raise SpinesimError(f"clinic '{setting.name}', numbers: {wrong}") from None
    _check_mix(setting, own)
    _check_sessions(setting, own)
    return own


def steps_of(evidence: Evidence, resource: str) -> list[str]:
    """The steps that take a resource's time."""
    steps = [step for step, what in read_treatments(evidence).items() if what.resource == resource]
    return [*VISITS, *steps] if resource == "physician" else steps


def _check_mix(setting: ClinicSetting, evidence: Evidence) -> None:
    """Refuse a clinic's mix that names what nobody has, whoever a study says comes."""
    if setting.mix is None:
        return
    try:
        case_mix(evidence, setting.mix)
    except SpinesimError as wrong:
        text = str(wrong)
        if isinstance(setting.mix, str) and setting.mix not in MIXES:
            text = (
                f"'{setting.mix[:60]}' is no case mix; write {' or '.join(MIXES)}, a condition "
                f"({', '.join(evidence.conditions)}), or a table [mix] of weights by condition."
            )
        raise SpinesimError(f"clinic '{setting.name}', key mix: {text}") from None


def _check_sessions(setting: ClinicSetting, evidence: Evidence) -> None:
    for name in RESOURCES:
        sessions = getattr(setting.resources, name).sessions
        known = steps_of(evidence, name) if sessions else []
        where = f"clinic '{setting.name}', resources.{name}"
        for number, session in enumerate(sessions, 1):
            for step in session.steps or ():
                if step not in known:
                    raise SpinesimError(
                        f"{where}, session {number}: '{step}' is no step of {name}; choose of "
                        f"{', '.join(known)}."
                    )
        for step in known:
            fitting = [
                one
                for one in sessions
                if one.steps is None or step in one.steps or (step == VISITS[2] and VISITS[1] in one.steps)
            ]
            needs = evidence.value(f"{LENGTHS.get(step, step)}.minutes")
            longest = max((one.minutes if one.group == 1 else needs for one in fitting), default=0)
            if longest < needs and not (step == VISITS[2] and not setting.virtual.share):
                raise SpinesimError(
                    f"{where}: no session can take '{step}', which lasts {needs:g} minutes; lengthen one, "
                    f'name the step in one, or set numbers."{LENGTHS.get(step, step)}.minutes".'
                )
