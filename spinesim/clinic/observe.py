"""What is observed at a visit: the facts a pathway may read, never the hidden truth."""

from __future__ import annotations

import math
from math import floor
from typing import TYPE_CHECKING

from spinesim.clinical import cord_signs_found, reported, weakness_found
from spinesim.pathway import Facts

if TYPE_CHECKING:
    from spinesim.clinic.clinic import Clinic
    from spinesim.clinic.patient import Patient

WEEK = 7
PAIN_TOP, INDEX_TOP, PERCENT = 10.0, 100.0, 100.0  # NRS 0-10; ODI, NDI and shares 0-100
COMPRESSION = ("cauda_equina", "weakness", "cord_compression")  # serious disease that presses on nerves


def observe(clinic: Clinic, patient: Patient) -> Facts:
    """What is seen, asked and on file at today's visit."""
    body, v, row = clinic.body_today(), clinic.numbers, patient.row
    cohort = body.cohort
    weeks = (floor(patient.visit_day) - floor(patient.first_day)) / WEEK
    own_week = (floor(clinic.env.now) - patient.entry) // WEEK
    at, who = clinic.draws.at, patient.id

    def told(name: str, score: float, error: str, top: float) -> float:
        return reported(score, v[error], at(f"report.{name}", own_week, who), top)

    def chance(name: str) -> float:
        return at(name, own_week, who)

    limb = told("leg", float(body.limb[row]), "report.pain_error", PAIN_TOP)
    axial = told("back", float(body.axial[row]), "report.pain_error", PAIN_TOP)
    disability = told("disability", float(body.disability[row]), "report.disability_error", INDEX_TOP)
    pain = patient.pain = max(limb, axial)
    if math.isnan(patient.first_pain):
        patient.first_pain, patient.first_disability = pain, disability
        patient.flares_before = float(body.flares[row])
    tally, examined = patient.tally, clinic.examines
    leading, certainty = patient.leading
    return Facts(
        weeks=weeks,
        pain=pain,
        limb_pain=limb,
        axial_pain=axial,
        disability=disability,
        pain_improvement=_better(patient.first_pain, pain),
        disability_improvement=_better(patient.first_disability, disability),
        age=clinic.ages[row],
        sleep=told("sleep", PERCENT * float(body.sleep[row]), "report.sleep_error", PERCENT),
        fear=told("fear", PERCENT * float(body.fear[row]), "report.fear_error", PERCENT),
        serious_risk=patient.serious_risk,
        certainty=PERCENT * certainty,
        flares=int(body.flares[row] - patient.flares_before),
        opioid_weeks=patient.drug_days["opioid"] / WEEK,
        sessions=tally["sessions"],
        prior_sessions=int(cohort.prior_sessions[row]),
        cbt_sessions=tally["cbt_sessions"],
        images=tally["images"],
        emgs=tally["emgs"],
        epidurals=tally["epidurals"],
        joint_injections=tally["joint_injections"],
        trigger_injections=tally["trigger_injections"],
        blocks=tally["blocks"],
        ablations=tally["ablations"],
        operations=tally["operations"],
        block_relief=patient.block_relief,
        epidural_relief=clinic.relief(patient, "epidurals"),
        ablation_relief=clinic.relief(patient, "ablations"),
        joint_relief=clinic.relief(patient, "joint_injections"),
        red_flag=patient.red_flag,
        flag_scanned=patient.flag_scanned,
        serious_found=patient.serious_found,
        compression_found=patient.serious_found and patient.report.kind in COMPRESSION,
        weakness=examined and weakness_found(body, row, chance),
        cord_signs=examined and cord_signs_found(body, row, chance),
        radicular=examined and bool(clinic.signs.radicular[row]),
        facet_signs=examined and bool(clinic.signs.facet[row]),
        si_signs=examined and bool(clinic.signs.si[row]),
        finding=patient.report.finding and not patient.report_closed,
        concordant=patient.report.concordant and not patient.report_closed,
        emg_root=patient.emg_root,
        in_physiotherapy=patient.exercising > 0,
        kidney_disease=bool(cohort.kidney_disease[row]),
        ulcer=bool(cohort.ulcer[row]),
        anticoagulated=bool(cohort.anticoagulated[row]),
        diabetes=bool(cohort.diabetes[row]),
        osteoporosis=bool(cohort.osteoporosis[row]),
        boom_bust=bool(body.active_days[row] <= v["person.boom_bust_days"]),
        leading=leading,
        region=clinic.regions[row],
        occupation=clinic.occupations[row],
    )


def _better(first: float, now: float) -> float:
    """Percent less than at the first visit; negative when worse."""
    return PERCENT * (first - now) / first if first else 0.0
