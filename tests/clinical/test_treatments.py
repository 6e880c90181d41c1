"""Each treatment acts where it can, not where it cannot, and fades as published."""

import math

import numpy as np
import pytest

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


def treat_all(body, name, u=1e-9):
    for row in range(len(body.cohort)):
        TREATMENTS[name](body, row, always(u))


def test_epidural_helps_leg_pain_early_and_is_gone_by_a_year(evidence):
    treated, alone = bodies(evidence, "disc_herniation")
    treat_all(treated, "epidural")  # u near 0: everyone responds
    for body in (treated, alone):
        body.advance(364)
    gain = (alone.record["leg_pain"] - treated.record["leg_pain"]).mean(axis=1)
    assert gain[2] > 0.5 and gain[2] > gain[12] > gain[51] and gain[51] < 0.05
    # back pain gains only what better sleep gives it
    back = alone.record["back_pain"] - treated.record["back_pain"]
    assert back.min() >= -1e-6 and back.max() < 0.2


def test_epidural_does_nothing_without_compression(evidence):
    treated, alone = bodies(evidence, "lumbar_strain", n=50)
    treat_all(treated, "epidural")
    treated.advance(84), alone.advance(84)
    np.testing.assert_array_equal(alone.record["pain"], treated.record["pain"])


def test_average_epidural_effect_at_two_weeks_is_the_published_one(evidence):
    """Responders' relief × share of responders, decayed two weeks, lies in Chou's interval."""
    v = evidence.value
    at_two_weeks = v("epidural.limb_relief") * math.exp(-14 / v("epidural.days"))
    assert 0.374 <= at_two_weeks <= 1.14


def test_ablation_works_only_on_a_true_facet_source_and_wears_off(evidence):
    treated, alone = bodies(evidence, "facet_pain", weeks=156)
    treat_all(treated, "ablation", u=0.5)  # median regrowth
    treated.advance(1090), alone.advance(1090)
    gain = alone.record["back_pain"] - treated.record["back_pain"]
    source = treated.cohort.facet_source
    assert gain[26, source].mean() > 2
    assert np.abs(gain[:, ~source]).max() == 0
    assert gain[156, source].mean() < 0.3 * gain[26, source].mean()


def test_operation_speeds_relief_only_where_a_root_is_compressed(evidence):
    treated, alone = bodies(evidence, "disc_herniation")
    treat_all(treated, "microdiscectomy", u=0.5)
    treated.advance(364), alone.advance(364)
    gain = (alone.record["leg_pain"] - treated.record["leg_pain"]).mean(axis=1)
    assert gain[4] > 1 and gain[4] > gain[52] >= 0
    treated, alone = bodies(evidence, "lumbar_strain", n=50)
    treat_all(treated, "microdiscectomy", u=0.5)
    treated.advance(84), alone.advance(84)
    np.testing.assert_array_equal(alone.record["leg_pain"], treated.record["leg_pain"])
    assert (treated.record["back_pain"] >= alone.record["back_pain"] - 1e-6).all()  # only the wound


def test_physiotherapy_saturates_and_more_never_hurts(evidence):
    gains = []
    for sessions in (0, 2, 6, 12, 24):
        treated, alone = bodies(evidence, "persistent_back_pain", n=200)
        for _ in range(sessions):
            treat_all(treated, "physiotherapy")
        treated.advance(84), alone.advance(84)
        gains.append(float((alone.record["back_pain"][12] - treated.record["back_pain"][12]).mean()))
    steps = np.diff(gains)
    assert gains[0] == 0 and (steps > 0).all()
    per_session = steps / np.diff([0, 2, 6, 12, 24])
    assert (np.diff(per_session) < 0).all()  # each further session gives less


def test_nsaid_relieves_back_pain_while_taken_and_paracetamol_does_not(evidence):
    for drug, helps in (("nsaid", True), ("paracetamol", False)):
        treated, alone = bodies(evidence, "lumbar_strain")
        treat_all(treated, drug, u=0.5)
        treated.advance(56), alone.advance(56)
        gain = (alone.record["back_pain"] - treated.record["back_pain"]).mean(axis=1)
        assert (gain[2] > 0.2) == helps
        assert abs(gain[8]) < 0.02


def test_education_lowers_fear_and_raises_adherence(evidence):
    treated, alone = bodies(evidence, "lumbar_strain", n=20)
    treat_all(treated, "education")
    assert (treated.fear < alone.fear).all() and (treated.adherence >= alone.adherence).all()


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
    sure = evidence.change({"disc_herniation.cauda_equina": 1.0})
    early, late = bodies(sure, "disc_herniation", n=100, weeks=30)
    onset = early.emergency_day.astype(int)
    for body, delay in ((early, 1), (late, 10)):
        for day in range(1, 200):
            body.advance(day)
            for row in np.flatnonzero(onset + delay == day):
                TREATMENTS["microdiscectomy"](body, int(row), always(0.5))
    assert (late.deficit > early.deficit).all() and early.deficit.min() > 0
