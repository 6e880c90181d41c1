"""Scans, nerve tests, visits and block diaries show the hidden truth as well as the data say, no better."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from spinesim.clinical.blocks import HOURS, block_relief, diary, peak_relief, shape
from spinesim.clinical.cohort import SERIOUS, draw_cohort
from spinesim.clinical.diagnosis import Report, cord_signs_found, emg, scan, weakness_found
from spinesim.evidence import Draws, load_evidence


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def always(u):
    return lambda name: u


# -- a body small enough to hold in the hand ---------------------------------------------------------------


def a_body(evidence, key="lumbar_strain", *, day=0, begins=0.0, serious="", root=False, axial=7.0, **columns):
    """One person in row 0, with what `scan`, `emg`, blocks and visits read."""
    cohort = draw_cohort(evidence, Draws(1), key, 1)
    kind = 1 + SERIOUS.index(serious) if serious else 0
    flags = {"incidental_disc": False, "incidental_facet": False} | columns
    cohort = replace(
        cohort,
        serious=np.array([kind]),
        serious_day=np.array([begins if serious else math.inf]),
        **{name: np.array([value]) for name, value in flags.items()},
    )
    return SimpleNamespace(
        numbers={name: p.value for name, p in evidence.parameters.items()},
        cohort=cohort,
        day=day,
        serious_day=cohort.serious_day,
        treated=np.zeros(1),
        fear_rest=np.array([0.3]),
        axial=np.array([axial]),
        has=lambda row, tissue: root,
    )


# -- visits ------------------------------------------------------------------------------------------------


def test_progressive_weakness_is_found_once_it_has_begun_and_until_treated(evidence):
    v = evidence.value
    there, none = v("sign.progressive_weakness.weakness"), v("sign.progressive_weakness.none")
    body = a_body(evidence, serious="weakness", begins=30.0)
    for day, p in ((29, none), (30, there), (31, there)):
        body.day = day
        assert weakness_found(body, 0, always(p - 1e-9)) and not weakness_found(body, 0, always(p))
    body.treated[0] = 1
    assert not weakness_found(body, 0, always(none)) and weakness_found(body, 0, always(none - 1e-9))
    assert not weakness_found(a_body(evidence, serious="cancer"), 0, always(none))


def test_cord_signs_can_be_found_early_and_more_surely_later(evidence):
    v = evidence.value
    early, late, none = (v(f"sign.cord_signs.{case}") for case in ("cord_compression", "begun", "none"))
    assert none < early < late
    body = a_body(evidence, "cervical_myelopathy", serious="cord_compression", begins=60.0)
    for day, p in ((0, early), (59, early), (60, late)):
        body.day = day
        assert cord_signs_found(body, 0, always(p - 1e-9)) and not cord_signs_found(body, 0, always(p))
    assert not cord_signs_found(a_body(evidence), 0, always(none))


# -- scans and nerve tests ---------------------------------------------------------------------------------


def test_a_scan_shows_pressure_on_a_root_with_its_sensitivity(evidence):
    sens = evidence.value("imaging.sensitivity")
    body = a_body(evidence, root=True)
    assert scan(body, 0, always(sens - 1e-9)) == Report(finding=True, concordant=True, incidental=False)
    assert scan(body, 0, always(sens)) == Report(finding=False, concordant=False, incidental=False)
    nothing = a_body(evidence)
    assert scan(nothing, 0, always(1e-9)) == Report(False, False, False)
    assert nothing.fear_rest[0] == 0.3 and body.fear_rest[0] == 0.3 + evidence.value("imaging.fear")


def test_a_scan_shows_what_age_left_and_takes_it_for_the_cause_by_chance(evidence):
    fits = evidence.value("imaging.chance_concordance")
    body = a_body(evidence, incidental_disc=True)
    assert scan(body, 0, always(fits - 1e-9)) == Report(True, True, True)
    assert scan(body, 0, always(fits)) == Report(True, False, True)


@pytest.mark.parametrize("kind", SERIOUS)
def test_a_scan_shows_serious_disease_that_is_there(evidence, kind):
    sens = evidence.value("imaging.serious_sensitivity")
    body = a_body(evidence, serious=kind, begins=20.0, day=20)
    found = scan(body, 0, always(sens - 1e-9))
    assert found == Report(True, True, False, serious=True, kind=kind)
    assert not scan(body, 0, always(sens)).serious
    body.day = 19  # only a compressed cord shows before it does harm
    assert scan(body, 0, always(0.001)).serious == (kind == "cord_compression")
    body.day, body.treated[0] = 20, 1
    assert scan(body, 0, always(0.001)) == Report(False, False, False)


@pytest.mark.parametrize("key", ["disc_herniation", "cervical_radiculopathy"])
def test_emg_shows_root_lesions_by_region(evidence, key):
    region = evidence.conditions[key]["region"]
    sens, false = evidence.value(f"emg.{region}.sensitivity"), 1 - evidence.value("emg.specificity")
    assert emg(a_body(evidence, key, root=True), 0, always(sens - 1e-9))
    assert not emg(a_body(evidence, key, root=True), 0, always(sens))
    for other in (a_body(evidence, key, root=False), a_body(evidence, "carpal_tunnel", root=True)):
        assert emg(other, 0, always(false - 1e-9)) and not emg(other, 0, always(false))


# -- blocks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "tissue"), [("medial_branch_block", "facet_source"), ("si_block", "si_source")]
)
def test_blocks_are_positive_at_sensitivity_and_false_positive_rate(evidence, step, tissue):
    v = evidence.value
    cut = v(f"{step}.positive_relief")
    for there, rate in ((True, "sensitivity"), (False, "false_positive")):
        body, p = a_body(evidence, **{tissue: there}), v(f"{step}.{rate}")
        assert block_relief(body, 0, always(p - 1e-9), step) >= cut
        assert block_relief(body, 0, always(p), step) < cut
        assert block_relief(body, 0, lambda name, p=p: p if "positive" in name else 1 - 1e-16, step) < cut
        assert block_relief(body, 0, lambda name: 1e-16, step) >= cut


def test_the_diary_goes_from_seven_to_two_and_back(evidence):
    """Relief of 5 in 7 points: the best hours read 2, and pain has returned by the end."""
    want = 100 * 5 / 7
    body = a_body(evidence, facet_source=True)
    cut = evidence.value("medial_branch_block.positive_relief")
    u = (want - cut) / (100 - cut)
    hours = diary(body, 0, lambda name: u if name.endswith("relief") else 0.01)
    assert len(hours) == HOURS + 1 and hours[0] == 7 and min(hours) == pytest.approx(2, abs=1e-9)
    best = hours.index(min(hours))
    assert 1 <= best <= 4 and hours[1] < 3 and hours[HOURS] > 6.5
    assert list(hours[: best + 1]) == sorted(hours[: best + 1], reverse=True)
    assert list(hours[best:]) == sorted(hours[best:])
    assert block_relief(body, 0, lambda name: u if name.endswith("relief") else 0.01) == pytest.approx(want)


def test_relief_read_off_the_diary_is_the_relief_there_was(evidence):
    draws = Draws(3)
    for row_pain in (0.0, 1e-9, 0.4, 7.0, 10.0):
        body = a_body(evidence, facet_source=True, axial=row_pain)
        for who in range(40):

            def chance(name, who=who):
                return draws.at(name, 0, who)

            assert block_relief(body, 0, chance) == pytest.approx(peak_relief(body, 0, chance), abs=1e-6)
            assert min(diary(body, 0, chance)) >= 0


def test_shape_of_a_block_by_hand():
    curve = shape(onset=20, holds=240, fades=60)
    top = 1 - math.exp(-12)  # hour 4: the last before it fades
    assert curve[0] == 0 and curve[4] == 1
    assert curve[1] == pytest.approx((1 - math.exp(-3)) / top)
    assert curve[6] == pytest.approx((1 - math.exp(-18)) * math.exp(-2) / top)


def test_a_later_false_positive_may_repeat_the_first_answer(evidence):
    step = "medial_branch_block"
    rho, cut = evidence.value(f"{step}.false_positive_correlation"), evidence.value(f"{step}.positive_relief")
    assert 0 < rho < 1
    placebo = always(0.001)  # answered the first block

    def second(same):
        return lambda name: same if name.endswith("same") else 0.99

    false, true = (a_body(evidence, facet_source=there) for there in (False, True))
    assert block_relief(false, 0, second(rho - 1e-9), step, placebo) >= cut
    assert block_relief(false, 0, second(rho), step, placebo) < cut
    assert block_relief(false, 0, second(rho - 1e-9), step) < cut
    assert (
        block_relief(true, 0, second(0.0), step, placebo) < cut
    )  # a miss of a true source is chance each time
