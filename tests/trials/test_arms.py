"""Sham, enrolment after some weeks, and numbers of one arm: the same people, and only what the file says."""

from __future__ import annotations

import numpy as np
import pytest

import spinesim as ss
from spinesim.clinical import without_effects
from spinesim.clinical.treatment import EFFECTS
from spinesim.pathway import STEPS
from spinesim.study.results import SERIES
from spinesim.study.simulation import shipped_evidence
from spinesim.study.trials import trial_plans
from spinesim.study.trials.arms import sham

EVERYBODY = '[[arm.crossover]]\nstep = "epidural"\nby_week = 0\nshare = 1.0\n'
FIRST = (
    'name = "usual"\npathway = "natural_course"',
    f'name = "usual"\npathway = "natural_course"\n{EVERYBODY}',
)
SHAM = f'sham = ["epidural"]\n{EVERYBODY}'


def test_a_sham_is_done_waited_for_and_paid_but_does_less(small) -> None:
    _, results = ss.run_trial(small(FIRST, arm=SHAM))
    real, fake = results["usual"].patients, results["other"].patients
    for column in ("epidurals", "cost", "harms", "visits"):
        assert np.array_equal(real[column], fake[column]), column
    assert results["usual"].series["limb_pain"][3].mean() < results["other"].series["limb_pain"][3].mean()


def test_a_sham_of_something_without_effect_is_the_thing_itself(small) -> None:
    quiet = without_effects(shipped_evidence())
    _, results = ss.run_trial(small(FIRST, arm=SHAM), evidence=quiet)
    for name in SERIES:
        assert np.array_equal(results["usual"].series[name], results["other"].series[name])
    target = '\n[[target]]\noutcome = "pain"\narm = "other"\nversus = "usual"\nweeks = [12]\n'
    target += "mean = [0]\ntolerance = 1\n"
    table, _ = ss.run_trial(small(FIRST, arm=SHAM, target=target), evidence=quiet)
    last = table.iloc[-1]
    assert (last["model_mean"], last["model_low"], last["model_high"]) == (0.0, 0.0, 0.0)


def test_the_context_of_a_sham_stays(small) -> None:
    """Against no injection at all the sham still helps: what is left is the context of being treated."""
    _, results = ss.run_trial(small(arm=SHAM))
    none, fake = (results[arm].series["limb_pain"][3].astype(float) for arm in ("usual", "other"))
    assert 0 < (none - fake).mean() <= shipped_evidence().value("context.relief")


def test_a_sham_touches_nothing_but_the_steps_own_effects() -> None:
    known = shipped_evidence()
    for step in STEPS:
        changed = sham(known, [step]).changes
        assert all(key.startswith(f"{step}.") for key in changed), step
        assert {key.partition(".")[2] for key in changed} <= {*EFFECTS, "dose", "load", "flare_load"}
        assert f"{step}.wound" not in changed
    kept = sham(known, ["physiotherapy"])
    assert kept.value("physiotherapy.dose") == 0
    assert kept.value("physiotherapy.axial_relief") == known.value("physiotherapy.axial_relief")
    assert kept.value("home_exercise.dose") == known.value("home_exercise.dose") > 0


def test_sham_physiotherapy_leaves_the_body_as_no_physiotherapy_does(small) -> None:
    course = EVERYBODY.replace("epidural", "home_exercise")
    loud = ('condition = "disc_herniation"', 'condition = "persistent_back_pain"')
    context = '\n[parameters]\n"context.relief" = 0\nbecause = "to see the exercise alone"\n'
    trial = small(loud, ("[[arm]]", f"{context}\n[[arm]]"), arm=f'sham = ["home_exercise"]\n{course}')
    _, results = ss.run_trial(trial)
    assert results["other"].patients["sessions"].sum() > 0
    assert np.array_equal(results["usual"].series["axial_pain"], results["other"].series["axial_pain"])


def test_every_arm_has_the_same_people(small) -> None:
    _, results = ss.run_trial(small(FIRST, arm=SHAM))
    who = [run.patients[["patient", "age", "course"]] for run in results.values()]
    assert who[0].equals(who[1])


# -- enrolment ---------------------------------------------------------------------------------------------


def entered(criteria: str) -> tuple[str, str]:
    return "[[arm]]", f"[eligibility]\n{criteria}\n\n[[arm]]"


@pytest.mark.parametrize(("criteria", "name", "low", "high"), [
    ("pain_at_least = 6", "pain", 6, 10),
    ("limb_pain_at_most = 4", "limb_pain", 0, 4),
    ("axial_pain_at_least = 5", "axial_pain", 5, 10),
    ("disability_at_least = 40\ndisability_at_most = 60", "disability", 40, 60),
])  # fmt: skip
@pytest.mark.parametrize("week", [0, 6])
def test_people_are_judged_at_their_week(
    small, criteria: str, name: str, low: float, high: float, week: int
) -> None:
    _, results = ss.run_trial(small(entered(f"at_week = {week}\n{criteria}")), patients=150)
    run = results["usual"]
    state = run.series[name][week]
    assert len(state) == 150 and len(run.weeks) == week + 13
    assert (state >= low - 1e-4).all() and (state <= high + 1e-4).all()
    if week:  # some of them would not have been let in at referral, or others would
        assert ((run.series[name][0] < low) | (run.series[name][0] > high)).any()


def test_women_alone_may_be_let_in(small) -> None:
    for word, share in (("true", 1.0), ("false", 0.0)):
        _, results = ss.run_trial(small(entered(f"female = {word}")), patients=100)
        assert results["usual"].patients["female"].mean() == share


def test_those_enrolled_later_are_the_first_who_fit_whatever_the_batches(small) -> None:
    """More people asked for: the same ones first, each with the same fate."""
    trial = small(entered("at_week = 3\npain_at_least = 5"))
    few, many = (ss.run_trial(trial, patients=n)[1]["usual"] for n in (40, 400))
    assert np.array_equal(few.patients["patient"], many.patients["patient"][:40])
    assert np.array_equal(few.series["pain"], many.series["pain"][:, :40])


def test_arms_that_differ_before_enrolment_are_refused(small) -> None:
    trial = small(
        entered("at_week = 6\npain_at_least = 3"),
        ('name = "other"\npathway = "natural_course"', 'name = "other"\npathway = "stacked_medicine"'),
    )
    with pytest.raises(ss.SpinesimError, match=r"'usual' and 'other' differ before week 6.*at_week"):
        ss.run_trial(trial, patients=60)


def test_arms_that_part_at_enrolment_are_fine(small) -> None:
    trial = small(entered("at_week = 6\npain_at_least = 3"), arm=EVERYBODY)
    table, results = ss.run_trial(trial, patients=100)
    assert results["other"].patients["epidurals"].eq(1).all() and list(table["week"]) == [0, 12]
    start = results["usual"].series["pain"][6].astype(float).mean()
    assert table["model_mean"].iloc[0] == pytest.approx(start, rel=1e-6)


# -- numbers of its own ------------------------------------------------------------------------------------


def test_numbers_of_the_trial_and_of_an_arm_reach_only_them(small) -> None:
    whole = '[parameters]\n"epidural.price" = 1\nbecause = "an example"\n\n[[arm]]'
    own = 'parameters = { "epidural.lead_days" = 0, because = "an example" }'
    first, second = trial_plans(small(("[[arm]]", whole), arm=own))
    assert first.evidence.changes == {"epidural.price": 1.0}
    assert second.evidence.changes == {"epidural.price": 1.0, "epidural.lead_days": 0.0}


def test_a_change_of_dials_and_a_rule_less(small) -> None:
    rule = ss.pathway("conservative_first").rules[1].id
    text = f'pathway = "conservative_first"\nchange = {{ imaging_after_weeks = 2 }}\nwithout = ["{rule}"]'
    trial = small(('name = "other"\npathway = "natural_course"', f'name = "other"\n{text}'),
                  ('condition = "disc_herniation"', 'condition = "lumbar_strain"'))  # fmt: skip
    made = trial_plans(trial)[1].pathway
    assert made.settings.imaging_after_weeks == 2 and rule not in [one.id for one in made.rules]
