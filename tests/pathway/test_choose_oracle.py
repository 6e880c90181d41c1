"""``choose`` against a plain oracle that shares no code with it, on generated pathways."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinesim.pathway import Facts, Pathway, choose

NUMBER_FACTS = {
    "weeks": (0, 520),
    "pain": (0, 10),
    "limb_pain": (0, 10),
    "disability": (0, 100),
    "pain_improvement": (-1000, 100),
    "age": (0, 120),
    "sessions": (0, 1000),
    "images": (0, 100),
    "blocks": (0, 100),
    "block_relief": (0, 100),
}
YES_NO_FACTS = ["red_flag", "radicular", "facet_signs", "finding", "concordant", "in_physiotherapy"]
ALL_STEPS = ["education", "nsaid", "physiotherapy", "imaging", "epidural", "microdiscectomy", "discharge"]
WEEK_SETTINGS = ["imaging_after_weeks", "injection_after_weeks", "surgery_after_weeks", "block_after_weeks"]


def _pathway(rules: list[dict[str, Any]], **settings: Any) -> Pathway:
    settings = {
        "physiotherapy_sessions": 6,
        "physiotherapy_sessions_per_week": 1,
        "review_weeks": [2, 6],
    } | settings
    return Pathway(name="test", title="Test", settings=settings, rules=rules)  # type: ignore[arg-type]


@st.composite
def criteria(draw: st.DrawFn) -> dict[str, Any]:
    """A few conditions, thresholds mostly small so that they are often met."""
    when: dict[str, Any] = {}
    for fact in draw(st.lists(st.sampled_from(sorted(NUMBER_FACTS)), max_size=3, unique=True)):
        low, high = NUMBER_FACTS[fact]
        value: Any = draw(st.integers(max(low, -20), min(high, 12)))
        if fact == "weeks" and draw(st.booleans()):
            value = "$" + draw(st.sampled_from(WEEK_SETTINGS))
        when[f"{fact}_{draw(st.sampled_from(['at_least', 'at_most']))}"] = value
    for fact in draw(st.lists(st.sampled_from(YES_NO_FACTS), max_size=2, unique=True)):
        when[fact] = draw(st.booleans())
    return when


@st.composite
def pathways(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    settings: dict[str, Any] = {
        name: draw(st.one_of(st.integers(0, 12), st.just("never"))) for name in WEEK_SETTINGS
    }
    settings["physiotherapy_sessions"] = draw(st.integers(0, 3))
    rules: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 7))):
        steps = draw(st.lists(st.sampled_from(ALL_STEPS), min_size=1, max_size=3, unique=True))
        steps.sort(key=ALL_STEPS.index)
        rule: dict[str, Any] = {"id": f"r{number}", "says": "x", "when": draw(criteria()), "offer": steps}
        if draw(st.booleans()):
            rule |= {
                "times": draw(st.integers(2, 4)),
                "again_after_weeks": draw(st.sampled_from([0.5, 1, 4])),
            }
        rules.append(rule)
    return settings, rules


FACTS = st.builds(
    Facts,
    weeks=st.integers(0, 98).map(lambda day: day / 7),
    pain=st.integers(0, 10),
    limb_pain=st.integers(0, 10),
    disability=st.integers(0, 14),
    pain_improvement=st.integers(-20, 12),
    age=st.integers(0, 14),
    sessions=st.integers(0, 12),
    images=st.integers(0, 12),
    blocks=st.integers(0, 12),
    block_relief=st.integers(0, 12),
    **{name: st.booleans() for name in YES_NO_FACTS},
)
FIRED = st.dictionaries(
    st.sampled_from([f"r{number}" for number in range(7)]),
    st.tuples(st.integers(0, 4), st.integers(0, 98).map(lambda day: day / 7)),
    max_size=4,
)


def plainly(settings: dict[str, Any], rules: list[dict[str, Any]], facts: Facts, fired: Any) -> Any:
    """The first rule that holds, from the raw dictionaries, as a person would work it out."""
    for rule in rules:
        holds = True
        for key, wanted in rule["when"].items():
            if isinstance(wanted, str):
                wanted = settings[wanted[1:]]
            if wanted == "never":
                holds = False
            elif key.endswith("_at_least"):
                holds = holds and not getattr(facts, key[: -len("_at_least")]) < wanted
            elif key.endswith("_at_most"):
                holds = holds and not getattr(facts, key[: -len("_at_most")]) > wanted
            else:
                holds = holds and getattr(facts, key) is wanted
        times, last = fired.get(rule["id"], (0, None))
        if times >= rule.get("times", 1):
            holds = False
        if times > 0 and round((facts.weeks - last) * 7) < round(rule.get("again_after_weeks", 0) * 7 + 0.01):
            holds = False
        steps = [
            step
            for step in rule["offer"]
            if step != "physiotherapy" or settings["physiotherapy_sessions"] > 0
        ]
        if holds and steps:
            return rule["id"], tuple(steps)
    return None


@given(pathways(), FACTS, FIRED)
def test_the_plain_oracle_agrees(made: Any, facts: Facts, fired: Any) -> None:
    settings, rules = made
    offer = choose(_pathway(rules, **settings), facts, fired)
    assert (offer and (offer.rule, offer.steps)) == plainly(settings, rules, facts, fired)


@given(pathways(), FACTS, FIRED)
def test_disabling_a_rule_that_did_not_fire_changes_nothing(made: Any, facts: Facts, fired: Any) -> None:
    settings, rules = made
    pathway = _pathway(rules, **settings)
    offer = choose(pathway, facts, fired)
    for rule in rules:
        if len(rules) > 1 and (offer is None or rule["id"] != offer.rule):
            fewer = pathway.without(rule["id"])
            assert choose(fewer, facts, fired) == offer
            assert fewer.visit_weeks == pathway.visit_weeks


@given(pathways(), FACTS)
def test_every_journey_ends_within_its_limits(made: Any, facts: Facts) -> None:
    settings, rules = made
    pathway = _pathway(rules, **settings)
    fired: dict[str, tuple[int, float]] = {}
    allowed = sum(rule.get("times", 1) for rule in rules)
    for day in range(0, 140):
        today = replace(facts, weeks=day / 7)
        for _ in range(len(rules) + 1):  # a restless clinic that asks again on the same day
            offer = choose(pathway, today, fired)
            if offer is None:
                break
            fired[offer.rule] = (fired.get(offer.rule, (0, 0.0))[0] + 1, today.weeks)
        else:
            pytest.fail("one day never ended")
    assert sum(times for times, _ in fired.values()) <= allowed
    for rule in rules:
        assert fired.get(rule["id"], (0, 0.0))[0] <= rule.get("times", 1)
