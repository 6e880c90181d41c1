"""What is observed at a visit: the facts a pathway may read, never the hidden truth."""

from __future__ import annotations

import math
from math import floor
from typing import TYPE_CHECKING, Any

from spinesim.clinical import (
    OCCUPATIONS,
    RISKS,
    Cohort,
    Signs,
    cord_signs_found,
    reported,
    weakness_found,
)
from spinesim.pathway import Facts

if TYPE_CHECKING:
    from spinesim.clinic.clinic import Clinic
    from spinesim.clinic.patient import Patient

WEEK = 7
PAIN_TOP, INDEX_TOP, PERCENT = 10.0, 100.0, 100.0  # NRS 0-10; ODI, NDI and shares 0-100
COMPRESSION = ("cauda_equina", "weakness", "cord_compression")  # serious disease that presses on nerves


def standing(cohort: Cohort, signs: Signs, examined: bool) -> list[dict[str, Any]]:
    """Facts about each person that stay as they are at the first visit, by name."""
    region = [cohort.conditions[which].region for which in cohort.which]
    columns: dict[str, list[Any]] = {
        "age": cohort.age.tolist(),
        "prior_sessions": cohort.prior_sessions.tolist(),
        "region": region,
        "occupation": [OCCUPATIONS[which] for which in cohort.occupation],
        **{risk: getattr(cohort, risk).tolist() for risk in RISKS},
    }
    if examined:
        found = {"radicular": signs.radicular, "facet_signs": signs.facet, "si_signs": signs.si}
        columns |= {name: there.tolist() for name, there in found.items()}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def observe(clinic: Clinic, patient: Patient) -> Facts:
    """What is seen, asked and on file at today's visit.

    What no rule of the pathway reads (sleep, worry, the repeated look for weakness and cord signs) is not
    asked about.
    """
    body, v, row = clinic.body_today(), clinic.numbers, patient.row
    weeks = (floor(patient.visit_day) - floor(patient.first_day)) / WEEK
    own_week = (floor(clinic.env.now) - patient.entry) // WEEK
    at, who, asks = clinic.draws.at, patient.id, clinic.asks

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
    seen: dict[str, Any] = {}
    for name, column in (("sleep", body.sleep), ("fear", body.fear)):
        if name in asks:
            seen[name] = told(name, PERCENT * float(column[row]), f"report.{name}_error", PERCENT)
    for name, look in (("weakness", weakness_found), ("cord_signs", cord_signs_found)):
        if name in asks and clinic.examines and not patient.by_video:
            seen[name] = look(body, row, chance)
    tally, report = patient.tally, patient.report
    leading, certainty = patient.leading
    return Facts(
        **clinic.standing[row],
        **seen,
        weeks=weeks,
        visits=patient.visits,
        pain=pain,
        limb_pain=limb,
        axial_pain=axial,
        disability=disability,
        pain_improvement=_better(patient.first_pain, pain),
        disability_improvement=_better(patient.first_disability, disability),
        serious_risk=patient.serious_risk,
        certainty=PERCENT * certainty,
        flares=int(body.flares[row] - patient.flares_before),
        opioid_weeks=patient.drug_days["opioid"] / WEEK,
        sessions=tally["sessions"],
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
        compression_found=patient.serious_found and report.kind in COMPRESSION,
        finding=report.finding and not patient.report_closed,
        concordant=report.concordant and not patient.report_closed,
        emg_root=patient.emg_root,
        in_physiotherapy=patient.exercising > 0,
        boom_bust=bool(body.active_days[row] <= v["person.boom_bust_days"]),
        leading=leading,
    )


def _better(first: float, now: float) -> float:
    """Percent less than at the first visit; negative when worse."""
    return PERCENT * (first - now) / first if first else 0.0
