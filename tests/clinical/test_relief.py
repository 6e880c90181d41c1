"""Temporary relief: it sets in, holds, fades; only where the pattern responds and the tissue is there."""

import math

import numpy as np
import pytest
from bedside import a_body, amount, bodies, chances, give, responds, together, treat_all

from spinesim.clinical.relief import Relief, daily
from spinesim.clinical.treatment import read_treatments
from spinesim.evidence import load_evidence

EVIDENCE = load_evidence()
TREATMENTS = read_treatments(EVIDENCE)
TABLETS = [step for step, what in TREATMENTS.items() if what.kind == "tablets"]
RELIEVING = [
    step
    for step, what in TREATMENTS.items()
    if (what.get("limb_relief") or what.get("axial_relief")) and not what.exercises
]
ALL = slice(None)
NO_CONTEXT = EVIDENCE.change({"context.relief": 0.0})


def relief(n=3, **more):
    return Relief(n, **({"share": False, "limb": 2.0, "axial": 1.0, "days": 50.0} | more))


def patterns(responding, step):
    return [k for k, row in EVIDENCE.conditions.items() if (step in row["responds"]) == responding]


# -- the thing itself ------------------------------------------------------------------------------------


def test_relief_fades_day_by_day_along_its_time_constant():
    one = relief()
    one.raise_to(1, 0.8)
    for day in range(1, 200):
        one.step(ALL)
        np.testing.assert_allclose(one.level, [0, 0.8 * math.exp(-day / 50), 0], rtol=1e-12)


def test_relief_never_falls_by_being_raised_and_never_adds_up():
    one = relief()
    one.raise_to(0, 0.8)
    one.raise_to(0, 0.3)
    assert one.level[0] == 0.8
    one.raise_to(0, 0.8)
    assert one.level[0] == 0.8


@pytest.mark.parametrize("hold", [1, 5, 6.5])
def test_relief_holds_for_its_days_and_then_fades(hold):
    one = relief()
    one.raise_to(2, 1.0, hold=hold)
    for day in range(1, 40):
        one.step(ALL)
        fading = max(day - math.ceil(hold) + 1, 0)
        np.testing.assert_allclose(one.level, [0, 0, math.exp(-fading / 50)], rtol=1e-12)


def test_without_a_time_constant_relief_ends_at_once():
    one = relief(days=0.0)
    one.raise_to(0, 1.0, hold=4)
    levels = []
    for _ in range(6):
        one.step(ALL)
        levels.append(one.level[0])
    assert levels == [1, 1, 1, 0, 0, 0]


def test_relief_sets_in_along_its_own_time_constant():
    one = relief(days=0.0, onset_days=7.0)
    one.raise_to(0, 1.5, hold=1_000)
    assert one.level[0] == 0
    for day in range(1, 100):
        one.step(ALL)
        np.testing.assert_allclose(one.level[0], 1.5 * (1 - math.exp(-day / 7)), rtol=1e-12)


def test_a_second_course_while_the_first_sets_in_only_prolongs_it():
    one, two = (relief(days=0.0, onset_days=7.0) for _ in range(2))
    for r in (one, two):
        r.raise_to(0, 1.0, hold=30)
    for day in range(1, 80):
        one.step(ALL), two.step(ALL)
        if day == 10:
            two.raise_to(0, 1.0, hold=30)
        expected = 1 - math.exp(-day / 7)
        np.testing.assert_allclose(one.level[0], expected if day < 30 else 0, rtol=1e-12)
        np.testing.assert_allclose(two.level[0], expected if day < 40 else 0, rtol=1e-12)


def test_pace_uses_up_the_holding_time_more_slowly():
    slow, usual = relief(1), relief(1)
    for r, pace in ((slow, 0.5), (usual, 1.0)):
        r.raise_to(0, 1.0, hold=10)
        for day in range(1, 41):
            r.step(ALL, pace)
            fading = max(day - math.ceil(10 / pace) + 1, 0)
            np.testing.assert_allclose(r.level[0], math.exp(-fading / 50), rtol=1e-12)


def test_longer_stretches_the_fading_of_that_person_only():
    one = relief()
    one.raise_to(0, 1.0, longer=2.0)
    one.raise_to(1, 1.0)
    one.step(ALL)
    np.testing.assert_array_equal(one.level, [daily(100), daily(50), 0])


def test_what_a_person_arrived_with_does_not_count_again():
    one = relief()
    one.based = True
    one.base[:] = [0.4, 0.4, 0.0]
    one.level[:] = one.base
    one.raise_to(0, 0.7)
    for day in range(1, 100):
        one.step(ALL)
        acting = one.acting(ALL)
        np.testing.assert_allclose(acting[0], 0.3 * math.exp(-day / 50), rtol=1e-12)
        assert acting[1] == acting[2] == 0  # exactly: level and base fade in step


def test_the_first_to_be_held_changes_nothing_for_those_who_are_not():
    one, other = relief(2), relief(2)
    for r in (one, other):
        r.raise_to(0, 1.0)
    other.raise_to(1, 1.0, hold=30)
    for day in range(1, 50):
        one.step(ALL), other.step(ALL)
        assert one.level[0] == other.level[0]
        if day == 20:
            one.raise_to(0, 1.0), other.raise_to(0, 1.0)


# -- where it acts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", RELIEVING)
def test_only_patterns_that_respond_are_relieved(step):
    """In every pattern that does not respond, pain is as without it, to the bit (sham effects left out)."""
    keys = patterns(False, step)
    for key in keys[:3]:
        treated, alone = bodies(NO_CONTEXT, key, n=15, weeks=8)
        for row in range(15):
            give(treated, step, row)
        assert step not in treated.reliefs
        if TREATMENTS[step].kind == "procedure":  # nothing else happens there
            together((treated, alone), 56)
            np.testing.assert_array_equal(treated.record["pain"], alone.record["pain"])
    assert patterns(True, step)


@pytest.mark.parametrize("step", [s for s in RELIEVING if TREATMENTS[s].works_when])
def test_only_those_with_the_tissue_are_relieved(step):
    what, seen = TREATMENTS[step], set()
    for key in patterns(True, step):
        body = a_body(EVIDENCE, key, n=60, weeks=2)
        there = np.array([body.has(row, what.works_when) for row in range(60)])
        for row in range(60):
            give(body, step, row)
        acts = body.reliefs[step].level > 0 if step in body.reliefs else np.zeros(60, dtype=bool)
        np.testing.assert_array_equal(acts, there)
        seen |= set(there.tolist())
    assert seen == {True, False}


@pytest.mark.parametrize("step", [s for s in RELIEVING if "responders" in TREATMENTS[s].numbers])
def test_responders_share_the_whole_effect(step):
    """Size at full dose is the mean over all treated: responders have mean / share, others nothing."""
    what = TREATMENTS[step]
    share, key = what.get("responders"), patterns(True, step)[0]
    found = False
    for key in patterns(True, step):
        body = a_body(EVIDENCE, key, n=60, weeks=2)
        rows = [r for r in range(60) if body.has(r, what.works_when)][:2]
        if len(rows) < 2:
            continue
        found = True
        for row, u in zip(rows, (share - 1e-9, share + 1e-9), strict=True):
            give(body, step, row, chances(1 - 1e-9, **{f"{step}__responds": u, f"{step}__regrowth": 0.5}))
        for channel in ("limb", "axial"):
            size = amount(body, step, channel)
            np.testing.assert_allclose(size[rows], [what.get(f"{channel}_relief") / share, 0], rtol=1e-12)
        np.testing.assert_allclose(share * body.reliefs[step].level[rows[0]], 1.0, rtol=1e-12)
    assert found


# -- tablets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", TABLETS)
def test_tablets_act_on_the_days_they_are_taken_and_set_in_as_published(step):
    what = TREATMENTS[step]
    key = patterns(True, step)[0]
    body = a_body(EVIDENCE, key, n=4, weeks=20)
    give(body, step, 1)
    days, onset = what.get("days"), what.get("onset_days")
    for day in range(1, int(days) + 10):
        body.advance(day)
        full = (1 - math.exp(-day / onset) if onset else 1.0) * (day <= days)
        for channel in ("limb", "axial"):
            expected = np.array([0, full, 0, 0]) * what.get(f"{channel}_relief")
            np.testing.assert_allclose(amount(body, step, channel), expected, rtol=1e-12)


def pain_with(*steps, at=(0,), until=12, key="persistent_back_pain", evidence=EVIDENCE):
    body = a_body(evidence, key, n=80, weeks=4)
    for day in range(until + 1):
        body.advance(day)
        for step in steps if day in at else ():
            for row in range(80):
                give(body, step, row)
    return body


def test_tablets_do_not_stack():
    """Several at once relieve as the strongest alone, each day and in each channel."""
    quiet = EVIDENCE.change({"sleep.pain_from_loss": 0.0, "sensitisation.pain": 0.0})
    alone = {step: pain_with(step, evidence=quiet) for step in TABLETS}
    both = pain_with(*TABLETS, evidence=quiet)
    none = pain_with(evidence=quiet)
    assert max(TABLETS, key=lambda s: TREATMENTS[s].get("axial_relief")) == "muscle_relaxant"
    np.testing.assert_array_equal(both.axial, alone["muscle_relaxant"].axial)
    assert (both.axial <= none.axial).all() and (both.axial < none.axial).sum() > 40
    # the opioid is the strongest for the limb until the tricyclic has set in
    np.testing.assert_array_equal(both.limb, alone["opioid"].limb)
    assert (alone["opioid"].limb < none.limb).any()


def test_nsaid_relieves_back_pain_while_taken_and_paracetamol_does_not():
    for drug, helps in (("nsaid", True), ("paracetamol", False)):
        treated, alone = bodies(EVIDENCE, "lumbar_strain")
        treat_all(treated, drug, u=0.5)
        together((treated, alone), 56)
        gain = (alone.record["axial_pain"] - treated.record["axial_pain"]).mean(axis=1)
        assert (gain[2] > 0.2) == helps
        assert abs(gain[8]) < 0.02


@pytest.mark.parametrize("later", [None, "paracetamol", "nsaid"])
def test_paracetamol_neither_shortens_nor_weakens_a_running_nsaid(later):
    """NSAID relief lasts its own days, whatever paracetamol is added; a second course starts anew."""
    v = EVIDENCE.value
    body, _ = bodies(EVIDENCE, "lumbar_strain", n=10)
    treat_all(body, "nsaid", u=0.5)
    body.advance(5)
    if later:
        treat_all(body, later, u=0.5)
    last = v("nsaid.days") + (5 if later == "nsaid" else 0)
    for day in range(5, 60):
        body.advance(day)
        for channel in ("axial", "limb"):
            expected = v(f"nsaid.{channel}_relief") if day <= last else 0
            np.testing.assert_array_equal(amount(body, "nsaid", channel), expected)


# -- what lasts longer -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "key"), [("si_injection", "si_joint_pain"), ("trigger_injection", "myofascial_pain")]
)
def test_relief_lasts_longer_with_good_habits_and_in_a_fitter_body(step, key):
    """days × (1 + habits_hold × habits) × (1 + conditioning_hold × fitness above the usual)."""
    what = TREATMENTS[step]
    body = a_body(EVIDENCE, key, n=60, weeks=4)
    usual = EVIDENCE.value("conditioning.level")
    rows = [r for r in range(60) if body.has(r, what.works_when)][:3]
    body.habits[rows[1]], body.conditioning[rows[2]] = 0.6, usual + 0.3
    for row in rows:
        give(body, step, row)
    body.advance(10)
    longer = (1, 1 + what.get("habits_hold") * 0.6, 1 + what.get("conditioning_hold") * 0.3)
    expected = [math.exp(-10 / (what.get("days") * more)) / what.get("responders", 1) for more in longer]
    np.testing.assert_allclose(body.reliefs[step].level[rows], expected, rtol=1e-9)


@pytest.mark.parametrize("hold", [None, 0.0])
def test_a_nerve_regrows_more_slowly_in_a_fitter_body(hold):
    """Each day uses up 1 / (1 + hold × fitness above the usual) days; with hold 0 fitness changes nothing."""
    evidence = EVIDENCE if hold is None else EVIDENCE.change({"ablation.conditioning_hold": hold})
    v, usual = evidence.value, evidence.value("conditioning.level")
    fit, rest = bodies(evidence, "facet_pain", n=40, weeks=150)
    fit.conditioning[:] = fit.maintenance[:] = usual + 0.4
    treat_all(fit, "ablation", u=0.5), treat_all(rest, "ablation", u=0.5)
    source = np.flatnonzero(fit.cohort.facet_source)
    months = v("ablation.regrowth_months")
    pace = 1 + v("ablation.conditioning_hold") * 0.4
    for body, days in ((rest, months * 365.25 / 12), (fit, months * 365.25 / 12 * pace)):
        top = body.reliefs["ablation"].level[source].copy()
        body.advance(math.ceil(days) - 1)
        np.testing.assert_array_equal(body.reliefs["ablation"].level[source], top)
        body.advance(math.ceil(days) + 1)
        assert (body.reliefs["ablation"].level[source] < top).all()
    assert pace == 1 if hold == 0.0 else pace > 1.3


def test_responds_lets_everything_work_and_nothing_harm():
    assert responds("x.responds") < 0.01 and responds("x.works") < 0.01 and responds("x.fall") > 0.99
