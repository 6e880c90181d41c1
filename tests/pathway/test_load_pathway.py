"""The strict loader: every mistake is one sentence naming file, rule and key; shipped files are sound."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import data_folder
from spinesim.pathway import (
    Rule,
    Settings,
    available,
    load_pathway,
    parse_pathway,
    vocabulary,
)
from spinesim.pathway.vocabulary import DIALS

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

SHIPPED = ("conservative_first", "early_imaging", "early_surgery", "trial_conservative_sciatica")


def refusal(text: str) -> str:
    """The sentence with which a text is refused; it starts with the file and is one line."""
    with pytest.raises(SpinesimError) as caught:
        parse_pathway(text, "mine.toml")
    sentence = str(caught.value)
    assert sentence.startswith("mine.toml: ") and "\n" not in sentence
    assert "pydantic" not in sentence and "Value error" not in sentence
    return sentence


def test_a_sound_file_loads() -> None:
    pathway = parse_pathway(GOOD, "mine.toml")
    assert pathway.name == "mine" and [rule.id for rule in pathway.rules] == ["start_moving", "scan"]
    assert pathway.settings.declared() == {
        "imaging_after_weeks": 6,
        "physiotherapy_sessions": 8,
        "physiotherapy_sessions_per_week": 2,
        "review_weeks": (2, 6, 12, 26, 52),
    }
    scan = pathway.rules[1]
    assert (scan.times, scan.again_after_weeks, scan.uptake, scan.urgent) == (2, 26, "cascade.uptake", False)
    assert {item.key: item.value for item in scan.when} == {
        "weeks_at_least": "$imaging_after_weeks",
        "pain_at_least": 4,
        "images_at_most": 0,
    }


# what to replace, by what, and the words that must appear in the refusal
MISTAKES: list[tuple[str, str, list[str]]] = [
    # top of the file and settings
    ('title = "My pathway"', 'titel = "My pathway"', ["unknown key 'titel'", "did you mean 'title'"]),
    ('title = "My pathway"\n', "", ["key 'title' is missing"]),
    ('name = "mine"', "name = 3", ["name = 3", "wrong type"]),
    ('name = "mine"', 'name = " "', ["name", "one printable line"]),
    ('summary = "Two rules."', "summary = [1]", ["summary", "wrong type"]),
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


def test_a_file_without_rules_or_with_odd_shapes() -> None:
    head = GOOD[: GOOD.index("[[rule]]")]
    assert "1 to 200 rules" in refusal(head)
    assert "[[rule]] with double brackets" in refusal(head + '[rule]\nid = "a"\n')
    assert "rule number 1 is not a table" in refusal("rule = [3]\n" + head)
    assert "key 'settings' is missing" in refusal('name = "a"\ntitle = "b"\n')
    assert "[settings] table" in refusal('name = "a"\ntitle = "b"\nsettings = 3\n')
    assert "kept_visits" in refusal("kept_visits = [3]\n" + GOOD)


def test_hostile_or_missing_files(tmp_path: Path) -> None:
    def refused(path: Path | str, word: str) -> None:
        with pytest.raises(SpinesimError, match=word) as caught:
            load_pathway(path)
        assert str(path) in str(caught.value) and "\n" not in str(caught.value)

    refused(tmp_path / "none.toml", "does not exist")
    refused(tmp_path, "is a folder")
    big = tmp_path / "big.toml"
    big.write_text("# " + "x" * 300_000)
    refused(big, "larger than 262144 bytes")
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "caf\xe9"')
    refused(str(latin), "not UTF-8")


def test_files_load_by_path_and_names_by_folder(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("\ufeff" + GOOD.replace("\n", "\r\n"), encoding="utf-8")
    assert load_pathway(path) == load_pathway(str(path)) == load_pathway("mine", folder=tmp_path)
    assert load_pathway("mine", tmp_path) == parse_pathway(GOOD, "x")
    with pytest.raises(SpinesimError, match=r"did you mean 'mine'.*available: mine"):
        load_pathway("mines", tmp_path)
    with pytest.raises(SpinesimError, match=r"available: none"):
        load_pathway("mine", tmp_path / "nowhere")


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(SpinesimError) as caught:
        load_pathway("conservative_frist")
    assert str(caught.value).startswith(
        "unknown pathway 'conservative_frist' (did you mean 'conservative_first'?)"
    )
    assert ", ".join(available()) in str(caught.value)
    for odd in ("", "x\ny", "💥"):
        with pytest.raises(SpinesimError, match="unknown pathway") as caught:
            load_pathway(odd)
        assert "\n" not in str(caught.value)


def test_the_shipped_pathways_are_sound() -> None:
    assert set(SHIPPED) <= set(available())
    ids: set[str] = set()
    for file in (data_folder() / "evidence").glob("*.csv"):
        with file.open(newline="", encoding="utf-8") as lines:
            ids |= {row["id"] for row in csv.DictReader(lines)}
    parameters: set[str] = set()
    for file in (data_folder() / "parameters").glob("*.csv"):
        with file.open(newline="", encoding="utf-8") as lines:
            parameters |= {row["id"] for row in csv.DictReader(lines)}
    for name in available():
        pathway = load_pathway(name)
        assert pathway.name == name and pathway.title and pathway.summary
        for rule in pathway.rules:
            assert set(rule.reference) <= ids, f"{name}, rule {rule.id}"
            assert rule.uptake is None or rule.uptake in parameters, f"{name}, rule {rule.id}"


def test_conservative_and_early_imaging_files_differ_in_one_setting() -> None:
    usual, early = (load_pathway(name) for name in SHIPPED[:2])
    assert usual.change(imaging_after_weeks=1).rules == early.rules
    assert usual.change(imaging_after_weeks=1).settings == early.settings


def test_models_are_strict_and_frozen() -> None:
    pathway = parse_pathway(GOOD, "mine.toml")
    with pytest.raises(ValueError, match="frozen"):
        pathway.name = "other"  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        pathway.rules[0].times = 5  # type: ignore[misc]
    with pytest.raises(ValueError, match="extra"):
        Rule(id="a", says="a", when=(), offer=("imaging",), colour="red")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="wrong type"):
        Rule(id="a", says="a", when="always", offer=("imaging",))  # type: ignore[arg-type]


def test_no_clinical_number_in_the_code() -> None:
    """Numbers other than 0 and 1 live in vocabulary.py (limits of scales) and in data/ (everything else)."""
    files = sorted(Path(vocabulary.__file__).parent.glob("*.py"))
    assert len(files) > 10
    for file in files:
        if file.name != "vocabulary.py":
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                    assert node.value in (0, 1), f"{file.name}, line {node.lineno}: {node.value}"
    assert set(DIALS) | {"review_weeks"} == set(Settings.model_fields)
