"""Each treatment acts where it can, not where it cannot, and fades as published."""

import math

import numpy as np
import pytest
from bedside import amount, bodies, chances, give, together, treat_all, without
from scipy import special

from spinesim.clinical import block_relief, reported, scan
from spinesim.evidence import Draws, load_evidence


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def always(u):
    return chances(u)


NO_CONTEXT = {"context.relief": 0.0}


def test_epidural_helps_limb_pain_early_and_is_gone_by_a_year(evidence):
    treated, alone = bodies(evidence.change(NO_CONTEXT), "disc_herniation")
    treat_all(treated, "epidural", 1 - 1e-9, epidural__responds=1e-9)
    together((treated, alone), 364)
    gain = (alone.record["limb_pain"] - treated.record["limb_pain"]).mean(axis=1)
    assert gain[2] > 0.5 and gain[2] > gain[12] > gain[51] and gain[51] < 0.05
    # back pain gains only what better sleep gives it
    back = alone.record["axial_pain"] - treated.record["axial_pain"]
    assert back.min() >= -1e-6 and back.max() < 0.2


def test_epidural_does_nothing_without_compression(evidence):
    treated, alone = bodies(evidence.change(NO_CONTEXT), "lumbar_strain", n=50)
    treat_all(treated, "epidural")
    together((treated, alone), 84)
    np.testing.assert_array_equal(alone.record["pain"], treated.record["pain"])


def test_average_epidural_effect_at_two_weeks_is_the_published_one(evidence):
    """Mean gain over responders and the rest, in people with a compressed root: inside Chou's interval."""
    draws = Draws(11)
    treated, alone = bodies(evidence.change(NO_CONTEXT), "disc_herniation", n=2_000, weeks=2)
    compressed = np.array([alone.compressed(row) for row in range(2_000)])
    for row in range(2_000):
        give(treated, "epidural", row, lambda name, row=row: draws.at(name, 0, row))
    together((treated, alone), 14)
    gain = (alone.record["limb_pain"][2] - treated.record["limb_pain"][2])[compressed]
    error = gain.std(ddof=1) / math.sqrt(len(gain))
    assert gain.mean() - 4 * error > 0.374 and gain.mean() + 4 * error < 1.14
    helped, sore = gain > 0, alone.record["limb_pain"][2][compressed] > 0
    share = evidence.value("epidural.responders")
    assert abs(helped[sore].mean() - share) < 4 * math.sqrt(share * (1 - share) / sore.sum())
    assert not helped[~sore].any()
    # those with pain enough to lose gain exactly the relief of a responder, faded for two weeks
    full = evidence.value("epidural.limb_relief") / share * math.exp(-14 / evidence.value("epidural.days"))
    room = helped & (treated.record["limb_pain"][2][compressed] > 0)
    room &= alone.record["limb_pain"][2][compressed] < 10
    assert room.sum() > 100
    np.testing.assert_allclose(gain[room], full, atol=1e-5)  # the record keeps float32


def test_a_second_epidural_starts_the_relief_anew_and_does_not_add_to_it(evidence):
    body, _ = bodies(evidence, "disc_herniation", n=20)
    share = evidence.value("epidural.responders")
    full = evidence.value("epidural.limb_relief") * (1 / share)
    treat_all(body, "epidural")
    body.advance(20)
    faded = full * math.exp(-20 / evidence.value("epidural.days"))
    np.testing.assert_allclose(amount(body, "epidural"), faded, rtol=1e-9)
    give(body, "epidural", 0, chances(1 - 1e-9, epidural__responds=share * 0.999))
    give(body, "epidural", 1, chances(1 - 1e-9, epidural__responds=share * 1.001))
    now = amount(body, "epidural")
    assert now[0] == full and now[1] == now[2] < full


def test_a_herniation_that_has_gone_no_longer_presses_shows_or_responds(evidence):
    healthy = evidence.change(without())
    body, _ = bodies(healthy, "disc_herniation", n=100)
    v, resorbs = evidence.value, body.cohort.resorbs
    assert resorbs.any() and not resorbs.all()
    last = math.floor(v("herniation.resorption_days") * math.log(1 / v("herniation.gone_below")))
    for today, gone in ((last, False), (last + 1, True)):
        body.advance(today)
        pressed = np.array([body.compressed(row) for row in range(100)])
        np.testing.assert_array_equal(pressed, ~resorbs | (not gone))
    treat_all(body, "epidural")
    np.testing.assert_array_equal(amount(body, "epidural") > 0, ~resorbs)
    shown = np.array([scan(body, row, always(1e-9)).finding for row in range(100)])
    incidental = body.cohort.incidental_disc | body.cohort.incidental_facet
    np.testing.assert_array_equal(shown, ~resorbs | incidental)
    assert (resorbs & ~incidental).any()


def test_ablation_works_only_on_a_true_facet_source_and_wears_off(evidence):
    treated, alone = bodies(evidence.change(NO_CONTEXT), "facet_pain", weeks=156)
    treat_all(treated, "ablation", u=0.5)  # median regrowth
    together((treated, alone), 156 * 7)
    gain = alone.record["axial_pain"] - treated.record["axial_pain"]
    assert np.isfinite(gain).all()
    source = treated.cohort.facet_source
    assert gain[26, source].mean() > 2
    assert np.abs(gain[:, ~source]).max() == 0
    assert gain[156, source].mean() < 0.3 * gain[26, source].mean()


@pytest.mark.parametrize("u", [0.02, 0.5, 0.7])
def test_the_nerve_regrows_on_its_day_and_pain_returns_along_its_time_constant(evidence, u):
    """Full relief until regrowth (log-normal, the published median), then exp(−t/τ) day by day."""
    v = evidence.value
    assert u < v("ablation.responders")
    body, _ = bodies(evidence, "facet_pain", n=60, weeks=156)
    treat_all(body, "ablation", u=u)
    source = body.cohort.facet_source
    full = np.where(source, v("ablation.axial_relief") * (1 / v("ablation.responders")), 0)
    months = v("ablation.regrowth_months") * math.exp(v("ablation.regrowth_spread") * special.ndtri(u))
    regrown = math.ceil(months * 365.25 / 12)
    assert regrown < 156 * 7 - 60
    for today in (regrown - 1, regrown, regrown + 45):
        body.advance(today)
        left = math.exp(-max(today - regrown + 1, 0) / v("ablation.return_days"))
        np.testing.assert_allclose(amount(body, "ablation", "axial"), full * left, rtol=1e-9)
    treat_all(body, "ablation", u=u)  # done again: full relief again, and a new day of regrowth
    np.testing.assert_array_equal(amount(body, "ablation", "axial"), full)
    body.advance(regrown + 45 + regrown - 1)
    np.testing.assert_array_equal(amount(body, "ablation", "axial"), full)
    body.advance(regrown + 45 + regrown)
    assert (amount(body, "ablation", "axial")[source] < full[source]).all()


def test_an_ablation_that_fails_changes_nothing_but_what_being_treated_does(evidence):
    body, alone = bodies(evidence.change(NO_CONTEXT), "facet_pain", n=60)
    treat_all(body, "ablation", u=evidence.value("ablation.responders") + 1e-9)
    assert "ablation" not in body.reliefs
    together((body, alone), 100)
    np.testing.assert_array_equal(body.record["pain"], alone.record["pain"])


def test_operation_speeds_relief_only_where_a_root_is_compressed(evidence):
    treated, alone = bodies(evidence, "disc_herniation")
    treat_all(treated, "microdiscectomy", u=0.5)
    together((treated, alone), 364)
    gain = (alone.record["limb_pain"] - treated.record["limb_pain"]).mean(axis=1)
    assert gain[4] > 1 and gain[4] > gain[52] >= 0
    treated, alone = bodies(evidence, "lumbar_strain", n=50, weeks=12)
    treat_all(treated, "microdiscectomy", u=0.5)
    together((treated, alone), 84)
    np.testing.assert_array_equal(alone.record["limb_pain"], treated.record["limb_pain"])
    more = treated.record["axial_pain"] - alone.record["axial_pain"]
    assert more.min() >= -1e-6 and more[1].mean() > 0  # only the wound and its scar, and they hurt


LIMB = ("microdiscectomy", "decompression", "cervical_surgery")
FITS = {"microdiscectomy": "disc_herniation", "decompression": "lumbar_stenosis",
        "cervical_surgery": "cervical_radiculopathy", "fusion": "discogenic_pain"}  # fmt: skip


@pytest.mark.parametrize("step", FITS)
def test_a_successful_operation_leaves_its_published_share_and_a_failed_one_nothing_new(evidence, step):
    """Also the wound, of which a part stays as scar; whether or not it succeeded."""
    v = evidence.value
    works, fails = bodies(evidence, FITS[step], n=100)
    tissue = works.treatments[step].works_when
    there = np.array([works.has(row, tissue) for row in range(100)])
    limb, axial = works.limb_passing + works.limb_lasting, works.axial_passing + works.axial_lasting
    treat_all(works, step, u=v(f"{step}.success") - 1e-9)
    treat_all(fails, step, u=v(f"{step}.success") + 1e-9)
    assert there.sum() > 20
    if step in LIMB:
        left = np.minimum(v(f"{step}.limb_left") * works.cohort.limb_start, limb)
        rest = (limb - left) * (1 - v(f"{step}.at_once"))
        np.testing.assert_array_equal(works.limb_lasting[there], left[there])
        np.testing.assert_allclose(works.limb_passing[there], rest[there], rtol=1e-12)
    if f"{step}.axial_left" in evidence.parameters:
        left = np.minimum(v(f"{step}.axial_left") * works.cohort.axial_start, axial)
        rest = (axial - left) * (1 - v(f"{step}.axial_at_once")) * (1 - v(f"{step}.scar"))
        np.testing.assert_array_equal(works.axial_lasting[there], left[there])
        np.testing.assert_allclose(works.axial_passing[there], rest[there], rtol=1e-12)
    np.testing.assert_array_equal(fails.limb_passing + fails.limb_lasting, limb)
    np.testing.assert_allclose(fails.axial_passing + fails.axial_lasting + fails.scar + fails.wound,
                               axial + v(f"{step}.wound"), rtol=1e-12)  # fmt: skip
    for body in (works, fails):
        np.testing.assert_allclose(body.wound, (1 - v(f"{step}.scar")) * v(f"{step}.wound"), rtol=1e-12)
        assert (body.scar > 0).all()
    if tissue:
        assert not any(works.has(row, tissue) for row in np.flatnonzero(there))
        assert all(fails.has(row, tissue) for row in np.flatnonzero(there))


@pytest.mark.parametrize("step", LIMB)
def test_after_an_operation_the_wound_heals_and_the_rest_passes_sooner(evidence, step):
    """Each part along its own time constant: never slower than the person's own course."""
    v = evidence.value
    body, _ = bodies(evidence.change(without()), FITS[step], n=100)
    there = np.array([body.has(row, body.treatments[step].works_when) for row in range(100)])
    treat_all(body, step, u=1e-9)
    limb, axial, wound, scar = (
        c.copy() for c in (body.limb_passing, body.axial_passing, body.wound, body.scar)
    )
    body.advance(40)
    c = body.cohort
    for now, before, own, at_most in (
        (body.limb_passing, limb, c.limb_days, v(f"{step}.limb_days")),
        (body.axial_passing, axial, c.axial_days, v(f"{step}.axial_days")),
    ):
        assert (own > at_most).any()
        passed = before * np.exp(-40 / np.minimum(own, at_most))
        np.testing.assert_allclose(now[there], passed[there], rtol=1e-9)
    np.testing.assert_allclose(body.wound, wound * math.exp(-40 / v(f"{step}.wound_days")), rtol=1e-9)
    np.testing.assert_array_equal(body.scar, scar)  # permanent, unless rehabilitated


def test_physiotherapy_saturates_and_more_never_hurts(evidence):
    gains = []
    for sessions in (0, 2, 6, 12, 24):
        treated, alone = bodies(evidence, "persistent_back_pain", n=200)
        for _ in range(sessions):
            treat_all(treated, "physiotherapy")
        together((treated, alone), 84)
        gains.append(float((alone.record["axial_pain"][12] - treated.record["axial_pain"][12]).mean()))
    steps = np.diff(gains)
    assert gains[0] == 0 and (steps > 0).all()
    per_session = steps / np.diff([0, 2, 6, 12, 24])
    assert (np.diff(per_session) < 0).all()  # each further session gives less


def test_education_lowers_fear_and_raises_adherence(evidence):
    treated, alone = bodies(evidence, "lumbar_strain", n=20)
    treat_all(treated, "education")
    v = evidence.value
    removed = v("education.fear") * alone.fear_rest
    np.testing.assert_array_equal(treated.fear_rest, alone.fear_rest - removed)
    np.testing.assert_array_equal(treated.fear, np.maximum(alone.fear - removed, 0))
    raised = np.minimum(alone.adherence + v("education.adherence"), 1)
    np.testing.assert_array_equal(treated.adherence, raised)
    assert (treated.fear < alone.fear).all() and (treated.adherence > alone.adherence).any()


def test_block_is_positive_at_its_sensitivity_and_false_positive_rate(evidence):
    body, _ = bodies(evidence, "facet_pain", n=300)
    true, false = np.flatnonzero(body.cohort.facet_source)[0], np.flatnonzero(~body.cohort.facet_source)[0]
    cut = evidence.value("medial_branch_block.positive_relief")
    for row, rate in ((true, "sensitivity"), (false, "false_positive")):
        p = evidence.value(f"medial_branch_block.{rate}")
        assert block_relief(body, row, always(p - 1e-6)) >= cut
        assert block_relief(body, row, always(p + 1e-6)) < cut


def test_scan_reports_age_and_truth_and_a_finding_adds_fear(evidence):
    healthy = evidence.change(without())
    body, _ = bodies(healthy, "lumbar_strain", n=300)
    shown = np.flatnonzero(body.cohort.incidental_disc)[0]
    clean = np.flatnonzero(~body.cohort.incidental_disc & ~body.cohort.incidental_facet)[0]
    fear = body.fear_rest.copy()
    found = scan(body, shown, always(0.9))
    assert found.finding and found.incidental and not found.concordant and body.fear_rest[shown] > fear[shown]
    empty = scan(body, clean, always(0.0001))
    assert not empty.finding and body.fear_rest[clean] == fear[clean]
    sick, _ = bodies(healthy, "disc_herniation", n=20)
    assert scan(sick, 0, always(0.0001)).concordant
    shown = np.flatnonzero(sick.cohort.incidental_disc)[0]  # both: the herniation explains it
    assert not scan(sick, shown, always(0.0001)).incidental and scan(sick, shown, always(0.99)).incidental


@pytest.mark.parametrize(
    ("score", "u", "told"), [(5.0, 0.5, 5), (9.9, 0.999, 10), (0.2, 0.001, 0), (0.0, 0.99, 0)]
)
def test_reported_scores_are_whole_points_within_the_scale(score, u, told):
    assert reported(score, 0.8, u) == told
