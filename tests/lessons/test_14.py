"""Lesson 14: what routines, a flare plan and a better desk save after recovery, each for itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lessons.default_runs import facts, is_about

ONLY: dict[str, Any] = {"routines": 0, "flare": 100, "desk": 0}
DESK, LIFT = "At a desk", "Lifting and carrying"


def test_the_plan_spares_ten_and_four_in_ten_relapse_all_the_same() -> None:
    run = facts("14")
    assert is_about(run["relapsed"], -10, 1) and run["relapsed"].high < -5
    assert is_about(run["relapsed_stops"], 48, 1) and is_about(run["relapsed_kept"], 38, 1)
    assert is_about(run["flares"], -0.2, 0.1)
    assert is_about(run["days_off_work"], -5, 1) and is_about(run["cost"], 80, 1)
    assert abs(run["pain_average"].value) < 0.1, "the two curves nearly cover each other"


def test_a_quarter_fewer_flares_and_a_tenth_fewer_days_off() -> None:
    run = facts("14")
    flares, days = run["flares"].value, run["days_off_work"].value
    assert 0.15 < -flares / (run["flares_kept"].value - flares) < 0.3
    assert 0.06 < -days / (run["days_off_kept"].value - days) < 0.14


def test_it_is_the_routines() -> None:
    routines = facts("14", **ONLY | {"routines": 90})
    assert is_about(routines["relapsed"], -10, 1)
    desk = facts("14", **ONLY | {"desk": 100, "work": DESK})
    assert is_about(desk["flares"], -0.02, 0.01) and abs(desk["relapsed"].value) < 1
    assert is_about(desk["cost"], 60, 5)
    flare = facts("14", **ONLY | {"flare": 60})
    assert flare["relapsed"].value == flare["flares"].value == 0
    assert is_about(flare["disability_average"], -0.2, 0.1) and is_about(flare["days_off_work"], -0.8, 0.1)


def test_few_keepers_save_little() -> None:
    few, most = facts("14", **ONLY | {"routines": 8}), facts("14", **ONLY | {"routines": 90})
    assert few["relapsed"].low > most["relapsed"].high


@pytest.mark.parametrize("days", [10, 60])
def test_the_flare_plan_does_not_beat_going_on_as_usual(days: int) -> None:
    """Both ends cost something, the middle is flat, also when flares last longer."""
    pain, disability = (
        {
            load: facts("14", **ONLY | {"flare": load, "length": days})[key].value
            for load in (10, 60, 100, 150)
        }
        for key in ("pain_average", "disability_average")
    )
    assert abs(pain[60] - pain[100]) < 0.01 and abs(disability[60] - disability[100]) < 0.05
    assert min(pain[10], pain[150]) > max(pain[60], pain[100])
    assert days > 10 or pain[10] - pain[60] < 0.01


def test_days_off_are_saved_by_fitness_and_not_by_fewer_flares() -> None:
    run = facts("14", protection=100)
    assert abs(run["relapsed"].value) < 1.5
    assert is_about(run["days_off_work"], -5, 1)


def test_the_work_decides_how_many_days_are_missed() -> None:
    desk, lift = facts("14", work=DESK), facts("14", work=LIFT)
    assert is_about(desk["days_off_kept"], 29, 1) and is_about(lift["days_off_kept"], 86, 1)
    assert is_about(desk["days_off_work"], -4, 1) and is_about(lift["days_off_work"], -6, 1)
    assert abs(desk["disability_kept"].value - lift["disability_kept"].value) < 0.5, "the same backs"
