"""Lesson 10: tablets, stacked or stewarded."""

from __future__ import annotations

from tests.lessons.default_runs import facts, is_about

YOUNG = "Aged 40, no other illness"
START_ONLY = "Two kinds of tablets at the start, nothing more"


def test_stewardship_spares_most_harm_for_half_a_point() -> None:
    run = facts("10")
    assert is_about(run["harms"], -80, 1)
    assert is_about(run["pain_weeks_1_12"], 0.5, 0.1)
    assert is_about(run["disability_12_months"], 0.5, 0.2)
    assert is_about(run["disability_average"], 2, 1)
    assert run["drug_days"].high < -200


def test_the_common_harm_is_not_the_grave_one() -> None:
    run = facts("10")
    assert run["drowsy_stacked"].low > run["constipated_stacked"].high
    assert run["constipated_stacked"].low > run["falls_stacked"].high
    assert run["falls_stacked"].low > run["stomach_stacked"].value > 0


def test_most_of_the_harm_comes_from_adding_and_renewing() -> None:
    assert facts("10", stack=START_ONLY)["harms"].low > facts("10")["harms"].high + 40


def test_age_and_illness_multiply_falls_and_bleeds() -> None:
    old, young = facts("10", stomach=10.0), facts("10", who=YOUNG, stomach=10.0)
    assert old["falls_stacked"].low > young["falls_stacked"].high
    assert old["stomach_stacked"].low > young["stomach_stacked"].high


def test_the_direction_survives_every_reader() -> None:
    for reader in ("A sceptical reader", "A hopeful reader"):
        run = facts("10", reader=reader)
        assert run["harms"].high < -50 and 0 < run["pain_weeks_1_12"].value < 2
