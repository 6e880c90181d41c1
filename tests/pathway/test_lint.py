"""Rules that can never fire are refused at loading; rules that can are not."""

from __future__ import annotations

from typing import Any

import pytest

from spinesim.errors import SpinesimError
from spinesim.pathway import Facts, Pathway, available, choose, lint, load_pathway, parse_pathway
from spinesim.pathway.vocabulary import COUNTED_BY

SETTINGS = """\
name = "mine"
title = "Mine"
[settings]
imaging_after_weeks = 6
surgery_after_weeks = "never"
physiotherapy_sessions = 8
physiotherapy_sessions_per_week = 2
review_weeks = [2, 6, 12]
[[rule]]
id = "first"
says = "First visit"
when = { weeks_at_most = 0 }
offer = ["education", "physiotherapy"]
[[rule]]
id = "scan"
says = "Scan"
when = { weeks_at_least = "$imaging_after_weeks", pain_at_least = 4, images_at_most = 0 }
offer = ["imaging"]
[[rule]]
id = "operate"
says = "Operate"
when = { weeks_at_least = "$surgery_after_weeks", images_at_least = 1 }
offer = ["microdiscectomy"]
"""


def rule(when: str, offer: str = '["nsaid"]', name: str = "extra", more: str = "") -> str:
    return f'[[rule]]\nid = "{name}"\nsays = "x"\nwhen = {{ {when} }}\noffer = {offer}\n{more}'


def refusal(text: str) -> str:
    with pytest.raises(SpinesimError) as caught:
        parse_pathway(text, "mine.toml")
    sentence = str(caught.value)
    assert sentence.startswith("mine.toml: ") and sentence.isprintable()
    return sentence


def accepted(*rules: str) -> Pathway:
    return parse_pathway(SETTINGS + "".join(rules), "mine.toml")


@pytest.mark.parametrize("name", available())
def test_shipped_pathways_are_clean(name: str) -> None:
    assert lint(load_pathway(name)) == []


def test_the_base_file_is_clean() -> None:
    assert lint(accepted()) == []


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("pain_at_least = 6, pain_at_most = 4", ["when.pain_at_least = 6", "when.pain_at_most = 4"]),
        ("weeks_at_least = 12, weeks_at_most = 6", ["when.weeks_at_least = 12", "when.weeks_at_most = 6"]),
        (
            "limb_pain_at_least = 6, pain_at_most = 5",
            ["when.limb_pain_at_least = 6", "worse of limb and axial"],
        ),
        (
            "axial_pain_at_least = 6, pain_at_most = 5",
            ["when.axial_pain_at_least = 6", "worse of limb and axial"],
        ),
        (
            "pain_at_least = 6, limb_pain_at_most = 5, axial_pain_at_most = 5",
            ["when.pain_at_least = 6", "worse of limb and axial"],
        ),
        ("concordant = true, finding = false", ["when.concordant = true", "when.finding = false"]),
        (
            "compression_found = true, serious_found = false",
            ["when.compression_found = true", "when.serious_found = false"],
        ),
        (
            "block_relief_at_least = 50, blocks_at_most = 0",
            ["when.block_relief_at_least = 50", "blocks_at_most"],
        ),
    ],
)
def test_contradictions(when: str, words: list[str]) -> None:
    sentence = refusal(SETTINGS + rule(when))
    assert "rule 'extra' (number 4)" in sentence and "contradicts" in sentence
    for word in words:
        assert word in sentence


@pytest.mark.parametrize(
    ("relief", "count", "words"),
    [
        ("block_relief", "blocks", "first block"),
        ("epidural_relief", "epidurals", "first epidural"),
        ("ablation_relief", "ablations", "first ablation"),
        ("joint_relief", "joint_injections", "first joint injection"),
    ],
)
def test_relief_comes_after_what_relieves(relief: str, count: str, words: str) -> None:
    sentence = refusal(SETTINGS + rule(f"{relief}_at_least = 1, {count}_at_most = 0"))
    assert (
        f"when.{relief}_at_least = 1 contradicts when.{count}_at_most = 0" in sentence and words in sentence
    )
    assert accepted(rule(f"{relief}_at_least = 0, {count}_at_most = 0"))
    sentence = refusal(SETTINGS + rule(f"{relief}_at_least = 1"))
    assert f"unreachable: when.{relief}_at_least asks for at least 1" in sentence and "give none" in sentence
    step = COUNTED_BY[count][-1]
    assert accepted(rule("", f'["{step}"]', "before"), rule(f"{relief}_at_least = 1, {count}_at_most = 1"))


@pytest.mark.parametrize(
    "when",
    [
        "pain_at_least = 4, pain_at_most = 4",
        "limb_pain_at_least = 5, pain_at_most = 5",
        "pain_at_least = 6, limb_pain_at_most = 5",
        "pain_at_least = 6, limb_pain_at_most = 6, axial_pain_at_most = 6",
        "block_relief_at_least = 0, blocks_at_most = 0",
        "concordant = false, finding = true",
        "compression_found = false, serious_found = true",
        "compression_found = true",
        "pain_at_least = 0",
        "pain_at_most = 10",
    ],
)
def test_narrow_but_possible_rules_are_accepted(when: str) -> None:
    assert accepted(rule(when)).rules[-1].id == "extra"


def test_a_setting_may_close_a_window_for_now_but_not_for_good() -> None:
    pathway = accepted(rule('weeks_at_least = "$imaging_after_weeks", weeks_at_most = 0'))
    assert choose(pathway, Facts(weeks=0), {"first": (1, 0)}) is None
    offer = choose(pathway.change(imaging_after_weeks=0), Facts(weeks=0), {"first": (1, 0)})
    assert offer is not None and offer.rule == "extra"
    text = SETTINGS + rule('weeks_at_least = 13, weeks_at_most = "$imaging_after_weeks"')
    assert parse_pathway(text, "mine.toml").change(imaging_after_weeks=20)
    text = SETTINGS.replace("[settings]", "[settings]\nblock_after_weeks = 3")
    shut = rule('sessions_at_least = 61, sessions_at_most = "$physiotherapy_sessions"')
    assert "block_after_weeks" in refusal(text)
    assert "contradicts" in refusal(SETTINGS + shut)


@pytest.mark.parametrize(
    ("when", "other"),
    [
        ("weeks_at_most = 0", "first"),
        ("weeks_at_most = 0, pain_at_least = 4", "first"),
        ("weeks_at_least = 6, weeks_at_most = 6, pain_at_least = 5, images_at_most = 0", "scan"),
    ],
)
def test_a_rule_whose_only_visit_is_taken_is_unreachable(when: str, other: str) -> None:
    sentence = refusal(SETTINGS + rule(when))
    assert "rule 'extra' (number 4): unreachable" in sentence and f"'{other}'" in sentence


def test_a_rule_behind_a_discharge_is_unreachable() -> None:
    discharge = rule("pain_at_most = 1", '["discharge"]', "goodbye")
    assert "'goodbye' holds whenever" in refusal(
        SETTINGS + discharge + rule("pain_at_most = 1, weeks_at_least = 9")
    )
    assert accepted(discharge, rule("pain_at_most = 2, weeks_at_least = 9"))
    assert accepted(discharge + 'uptake = "discharge.uptake"\n', rule("pain_at_most = 1, weeks_at_least = 9"))


FACET = 'leading = "facet_pain", pain_at_most = 1'


@pytest.mark.parametrize(
    ("earlier", "later", "reachable"),
    [
        ('leading = "facet_pain"', 'leading = "facet_pain", weeks_at_least = 9', False),
        ('leading = "facet_pain"', 'leading = "facet_pain", region = "lumbar"', False),
        ("pain_at_most = 1", FACET, False),
        ('leading = "facet_pain"', 'leading = "si_joint_pain", weeks_at_least = 9', True),
        ('leading = "facet_pain"', "weeks_at_least = 9", True),
        ('leading = "facet_pain", region = "lumbar"', 'leading = "facet_pain"', True),
        ('occupation = "desk"', 'occupation = "manual"', True),
        (FACET, 'leading = "facet_pain", pain_at_most = 2', True),
    ],
)
def test_texts_behind_a_discharge(earlier: str, later: str, reachable: bool) -> None:
    text = SETTINGS + rule(earlier, '["discharge"]', "goodbye") + rule(later)
    if reachable:
        assert parse_pathway(text, "mine.toml")
    else:
        assert "rule 'extra' (number 5): unreachable" in (found := refusal(text)) and "'goodbye'" in found


def test_texts_at_the_only_visit() -> None:
    """The first visit of one diagnosis is not the first visit of another."""
    spine, neck = 'weeks_at_most = 0, region = "lumbar"', 'weeks_at_most = 0, region = "cervical"'
    head = SETTINGS.replace("when = { weeks_at_most = 0 }", f"when = {{ {spine} }}")
    assert parse_pathway(head + rule(neck), "mine.toml")
    assert "unreachable" in refusal(head + rule(spine + ', leading = "facet_pain"'))
    assert "duplicate key" in refusal(SETTINGS + rule('leading = "facet_pain", leading = "whiplash"'))


def test_a_contained_rule_with_a_later_visit_is_reachable() -> None:
    """Every rule fires a limited number of times, so the next visit may be this one's."""
    pathway = accepted(rule("pain_at_least = 4", name="wide"), rule("pain_at_least = 5", name="narrow"))
    offer = choose(pathway, Facts(weeks=2, pain=7), {"wide": (1, 1.0)})
    assert offer is not None and offer.rule == "narrow"


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("blocks_at_least = 1", ["when.blocks_at_least", "medial branch block", "give none"]),
        ("block_relief_at_least = 0.5", ["when.block_relief_at_least", "at least 1"]),
        ("block_relief_at_least = 50", ["when.block_relief_at_least", "medial branch block"]),
        ("images_at_least = 1, blocks_at_least = 1", ["when.blocks_at_least", "give none"]),
        ("epidurals_at_least = 1", ["when.epidurals_at_least", "epidural"]),
        ("ablations_at_least = 1", ["when.ablations_at_least", "ablation"]),
        ("emgs_at_least = 1", ["when.emgs_at_least", "offers emg or remove"]),
        ("cbt_sessions_at_least = 1", ["when.cbt_sessions_at_least", "offers cbt or remove"]),
        ("trigger_injections_at_least = 1", ["trigger injection"]),
        ("joint_injections_at_least = 1", ["offers facet injection or si injection or remove"]),
        ("operations_at_least = 2", ["microdiscectomy or decompression or fusion or cervical surgery"]),
        ("images_at_least = 2", ["when.images_at_least", "at least 2", "give only 1"]),
    ],
)
def test_waiting_for_what_nobody_offers(when: str, words: list[str]) -> None:
    sentence = refusal(SETTINGS + rule(when))
    assert "rule 'extra' (number 4): unreachable" in sentence
    for word in words:
        assert word in sentence


def test_rules_that_wait_for_each_other_are_unreachable() -> None:
    a = rule("ablations_at_least = 1", '["medial_branch_block"]', "a")
    b = rule("blocks_at_least = 1", '["ablation"]', "b")
    assert "rule 'a' (number 4): unreachable" in refusal(SETTINGS + a + b)
    assert accepted(a, b, rule("pain_at_least = 4", '["medial_branch_block"]', "c"))
    alone = rule("blocks_at_least = 1", '["medial_branch_block"]', "self")
    assert "rule 'self' (number 4): unreachable" in refusal(SETTINGS + alone)


def test_repeats_count() -> None:
    block = rule(
        "pain_at_least = 4", '["medial_branch_block"]', "block", "times = 2\nagain_after_weeks = 2\n"
    )
    assert accepted(block, rule("blocks_at_least = 2"))
    assert "give only 2" in refusal(SETTINGS + block + rule("blocks_at_least = 3"))
    assert accepted(rule("sessions_at_least = 20"))


def test_steps_of_one_offer_add_up() -> None:
    both = rule("", '["facet_injection", "si_injection"]', "both")
    assert accepted(both, rule("joint_injections_at_least = 2"))
    assert "give only 2" in refusal(SETTINGS + both + rule("joint_injections_at_least = 3"))


def test_a_setting_no_rule_heeds_is_refused() -> None:
    text = SETTINGS.replace("[settings]", "[settings]\ninjection_after_weeks = 3")
    assert "[settings]: no rule uses injection_after_weeks" in refusal(text)
    for name in ("physiotherapy_sessions", "physiotherapy_sessions_per_week"):
        assert f"no rule uses {name}" in " ".join(lint(_without_physiotherapy()))


def _without_physiotherapy() -> Pathway:
    settings: Any = {
        "physiotherapy_sessions": 8,
        "physiotherapy_sessions_per_week": 2,
        "review_weeks": [2],
    }
    rules: Any = [{"id": "a", "says": "a", "when": {}, "offer": ["nsaid"]}]
    return Pathway(name="n", title="t", settings=settings, rules=rules)


def test_what_ifs_are_not_linted() -> None:
    """Taking out the scan leaves rules that wait for it idle; that is the experiment, not a mistake."""
    pathway = accepted()
    assert lint(pathway.without("scan")) != []
    assert pathway.change(imaging_after_weeks="never").visit_weeks == (2, 6, 12)
