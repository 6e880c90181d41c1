"""The natural course does what its formula says, and every state stays on its scale."""

import numpy as np
import pytest

from spinesim.clinical import Body, draw_cohort
from spinesim.evidence import Draws, load_evidence

STILL = {
    "flare.size": 0,
    "sensitisation.pain": 0,
    "sleep.pain_from_loss": 0,
}


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def a_body(evidence, key="disc_herniation", n=200, weeks=52, seed=3):
    draws = Draws(seed)
    cohort = draw_cohort(evidence, draws, key, n)
    return Body(evidence, cohort, draws, np.zeros(n, dtype=np.int64), weeks)


def test_untreated_pain_follows_the_closed_formula(evidence):
    """Without flares, fluctuation and resorption: S∞ + (S0 − S∞)·exp(−t/τ), person by person."""
    calm = evidence.change(STILL)
    body = a_body(calm)
    body.limb_noise[:] = body.axial_noise[:] = 0
    body.resorb_keep[:] = 1
    c = body.cohort
    for day in (30, 91, 364):
        body.advance(day)
        floor = c.limb_start * c.limb_lasting
        expected = floor + (c.limb_start - floor) * np.exp(-day / c.limb_days)
        np.testing.assert_allclose(body.limb, expected, rtol=1e-9)


@pytest.mark.parametrize("key", list(load_evidence().conditions))
def test_every_state_stays_on_its_scale(evidence, key):
    body = a_body(evidence, key)
    for day in range(7, 365, 7):
        body.advance(day)
        for column, top in (
            (body.limb, 10), (body.axial, 10), (body.disability, 100), (body.sleep, 1),
            (body.sensitisation, 1), (body.conditioning, 1), (body.deficit, 1), (body.compression, 1),
        ):  # fmt: skip
            assert np.isfinite(column).all()
            assert column.min() >= 0 and column.max() <= top


def test_advancing_in_one_leap_or_day_by_day_is_identical(evidence):
    leap, walk = a_body(evidence), a_body(evidence)
    leap.advance(364)
    for day in range(1, 365):
        walk.advance(day)
    for name in leap.record:
        np.testing.assert_array_equal(leap.record[name], walk.record[name])


@pytest.mark.parametrize("key", list(load_evidence().conditions))
def test_one_more_patient_leaves_everyone_else_identical_to_the_bit(evidence, key):
    few, more = a_body(evidence, key, n=200), a_body(evidence, key, n=201)
    few.advance(364)
    more.advance(364)
    for name in few.record:
        np.testing.assert_array_equal(few.record[name], more.record[name][:, :200])


def test_a_person_alone_has_the_same_fate_as_in_the_crowd(evidence):
    draws = Draws(3)
    crowd = draw_cohort(evidence, draws, "disc_herniation", 200)
    chosen = np.array([7, 41, 199])
    together, apart = (
        a_body(evidence),
        Body(evidence, crowd.take(chosen), draws, np.zeros(3, dtype=np.int64), 52),
    )
    together.advance(364)
    apart.advance(364)
    for name in apart.record:
        np.testing.assert_array_equal(together.record[name][:, chosen], apart.record[name])


def test_entering_later_only_shifts_the_calendar(evidence):
    draws = Draws(3)
    cohort = draw_cohort(evidence, draws, "lumbar_strain", 100)
    late = np.sort(np.arange(100) % 23).astype(np.int64)
    now = Body(evidence, cohort, draws, np.zeros(100, dtype=np.int64), 26)
    then = Body(evidence, cohort, draws, late, 26)
    now.advance(26 * 7)
    then.advance(26 * 7 + 22)
    np.testing.assert_array_equal(now.record["pain"], then.record["pain"])


def test_class_shares_of_a_large_cohort_are_those_in_the_data(evidence):
    cohort = draw_cohort(evidence, Draws(5), "lumbar_strain", 20_000)
    for i, share in enumerate(cohort.condition.by_course("share")):
        error = np.sqrt(share * (1 - share) / 20_000)
        assert abs((cohort.course == i).mean() - share) < 4 * error


@pytest.mark.parametrize("age", [20, 50, 80])
def test_incidental_findings_follow_the_published_prevalence_at_each_age(evidence, age):
    old = evidence.change({"lumbar_strain.age": age, "lumbar_strain.age_sd": 0.0})
    cohort = draw_cohort(old, Draws(5), "lumbar_strain", 20_000)
    for kind, found in (("protrusion", cohort.incidental_disc), ("facet", cohort.incidental_facet)):
        share = evidence.value(f"imaging.incidental.{kind}.age{age}")
        assert abs(found.mean() - share) < 4 * np.sqrt(share * (1 - share) / 20_000)


def test_no_incidental_findings_when_their_scale_is_zero(evidence):
    none = evidence.change({"imaging.incidental_scale": 0})
    cohort = draw_cohort(none, Draws(5), "facet_pain", 5_000)
    assert not cohort.incidental_disc.any() and not cohort.incidental_facet.any()


def test_sensitisation_grows_only_after_twelve_weeks_in_pain(evidence):
    body = a_body(evidence.change({"lumbar_strain.months_in_pain": 0.0}), "lumbar_strain", n=300)
    body.advance(84)
    assert (body.sensitisation == 0).all()
    body.advance(200)
    in_pain = body.days_in_pain > 84
    assert in_pain.any() and (body.sensitisation[in_pain] > 0).any()
    assert (body.sensitisation[~in_pain] == 0).all()


def test_disability_lags_pain(evidence):
    """When pain vanishes overnight, disability falls by 1 − 1/e of the gap in one time constant."""
    body = a_body(evidence.change(STILL | {"sleep.loss_from_pain": 0, "fear.from_pain": 0}))
    for column in (body.limb_passing, body.limb_lasting, body.axial_passing, body.axial_lasting):
        column[:] = 0
    body.limb_noise[:] = body.axial_noise[:] = 0
    before = body.disability.copy()
    days = round(evidence.value("disability.days"))
    body.advance(days)
    goal = np.maximum(10 * (body.fear - evidence.value("person.fear")), 0)
    body_left = (body.disability - goal) / np.maximum(before - goal, 1e-12)
    usual = before > 20
    np.testing.assert_allclose(body_left[usual], np.exp(-days / evidence.value("disability.days")), atol=0.02)
