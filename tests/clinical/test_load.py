"""Load: speed of recovery, flares by schedule and occupation, what advice about activity does."""

import math

import numpy as np
import pytest
from bedside import a_body, bodies, give, together, without
from hypothesis import given
from hypothesis import strategies as st

from spinesim.clinical import draw_cohort, set_load
from spinesim.clinical.cohort import OCCUPATIONS
from spinesim.clinical.load import flare_ratio, recovery_speed, tolerance
from spinesim.evidence import Draws, load_evidence

EVIDENCE = load_evidence()
NUMBERS = {key: p.value for key, p in EVIDENCE.parameters.items()}
LOADS = np.linspace(0, 2, 2_001)
PAIN = np.linspace(0, 10, 101)


def numbers(**changed):
    return NUMBERS | {key.replace("__", "."): value for key, value in changed.items()}


# -- recovery ------------------------------------------------------------------------------------------------


def test_recovery_at_usual_activity_has_its_own_speed_exactly():
    np.testing.assert_array_equal(recovery_speed(NUMBERS, np.ones(101), PAIN), 1.0)


@given(st.floats(0.3, 2), st.floats(0.2, 1), st.floats(0.5, 6), st.floats(0.2, 0.7), st.floats(0.5, 1.3))
def test_recovery_is_never_negative_and_never_uneven_over_the_published_range(stim, half, irr, tol, easy):
    v = numbers(load__stimulus=stim, load__half=half, load__irritation=irr, load__tolerance=tol,
                load__tolerance_when_easy=easy)  # fmt: skip
    for pain in (0.0, 5.0, 10.0):
        speed = recovery_speed(v, LOADS, np.full(len(LOADS), pain))
        assert np.isfinite(speed).all() and speed.min() >= 0
        # up to what is tolerated more activity is better; beyond it, only one summit
        able = tolerance(v, np.array(pain)) >= LOADS
        assert (np.diff(speed[able]) > 0).all()
        falls = np.flatnonzero(np.diff(speed) < 0)
        assert not len(falls) or (np.diff(speed)[falls[0] :] <= 0).all()


@pytest.mark.parametrize("pain", [0.0, 3.0, 6.0, 9.0])
def test_the_best_load_lies_inside_when_too_much_irritates(pain):
    speed = recovery_speed(NUMBERS, LOADS, np.full(len(LOADS), pain))
    best = LOADS[speed.argmax()]
    assert 0 < best < 2 and speed[0] < speed.max() > speed[-1]
    v = NUMBERS  # there the slope of the stimulus equals that of the irritation
    slope = v["load.stimulus"] * v["load.half"] / (best + v["load.half"]) ** 2
    excess = best - tolerance(v, np.array(pain))
    assert slope == pytest.approx(2 * v["load.irritation"] * excess, rel=0.02)


def test_without_irritation_more_is_always_better():
    v = numbers(load__irritation=0.0)
    for pain in (0.0, 5.0, 10.0):
        assert (np.diff(recovery_speed(v, LOADS, np.full(len(LOADS), pain))) > 0).all()


def test_the_more_pain_the_less_is_tolerated_and_the_lower_the_best_load():
    best = [LOADS[recovery_speed(NUMBERS, LOADS, np.full(len(LOADS), p)).argmax()] for p in PAIN]
    assert (np.diff(best) <= 0).all() and best[0] > best[-1]
    able = tolerance(NUMBERS, PAIN)
    assert able[0] == pytest.approx(NUMBERS["load.tolerance"] + NUMBERS["load.tolerance_when_easy"])
    assert able[-1] == pytest.approx(NUMBERS["load.tolerance"])


def still(key, **changed):
    """Nothing moves pain but the natural course."""
    quiet = {"sensitisation.pain": 0, "sleep.pain_from_loss": 0, f"{key}.flare.weekly": 0.0}
    return EVIDENCE.change(quiet | without(keys=[key]) | changed)


@pytest.mark.parametrize("load", [0.2, 0.6, 1.0, 1.3, 1.8])
def test_pain_passes_at_the_speed_of_the_load_day_by_day(load):
    """Passing pain × (1 − (1 − e^(−1/τ)) × speed); speed counts as far as the pattern depends on it."""
    key, body = "whiplash", a_body(still("whiplash"), "whiplash", n=60, weeks=4)
    v, response, c = body.numbers, EVIDENCE.value("whiplash.load_response"), body.cohort
    for row in range(30):
        set_load(body, row, load)
    for day in range(1, 25):
        pain, before = np.maximum(body.limb, body.axial), body.axial_passing.copy()
        body.advance(day)
        speed = np.where(np.arange(60) < 30, recovery_speed(v, np.full(60, load), pain), 1.0)
        pace = np.minimum(1 + response * (speed - 1), v["load.fastest"])
        kept = np.maximum(1 - (1 - np.exp(-1 / c.axial_days)) * pace, 0)
        np.testing.assert_allclose(body.axial_passing, before * kept, rtol=1e-12)
    assert response > 0 and key in EVIDENCE.conditions


def test_usual_activity_is_the_natural_course_to_the_bit_also_beside_others():
    managed, alone = bodies(EVIDENCE, "whiplash", n=80, weeks=26)
    for row in range(0, 80, 2):
        set_load(managed, row, 1.0)
    set_load(managed, 79, 0.3)  # one person alone lives otherwise
    give(managed, "flare_plan", 77)
    together((managed, alone), 182)
    for name in alone.record:
        same = (managed.record[name] == alone.record[name]).all(axis=0)
        assert same[[r for r in range(80) if r not in (77, 79)]].all(), name
        if name == "pain":
            assert not same[79]


def test_a_pattern_that_does_not_depend_on_load_keeps_its_course_at_any_load():
    free = EVIDENCE.change({"whiplash.load_response": 0.0, "load.tolerance": 0.4})
    managed, alone = bodies(free, "whiplash", n=40, weeks=4)
    for row in range(40):
        set_load(managed, row, 1.9)
    together((managed, alone), 28)
    np.testing.assert_array_equal(managed.axial_passing, alone.axial_passing)


def test_graded_loading_follows_what_is_tolerated_and_another_advice_ends_it():
    body = a_body(EVIDENCE, "whiplash", n=20, weeks=10)
    for row in range(20):
        give(body, "graded_loading", row)
    for day in range(1, 40):
        pain = np.maximum(body.limb, body.axial)
        body.advance(day)
        np.testing.assert_array_equal(body.load, tolerance(body.numbers, pain))
    give(body, "bed_rest", 3)
    body.advance(45)
    assert body.load[3] == EVIDENCE.value("bed_rest.load") and not (body.load[:3] == body.load[3]).any()


def test_rest_lowers_the_conditioning_one_ends_up_with():
    """The resting level falls in proportion to activity below the usual, and does not rise above it."""
    level = EVIDENCE.value("conditioning.level")
    body = a_body(EVIDENCE, "whiplash", n=3, weeks=200)
    for row, load in enumerate((0.2, 1.0, 1.8)):
        set_load(body, row, load)
    body.advance(1400)
    left = 0.8 * level * math.exp(-1400 / EVIDENCE.value("conditioning.loss_days"))
    np.testing.assert_allclose(body.conditioning, [0.2 * level + left, level, level], rtol=1e-9)


# -- flares --------------------------------------------------------------------------------------------------


def test_the_population_has_a_mean_flare_ratio_of_exactly_one_at_entry():
    """Mean over occupations and schedules at their entry shares."""
    v, total, weight = NUMBERS, 0.0, 0.0
    for i, name in enumerate(OCCUPATIONS):
        for days, share in (
            ("boom_bust_days", v["person.boom_bust"]),
            ("paced_days", 1 - v["person.boom_bust"]),
        ):
            mine = v[f"person.occupation.{name}"] * share
            ratio = flare_ratio(v, np.array([i]), np.array([v[f"person.{days}"]]))[0]
            total, weight = total + mine * ratio, weight + mine
    assert total / weight == pytest.approx(1, abs=1e-14)


def test_in_a_large_cohort_the_mean_flare_ratio_is_one():
    cohort = draw_cohort(EVIDENCE, Draws(5), "persistent_back_pain", 20_000)
    ratio = flare_ratio(NUMBERS, cohort.occupation, cohort.active_days)
    assert abs(ratio.mean() - 1) < 4 * ratio.std() / math.sqrt(20_000) and ratio.std() > 0.2


@pytest.mark.parametrize("convexity", [1.0, 1.3, 1.6, 2.5])
def test_paced_and_crammed_weeks_differ_by_the_power_law(convexity):
    """The same weekly work on d days: hazard ∝ d × (1/d)^convexity."""
    v = numbers(flare__convexity=convexity)
    work = np.zeros(3, dtype=np.int64)
    ratio = flare_ratio(v, work, np.array([2.0, 5.0, 6.0]))
    assert ratio[0] / ratio[1] == pytest.approx((2 / 5) ** (1 - convexity), rel=1e-12)
    assert ratio[1] / ratio[2] == pytest.approx((5 / 6) ** (1 - convexity), rel=1e-12)
    assert (ratio[0] > ratio[1] > ratio[2]) == (convexity > 1)


def test_where_only_the_total_counts_the_schedule_changes_exactly_nothing():
    level = {f"occupation__{name}__flare": 1.0 for name in OCCUPATIONS}
    v = numbers(flare__convexity=1.0, **level)
    work = np.arange(5)
    for days in (1.0, 2.0, 5.0, 7.0):
        np.testing.assert_allclose(flare_ratio(v, work, np.full(5, days)), 1.0, rtol=1e-15)
    v = numbers(flare__convexity=1.0)
    np.testing.assert_array_equal(
        flare_ratio(v, work, np.full(5, 2.0)), flare_ratio(v, work, np.full(5, 6.0))
    )


@pytest.mark.parametrize("step", ["pacing", "catch_up"])
def test_advice_on_the_week_sets_the_persons_own_ratio_and_nobody_elses(step):
    body, alone = bodies(EVIDENCE, "persistent_back_pain", n=40, weeks=4)
    for row in range(0, 40, 2):
        give(body, step, row)
    days = np.where(np.arange(40) % 2 == 0, EVIDENCE.value(f"{step}.active_days"), alone.active_days)
    expected = flare_ratio(NUMBERS, body.cohort.occupation, days)
    np.testing.assert_array_equal(body.flare_ratio, expected)
    np.testing.assert_array_equal(body.flare_ratio[1::2], alone.flare_ratio[1::2])


def test_good_habits_avoid_their_share_of_flares():
    """The same uniforms below a threshold lowered by protection × habits."""
    often = EVIDENCE.change({"persistent_back_pain.flare.weekly": 0.3, "habits.days": 1e12})
    body = a_body(often, "persistent_back_pain", n=100, weeks=40)
    body.habits[:] = 0.8
    body.advance(280)
    draws = np.stack([Draws(3).block("flare", week, 100) for week in range(1, 41)])
    rate = 0.3 * body.flare_ratio * (1 - 0.8 * often.value("habits.flare_protection"))
    np.testing.assert_array_equal(body.flares, (draws < rate).sum(axis=0))


@pytest.mark.parametrize("step", ["flare_plan", "push_through", "bed_rest"])
def test_a_flare_passes_at_the_speed_of_the_load_kept_up_in_it(step):
    quiet = still("persistent_back_pain")
    body = a_body(quiet, "persistent_back_pain", n=30, weeks=4)
    for row in range(15):
        give(body, step, row)
    body.flare[:] = 2.0
    load = np.where(np.arange(30) < 15, quiet.value(f"{step}.flare_load"), 1.0)
    for day in range(1, 20):
        pain, before = np.maximum(body.limb, body.axial), body.flare.copy()
        body.advance(day)
        speed = recovery_speed(body.numbers, load, pain)
        kept = np.maximum(1 - (1 - math.exp(-1 / quiet.value("flare.days"))) * speed, 0)
        np.testing.assert_allclose(body.flare, before * kept, rtol=1e-12)
