"""Whether a log belongs to this patient, and whether the clinic would have done what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.pathway import Facts
from spinesim.study.case.beliefs import beliefs_of
from spinesim.study.case.file import Choice
from spinesim.study.case.log import Log
from spinesim.study.case.orders import emergencies, refusals
from spinesim.study.case.questions import known_facts

if TYPE_CHECKING:
    from spinesim.study.case.play import Consulting, Visit

ALARM = ("red_flag",)
"""Known without asking to whom it has brought back."""
ROUNDED = 1e-6  # weeks; a log is written with finite digits


def as_emergency(log: Log, visits: Sequence[Visit]) -> Log:
    """The log with its first decision that is an emergency, and was not urgent, made urgent; else as it was.

    The first only: what comes after it is another life. So a log written by hand lives as a played one does.
    """
    asked: list[str] = []
    for place, (choice, visit) in enumerate(zip(log.choices, visits, strict=False)):
        asked += choice.asked
        if emergencies(choice, _known(visit, asked, choice)):
            taken = choice.model_copy(update={"urgent": True})
            return log.model_copy(
                update={"choices": [*log.choices[:place], taken, *log.choices[place + 1 :]]}
            )
    return log


def _known(visit: Visit, asked: Sequence[str], choice: Choice) -> Facts:
    """What has been asked for, without the beliefs."""
    return known_facts(visit.facts, asked, choice.asked, () if visit.number == 1 else ALARM)


def allowed(log: Log, clinic: Consulting, evidence: Evidence) -> None:
    """Refuse a log, perhaps written by hand, with an order that the clinic would have refused."""
    body = clinic.body
    regions = {step: what.region for step, what in clinic.treatments.items()}
    asked: list[str] = []
    for choice, visit in zip(log.choices, clinic.visits, strict=False):
        asked += choice.asked
        facts = _known(visit, asked, choice)
        known = beliefs_of(evidence, body.cohort, clinic.signs, asked, visit.tests).in_facts(facts)
        no = refusals(choice, visit.facts, known, visit.facts.region, regions)
        if no:
            raise SpinesimError(f"Decision {visit.number} of the log: {no[0]}")


def same_visits(log: Log, visits: Sequence[Visit]) -> None:
    """Refuse a log whose visits are not those it was written at."""
    if len(visits) < len(log.choices):
        raise SpinesimError(
            f"This log has {len(log.choices)} decisions, but the patient comes only {len(visits)} times: it "
            "belongs to another patient or version; start the case again."
        )
    for number, (choice, visit) in enumerate(zip(log.choices, visits, strict=False), 1):
        if choice.week is not None and abs(choice.week - visit.facts.weeks) > ROUNDED:
            raise SpinesimError(
                f"Decision {number} was made in week {choice.week:g}, but the visit is in week "
                f"{visit.facts.weeks:g}: the log belongs to another patient, clinic or version; start again."
            )
