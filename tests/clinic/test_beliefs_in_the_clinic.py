"""What the clinic believes follows what it has seen: scan, nerve test, every block after the first."""

import math

import numpy as np
import pytest

import spinesim as ss
from spinesim.clinic import journey
from spinesim.clinical import Report, block_relief
from spinesim.clinical import differential as bayes
from spinesim.study.simulation import shipped_evidence

STEP = "medial_branch_block"


def test_a_clean_scan_lowers_the_risk_by_bayes_and_a_serious_one_does_not(build):
    clinic = build("conservative_first", patients=2)
    missed = 1 - clinic.numbers["imaging.serious_sensitivity"]
    for patient, serious in zip(clinic.patients, (False, True), strict=True):
        patient.serious_risk = 20.0
        patient.report = Report(True, True, False, serious=serious, kind="cancer" if serious else "")
        clinic.judgement.after_scan(patient)
    assert clinic.patients[0].serious_risk == pytest.approx(100 * 0.2 * missed / (0.2 * missed + 0.8))
    assert clinic.patients[1].serious_risk >= 20.0


def test_a_clinic_that_does_not_examine_weighs_no_flags_and_no_signs(build):
    blind = build(ss.pathway("conservative_first").change(examination=0), patients=60)
    seeing = build("conservative_first", patients=60)
    assert all(p.serious_risk == 0 for p in blind.patients) and any(p.serious_risk for p in seeing.patients)
    expected = bayes.before_signs(shipped_evidence(), blind.body.cohort)
    np.testing.assert_array_equal([p.beliefs for p in blind.patients], expected)


def test_a_nerve_test_moves_belief_by_bayes(build):
    evidence = shipped_evidence()
    for shown in (False, True):
        clinic = build("neck_radiculopathy", "cervical_radiculopathy", 5)
        for patient in clinic.patients:
            before = patient.beliefs
            patient.emg_root = shown
            clinic.judgement.after_emg(patient)
            np.testing.assert_array_equal(patient.beliefs, bayes.after_emg(evidence, before, shown))
            assert not np.array_equal(patient.beliefs, before)
            best = int(np.argmax(patient.beliefs))
            assert patient.leading[0] == clinic.judgement.keys[best]
            assert patient.leading[1] == pytest.approx(math.exp(patient.beliefs[best]))


def test_a_later_block_is_weighed_knowing_the_earlier_ones(build):
    evidence = shipped_evidence()
    clinic = build("dual_block", "facet_pain", 1)
    patient = clinic.patients[0]
    expected, earlier = patient.beliefs, ()
    for relief in (80.0, 90.0, 10.0):
        patient.block_relief = relief
        clinic.judgement.after_block(patient, STEP)
        expected = bayes.after_block(evidence, expected, relief >= 50, STEP, earlier)
        earlier = (*earlier, relief >= 50)
        np.testing.assert_array_equal(patient.beliefs, expected)
    fresh = bayes.after_block(evidence, expected, True, STEP, ())
    assert not np.allclose(bayes.after_block(evidence, expected, True, STEP, earlier), fresh)


def test_a_later_block_in_the_clinic_may_repeat_the_first_ones_answer(build):
    """With full correlation every false positive comes again; without, only at its rate."""
    for rho in (1.0, 0.0):
        evidence = shipped_evidence().change(
            {"facet_pain.facet_source": 0.0, f"{STEP}.false_positive_correlation": rho}
        )
        clinic = build("dual_block", "facet_pain", 300, 4, evidence=evidence)
        positive = []
        for _ in range(2):
            for patient in clinic.patients:
                journey.test(clinic, patient, STEP)
                clinic.count(patient, STEP)
            positive.append(np.array([p.block_relief >= 50 for p in clinic.patients]))
        assert positive[0].any() and (positive[0] == positive[1]).all() == (rho == 1.0)
    # the first one is the person's own
    patient = clinic.patients[0]
    own = block_relief(clinic.body, 0, clinic.chance_at(patient, 0), STEP)
    assert (own >= 50) == positive[0][0]


def test_specific_physiotherapy_gives_the_programme_of_the_leading_diagnosis(build):
    """The clinic's belief chooses it; it adds its own relief where that is right."""
    clinic = build("sciatica", "disc_herniation", 2)
    right, wrong = clinic.patients
    right.leading, wrong.leading = ("disc_herniation", 0.9), ("facet_pain", 0.9)
    for patient in clinic.patients:
        journey.treat(clinic, patient, "specific_physiotherapy")
    level = clinic.body.reliefs["specific_physiotherapy"].level
    assert level[0] > 0 and level[1] == 0
