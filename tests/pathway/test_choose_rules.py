"""How rules fire: offers in full, repeats, gaps, settings, every kind of fact."""

from __future__ import annotations

import pickle
import timeit
from dataclasses import replace
from typing import Any

import pytest

from spinesim.pathway import Facts, Offer, Pathway, available, choose, load_pathway
from spinesim.pathway.vocabulary import BOOLEANS, COUNTED_BY, COURSES, NUMBERS

EXERCISE = COURSES["physiotherapy_sessions"]
AILING = Facts(weeks=30, pain=6, limb_pain=6, axial_pain=6, disability=45, age=40)
SCANNED = replace(AILING, images=1, finding=True, concordant=True, radicular=True)
AXIAL = replace(AILING, images=1)
START = Facts(weeks=0, pain=6, limb_pain=1, axial_pain=6, disability=40)
PASSED = {"scan_if_not_better": (1, 6.0)}


def _pathway(rules: list[dict[str, Any]], **settings: Any) -> Pathway:
    settings = {
        "physiotherapy_sessions": 6,
        "physiotherapy_sessions_per_week": 1,
        "review_weeks": [2, 6],
    } | settings
    return Pathway(name="test", title="Test", settings=settings, rules=rules)  # type: ignore[arg-type]


def _fires(pathway: Pathway, facts: Facts, fired: dict[str, tuple[int, float]]) -> str | None:
    offer = choose(pathway, facts, fired)
    return offer.rule if offer else None


def test_offers_in_full() -> None:
    usual = load_pathway("conservative_first")
    first = choose(usual, START, {})
    assert first is not None
    assert first.steps == ("education", "nsaid", "physiotherapy")
    assert (first.urgent, first.uptake) == (False, None)
    urgent = choose(usual, replace(AILING, red_flag=True), {})
    assert urgent == Offer("red_flag_scan", ("imaging",), True, None, "A red flag: scan urgently")
    cascade = choose(usual, replace(AXIAL, finding=True), PASSED)
    assert cascade is not None and cascade.uptake == "cascade.procedure_uptake"
    signs = replace(AXIAL, finding=True, facet_signs=True)
    assert choose(usual, signs, PASSED) == cascade  # signs alone, of which many have some, are no diagnosis
    facet = choose(usual, replace(signs, leading="facet_pain"), PASSED)
    assert facet is not None and facet.rule == "block_facet" and facet.uptake is None
    crossover = choose(load_pathway("trial_conservative_sciatica"), replace(AILING, weeks=8), {})
    assert crossover is not None
    assert (crossover.steps, crossover.uptake) == (("microdiscectomy",), "sciatica_trial.crossover_uptake")


def test_nobody_is_offered_anything_without_a_reason() -> None:
    assert choose(load_pathway("conservative_first"), Facts(weeks=9, pain=3, limb_pain=3), {}) is None


SAFE = [name for name in available() if not name.startswith("trial_")]  # the trials scanned at enrolment
OPERATIONS = {*COUNTED_BY["operations"]}


@pytest.mark.parametrize("name", SAFE)
def test_only_pressure_on_nerves_is_operated_urgently(name: str) -> None:
    """Cancer, infection and fracture are referred, whatever else is seen; no offer does both."""
    for rule in load_pathway(name).rules:
        if rule.urgent and OPERATIONS & {*rule.offer}:
            assert len(rule.offer) == 1 and "compression_found" in {one.key for one in rule.when}, rule.id
    for facts in (SCANNED, AXIAL, replace(SCANNED, weakness=True), replace(SCANNED, cord_signs=True)):
        for region in ("lumbar", "cervical"):
            sick = replace(facts, region=region, finding=True, red_flag=True, serious_found=True)
            fired = {rule: (1, 30.0) for rule in ("weakness_scan", "cord_scan")}  # today
            offer = choose(load_pathway(name), sick, fired)
            assert offer is not None and offer.steps == ("urgent_referral",) and offer.urgent


@pytest.mark.parametrize("name", SAFE)
@pytest.mark.parametrize(
    "seen", [{"red_flag": True}, {"weakness": True}, {"cord_signs": True}, {}], ids=lambda seen: "".join(seen)
)
def test_pressure_that_a_scan_shows_is_operated_urgently_with_signs_or_without(
    name: str, seen: dict[str, bool]
) -> None:
    if name == "natural_course":
        seen = {"red_flag": True}  # scans for nothing else
    for region in ("lumbar", "cervical"):
        facts = replace(SCANNED, region=region, serious_found=True, compression_found=True, **seen)
        offer = choose(load_pathway(name), facts, {})
        assert offer is not None and offer.urgent and len(offer.steps) == 1
        assert {*offer.steps} <= OPERATIONS


def test_a_rule_fires_as_often_as_it_may_and_no_sooner_than_its_gap() -> None:
    trial = load_pathway("trial_conservative_sciatica")
    facts = replace(AILING, weeks=10)
    for times, last, expected in [
        (1, 8.0, "surgery_if_unbearable"),
        (1, 8.01, None),
        (25, 8.0, "surgery_if_unbearable"),
        (26, 2.0, None),
        (0, 9.9, "surgery_if_unbearable"),
    ]:
        assert _fires(trial, facts, {"surgery_if_unbearable": (times, last)}) == expected
    usual = load_pathway("conservative_first")
    assert _fires(usual, replace(AILING, weeks=8), {"scan_if_not_better": (1, 2.0)}) is None


def test_a_gap_in_whole_days_is_met_in_spite_of_rounding() -> None:
    trial = load_pathway("trial_conservative_sciatica")
    for day in range(84, 364):
        facts = replace(AILING, weeks=(day + 14) / 7)
        assert _fires(trial, facts, {"surgery_if_lasting": (1, day / 7)}) == "surgery_if_lasting"
        early = replace(AILING, weeks=(day + 13) / 7)
        assert _fires(trial, early, {"surgery_if_lasting": (1, day / 7)}) is None


def test_never_switches_rules_off_and_zero_sessions_drop_physiotherapy() -> None:
    usual = load_pathway("conservative_first")
    assert _fires(usual.change(imaging_after_weeks="never"), AILING, {}) is None
    dropped = choose(usual.change(physiotherapy_sessions=0), START, {})
    assert dropped is not None and dropped.steps == ("education", "nsaid")


def test_a_rule_with_nothing_left_to_offer_is_switched_off() -> None:
    pathway = _pathway([{"id": "a", "says": "a", "when": {}, "offer": ["physiotherapy"]}])
    assert _fires(pathway, START, {}) == "a"
    assert _fires(pathway.change(physiotherapy_sessions=0), START, {}) is None


def test_an_unknown_value_never_meets_a_criterion() -> None:
    assert choose(load_pathway("conservative_first"), Facts(weeks=20, pain=float("nan")), {}) is None


def test_visit_weeks_are_reviews_and_thresholds_without_week_zero() -> None:
    pathway = load_pathway("conservative_first").change(review_weeks=[4, 52], imaging_after_weeks=3)
    assert pathway.visit_weeks == (3, 4, 6, 12, 52)
    assert pathway.change(imaging_after_weeks="never").visit_weeks == (4, 6, 12, 52)
    assert pathway.change(imaging_after_weeks=0).visit_weeks == (4, 6, 12, 52)


def test_a_threshold_inside_a_day_is_seen_at_the_end_of_that_day() -> None:
    pathway = load_pathway("conservative_first").change(review_weeks=[52], imaging_after_weeks=1.5)
    assert pathway.visit_weeks == (11 / 7, 4, 6, 12, 52)
    assert _fires(pathway, replace(AILING, weeks=pathway.visit_weeks[0]), {}) == "scan_if_not_better"


def test_pathways_pickle_and_compare() -> None:
    for name in available():
        pathway = load_pathway(name)
        other = pickle.loads(pickle.dumps(pathway))
        assert other == pathway and hash(other) == hash(pathway) and other.digest == pathway.digest
        assert other.compiled == pathway.compiled and other is not pathway
    assert len({load_pathway(name).digest for name in available()}) == len(available())


def test_a_copy_is_compiled_afresh() -> None:
    usual = load_pathway("conservative_first")
    copied = usual.model_copy(update={"rules": usual.rules[:1]})
    assert [rule.rule for rule in copied.compiled] == ["red_flag_scan"]
    assert copied.digest != usual.digest


# The words that satisfy a text criterion, and some that do not: near in spelling, order or length.
WORDS = {
    "leading": ("facet_pain", ["", "facet", "facet_pains", "si_joint_pain", "whiplash", "Facet_pain"]),
    "region": ("cervical", ["", "lumbar", "cervica"]),
    "occupation": ("manual", ["", "desk", "driving", "overhead", "caring"]),
}


@pytest.mark.parametrize("fact", WORDS)
def test_a_text_is_met_by_that_word_alone(fact: str) -> None:
    word, others = WORDS[fact]
    pathway = _pathway([{"id": "a", "says": "a", "when": {fact: word}, "offer": ["nsaid"]}])
    assert pathway.compiled[0].tests == ((fact, 0, word),)
    assert _fires(pathway, Facts(**{fact: word}), {}) == "a"
    assert [_fires(pathway, Facts(**{fact: other}), {}) for other in others] == [None] * len(others)


@pytest.mark.parametrize("fact", NUMBERS)
def test_each_number_below_at_and_above(fact: str) -> None:
    low, high, _, whole = NUMBERS[fact]
    middle, little = (low + high) // 2, 1 if whole else 0.01
    rules = [
        {"id": "most", "says": "a", "when": {f"{fact}_at_least": middle + 2 * little}, "offer": ["nsaid"]},
        {"id": "least", "says": "a", "when": {f"{fact}_at_most": middle - 2 * little}, "offer": ["nsaid"]},
    ]
    pathway = _pathway(rules)
    expected = {-3: "least", -2: "least", -1: None, 0: None, 1: None, 2: "most", 3: "most"}
    for steps, rule in expected.items():
        assert _fires(pathway, Facts(**{fact: middle + steps * little}), {}) == rule, steps


@pytest.mark.parametrize("fact", BOOLEANS)
def test_each_yes_or_no(fact: str) -> None:
    for wanted in (True, False):
        pathway = _pathway([{"id": "a", "says": "a", "when": {fact: wanted}, "offer": ["nsaid"]}])
        assert _fires(pathway, Facts(**{fact: wanted}), {}) == "a"
        assert _fires(pathway, Facts(**{fact: not wanted}), {}) is None


def test_zero_sessions_drop_every_course_whose_length_the_pathway_sets() -> None:
    dials = {"cbt_sessions": 10, "cbt_sessions_per_week": 1}
    offer = ["pacing", *EXERCISE, "cbt", "prehabilitation", "rehabilitation", "traction"]
    pathway = _pathway([{"id": "a", "says": "a", "when": {}, "offer": offer}], **dials)
    for changes, dropped in [
        ({}, set()),
        ({"physiotherapy_sessions": 0}, {*EXERCISE}),
        ({"cbt_sessions": 0}, {"cbt"}),
        ({"physiotherapy_sessions": 0, "cbt_sessions": 0}, {*EXERCISE, "cbt"}),
    ]:
        made = choose(pathway.change(**changes), START, {})
        assert made is not None and made.steps == tuple(step for step in offer if step not in dropped)


def test_optional_dials_are_none_until_someone_sets_them() -> None:
    usual = load_pathway("conservative_first")
    settings = usual.settings
    assert (settings.coordination, settings.examination, settings.loading) == (None, None, None)
    light = usual.change(loading=0.5, examination=0, coordination=0).settings
    assert (light.loading, light.examination, light.coordination) == (0.5, 0, 0)
    assert type(light.examination) is int
    assert usual.change(loading=0.5).compiled == usual.compiled


@pytest.mark.slow
def test_choosing_is_fast() -> None:
    usual, facts = load_pathway("conservative_first"), replace(AILING, images=1, weeks=9)
    best = min(timeit.repeat(lambda: choose(usual, facts, PASSED), number=2000, repeat=5)) / 2000
    assert best < 50e-6, f"{best * 1e6:.1f} µs for one choice; a few are expected"
