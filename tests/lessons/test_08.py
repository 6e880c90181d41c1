"""Lesson 08: the neck."""

from __future__ import annotations

from tests.lessons.default_runs import facts, is_about

WHIPLASH = "Whiplash, seen early"
CORD = "A spinal cord coming under pressure"
DESK = "Headache from the neck, at a desk"


def test_an_early_surgeon_brings_operations_and_weeks_but_not_a_better_year() -> None:
    run = facts("08")
    assert is_about(run["operations"], 13, 1)
    assert is_about(run["arm_week_12"], -0.5, 0.1)
    assert abs(run["pain_12_months"].value) < 0.1


def test_never_asking_a_surgeon_leaves_more_pain() -> None:
    assert facts("08", surgeon="never")["pain_12_months"].low > 0.1
    assert facts("08", surgeon=26)["operations"].high < 0


def test_whiplash_has_a_best_load_between_rest_and_strain() -> None:
    none, some, much = (facts("08", who=WHIPLASH, load=load)["pain_months_1_6"] for load in (0, 70, 200))
    assert some.high < 0 < none.low and much.low > none.high


def test_not_looking_costs_cord() -> None:
    assert abs(facts("08", who=CORD)["deficit"].value) < 0.5
    missed = facts("08", who=CORD, signs="Not looked at")
    assert is_about(missed["deficit"], 9, 1)
    assert is_about(missed["operations"], -50, 10)
    assert missed["pain_12_months"].high < 1  # "less than a point"


def test_headache_gains_from_the_first_sessions_most() -> None:
    none = facts("08", who=DESK, sessions=0)["pain_12_months"]
    many = facts("08", who=DESK, sessions=24)["pain_12_months"]
    assert none.low > 0 > many.high and none.value > -many.value
