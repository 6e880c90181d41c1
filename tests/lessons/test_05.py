"""Lesson 05: an injection as a window."""

from __future__ import annotations

from tests.lessons.default_runs import facts, is_about


def test_the_steroid_eases_for_weeks_and_leaves_nothing() -> None:
    run = facts("05")
    assert is_about(run["leg_week_7"], -0.4, 0.1)
    assert run["leg_week_7"].high < run["leg_week_26"].value < 0
    assert abs(run["leg_week_52"].value) < 0.05
    assert is_about(run["halved_after_sham"], 79, 1)
    assert is_about(run["injections_each"], 0.69, 0.01)  # 31 of 100 are not injected


def test_the_window_is_nothing_measurable_even_where_pain_limits_most() -> None:
    for limits in (2, 3):
        neither = facts("05", after_sham=0, after_steroid=0, limits=limits)["leg_week_52"].value
        both = facts("05", limits=limits)["leg_week_52"].value
        assert abs(both - neither) < 0.05


def test_training_after_one_needle_only_leaves_a_gap_all_year() -> None:
    gap = facts("05", after_sham=0)["leg_week_52"]
    assert gap.high < -0.05


def test_repeating_whatever_happened_doubles_the_needles_for_a_tenth_of_a_point() -> None:
    again = facts("05", again="Whether it helped or not")
    assert again["injections_each"].low > 1.5 * facts("05")["injections_each"].high
    assert again["leg_week_52"].low > -0.25 and again["leg_week_52"].high < 0


def test_people_attend_slightly_fewer_sessions_after_the_steroid() -> None:
    assert facts("05")["physiotherapy_sessions"].high < 0
