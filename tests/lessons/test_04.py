"""Lesson 04: how much therapy."""

from __future__ import annotations

from tests.lessons.default_runs import facts, is_about

ACUTE = "Acute: a strain of two weeks"
FULL = "A full course of 16"
KEPT = "Routines keep the fitness gained"


def test_little_more_than_half_of_what_is_offered_arrives() -> None:
    run = facts("04")
    assert is_about(run["attended"], 9.5, 0.1)
    assert is_about(run["never_began"], 15, 1)
    assert is_about(facts("04", people=ACUTE)["attended"], 6.7, 0.1)


def test_the_first_sessions_do_most_for_pain_and_function_flattens_later() -> None:
    runs = [facts("04", sessions=offered) for offered in (8, 16, 24)]
    for run, pain, function in zip(runs, (-0.31, -0.47, -0.55), (-1.9, -2.9, -3.6), strict=True):
        assert is_about(run["gain_week_26"], pain, 0.01)
        assert is_about(run["disability_12_months"], function, 0.1)
    eight, sixteen, more = (run["gain_week_26"].value for run in runs)
    steps = (-eight, eight - sixteen, sixteen - more)
    assert steps[0] > 1.5 * steps[1] > 0 and steps[1] > 1.5 * steps[2] > 0
    assert -1.16 < sixteen < -0.16, "SMD 0.33 (0.08 to 0.58) at an SD of 2, as in claim C2"


def test_the_dose_that_arrives_counts() -> None:
    plenty, usual = facts("04", sessions=32, adherence=35), facts("04")
    assert is_about(plenty["attended"], usual["attended"].value, 0.2)
    assert is_about(plenty["gain_two_years"], usual["gain_two_years"].value, 0.02)
    all_of_them = facts("04", adherence=100)["gain_week_26"].value
    assert -0.1 < all_of_them - usual["gain_week_26"].value < 0, "less than a tenth of a point more"


def test_a_full_course_before_leaves_less_to_gain_not_nothing() -> None:
    again = facts("04", earlier=FULL)["gain_week_26"]
    assert is_about(again, -0.33, 0.01) and again.low > facts("04")["gain_week_26"].high


def test_acute_pain_falls_by_itself() -> None:
    acute, lasting = facts("04", people=ACUTE), facts("04")
    assert is_about(acute["explained_start"], 5.7, 0.1) and is_about(acute["explained_week_6"], 2.9, 0.1)
    assert is_about(acute["gain_week_6"], -0.17, 0.01)
    assert is_about(lasting["explained_start"], 5.7, 0.1) and is_about(lasting["explained_week_6"], 5.4, 0.1)
    assert is_about(facts("04", people=ACUTE, sessions=4)["function_week_13"], -0.9, 0.1)


def test_what_stops_fades_and_relapses_hardly_move() -> None:
    stops, kept = facts("04"), facts("04", after=KEPT)
    assert is_about(stops["gain_two_years"], -0.24, 0.01) and is_about(kept["gain_two_years"], -0.41, 0.01)
    assert is_about(stops["relapsed"], -1, 1) and is_about(kept["relapsed"], -5, 1)
    assert is_about(stops["relapsed_explained"], 57, 1)
    assert facts("04", people=ACUTE)["relapsed_explained"].value == stops["relapsed_explained"].value
    assert abs(facts("04", sessions=4)["relapsed"].value) <= 1
    assert abs(-kept["flares"].value / stops["flares_explained"].value - 1 / 8) < 0.02, "an eighth"
    assert is_about(stops["days_off_work"], -26, 1)


def test_how_soon_the_effect_fills_up_moves_the_size_not_the_direction() -> None:
    quick, slow = facts("04", scale=2)["gain_week_26"], facts("04", scale=12)["gain_week_26"]
    assert quick.high < slow.low < slow.high < 0
