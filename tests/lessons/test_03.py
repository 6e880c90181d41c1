"""Lesson 03: history, examination and Bayes."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from spinesim.course.play.scenario import run
from spinesim.view.lab.shown import Fact
from spinesim.view.lab.spec import load_lesson, start_of
from tests.lessons.default_runs import is_about

REFERRED = "A pain clinic, on referral"
STORY = "The story as well"
ALIKE = "Every pattern alike"


@cache
def _facts(changes: tuple[tuple[str, Any], ...]) -> dict[str, Fact]:
    lesson = load_lesson("03")
    return dict(run(lesson, {**start_of(lesson), **dict(changes)}).facts)


def facts(**changes: Any) -> dict[str, Fact]:
    return _facts(tuple(sorted(changes.items())))


@pytest.mark.parametrize(
    ("changes", "before", "found", "missed"),
    [
        ({}, 5, 34, 0.5),
        ({"who": REFERRED}, 26, 73, 3),
        ({"specificity": 28.0}, 5, 7, 2),
        ({"known": STORY}, 71, 96, 18),
        ({"finding": "One medial branch block"}, 31, 47, 8),
        ({"finding": "Two medial branch blocks"}, 31, 57, 11),
        ({"finding": "Nerve test (EMG) for a neck root"}, 24, 59, 13),
        ({"finding": "MRI names something"}, 5, 10, 0.6),
        ({"finding": "MRI names something that fits"}, 5, 28, 0.6),
    ],
)
def test_what_a_finding_is_worth(changes: dict[str, Any], before: float, found: float, missed: float) -> None:
    """These numbers hold no chance: they are as the text says, rounded."""
    run = facts(**changes)
    assert run["before"].value == pytest.approx(before, abs=0.51)
    assert run["if_found"].value == pytest.approx(found, abs=0.51)
    assert run["if_not_found"].value == pytest.approx(missed, abs=0.51)


def test_the_ratio_of_the_leg_raise_and_of_the_paper() -> None:
    """9 here; with a specificity of 77 about 4."""

    def ratio(run: dict[str, Fact]) -> float:
        before, after = run["before"].value, run["if_found"].value
        return (after / (100 - after)) / (before / (100 - before))

    assert ratio(facts()) == pytest.approx(9, abs=0.5)
    assert ratio(facts(specificity=77.0)) == pytest.approx(4, abs=0.05)


def test_facet_loading_tells_nothing_and_age_tells_much() -> None:
    run = facts(finding="Facet loading", who=REFERRED)
    assert run["if_found"].value - run["if_not_found"].value < 2
    assert facts(age=70.0)["now"].value < 5


def test_history_then_examination_then_little_more() -> None:
    run = facts()
    assert is_about(run["right_history"], 82, 1) and is_about(run["right_examination"], 84, 1)
    assert is_about(run["right_scan"], 51, 1) and is_about(run["right_first"], 48, 1)
    assert is_about(run["gain_scan"], 1, 1) and run["gain_signs"].low > 0
    assert run["gain_examination"].low > 30
    assert run["right_scan"].value - run["right_first"].value < 6


def test_a_poor_start_costs_most_where_little_is_asked() -> None:
    run, usual = facts(expects=ALIKE), facts()
    assert run["claimed"].value == pytest.approx(57, abs=0.51)
    assert run["now"].value == pytest.approx(34, abs=0.51)
    assert is_about(run["right_scan"], 25, 1)
    lost = {way: usual[way].value - run[way].value for way in ("right_scan", "right_examination")}
    assert lost["right_examination"] < lost["right_scan"] / 3


def test_flags_are_common_disease_is_rare_and_no_threshold_gives_both() -> None:
    run, every = facts(), facts(scan_from="never")
    assert is_about(run["any_flag"], 78, 1) and is_about(run["serious"], 1, 1)
    assert is_about(run["serious_of_flagged"], 1, 1) and run["serious_of_flagged"].high < 5
    assert is_about(run["scanned"], 7, 1) and is_about(run["caught"], 30, 10)
    assert is_about(every["scanned"], 78, 1) and is_about(every["caught"], 90, 10)
    cuts = [facts(scan_from=cut) for cut in (1.0, 3.0, 10.0)]
    for key in ("scanned", "caught"):
        sizes = [one[key].value for one in cuts]
        assert sizes == sorted(sizes, reverse=True)
    assert is_about(run["serious"], 100 * 40 / 4_000, 0.4)
