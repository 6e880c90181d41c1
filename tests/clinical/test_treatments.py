"""Each treatment acts where it can, not where it cannot, and fades as published."""

import math

import numpy as np
import pytest
from scipy import special

from spinesim.clinical import TREATMENTS, Body, block_relief, draw_cohort, examine, reported, scan
from spinesim.evidence import Draws, load_evidence


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def always(u):
    return lambda name: u


def bodies(evidence, key, n=300, weeks=52):
    """Two identical bodies: one to treat, one to leave alone."""
    draws = Draws(11)
    cohort = draw_cohort(evidence, draws, key, n)
    return [Body(evidence, cohort, draws, np.zeros(n, dtype=np.int64), weeks) for _ in range(2)]


def chances(u, **named):
    """One uniform for every decision but the named ones (dots written as two underscores)."""
    apart = {name.replace("__", "."): value for name, value in named.items()}
    return lambda name: apart.get(name, u)


def treat_all(body, name, u=1e-9, **named):
    for row in range(len(body.cohort)):
        TREATMENTS[name](body, row, chances(u, **named))


def never_flagged(evidence, key="disc_herniation"):
    return evidence.change({f"{key}.serious.cauda_equina": 0})


def test_epidural_helps_limb_pain_early_and_is_gone_by_a_year(evidence):
    treated, alone = bodies(evidence, "disc_herniation")
    treat_all(treated, "epidural")  # u near 0: everyone responds
    for body in (treated, alone):
        body.advance(364)
    gain = (alone.record["limb_pain"] - treated.record["limb_pain"]).mean(axis=1)
    assert gain[2] > 0.5 and gain[2] > gain[12] > gain[51] and gain[51] < 0.05
    # back pain gains only what better sleep gives it
    back = alone.record["axial_pain"] - treated.record["axial_pain"]
    assert back.min() >= -1e-6 and back.max() < 0.2


def test_epidural_does_nothing_without_compression(evidence):
    treated, alone = bodies(evidence, "lumbar_strain", n=50)
    treat_all(treated, "epidural")
    treated.advance(84), alone.advance(84)
    np.testing.assert_array_equal(alone.record["pain"], treated.record["pain"])


def test_average_epidural_effect_at_two_weeks_is_the_published_one(evidence):
    """Mean gain over responders and the rest, in people with a compressed root: inside Chou's interval."""
    draws = Draws(11)
    treated, alone = bodies(evidence, "disc_herniation", n=2_000, weeks=2)
    compressed = np.array([alone.compressed(row) for row in range(2_000)])
    for row in range(2_000):
        TREATMENTS["epidural"](treated, row, lambda name, row=row: draws.at(name, 0, row))
    treated.advance(14), alone.advance(14)
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
    full = evidence.value("epidural.limb_relief") / evidence.value("epidural.responders")
    treat_all(body, "epidural")
    body.advance(20)
    faded = full * math.exp(-20 / evidence.value("epidural.days"))
    np.testing.assert_allclose(body.epidural, faded, rtol=1e-9)
    responders = evidence.value("epidural.responders")
    TREATMENTS["epidural"](body, 0, always(responders * 0.999))
    TREATMENTS["epidural"](body, 1, always(responders * 1.001))
    assert body.epidural[0] == full and body.epidural[1] == body.epidural[2]


def test_a_herniation_that_has_gone_no_longer_presses_shows_or_responds(evidence):
    body, _ = bodies(never_flagged(evidence), "disc_herniation", n=100)
    v, resorbs = evidence.value, body.cohort.resorbs
    assert resorbs.any() and not resorbs.all()
    last = math.floor(v("herniation.resorption_days") * math.log(1 / v("herniation.gone_below")))
    for day, gone in ((last, False), (last + 1, True)):
        body.advance(day)
        pressed = np.array([body.compressed(row) for row in range(100)])
        np.testing.assert_array_equal(pressed, ~resorbs | (not gone))
    treat_all(body, "epidural")
    np.testing.assert_array_equal(body.epidural > 0, ~resorbs)
    shown = np.array([scan(body, row, always(1e-9)).finding for row in range(100)])
    incidental = body.cohort.incidental_disc | body.cohort.incidental_facet
    np.testing.assert_array_equal(shown, ~resorbs | incidental)
    assert (resorbs & ~incidental).any()


def test_ablation_works_only_on_a_true_facet_source_and_wears_off(evidence):
    treated, alone = bodies(evidence, "facet_pain", weeks=156)
    treat_all(treated, "ablation", u=0.5)  # median regrowth
    treated.advance(156 * 7), alone.advance(156 * 7)
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
    assert u < v("ablation.success")
    body, _ = bodies(evidence, "facet_pain", n=60, weeks=156)
    treat_all(body, "ablation", u=u)
    source = body.cohort.facet_source
    months = v("ablation.regrowth_months") * math.exp(v("ablation.regrowth_spread") * special.ndtri(u))
    regrown = math.ceil(months * 365.25 / 12)
    assert regrown < 156 * 7 - 60
    for day in (regrown - 1, regrown, regrown + 45):
        body.advance(day)
        left = math.exp(-max(day - regrown + 1, 0) / v("ablation.return_days"))
        np.testing.assert_allclose(body.ablation, np.where(source, v("ablation.relief") * left, 0), rtol=1e-9)
    treat_all(body, "ablation", u=u)  # done again: full relief again, and a new day of regrowth
    np.testing.assert_array_equal(body.ablation, np.where(source, v("ablation.relief"), 0))
    body.advance(regrown + 45 + regrown - 1)
    np.testing.assert_array_equal(body.ablation, np.where(source, v("ablation.relief"), 0))
    body.advance(regrown + 45 + regrown)
    assert (body.ablation[source] < v("ablation.relief")).all()


def test_an_ablation_that_fails_changes_nothing(evidence):
    body, _ = bodies(evidence, "facet_pain", n=60)
    treat_all(body, "ablation", u=evidence.value("ablation.success") + 1e-9)
    assert not body.ablation.any() and np.isinf(body.regrown_day).all()


def test_operation_speeds_relief_only_where_a_root_is_compressed(evidence):
    treated, alone = bodies(evidence, "disc_herniation")
    treat_all(treated, "microdiscectomy", u=0.5)
    treated.advance(364), alone.advance(364)
    gain = (alone.record["limb_pain"] - treated.record["limb_pain"]).mean(axis=1)
    assert gain[4] > 1 and gain[4] > gain[52] >= 0
    treated, alone = bodies(evidence, "lumbar_strain", n=50, weeks=12)
    treat_all(treated, "microdiscectomy", u=0.5)
    treated.advance(84), alone.advance(84)
    np.testing.assert_array_equal(alone.record["limb_pain"], treated.record["limb_pain"])
    more = treated.record["axial_pain"] - alone.record["axial_pain"]
    assert more.min() >= -1e-6 and more[1].mean() > 0  # only the wound, and it hurts


def test_a_successful_operation_leaves_its_published_share_and_a_failed_one_nothing_new(evidence):
    v = evidence.value
    works, fails = bodies(evidence, "disc_herniation", n=100)
    before = works.limb_passing + works.limb_lasting
    treat_all(works, "microdiscectomy", u=v("microdiscectomy.success") - 1e-9)
    treat_all(fails, "microdiscectomy", u=v("microdiscectomy.success") + 1e-9)
    left = np.minimum(v("microdiscectomy.limb_left") * works.cohort.limb_start, before)
    rest = (before - left) * (1 - v("microdiscectomy.at_once"))
    np.testing.assert_array_equal(works.limb_lasting, left)
    np.testing.assert_allclose(works.limb_passing, rest, rtol=1e-12)
    np.testing.assert_array_equal(fails.limb_passing + fails.limb_lasting, before)
    assert not works.compression.any() and fails.compression.all()
    for body in (works, fails):
        assert body.decompressed.all() and (body.wound == v("microdiscectomy.wound")).all()


def test_after_an_operation_the_wound_heals_and_the_rest_passes_sooner(evidence):
    """Each part along its own time constant: never slower than the person's own course."""
    v = evidence.value
    body, _ = bodies(never_flagged(evidence), "disc_herniation", n=100)
    treat_all(body, "microdiscectomy", u=1e-9)
    limb, axial = body.limb_passing.copy(), body.axial_passing.copy()
    body.advance(40)
    c = body.cohort
    for now, before, own, at_most in (
        (body.limb_passing, limb, c.limb_days, v("microdiscectomy.limb_days")),
        (body.axial_passing, axial, c.axial_days, v("microdiscectomy.axial_days")),
    ):
        assert (own > at_most).any()
        np.testing.assert_allclose(now, before * np.exp(-40 / np.minimum(own, at_most)), rtol=1e-9)
    wound = v("microdiscectomy.wound") * math.exp(-40 / v("microdiscectomy.wound_days"))
    np.testing.assert_allclose(body.wound, wound, rtol=1e-9)


def test_a_new_deficit_raises_disability(evidence):
    """Same person, same pain: disability rises by deficit × its size, with the usual lag."""
    v = evidence.value
    hurt, spared = bodies(never_flagged(evidence), "disc_herniation")
    for body, u in ((hurt, 1e-9), (spared, 1 - 1e-9)):
        treat_all(body, "microdiscectomy", u=0.5, microdiscectomy__deficit=u)
    assert (hurt.deficit == v("microdiscectomy.deficit_size")).all() and not spared.deficit.any()
    gap = v("serious.cauda_equina.disability") * v("microdiscectomy.deficit_size")
    inside = np.ones(300, dtype=bool)
    for day in range(1, 43):
        hurt.advance(day), spared.advance(day)
        np.testing.assert_array_equal(hurt.limb, spared.limb)
        goals = [body._disability_target(slice(0, 300)) for body in (hurt, spared)]
        inside &= (goals[0] < 100) & (goals[1] > 0)
        more = hurt.disability - spared.disability
        assert (more >= 0).all()
        expected = gap * (1 - math.exp(-day / v("disc_herniation.disability.days")))
        np.testing.assert_allclose(more[inside], expected, rtol=1e-6)
    assert inside.sum() > 50
    assert (hurt.deficit == v("microdiscectomy.deficit_size")).all()  # permanent


def test_physiotherapy_saturates_and_more_never_hurts(evidence):
    gains = []
    for sessions in (0, 2, 6, 12, 24):
        treated, alone = bodies(evidence, "persistent_back_pain", n=200)
        for _ in range(sessions):
            treat_all(treated, "physiotherapy")
        treated.advance(84), alone.advance(84)
        gains.append(float((alone.record["axial_pain"][12] - treated.record["axial_pain"][12]).mean()))
    steps = np.diff(gains)
    assert gains[0] == 0 and (steps > 0).all()
    per_session = steps / np.diff([0, 2, 6, 12, 24])
    assert (np.diff(per_session) < 0).all()  # each further session gives less


def test_nsaid_relieves_back_pain_while_taken_and_paracetamol_does_not(evidence):
    for drug, helps in (("nsaid", True), ("paracetamol", False)):
        treated, alone = bodies(evidence, "lumbar_strain")
        treat_all(treated, drug, u=0.5)
        treated.advance(56), alone.advance(56)
        gain = (alone.record["axial_pain"] - treated.record["axial_pain"]).mean(axis=1)
        assert (gain[2] > 0.2) == helps
        assert abs(gain[8]) < 0.02


@pytest.mark.parametrize("later", [None, "paracetamol", "nsaid"])
def test_paracetamol_neither_shortens_nor_weakens_a_running_nsaid(evidence, later):
    """NSAID relief lasts its own days, whatever paracetamol is added; a second course starts anew."""
    v = evidence.value
    body, _ = bodies(evidence, "lumbar_strain", n=10)
    treat_all(body, "nsaid", u=0.5)
    body.advance(5)
    if later:
        treat_all(body, later, u=0.5)
    last = v("nsaid.days") + (5 if later == "nsaid" else 0)
    for day in range(5, 60):
        body.advance(day)
        assert (body.drug_axial == (v("nsaid.axial_relief") if day <= last else 0)).all()
        assert (body.drug_limb == (v("nsaid.limb_relief") if day <= last else 0)).all()


def test_an_nsaid_replaces_running_paracetamol(evidence):
    some = evidence.change({"paracetamol.axial_relief": 0.2})
    body, _ = bodies(some, "lumbar_strain", n=10)
    treat_all(body, "paracetamol", u=0.5)
    assert (body.drug_axial == 0.2).all()
    body.advance(3)
    treat_all(body, "nsaid", u=0.5)
    assert (body.drug_axial == some.value("nsaid.axial_relief")).all()
    assert (body.drug_until == 3 + some.value("nsaid.days")).all()


def test_education_lowers_fear_and_raises_adherence(evidence):
    treated, alone = bodies(evidence, "lumbar_strain", n=20)
    treat_all(treated, "education")
    v = evidence.value
    removed = v("education.fear") * alone.fear_rest
    np.testing.assert_array_equal(treated.fear_rest, alone.fear_rest - removed)
    np.testing.assert_array_equal(treated.fear, np.maximum(alone.fear - removed, 0))
    np.testing.assert_array_equal(
        treated.adherence, np.minimum(alone.adherence + v("education.adherence"), 1)
    )
    assert (treated.fear < alone.fear).all() and (treated.adherence > alone.adherence).any()


@pytest.mark.parametrize(("treatment", "key", "name"), [
    ("nsaid", "nsaid.gi_event", "gi_event"),
    ("epidural", "epidural.minor_harm", "injection_reaction"),
    ("microdiscectomy", "microdiscectomy.durotomy", "durotomy"),
])  # fmt: skip
def test_harms_happen_below_their_probability_and_not_above(evidence, treatment, key, name):
    body, _ = bodies(evidence, "disc_herniation", n=2)
    p = evidence.value(key)
    assert name in TREATMENTS[treatment](body, 0, always(p * 0.999))
    assert name not in TREATMENTS[treatment](body, 1, always(p * 1.001))


def test_block_is_positive_at_its_sensitivity_and_false_positive_rate(evidence):
    body, _ = bodies(evidence, "facet_pain", n=300)
    true, false = np.flatnonzero(body.cohort.facet_source)[0], np.flatnonzero(~body.cohort.facet_source)[0]
    cut = evidence.value("medial_branch_block.positive_relief")
    for row, rate in ((true, "sensitivity"), (false, "false_positive")):
        p = evidence.value(f"medial_branch_block.{rate}")
        assert block_relief(body, row, always(p - 1e-6)) >= cut
        assert block_relief(body, row, always(p + 1e-6)) < cut


def test_scan_reports_age_and_truth_and_a_finding_adds_fear(evidence):
    body, _ = bodies(evidence, "lumbar_strain", n=300)
    shown = np.flatnonzero(body.cohort.incidental_disc)[0]
    clean = np.flatnonzero(~body.cohort.incidental_disc & ~body.cohort.incidental_facet)[0]
    fear = body.fear_rest.copy()
    found = scan(body, shown, always(0.9))
    assert found.finding and found.incidental and not found.concordant and body.fear_rest[shown] > fear[shown]
    empty = scan(body, clean, always(0.0001))
    assert not empty.finding and body.fear_rest[clean] == fear[clean]
    sick, _ = bodies(evidence, "disc_herniation", n=20)
    assert scan(sick, 0, always(0.0001)).concordant
    shown = np.flatnonzero(sick.cohort.incidental_disc)[0]  # both: the herniation explains it
    assert not scan(sick, shown, always(0.0001)).incidental and scan(sick, shown, always(0.99)).incidental


def test_signs_have_the_sensitivity_and_specificity_of_the_data(evidence):
    for key, share in (("disc_herniation", "sensitivity"), ("lumbar_strain", "specificity")):
        draws = Draws(2)
        signs = examine(evidence, draw_cohort(evidence, draws, key, 20_000), draws).radicular
        p = evidence.value(f"exam.radicular.{share}")
        rate = signs.mean() if share == "sensitivity" else 1 - signs.mean()
        assert abs(rate - p) < 4 * math.sqrt(p * (1 - p) / 20_000)


@pytest.mark.parametrize(
    ("score", "u", "told"), [(5.0, 0.5, 5), (9.9, 0.999, 10), (0.2, 0.001, 0), (0.0, 0.99, 0)]
)
def test_reported_scores_are_whole_points_within_the_scale(score, u, told):
    assert reported(score, 0.8, u) == told


def test_cauda_equina_deficit_grows_until_decompression(evidence):
    """1 − exp(−t/τ) of the days from onset to operation, and no further."""
    sure = evidence.change({"disc_herniation.serious.cauda_equina": 1.0})
    days = evidence.value("serious.cauda_equina.growth_days")
    early, late = bodies(sure, "disc_herniation", n=100, weeks=30)
    onset = early.emergency_day.astype(int)
    for body, delay in ((early, 1), (late, 10)):
        for day in range(1, 200):
            body.advance(day)
            rows = np.flatnonzero(onset + delay == day)
            assert all(body.emergency(int(row)) for row in rows)
            for row in rows:
                TREATMENTS["microdiscectomy"](body, int(row), always(0.5))
            grown = np.clip(day - onset + 1, 0, delay + 1)
            np.testing.assert_allclose(body.deficit, 1 - np.exp(-grown / days), rtol=1e-9, atol=1e-12)
        assert not any(body.emergency(row) for row in range(100))
    assert (late.deficit > early.deficit).all()
