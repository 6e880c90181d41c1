"""Who comes: case mixes, traits, serious disease, and what is refused."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from spinesim.clinical import outcomes
from spinesim.clinical.body import Body
from spinesim.clinical.cohort import GOALS, MIXES, OCCUPATIONS, RISKS, SERIOUS, case_mix, draw_cohort
from spinesim.clinical.entry import at_entry
from spinesim.clinical.people import by_age, goal_levels, goals
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Parameter, load_evidence
from spinesim.evidence.store import Named

EVIDENCE = load_evidence()
CONDITIONS = list(EVIDENCE.conditions)
COLUMNS = ("which", "conditions", "told")


def draw(mix="disc_herniation", n=200, seed=5, evidence=EVIDENCE, **person):
    return draw_cohort(evidence, Draws(seed), mix, n, person=person or None)


def columns(cohort):
    return {f.name: getattr(cohort, f.name) for f in fields(cohort) if f.name not in COLUMNS}


def refused(text, mix="disc_herniation", **person):
    with pytest.raises(SpinesimError, match=text) as caught:
        draw(mix, 5, **person)
    told = str(caught.value)
    assert "\n" not in told and told.endswith(".")


# -- case mixes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mix", [*MIXES, {"facet_pain": 3, "whiplash": 1}])
def test_in_a_mix_each_person_is_the_one_they_would_be_with_that_condition_alone(mix):
    many = draw(mix, 400)
    assert len(set(many.which)) > 1
    for i, what in enumerate(many.conditions):
        alone = columns(draw(what.key, 400))
        rows = np.flatnonzero(many.which == i)
        for name, column in columns(many).items():
            assert column.dtype == alone[name].dtype
            assert column[rows].tobytes() == alone[name][rows].tobytes(), (what.key, name)


def test_the_length_of_a_mixed_cohort_and_its_first_person_change_nobody():
    whole, few = draw("pain_clinic", 300), draw("pain_clinic", 40)
    late = draw_cohort(EVIDENCE, Draws(5), "pain_clinic", 100, first=200)
    for name, column in columns(whole).items():
        assert column[:40].tobytes() == columns(few)[name].tobytes()
        assert column[200:].tobytes() == columns(late)[name].tobytes()
    assert np.array_equal(whole.which[200:], late.which)


@pytest.mark.parametrize("mix", MIXES)
def test_a_shipped_mix_holds_every_pattern_in_the_shares_it_declares(mix):
    shares = case_mix(EVIDENCE, mix)
    assert list(shares) == CONDITIONS and sum(shares.values()) == pytest.approx(1)
    cohort = draw(mix, 20_000)
    found = np.bincount(cohort.which, minlength=len(shares)) / 20_000
    for share, seen in zip(shares.values(), found, strict=True):
        assert seen == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 20_000))


def test_the_pain_clinic_mix_says_that_it_is_an_assumption():
    for key in CONDITIONS:
        row = EVIDENCE[f"case_mix.pain_clinic.{key}"]
        assert row.assumed and "assumption" in row.notes


def test_weights_are_normalised_zero_leaves_out_and_their_order_does_not_matter():
    assert case_mix(EVIDENCE, {"whiplash": 2, "facet_pain": 6}) == {"facet_pain": 0.75, "whiplash": 0.25}
    assert list(case_mix(EVIDENCE, {"whiplash": 1, "facet_pain": 0})) == ["whiplash"]
    a, b = draw({"whiplash": 1, "facet_pain": 3}), draw({"facet_pain": 3, "whiplash": 1})
    assert np.array_equal(a.which, b.which) and np.array_equal(a.age, b.age)
    one, alone = draw({"whiplash": 7}), draw("whiplash")
    assert one.age.tobytes() == alone.age.tobytes() and not one.which.any()


@pytest.mark.parametrize(
    ("mix", "text"),
    [
        ("facet", "Unknown condition 'facet': did you mean 'facet_pain'"),
        ("zzzz", "Unknown condition 'zzzz': choose one of lumbar_strain"),
        ({"facet_pian": 1}, "names no condition 'facet_pian'; did you mean 'facet_pain'"),
        ({"facet_pain": -1}, "gives 'facet_pain' the weight -1"),
        ({"facet_pain": float("nan")}, "the weight nan"),
        ({"facet_pain": float("inf")}, "the weight inf"),
        ({"facet_pain": "much"}, "the weight much"),
        ({"facet_pain": True}, "the weight True"),
        ({"facet_pain": 0}, "at least one weight above 0"),
        ({}, "at least one weight above 0"),
        (7, "A case mix is a condition's name"),
        (None, "A case mix is a condition's name"),
    ],
)
def test_an_impossible_mix_is_refused_in_one_sentence(mix, text):
    refused(text, mix)


def test_a_shipped_mix_that_does_not_sum_to_1_is_refused():
    wrong = EVIDENCE.change({"case_mix.pain_clinic.whiplash": 0.5})
    with pytest.raises(SpinesimError, match=r"people.csv: case_mix.pain_clinic: the shares sum to 1.46"):
        draw("pain_clinic", evidence=wrong)


def test_take_keeps_each_persons_fate_pattern_and_signs():
    cohort = draw("pain_clinic", 100)
    rows = np.array([70, 3, 12])
    few = cohort.take(rows)
    assert len(few) == 3 and few.conditions is cohort.conditions
    assert [few.condition_of(i) for i in range(3)] == [cohort.condition_of(int(r)) for r in rows]
    for name, column in columns(cohort).items():
        assert np.array_equal(getattr(few, name), column[rows])
    sign = next(s for s, row in EVIDENCE.signs.items() if row["region"] == "any" and not row.get("derived"))
    assert draw("pain_clinic", 9, signs=[sign]).take(np.array([1, 2])).told[sign].tolist() == [True, True]


def test_number_is_each_persons_own_conditions_parameter():
    cohort = draw("pain_clinic", 200)
    flare = cohort.number("flare.weekly")
    for row in (0, 50, 199):
        assert flare[row] == EVIDENCE.value(f"{cohort.condition_of(row).key}.flare.weekly")
    assert (cohort.number("nothing.of_the_kind", 0.25) == 0.25).all()
    with pytest.raises(SpinesimError, match=r"lumbar_strain.nothing is missing"):
        cohort.number("nothing")


# -- traits --------------------------------------------------------------------------------------------------


def test_shares_of_work_boom_and_bust_and_insomnia_are_the_parameters():
    cohort, n = draw("facet_pain", 20_000), 20_000

    def close(seen, share):
        assert seen == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))

    for i, job in enumerate(OCCUPATIONS):
        close((cohort.occupation == i).mean(), EVIDENCE.value(f"person.occupation.{job}"))
    few_days = cohort.active_days == EVIDENCE.value("person.boom_bust_days")
    close(few_days.mean(), EVIDENCE.value("person.boom_bust"))
    assert (cohort.active_days[~few_days] == EVIDENCE.value("person.paced_days")).all()
    rest = EVIDENCE.value("person.sleep")
    close((cohort.sleep_rest < rest).mean(), EVIDENCE.value("person.insomnia"))
    assert set(np.round(cohort.sleep_rest, 9)) == {
        rest,
        round(rest - EVIDENCE.value("person.insomnia_loss"), 9),
    }


@pytest.mark.parametrize("risk", RISKS)
def test_other_illness_grows_with_age(risk):
    n = 4_000
    young, old = (getattr(draw("facet_pain", n, age=age, female=True), risk) for age in (30, 80))
    assert old.mean() > young.mean()
    # whoever is ill at 30 is ill at 80: the same uniform against a higher prevalence
    assert old[young].all()


def test_prevalence_by_age_is_linear_between_the_ages_given_and_flat_beyond():
    at = by_age(EVIDENCE, "person.diabetes.age", np.array([18.0, 30, 40, 50, 70, 99]))
    low, mid, high = (EVIDENCE.value(f"person.diabetes.age{a}") for a in (30, 50, 70))
    assert at.tolist() == pytest.approx([low, low, (low + mid) / 2, mid, high, high])


def test_osteoporosis_is_commoner_in_women_at_the_same_age():
    women, men = (draw("facet_pain", 4_000, age=70, female=sex).osteoporosis for sex in (True, False))
    assert women.mean() > 2 * men.mean() > 0 and women[men].all()


def test_only_longer_pain_has_past_treatment_and_part_of_it_was_too_little():
    after = EVIDENCE.value("person.past_course.after_months")
    assert not draw(n=500, months_in_pain=after - 0.01).prior_sessions.any()
    sessions = draw(n=20_000, months_in_pain=after).prior_sessions
    assert sessions.dtype == np.int64 and sessions.min() == 0
    had = sessions[sessions > 0]
    assert len(had) / 20_000 == pytest.approx(EVIDENCE.value("person.past_course"), abs=0.02)
    few = EVIDENCE.value("person.past_course.few")
    assert (had <= few).mean() == pytest.approx(EVIDENCE.value("person.past_course.short"), abs=0.02)
    assert had[had > few].mean() == pytest.approx(EVIDENCE.value("person.past_course.full"), abs=0.3)


def test_goals_follow_the_pattern_the_work_and_retirement():
    def share(cohort, goal):
        return (cohort.goal == GOALS.index(goal)).mean()

    assert share(draw("lumbar_stenosis", 4_000), "walking") > 2 * share(draw("facet_pain", 4_000), "walking")
    desk, manual = (draw("facet_pain", 4_000, age=40, occupation=job) for job in ("desk", "manual"))
    assert share(desk, "sitting") > share(manual, "sitting") and share(manual, "work") > share(desk, "work")
    retired = EVIDENCE.value("person.retired_from")
    assert share(draw("facet_pain", 2_000, age=retired), "work") == 0
    assert share(draw("facet_pain", 2_000, age=retired - 0.01), "work") > 0.1


def test_a_uniform_at_the_edge_still_has_a_goal():
    what = draw("facet_pain", 1).conditions[0]
    u = np.array([2.0**-54, 1 - 2.0**-53])
    chosen = goals(EVIDENCE, what, np.array([0, 0]), np.array([80.0, 80.0]), u)
    assert chosen.tolist() == [GOALS.index("sitting"), GOALS.index("sleep")]  # retired: never work


def test_goals_are_in_natural_units():
    cohort = draw("pain_clinic", 5_000)
    for i, goal in enumerate(GOALS):
        level = cohort.goal_level[cohort.goal == i]
        assert level.min() >= EVIDENCE.value(f"goal.{goal}.least")
        in_minutes = goal in ("sitting", "standing", "walking")
        most = EVIDENCE.value(f"function.{goal}_free") if in_minutes else EVIDENCE.value(f"goal.{goal}.most")
        assert level.max() <= most
        assert (level % (5 if in_minutes else 1) == 0).all()


@pytest.mark.parametrize("mix", [*MIXES, "lumbar_strain", "lumbar_stenosis", "whiplash"])
def test_what_people_can_do_at_entry_is_where_their_body_starts(mix):
    draws, n = Draws(5), 300
    cohort = draw(mix, n)
    body = Body(EVIDENCE, cohort, draws, np.zeros(n, dtype=np.int64), 1)
    for i, what in enumerate(cohort.conditions):
        rows = np.flatnonzero(cohort.which == i)
        disability, sleep = at_entry(EVIDENCE, what, columns(cohort.take(rows)))
        assert disability == pytest.approx(body.disability[rows])
        assert sleep == pytest.approx(body.sleep[rows])


@pytest.mark.parametrize("mix", [*MIXES, "lumbar_strain", "lumbar_stenosis", "cervicogenic_headache"])
def test_few_people_bring_a_goal_that_they_have_reached_already(mix):
    draws, n = Draws(5), 2_000
    cohort = draw(mix, n)
    body = Body(EVIDENCE, cohort, draws, np.zeros(n, dtype=np.int64), 1)
    working = outcomes.at_work(body.numbers, body.disability, cohort.occupation)
    reached = outcomes.goal_attained(body.numbers, cohort, body.disability, body.sleep, working)
    assert reached.mean() < 0.2
    elsewhere = cohort.goal != GOALS.index("work")  # staying at work is a goal
    assert reached[elsewhere].mean() < 0.05


def test_a_goal_lies_above_present_ability_by_a_share_of_what_is_lost():
    walking, work = GOALS.index("walking"), GOALS.index("work")
    goal, u = np.array([walking, walking, walking, walking, work]), np.array([0.0, 0.0, 1.0, 0.0, 0.0])
    able = {"walking": np.array([60.0, 0, 30, 119, 0])}
    levels = goal_levels(
        EVIDENCE.change({"person.goal_gain": 0.5}), goal, u, able, dict.fromkeys(GOALS, 120.0)
    )
    assert levels.tolist() == [90, 60, 75, 115, EVIDENCE.value("goal.work.least")]
    low = goal_levels(EVIDENCE.change({"person.goal_gain": 0.0}), goal, u, able, dict.fromkeys(GOALS, 120.0))
    assert low.tolist() == [60, 15, 60, 115, EVIDENCE.value("goal.work.least")]


def test_months_in_pain_spread_around_their_mean_where_there_is_a_spread():
    spread = draw("lumbar_stenosis", 20_000).days_in_pain * 12 / 365.25
    assert spread.mean() == pytest.approx(EVIDENCE.value("lumbar_stenosis.months_in_pain"), rel=0.02)
    assert spread.min() >= EVIDENCE.value("lumbar_stenosis.months_least") and spread.std() > 5
    same = draw("facet_pain", 50).days_in_pain
    assert (same == EVIDENCE.value("facet_pain.months_in_pain") * 365.25 / 12).all()


def test_a_mix_without_a_row_for_some_condition_names_the_row():
    rows = Named[Parameter]("parameter called")
    rows.update({k: p for k, p in EVIDENCE.parameters.items() if k != "case_mix.primary_care.whiplash"})
    with pytest.raises(SpinesimError, match=r"the row 'case_mix.primary_care.whiplash' is missing; add it"):
        case_mix(replace(EVIDENCE, _parameters=rows), "primary_care")


# -- serious disease -----------------------------------------------------------------------------------------


def test_each_person_has_at_most_one_serious_disease_in_the_shares_declared():
    ids = {f"lumbar_strain.serious.{kind}": 0.0 for kind in SERIOUS}
    ids = {key: value for key, value in ids.items() if key in EVIDENCE}
    chosen = [key for key in ids if not key.endswith("cauda_equina")]
    often = EVIDENCE.change(ids | {key: 0.1 for key in chosen} | {"lumbar_strain.serious.cauda_equina": 0.3})
    cohort = draw("lumbar_strain", 20_000, evidence=often)
    assert (cohort.serious == 1).mean() == pytest.approx(0.3, abs=0.015)
    for key in chosen:
        kind = 1 + SERIOUS.index(key.rsplit(".", 1)[1])
        assert (cohort.serious == kind).mean() == pytest.approx(
            0.1 * 0.7, abs=0.01
        )  # unless cauda equina wins
        onset = often.value(f"serious.{SERIOUS[kind - 1]}.onset_days")
        days = cohort.serious_day[cohort.serious == kind]
        assert days.min() >= 0 and days.max() <= max(onset - 1, 0) and (days % 1 == 0).all()
    none = cohort.serious == 0
    assert np.isinf(cohort.serious_day[none]).all() and np.isfinite(cohort.serious_day[~none]).all()


def test_serious_shares_above_1_are_refused():
    keys = [f"lumbar_strain.serious.{kind}" for kind in SERIOUS[1:]]
    wrong = EVIDENCE.change({key: 0.9 for key in keys if key in EVIDENCE})
    with pytest.raises(SpinesimError, match=r"lumbar_strain.serious.\* sum to"):
        draw("lumbar_strain", evidence=wrong)
