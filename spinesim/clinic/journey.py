"""A patient's way through the clinic, as a SimPy process.

Read `journey` first: it is the whole story. Times are days. Nothing here knows a clinical number:
what is offered comes from the pathway, what it does from the clinical room.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy

from spinesim.clinical import TREATMENTS, block_relief, scan
from spinesim.pathway import Offer, choose

if TYPE_CHECKING:
    from spinesim.clinic.clinic import Clinic
    from spinesim.clinic.patient import Patient

Steps = Generator[simpy.Event, object, None]

RESOURCE_OF = {
    "intake": "physician",
    "review": "physician",
    "physiotherapy": "physiotherapy",
    "imaging": "imaging",
    "epidural": "injection",
    "medial_branch_block": "injection",
    "ablation": "ablation",
    "microdiscectomy": "theatre",
}
TABLETS_AND_TALK = ("education", "nsaid", "paracetamol")


def journey(clinic: Clinic, patient: Patient) -> Steps:
    """Seen, offered, treated, reviewed … until discharge or the end of follow-up."""
    while patient.in_care:
        try:
            yield from visit(clinic, patient)
            yield from wait_for_review(clinic, patient)
        except simpy.Interrupt:  # a red flag has appeared: seen at once, before everyone else
            raise_flag(clinic, patient)


def referral(clinic: Clinic, patient: Patient) -> Steps:
    """The day the person is referred; then the journey begins."""
    yield clinic.until(patient.entry)
    clinic.note(patient, "arrival")
    yield from journey(clinic, patient)


def visit(clinic: Clinic, patient: Patient) -> Steps:
    """Meet the physician; the pathway's first fitting rule makes its offer."""
    yield from attend(clinic, patient, "review" if patient.known else "intake", urgent=patient.red_flag)
    patient.next_review = clinic.next_review(patient)
    facts = clinic.observe(patient)
    clinic.note(patient, "result", "visit", value=facts.pain)
    offer = choose(clinic.pathway, facts, patient.fired)
    if offer:
        patient.fire(offer.rule, facts.weeks)
        yield from carry_out(clinic, patient, offer)


def carry_out(clinic: Clinic, patient: Patient, offer: Offer) -> Steps:
    """Do what was offered and accepted, in the order offered."""
    for step in offer.steps:
        clinic.note(patient, "offer", step)
        if not clinic.accepts(patient, step, offer.uptake, offer.urgent):
            clinic.note(patient, "declined", step)
        elif step == "discharge":
            discharge(clinic, patient)
        elif step in TABLETS_AND_TALK:
            treat(clinic, patient, step)
        elif step == "physiotherapy":
            clinic.env.process(physiotherapy_course(clinic, patient))
        else:
            yield from procedure(clinic, patient, step, urgent=offer.urgent)


def procedure(clinic: Clinic, patient: Patient, step: str, urgent: bool) -> Steps:
    """A scan, block, injection, ablation or operation, and the review that belongs to it."""
    if not urgent:
        yield clinic.env.timeout(clinic.lead_days(step))
    yield from attend(clinic, patient, step, urgent)
    if not clinic.followed(patient):
        return
    body, row, chance = clinic.body_today(), patient.row, clinic.chance(patient, step)
    if step == "imaging":
        patient.report = scan(body, row, chance)
        patient.flag_scanned = patient.red_flag
        clinic.note(patient, "result", step, value=float(patient.report.finding))
    elif step == "medial_branch_block":
        patient.block_relief = block_relief(body, row, chance)
        clinic.note(patient, "result", step, value=patient.block_relief)
    else:
        treat(clinic, patient, step)
        if step == "microdiscectomy":
            patient.red_flag = patient.flag_scanned = False
    clinic.count(patient, step)
    urgently = urgent and step == "imaging"  # the result is acted on at once
    patient.next_review = clinic.env.now + (0 if urgently else clinic.review_days(step))


def physiotherapy_course(clinic: Clinic, patient: Patient) -> Steps:
    """Sessions at the pathway's pace; some are missed. Reviews go on meanwhile; surgery ends the course."""
    plan = clinic.pathway.settings
    patient.courses += 1
    patient.in_physiotherapy = True
    operations = patient.counts["microdiscectomy"]
    for session in range(int(plan.physiotherapy_sessions or 0)):
        if not patient.in_care or patient.red_flag or patient.counts["microdiscectomy"] > operations:
            break
        if clinic.keeps_session(patient, session):
            yield from attend(clinic, patient, "physiotherapy")
            treat(clinic, patient, "physiotherapy")
        yield clinic.env.timeout(clinic.session_gap)
    patient.in_physiotherapy = False


def attend(clinic: Clinic, patient: Patient, step: str, urgent: bool = False) -> Steps:
    """Ask for a slot, wait for it, use it, give it back. Urgent patients go first."""
    resource = RESOURCE_OF[step]
    clinic.note(patient, "request", step, resource)
    with clinic.resources[resource].request(priority=0 if urgent else 1) as slot:
        yield slot
        clinic.note(patient, "start", step, resource)
        if resource == "physician":
            patient.seen(clinic.env.now, counts=clinic.followed(patient))
        yield clinic.env.timeout(clinic.slot_days[step])
    clinic.note(patient, "end", step, resource)
    clinic.charge(patient, "visit" if resource == "physician" else step)


def treat(clinic: Clinic, patient: Patient, step: str) -> None:
    """Let the treatment act on the body; write down any harm."""
    if not clinic.followed(patient):
        return
    harms = TREATMENTS[step](clinic.body_today(), patient.row, clinic.chance(patient, step))
    if step in TABLETS_AND_TALK:
        clinic.charge(patient, step)
    for harm in harms:
        patient.harms += 1
        clinic.note(patient, "harm", harm)
    if step in (*TABLETS_AND_TALK, "physiotherapy"):
        clinic.count(patient, step)


def wait_for_review(clinic: Clinic, patient: Patient) -> Steps:
    """Go home until the next review; with none left, care ends."""
    if not patient.in_care:
        return
    if patient.next_review is None:
        discharge(clinic, patient)
    else:
        yield clinic.until(patient.next_review)


def discharge(clinic: Clinic, patient: Patient) -> None:
    """Leave the clinic."""
    patient.in_care = False
    clinic.note(patient, "discharge")


def raise_flag(clinic: Clinic, patient: Patient) -> None:
    """A red flag has appeared; an older scan no longer counts."""
    patient.red_flag, patient.flag_scanned = True, False
    clinic.note(patient, "red_flag")


def emergency(clinic: Clinic, patient: Patient, day: float) -> Steps:
    """When cauda equina symptoms begin, the person comes at once, discharged or not."""
    yield clinic.until(day)
    if clinic.body_today().decompressed[patient.row]:
        return
    if patient.process is not None and patient.process.is_alive:
        patient.process.interrupt("red flag")
    else:
        patient.in_care = True
        raise_flag(clinic, patient)
        patient.process = clinic.env.process(journey(clinic, patient))
