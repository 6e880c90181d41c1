"""The lab of how sure we are: it keeps what a control does not touch, and says what it cannot do."""

import io

import numpy as np
import pytest
from PIL import Image

from spinesim.errors import SpinesimError
from spinesim.study.simulation import steps
from spinesim.study.value.decide import net_benefit
from spinesim.study.value.information import evpi
from spinesim.view.lab.lab import Lab
from spinesim.view.lab.shown import in_rows
from spinesim.view.lab.spec import load_lesson, start_of
from spinesim.view.lab.sure import SureRunner
from spinesim.view.limits import MOST_PEOPLE

DRAWS, PEOPLE = 2, 50
FACET = "Facet pain: two test blocks before an ablation, or none?"


class Counting:
    """What simulates, counting the arms it was asked for."""

    def __init__(self):
        self.arms = []

    def steps(self, plan):
        self.arms.append(plan.arm)
        return steps(plan)


def run(runner, **changes):
    """A finished run of few people and draws, and the shares done on the way."""
    settings = {**start_of(runner.lesson), "patients": PEOPLE, "draws": DRAWS, **changes}
    shares, work = [], runner.steps(settings)
    while True:
        try:
            shares.append(next(work))
        except StopIteration as end:
            return end.value, shares


@pytest.fixture(scope="module")
def source():
    return Counting()


@pytest.fixture(scope="module")
def runner(source):
    return SureRunner(load_lesson("13"), source)


@pytest.fixture(scope="module")
def first(runner):
    return run(runner)


def changed(lesson, which, **update):
    """The lesson with one control changed."""
    controls = [one.model_copy(update=update) if one.id == which else one for one in lesson.control]
    return lesson.model_copy(update={"control": controls})


def test_six_pictures_with_words_and_all_tables(first):
    shown, shares = first
    assert shares == sorted(shares) and shares[-1] < 1 and len(shares) > 100
    assert in_rows([one.width for one in shown.pictures]) == [2, 2, 2]
    for one in shown.pictures:
        assert Image.open(io.BytesIO(one.png)).width == one.width and one.alt
    assert len({one.alt for one in shown.pictures}) == 6
    assert {"draws", "parameters", "differences", "readers", "trial", "facts"} == {*shown.frames}
    assert len(shown.frames["parameters"]) == DRAWS and shown.frames["readers"]["reader"].nunique() == 4
    assert "Pain at 12 months" in shown.tables[0] and "Model beside paper" in shown.tables[0]


def test_every_guess_question_and_headline_is_about_a_fact(first, runner):
    lesson = runner.lesson
    wanted = {guess.fact for guess in lesson.guess} | {*lesson.headlines}
    wanted |= {key for one in lesson.question for key in (one.fact, *one.facts) if key}
    facts = first[0].facts
    assert wanted <= {*facts}
    assert all(one.low <= one.value <= one.high for one in facts.values())


def test_what_only_looks_anew_simulates_nothing(first, runner, source):
    before = len(source.arms)
    paid, _ = run(runner, pays=150_000.0)
    other, _ = run(runner, outcome="Cost to the health system")
    assert len(source.arms) == before
    assert [a.png == b.png for a, b in zip(first[0].pictures, paid.pictures, strict=True)] == [
        True, True, True, True, False, False,
    ]  # fmt: skip
    assert paid.facts["pain_12_months"] == first[0].facts["pain_12_months"]
    assert other.facts["width_chance"].unit == "USD per person"
    run(runner, draws=DRAWS + 1)
    assert len(source.arms) == before + 2, "more draws add to those there are"
    run(runner, reader="A hopeful reader")
    assert len(source.arms) == before + 2 + 2 * DRAWS, "every reader's own run was there already"


def test_the_same_settings_give_the_same_bits_and_another_seed_others(first, runner):
    again, _ = run(SureRunner(runner.lesson))
    assert [one.png for one in again.pictures] == [one.png for one in first[0].pictures]
    assert again.facts == first[0].facts
    other, _ = run(runner, seed=8)
    assert other.facts["pain_average"].value != first[0].facts["pain_average"].value


def test_the_facts_are_those_of_the_draws(first):
    shown = first[0]
    table = shown.frames["draws"].pivot_table(index="draw", columns=["outcome", "arm"], values="mean")
    cost, health = (
        table[key][["wait first", "early operation"]].to_numpy()
        for key in ("cost_health_system", "qaly_discounted")
    )
    gain = net_benefit(cost, health, shown.settings["pays"])
    assert shown.facts["best_buy"].value == pytest.approx(100 * (gain[:, 1] > gain[:, 0]).mean())
    assert shown.facts["perfect_information"].value == pytest.approx(evpi(gain).value)
    chance, numbers = (shown.facts[f"width_{one}"].value for one in ("chance", "numbers"))
    share = shown.facts["share_pain_12_months"].value
    assert share == pytest.approx(100 * numbers**2 / (numbers**2 + chance**2))


def test_only_some_numbers_uncertain(first, runner):
    """Draws of one kind of number leave the other at its base."""
    varied = {
        one: set(run(runner, numbers=one)[0].frames["parameters"]) - {"draw"}
        for one in ("Only those from papers", "Only our assumptions")
    }
    papers, ours = varied.values()
    everything = set(first[0].frames["parameters"]) - {"draw"}
    assert papers | ours == everything and len(papers - ours) > 50 and len(ours - papers) > 300


def test_two_arms_alike_leave_nothing_uncertain(runner):
    arms = [one.model_copy(update={"pathway": "conservative_first"}) for one in runner.lesson.arm]
    shown, _ = run(SureRunner(runner.lesson.model_copy(update={"arm": arms})))
    facts = shown.facts
    assert (facts["pain_12_months"].value, facts["width_chance"].value, facts["width_readers"].value) == (
        0,
        0,
        0,
    )
    assert np.isnan(facts["share_pain_12_months"].value) and facts["perfect_information"].value == 0
    assert "no difference" in shown.pictures[1].alt and len(shown.pictures) == 6


def test_the_other_decision_and_every_trial_can_be_shown(runner):
    for trial in [one.says for one in runner.lesson.points]:
        shown, _ = run(runner, decision=FACET, trial=trial)
        inside, outside = (shown.facts[f"trial_{one}"].value for one in ("inside", "outside"))
        assert inside + outside == len(shown.frames["trial"]) > 0
        assert f"{inside:.0f} of" not in trial and trial in shown.pictures[3].alt
    assert "two test blocks first" in shown.pictures[0].alt


def test_a_served_page_refuses_more_than_its_limit_before_it_simulates(source, monkeypatch):
    monkeypatch.setenv(MOST_PEOPLE, "1000")
    before = len(source.arms)
    lab = Lab(load_lesson("13"), source=source)
    lab.run_now()
    assert lab.status.state == "error" and "1,000" in lab.status.text and "20 runs" in lab.status.text
    assert len(source.arms) == before and lab.shown is None


def test_a_run_that_was_stopped_keeps_what_was_finished(runner):
    source = Counting()
    fresh = SureRunner(runner.lesson, source)
    work = fresh.steps({**start_of(runner.lesson), "patients": PEOPLE, "draws": DRAWS})
    while len(source.arms) < 6:
        next(work)
    work.close()
    run(fresh)
    assert len(source.arms) == 6 + 2 * (4 + DRAWS) - 4, "two pairs were finished; the third is run again"


@pytest.mark.parametrize(
    ("id", "update", "says"),
    [
        ("draws", {"id": "sets"}, "needs a control 'draws'"),
        ("outcome", {"options": load_lesson("13").control[0].options}, "is none of"),
        ("trial", {"options": load_lesson("13").control[0].options}, "is none of"),
        ("numbers", {"options": load_lesson("13").control[0].options}, "is none of"),
    ],
)
def test_a_faulty_lesson_is_one_sentence(id, update, says):
    with pytest.raises(SpinesimError, match=says):
        SureRunner(changed(load_lesson("13"), id, **update))


def test_a_decision_needs_two_arms_of_its_condition(runner):
    short = runner.lesson.model_copy(update={"arm": runner.lesson.arm[1:]})
    with pytest.raises(SpinesimError, match="two \\[\\[arm\\]\\] of its condition, not 1"):
        run(SureRunner(short))
