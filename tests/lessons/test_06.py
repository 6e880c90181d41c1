"""Lesson 06: blocks before ablation."""

from __future__ import annotations

from tests.lessons.default_runs import facts, is_about

NO_BLOCK = "No block"
ONE = "One block that helps"


def test_two_blocks_spare_about_a_third_of_the_ablations_and_cost_a_tenth_of_a_point() -> None:
    run = facts("06")
    assert is_about(run["ablated_after_one"], 28, 1)
    assert is_about(run["ablated_yours"], 20, 1)
    assert is_about(run["pain_week_26"], 0.1, 0.1) and run["pain_week_26"].low > 0
    assert run["blocks_each"].low > 0 and run["cost"].low > 0


def test_without_any_facet_source_ablations_go_on_and_move_nobody() -> None:
    run = facts("06", source=0)
    assert is_about(run["ablated_after_one"], 18, 1)
    assert run["ablations"].high < 0 and abs(run["pain_week_26"].value) < 0.02


def test_without_a_block_more_are_ablated_and_the_average_is_a_little_lower() -> None:
    run = facts("06", blocks=NO_BLOCK)
    assert run["ablations"].low > 10 and -0.3 < run["pain_week_26"].value < 0


def test_an_early_regrowth_takes_the_year_away() -> None:
    late = facts("06", source=100, blocks=NO_BLOCK)["pain_12_months"].value
    early = facts("06", source=100, blocks=NO_BLOCK, regrowth=3)["pain_12_months"].value
    assert late < -0.05 and abs(early) < abs(late) / 2


def test_more_training_helps_as_exercise_does() -> None:
    assert facts("06", source=100, blocks=ONE, sessions=40)["pain_12_months"].high < 0
    assert facts("06", source=100, blocks=ONE, sessions=0)["pain_12_months"].low > 0
