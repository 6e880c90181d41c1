"""Words for people: explain, diff, change and without."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


FACET = {
    "id": "facet",
    "says": "Block",
    "when": {"leading": "si_joint_pain", "region": "lumbar", "weeks_at_least": 6},
    "offer": ["medial_branch_block"],
}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts(leading="facet_pain"), "leading diagnosis is facet pain, needs si joint pain"),
        (Facts(), "leading diagnosis is not known, needs si joint pain"),
        (Facts(leading="si_joint_pain", region="cervical"), "region is cervical, needs lumbar"),
        (Facts(leading="si_joint_pain", region="lumbar", weeks=2), "weeks is 2, needs at least 6"),
    ],
)
def test_explain_says_texts_in_words_and_the_diagnosis_first(facts: Facts, reason: str) -> None:
    assert f"rule 'facet' did not fire: {reason}" in small([FACET]).explain(facts).splitlines()


def test_explain_courses_that_the_settings_leave_out() -> None:
    dials = {"physiotherapy_sessions": 0, "physiotherapy_sessions_per_week": 1}
    dials |= {"cbt_sessions": 0, "cbt_sessions_per_week": 1}

    def said(*offer: str) -> str:
        return small([TALK | {"offer": offer}], **dials).explain(Facts())

    assert "is switched off: physiotherapy_sessions is 0, so it has" in said("group_exercise")
    assert "is switched off: cbt_sessions is 0, so it has" in said("cbt")
    both = said("virtual_physiotherapy", "cbt")
    assert (
        "is switched off: physiotherapy_sessions and cbt_sessions are 0, so it has nothing to offer" in both
    )
    assert said("cbt", "emg").startswith("rule 'talk' fired: Talk (offers urgently: emg)")


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
    assert other(when=SCAN["when"] | {"occupation": "desk"}) == ["rule 'scan': also needs occupation desk"]  # type: ignore[operator]
    assert diff(small([FACET]), small([FACET | {"when": {"leading": "facet_pain", "region": "lumbar"}}])) == [
        "rule 'facet': leading diagnosis si joint pain → facet pain",
        "rule 'facet': no longer needs weeks at least 6",
    ]


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


def test_diff_mentions_the_region() -> None:
    back, neck = (USUAL.model_copy(update={"region": region}) for region in ("lumbar", "cervical"))
    assert diff(USUAL, back) == ["region: both → lumbar"]
    assert diff(back, neck) == ["region: lumbar → cervical"]
    assert diff(neck, USUAL) == ["region: cervical → both"]


def test_diff_counts_an_optional_dial_as_its_default() -> None:
    assert diff(USUAL, USUAL.change(loading=0.5)) == ["loading: 1 → 0.5"]
    assert diff(USUAL.change(examination=0), USUAL) == ["examination: 0 → 1"]
    assert diff(USUAL, USUAL.change(coordination=1, examination=1, loading=1)) == []
