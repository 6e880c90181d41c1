"""Courses of many sessions and counted steps: the settings they need, the rules that wait for them."""

from __future__ import annotations

from typing import Any

import pytest

from spinesim.errors import SpinesimError
from spinesim.pathway import Pathway, lint, parse_pathway
from spinesim.pathway.vocabulary import COUNTED_BY, COURSES

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


def test_what_counts_as_what() -> None:
    exercise = ["physiotherapy", "specific_physiotherapy", "group_exercise", "virtual_physiotherapy"]
    assert {setting: [*steps] for setting, steps in COURSES.items()} == {
        "physiotherapy_sessions": exercise,
        "cbt_sessions": ["cbt"],
    }
    assert {fact: {*steps} for fact, steps in COUNTED_BY.items()} == {
        "images": {"imaging"},
        "emgs": {"emg"},
        "epidurals": {"epidural", "cervical_epidural"},
        "joint_injections": {"facet_injection", "si_injection"},
        "trigger_injections": {"trigger_injection"},
        "blocks": {"medial_branch_block"},
        "ablations": {"ablation"},
        "operations": {"microdiscectomy", "decompression", "fusion", "cervical_surgery"},
        "sessions": {*exercise, "home_exercise", "prehabilitation", "rehabilitation"},
        "cbt_sessions": {"cbt"},
    }


@pytest.mark.parametrize(
    ("fact", "step"), [(fact, step) for fact, steps in COUNTED_BY.items() for step in steps]
)
def test_each_step_counts(fact: str, step: str) -> None:
    """A rule that asks for one is unreachable without the step and reachable with it."""
    dials = {f"{course}{more}": 1 for course in COURSES for more in ("", "_per_week")}
    asks: dict[str, Any] = {"id": "asks", "says": "a", "when": {f"{fact}_at_least": 1}, "offer": ["nsaid"]}
    gives = {"id": "gives", "says": "a", "when": {}, "offer": [step]}

    def found(*rules: Any) -> str:
        settings: Any = dials | {"review_weeks": [2]}
        return " ".join(lint(Pathway(name="n", title="t", settings=settings, rules=rules)))

    assert f"rule 'asks' (number 1): unreachable: when.{fact}_at_least" in found(asks)
    assert "unreachable" not in found(gives, asks) and "unreachable" not in found(asks, gives)
    assert "'asks'" in found({**gives, "offer": ["urgent_referral"]}, asks)


@pytest.mark.parametrize("step", COURSES["physiotherapy_sessions"])
def test_any_exercise_course_heeds_the_physiotherapy_settings(step: str) -> None:
    text = SETTINGS.replace('"physiotherapy"', f'"{step}"')
    assert parse_pathway(text, "mine.toml")
    sentence = refusal(text.replace("physiotherapy_sessions = 8\n", ""))
    assert f"offer includes {step}, so [settings] needs physiotherapy_sessions = ..." in sentence


def test_cbt_has_its_own_settings() -> None:
    assert "needs cbt_sessions = ..." in refusal(SETTINGS + rule("", '["cbt"]'))
    text = SETTINGS.replace("[settings]", "[settings]\ncbt_sessions = 8")
    assert "needs cbt_sessions_per_week = ..." in refusal(text + rule("", '["cbt"]'))
    text = text.replace("cbt_sessions = 8", "cbt_sessions = 8\ncbt_sessions_per_week = 1")
    assert "[settings]: no rule uses cbt_sessions" in refusal(text)
    done = rule('cbt_sessions_at_least = "$cbt_sessions"')
    assert parse_pathway(text + rule("", '["cbt"]', "talk") + done, "mine.toml")


def test_optional_dials_are_never_idle() -> None:
    text = SETTINGS.replace("[settings]", "[settings]\ncoordination = 0.5\nexamination = 0\nloading = 1.5")
    assert parse_pathway(text, "mine.toml").settings.loading == 1.5
