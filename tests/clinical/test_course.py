"""The natural course does what its formula says, and every state stays on its scale."""

import numpy as np
import pytest
from bedside import a_body, without

from spinesim.clinical import Body, draw_cohort
from spinesim.clinical.day import disability_target
from spinesim.evidence import Draws, load_evidence

STILL = {
    "flare.size": 0,
    "sensitisation.pain": 0,
    "sleep.pain_from_loss": 0,
}


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def painless(body):
    """From tomorrow on nobody has any pain."""
    for column in (body.limb_passing, body.limb_lasting, body.axial_passing, body.axial_lasting):
        column[:] = 0
    body.limb_noise[:] = body.axial_noise[:] = 0
    body.flare_draws[:] = 1


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
    for i, share in enumerate(cohort.conditions[0].by_course("share")):
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


def test_the_record_is_empty_until_a_week_is_reached_and_full_at_the_end(evidence):
    draws = Draws(3)
    cohort = draw_cohort(evidence, draws, "disc_herniation", 40)
    entry = np.sort(np.arange(40) % 20).astype(np.int64)
    body = Body(evidence, cohort, draws, entry, 8)
    for day in (0, 13, 30, 8 * 7 + 18):
        body.advance(day)
        reached = np.arange(9)[:, None] * 7 <= day - entry
        for column in body.record.values():
            np.testing.assert_array_equal(np.isfinite(column), reached)
    assert not reached.all()  # the last to enter still lack their last week
    body.advance(8 * 7 + 19)
    assert all(np.isfinite(column).all() for column in body.record.values())


def test_the_record_holds_the_state_at_the_start_of_each_own_week(evidence):
    body = a_body(evidence, n=50, weeks=10)
    for week in range(11):
        body.advance(7 * week)
        now = {
            "pain": np.maximum(body.limb, body.axial),
            "limb_pain": body.limb,
            "axial_pain": body.axial,
            "disability": body.disability,
            "sleep": body.sleep,
            "fear": body.fear,
            "sensitisation": body.sensitisation,
            "deficit": body.deficit,
        }
        assert set(now) == set(body.record)
        for name, column in now.items():
            np.testing.assert_array_equal(body.record[name][week], column.astype(np.float32))


def test_sensitisation_grows_only_after_twelve_weeks_in_pain(evidence):
    """Above 0 exactly in those who ever passed the limit; what is left fades, but never to 0."""
    body = a_body(evidence.change({"lumbar_strain.months_in_pain": 0.0}), "lumbar_strain", n=300)
    ever = np.zeros(300, dtype=bool)
    for day in range(1, 201):
        body.advance(day)
        ever |= body.days_in_pain > evidence.value("sensitisation.after_days")
        np.testing.assert_array_equal(body.sensitisation > 0, ever)
        assert day > evidence.value("sensitisation.after_days") or not ever.any()
    assert ever.any() and not ever.all()


def test_sensitisation_falls_without_pain_with_its_time_constant(evidence):
    v = evidence.value
    alone = evidence.change({"sensitisation.sleep": 0})  # the levers have tests of their own
    body = a_body(alone, "facet_pain", n=50)  # a year in pain: everyone arrives sensitised
    before = body.sensitisation.copy()
    assert before.min() > 0
    pain = np.maximum(body.limb, body.axial)
    painless(body)
    body.advance(61)
    # the slow states follow yesterday's pain: on day 1 it still counts, afterwards it is gone
    sore = pain >= v("pain.in_pain")
    growth = (1 - np.exp(-1 / v("sensitisation.growth_days"))) * pain / 10 * (1 - before)
    expected = (before + sore * growth) * np.exp(-(61 - sore) / v("sensitisation.fall_days"))
    assert sore.any() and not sore.all()
    np.testing.assert_allclose(body.sensitisation, expected, rtol=1e-9)


def test_disability_lags_pain(evidence):
    """When pain vanishes overnight, disability runs to its new goal along exp(−t/τ), person by person."""
    well = {"sleep.loss_from_pain": 0, "fear.from_pain": 0, "fear.from_sleep_loss": 0}
    body = a_body(evidence.change(STILL | well | without(keys=["disc_herniation"])))
    painless(body)
    before = body.disability.copy()
    fear = evidence.value("fear.disability") * (body.cohort.fear - evidence.value("person.fear"))
    goal = np.maximum(fear, 0)
    for days in (1, 5, 40):
        body.advance(days)
        left = np.exp(-days / evidence.value("disc_herniation.disability.days"))
        np.testing.assert_allclose(body.disability, goal + (before - goal) * left, rtol=1e-9, atol=1e-9)


# -- flares and conditioning ------------------------------------------------------------------------------


def test_flares_count_once_a_week_and_never_after_the_own_end(evidence):
    """With a flare sure to come each week, everyone has as many as weeks, whenever they entered."""
    draws, entry = Draws(3), np.sort(np.arange(60) % 30).astype(np.int64)

    def flaring(weekly):
        changed = evidence.change({"lumbar_strain.flare.weekly": weekly})
        return Body(changed, draw_cohort(changed, draws, "lumbar_strain", 60), draws, entry, 12)

    body = flaring(1.0)
    body.flare_ratio[:] = 1  # whatever people work at
    for day in range(1, 12 * 7 + 100):
        body.advance(day)
        own = np.clip((day - entry) // 7, 0, 12)
        np.testing.assert_array_equal(body.flares, own)
    none = flaring(0.0)
    none.advance(12 * 7 + 30)
    assert not none.flares.any()


def test_a_flare_adds_its_size_and_fades(evidence):
    v = evidence.value
    still = {"sensitisation.pain": 0, "sleep.pain_from_loss": 0}
    calm, sore = (
        a_body(evidence.change(still | {"lumbar_strain.flare.weekly": p}), "lumbar_strain", n=200, weeks=1)
        for p in (0.0, 1.0)
    )
    for body in (calm, sore):
        body.limb_noise[:] = body.axial_noise[:] = 0
        body.flare_ratio[:] = 1
    for day in (6, 7, 12, 20):
        calm.advance(day), sore.advance(day)
        rise = v("flare.size") * np.exp(-(day - 7) / v("flare.days")) if day >= 7 else 0.0
        np.testing.assert_allclose(sore.axial, np.minimum(calm.axial + rise, 10), rtol=1e-9)
        np.testing.assert_array_equal(sore.limb, calm.limb)  # back pain is this condition's main pain


@pytest.mark.parametrize("key", list(load_evidence().conditions))
def test_conditioning_lowers_flares_by_the_published_ratio(evidence, key):
    """The same uniforms below a lower threshold: nobody has more flares, all together fewer.

    Each threshold is also that of the person's work and of the days on which they do it.
    """
    weekly = 0.2
    often = evidence.change({f"{key}.flare.weekly": weekly})
    rest, fit = a_body(often, key), a_body(often, key)
    fit.conditioning[:] = fit.maintenance[:] = 1.0
    rest.advance(364), fit.advance(364)
    draws = np.stack([Draws(3).block("flare", week, 200) for week in range(1, 53)])
    assert len(np.unique(rest.flare_ratio)) > 5
    np.testing.assert_array_equal(rest.flares, (draws < weekly * rest.flare_ratio).sum(axis=0))
    protected = weekly * evidence.value("conditioning.flare_protection") * rest.flare_ratio
    np.testing.assert_array_equal(fit.flares, (draws < protected).sum(axis=0))
    assert (fit.flares <= rest.flares).all() and fit.flares.sum() < rest.flares.sum()


def test_conditioning_lowers_disability(evidence):
    """At the same pain, by its own size times what lies above the resting level, with the usual lag."""
    v = evidence.value
    quiet = evidence.change({"lumbar_strain.flare.weekly": 0.0, "sensitisation.movement": 0.0})
    rest, fit = a_body(quiet, "lumbar_strain"), a_body(quiet, "lumbar_strain")
    fit.conditioning[:] = fit.maintenance[:] = 1.0
    gap = v("conditioning.disability") * (1 - v("conditioning.level"))
    inside = np.ones(200, dtype=bool)
    for today in range(1, 29):
        rest.advance(today), fit.advance(today)
        np.testing.assert_array_equal(rest.axial, fit.axial)
        goals = [disability_target(body, slice(0, 200)) for body in (rest, fit)]
        inside &= (goals[1] > 0) & (goals[0] < 100)
        lower = gap * (1 - np.exp(-today / v("lumbar_strain.disability.days")))
        np.testing.assert_allclose((rest.disability - fit.disability)[inside], lower, rtol=1e-6)
        assert (fit.disability <= rest.disability).all()
    assert inside.sum() > 50


def test_conditioning_is_lost_without_exercise_and_held_by_maintenance(evidence):
    lost, held = (a_body(evidence, "lumbar_strain", n=10) for _ in range(2))
    lost.conditioning[:] = held.conditioning[:] = 0.9
    held.maintenance[:] = 0.9
    lost.advance(100), held.advance(100)
    level = evidence.value("conditioning.level")
    left = np.exp(-100 / evidence.value("conditioning.loss_days"))
    np.testing.assert_allclose(lost.conditioning, level + (0.9 - level) * left, rtol=1e-9)
    np.testing.assert_allclose(held.conditioning, 0.9, rtol=1e-12)
