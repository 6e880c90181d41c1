"""Findings at the bedside: Bayes worked by hand, counts that add up, the same seed, who is told what."""

from __future__ import annotations

import numpy as np
import pytest

from spinesim.clinical.cohort import draw_cohort
from spinesim.clinical.differential import before_signs
from spinesim.clinical.likelihoods import sign_table
from spinesim.course.play.scenario import finished
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws
from spinesim.study.bedside import SOURCE, TESTS, at_bedside, positive_rates, usual_is, with_accuracy
from spinesim.study.bedside_people import KNOWN, WAYS, at_clinic, share
from spinesim.study.simulation import shipped_evidence

EVIDENCE = shipped_evidence()
FINDINGS = [
    ("straight_leg_raise", "disc_herniation"),
    ("crossed_straight_leg_raise", "disc_herniation"),
    ("si_provocation", "si_joint_pain"),
    ("facet_loading", "facet_pain"),
    ("spurling", "cervical_radiculopathy"),
    ("scan", "disc_herniation"),
    ("scan_fits", "disc_herniation"),
    ("emg", "cervical_radiculopathy"),
    ("block", "facet_pain"),
    ("two_blocks", "facet_pain"),
]


def clinic(patients=600, seed=3, scan_from=3.0, mix="pain_clinic", believed=EVIDENCE, evidence=EVIDENCE):
    return finished(at_clinic(evidence, believed, mix, patients, seed, scan_from))


# -- one person ---------------------------------------------------------------------------------------------


def test_one_sign_by_hand():
    """Recomputed from rows alone: shares of a pain clinic, the age, and P(sign) in each pattern."""
    age, rows = 50.0, EVIDENCE.values("sign.straight_leg_raise.")
    weights = {}
    for key, what in EVIDENCE.conditions.items():
        if what["region"] == "lumbar":
            mean, sd = EVIDENCE.value(f"{key}.age"), EVIDENCE.value(f"{key}.age_sd")
            density = np.exp(-(((age - mean) / sd) ** 2) / 2) / sd
            weights[key] = EVIDENCE.value(f"case_mix.pain_clinic.{key}") * density
    before = weights["disc_herniation"] / sum(weights.values())
    found = {key: w * rows.get(key, rows["other"]) for key, w in weights.items()}
    missed = {key: w * (1 - rows.get(key, rows["other"])) for key, w in weights.items()}
    her = at_bedside(EVIDENCE, "straight_leg_raise", "disc_herniation", age)
    assert her.before[her.pattern] == pytest.approx(before, abs=1e-12)
    assert her.present[her.pattern] == pytest.approx(
        found["disc_herniation"] / sum(found.values()), abs=1e-12
    )
    assert her.absent[her.pattern] == pytest.approx(
        missed["disc_herniation"] / sum(missed.values()), abs=1e-12
    )


def test_a_block_by_hand():
    """31 of 100 with a source, sensitivity 90, false positives 45: .279 of .279 + .3105."""
    numbers = {"facet_pain.facet_source": 0.31, "medial_branch_block.sensitivity": 0.9}
    evidence = EVIDENCE.change({**numbers, "medial_branch_block.false_positive": 0.45})
    her = at_bedside(evidence, "block", "facet_pain", 50)
    assert her.keys == SOURCE and her.present[0] == pytest.approx(0.279 / (0.279 + 0.3105), abs=1e-12)
    assert her.absent[0] == pytest.approx(0.031 / (0.031 + 0.3795), abs=1e-12)
    independent = evidence.change({"medial_branch_block.false_positive_correlation": 0})
    two = at_bedside(independent, "two_blocks", "facet_pain", 50)
    assert two.present[0] == pytest.approx(0.31 * 0.81 / (0.31 * 0.81 + 0.69 * 0.45**2), abs=1e-12)


@pytest.mark.parametrize(("finding", "pattern"), FINDINGS)
@pytest.mark.parametrize("mix", ["primary_care", "pain_clinic", None])
def test_odds_are_multiplied_by_the_ratio_which_says_the_direction(finding, pattern, mix):
    her = at_bedside(usual_is(EVIDENCE, mix), finding, pattern, 45)
    k = her.pattern
    odds = [p[k] / (1 - p[k]) for p in (her.before, her.present, her.absent)]
    for after, ratio in zip(odds[1:], her.ratios, strict=True):
        assert after == pytest.approx(odds[0] * ratio, rel=1e-9)
    assert her.ratios[0] > 1 > her.ratios[1] and her.absent[k] < her.before[k] < her.present[k]
    for p in (her.before, her.present, her.absent):
        assert p.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("finding", "pattern"), FINDINGS)
@pytest.mark.parametrize("count", [1, 7, 100, 1_000])
def test_natural_frequencies_add_up_and_are_near_the_probabilities(finding, pattern, count):
    her = at_bedside(EVIDENCE, finding, pattern, 60)
    counts = her.people(count)
    assert sum(counts) == count and min(counts) >= 0
    if count == 1_000:
        assert counts[0] / (counts[0] + counts[2]) == pytest.approx(her.present[her.pattern], abs=0.01)


def test_the_average_of_both_results_is_where_one_began():
    for finding, pattern in FINDINGS:
        her = at_bedside(EVIDENCE, finding, pattern, 45)
        found = float(her.before @ her.given)
        np.testing.assert_allclose(found * her.present + (1 - found) * her.absent, her.before, atol=1e-12)


def test_what_is_told_moves_it_and_the_finding_itself_is_not_counted_twice():
    plain = at_bedside(EVIDENCE, "eased_by_sitting", "lumbar_stenosis", 65)
    told = {"limb_dominant": True, "worse_walking": True}
    knowing = at_bedside(EVIDENCE, "eased_by_sitting", "lumbar_stenosis", 65, told)
    assert knowing.before[knowing.pattern] > plain.before[plain.pattern]
    both = at_bedside(EVIDENCE, "eased_by_sitting", "lumbar_stenosis", 65, {**told, "eased_by_sitting": True})
    np.testing.assert_array_equal(both.before, knowing.before)
    neck = at_bedside(EVIDENCE, "spurling", "cervical_radiculopathy", 50, {"worse_walking": True})
    np.testing.assert_array_equal(
        neck.before, at_bedside(EVIDENCE, "spurling", "cervical_radiculopathy", 50).before
    )


def test_an_unknown_finding_is_a_sentence():
    with pytest.raises(SpinesimError, match="no finding 'tea leaves'"):
        positive_rates(EVIDENCE, "tea leaves", 40)


# -- other numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("finding", "pattern"), FINDINGS)
def test_another_accuracy_is_the_one_that_was_asked_for(finding, pattern):
    her = at_bedside(with_accuracy(EVIDENCE, finding, pattern, 0.6, 0.7), finding, pattern, 45)
    old = at_bedside(EVIDENCE, finding, pattern, 45)
    if finding in ("straight_leg_raise", "crossed_straight_leg_raise", "spurling", "block"):
        assert her.sensitivity == pytest.approx(0.6) and her.elsewhere == pytest.approx(0.3)
    assert her.sensitivity < old.sensitivity or old.sensitivity < 0.6
    assert with_accuracy(EVIDENCE, finding, pattern) is EVIDENCE


def test_what_is_usual_is_the_mix_of_who_comes():
    for mix in ("primary_care", "pain_clinic"):
        shares = EVIDENCE.values(f"case_mix.{mix}.")
        assert usual_is(EVIDENCE, mix).values("case_mix.pain_clinic.") == pytest.approx(shares)
    someone = draw_cohort(EVIDENCE, Draws(1), "facet_pain", 1)
    alike = usual_is(EVIDENCE.change({"exam.informative": 0}), None)
    p = np.exp(before_signs(alike, someone)[0])
    assert p[p > 0] == pytest.approx(1 / (p > 0).sum())


# -- many people --------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_people_and_another_other_ones():
    one, two, other = clinic(), clinic(), clinic(seed=4)
    for way in WAYS:
        np.testing.assert_array_equal(one.right[way], two.right[way])
        np.testing.assert_array_equal(one.said[way], two.said[way])
    assert (one.scanned == two.scanned).all() and not (one.said["all"] == other.said["all"]).all()


def test_more_people_leave_the_first_ones_as_they_were():
    few, many = clinic(200), clinic(600)
    for way in KNOWN:
        np.testing.assert_array_equal(few.right[way], many.right[way][:200])


def test_where_signs_tell_nothing_no_way_of_asking_beats_another():
    blind = EVIDENCE.change({"exam.informative": 0})
    one = clinic(believed=blind, evidence=blind)
    np.testing.assert_array_equal(one.right["first"], one.right["examination"])
    assert one.gain("examination", "history") == (0, 0, 0)


def test_a_clinician_who_knows_the_shares_is_calibrated():
    table = clinic(patients=5_000).calibration()
    assert (table["people"] >= 10).all() and len(table) >= 3
    np.testing.assert_allclose(table["said"], table["right"], atol=6)


def test_counts_of_a_thousand_add_up_and_any_flag_is_scanned_where_that_is_the_rule():
    for cut in (None, 1.0, 3.0, 50.0):
        one = clinic(scan_from=cut)
        assert sum(one.thousand()) == 1_000 and min(one.thousand()) >= 0
    every = clinic(scan_from=None)
    np.testing.assert_array_equal(every.scanned, every.any_flag)
    assert (clinic(scan_from=0.0).scanned).all() and not clinic(scan_from=100.1).scanned.any()


def test_a_share_of_nobody_is_unknown_and_of_none_has_an_interval():
    assert np.isnan(share(np.zeros(0, dtype=bool))).all()
    mean, low, high = share(np.zeros(30, dtype=bool))
    assert mean == 0 and low == pytest.approx(0, abs=1e-9) and 5 < high < 20


def test_findings_are_signs_or_tests():
    known = {sign.key for sign in sign_table(EVIDENCE).signs} | {*TESTS, "block", "two_blocks"}
    assert {finding for finding, _ in FINDINGS} <= known
