"""A patient's way through the clinic, as a process.

Read `journey` first: it is the whole story. Times are days. Nothing here knows a clinical number:
what is offered comes from the pathway, what it does from the clinical room.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simpy import Interrupt

from spinesim.clinic.attend import VIDEO, attend
from spinesim.clinic.observe import observe
from spinesim.clinic.process import Steps
from spinesim.clinical import block_relief, emg, scan
from spinesim.clinical.treatments import treat as act
from spinesim.pathway import Offer

if TYPE_CHECKING:
    from spinesim.clinic.clinic import Clinic
    from spinesim.clinic.patient import Patient

AT_THE_VISIT = ("talk", "tablets")
WEEK = 7


def journey(clinic: Clinic, patient: Patient) -> Steps:
    """Seen, offered, treated, reviewed … until discharge or the end of follow-up."""
    while patient.in_care:
        try:
            yield from visit(clinic, patient)
            yield from wait_for_review(clinic, patient)
        except Interrupt:  # a red flag has appeared: seen at once, before everyone else
            raise_flag(clinic, patient)


def referral(clinic: Clinic, patient: Patient) -> Steps:
    """The day the person is referred; then the journey begins."""
    yield clinic.until(patient.entry)
    clinic.note(patient, "arrival")
    yield from journey(clinic, patient)


def visit(clinic: Clinic, patient: Patient) -> Steps:
    """Meet the physician; the pathway's first fitting rule makes its offer."""
    step = clinic.visit_of(patient)
    due = patient.next_review or 0.0
    if not (yield from attend(clinic, patient, step, patient.red_flag, earliest=due)):
        patient.in_care = False  # gone: recovered, elsewhere, or not seen again
        return
    patient.by_video = step == VIDEO
    if math.isnan(patient.first_pain):  # also when a red flag cut the first visit short
        clinic.begin_care(patient)
    patient.next_review = clinic.next_review(patient)
    facts = observe(clinic, patient)
    clinic.note(patient, "result", "visit", value=facts.pain)
    offer = clinic.offer(patient, facts)
    if offer:
        patient.fire(offer.rule, facts.weeks)
        yield from carry_out(clinic, patient, offer)


def carry_out(clinic: Clinic, patient: Patient, offer: Offer) -> Steps:
    """Do what was offered and accepted, in the order offered."""
    for step in offer.steps:
        if not clinic.possible(patient, step):
            continue
        clinic.note(patient, "offer", step)
        if not (offer.sure or clinic.accepts(patient, step, offer.uptake, offer.urgent)):
            clinic.note(patient, "declined", step)
        elif (kind := clinic.treatments[step].kind) == "discharge":
            discharge(clinic, patient)
        elif kind in AT_THE_VISIT:
            treat(clinic, patient, step)
        elif kind == "course":
            clinic.start(patient, course(clinic, patient, step))
        else:
            yield from procedure(clinic, patient, step, urgent=offer.urgent)


def procedure(clinic: Clinic, patient: Patient, step: str, urgent: bool) -> Steps:
    """A test, injection, ablation or operation, and the review that belongs to it."""
    lead = 0.0 if urgent else clinic.lead_days(step)
    booked = clinic.by_appointment(step)
    if lead and not booked:
        yield lead
    again = clinic.treatments[step].kind == "test" and clinic.repeats(patient, step)
    for i in range(1 + again):
        earliest = clinic.env.now + lead if booked and i == 0 else 0.0
        if not (yield from attend(clinic, patient, step, urgent, earliest=earliest)):
            patient.next_review = clinic.next_review(patient)
            return
    if clinic.followed(patient) and clinic.treatments[step].kind == "test":
        test(clinic, patient, step)
    treat(clinic, patient, step)
    what = clinic.treatments[step]
    found = patient.serious_found and patient.report.kind in what.stops
    if found or (patient.red_flag and what.kind == "operation"):  # what was seen has been dealt with
        patient.report_closed |= found
        patient.red_flag = patient.flag_scanned = patient.serious_found = False
        patient.serious_risk = 0.0
    urgently = urgent and step == "imaging"  # the result is acted on at once
    patient.next_review = clinic.env.now + (0 if urgently else clinic.review_days(step))


def test(clinic: Clinic, patient: Patient, step: str) -> None:
    """Read a scan, a block's diary or a nerve test, and think again about what it may be."""
    body, row, chance = clinic.body_today(), patient.row, clinic.chance(patient, step)
    if step == "imaging":
        patient.report = scan(body, row, chance)
        patient.report_closed = False
        patient.flag_scanned, patient.serious_found = patient.red_flag, patient.report.serious
        clinic.judgement.after_scan(patient)
        value = float(patient.report.finding)
    elif step == "emg":
        patient.emg_root = emg(body, row, chance)
        clinic.judgement.after_emg(patient)
        value = float(patient.emg_root)
    else:
        first = clinic.chance_at(patient, 0) if patient.blocks_positive else None
        patient.block_relief = value = block_relief(body, row, chance, step, first)
        clinic.judgement.after_block(patient, step)
    clinic.note(patient, "result", step, value=value)


def course(clinic: Clinic, patient: Patient, step: str) -> Steps:
    """Sessions at their pace; some are missed. Reviews go on; surgery or a new red flag ends the course."""
    what, (sessions, gap) = clinic.treatments[step], clinic.sessions(step)
    patient.courses[step] += 1
    mine, operations, flags = patient.courses[step], patient.tally["operations"], patient.flags
    booked, due, begun = clinic.by_appointment(step), clinic.env.now, False

    def wanted() -> bool:
        return patient.in_care and patient.flags == flags and patient.tally["operations"] == operations

    patient.exercising += what.exercises
    for session in range(sessions):
        if not wanted():
            break
        comes = clinic.keeps_session(patient, step, mine, session)
        if comes or (booked and clinic.misses_unannounced(patient, step, mine, session)):
            asked = attend(clinic, patient, step, earliest=due, under_way=begun, comes=comes, wanted=wanted)
            if (yield from asked):
                treat(clinic, patient, step)
                begun = True
            elif patient.gave_up:
                break
        if booked:  # the next one is asked for ahead, at the course's pace
            due = max(due, clinic.env.now) + gap
        else:
            yield gap
    if booked and wanted():
        yield clinic.until(due)
    patient.exercising -= what.exercises


def treat(clinic: Clinic, patient: Patient, step: str) -> None:
    """Let the treatment act on the body; write down what was done and any harm."""
    if not clinic.followed(patient):
        return
    what = clinic.treatments[step]
    programme = clinic.programmes.get(patient.leading[0], "")
    chance = clinic.chance(patient, step)
    harms = act(clinic.body_today(), what, patient.row, chance, programme)
    if what.resource == "none":
        clinic.charge(patient, step)
    if what.kind == "tablets":
        patient.drug_days[step] += what.numbers["days"]
    for harm in harms:
        clinic.harmed(patient, harm)
    clinic.count(patient, step)


def wait_for_review(clinic: Clinic, patient: Patient) -> Steps:
    """Go home until the next review; with none left, care ends."""
    if not patient.in_care:
        return
    if patient.next_review is None:
        discharge(clinic, patient)
    else:
        yield clinic.until(patient.next_review - clinic.days_ahead("review"))


def discharge(clinic: Clinic, patient: Patient) -> None:
    """Leave the clinic."""
    patient.in_care = False
    clinic.note(patient, "discharge")


def raise_flag(clinic: Clinic, patient: Patient) -> None:
    """A red flag has appeared; an older scan no longer counts."""
    patient.red_flag, patient.flag_scanned = True, False
    patient.flags += 1
    clinic.note(patient, "red_flag")


def emergency(clinic: Clinic, patient: Patient, day: float) -> Steps:
    """When a serious disease begins, some come at once because of it, discharged or not."""
    yield clinic.until(day)
    kind = clinic.body_today().threat(patient.row)
    if kind is None or not clinic.alarmed(patient, kind):
        return
    if patient.process is not None and patient.process.is_alive:
        patient.process.interrupt("red flag")
    else:
        patient.in_care = True
        raise_flag(clinic, patient)
        patient.process = clinic.start(patient, journey(clinic, patient))


def called_back(clinic: Clinic, patient: Patient, week: float) -> Steps:
    """Who is to cross over is seen again for it, even if discharged by then."""
    yield clinic.until(patient.entry + round(week * WEEK))
    if not patient.in_care and patient.crossings:
        patient.in_care = True
        patient.process = clinic.start(patient, journey(clinic, patient))
