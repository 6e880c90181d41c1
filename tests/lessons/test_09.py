"""Lesson 09: chronic pain, one lever or four."""

from __future__ import annotations

from tests.lessons.default_runs import facts, is_about

ALL = "Everyone, everything"
INSOMNIA = "All sleep badly of their own (insomnia)"
CRAM = "All cram the week's work into two days"
YEARS = "In pain for five years"
NO_SLEEP, NO_PACING = "Without sleep care", "Without pacing"
SCEPTICAL = "A sceptical reader"


def test_four_levers_are_a_little_ahead_with_far_less_effort() -> None:
    run = facts("09")
    assert is_about(run["disability_12_months"], -1.4, 0.1)
    assert -0.1 < run["pain_12_months"].value < 0
    assert is_about(run["physiotherapy_sessions"], -14, 1) and is_about(run["cbt_attended"], 3.5, 0.1)
    assert is_about(run["cost"], -780, 20)
    everyone = facts("09", uptake=ALL)["disability_12_months"]
    assert is_about(everyone, -3.1, 0.1) and everyone.high < run["disability_12_months"].low
    assert run["disability_12_months"].low > -2.4 > everyone.value, "0.16 SD of 15, the trials' low end"


def test_one_lever_fills_up() -> None:
    better = [facts("09", hard=sessions)["function_better_one"].value for sessions in (0, 8, 16, 32, 48)]
    assert [round(one) for one in better] == [28, 32, 34, 35, 37]
    assert better[3] - better[1] < better[1] - better[0], "the first 8 as much as the next 24"


def test_most_of_the_change_is_time_and_function_gains_more_than_pain() -> None:
    run, nothing = facts("09"), facts("09", hard=0)
    assert is_about(run["pain_better_plan"], 31, 1) and is_about(nothing["pain_better_one"], 21, 1)
    assert is_about(run["function_better_plan"], 39, 1) and is_about(nothing["function_better_one"], 28, 1)
    assert run["function_better_plan"].low > run["pain_better_plan"].high
    assert is_about(nothing["disability_12_months"], -5.0, 0.1)
    none = {"cbt": 0, "exercise": 0, "sleep": NO_SLEEP, "pacing": NO_PACING}
    assert is_about(facts("09", **none)["disability_12_months"], 3.5, 0.1), "32 sessions over explanation"


def test_without_cbt_the_single_lever_is_ahead() -> None:
    run = facts("09", cbt=0)["disability_12_months"]
    assert is_about(run, 0.8, 0.1) and run.low > 0


def _worth(lever: str, out: str, fact: str, **people: str) -> float:
    """What a lever adds: with it less without it."""
    return facts("09", **people)[fact].value - facts("09", **people, **{lever: out})[fact].value


def test_sleep_care_is_for_those_who_sleep_badly() -> None:
    as_they_come = _worth("sleep", NO_SLEEP, "disability_12_months")
    sleepless = _worth("sleep", NO_SLEEP, "disability_12_months", people=INSOMNIA)
    assert abs(as_they_come + 0.5) < 0.1 and abs(sleepless + 2.2) < 0.1
    with_it, without = facts("09", people=INSOMNIA), facts("09", people=INSOMNIA, sleep=NO_SLEEP)
    assert is_about(with_it["half_nights_plan"], 32, 1) and is_about(without["half_nights_plan"], 68, 1)
    assert is_about(with_it["sleep_plan"], 0.53, 0.01) and is_about(without["sleep_plan"], 0.47, 0.01)


def test_pacing_spares_flares_and_hardly_any_pain() -> None:
    flares = _worth("pacing", NO_PACING, "flares", people=CRAM)
    assert abs(100 * flares + 18) < 2
    assert abs(-flares / facts("09", people=CRAM, pacing=NO_PACING)["flares_plan"].value - 1 / 3) < 0.05
    assert -0.05 < _worth("pacing", NO_PACING, "pain_12_months", people=CRAM) < 0
    assert _worth("pacing", NO_PACING, "flares", people=CRAM, reader=SCEPTICAL) == 0


def test_the_direction_survives_every_reader() -> None:
    for reader in (SCEPTICAL, "A hopeful reader"):
        assert facts("09", reader=reader)["disability_12_months"].high < 0


def test_five_years_in_pain_improve_more_which_is_the_wrong_way_round() -> None:
    assert is_about(facts("09", people=YEARS)["pain_better_plan"], 52, 1)
    assert is_about(facts("09", people=YEARS, hard=0)["pain_better_one"], 38, 1)
