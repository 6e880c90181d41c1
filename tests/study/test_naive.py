"""The naive cohort study lies by as much as published ones, and the emulated trial does not."""

import numpy as np
import pandas as pd
import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import load_evidence
from spinesim.study.naive import METHODS, NaiveCohort, load_naive, run_naive
from spinesim.study.naive.chart import Chart
from spinesim.study.naive.estimates import paired, regression
from spinesim.study.naive.target_trial import emulate, weights


@pytest.fixture(scope="module")
def early_mri():
    return run_naive("early_mri", resamples=60)


def test_the_cohort_finds_a_large_relative_risk_where_the_truth_is_small(early_mri):
    """At least 3, while 12-month disability differs by less than the minimal important change."""
    naive, low, _ = early_mri.estimate("procedures", "crude")
    assert naive >= 3 and low >= 3
    truth = early_mri.estimate("disability_12_months", "truth")
    important = load_evidence().value("important.disability")
    assert max(abs(bound) for bound in truth) < important
    assert naive > 2 * early_mri.estimate("procedures", "truth")[0]


def test_claims_data_repair_nothing_a_chart_some_and_the_emulated_trial_most(early_mri):
    for outcome in ("procedures", "disability_12_months", "days_off_work"):
        found = {method: early_mri.estimate(outcome, method)[0] for method in METHODS}
        gap = {method: abs(found[method] - found["truth"]) for method in METHODS}
        assert gap["claims"] > 0.8 * gap["crude"]
        assert gap["baseline"] < gap["crude"]
        assert gap["target_trial"] < gap["baseline"]
        _, low, high = early_mri.estimate(outcome, "target_trial")
        spread = (high - low) / (2 * 1.96)
        assert gap["target_trial"] < 4 * spread  # what is left is chance (and reports that err)


def test_the_exposed_were_sicker_at_referral_and_about_one_in_five_is_exposed(early_mri):
    who = early_mri.who.set_index(["at_referral", "group"])
    for score in ("pain", "limb_pain", "disability", "radicular"):
        assert who.loc[(score, "exposed"), "low"] > who.loc[(score, "others"), "high"]
    people = early_mri.table.set_index(["outcome", "method"])["people"]
    assert people["procedures", "never"] < people["procedures", "crude"]
    assert len(early_mri.sentences()) == 4


def test_strategies_that_are_the_same_have_exactly_no_effect():
    same = load_naive("early_mri").model_copy(update={"patients": 1_500})
    same = same.model_copy(
        update={"strategies": same.strategies.model_copy(update={"unexposed": same.strategies.exposed})}
    )
    found = run_naive(same, resamples=5)
    truth = found.table[found.table["method"] == "truth"]
    nothing = np.where(truth["measure"] == "ratio", 1.0, 0.0)
    assert (truth[["estimate", "low", "high"]].to_numpy() == nothing[:, None]).all()


def records(seed=5, people=4_000, effect=0.0):
    """One week, one confounder: the sick are exposed more often and fare worse; known effect."""
    rng = np.random.default_rng(seed)
    sick = (rng.random(people) < 0.3).astype(float)
    exposed = rng.random(people) < np.where(sick > 0, 0.6, 0.1)
    outcome = 20.0 + 30 * sick + effect * exposed + rng.normal(0, 5, people)
    baseline = pd.DataFrame({"age": np.full(people, 40.0), "radicular": sick})
    return Chart(np.where(exposed, 0.0, np.inf), 1, baseline, {}, {"score": outcome})


def test_with_one_confounder_and_one_week_weighting_is_standardisation_exactly():
    """A saturated weight model gives the textbook's standardised difference, to rounding."""
    seen = records(effect=7.0)
    sick, exposed, values = seen.baseline["radicular"] > 0, seen.exposed, seen.outcomes["score"]
    by_hand = sum(
        share * (values[group & exposed].mean() - values[group & ~exposed].mean())
        for group, share in ((sick, sick.mean()), (~sick, (~sick).mean()))
    )
    found = emulate(seen, {"score": "difference"}, ["radicular"], seed=1, resamples=3)["score"][0]
    assert found == pytest.approx(by_hand, rel=1e-6)
    crude = regression(seen, "score", "difference", pd.DataFrame(index=range(len(seen))))[0]
    assert crude > found + 5


def test_each_arm_stands_for_everybody():
    one, other = weights(records(), ["radicular"])
    assert one.sum() == pytest.approx(len(one), rel=1e-6) and other.sum() == pytest.approx(len(one), rel=1e-6)
    assert ((one > 0) != (other > 0)).all()  # with one week, each person stays in exactly one arm


def weekly_records(rng, people=6_000, weeks=4):
    """Severity wanders; the worse, the likelier the step; the outcome follows severity alone."""
    severity = np.empty((weeks, people))
    severity[0] = rng.normal(0, 1, people)
    for week in range(1, weeks):
        severity[week] = 0.8 * severity[week - 1] + rng.normal(0, 0.6, people)
    start = np.full(people, np.inf)
    for week in range(weeks):
        chance = 1 / (1 + np.exp(2.5 - severity[week]))
        start = np.where(np.isinf(start) & (rng.random(people) < chance), week, start)
    outcome = 3 * severity[-1] + rng.normal(0, 1, people)
    baseline = pd.DataFrame({"radicular": np.zeros(people)})
    return Chart(start, weeks, baseline, {"pain": severity}, {"score": outcome})


def test_confounding_that_changes_week_by_week_is_removed():
    seen = weekly_records(np.random.default_rng(8))
    found, low, high = emulate(seen, {"score": "difference"}, ["radicular"], seed=2, resamples=60)["score"]
    assert abs(found) < 4 * (high - low) / (2 * 1.96)
    assert regression(seen, "score", "difference", pd.DataFrame(index=range(len(seen))))[1] > 1


def test_nobody_unexposed_with_the_outcome_is_said_as_infinite():
    seen = records()
    seen.outcomes["score"][:] = np.where(seen.exposed, 100.0, 0.0)
    assert regression(seen, "score", "ratio", pd.DataFrame(index=range(len(seen))))[0] == np.inf
    seen.outcomes["score"][:] = 0
    with pytest.raises(SpinesimError, match="ask for more patients"):
        regression(seen, "score", "ratio", pd.DataFrame(index=range(len(seen))))


def test_the_truth_is_a_plain_paired_contrast():
    rng = np.random.default_rng(3)
    other = np.where(rng.random(500) < 0.2, 100.0, 0.0)
    one = np.where(rng.random(500) < 0.3, 100.0, 0.0)
    ratio, low, high = paired(one, other, "ratio", seed=1)
    assert ratio == one.mean() / other.mean() and low < ratio < high
    assert paired(one, one, "ratio", seed=1) == (1, 1, 1)
    assert paired(one, other, "difference", seed=1)[0] == pytest.approx((one - other).mean())


FILE = """
name = "mine"
title = "t"
question = "q"
condition = "lumbar_strain"
pathway = "usual_care_varied"
[exposure]
label = "MRI"
step = "imaging"
by_week = 6
[strategies.exposed]
label = "all"
parameters = { "usual_care.early_mri_wish" = 1 }
[strategies.unexposed]
label = "none"
parameters = { "usual_care.early_mri_wish" = 0 }
[[outcome]]
key = "procedures"
measure = "ratio"
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('step = "imaging"', 'step = "imagin"', "did you mean 'imaging'"),
        ('step = "imaging"', 'step = "education"', "no step that is counted"),
        ("by_week = 6", "by_week = 0", "greater than or equal to 1"),
        ('key = "procedures"', 'key = "procedurs"', "did you mean 'procedures'"),
        ('key = "procedures"', 'key = "cost"', "write 'difference'"),
        ('measure = "ratio"', 'measure = "odds"', "'ratio' or 'difference'"),
        ('question = "q"', 'quest = "q"', "unknown"),
        ('title = "t"', 'title = "t"\nyears = 0.1', "give more"),
        ('title = "t"', 'title = "t"\npatients = 20', "500"),
    ],
)
def test_a_bad_file_is_said_in_one_sentence(tmp_path, old, new, says):
    path = tmp_path / "mine.toml"
    path.write_text(FILE.replace(old, new))
    with pytest.raises(SpinesimError, match=says) as wrong:
        load_naive(path)
    assert "mine" in str(wrong.value) and "\n" not in str(wrong.value)


def test_a_parameter_that_does_not_exist_is_named(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(FILE.replace("early_mri_wish", "early_mri_wishes"))
    with pytest.raises(SpinesimError, match="early_mri_wish"):
        run_naive(path, resamples=2)


def test_the_shipped_file_says_what_it_rests_on():
    cohort = load_naive("early_mri")
    assert isinstance(cohort, NaiveCohort)
    known = load_evidence().figures
    for key in (*cohort.source, *(name for one in cohort.outcome for name in one.published)):
        assert key in known
