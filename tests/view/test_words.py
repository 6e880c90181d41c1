"""Differences in plain sentences: exact words."""

import math

import pytest

from spinesim.view import words

PEOPLE, NRS, ODI = "per 100 people", "NRS 0-10", "ODI 0-100"
CASES = [
    (
        ("operations", -4.0, -6.0, -2.0, PEOPLE),
        "Operations: 4 fewer per 100 people (95 % interval 2 to 6 fewer)",
    ),
    (
        ("imaging", 18.84, 16.4, 21.2, PEOPLE),
        "MRI scans: 18.8 more per 100 people (95 % interval 16.4 to 21.2 more)",
    ),
    (
        ("operations", -0.5, -2.0, 1.0, PEOPLE),
        "Operations: no clear difference (95 % interval 2 fewer to 1 more per 100)",
    ),
    (
        ("operations", 0.5, 0.0, 1.0, PEOPLE),
        "Operations: no clear difference (95 % interval 0 to 1 more per 100)",
    ),
    (
        ("operations", 0.0, -1.0, 1.0, PEOPLE),
        "Operations: no clear difference (95 % interval 1 fewer to 1 more per 100)",
    ),
    (("operations", 0.0, 0.0, 0.0, PEOPLE), "Operations: no difference: the same people in both arms"),
    (
        ("cost", 0.0, 0.0, 0.0, "USD per person"),
        "Cost: no difference: the same for every person in both arms",
    ),
    (
        ("cost", 1190.8, 1080.2, 1300.0, "USD per person"),
        "Cost: US$ 1,191 more per person (95 % interval US$ 1,080 to US$ 1,300 more)",
    ),
    (
        ("cost", -0.2, -0.3, -0.1, "USD per person"),
        "Cost: under US$ 1 less per person (95 % interval under US$ 1 less)",
    ),
    (
        ("qaly", -0.0121, -0.02, -0.004, "QALY per person"),
        "Quality-adjusted life years: 0.012 fewer per person (95 % interval 0.004 to 0.02 fewer)",
    ),
    (
        ("imaging", 0.004, 0.001, 0.3, PEOPLE),
        "MRI scans: under 0.1 more per 100 people (95 % interval under 0.1 to 0.3 more)",
    ),
    (
        ("operations", 2.0, math.nan, math.nan, PEOPLE),
        "Operations: 2 more per 100 people (too few people for an interval)",
    ),
    (("operations", math.nan, math.nan, math.nan, PEOPLE), "Operations: could not be measured in this run"),
    (("new_thing", 1.0, 0.5, 1.5, "goats"), "New thing: 1 more (goats) (95 % interval 0.5 to 1.5 more)"),
    (
        ("pain_12_months", -0.3, -0.5, -0.1, NRS, 2.0),
        "Pain at 12 months: 0.3 points lower on the 0–10 scale (95 % interval 0.1 to 0.5 lower); "
        "smaller than the minimal important change of 2 points",
    ),
    (
        ("pain_12_months", 0.002, -0.003, 0.004, NRS, 2.0),
        "Pain at 12 months: no clear difference (95 % interval under 0.01 points either way); "
        "smaller than the minimal important change of 2 points",
    ),
    (
        ("disability_12_months", -12.0, -13.5, -10.5, ODI, 10.0),
        "Disability at 12 months: 12 points lower on the 0–100 scale (95 % interval 10.5 to 13.5 lower); "
        "at least the minimal important change of 10 points",
    ),
    (
        ("disability_12_months", 9.0, 6.0, 12.0, ODI, 10.0),
        "Disability at 12 months: 9 points higher on the 0–100 scale (95 % interval 6 to 12 higher); "
        "it may or may not reach the minimal important change of 10 points",
    ),
]


@pytest.mark.parametrize("given, said", CASES)
def test_exact_words(given, said):
    assert words.sentence(*given) == said


@pytest.mark.parametrize(
    "value, decimals, said",
    [
        (0.0, 1, "0"),
        (-4.0, 1, "4"),
        (0.04, 1, "under 0.1"),
        (0.05001, 1, "0.1"),
        (1234.4, 0, "1,234"),
        (10.0, 1, "10"),
        (0.3, 0, "under 1"),
    ],
)
def test_number(value, decimals, said):
    assert words.number(value, decimals) == said


def test_a_study_in_sentences(study):
    table = words.sentences(study)
    assert list(table["outcome"]) == list(study.differences()["outcome"])
    assert table["sentence"].str.len().min() > 10
    pain = table.loc[table["outcome"] == "pain_12_months", "sentence"].item()
    assert pain.endswith("smaller than the minimal important change of 2 points")


def test_brief_drops_the_interval():
    assert words.brief(CASES[0][1]) == "Operations: 4 fewer per 100 people"
    assert words.brief(CASES[5][1]) == "Operations: no difference, the same people in both arms"
