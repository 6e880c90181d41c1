"""A pathway from another: other settings, one rule fewer."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinesim.errors import SpinesimError
from spinesim.pathway import Facts, Pathway, choose, diff, load_pathway

USUAL = load_pathway("conservative_first")
TRIAL = load_pathway("trial_conservative_sciatica")


def small(rules: list[dict[str, Any]], **settings: Any) -> Pathway:
    settings = {"review_weeks": [2, 6]} | settings
    return Pathway(name="small", title="Small", settings=settings, rules=rules)  # type: ignore[arg-type]


SCAN = {"id": "scan", "says": "Scan", "when": {"weeks_at_least": 6, "pain_at_least": 4}, "offer": ["imaging"]}
TALK = {"id": "talk", "says": "Talk", "when": {}, "offer": ["education"], "urgent": True}


def test_change_gives_a_new_pathway_and_leaves_the_old() -> None:
    before = USUAL.digest
    early = USUAL.change(imaging_after_weeks=1, physiotherapy_sessions=0)
    assert early.settings.imaging_after_weeks == 1 and early.settings.physiotherapy_sessions == 0
    assert USUAL.digest == before != early.digest and early != USUAL
    assert early.change(imaging_after_weeks=6, physiotherapy_sessions=8) == USUAL
    assert USUAL.change() == USUAL
    assert USUAL.change(imaging_after_weeks=np.int64(3)) == USUAL.change(imaging_after_weeks=3.0)
    assert USUAL.change(physiotherapy_sessions=8.0) == USUAL
    assert USUAL.change(review_weeks=np.array([2.0, 4.0])).settings.review_weeks == (2, 4)


@given(
    st.one_of(st.just("never"), st.integers(0, 520), st.floats(0, 520)),
    st.integers(0, 60),
    st.floats(0.25, 5),
    st.lists(st.integers(1, 520), min_size=1, max_size=8, unique=True).map(sorted),
)
def test_change_round_trips(week: Any, sessions: int, pace: float, reviews: list[int]) -> None:
    changed = USUAL.change(
        imaging_after_weeks=week,
        physiotherapy_sessions=sessions,
        physiotherapy_sessions_per_week=pace,
        review_weeks=reviews,
    )
    assert changed.settings.imaging_after_weeks == week
    assert changed.settings.physiotherapy_sessions == sessions
    assert changed.settings.review_weeks == tuple(reviews)
    back = changed.change(**USUAL.settings.declared())
    assert back == USUAL and back.digest == USUAL.digest and diff(back, USUAL) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"imaging_after_weeks": -1}, ["imaging_after_weeks = -1 is out of range", '0 to 520, or "never"']),
        ({"imaging_after_weeks": 520.1}, ["imaging_after_weeks = 520.1 is out of range"]),
        ({"imaging_after_weeks": 10**9}, ["imaging_after_weeks = 1000000000 is out of range"]),
        ({"imaging_after_weeks": 10**5000}, ["imaging_after_weeks", "not a finite number"]),
        ({"imaging_after_weeks": math.nan}, ["imaging_after_weeks = nan is not a finite number"]),
        ({"imaging_after_weeks": math.inf}, ["imaging_after_weeks = inf is not a finite number"]),
        ({"imaging_after_weeks": "Never"}, ["imaging_after_weeks = 'Never' is not a number"]),
        ({"imaging_after_weeks": None}, ["imaging_after_weeks = None is not a number"]),
        ({"imaging_after_weeks": False}, ["imaging_after_weeks = false is not a number"]),
        ({"physiotherapy_sessions": 2.5}, ["physiotherapy_sessions = 2.5 is not a whole number", "0 to 60"]),
        ({"physiotherapy_sessions": 61}, ["physiotherapy_sessions = 61 is out of range"]),
        ({"physiotherapy_sessions": -1}, ["physiotherapy_sessions = -1 is out of range"]),
        ({"physiotherapy_sessions": "never"}, ["physiotherapy_sessions = 'never' is not a whole number"]),
        ({"physiotherapy_sessions_per_week": 0.2}, ["physiotherapy_sessions_per_week = 0.2 is out of range"]),
        ({"review_weeks": []}, ["review_weeks is empty"]),
        ({"review_weeks": [4, 2]}, ["review_weeks is not increasing at 2"]),
        ({"review_weeks": "2, 6"}, ["review_weeks = '2, 6' is not a list"]),
        ({"review_weeks": 5}, ["review_weeks = 5 is not a list"]),
        (
            {"loading": 2.01},
            ["loading = 2.01 is out of range", "from 0 to 2 (share of usual activity advised)"],
        ),
        ({"coordination": 1.1}, ["coordination = 1.1 is out of range; give a number from 0 to 1 (1 is one"]),
        ({"coordination": -0.1}, ["coordination = -0.1 is out of range"]),
        ({"examination": 0.5}, ["examination = 0.5 is not a whole number", "from 0 to 1"]),
        ({"examination": True}, ["examination = true is not a whole number"]),
        ({"loading": "never"}, ["loading = 'never' is not a number"]),
        ({"cbt_sessions": 6}, ["does not declare cbt_sessions", "can change:", ", loading"]),
        ({"load": 0.5}, ["no setting 'load'", "did you mean 'loading'"]),
        (
            {"imaging_week": 3},
            ["no setting 'imaging_week'", "did you mean 'imaging_after_weeks'", "can change:"],
        ),
    ],
    ids=lambda value: str(next(iter(value)))[:60],
)
def test_change_refuses_in_one_sentence(settings: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SpinesimError) as caught:
        USUAL.change(**settings)
    sentence = str(caught.value)
    assert sentence.startswith("pathway 'conservative_first'") and "\n" not in sentence
    for word in words:
        assert word in sentence


def test_change_refuses_a_setting_the_pathway_does_not_declare() -> None:
    with pytest.raises(
        SpinesimError, match=r"does not declare imaging_after_weeks.*it can change: surgery_after"
    ):
        TRIAL.change(imaging_after_weeks=1)


@pytest.mark.parametrize("pathway", [USUAL, TRIAL], ids=lambda pathway: pathway.name)
def test_without_takes_out_one_rule_and_keeps_the_visits(pathway: Pathway) -> None:
    for rule in pathway.rules:
        fewer = pathway.without(rule.id)
        assert [other.id for other in fewer.rules] == [r.id for r in pathway.rules if r.id != rule.id]
        assert fewer.visit_weeks == pathway.visit_weeks
        assert len(diff(pathway, fewer)) == 1


def test_without_keeps_the_visits_of_rules_taken_out_one_by_one() -> None:
    early = USUAL.change(imaging_after_weeks=1, injection_after_weeks=3)
    fewer = early.without("scan_if_not_better").without("inject").change(block_after_weeks=13)
    assert {1, 3, 13} <= set(fewer.visit_weeks)
    assert choose(fewer, Facts(weeks=1, pain=8), {}) is None


def test_without_refuses_in_one_sentence() -> None:
    with pytest.raises(
        SpinesimError, match=r"no rule 'injct' \(did you mean 'inject'\?\); rules: red_flag_scan"
    ):
        USUAL.without("injct")
    with pytest.raises(SpinesimError, match="only the rule 'talk'"):
        small([TALK]).without("talk")


def test_facts_are_frozen_and_start_empty() -> None:
    facts = Facts(weeks=2, pain=6)
    with pytest.raises(AttributeError):
        facts.pain = 3  # type: ignore[misc]
    assert not hasattr(facts, "__dict__") and replace(facts, pain=3).pain == 3
    assert (facts.images, facts.red_flag) == (0, False)
