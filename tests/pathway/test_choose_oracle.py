"""``choose`` against a plain oracle that shares no code with it: shipped files and generated pathways."""

from __future__ import annotations

import random
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spinesim
from spinesim.pathway import Facts, Pathway, choose, load_pathway

ROOT = Path(spinesim.__file__).parent
SHIPPED = sorted([*ROOT.parent.glob("data/pathways/*.toml"), *ROOT.glob("_data/pathways/*.toml")])
PATIENTS = 200

# fact -> (lowest, highest, counted in whole steps); written out here, not taken from the vocabulary
NUMBER_FACTS: dict[str, tuple[int, int, bool]] = {
    "weeks": (0, 520, False),
    "visits": (0, 1000, True),
    **dict.fromkeys(("pain", "limb_pain", "axial_pain"), (0, 10, False)),
    **dict.fromkeys(("disability", "sleep", "fear", "serious_risk", "certainty"), (0, 100, False)),
    **dict.fromkeys(("pain_improvement", "disability_improvement"), (-1000, 100, False)),
    **dict.fromkeys(("block_relief", "epidural_relief"), (0, 100, False)),
    **dict.fromkeys(("ablation_relief", "joint_relief"), (0, 100, False)),
    "age": (0, 120, False),
    "opioid_weeks": (0, 520, False),
    **dict.fromkeys(("flares", "sessions", "prior_sessions", "cbt_sessions"), (0, 1000, True)),
    **dict.fromkeys(("images", "emgs", "epidurals", "blocks", "ablations"), (0, 100, True)),
    **dict.fromkeys(("operations", "joint_injections", "trigger_injections"), (0, 100, True)),
}
YES_NO_FACTS = [
    "red_flag",
    "flag_scanned",
    "serious_found",
    "compression_found",
    "weakness",
    "cord_signs",
    "radicular",
    "facet_signs",
    "si_signs",
    "finding",
    "concordant",
    "emg_root",
    "in_physiotherapy",
    "kidney_disease",
    "ulcer",
    "anticoagulated",
    "diabetes",
    "osteoporosis",
    "boom_bust",
]
TEXT_FACTS = {
    "leading": ["", "lumbar_strain", "facet_pain", "disc_herniation", "whiplash", "cervical_radiculopathy"],
    "region": ["", "lumbar", "cervical"],
    "occupation": ["", "desk", "driving", "manual", "overhead", "caring"],
}
EXERCISE = ["physiotherapy", "specific_physiotherapy", "group_exercise", "virtual_physiotherapy"]
ALL_STEPS = [
    "education",
    "nsaid",
    *EXERCISE,
    "home_exercise",
    "cbt",
    "rehabilitation",
    "imaging",
    "cervical_epidural",
]
ALL_STEPS += ["fusion", "discharge"]
WEEK_SETTINGS = ["imaging_after_weeks", "injection_after_weeks", "surgery_after_weeks", "block_after_weeks"]


def _side(key: str) -> tuple[str, str]:
    for side in ("least", "most"):
        if key.endswith(f"_at_{side}"):
            return key[: -len(f"_at_{side}")], side
    return key, "same"


def plainly(settings: dict[str, Any], rules: list[dict[str, Any]], facts: Any, fired: Any) -> Any:
    """The first rule that holds, from the raw dictionaries, as a person would work it out."""
    for rule in rules:
        holds = True
        for key, wanted in rule["when"].items():
            if isinstance(wanted, str) and wanted.startswith("$"):
                wanted = settings[wanted[1:]]
            fact, side = _side(key)
            if wanted == "never":
                holds = False
            elif side == "least":
                holds = holds and not facts[fact] < wanted
            elif side == "most":
                holds = holds and not facts[fact] > wanted
            else:
                holds = holds and type(facts[fact]) is type(wanted) and facts[fact] == wanted
        times, last = fired.get(rule["id"], (0, None))
        if times >= rule.get("times", 1):
            holds = False
        if times > 0:
            days = round((facts["weeks"] - last) * 7, 6)
            holds = holds and not days < round(rule.get("again_after_weeks", 0) * 7, 6)
        steps = [
            step
            for step in rule["offer"]
            if not (step in EXERCISE and settings.get("physiotherapy_sessions") == 0)
            and not (step == "cbt" and settings.get("cbt_sessions") == 0)
        ]
        if holds and steps:
            return rule["id"], tuple(steps), rule.get("urgent", False), rule.get("uptake")
    return None


def chosen(pathway: Pathway, facts: dict[str, Any], fired: Any) -> Any:
    """What the pathway room says, in the oracle's words."""
    offer = choose(pathway, Facts(**facts), fired)
    return offer and (offer.rule, offer.steps, offer.urgent, offer.uptake)


# --- the shipped files --------------------------------------------------------------------------------------


def a_patient(chance: random.Random, settings: dict[str, Any], rules: list[dict[str, Any]]) -> Any:
    """Someone at random, bent towards (or to just outside) one rule, with a past."""
    often = chance.choice([0, 0.05, 0.3])
    facts: dict[str, Any] = {name: chance.random() < often for name in YES_NO_FACTS}
    for name, (low, high, whole) in NUMBER_FACTS.items():
        facts[name] = chance.randint(0, 2) if whole else chance.uniform(low, high)
    facts["weeks"] = chance.choice([0, chance.randint(0, 104), chance.randint(0, 728) / 7])
    texts = {name: {*words} for name, words in TEXT_FACTS.items()}
    for rule in rules:
        for name in texts.keys() & rule["when"].keys():
            texts[name].add(rule["when"][name])
    facts |= {name: chance.choice(sorted(words)) for name, words in texts.items()}
    place = chance.randrange(len(rules))
    for key, wanted in rules[place]["when"].items():
        fact, side = _side(key)
        if isinstance(wanted, str) and wanted.startswith("$"):
            wanted = settings[wanted[1:]]
        if side == "same":
            facts[fact] = wanted if isinstance(wanted, str) or chance.random() < 0.9 else not wanted
        elif wanted != "never":
            low, high, whole = NUMBER_FACTS[fact]
            little = 1 if whole else 0.01
            outwards = little if side == "least" else -little
            value = wanted + outwards * chance.choice([0] * 14 + [1] * 4 + [-1])
            facts[fact] = min(max(value, low), high)
    fired = {}
    earlier = chance.choice([0.6, 0.9, 1])
    later = chance.choice([0.1, 0.1, 0.1, 0.1, 0.9])
    for number, rule in enumerate(rules):
        if chance.random() < earlier if number < place else later:
            times = chance.choice([0, 1, *[rule.get("times", 1)] * 6])
            gap = rule.get("again_after_weeks", chance.randint(0, 20))
            last = facts["weeks"] - chance.choice([gap, gap, gap - 1 / 7, gap + 1 / 7, 0])
            fired[rule["id"]] = (times, max(last, 0.0))
    return facts, fired


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_the_plain_oracle_agrees_on_200_patients_of_each_shipped_pathway(file: Path) -> None:
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    settings, rules = raw["settings"], raw["rule"]
    pathway = load_pathway(file)
    chance = random.Random(f"oracle {file.stem}")
    seen = set()
    for _ in range(PATIENTS):
        facts, fired = a_patient(chance, settings, rules)
        expected = plainly(settings, rules, facts, fired)
        assert chosen(pathway, facts, fired) == expected, (facts, fired)
        seen.add(expected and expected[0])
    assert None in seen and len(seen) > len(rules) / 3, f"only {seen} of {len(rules)} rules met"


def test_the_oracle_knows_every_fact() -> None:
    assert {*NUMBER_FACTS, *YES_NO_FACTS, *TEXT_FACTS} == {*Facts.__slots__}
    assert len(SHIPPED) >= 5


# --- generated pathways -------------------------------------------------------------------------------------


def _pathway(rules: list[dict[str, Any]], **settings: Any) -> Pathway:
    settings = {
        "physiotherapy_sessions": 6,
        "physiotherapy_sessions_per_week": 1,
        "cbt_sessions": 6,
        "cbt_sessions_per_week": 1,
        "review_weeks": [2, 6],
    } | settings
    return Pathway(name="test", title="Test", settings=settings, rules=rules)  # type: ignore[arg-type]


@st.composite
def criteria(draw: st.DrawFn) -> dict[str, Any]:
    """A few conditions, thresholds mostly small so that they are often met."""
    when: dict[str, Any] = {}
    for fact in draw(st.lists(st.sampled_from(sorted(NUMBER_FACTS)), max_size=3, unique=True)):
        low, high, _ = NUMBER_FACTS[fact]
        value: Any = draw(st.integers(max(low, -20), min(high, 12)))
        if fact == "weeks" and draw(st.booleans()):
            value = "$" + draw(st.sampled_from(WEEK_SETTINGS))
        when[f"{fact}_{draw(st.sampled_from(['at_least', 'at_most']))}"] = value
    for fact in draw(st.lists(st.sampled_from(YES_NO_FACTS), max_size=2, unique=True)):
        when[fact] = draw(st.booleans())
    for fact in draw(st.lists(st.sampled_from(sorted(TEXT_FACTS)), max_size=1)):
        when[fact] = draw(st.sampled_from(TEXT_FACTS[fact][1:]))
    return when


@st.composite
def pathways(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    settings: dict[str, Any] = {
        name: draw(st.one_of(st.integers(0, 12), st.just("never"))) for name in WEEK_SETTINGS
    }
    settings["physiotherapy_sessions"] = draw(st.integers(0, 3))
    settings["cbt_sessions"] = draw(st.integers(0, 3))
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


FACTS = st.fixed_dictionaries(
    {name: st.integers(max(low, -20), min(high, 14)) for name, (low, high, _) in NUMBER_FACTS.items()}
    | {name: st.booleans() for name in YES_NO_FACTS}
    | {name: st.sampled_from(words) for name, words in TEXT_FACTS.items()}
    | {"weeks": st.integers(0, 98).map(lambda day: day / 7)}
)
FIRED = st.dictionaries(
    st.sampled_from([f"r{number}" for number in range(7)]),
    st.tuples(st.integers(0, 4), st.integers(0, 98).map(lambda day: day / 7)),
    max_size=4,
)


@given(pathways(), FACTS, FIRED)
def test_the_plain_oracle_agrees(made: Any, facts: dict[str, Any], fired: Any) -> None:
    settings, rules = made
    assert chosen(_pathway(rules, **settings), facts, fired) == plainly(settings, rules, facts, fired)


@given(pathways(), FACTS, FIRED)
def test_disabling_a_rule_that_did_not_fire_changes_nothing(made: Any, facts: Any, fired: Any) -> None:
    settings, rules = made
    pathway = _pathway(rules, **settings)
    offer = choose(pathway, Facts(**facts), fired)
    for rule in rules:
        if len(rules) > 1 and (offer is None or rule["id"] != offer.rule):
            fewer = pathway.without(rule["id"])
            assert choose(fewer, Facts(**facts), fired) == offer
            assert fewer.visit_weeks == pathway.visit_weeks


@given(pathways(), FACTS)
def test_every_journey_ends_within_its_limits(made: Any, facts: dict[str, Any]) -> None:
    settings, rules = made
    pathway = _pathway(rules, **settings)
    fired: dict[str, tuple[int, float]] = {}
    allowed = sum(rule.get("times", 1) for rule in rules)
    for day in range(0, 140):
        today = replace(Facts(**facts), weeks=day / 7)
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
