"""The debrief: which decision mattered (against brute force), luck, wrong ways, what nobody asked."""

import numpy as np
import pytest

import spinesim as ss
from spinesim.pathway import Pathway
from spinesim.study import case as room
from spinesim.study.case.debrief import luck_of
from spinesim.study.case.effect import EFFECT, effect
from spinesim.study.case.left_out import MOST, missed, without_step
from spinesim.study.case.play import plan_of, policy_of
from spinesim.study.claims_table import measure
from spinesim.study.simulation import finish
from spinesim.view.case_room import words

CASES = room.case_names()
FEW = 40


@pytest.mark.parametrize("name", CASES[:3])
def test_the_decision_that_mattered_is_that_of_brute_force(name, through):
    """Each order struck out of the log by hand, everybody simulated again, means compared."""
    played = through(name, seed=4)
    made = room.debrief(played, twins=FEW, fewer=FEW)
    met = [visit.facts for visit in played.visits]

    def lived(choices):
        """Net benefit (USD) and people harmed per 100, by hand."""
        wish = plan_of(played.log, played.case, policy_of(played.log, played.case, choices, met), "arm", FEW)
        people = finish(wish).patients
        rate = ss.evidence("threshold.base").value
        harmed = 100 * float((people["harms"] > 0).mean())
        return np.array([(rate * people["qaly"] - people["cost"]).mean(), harmed])

    all_of_it, by_hand = lived(played.log.choices), {}
    for number, choice in enumerate(played.log.choices):
        for step in choice.orders:
            if step != "discharge":
                copy = [one.model_dump() for one in played.log.choices]
                copy[number]["orders"] = [one for one in choice.orders if one != step]
                without = [room.Choice(**one) for one in copy]
                by_hand[number + 1, step] = all_of_it - lived(without)
    table = made.decisions
    assert len(by_hand) == len(table) > 0
    for row in table.itertuples():
        assert [row.worth, row.harms] == pytest.approx(by_hand[row.visit, row.step], abs=1e-6)
    top = max(by_hand, key=lambda key: abs(by_hand[key][0]))
    assert abs(by_hand[top][0]) == pytest.approx(abs(table["worth"].iloc[0]), abs=1e-6)


def played_with(name, orders):
    """A case with these orders at the first visit, then discharged."""
    played = room.play(room.start(name)).decide(room.Choice(orders=orders))
    while not played.over:
        played = played.decide(room.Choice(orders=["discharge"]))
    return played


@pytest.mark.parametrize("name", ["driving_engineer", "missed_cauda_equina"])
def test_what_was_left_out_is_worth_what_brute_force_says(name):
    """The pathway written by hand without the step, everybody simulated again, means compared."""
    played = played_with(name, ["education"])
    made = room.debrief(played, twins=FEW, fewer=FEW)
    guideline = played.case.pathway()

    def lived(pathway):
        """Net benefit, people harmed per 100, cost and disability, by hand; and who was offered what."""
        done = finish(plan_of(played.log, played.case, pathway, "arm", FEW))
        people = done.patients
        rate = ss.evidence("threshold.base").value
        harmed = 100 * float((people["harms"] > 0).mean())
        worth = (rate * people["qaly"] - people["cost"]).mean()
        disability = measure(done, "disability_average").mean()
        offers = [(row[0], row[3]) for one in range(FEW) for row in done.log.of(one) if row[2] == "offer"]
        return np.array([worth, harmed, people["cost"].mean(), disability]), {*offers}

    with_all, offers = lived(guideline)
    mine = {step for who, step in offers if who == 0} - {"education", "discharge"}
    share = {step: 100 * sum((who, step) in offers for who in range(FEW)) / FEW for step in mine}
    table = made.left_out.set_index("step")
    assert 0 < len(table) == min(len(mine), MOST) and {*table.index} <= mine
    assert min(table["offered"]) >= max((share[step] for step in mine - {*table.index}), default=0)
    for step, row in table.iterrows():
        left = guideline.model_dump()
        left["rules"] = [
            {**rule.model_dump(), "when": rule.when, "offer": [one for one in rule.offer if one != step]}
            for rule in guideline.rules
            if {*rule.offer} != {step}
        ]
        left["settings"] = guideline.settings
        short = Pathway(**left)
        weeks = {*guideline.visit_weeks} - {*short.visit_weeks}
        fell, without = lived(short.model_copy(update={"kept_visits": tuple(sorted(weeks))}))
        assert step not in {what for _, what in without}
        assert row["offered"] == share[step]
        assert list(row[["worth", "harms", "cost", "disability"]]) == pytest.approx(
            list(with_all - fell), abs=1e-6
        )
    assert made.left_out["worth"].abs().is_monotonic_decreasing


def test_nothing_is_left_out_where_everything_the_guideline_gives_was_ordered():
    """The steps are those of the pathway, but its discharge; no log orders them all, so the list is asked."""
    played = played_with("driving_engineer", ["education"])
    usual = finish(plan_of(played.log, played.case, played.case.pathway(), "arm", FEW))
    steps = {step for rule in played.case.pathway().rules for step in rule.offer} - {"discharge"}
    assert missed(usual, steps) == []
    given = {row[3] for row in usual.log.of(0) if row[2] == "offer"}
    assert missed(usual, given) == [] and "discharge" not in {one.step for one in missed(usual, [])}
    one = sorted(given - {"discharge"})[0]
    assert [left.step for left in missed(usual, given - {one})] == [one]


def test_a_finished_log_that_ordered_all_of_it_says_so():
    """Everything the guideline gives the strained back is ordered at the visits there are."""

    played = room.play(room.start("young_strain"))
    usual = finish(plan_of(played.log, played.case, played.case.pathway(), "arm", 1))
    wanted = [one.step for one in missed(usual, [])]
    while wanted:
        now = [step for step in wanted if not played.refused(room.Choice(orders=[step]))][:4]
        assert now, wanted
        played = played.decide(room.Choice(orders=now))
        wanted = [step for step in wanted if step not in now]
    while not played.over:
        played = played.decide(room.Choice(orders=["discharge"]))
    made = room.debrief(played, twins=5, fewer=2)
    assert made.left_out.empty and list(made.left_out.columns)[-len(EFFECT) :] == list(EFFECT)
    assert words.NOTHING_LEFT_OUT in words.left_out(made)


def test_a_step_that_no_twin_was_given_brings_exactly_nothing():
    case, log = room.load_case("driving_engineer"), room.start("driving_engineer")
    pathway = case.pathway()
    usual = finish(plan_of(log, case, pathway, "arm", FEW))
    offered = {row[3] for who in range(FEW) for row in usual.log.of(who) if row[2] == "offer"}
    mine = {step for rule in pathway.rules for step in rule.offer} - offered
    assert mine, "the pathway has a step that nobody is given"
    for step in sorted(mine):
        shorter = without_step(pathway, step)
        assert shorter.rules != pathway.rules and shorter.visit_weeks == pathway.visit_weeks
        less = finish(plan_of(log, case, shorter, "arm", FEW))
        assert effect(ss.simulate.__globals__["shipped_evidence"](), usual, less) == (0.0,) * len(EFFECT)


@pytest.mark.parametrize("name", sorted({room.load_case(name).guideline for name in CASES}))
def test_every_step_can_be_taken_out_of_every_guideline_and_no_visit_goes(name):
    pathway = ss.pathway(name)
    for step in sorted({step for rule in pathway.rules for step in rule.offer}):
        shorter = without_step(pathway, step)
        assert all(step not in rule.offer and rule.offer for rule in shorter.rules)
        assert shorter.visit_weeks == pathway.visit_weeks
        assert [rule.id for rule in shorter.rules] == [
            rule.id for rule in pathway.rules if rule.offer != (step,)
        ]


def test_a_pathway_of_one_step_is_left_with_a_rule_that_never_speaks():
    only = ss.pathway("sciatica").rules[0].model_copy(update={"offer": ("imaging",)})
    shorter = without_step(ss.pathway("sciatica").model_copy(update={"rules": (only,)}), "imaging")
    assert [rule.id for rule in shorter.rules] == ["nothing"]


def test_luck_is_the_share_of_twins_who_fared_worse(through):
    made = room.debrief(through(CASES[0]), twins=FEW, fewer=5)
    base = made.study.results[room.YOURS][0]
    qaly = measure(base, "qaly")
    row = luck_of(base).set_index("outcome").loc["qaly"]
    assert row["yours"] == qaly[0]
    assert row["worse_off"] == 100 * np.mean([(q < qaly[0]) + (q == qaly[0]) / 2 for q in qaly[1:]])


def test_the_guideline_played_by_hand_leaves_nothing_to_regret():
    """Identical policies differ by exactly 0: the guideline beside itself."""
    case = room.load_case(CASES[0])
    log = room.start(CASES[0])
    one, other = (finish(plan_of(log, case, case.pathway(), arm, FEW)) for arm in ("a", "b"))
    study = ss.Study({"a": [one], "b": [other]})
    assert study.differences()["difference"].eq(0).all()


def test_what_was_not_asked_is_told_and_what_was_is_not(through):
    played = room.play(room.start("driving_engineer"))
    first = played.decide(room.Choice(asked=["straight_leg_raise"], orders=["discharge"]))
    left = room.debrief(first, twins=5, fewer=2).unasked
    assert "straight_leg_raise" not in left and "dermatomal_loss" in left


def test_with_few_twins_all_of_them_are_asked_for_each_step():
    made = room.debrief(played_with("young_strain", ["nsaid"]), twins=6)
    assert len(made.study.results[room.YOURS][0].patients) == 6
    assert len(made.decisions) == 1 and len(made.left_out) > 0


def test_no_debrief_before_the_end():
    with pytest.raises(ss.SpinesimError, match="when the case is over"):
        room.debrief(room.play(room.start(CASES[0])))


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_wrong_ways_end_as_the_case_says_on_average_and_not_always(name):
    """500 twins: each claimed outcome's whole 95 % interval lies on the wrong side; for some it ends well."""
    table = room.wrong_table(name)
    assert table["way"].nunique() == 3
    assert table["holds"].all(), table[~table["holds"]].to_string()
    better = table.groupby("way")["better"].first()
    assert (better < 100).all() and (better > 0).sum() >= 2, better.to_string()


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ("-0.0 (-0.0 to +0.0)", "0.0 (0.0 to 0.0)"),
        ("+0 (-1 to +10)", "0 (−1 to +10)"),
        ("-0.5 (-10.0 to +0.1)", "−0.5 (−10.0 to +0.1)"),
        ("+1,005", "+1,005"),
    ],
)
def test_no_sign_stands_before_nothing(plain, said):
    assert words._signed(plain) == said
