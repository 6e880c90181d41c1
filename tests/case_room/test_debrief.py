"""The debrief: which decision mattered (against brute force), luck, wrong ways, what nobody asked."""

import numpy as np
import pytest

import spinesim as ss
from spinesim.study import case as room
from spinesim.study.case.debrief import luck_of
from spinesim.study.case.play import plan_of, policy_of
from spinesim.study.claims_table import measure
from spinesim.study.simulation import finish

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
