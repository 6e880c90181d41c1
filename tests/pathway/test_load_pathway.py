"""The strict loader: every mistake is one sentence naming file, rule and key; shipped files are sound."""

from __future__ import annotations

import ast
import csv
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import data_folder
from spinesim.pathway import (
    Facts,
    Rule,
    Settings,
    available,
    load_pathway,
    parse_pathway,
    vocabulary,
)
from spinesim.pathway.criterion import read_criterion
from spinesim.pathway.vocabulary import BOOLEANS, COUNTED_BY, DIALS, FACTS, NUMBERS, STEPS, TEXTS

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

SHIPPED = ("conservative_first", "early_imaging", "early_surgery")


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


@pytest.mark.parametrize("fact", NUMBERS)
def test_the_bounds_of_each_number(fact: str) -> None:
    low, high, _, whole = NUMBERS[fact]
    for value, allowed in [(low, True), (high, True), (low - 1, False), (high + 1, False), (0.5, not whole)]:
        if allowed:
            assert read_criterion(f"{fact}_at_least", value).value == value
        else:
            with pytest.raises(ValueError, match=f"when.{fact}_at_least = .*{fact} runs|must be a whole"):
                read_criterion(f"{fact}_at_least", value)


def test_the_vocabulary_is_closed_and_every_word_is_used_once() -> None:
    assert {field.name for field in fields(Facts)} == {*FACTS} and len(FACTS) == len({*FACTS})
    assert {type(getattr(Facts(), fact)) for fact in TEXTS} == {str}
    assert {type(getattr(Facts(), fact)) for fact in BOOLEANS} == {bool}
    for fact, number in NUMBERS.items():
        assert type(getattr(Facts(), fact)) is (int if number.whole else float), fact
    counted = [step for steps in COUNTED_BY.values() for step in steps]
    assert {*counted} <= {*STEPS} and len(counted) == len({*counted}) and {*COUNTED_BY} <= {*NUMBERS}
    assert len(STEPS) == len({*STEPS}) == 40


def test_the_occupations_are_those_that_people_have() -> None:
    from spinesim.clinical.people import OCCUPATIONS

    assert TEXTS["occupation"] == OCCUPATIONS


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
    conditions = tomllib.loads((data_folder() / "conditions.toml").read_text(encoding="utf-8"))
    for name in available():
        pathway = load_pathway(name)
        assert pathway.name == name and pathway.title and pathway.summary
        for rule in pathway.rules:
            assert set(rule.reference) <= ids, f"{name}, rule {rule.id}"
            for criterion in rule.when:
                if criterion.fact == "leading":
                    assert criterion.value in conditions, f"{name}, rule {rule.id}"
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
