"""Every fact of a visit is the one on file or asked for, in its own unit and with its own error."""

import math

import numpy as np
import pytest

from spinesim.clinic.observe import observe
from spinesim.clinical import Report, cord_signs_found, reported, weakness_found
from spinesim.clinical.cohort import SERIOUS

PRESSES = ("cauda_equina", "weakness", "cord_compression")


@pytest.fixture
def clinic(build):
    """Twenty people at their first visit, on day 0 of an ample clinic."""
    clinic = build("conservative_first", "disc_herniation", 20, 26)
    clinic.asks |= {"sleep", "fear", "weakness", "cord_signs"}
    for patient in clinic.patients:
        patient.seen(0.0, counts=True)
    return clinic


def at(clinic, day):
    """Let the day come without anything happening in the clinic."""
    clinic.env._now = float(day)
    for patient in clinic.patients:
        patient.visit_day = float(day)


def test_scores_are_reported_with_their_own_error_on_their_own_scale(clinic):
    v, body = clinic.numbers, clinic.body
    at(clinic, 28)
    facts = [observe(clinic, p) for p in clinic.patients]
    for name, ask, column, times, error, top in (
        ("limb_pain", "leg", "limb", 1, "report.pain_error", 10),
        ("axial_pain", "back", "axial", 1, "report.pain_error", 10),
        ("disability", "disability", "disability", 1, "report.disability_error", 100),
        ("sleep", "sleep", "sleep", 100, "report.sleep_error", 100),
        ("fear", "fear", "fear", 100, "report.fear_error", 100),
    ):
        for fact, p in zip(facts, clinic.patients, strict=True):
            u = clinic.draws.at(f"report.{ask}", 4, p.id)
            score = times * float(getattr(body, column)[p.row])
            assert getattr(fact, name) == reported(score, v[error], u, top), name
    # and the error is that of the very week: another week, another error
    assert any(
        clinic.draws.at("report.leg", 4, p.id) != clinic.draws.at("report.leg", 0, p.id)
        for p in clinic.patients
    )


def test_improvement_counts_from_the_first_visit_each_score_by_itself(clinic):
    first = [observe(clinic, p) for p in clinic.patients]
    at(clinic, 56)
    moved = 0
    for was, p in zip(first, clinic.patients, strict=True):
        now = observe(clinic, p)
        for name in ("pain", "disability"):
            before, after = getattr(was, name), getattr(now, name)
            expected = 100 * (before - after) / before if before else 0.0
            assert getattr(now, f"{name}_improvement") == pytest.approx(expected)
        moved += now.pain_improvement != now.disability_improvement
    assert moved > 10


def test_flares_count_from_the_first_visit(clinic):
    patient, row = clinic.patients[3], clinic.patients[3].row
    clinic.body.flares[row] = 2.0  # before anyone saw them
    assert observe(clinic, patient).flares == 0
    clinic.body.flares[row] = 5.0
    assert observe(clinic, patient).flares == 3


def test_weeks_on_opioids_are_days_over_seven(clinic):
    patient = clinic.patients[0]
    patient.drug_days["opioid"] = 28.0
    patient.drug_days["nsaid"] = 70.0
    assert observe(clinic, patient).opioid_weeks == 4.0


def test_certainty_and_risk_are_percent_as_the_clinic_believes_them(clinic):
    for patient in clinic.patients:
        facts = observe(clinic, patient)
        assert facts.leading == patient.leading[0]
        assert facts.certainty == pytest.approx(100 * math.exp(patient.beliefs.max()))
        assert facts.serious_risk == patient.serious_risk
    assert max(observe(clinic, p).certainty for p in clinic.patients) > 1


@pytest.mark.parametrize("kind", SERIOUS)
def test_only_what_presses_on_nerves_counts_as_compression(clinic, kind):
    patient = clinic.patients[0]
    patient.report = Report(True, True, False, serious=True, kind=kind)
    patient.serious_found = True
    facts = observe(clinic, patient)
    assert facts.serious_found and facts.compression_found == (kind in PRESSES)
    patient.serious_found = False
    assert not observe(clinic, patient).compression_found


@pytest.mark.parametrize(
    ("fact", "step"),
    [("epidural_relief", "epidural"), ("ablation_relief", "ablation"), ("joint_relief", "si_injection"),
     ("joint_relief", "facet_injection"), ("epidural_relief", "cervical_epidural")],
)  # fmt: skip
def test_relief_belongs_to_its_own_procedure(clinic, fact, step):
    patient = next(p for p in clinic.patients if observe(clinic, p).pain < 9)
    patient.pain = 10.0
    clinic.count(patient, step)
    facts = observe(clinic, patient)
    for other in ("epidural_relief", "ablation_relief", "joint_relief"):
        assert (getattr(facts, other) > 0) == (other == fact)


def test_what_no_rule_reads_is_not_asked(build):
    clinic = build("conservative_first", "disc_herniation", 20, 26)
    for patient in clinic.patients:
        patient.seen(0.0, counts=True)
        facts = observe(clinic, patient)
        assert (facts.sleep, facts.fear, facts.weakness, facts.cord_signs) == (0, 0, False, False)
    assert {"sleep", "fear"} <= build("article_tailored", "disc_herniation", 20, 26).asks


def test_signs_of_the_day_use_the_weeks_own_uniform_and_only_where_the_clinic_examines(build):
    for examination in (1, 0):
        from spinesim import pathway

        plan = pathway("conservative_first").change(examination=examination)
        clinic = build(plan, "disc_herniation", 800, 26)
        clinic.asks |= {"weakness", "cord_signs"}
        at(clinic, 21)
        found = {"weakness": weakness_found, "cord_signs": cord_signs_found}
        seen = dict.fromkeys(found, 0)
        for patient in clinic.patients:
            patient.seen(21.0, counts=True)
            facts = observe(clinic, patient)
            for name, find in found.items():
                there = find(clinic.body, patient.row, lambda q, p=patient, c=clinic: c.draws.at(q, 3, p.id))
                assert getattr(facts, name) == bool(there and examination)
                seen[name] += there
        assert all(np.array(list(seen.values())) > 0)


def test_a_scan_before_the_flag_is_none_after_it(clinic):
    from spinesim.clinic.journey import raise_flag

    patient = clinic.patients[0]
    patient.red_flag = patient.flag_scanned = True
    raise_flag(clinic, patient)
    facts = observe(clinic, patient)
    assert facts.red_flag and not facts.flag_scanned


def test_tablets_count_their_days(clinic):
    from spinesim.clinic.journey import treat

    patient = clinic.patients[0]
    for times in (1, 2):
        treat(clinic, patient, "opioid")
        assert patient.drug_days["opioid"] == times * clinic.numbers["opioid.days"]
