"""A claim's file, its run and its table as text, on a tiny claim whose answer is known."""

import pytest

import spinesim as ss
from spinesim.study.claims import check_claim, load_claim, run_claims, show
from spinesim.study.claims_table import COLUMNS, MISSES
from spinesim.study.claims_text import number, worded

TINY = """
id = "A1"
title = "One arm against itself"
says = "nothing differs"
condition = "lumbar_strain"
patients = 40
years = 0.1
outcome = "pain@4"
unit = "NRS 0-10"
effect = "difference"
expect = { low = -2, high = -1 }
expect_says = "made up"
evidence_says = "nothing"
source = ["nsaid_acute_pain_md"]

[[arm]]
name = "one"
pathway = "conservative_first"

[[arm]]
name = "other"
pathway = "conservative_first"

[off]
says = "tablets do nothing"
parameters = { "nsaid.axial_relief" = 0 }
"""


def test_an_arm_against_itself_gives_exactly_nothing(tmp_path):
    (tmp_path / "A1.toml").write_text(TINY)
    line = run_claims([tmp_path / "A1.toml"]).iloc[0]
    assert list(line[["effect", "low", "high", "off_effect", "off_low", "off_high"]]) == [0] * 6
    assert line["verdict"] == MISSES


def test_the_table_has_the_promised_columns_and_reads_as_text(tmp_path):
    (tmp_path / "A1.toml").write_text(TINY)
    table = run_claims([tmp_path / "A1.toml"], patients=20)
    assert list(table.columns) == COLUMNS and len(table) == 1
    text = show(table)
    for words in ("A1  One arm", "The clinic says: nothing differs", "Evidence says: nothing", "off",
                  "Off switch: tablets do nothing", "pain, week 4 (NRS 0-10)", "20 people per arm",
                  "1 claim, 1 line. does not emerge: 1."):  # fmt: skip
        assert words in text, text


def test_a_claim_is_said_once_and_its_rows_are_aligned(tmp_path):
    (tmp_path / "A1.toml").write_text(TINY)
    table = run_claims([tmp_path / "A1.toml"], stances=["sceptical", "hopeful"])
    lines = show(table, 100).splitlines()
    assert sum("Evidence says" in line for line in lines) == 1
    assert not any("people per arm" in line for line in lines)  # its own number
    head = next(line for line in lines if "verdict" in line)
    rows = [line for line in lines if "does not emerge" in line and "1 claim" not in line]
    assert len(rows) == 2
    for row, stance in zip(rows, ("sceptical", "hopeful"), strict=True):
        assert row.index(stance) == head.index("stance") and row.index("does") == head.index("verdict")
    assert max(map(len, lines)) <= 100


def test_ids_in_lower_case_are_found():
    assert load_claim("b7").id == "B7"


def test_two_processes_give_the_same_numbers(tmp_path):
    other = TINY.replace('name = "other"', 'name = "other"\nwithout = ["start_moving"]')
    (tmp_path / "A1.toml").write_text(other)
    one, two = (run_claims([tmp_path / "A1.toml"], workers=workers) for workers in (1, 2))
    assert one.equals(two) and one.iloc[0]["effect"] != 0


@pytest.mark.parametrize(("old", "new", "says"), [
    ('id = "A1"\n', "", "key 'id' is missing"),
    ("patients = 40", "patients = 40\nbogus = 1", "bogus"),
    ("low = -2, high = -1", "low = -1, high = -2", "low = -1 is above"),
    ("low = -2, high = -1", "low = -2, high = 1", "null = true"),
    ('expect_says = "made up"\n', "", "no source"),
    ('"difference"', '"optimum"', "needs 3 to 12 arms, not 2"),
    ('"difference"', '"magic"', "effect"),
    ('name = "other"', 'name = "one"', "same name"),
    ('parameters = { "nsaid.axial_relief" = 0 }', "", "switches nothing off"),
    ('"nsaid.axial_relief"', '"nsaid.joy"', "nsaid.joy"),
    ('"pain@4"', '"joy@"', "joy@"),
    ('"pain@4"', '"pain@52"', "after the last week"),
    ('name = "other"', 'name = "other"\nwithout = ["prayer"]', "prayer"),
    ('name = "other"', 'name = "other"\nsettings = { imaging_after_weeks = -1 }', "imaging_after_weeks"),
    ('"nsaid_acute_pain_md"', '"hearsay"', "hearsay"),
    ("[off]", "[among]\nage = 1\n\n[off]", "among"),
])  # fmt: skip
def test_a_broken_claim_file_is_refused_in_one_sentence(tmp_path, old, new, says):
    assert old in TINY
    (tmp_path / "A1.toml").write_text(TINY.replace(old, new))
    with pytest.raises(ss.SpinesimError) as wrong:
        check_claim(load_claim(tmp_path / "A1.toml"))
    assert says in str(wrong.value) and "\n" not in str(wrong.value)


@pytest.mark.parametrize(("value", "said"), [
    (2516.4, "2,520"), (-0.6, "-0.6"), (16.0, "16"), (0.0000164, "0.00002"), (0, "0"), (-1e-9, "0"),
    (float("nan"), "-"), (1234567, "1,230,000"), (0.12345, "0.123"), (99.96, "100"),
])  # fmt: skip
def test_numbers_have_three_digits_and_no_exponent(value, said):
    assert number(value) == said


@pytest.mark.parametrize(("outcome", "said"), [
    ("axial_pain@26", "back or neck pain, week 26"), ("limb_pain@40-52", "leg or arm pain, weeks 40 to 52"),
    ("pain_improvement@52", "improvement in pain, week 52"),
    ("net_benefit@100000", "health gained less cost"),
    ("days_off_work", "days off work"), ("deficit", "permanent nerve deficit"),
])  # fmt: skip
def test_outcomes_are_said_in_words(outcome, said):
    assert worded(outcome) == said
