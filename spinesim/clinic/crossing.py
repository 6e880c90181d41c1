"""Crossover of a trial in the clinic: who crosses, when they are seen for it, and what they take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from spinesim.clinic.patient import Patient
from spinesim.pathway import Facts, Offer

if TYPE_CHECKING:
    from spinesim.clinic.clinic import Clinic


def enlist(clinic: Clinic) -> None:
    """Say of each person, by their own uniform, whether they are one of those who cross over."""
    from spinesim.clinic.journey import called_back

    ids = clinic.body.cohort.ids
    for number, crossing in enumerate(clinic.pathway.crossings):
        chance = clinic.draws.block(f"crossover.{crossing.step}", number, int(ids.max()) + 1)[ids]
        for row in (chance < crossing.share).nonzero()[0]:
            patient = clinic.patients[row]
            patient.crossings = (*patient.crossings, crossing)
            clinic.start(patient, called_back(clinic, patient, crossing.week))


def cross(patient: Patient, facts: Facts) -> Offer | None:
    """The step a person crosses over to at this visit, if any; once each, and never a step they have had."""
    for crossing in patient.crossings:
        if not patient.counts[crossing.step] and crossing.holds(facts):
            patient.crossings = tuple(one for one in patient.crossings if one is not crossing)
            offer: Offer = crossing.compiled.offer
            return offer
    return None


def visit_weeks(patient: Patient, usual: tuple[float, ...]) -> Iterable[float]:
    """The pathway's visits and those at which this person may cross over, in order."""
    if not patient.crossings:
        return usual
    return sorted({*usual, *(crossing.week for crossing in patient.crossings)})
