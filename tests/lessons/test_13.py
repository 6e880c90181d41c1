"""Lesson 13: how sure are we?"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from spinesim.evidence import data_folder
from spinesim.study.simulation import shipped_evidence
from spinesim.view.lab.shown import Fact
from spinesim.view.lab.spec import load_lesson, start_of
from spinesim.view.lab.sure import SureRunner
from spinesim.view.lesson.questions import CANNOT_TELL, SMALLER, answer
from tests.lessons.default_runs import is_about

FACET = "Facet pain: two test blocks before an ablation, or none?"


@cache
def runner() -> SureRunner:
    return SureRunner(load_lesson("13"))


@cache
def facts(**changes: Any) -> Mapping[str, Fact]:
    work = runner().steps({**start_of(runner().lesson), **changes})
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value.facts


def test_zero_cannot_be_ruled_out_but_what_people_notice_can() -> None:
    pain = facts()["pain_12_months"]
    assert (round(pain.value, 2), round(pain.low, 2), round(pain.high, 2)) == (-0.19, -0.40, 0.03) or (
        is_about(pain, -0.19, 0.01) and pain.low < 0 < pain.high
    )
    assert pain.important == 2 and max(abs(pain.low), abs(pain.high)) < 1
    told = answer(runner().lesson.question[1], facts())
    assert [told.options[n] for n in told.right] == [SMALLER]


def test_chance_is_the_larger_part_for_pain_not_for_cost() -> None:
    run = facts()
    assert is_about(run["share_pain_12_months"], 26, 1) and is_about(run["share_cost_health_system"], 56, 1)
    for outcome, top in (("pain_12_months", 44), ("cost_health_system", 74)):
        share = run[f"share_{outcome}"]
        assert share.low < 5 and abs(share.high - top) < 5
    assert run["width_chance"].value > run["width_numbers"].value > run["width_readers"].value
    assert run["width_readers"].value < 0.1


def test_which_is_the_better_buy_is_open_at_50_000_and_closed_at_100_000() -> None:
    run, dear = facts(), facts(pays=100_000.0)
    assert is_about(run["best_buy"], 65, 1) and run["best_buy"].low < 50 < run["best_buy"].high
    assert is_about(run["perfect_information"], 180, 10) and run["perfect_information"].low > 0
    assert dear["best_buy"].value == 100 and dear["perfect_information"].value == 0
    told = answer(runner().lesson.question[2], run)
    assert [told.options[n] for n in told.right] == [CANNOT_TELL]


def test_readers_differ_more_about_the_ablation_and_testing_first_is_never_the_better_buy() -> None:
    run = facts(decision=FACET)
    assert is_about(run["width_readers"], 0.16, 0.01) and run["width_readers"].low > 0
    assert run["width_readers"].value > 2 * facts()["width_readers"].value
    assert run["best_buy"].value == 0 and facts(decision=FACET, pays=200_000.0)["best_buy"].value == 0
    disputed = "ablation.regrowth_months"
    known = shipped_evidence()
    assert [known.stance(one).value(disputed) for one in ("sceptical", "hopeful")] == [6, 15]


def test_the_misses_quoted_are_those_of_the_model_document() -> None:
    """`spinesim validate --document` writes them; when they move, so must the lesson's text."""
    document = (data_folder().parent / "MODEL.md").read_text("utf-8")
    for line in (
        "of validation figures 119 of 268, of those held out altogether 59 of 151",
        "17 (14 to 19) days to 0 or 1 of 10 | 12 | 10.0",
        "acute_lbp_henschke | pain, share at most 0.5, usual care | 52 | 0.29",
        "disability among operated, change, cohort | 104 | -54.5",
        "placebo_response_chronic | pain, share better by 30 %, placebo | 13 | 0.23",
        "facet_ablation_reviews | pain, ablation minus steroid | 8 | -1.50",
    ):
        assert line in document, line


def test_what_is_said_of_grades_and_assumptions() -> None:
    rows = [
        row
        for file in (data_folder() / "evidence").glob("*.csv")
        for row in csv.DictReader(file.open(encoding="utf-8", newline=""))
    ]
    grades = Counter(row["certainty"] for row in rows)
    assert 1 / 7 < grades["high"] / len(rows) < 1 / 5, "about one in six"
    assert 0.35 < grades["moderate"] / len(rows) < 0.45
    assert 1 / 10 < sum(row["checked"] != "yes" for row in rows) / len(rows) < 1 / 6, "about one in eight"
    known = shipped_evidence()
    assumed = sum(known[key].assumed for key in known.parameters)
    assert 0.75 < assumed / len(known.parameters) < 0.85, "four in five"


def test_the_shown_trial_misses_most_of_its_figures() -> None:
    run = facts()
    assert run["trial_outside"].value > run["trial_inside"].value
