"""Lesson 12: a cohort study that lies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from spinesim.course.play.scenario import run
from spinesim.view.lab.shown import Fact
from spinesim.view.lab.spec import load_lesson, start_of
from tests.lessons.default_runs import is_about

NOTHING = "Nothing about how ill people are"
STRAIN = "Back strain only"
OFF = "not at all"
MANY = 2_000


@cache
def _facts(changes: tuple[tuple[str, Any], ...]) -> Mapping[str, Fact]:
    lesson = load_lesson("12")
    return run(lesson, {**start_of(lesson), **dict(changes)}).facts


def facts(**changes: Any) -> Mapping[str, Fact]:
    return _facts(tuple(sorted(changes.items())))


def holds(fact: Fact, value: float) -> bool:
    return fact.low <= value <= fact.high


def test_the_default_run_has_the_sizes_that_the_text_says() -> None:
    found = facts()
    assert is_about(found["procedures_crude"], 22, 1) and is_about(found["procedures_truth"], 4, 1)
    assert is_about(found["procedures_baseline"], 12, 1) and is_about(found["procedures_target_trial"], 6, 1)
    assert (
        round(found["procedures_target_trial"].high) == 15
        and round(found["procedures_target_trial"].low) == 0
    )
    assert is_about(found["disability_12_months_crude"], 9, 1)
    assert is_about(found["disability_12_months_baseline"], 7, 1)
    assert is_about(found["pain_at_referral"], 1.3, 0.1) and is_about(found["radicular_at_referral"], 24, 1)
    assert is_about(found["procedures_ratio_crude"], 5, 1), "the insurer's five times"
    assert is_about(found["days_off_work_crude"], 49, 7), "and seven weeks"
    assert is_about(found["exposed"], 20, 5), "about one in five"


@pytest.mark.parametrize("more", [{}, {"patients": MANY, "seed": 12}])
def test_the_records_lie_the_first_chart_repairs_some_and_the_emulated_trial_holds_the_truth(
    more: Any,
) -> None:
    found = facts(**more)
    for outcome in ("procedures", "disability_12_months", "days_off_work"):
        off = [found[f"{outcome}_{method}_off"] for method in ("crude", "claims", "baseline", "target_trial")]
        assert off[0].low > 0 and off[1].value > 0.8 * off[0].value and off[2].value < 0.8 * off[0].value
        assert holds(off[3], 0)
    assert found["procedures_truth"].low > 0, "the scan does open doors"
    assert abs(found["disability_12_months_truth"].value) < 0.1 * (
        found["disability_12_months_truth"].important or 0
    )
    assert found["procedures_never_off"].value > found["procedures_crude_off"].value


@pytest.mark.parametrize("more", [{}, {"patients": MANY, "seed": 12}])
def test_when_doctors_scan_by_lot_the_crude_answer_holds_the_truth_but_not_against_the_never_scanned(
    more: Any,
) -> None:
    found = facts(impression=0, **more)
    for outcome in (
        "procedures",
        "operations",
        "pain_12_months",
        "disability_12_months",
        "days_off_work",
        "cost",
    ):
        crude, truth = found[f"{outcome}_crude"], found[f"{outcome}_truth"].value
        assert is_about(crude, truth, 0), outcome
        # of the twelve intervals of two runs one may miss by chance: those of the lesson's own run hold
        assert more or holds(crude, truth), outcome
    assert found["procedures_never_off"].low > 0
    for what in ("pain", "limb_pain", "disability", "radicular", "age", "female"):
        assert holds(found[f"{what}_at_referral"], 0) or more, what
    assert is_about(found["exposed"], facts(**more)["exposed"].value, 1), "about as many are scanned"


def test_the_dial_moves_the_crude_answer_and_leaves_the_truth_alone() -> None:
    runs = [facts(impression=strength) for strength in (0, 50, 100, 150)]
    crude = [one["procedures_crude"].value for one in runs]
    assert crude == sorted(crude) and crude[0] + 15 < crude[-1]
    assert len({one["procedures_truth"].value for one in runs}) == 1

    def width(one: Mapping[str, Fact]) -> float:
        return one["procedures_target_trial"].high - one["procedures_target_trial"].low

    assert width(runs[-1]) > 1.5 * width(runs[2]), "with nobody alike on the other side no method can compare"


def test_a_chart_that_records_nothing_repairs_nothing() -> None:
    found = facts(records=NOTHING)
    for method in ("claims", "baseline", "target_trial"):
        assert found[f"procedures_{method}"].value == pytest.approx(found["procedures_crude"].value, abs=1)
    assert found["pain_at_referral"] == facts()["pain_at_referral"], "who was scanned is another matter"


def test_without_the_cascade_most_of_the_truth_goes_and_with_back_strain_alone_all_of_it() -> None:
    off = facts(cascade=OFF)
    assert holds(off["procedures_truth"], 0) and off["procedures_crude"].low > 0
    strain = facts(cascade=OFF, people=STRAIN)
    for outcome in ("procedures", "injections", "operations"):
        truth = strain[f"{outcome}_truth"]
        assert (truth.value, truth.low, truth.high) == (0, 0, 0)
    assert strain["disability_12_months_crude"].low > 4, "the records blame the scan all the same"
    assert holds(strain["disability_12_months_truth"], 0)
