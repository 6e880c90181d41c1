"""Differences in plain sentences: exact words."""

import math

import pytest

from spinesim.study import OUTCOMES
from spinesim.view import names, words

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
        "Cost: no difference (under US$ 1 per person)",
    ),
    (
        ("qaly", -0.0121, -0.02, -0.004, "QALY per person"),
        "Quality-adjusted life years: 0.012 fewer per person (95 % interval 0.004 to 0.02 fewer)",
    ),
    (
        ("imaging", 0.004, 0.001, 0.3, PEOPLE),
        "MRI scans: hardly any difference (95 % interval under 0.1 to 0.3 more)",
    ),
    (
        ("operations", 2.0, math.nan, math.nan, PEOPLE),
        "Operations: 2 more per 100 people (too few people for an interval)",
    ),
    (("operations", math.nan, math.nan, math.nan, PEOPLE), "Operations: could not be measured in this run"),
    (("new_thing", 1.0, 0.5, 1.5, "goats"), "New thing: 1 goats more (95 % interval 0.5 to 1.5 more)"),
    (
        ("pain_12_months", -0.3, -0.5, -0.1, NRS, 2.0),
        "Pain at 12 months: 0.3 points lower on the 0–10 scale (95 % interval 0.1 to 0.5 lower); "
        "smaller than the minimal important change of 2 points",
    ),
    (
        ("pain_12_months", 0.002, -0.003, 0.004, NRS, 2.0),
        "Pain at 12 months: no difference (under 0.01 points on the 0–10 scale)",
    ),
    (
        ("disability_12_months", -12.0, -13.5, -10.5, ODI, 10.0),
        "Disability at 12 months: 12 points lower on the 0–100 scale (95 % interval 10.5 to 13.5 lower); "
        "at least the minimal important change of 10 points",
    ),
    (
        ("pain_12_months", 0.003, 0.001, 0.004, NRS, 2.0),
        "Pain at 12 months: no difference (under 0.01 points on the 0–10 scale)",
    ),
    (
        ("visits", 1.214, 1.19, 1.24, "visits per person"),
        "Clinic visits: 1.21 more per person (95 % interval 1.19 to 1.24 more)",
    ),
    (
        ("visits", 1.2141, 1.2139, 1.2143, "visits per person"),
        "Clinic visits: 1.214 more per person (95 % interval less than 0.001 either side)",
    ),
    (("visits", 1.2, 1.2, 1.2, "visits per person"), "Clinic visits: 1.2 more for everyone alike"),
    (
        ("imaging", 100.0, 100.0, 100.0, PEOPLE),
        "MRI scans: 100 more per 100 people for everyone alike",
    ),
    (
        ("days_off_work", -18.36, -22.78, -13.95, "days per person"),
        "Days off work: 18.4 days fewer per person (95 % interval 13.9 to 22.8 fewer)",
    ),
    (
        ("disability_12_months", -0.3, -2.0, 1.2, "ODI or NDI 0-100", 10.0),
        "Disability at 12 months: no clear difference (95 % interval 2 points lower to 1.2 points higher); "
        "smaller than the minimal important change of 10 points",
    ),
    (
        ("deficit", -0.17, -0.36, 0.02, "% of full deficit"),
        "Lasting nerve damage: no clear difference (95 % interval 0.36 % of full deficit lower "
        "to 0.02 % of full deficit higher)",
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


def test_no_unit_is_said_in_doubled_brackets():
    for unit in {outcome.unit for outcome in OUTCOMES.values()}:
        for low, high in ((0.5, 1.5), (-0.5, 1.5), (1.0, 1.0), (0.0, 0.0), (math.nan, math.nan)):
            said = words.sentence("x", 1.0 if low != 0 else 0.0, low, high, unit)
            assert ") (" not in said and "((" not in said and "))" not in said


def test_every_outcome_has_a_plain_name_and_its_meaning():
    assert set(names.NAMES) == set(OUTCOMES)
    assert all(name.label and name.meaning for name in names.NAMES.values())
    assert set(names.FIRST) < set(OUTCOMES)


def test_the_important_outcomes_come_first_and_none_is_lost():
    first, rest = names.in_order(OUTCOMES)
    assert first == list(names.FIRST) and sorted([*first, *rest]) == sorted(OUTCOMES)
    short, _ = names.in_order([one for one in OUTCOMES if "12_months" not in one])
    assert short[:2] == ["pain_average", "disability_average"]
    assert names.in_order(["qaly", "new_thing"]) == (["qaly"], ["new_thing"])
    assert names.label("new_thing") == "New thing"
