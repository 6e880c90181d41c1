"""Edges that no average shows: the week of a relapse, a repeat of what still works, shares left out."""

import math

import numpy as np
import pytest
from bedside import a_body, chances, give

from spinesim.clinical import differential as bayes
from spinesim.clinical.diagnosis import Report
from spinesim.clinical.likelihoods import prevalence, sign_table
from spinesim.clinical.people import by_age
from spinesim.clinical.relief import Relief, daily
from spinesim.evidence import load_evidence

EVIDENCE = load_evidence()


def test_a_flare_is_a_relapse_only_after_its_week():
    """Weeks count from a person's own entry; the week of the parameter itself is still none."""
    week = int(EVIDENCE.value("function.relapse_after_weeks"))
    body = a_body(EVIDENCE, "lumbar_strain", n=3, weeks=week + 3)
    body.flare_draws[:] = 1.0
    body.flare_draws[week, 0] = body.flare_draws[week + 1, 1] = 0.0
    body.advance(7 * (week + 3))
    assert body.flares.tolist() == [1, 1, 0]
    assert body.late_flares.tolist() == [0, 1, 0]


def test_a_repeat_never_shortens_the_hold_and_its_fading_follows_the_last_one():
    relief = Relief(1, share=True, limb=0, axial=1, days=30.0)
    relief.raise_to(0, 1.0, hold=100.0, longer=2.0)
    relief.raise_to(0, 1.0, hold=40.0, longer=1.0)
    assert relief.left[0] == 100.0
    assert relief.keep[0] == daily(30.0)
    relief.raise_to(0, 0.5, hold=120.0)
    assert relief.left[0] == 120.0 and relief.level[0] == 1.0


@pytest.mark.parametrize(("first", "second"), [(0.7, 0.2), (0.2, 0.7)])
def test_a_repeated_ablation_holds_as_long_as_the_later_of_the_two(first, second):
    v = EVIDENCE.value
    body = a_body(EVIDENCE, "facet_pain", n=40, weeks=100)
    row = int(np.flatnonzero(body.cohort.facet_source)[0])
    from scipy import special

    def days(u):
        spread = math.exp(v("ablation.regrowth_spread") * special.ndtri(u))
        return v("ablation.regrowth_months") * spread * 365.25 / 12

    for u in (first, second):
        give(body, "ablation", row, chances(1 - 1e-9, ablation__responds=0.01, ablation__regrowth=u))
    assert body.reliefs["ablation"].left[row] == pytest.approx(max(days(first), days(second)))


@pytest.mark.parametrize("scale", [0.0, 0.5, 1.0, 2.0])
def test_a_clean_scan_is_weighed_with_the_incidental_findings_there_are(scale):
    evidence = EVIDENCE.change({"imaging.incidental_scale": scale})
    table, v = sign_table(evidence), evidence.value
    log_p = np.log(np.full(len(table.keys), 1 / len(table.keys)))
    clear = 1.0
    for kind in ("protrusion", "facet"):
        share = float(by_age(evidence, f"imaging.incidental.{kind}.age", np.array([60.0]))[0])
        clear *= 1 - min(scale * share, 1.0)
    root = [
        max(prevalence(evidence, k, "herniation"), prevalence(evidence, k, "narrowed")) for k in table.keys
    ]
    missed = 1 - v("imaging.sensitivity") * np.array(root)
    for report, like in (
        (Report(False, False, False), missed * clear),
        (Report(True, False, True), missed * (1 - clear) * (1 - v("imaging.chance_concordance"))),
    ):
        found = np.exp(bayes.after_imaging(evidence, log_p, report, 60.0))
        expected = like / like.sum() if like.sum() else np.exp(log_p)
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_pattern_without_a_share_counts_as_the_rarest_of_its_region():
    table, mix = sign_table(EVIDENCE), EVIDENCE.values("case_mix.pain_clinic.")
    some = {key: share for key, share in mix.items() if share > 0}
    gone = {max(some, key=some.get): 0.0}
    evidence = EVIDENCE.change({f"case_mix.pain_clinic.{key}": 0.0 for key in gone})
    shares = dict(zip(table.keys, bayes.prior(evidence), strict=True))
    (key,) = gone
    region = dict(zip(table.keys, table.region, strict=True))
    others = {k: s for k, s in shares.items() if region[k] == region[key] and k != key}
    assert shares[key] == pytest.approx(min(others.values())) and shares[key] < max(others.values())


def test_two_blocks_are_weighed_by_hand():
    """True positives are independent of each other; false ones repeat the first with their correlation."""
    step, v = "medial_branch_block", EVIDENCE.value
    table = sign_table(EVIDENCE)
    share = np.array([prevalence(EVIDENCE, key, "facet_source") for key in table.keys])
    sens, false = v(f"{step}.sensitivity"), v(f"{step}.false_positive")
    rho = v(f"{step}.false_positive_correlation")
    log_p = np.log(np.full(len(table.keys), 1 / len(table.keys)))
    for first, second in ((True, True), (True, False), (False, True)):
        there = (sens if first else 1 - sens) * (sens if second else 1 - sens)
        afresh = false if second else 1 - false
        absent = (false if first else 1 - false) * (rho * (first == second) + (1 - rho) * afresh)
        like = share * there + (1 - share) * absent
        now = bayes.after_block(EVIDENCE, log_p, first, step)
        now = bayes.after_block(EVIDENCE, now, second, step, (first,))
        np.testing.assert_allclose(np.exp(now), like / like.sum(), rtol=1e-9)
