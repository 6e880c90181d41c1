"""Every mistake in a file is one sentence naming file, rule and key."""

from __future__ import annotations

import pytest

from spinesim.errors import SpinesimError
from spinesim.pathway import parse_pathway

GOOD = """\
name = "mine"
title = "My pathway"
summary = "Two rules."

[settings]
imaging_after_weeks = 6
physiotherapy_sessions = 8
physiotherapy_sessions_per_week = 2
review_weeks = [2, 6, 12, 26, 52]

[[rule]]
id = "start_moving"
says = "Explain, keep moving, start physiotherapy"
when = { weeks_at_most = 0 }
offer = ["education", "nsaid", "physiotherapy"]
reference = ["nsaid_acute_pain_md"]

[[rule]]
id = "scan"
says = "Scan when pain lasts"
when = { weeks_at_least = "$imaging_after_weeks", pain_at_least = 4, images_at_most = 0 }
offer = ["imaging"]
times = 2
again_after_weeks = 26
uptake = "cascade.uptake"
urgent = false
"""


def refusal(text: str) -> str:
    """The sentence with which a text is refused; it starts with the file and is one line."""
    with pytest.raises(SpinesimError) as caught:
        parse_pathway(text, "mine.toml")
    sentence = str(caught.value)
    assert sentence.startswith("mine.toml: ") and "\n" not in sentence
    assert "pydantic" not in sentence and "Value error" not in sentence
    return sentence


# what to replace, by what, and the words that must appear in the refusal
MISTAKES: list[tuple[str, str, list[str]]] = [
    # top of the file and settings
    ('title = "My pathway"', 'titel = "My pathway"', ["unknown key 'titel'", "did you mean 'title'"]),
    ('title = "My pathway"\n', "", ["key 'title' is missing"]),
    ('name = "mine"', "name = 3", ["name = 3", "wrong type"]),
    ('name = "mine"', 'name = " "', ["name", "one printable line"]),
    ('summary = "Two rules."', "summary = [1]", ["summary", "wrong type"]),
    ('title = "My pathway"', 'title = "My pathway"\nregion = "back"', ["region = 'back' is not known"]),
    ("[settings]\n", "[setting]\n", ["unknown key 'setting'", "did you mean 'settings'"]),
    ("review_weeks = [2, 6, 12, 26, 52]\n", "", ["[settings]", "'review_weeks' is missing"]),
    ("imaging_after_weeks = 6", "imaging_week = 6", ["[settings]", "unknown key 'imaging_week'"]),
    ("imaging_after_weeks = 6", "imaging_after_weeks = 521", ["[settings]", "out of range", "0 to 520"]),
    ("imaging_after_weeks = 6", "imaging_after_weeks = -1", ["[settings]", "out of range", '"never"']),
    ("imaging_after_weeks = 6", "imaging_after_weeks = nan", ["imaging_after_weeks = nan", "not a finite"]),
    ("imaging_after_weeks = 6", "imaging_after_weeks = inf", ["imaging_after_weeks = inf", "not a finite"]),
    ("imaging_after_weeks = 6", 'imaging_after_weeks = "six"', ["imaging_after_weeks = 'six'"]),
    ("imaging_after_weeks = 6", "imaging_after_weeks = true", ["imaging_after_weeks = true", "not a number"]),
    ("imaging_after_weeks = 6", "imaging_after_weeks = 0x" + "f" * 5000, ["not a finite number"]),
    ("physiotherapy_sessions = 8", "physiotherapy_sessions = 8.5", ["not a whole number", "0 to 60"]),
    ("physiotherapy_sessions = 8", "physiotherapy_sessions = 61", ["out of range", "0 to 60"]),
    ("physiotherapy_sessions = 8", 'physiotherapy_sessions = "never"', ["not a whole number"]),
    ("per_week = 2", "per_week = 0.2", ["physiotherapy_sessions_per_week = 0.2", "0.25 to 5"]),
    ("physiotherapy_sessions = 8\n", "", ["rule 'start_moving' (number 1)", "physiotherapy_sessions ="]),
    ("[2, 6, 12, 26, 52]", "[]", ["review_weeks is empty"]),
    ("[2, 6, 12, 26, 52]", "6", ["review_weeks = 6 is not a list"]),
    ("[2, 6, 12, 26, 52]", "[2, 2]", ["not increasing at 2"]),
    ("[2, 6, 12, 26, 52]", "[0, 2]", ["review_weeks holds 0", "out of range"]),
    ("[2, 6, 12, 26, 52]", "[2, 521]", ["review_weeks holds 521", "out of range"]),
    ("[2, 6, 12, 26, 52]", '["2"]', ["review_weeks holds '2'"]),
    ("[2, 6, 12, 26, 52]", "[nan]", ["review_weeks holds nan"]),
    # rules
    ("[[rule]]", "[[rules]]", ["unknown key 'rules'", "did you mean 'rule'"]),
    ("urgent = false", 'urgency = "high"', ["rule 'scan' (number 2)", "unknown key 'urgency'", "'urgent'"]),
    ("urgent = false", "urgent = 1", ["rule 'scan' (number 2)", "urgent = 1", "true or false"]),
    (
        'id = "scan"',
        'id = "start_moving"',
        ["rule 'start_moving' (number 2)", "already used by rule number 1"],
    ),
    ('id = "scan"', 'id = "Scan me"', ["(number 2)", "id = 'Scan me'", "small letters"]),
    ('id = "scan"', "id = 7", ["rule number 2", "id = 7", "wrong type"]),
    ('id = "scan"\n', "", ["rule number 2", "'id' is missing"]),
    ('says = "Scan when pain lasts"', 'says = ""', ["rule 'scan' (number 2)", "says"]),
    ('says = "Scan when pain lasts"', r'says = "a\u0007b"', ["rule 'scan' (number 2)", "says"]),
    (
        'offer = ["imaging"]',
        'offer = ["x-ray"]',
        ["rule 'scan' (number 2)", "unknown step 'x-ray'", "known:"],
    ),
    ('offer = ["imaging"]', 'offer = ["imagin"]', ["did you mean 'imaging'"]),
    ('offer = ["imaging"]', 'offer = "imaging"', ["offer = 'imaging'", "wrong type"]),
    ('offer = ["imaging"]', "offer = [1]", ["offer = [1]", "wrong type"]),
    ('offer = ["imaging"]', "offer = []", ["offer = []", "one or more steps"]),
    ('offer = ["imaging"]', 'offer = ["imaging", "imaging"]', ["each once"]),
    ('offer = ["imaging"]', 'offer = ["discharge", "imaging"]', ["discharge last"]),
    ('offer = ["imaging"]\n', "", ["rule 'scan' (number 2)", "'offer' is missing"]),
    (
        'reference = ["nsaid_acute_pain_md"]',
        'reference = "x"',
        ["rule 'start_moving' (number 1)", "reference"],
    ),
    ("times = 2", "times = 0", ["rule 'scan' (number 2)", "times = 0", "whole number from 1"]),
    ("times = 2", "times = 2.5", ["times = 2.5", "wrong type"]),
    ("times = 2", "times = true", ["times = true", "wrong type"]),
    ("times = 2\n", "", ["again_after_weeks has no effect"]),
    (
        "again_after_weeks = 26\n",
        "",
        ["rule 'scan' (number 2)", "times = 2 without again_after_weeks", "loop"],
    ),
    ("again_after_weeks = 26", "again_after_weeks = 0", ["again_after_weeks = 0", "zero-day loop"]),
    ("again_after_weeks = 26", "again_after_weeks = 0.1", ["again_after_weeks = 0.1", "zero-day loop"]),
    ("again_after_weeks = 26", "again_after_weeks = -4", ["again_after_weeks = -4", "out of range"]),
    ("again_after_weeks = 26", "again_after_weeks = nan", ["again_after_weeks = nan", "out of range"]),
    ("again_after_weeks = 26", 'again_after_weeks = "4"', ["again_after_weeks = '4'", "wrong type"]),
    ('uptake = "cascade.uptake"', "uptake = 0.3", ["uptake = 0.3", "a parameter such as"]),
    ('uptake = "cascade.uptake"', 'uptake = "often"', ["uptake = 'often'", "a parameter such as"]),
    # criteria
    ("pain_at_least = 4", "pain_at_leest = 4", ["when.pain_at_leest", "did you mean 'pain_at_least'"]),
    ("pain_at_least = 4", "pain = 4", ["when.pain ", "pain_at_least or pain_at_most"]),
    ("pain_at_least = 4", "radicular_at_least = 1", ["when.radicular_at_least", "radicular = true"]),
    ("pain_at_least = 4", 'radicular = "yes"', ["when.radicular = 'yes'", "true or false"]),
    ("pain_at_least = 4", "radicular = 1", ["when.radicular = 1", "true or false"]),
    ("pain_at_least = 4", "pain_at_least = true", ["when.pain_at_least = true", "wrong type"]),
    ("pain_at_least = 4", 'pain_at_least = "4"', ["when.pain_at_least = '4'", "wrong type"]),
    ("pain_at_least = 4", "pain_at_least = [4]", ["when.pain_at_least = [4]", "wrong type"]),
    ("pain_at_least = 4", "pain_at_least = 1979-05-27", ["when.pain_at_least", "wrong type"]),
    ("pain_at_least = 4", "pain_at_least = 11", ["when.pain_at_least = 11", "0 to 10"]),
    ("pain_at_least = 4", "pain_at_least = -1", ["when.pain_at_least = -1", "0 to 10"]),
    ("pain_at_least = 4", "pain_at_least = nan", ["when.pain_at_least = nan", "not a finite number"]),
    ("pain_at_least = 4", "pain_at_least = -inf", ["when.pain_at_least = -inf", "not a finite number"]),
    ("images_at_most = 0", "images_at_most = 0.5", ["when.images_at_most = 0.5", "whole number"]),
    (
        '"$imaging_after_weeks"',
        '"$imaging_week"',
        ["unknown setting '$imaging_week'", "known: imaging_after_weeks"],
    ),
    (
        '"$imaging_after_weeks"',
        '"$surgery_after_weeks"',
        ["'$surgery_after_weeks'", "[settings] does not declare"],
    ),
    ('"$imaging_after_weeks"', '"$review_weeks"', ["when.weeks_at_least", "cannot be compared"]),
    ('"$imaging_after_weeks"', '"$physiotherapy_sessions"', ["when.weeks_at_least", "cannot be compared"]),
    ("pain_at_least = 4", 'pain_at_least = "$imaging_after_weeks"', ["when.pain_at_least", "write a number"]),
    (
        "when = { weeks_at_most = 0 }",
        "when = 3",
        ["rule 'start_moving' (number 1)", "when = 3", "wrong type"],
    ),
    ("when = { weeks_at_most = 0 }\n", "", ["rule 'start_moving' (number 1)", "'when' is missing"]),
    # texts
    ("pain_at_least = 4", "leading = 4", ["when.leading = 4", "wrong type", 'such as "facet_pain"']),
    ("pain_at_least = 4", 'leading = "Facet pain"', ["when.leading = 'Facet pain' is not allowed"]),
    ("pain_at_least = 4", 'leading = ""', ["when.leading = '' is not allowed"]),
    ("pain_at_least = 4", 'leading = "$facet"', ["when.leading = '$facet' is not allowed"]),
    ("pain_at_least = 4", f'leading = "{"a" * 301}"', ["when.leading", "is not allowed"]),
    ("pain_at_least = 4", 'leading = ["facet_pain"]', ["when.leading", "wrong type"]),
    ("pain_at_least = 4", 'leading_at_least = "a"', ["when.leading_at_least", "write leading = the key"]),
    (
        "pain_at_least = 4",
        'region = "lumber"',
        ["when.region = 'lumber'", "did you mean 'lumbar'", 'write "lumbar" or "cervical"'],
    ),
    ("pain_at_least = 4", "region = true", ["when.region = true", "wrong type"]),
    ("pain_at_least = 4", 'occupation = "pilot"', ["when.occupation = 'pilot'", '"desk" or "driving"']),
    ("pain_at_least = 4", 'regoin = "lumbar"', ["when.regoin", "did you mean 'region'"]),
    # TOML itself
    ("times = 2", "times = 2\ntimes = 3", ["duplicate key", "line 24"]),
    ("pain_at_least = 4", "pain_at_least = 4, pain_at_least = 5", ["duplicate key"]),
    ("imaging_after_weeks = 6", "imaging_after_weeks = 6\nimaging_after_weeks = 1", ["duplicate", "line 7"]),
    ('[[rule]]\nid = "scan"', '[settings]\n[[rule]]\nid = "scan"', ["duplicate key or section"]),
    ("imaging_after_weeks = 6", "imaging_after_weeks = ", ["not valid TOML near line 6"]),
    ("imaging_after_weeks = 6", "imaging_after_weeks = " + "9" * 5000, ["too long"]),
    ("imaging_after_weeks = 6", "imaging_after_weeks = " + "[" * 50_000, ["nested too deep"]),
]


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES, ids=lambda value: str(value)[:50])
def test_each_mistake_is_one_sentence(old: str, new: str, words: list[str]) -> None:
    assert old in GOOD
    sentence = refusal(GOOD.replace(old, new))
    for word in words:
        assert word in sentence, sentence
