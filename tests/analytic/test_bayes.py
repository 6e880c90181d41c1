"""Bayes worked by hand: two-by-two tables, blocks in pairs, a differential of three signs."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest

from spinesim.clinical.blocks import BLOCKS, block_relief, predictive_value, probability_of
from spinesim.clinical.cohort import SERIOUS, draw_cohort
from spinesim.clinical.differential import (
    after_block,
    after_emg,
    after_imaging,
    before_signs,
    differential,
    leading,
    prior,
    serious_risk,
    update,
)
from spinesim.clinical.likelihoods import sign_table
from spinesim.clinical.signs import Signs, examine
from spinesim.evidence import Draws, load_evidence


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


# -- blocks ------------------------------------------------------------------------------------------------


def test_single_and_dual_blocks_by_hand():
    """Prevalence .40, sensitivity .90, false positives .30: .36/.54 and .324/.378."""
    assert predictive_value(0.4, 0.9, 0.3) == pytest.approx(2 / 3, abs=1e-12)
    assert predictive_value(0.4, 0.9, 0.3, blocks=2) == pytest.approx(6 / 7, abs=1e-12)


def test_a_second_block_is_worth_less_when_false_positives_go_together():
    values = [predictive_value(0.4, 0.9, 0.3, 2, rho) for rho in (0, 0.25, 0.5, 0.75, 1)]
    assert values == sorted(values, reverse=True) and len(set(values)) == 5
    # by hand at .5: both false .30 x (.5 + .5 x .30) = .195; .324 / (.324 + .6 x .195)
    assert values[2] == pytest.approx(0.324 / (0.324 + 0.6 * 0.195), abs=1e-12)
    # the same answer twice adds nothing but what sensitivity loses
    assert values[4] == pytest.approx(0.324 / (0.324 + 0.18), abs=1e-12) and values[4] < 2 / 3


@pytest.mark.parametrize(("rate", "rho"), [(0.3, 0.0), (0.45, 0.3), (0.2, 0.9), (0.6, 1.0)])
def test_pairs_of_blocks_have_the_correlation_named_and_probabilities_sum_to_one(rate, rho):
    both = probability_of(rate, [True, True], rho)
    assert both == pytest.approx(rate**2 + rho * rate * (1 - rate), abs=1e-12)
    assert probability_of(rate, [True, True], rho) + probability_of(
        rate, [False, True], rho
    ) == pytest.approx(rate, abs=1e-12)
    for count in (0, 1, 2, 3):
        every = itertools.product([True, False], repeat=count)
        assert math.fsum(probability_of(rate, one, rho) for one in every) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
def test_simulated_pairs_of_blocks_match_the_formula(evidence, rho):
    """People without a facet source, two blocks each: how often both are positive."""
    n, step = 20_000, "medial_branch_block"
    numbers = {key: p.value for key, p in evidence.parameters.items()}
    numbers[f"{step}.false_positive_correlation"] = rho
    cohort = SimpleNamespace(facet_source=np.zeros(n, dtype=bool))
    body = SimpleNamespace(numbers=numbers, cohort=cohort, axial=np.full(n, 7.0))
    draws, cut = Draws(4), numbers[f"{step}.positive_relief"]

    def positive(row, occurrence):
        first, own = (lambda name, o=o: draws.at(name, o, row) for o in (0, occurrence))
        return block_relief(body, row, own, step, first) >= cut

    one, two = (np.array([positive(row, k) for row in range(n)]) for k in (0, 1))
    rate = numbers[f"{step}.false_positive"]
    expected = probability_of(rate, [True, True], rho)
    for seen, p in ((one, rate), (two, rate), (one & two, expected)):
        assert abs(seen.mean() - p) < 4 * math.sqrt(p * (1 - p) / n)


def test_update_is_bayes_by_hand():
    log_p = update(np.log([0.5, 0.3, 0.2]), [0.9, 0.1, 0.5])
    np.testing.assert_allclose(np.exp(log_p), np.array([0.45, 0.03, 0.10]) / 0.58, rtol=1e-12)
    key, p = leading(log_p, ("a", "b", "c"))
    assert key == "a" and p == pytest.approx(0.45 / 0.58)


def test_update_keeps_what_is_ruled_out_and_survives_the_impossible():
    log_p = np.array([-np.inf, math.log(0.25), math.log(0.75)])
    assert update(log_p, [1.0, 0.5, 0.5])[0] == -np.inf
    np.testing.assert_allclose(np.exp(update(log_p, [1.0, 0.0, 0.2])), [0, 0, 1], atol=1e-15)
    np.testing.assert_allclose(update(log_p, [1.0, 0.0, 0.0]), log_p, rtol=1e-12)


def test_order_of_tests_does_not_matter(evidence):
    cohort = draw_cohort(evidence, Draws(1), "pain_clinic", 1)
    log_p = before_signs(evidence, cohort)[0]
    one = after_emg(evidence, after_block(evidence, log_p, True), False)
    two = after_block(evidence, after_emg(evidence, log_p, False), True)
    np.testing.assert_allclose(np.exp(one), np.exp(two), atol=1e-14)


# -- the differential --------------------------------------------------------------------------------------


def test_differential_is_the_product_of_prior_age_and_signs(evidence):
    """Recomputed from the rows themselves, for one person of each region, with every sign set by hand."""
    for key in ("disc_herniation", "cervical_radiculopathy"):
        cohort = draw_cohort(evidence, Draws(9), key, 1)
        signs = examine(evidence, cohort, Draws(9))
        region = evidence.conditions[key]["region"]
        v, rows = evidence.value, evidence.values("sign.")
        mix = evidence.values("case_mix.pain_clinic.")
        weights = {}
        for name, what in evidence.conditions.items():
            if what["region"] != region:
                continue
            mean, sd = v(f"{name}.age"), v(f"{name}.age_sd")
            weight = mix[name] * math.exp(-(((cohort.age[0] - mean) / sd) ** 2) / 2) / sd
            for sign, row in evidence.signs.items():
                if row["kind"] == "flag" or row["region"] not in ("any", region):
                    continue
                p = rows.get(f"{sign}.{name}", rows[f"{sign}.other"])
                for tissue in ("facet_source", "si_source", "muscle_source", "narrowed"):
                    if f"{sign}.{tissue}" in rows:
                        share = evidence.values(f"{name}.").get(tissue, 0.0)
                        p = share * rows[f"{sign}.{tissue}"] + (1 - share) * p
                weight *= p if signs.found[sign][0] else 1 - p
            weights[name] = weight
        keys, log_p = differential(evidence, cohort, signs)
        total = math.fsum(weights.values())
        expected = [weights.get(name, 0.0) / total for name in keys]
        np.testing.assert_allclose(np.exp(log_p[0]), expected, atol=1e-7)


def test_people_get_positive_probability_in_their_own_region_only(evidence):
    cohort = draw_cohort(evidence, Draws(3), "pain_clinic", 500)
    keys, log_p = differential(evidence, cohort, examine(evidence, cohort, Draws(3)))
    own = np.array([cohort.condition_of(row).region for row in range(500)])
    place = np.array([evidence.conditions[key]["region"] for key in keys])
    np.testing.assert_array_equal(np.isfinite(log_p), own[:, None] == place)
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, rtol=1e-12)


def test_the_stated_certainty_is_how_often_it_is_right(evidence):
    """Calibration: among people called with 40-60, 60-80, 80-100 % certainty, that share is right."""
    cohort = draw_cohort(evidence, Draws(5), "pain_clinic", 20_000)
    keys, log_p = differential(evidence, cohort, examine(evidence, cohort, Draws(5)))
    truth = np.array([keys.index(what.key) for what in cohort.conditions])[cohort.which]
    right, sure = log_p.argmax(axis=1) == truth, np.exp(log_p.max(axis=1))
    for low, high in ((0.4, 0.6), (0.6, 0.8), (0.8, 1.001)):
        some = (sure >= low) & (sure < high)
        assert some.sum() > 500 and abs(right[some].mean() - sure[some].mean()) < 0.06
    guess = prior(evidence)[truth] == prior(evidence)[truth].max()
    assert right.mean() > 2 * guess.mean() and 0.65 < right.mean() < 0.9


def test_the_off_switch_leaves_the_prior(evidence):
    off = evidence.change({"exam.informative": 0})
    cohort = draw_cohort(off, Draws(5), "pain_clinic", 200)
    _, log_p = differential(off, cohort, examine(off, cohort, Draws(5)))
    table = sign_table(off)
    for row in range(200):
        here = np.array([place == cohort.condition_of(row).region for place in table.region])
        np.testing.assert_allclose(np.exp(log_p[row]), np.where(here, prior(off), 0), atol=1e-9)


def test_without_a_case_mix_every_pattern_of_a_region_is_as_likely(evidence):
    mix = {f"case_mix.pain_clinic.{key}": 0.0 for key in evidence.conditions}
    keys, region = sign_table(evidence).keys, np.array(sign_table(evidence).region)
    shares = prior(evidence.change(mix))
    for place in ("lumbar", "cervical"):
        np.testing.assert_allclose(shares[region == place], 1 / (region == place).sum())
    one = prior(evidence.change(mix | {"case_mix.pain_clinic.whiplash": 0.2}))
    assert (one > 0).all() and one[keys.index("whiplash")] == one[keys.index("carpal_tunnel")]


def test_half_the_switch_is_half_way_between_the_mean_and_the_published(evidence):
    full, half, none = (sign_table(evidence.change({"exam.informative": x})).given for x in (1.0, 0.5, 0.0))
    np.testing.assert_allclose(half, (full + none) / 2, atol=1e-9)
    table = sign_table(evidence)
    here = np.array([place == "cervical" for place in table.region])
    assert np.ptp(none[here], axis=0).max() < 1e-9


# -- tests of one person -----------------------------------------------------------------------------------


def test_imaging_outcomes_are_a_whole_and_a_fitting_finding_favours_the_root(evidence):
    keys = sign_table(evidence).keys
    cohort = draw_cohort(evidence, Draws(1), "disc_herniation", 1)
    log_p = before_signs(evidence, cohort)[0]
    fits, other, clear = (
        SimpleNamespace(finding=found, concordant=concordant)
        for found, concordant in ((True, True), (True, False), (False, False))
    )
    k, strain = keys.index("disc_herniation"), keys.index("lumbar_strain")

    def odds(report, age):
        after = after_imaging(evidence, log_p, report, age)
        return math.exp(after[k] - after[strain] - log_p[k] + log_p[strain])

    v = evidence.value
    table = {
        kind: v(f"imaging.incidental.{kind}.age40") * v("imaging.incidental_scale")
        for kind in ("protrusion", "facet")
    }
    found = 1 - (1 - table["protrusion"]) * (1 - table["facet"])
    sens, chance = v("imaging.sensitivity"), v("imaging.chance_concordance")
    assert odds(fits, 40) == pytest.approx((sens + (1 - sens) * found * chance) / (found * chance))
    assert odds(other, 40) == pytest.approx(1 - sens) and odds(clear, 40) == pytest.approx(1 - sens)
    assert odds(fits, 80) < odds(fits, 30)  # age leaves findings, so a finding says less


def test_a_block_moves_the_odds_by_its_likelihood_ratio(evidence):
    keys, v = sign_table(evidence).keys, evidence.value
    cohort = draw_cohort(evidence, Draws(1), "facet_pain", 1)
    log_p = before_signs(evidence, cohort)[0]
    a, b = keys.index("facet_pain"), keys.index("lumbar_strain")
    for step, tissue in BLOCKS.items():
        sens, false = v(f"{step}.sensitivity"), v(f"{step}.false_positive")

        def positive(key, tissue=tissue, sens=sens, false=false):
            share = evidence.values(f"{key}.").get(tissue, 0.0)
            return share * sens + (1 - share) * false

        for result in (True, False):
            after = after_block(evidence, log_p, result, step)
            ratio = math.exp(after[a] - after[b] - log_p[a] + log_p[b])
            p, q = positive("facet_pain"), positive("lumbar_strain")
            assert ratio == pytest.approx(p / q if result else (1 - p) / (1 - q))
    first = after_block(evidence, log_p, True)
    both = after_block(evidence, first, True, earlier=[True])
    naive = after_block(evidence, first, True)
    assert math.exp(first[a]) < math.exp(both[a]) < math.exp(naive[a])  # they go together: less news


def test_emg_tells_a_root_in_the_neck_from_the_wrist(evidence):
    keys, v = sign_table(evidence).keys, evidence.value
    cohort = draw_cohort(evidence, Draws(1), "carpal_tunnel", 1)
    log_p = before_signs(evidence, cohort)[0]
    root, wrist = keys.index("cervical_radiculopathy"), keys.index("carpal_tunnel")
    share, false = v("cervical_radiculopathy.narrowed"), 1 - v("emg.specificity")
    p = share * v("emg.cervical.sensitivity") + (1 - share) * false
    after = after_emg(evidence, log_p, True)
    assert math.exp(after[root] - after[wrist] - log_p[root] + log_p[wrist]) == pytest.approx(p / false)


# -- red flags ---------------------------------------------------------------------------------------------


def flags_only(evidence, cohort, *present):
    found = {sign: np.zeros(len(cohort), dtype=bool) for sign in evidence.signs}
    for sign in present:
        found[sign][:] = True
    return Signs(found)


def test_serious_risk_is_bayes_by_hand(evidence):
    cohort = draw_cohort(evidence, Draws(2), "lumbar_strain", 1)
    share, rows = np.exp(before_signs(evidence, cohort)[0]), evidence.values("sign.")
    flags = [sign for sign, row in evidence.signs.items() if row["kind"] == "flag"]
    for present in (
        (),
        ("cancer_history",),
        ("older", "steroid_use"),
        ("saddle_anaesthesia", "bladder_change"),
    ):
        weights = {}
        for kind in SERIOUS:
            usual = [evidence.values(f"{key}.serious.").get(kind, 0.0) for key in sign_table(evidence).keys]
            weights[kind] = float(share @ np.array(usual))
        weights["none"] = 1 - math.fsum(weights.values())
        for kind in weights:
            shown = hidden = 1.0
            for flag in (flag for flag in flags if not evidence.signs[flag].get("derived")):
                p, q = rows.get(f"{flag}.{kind}", rows[f"{flag}.none"]), rows[f"{flag}.none"]
                shown *= p if flag in present else 1 - p
                hidden *= q if flag in present else 1 - q
            begun = 0.0
            if kind not in ("none", "cauda_equina"):
                begun = 1 / max(evidence.value(f"serious.{kind}.onset_days"), 1)
            weights[kind] *= begun * shown + (1 - begun) * hidden
        total = math.fsum(weights.values())
        expected = 100 * (total - weights["none"]) / total
        risk = serious_risk(evidence, cohort, flags_only(evidence, cohort, *present))[0]
        assert risk == pytest.approx(expected, rel=1e-9)


def test_flags_are_common_and_poor(evidence):
    """About 80 % have some flag; the estimated risk is right on average and rarely high."""
    cohort = draw_cohort(evidence, Draws(6), "pain_clinic", 20_000)
    signs = examine(evidence, cohort, Draws(6))
    flags = [sign for sign, row in evidence.signs.items() if row["kind"] == "flag"]
    some = np.any([signs.found[flag] for flag in flags], axis=0)
    published = evidence.figures["red_flag_any_prev"].value
    assert abs(some.mean() - published) < 0.05
    risk, truth = serious_risk(evidence, cohort, signs), cohort.serious > 0
    assert ((risk >= 0) & (risk <= 100)).all()
    assert abs(risk.mean() - 100 * truth.mean()) < 0.6
    assert risk[truth].mean() > 1.5 * risk[~truth].mean()
    assert np.median(risk) < 3 and (some & ~truth).sum() > 20 * (some & truth).sum()
