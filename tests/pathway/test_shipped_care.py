"""What shipped pathways must heed: risks that speak against a step, and words that stand alone."""

from __future__ import annotations

import tomllib

import pytest

from spinesim.evidence import data_folder
from spinesim.pathway import Rule, available, load_pathway

TRIAL = "trial_"  # an arm does as its paper did; its people were screened at enrolment

# Pathways whose point is that risks are not asked for, each with its reason.
HEEDLESS = {
    "one_size_fits_all": "one regimen for everyone, whatever the person",
    "stacked_medicine": "tablets on tablets without a look at the person",
    "scan_first": "the scan decides, not the person",
    "conservative_first": "the usual care of lesson 2, kept as short as it can be",
    "early_imaging": "conservative_first with another imaging week",
    "early_surgery": "conservative_first with earlier surgery",
    "usual_care_varied": "conservative_first with scans by impression, for the naive cohort study",
    "trial_conservative_sciatica": "as the trial did; its people were screened at enrolment",
    "trial_early_surgery_sciatica": "as the trial did; its people were screened at enrolment",
}

# Rules that go ahead in spite of a risk. Urgent ones do too: function or life is at stake.
IN_SPITE = {
    ("article_tailored", "operate_cord"): "a pressed cord outweighs blood thinners, which are paused",
    ("cervical_myelopathy", "operate"): "a pressed cord outweighs blood thinners, which are paused",
    ("urgent_first", "operate_neck"): "a failing cord is among what it operates on",
    ("ignore_red_flags", "operate_neck"): "as urgent_first but for the flags",
}

RULES = [(name, rule) for name in available() for rule in load_pathway(name).rules]


def _risks(rule: Rule) -> set[str]:
    """The risks that speak against what the rule offers and that its criteria do not exclude."""
    treatments = tomllib.loads((data_folder() / "treatments.toml").read_text(encoding="utf-8"))
    against = {risk for step in rule.offer for risk in treatments[step].get("avoid_in", ())}
    return against - {one.fact for one in rule.when if one.value is False}


def test_no_step_is_offered_to_people_whose_risks_speak_against_it() -> None:
    found = {
        (name, rule.id): _risks(rule)
        for name, rule in RULES
        if not rule.urgent and name not in HEEDLESS and not name.startswith(TRIAL) and _risks(rule)
    }
    assert set(found) == set(IN_SPITE), found


@pytest.mark.parametrize("name", HEEDLESS)
def test_each_exception_is_still_needed(name: str) -> None:
    assert any(_risks(rule) and not rule.urgent for rule in load_pathway(name).rules)


def test_what_a_rule_says_stands_alone() -> None:
    """Rules are shown one by one, so none may lean on the one before it."""
    for name, rule in RULES:
        assert not rule.says.lower().startswith(("the same", "as above", "same ")), f"{name}, {rule.id}"


@pytest.mark.parametrize("leading", ["carpal_tunnel", "meralgia_paraesthetica"])
def test_trouble_outside_the_spine_has_a_way_out_before_any_scan(leading: str) -> None:
    rules = load_pathway("article_tailored").rules
    out = [
        number
        for number, rule in enumerate(rules)
        if "discharge" in rule.offer and any(one.value == leading for one in rule.when)
    ]
    spine = [number for number, rule in enumerate(rules) if "imaging" in rule.offer and not rule.urgent]
    assert out and max(out) < min(spine)
