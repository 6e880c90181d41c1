"""`spinesim.cohort`: people in words, and the same people in a study."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import Draws
from spinesim.pathway import load_pathway
from spinesim.study import compare, simulate
from spinesim.study.files import manifest
from spinesim.study.people import ILLNESSES, RETIRED, WISHES, WORK, People, cohort
from spinesim.study.simulation import eligible_cohort, plan, replications, shipped_evidence

USUAL = load_pathway("conservative_first")
MIXED = {"whiplash": 1, "facet_pain": 3}


def drawn(wish):
    return eligible_cohort(wish, Draws(wish.seed, wish.run))


# -- the table -----------------------------------------------------------------------------------------------


def test_the_table_says_who_they_are_in_words():
    people = cohort(patients=300, seed=4)
    table, who = people.table(), people.cohort()
    assert list(table) == [
        "patient", "condition", "region", "age", "sex", "occupation", "comorbidities", "months_in_pain",
        "prior_sessions", "goal", "axial_pain", "limb_pain",
    ]  # fmt: skip
    assert len(table) == 300 and set(table["region"]) == {"back", "neck"}
    assert set(table["sex"]) == {"woman", "man"} and set(table["occupation"]) <= {*WORK.values(), RETIRED}
    assert table["age"].between(18, 90).all() and table["axial_pain"].between(0, 10).all()
    retired = who.age >= shipped_evidence().value("person.retired_from")
    assert retired.any() and np.array_equal(table["occupation"] == RETIRED, retired)
    for row in (0, 17, 299):
        assert table["condition"][row] == who.condition_of(row).label
        ill = {name for risk, name in ILLNESSES.items() if getattr(who, risk)[row]}
        assert set(table["comorbidities"][row].split(", ")) == (ill or {"none"})
    starts = {words.split(" {")[0].split()[0] for words in WISHES.values()}
    assert {goal.split()[0] for goal in table["goal"]} == starts
    assert not {"course", "facet_source", "serious"} & set(table), "the hidden truth stays hidden"


def test_one_described_patient():
    row = cohort("disc_herniation", patients=1, age=45, occupation="driving", months_in_pain=2, diabetes=True,
                 goal="sitting").table().iloc[0]  # fmt: skip
    assert (row["age"], row["occupation"], row["months_in_pain"]) == (45, "driving", 2)
    assert "diabetes" in row["comorbidities"] and row["goal"].startswith("sit for ")


def test_the_mix_says_what_is_declared_what_was_drawn_and_on_what_basis():
    table = cohort(patients=2_000).mix()
    assert table["declared"].sum() == pytest.approx(1) and table["drawn"].sum() == pytest.approx(1)
    assert set(table["basis"]) == {"assumption"}
    own = cohort(MIXED, patients=100).mix()
    assert own.set_index("condition")["declared"].to_dict() == {"facet_pain": 0.75, "whiplash": 0.25}
    assert set(own["basis"]) == {"your choice"}
    assert cohort("whiplash", patients=5).mix()["drawn"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("wishes", "text"),
    [
        ({"age": 140}, "age is 140"),
        ({"mix": "nowhere"}, "Unknown condition 'nowhere'"),
        ({"patients": 0}, "patients is 0"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"mix": "lumbar_strain", "signs": ["spurling"]}, "'spurling' belongs to the neck"),
    ],
)
def test_impossible_people_are_refused_when_they_are_described(wishes, text):
    with pytest.raises(SpinesimError, match=text):
        cohort(**wishes)


# -- in a study ----------------------------------------------------------------------------------------------


def test_a_plan_takes_the_people_with_their_number_and_chance():
    people = cohort(MIXED, patients=40, seed=9, run=3, age=50, signs={"worse_sitting": True})
    wish = plan(USUAL, people=people)
    assert (wish.patients, wish.seed, wish.run, wish.condition) == (40, 9, 3, people.condition)
    mine, theirs = drawn(wish), people.cohort()
    assert np.array_equal(mine.limb_start, theirs.limb_start) and np.array_equal(mine.which, theirs.which)
    assert mine.told["worse_sitting"].all() and (mine.age == 50).all()
    assert [one.run for one in replications(wish, 2)] == [3, 4]


@pytest.mark.parametrize(
    "twice", [{"condition": "whiplash"}, {"patients": 10}, {"seed": 1}, {"run": 0}, {"person": {"age": 3}}]
)
def test_what_people_bring_may_not_be_given_as_well(twice):
    with pytest.raises(SpinesimError, match=f"{next(iter(twice))} comes with people; leave out one"):
        plan(USUAL, people=cohort(patients=10), **twice)
    with pytest.raises(SpinesimError, match=r"give what spinesim\.cohort"):
        plan(USUAL, people=7)


def test_peoples_evidence_holds_unless_other_evidence_is_given():
    other = shipped_evidence().change({"person.fear": 0.9})
    people = cohort("facet_pain", patients=5, evidence=other)
    assert plan(USUAL, people=people).evidence == other
    assert plan(USUAL, people=people, evidence=shipped_evidence()).evidence == shipped_evidence()


@pytest.mark.parametrize("condition", ["facet_pain", "primary_care", MIXED])
def test_a_plan_can_be_hashed_pickled_and_written_down(condition):
    person = {"age": np.float64(45), "signs": ["worse_sitting"], "female": True}
    wish = plan(USUAL, condition=condition, patients=20, person=person)
    again = pickle.loads(pickle.dumps(wish))
    assert again == wish and hash(again) == hash(wish)
    assert np.array_equal(drawn(again).limb_days, drawn(wish).limb_days)
    written = json.loads(json.dumps(manifest([wish])))
    expected = {"facet_pain": 0.75, "whiplash": 0.25} if condition is MIXED else condition
    assert written["condition"] == expected
    assert written["person"] == {"age": 45, "female": True, "signs": [["worse_sitting", True]]}
    assert "person" not in manifest([plan(USUAL)])
    people = cohort(condition, patients=20, **person)
    assert isinstance(people, People) and hash(people) == hash(pickle.loads(pickle.dumps(people)))


def test_defaults_of_a_plan_are_as_before():
    wish = plan(USUAL)
    assert (wish.condition, wish.patients, wish.seed, wish.run, wish.person) == (
        "lumbar_strain", 1_000, 1, 0, (),
    )  # fmt: skip
    assert plan(USUAL, condition={"whiplash": 2}).condition == "whiplash"


@pytest.mark.parametrize(
    ("wishes", "text"),
    [
        ({"condition": "lumbar"}, "Unknown condition 'lumbar': did you mean"),
        ({"condition": {"whiplash": -1}}, "the weight -1"),
        ({"person": {"limb_pain": 12}}, "limb_pain is 12"),
        ({"condition": "lumbar_strain", "person": {"signs": ["spurling"]}}, "belongs to the neck"),
        ({"patients": 100_001}, "patients is 100001"),
        ({"run": -1}, "run must be a whole number"),
    ],
)
def test_a_plan_refuses_the_impossible_before_anything_is_computed(wishes, text):
    with pytest.raises(SpinesimError, match=text):
        plan(USUAL, **wishes)


def test_eligible_people_of_a_mix_keep_their_pattern_and_what_is_told():
    wish = plan(
        USUAL, condition=MIXED, patients=50, eligibility={"axial_pain_at_least": 5}, person={"age": 60}
    )
    few = drawn(wish)
    assert len(few) == 50 and few.axial_start.min() >= 5 and (few.age == 60).all()
    whole = drawn(plan(USUAL, condition=MIXED, patients=200))
    assert [few.condition_of(i).key for i in range(9)] == [
        whole.condition_of(int(one)).key for one in few.ids[:9]
    ]


# -- rules that read the leading diagnosis -------------------------------------------------------------------


def reader(leading):
    """Today's pathway, with a rule before all others that asks for one leading diagnosis."""
    asks = {"id": "reads", "says": "Reads.", "when": {"leading": leading}, "offer": ("education",)}
    rule = type(USUAL.rules[0]).model_validate(asks)
    return USUAL.model_copy(update={"rules": (rule, *USUAL.rules)})


def test_a_rule_may_read_a_known_condition_only():
    assert plan(reader("facet_pain"))
    assert plan(reader("facet_pain"), condition="whiplash"), "the rule need not concern anybody here"
    with pytest.raises(
        SpinesimError, match=r"rule 'reads': leading = 'facet_pian' is no condition; did you mean"
    ):
        plan(reader("facet_pian"))


def test_a_comparison_of_people_is_that_of_the_same_words():
    arms = {"usual": USUAL, "early": "early_imaging"}
    a = compare(arms, people=cohort(MIXED, patients=12, seed=3, age=60), years=0.2)
    b = compare(arms, condition=MIXED, patients=12, seed=3, person={"age": 60}, years=0.2)
    assert a.differences().equals(b.differences()) and a.events().equals(b.events())
    alone = simulate(USUAL, people=cohort(MIXED, patients=12, seed=3, age=60), years=0.2)
    assert np.array_equal(alone.series["pain"], a.results["usual"][0].series["pain"])
