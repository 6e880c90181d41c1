"""Words for people: explain, diff, change and without."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinesim.errors import SpinesimError
from spinesim.pathway import Facts, Pathway, choose, diff, explain, load_pathway

USUAL = load_pathway("conservative_first")
TRIAL = load_pathway("trial_conservative_sciatica")


def small(rules: list[dict[str, Any]], **settings: Any) -> Pathway:
    settings = {"review_weeks": [2, 6]} | settings
    return Pathway(name="small", title="Small", settings=settings, rules=rules)  # type: ignore[arg-type]


SCAN = {"id": "scan", "says": "Scan", "when": {"weeks_at_least": 6, "pain_at_least": 4}, "offer": ["imaging"]}
TALK = {"id": "talk", "says": "Talk", "when": {}, "offer": ["education"], "urgent": True}


# --- explain ----------------------------------------------------------------------------------------------


def test_explain_names_the_rule_that_fired_and_what_stopped_the_earlier_ones() -> None:
    facts = Facts(weeks=2, pain=6)
    assert explain(small([SCAN, TALK]), facts).splitlines() == [
        "rule 'talk' fired: Talk (offers urgently: education)",
        "rule 'scan' did not fire: weeks is 2, needs at least 6",
    ]
    assert small([TALK, SCAN]).explain(facts) == "rule 'talk' fired: Talk (offers urgently: education)"


def test_explain_when_nothing_fires() -> None:
    lines = USUAL.explain(Facts(weeks=2, pain=6)).splitlines()
    assert lines[0] == "no rule fired: follow-up at the next review"
    assert len(lines) == 1 + len(USUAL.rules)
    assert "rule 'scan_if_not_better' did not fire: weeks is 2, needs at least 6" in lines
    assert "rule 'red_flag_scan' did not fire: red flag is no, needs yes" in lines
    assert "rule 'start_moving' did not fire: weeks is 2, needs at most 0" in lines


@pytest.mark.parametrize(
    ("fired", "reason"),
    [
        ({"scan": (1, 7.0)}, "did not fire: already fired once"),
        ({"scan": (3, 7.0)}, "did not fire: already fired 3 times"),
        ({}, None),
    ],
)
def test_explain_a_rule_that_is_used_up(fired: dict[str, tuple[int, float]], reason: str | None) -> None:
    text = small([SCAN]).explain(Facts(weeks=8, pain=6), fired)
    assert (f"rule 'scan' {reason}" in text) if reason else text.startswith("rule 'scan' fired")


def test_explain_a_gap_and_the_settings_that_switch_rules_off() -> None:
    facts = Facts(weeks=8, pain=6, limb_pain=6, disability=60)
    rule = "surgery_if_unbearable"
    text = TRIAL.explain(facts, {rule: (1, 7.0)})
    assert f"'{rule}' did not fire: it last fired 1 week ago, needs at least 2" in text
    assert TRIAL.explain(facts, {rule: (1, 6.0)}).startswith(f"rule '{rule}' fired")
    off = TRIAL.change(surgery_after_weeks="never").explain(
        Facts(weeks=20, pain=6, limb_pain=6, disability=60)
    )
    assert "rule 'surgery_if_lasting' is switched off: surgery_after_weeks is never" in off
    physio = small(
        [{"id": "p", "says": "p", "when": {}, "offer": ["physiotherapy"]}],
        physiotherapy_sessions=0,
        physiotherapy_sessions_per_week=1,
    )
    assert "rule 'p' is switched off: physiotherapy_sessions is 0" in physio.explain(facts)


@pytest.mark.parametrize(
    ("pain", "said"),
    [(3.96, "3.96"), (3.999999, "3.999999"), (3.14159, "3.1"), (0.0, "0"), (math.nan, "not known")],
)
def test_explain_never_rounds_a_value_onto_its_threshold(pain: float, said: str) -> None:
    text = small([SCAN]).explain(Facts(weeks=8, pain=pain))
    assert f"pain is {said}, needs at least 4" in text


FACTS = st.builds(
    Facts,
    weeks=st.integers(0, 400).map(lambda day: day / 7),
    pain=st.integers(0, 10),
    limb_pain=st.integers(0, 10),
    disability=st.integers(0, 100),
    images=st.integers(0, 1),
    blocks=st.integers(0, 2),
    operations=st.integers(0, 1),
    block_relief=st.integers(0, 100),
    red_flag=st.booleans(),
    radicular=st.booleans(),
    facet_signs=st.booleans(),
    finding=st.booleans(),
    concordant=st.booleans(),
)
FIRED = st.dictionaries(
    st.sampled_from([rule.id for rule in (*USUAL.rules, *TRIAL.rules)]),
    st.tuples(st.integers(0, 3), st.integers(0, 400).map(lambda day: day / 7)),
)


@given(st.sampled_from([USUAL, TRIAL, USUAL.change(imaging_after_weeks=0)]), FACTS, FIRED)
def test_explain_and_choose_agree(pathway: Pathway, facts: Facts, fired: Any) -> None:
    offer = choose(pathway, facts, fired)
    lines = pathway.explain(facts, fired).splitlines()
    ids = [rule.id for rule in pathway.rules]
    if offer is None:
        assert lines[0].startswith("no rule fired")
        assert len(lines) == 1 + len(ids)
    else:
        assert lines[0].startswith(f"rule '{offer.rule}' fired: {offer.says}")
        assert len(lines) == 1 + ids.index(offer.rule)


# --- diff -------------------------------------------------------------------------------------------------


def test_diff_of_the_first_lesson_is_one_sentence() -> None:
    early = load_pathway("early_imaging")
    assert diff(USUAL, early) == ["imaging after weeks: 6 → 1"]
    assert diff(early, USUAL) == ["imaging after weeks: 1 → 6"]
    assert diff(USUAL, USUAL.change(imaging_after_weeks="never")) == ["imaging after weeks: 6 → never"]
    assert diff(USUAL, USUAL) == []


def test_diff_names_rules_that_only_one_has() -> None:
    found = diff(USUAL, load_pathway("early_surgery"))
    assert found[0] == "surgery after weeks: 12 → 2"
    assert all(
        sentence.startswith("rule '") and "' only in early_surgery: " in sentence for sentence in found[1:3]
    )
    assert found[3:] == ["rule 'operate': uptake: the step's own → sciatica_trial.early_uptake"]
    assert diff(USUAL, USUAL.without("inject"))[0].startswith("rule 'inject' only in the first: Leg pain")
    assert diff(USUAL.without("inject"), USUAL)[0].startswith("rule 'inject' only in the second: Leg pain")


def test_diff_says_what_changed_inside_a_rule() -> None:
    def other(**changes: Any) -> list[str]:
        return diff(small([SCAN, TALK]), small([SCAN | changes, TALK]))

    assert other(when={"weeks_at_least": 12, "pain_at_least": 4}) == ["rule 'scan': weeks at least 6 → 12"]
    assert other(when={"pain_at_least": 4}) == ["rule 'scan': no longer needs weeks at least 6"]
    assert other(when=SCAN["when"] | {"radicular": True}) == ["rule 'scan': also needs radicular yes"]  # type: ignore[operator]
    assert other(offer=["imaging", "nsaid"]) == ["rule 'scan': offer: imaging → imaging, nsaid"]
    assert other(uptake="cascade.uptake") == ["rule 'scan': uptake: the step's own → cascade.uptake"]
    assert other(urgent=True) == ["rule 'scan': urgent: no → yes"]
    assert other(times=3, again_after_weeks=2.5) == [
        "rule 'scan': times: 1 → 3",
        "rule 'scan': again after weeks: no limit → 2.5",
    ]
    assert other(says="Another wording") == []


def test_diff_of_settings_order_and_kept_visits() -> None:
    a, b = small([SCAN, TALK]), small([TALK, SCAN])
    assert diff(a, b) == ["rules are tried in another order: scan, talk → talk, scan"]
    assert diff(a, small([SCAN, TALK], review_weeks=[2])) == ["review weeks: 2, 6 → 2"]
    assert diff(a, small([SCAN, TALK], imaging_after_weeks=3)) == [
        "imaging after weeks only in the second: 3",
    ]
    late = small([SCAN | {"when": {"weeks_at_least": 9}}, TALK])
    kept = late.without("scan")
    assert kept.visit_weeks == (2, 6, 9) and kept.kept_visits == (9,)
    assert diff(small([TALK]), kept) == ["visits kept at weeks: none → 9"]


# --- change and without -----------------------------------------------------------------------------------


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
