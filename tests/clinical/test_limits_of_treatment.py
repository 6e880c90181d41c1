"""What a treatment must not do, and a clinic's risk that must be a probability."""

import numpy as np
from bedside import a_body, give

from spinesim.clinical import differential as bayes
from spinesim.clinical import draw_cohort, examine, without_effects
from spinesim.evidence import Draws, load_evidence

EVIDENCE = load_evidence()


def test_the_risk_of_serious_disease_is_how_often_there_is_some():
    """Calibration, as for the patterns: among people told 10 % or more, about so many have or get it."""
    draws = Draws(2)
    cohort = draw_cohort(EVIDENCE, draws, "pain_clinic", 60_000)
    risk = bayes.serious_risk(EVIDENCE, cohort, examine(EVIDENCE, cohort, draws))
    sick = 100.0 * (cohort.serious > 0)
    for low, high in ((3, 10), (10, 101)):
        here = (risk >= low) & (risk < high)
        error = sick[here].std() / np.sqrt(here.sum())
        assert abs(risk[here].mean() - sick[here].mean()) < 4 * error + 1


def test_a_stronger_sleeping_drug_ends_with_its_own_course():
    v = EVIDENCE.value
    body = a_body(EVIDENCE, n=1, weeks=30)
    give(body, "tricyclic", 0)
    body.advance(int(v("tricyclic.days")) - 1)
    give(body, "gabapentinoid", 0)
    body.advance(int(v("tricyclic.days")) + 5)
    assert v("gabapentinoid.sleep") < v("tricyclic.sleep")
    acting = {step: sleep * taking.level[0] for step, (sleep, taking) in body.nights.items()}
    assert acting == {"tricyclic": 0.0, "gabapentinoid": v("gabapentinoid.sleep")}


def test_pacing_never_worsens_the_schedule_of_someone_who_paces_already():
    body = a_body(EVIDENCE, "lumbar_strain", n=60)
    before = body.flare_ratio.copy()
    for row in range(60):
        give(body, "pacing", row)
    assert (body.flare_ratio <= before).all() and (body.flare_ratio < before).any()


def test_a_fusion_frees_no_narrowed_canal():
    body = a_body(EVIDENCE, "lumbar_stenosis", n=20)
    narrowed = body.narrowed.copy()
    for row in range(20):
        give(body, "fusion", row)
    np.testing.assert_array_equal(body.narrowed, narrowed)


def test_without_effects_no_treatment_moves_pain():
    quiet = without_effects(EVIDENCE, context=False)
    for step in ("pacing", "catch_up", "bed_rest", "push_through", "flare_plan", "graded_loading"):
        one, other = (a_body(quiet, "lumbar_strain", n=40, weeks=26) for _ in range(2))
        for row in range(40):
            give(one, step, row)
        one.advance(180), other.advance(180)
        np.testing.assert_array_equal(one.record["pain"], other.record["pain"], err_msg=step)
