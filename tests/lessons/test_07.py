"""Lesson 07: operate early, or wait?"""

from __future__ import annotations

from tests.lessons.default_runs import facts, is_about

SEVERE, MILD = "Severe: 9 of 10 for everyone", "Mild: 3 of 10 for everyone"


def test_early_surgery_buys_time_and_little_else() -> None:
    run = facts("07")
    assert is_about(run["leg_week_8"], -1.6, 0.1)
    assert is_about(run["leg_week_52"], -0.4, 0.1)
    assert is_about(run["operated_waiting"], 35, 1)
    assert is_about(run["operations"], 57, 1)
    assert run["operated_early"].low > 90
    assert run["harms"].low > 0 and run["days_off_work"].high < 0


def test_a_gap_of_a_point_stays_where_nobody_crosses_over() -> None:
    assert is_about(facts("07", cross=0)["leg_week_52"], -1.0, 0.5)


def test_a_list_of_twelve_weeks_turns_week_eight_round() -> None:
    assert facts("07", weeks=12)["leg_week_8"].low > 0


def test_milder_pain_takes_more_operations_for_less_relief() -> None:
    mild, severe = facts("07", leg=MILD), facts("07", leg=SEVERE)
    assert mild["operations"].low > severe["operations"].high
    assert mild["leg_week_8"].low > severe["leg_week_8"].high


def test_an_operation_that_never_frees_the_root_eases_nothing() -> None:
    assert facts("07", success=0)["leg_week_8"].value > 0
