"""Which rule fires: thresholds by hand, just below, at and above, for every shipped rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spinesim.pathway import Facts, Pathway, choose, load_pathway

AILING = Facts(weeks=30, pain=6, limb_pain=6, axial_pain=6, disability=45, age=40)
SCANNED = replace(AILING, images=1, finding=True, concordant=True, radicular=True)
AXIAL = replace(AILING, images=1)
START = Facts(weeks=0, pain=6, limb_pain=1, axial_pain=6, disability=40)
PASSED = {"scan_if_not_better": (1, 6.0)}
OPERATED = {"operate": (2, 24.0)}
PRESSED = replace(SCANNED, region="lumbar", serious_found=True, compression_found=True)
IN_THE_BACK: dict[str, tuple[list[Any], list[Any]]] = {
    "region": (["lumbar"], ["cervical", ""]),
    "compression_found": ([True], [False]),
}
IN_THE_NECK = IN_THE_BACK | {"region": (["cervical"], ["lumbar", ""])}
FIRST: dict[str, tuple[list[Any], list[Any]]] = {"operations": ([0], [1])}
FLAGGED: dict[str, tuple[list[Any], list[Any]]] = {"red_flag": ([True], [False])}

# rule -> facts that fire it, rules fired before, {fact: (values that keep it, values that stop it)}
USUAL: dict[str, tuple[Facts, dict[str, tuple[int, float]], dict[str, tuple[list[Any], list[Any]]]]] = {
    "red_flag_scan": (
        replace(AILING, red_flag=True),
        {},
        {"red_flag": ([True], [False]), "serious_found": ([False], [True])},
    ),
    "red_flag_surgery": (replace(PRESSED, red_flag=True), {}, IN_THE_BACK | FLAGGED),
    "red_flag_surgery_neck": (replace(PRESSED, region="cervical", red_flag=True), {}, IN_THE_NECK | FLAGGED),
    "compression_surgery": (PRESSED, {}, IN_THE_BACK | FIRST),
    "compression_surgery_neck": (replace(PRESSED, region="cervical"), {}, IN_THE_NECK | FIRST),
    "serious_referral": (
        replace(PRESSED, compression_found=False),
        {},
        {"serious_found": ([True], [False]), "compression_found": ([False], [True])},
    ),
    "recovered": (
        Facts(weeks=6, pain=1),
        {},
        {"weeks": ([6, 6.1, 400], [5.99, 0.5]), "pain": ([0, 0.9, 1], [1.01, 2, 10])},
    ),
    "start_moving": (START, {}, {"weeks": ([0], [0.01, 1, 6])}),
    "scan_if_not_better": (
        replace(AILING, weeks=6),
        {},
        {"weeks": ([6, 6.01, 60], [5.99, 2]), "pain": ([4, 4.01, 10], [3.99, 2]), "images": ([0], [1])},
    ),
    "operate": (
        replace(SCANNED, weeks=12, disability=30, limb_pain=5),
        PASSED,
        {
            "weeks": ([12, 12.1, 99], [11.99, 6]),
            "radicular": ([True], [False]),
            "concordant": ([True], [False]),
            "limb_pain": ([5, 5.1, 10], [4.99, 0]),
            "disability": ([30, 30.1, 100], [29.99, 0]),
            "operations": ([0], [1]),
        },
    ),
    "inject": (
        replace(SCANNED, weeks=6, limb_pain=5, concordant=False),
        PASSED,
        {
            "weeks": ([6, 6.1, 99], [5.99, 2]),
            "radicular": ([True], [False]),
            "finding": ([True], [False]),
            "limb_pain": ([5, 5.1, 10], [4.99, 0]),
        },
    ),
    "inject_again": (
        replace(SCANNED, weeks=12, limb_pain=5, concordant=False, epidurals=1, epidural_relief=30),
        PASSED | {"inject": (1, 6.0)},
        {
            "weeks": ([6, 6.1, 99], [5.99, 2]),
            "radicular": ([True], [False]),
            "epidurals": ([1], [0, 2]),
            "epidural_relief": ([30, 30.1, 100], [29.99, 0]),
            "limb_pain": ([5, 5.1, 10], [4.99, 0]),
        },
    ),
    "confirm_block": (
        replace(AXIAL, blocks=1, block_relief=50, pain=4, weeks=12),
        PASSED,
        {
            "weeks": ([12, 12.1, 99], [11.99, 2]),
            "blocks": ([1], [0, 2]),
            "block_relief": ([50, 50.1, 100], [49.99, 0]),
            "pain": ([4, 4.1, 10], [3.99, 2]),
        },
    ),
    "ablate": (
        replace(AXIAL, blocks=2, block_relief=50, pain=4, weeks=12),
        PASSED,
        {
            "weeks": ([12, 12.1, 99], [11.99, 2]),
            "blocks": ([2, 3], [0, 1]),
            "ablations": ([0], [1]),
            "block_relief": ([50, 50.1, 100], [49.99, 0]),
            "pain": ([4, 4.1, 10], [3.99, 2]),
        },
    ),
    "ablate_again": (
        replace(AXIAL, blocks=2, block_relief=50, ablations=1, ablation_relief=50, pain=4, weeks=60),
        PASSED,
        {
            "ablations": ([1, 2], [0]),
            "ablation_relief": ([50, 50.1, 100], [49.99, 0]),
            "pain": ([4, 4.1, 10], [3.99, 2]),
        },
    ),
    "block_facet": (
        replace(AXIAL, weeks=12, leading="facet_pain", facet_signs=True, pain=4),
        PASSED,
        {
            "weeks": ([12, 12.1, 99], [11.99, 2]),
            "leading": (["facet_pain"], ["", "lumbar_strain", "whiplash"]),
            "facet_signs": ([True], [False]),
            "radicular": ([False], [True]),
            "pain": ([4, 4.1, 10], [3.99, 2]),
            "blocks": ([0], [1]),
        },
    ),
    "block_after_finding": (
        replace(AXIAL, finding=True, pain=4, weeks=4),
        PASSED,
        {
            "weeks": ([4, 4.1, 99], [3.99, 2]),
            "finding": ([True], [False]),
            "radicular": ([False], [True]),
            "pain": ([4, 4.1, 10], [3.99, 2]),
            "blocks": ([0], [1]),
        },
    ),
    "operate_after_finding": (
        replace(AXIAL, weeks=12, finding=True, pain=6, disability=40, blocks=1),
        PASSED,
        {
            "weeks": ([12, 12.1, 99], [11.99, 2]),
            "finding": ([True], [False]),
            "radicular": ([False], [True]),
            "pain": ([6, 6.1, 10], [5.99, 2]),
            "disability": ([40, 40.1, 100], [39.99, 0]),
            "operations": ([0], [1]),
        },
    ),
}

SCAN_AT_START = (
    START,
    {},
    {"weeks": ([0], [0.01, 1]), "pain": ([4, 4.1, 10], [3.99, 0]), "images": ([0], [1])},
)

EARLY_SCAN = dict(
    USUAL,
    scan_if_not_better=(
        replace(AILING, weeks=1),
        {},
        {"weeks": ([1, 1.01, 60], [0.99, 0]), "pain": ([4, 4.01, 10], [3.99, 2]), "images": ([0], [1])},
    ),
)

EARLY_KNIFE = dict(
    USUAL,
    operate=(
        replace(SCANNED, weeks=2, disability=30, limb_pain=5),
        PASSED,
        USUAL["operate"][2] | {"weeks": ([2, 2.01, 12], [1.99, 0])},
    ),
    operate_after_finding=(
        replace(USUAL["operate_after_finding"][0], weeks=2),
        PASSED,
        USUAL["operate_after_finding"][2] | {"weeks": ([2, 2.01, 12], [1.99, 0])},
    ),
    start_moving_and_scan_radicular=(
        replace(START, radicular=True, limb_pain=5),
        {},
        {
            "weeks": ([0], [0.01]),
            "radicular": ([True], [False]),
            "limb_pain": ([5, 5.1, 10], [4.99, 0]),
            "images": ([0], [1]),
        },
    ),
    scan_radicular=(
        replace(AILING, weeks=2, radicular=True, limb_pain=5),
        {"start_moving_and_scan_radicular": (1, 0.0)},
        {
            "radicular": ([True], [False]),
            "limb_pain": ([5, 5.1, 10], [4.99, 0]),
            "images": ([0], [1]),
        },
    ),
)

TRIAL = {
    "red_flag_surgery": (
        replace(AILING, red_flag=True),
        {},
        {"red_flag": ([True], [False])},
    ),
    "gp_care": (START, {}, {"weeks": ([0], [0.01, 2])}),
    "surgery_if_unbearable": (
        Facts(weeks=2, pain=5, limb_pain=5, disability=40),
        {},
        {
            "weeks": ([2, 2.1, 11], [1.99, 11.01]),
            "limb_pain": ([5, 5.1, 10], [4.99, 0]),
            "disability": ([40, 40.1, 100], [39.99, 0]),
            "operations": ([0], [1]),
        },
    ),
    "surgery_if_lasting": (
        Facts(weeks=12, pain=3, limb_pain=3, disability=30),
        {},
        {
            "weeks": ([12, 12.1, 52], [11.99, 0]),
            "limb_pain": ([3, 3.1, 10], [2.99, 0]),
            "disability": ([30, 30.1, 100], [29.99, 0]),
            "operations": ([0], [1]),
        },
    ),
}

TRIAL_EARLY = {
    "red_flag_surgery": TRIAL["red_flag_surgery"],
    "operate_at_once": (START, {}, {"weeks": ([0], [0.01, 2])}),
    "surgery_if_unbearable": TRIAL["surgery_if_unbearable"],
    "surgery_if_lasting": TRIAL["surgery_if_lasting"],
}

# The rule that scans at the first visit is asleep at the shipped settings and awake at week 0.
AT_ONCE = {"start_moving_and_scan": SCAN_AT_START}
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("conservative_first", {}, USUAL),
    ("early_imaging", {}, EARLY_SCAN),
    ("early_surgery", {}, EARLY_KNIFE),
    ("conservative_first", {"imaging_after_weeks": 0}, AT_ONCE),
    ("early_imaging", {"imaging_after_weeks": 0}, AT_ONCE),
    ("early_surgery", {"imaging_after_weeks": 0}, AT_ONCE),
    ("trial_conservative_sciatica", {}, TRIAL),
    ("trial_early_surgery_sciatica", {}, TRIAL_EARLY),
]


def _fires(pathway: Pathway, facts: Facts, fired: dict[str, tuple[int, float]]) -> str | None:
    offer = choose(pathway, facts, fired)
    return offer.rule if offer else None


@pytest.mark.parametrize(
    ("name", "settings", "rule"), [(name, change, rule) for name, change, table in CASES for rule in table]
)
def test_each_threshold_below_at_and_above(name: str, settings: dict[str, Any], rule: str) -> None:
    pathway = load_pathway(name).change(**settings)
    table = next(table for other, change, table in CASES if other == name and change == settings)
    facts, fired, edges = table[rule]
    if name == "early_surgery" and rule != "scan_radicular":
        fired = fired | {"scan_radicular": (1, 2.0)}
    assert _fires(pathway, facts, fired) == rule
    for fact, (keeps, stops) in edges.items():
        for value in keeps:
            assert _fires(pathway, replace(facts, **{fact: value}), fired) == rule, f"{fact}={value}"
        for value in stops:
            assert _fires(pathway, replace(facts, **{fact: value}), fired) != rule, f"{fact}={value}"


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CASES}))
def test_the_table_covers_every_rule_and_criterion(name: str) -> None:
    covered: dict[str, set[str]] = {}
    for other, _, table in CASES:
        if other == name:
            covered |= {rule: set(edges) for rule, (_, _, edges) in table.items()}
    for rule in load_pathway(name).rules:
        assert {criterion.fact for criterion in rule.when} <= covered[rule.id], rule.id
