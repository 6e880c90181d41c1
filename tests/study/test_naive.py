"""The naive cohort study lies by as much as published ones, and the emulated trial does not."""

import numpy as np
import pandas as pd
import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import load_evidence
from spinesim.study.naive import METHODS, NaiveCohort, load_naive, run_naive
from spinesim.study.naive.balance import balance
from spinesim.study.naive.chart import Chart
from spinesim.study.naive.estimates import paired, percentiles, regression
from spinesim.study.naive.file import Measured
from spinesim.study.naive.gaps import gaps_in_resamples
from spinesim.study.naive.impression import by_impression
from spinesim.study.naive.run import naive_plans, no_contrast
from spinesim.study.naive.target_trial import emulate, emulation, weights
from spinesim.study.naive.words import amount, same_scale
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.simulation import finish_all
from spinesim.view.naive import plot_naive


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
    assert early_mri.who.groupby("group")["people"].first().sum() == people["procedures", "crude"]
    assert (early_mri.who.loc[early_mri.who["unit"] == "%", "mean"] > 1).all()
    assert early_mri.reached[0] > 0.95 and early_mri.reached[1] < 0.05


def alike(**wishes):
    """A cohort whose two strategies are the same."""
    cohort = load_naive("early_mri")
    strategies = cohort.strategies.model_copy(update={"unexposed": cohort.strategies.exposed})
    return cohort.model_copy(update={"patients": 500, "strategies": strategies, **wishes})


def test_strategies_that_are_the_same_have_exactly_no_effect():
    _, exposed, unexposed = finish_all(naive_plans(alike()))
    for one in alike().outcome:
        of = OUTCOMES[one.key].of
        found = paired(of(exposed), of(unexposed), one.measure, seed=1)
        assert found == ((1, 1, 1) if one.measure == "ratio" else (0, 0, 0))


def test_strategies_that_do_not_change_who_is_exposed_are_refused():
    """A pathway that does not treat by impression never reads the strategies' parameters."""
    cohort = alike(strategies=load_naive("early_mri").strategies, pathway="conservative_first")
    with pytest.raises(SpinesimError, match="so there is no contrast") as wrong:
        run_naive(cohort, resamples=2)
    assert "conservative_first" in str(wrong.value) and "\n" not in str(wrong.value)
    assert "40 % have imaging within 6 weeks" in no_contrast(cohort, 0.4, 0.4)


@pytest.mark.parametrize("patients", [10, 499, 100_001, 1_500.0, True, "1500", np.float64(600)])
def test_numbers_of_people_outside_the_files_limits_are_refused(patients):
    with pytest.raises(SpinesimError, match=r"patients is .*; give a whole number from 500 to 100,000\."):
        naive_plans(load_naive("early_mri"), patients=patients)


def test_numpy_integers_are_whole_numbers_too():
    assert naive_plans(load_naive("early_mri"), patients=np.int64(600))[0].patients == 600


def test_few_people_with_back_pain_alone_are_answered_in_words_and_drawn():
    """So few have the outcome that several ratios cannot be given."""
    few = load_naive("early_mri").model_copy(update={"condition": "lumbar_strain", "patients": 500})
    told = []
    found = run_naive(few, resamples=5, progress=told.append)
    assert told == sorted(told) and told[-1] == pytest.approx(1) and any(0.6 < share < 1 for share in told)
    assert len(found.sentences()) == 4 and "nan" not in " ".join(found.sentences())
    plot_naive(found.table).canvas.draw()


def finished(work):
    """What a generator returns in the end."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


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
    found, low, high = emulate(seen, {"score": "difference"}, ["radicular"], seed=2, resamples=40)["score"]
    assert abs(found) < 4 * (high - low) / (2 * 1.96)
    assert regression(seen, "score", "difference", pd.DataFrame(index=range(len(seen))))[1] > 1


def few(people=60, seed=4):
    """A small cohort with a covariate, a score and an event whose spread differs between the groups."""
    rng = np.random.default_rng(seed)
    age, exposed = rng.normal(50, 10, people), rng.random(people) < 0.4
    score = 10 + 0.3 * age + 4 * exposed + rng.normal(0, np.where(exposed, 12, 3))
    event = 100.0 * (rng.random(people) < np.where(exposed, 0.5, 0.2))
    covariates = pd.DataFrame({"age": age})
    return Chart(
        np.where(exposed, 0, np.inf), 1, covariates, {}, {"score": score, "event": event}
    ), covariates


def sandwich(design, weight, error):
    """HC0 by hand: bread x meat x bread."""
    bread = np.linalg.inv(design.T @ (weight[:, None] * design))
    meat = design.T @ ((error**2)[:, None] * design)
    return bread @ meat @ bread


@pytest.mark.parametrize("adjusted", [False, True])
def test_a_difference_has_the_robust_error_of_least_squares(adjusted):
    seen, covariates = few()
    covariates = covariates if adjusted else covariates[[]]
    design = np.column_stack([np.ones(60), seen.exposed, covariates])
    beta = np.linalg.lstsq(design, seen.outcomes["score"], rcond=None)[0]
    cover = sandwich(design, np.ones(60), seen.outcomes["score"] - design @ beta)
    cover *= 60 / (60 - design.shape[1])  # HC1
    half = 1.959963984540054 * np.sqrt(cover[1, 1])
    found = regression(seen, "score", "difference", covariates)
    assert found == pytest.approx((beta[1], beta[1] - half, beta[1] + half), rel=1e-6)


@pytest.mark.parametrize("adjusted", [False, True])
def test_a_ratio_has_the_robust_error_of_modified_poisson_regression(adjusted):
    """Newton's method by hand, then the sandwich; crude, the ratio is that of the two shares."""
    seen, covariates = few()
    covariates = covariates if adjusted else covariates[[]]
    design = np.column_stack([np.ones(60), seen.exposed, covariates])
    event = seen.outcomes["event"] / 100
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(event.mean())
    for _ in range(50):
        mean = np.exp(design @ beta)
        beta += np.linalg.solve(design.T @ (mean[:, None] * design), design.T @ (event - mean))
    cover = sandwich(design, mean, event - mean)
    half = 1.959963984540054 * np.sqrt(cover[1, 1])
    found = regression(seen, "event", "ratio", covariates)
    assert found == pytest.approx(np.exp([beta[1], beta[1] - half, beta[1] + half]), rel=1e-6)
    if not adjusted:
        assert found[0] == pytest.approx(event[seen.exposed].mean() / event[~seen.exposed].mean())


def test_an_arm_without_the_outcome_is_infinite_zero_or_unknown_but_never_an_error():
    seen, alone = records(), pd.DataFrame(index=range(4_000))
    cases = {(100.0, 0.0): np.inf, (0.0, 100.0): 0.0, (0.0, 0.0): np.nan}
    for (exposed, others), says in cases.items():
        seen.outcomes["score"][:] = np.where(seen.exposed, exposed, others)
        found = regression(seen, "score", "ratio", alone)
        assert found[0] == pytest.approx(says, nan_ok=True)
        emulated = emulate(seen, {"score": "ratio"}, ["radicular"], seed=1, resamples=5)["score"]
        assert emulated[0] == pytest.approx(says, nan_ok=True)
        values = seen.outcomes["score"]
        truth = paired(values[seen.exposed][:300], values[~seen.exposed][:300], "ratio", seed=1)
        assert truth[0] == pytest.approx(says, nan_ok=True)
        for estimate in (found, emulated, truth):
            said = amount(*estimate, "ratio", "never")
            assert "nan" not in said and "inf" not in said and ("no event" in said or "too few" in said)


@pytest.mark.parametrize(("week", "who"), [(np.inf, "Nobody"), (0.0, "Everybody")])
def test_nobody_or_everybody_exposed_is_one_sentence(week, who):
    seen = records()
    seen = Chart(np.full(len(seen), week), 1, seen.baseline, {}, seen.outcomes)
    assert np.isnan(regression(seen, "score", "difference", pd.DataFrame(index=range(len(seen))))[0])
    with pytest.raises(SpinesimError, match=f"{who} was exposed within 1 weeks"):
        emulate(seen, {"score": "difference"}, ["radicular"], seed=1, resamples=2)


def test_resamples_that_say_nothing_widen_the_interval():
    known = np.linspace(1, 2, 100)
    assert percentiles(known) == pytest.approx((1.025, 1.975))
    assert percentiles(np.append(known, [np.inf] * 10))[1] == np.inf
    low, high = percentiles(np.append(known, [np.nan] * 10))
    assert np.isnan(low) and high == np.inf
    assert "(too few events for an interval)" in amount(1.5, low, high, "ratio", "target_trial")


def test_a_picture_stands_answers_that_cannot_be_given():
    rows = [("harms", method, "ratio", np.nan, np.nan, np.nan, 9, "ratio of risks") for method in METHODS]
    columns = ["outcome", "method", "measure", "estimate", "low", "high", "people", "unit"]
    table = pd.DataFrame(rows, columns=columns)
    plot_naive(table).canvas.draw()
    plot_naive(table.assign(measure="difference")).canvas.draw()
    table["estimate"] = [np.inf, 0.0, 1.5, 2.0, 1e9, np.nan]
    table["low"], table["high"] = [np.nan, 0, np.nan, 0.0, 1, np.nan], [np.inf, np.nan, np.inf, 1e12, 2, 1]
    plot_naive(table).canvas.draw()


@pytest.mark.parametrize(
    ("unit", "key", "measure", "same"),
    [
        ("relative risk", "operations", "ratio", True),
        ("proportion", "operations", "ratio", False),
        ("odds ratio", "operations", "ratio", False),
        ("RMDQ 0-24", "disability_12_months", "difference", False),
        ("ODI 0-100", "disability_12_months", "difference", True),
        ("days", "days_off_work", "difference", True),
    ],
)
def test_published_figures_on_another_scale_are_known(unit, key, measure, same):
    assert same_scale(unit, Measured(key=key, measure=measure)) is same


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


def test_by_lot_and_as_shipped_are_the_ends_of_one_line():
    cohort, known = load_naive("early_mri"), load_evidence()
    lot = cohort.impression.by_lot
    assert by_impression(cohort, known, 0) == lot
    assert by_impression(cohort, known, 1) == {name: known.value(name) for name in lot}
    half, far = by_impression(cohort, known, 0.5), by_impression(cohort, known, 100)
    assert all(half[name] == pytest.approx((lot[name] + known.value(name)) / 2) for name in lot)
    assert {*far.values()} <= {0.0, 1.0}
    for strength in (-1, float("nan")):
        with pytest.raises(SpinesimError, match="give a number from 0"):
            by_impression(cohort, known, strength)
    with pytest.raises(SpinesimError, match=r"has no \[impression\]"):
        by_impression(cohort.model_copy(update={"impression": None}), known, 1)


def test_how_far_off_is_the_answer_minus_the_truth_and_its_interval_covers_the_bias():
    """The sick are exposed and fare worse; the truth is exactly 7, so the crude answer's gap is its bias."""
    seen = records(effect=7.0)
    truth = {"score": (np.full(len(seen), 7.0), np.zeros(len(seen)))}
    everyone = np.ones(len(seen), dtype=bool)
    sick = seen.baseline[["radicular"]]
    middle, emulated = finished(emulation(seen, {"score": "difference"}, ["radicular"], 1, 40))
    how = {"crude": (everyone, sick.iloc[:, :0]), "baseline": (everyone, sick)}
    off = gaps_in_resamples(seen, truth, ["score"], how, emulated, seed=1)
    crude = regression(seen, "score", "difference", sick.iloc[:, :0])[0]
    low, high = percentiles(off["crude"][:, 0])
    assert low < crude - 7 < high and low > 5
    for method in ("baseline", "target_trial"):
        low, high = percentiles(off[method][:, 0])
        assert low < 0 < high
    assert np.allclose(off["target_trial"][:, 0], emulated[:, 0] - 7) and np.isfinite(middle).all()


def test_weighting_balances_what_it_knows():
    seen = records()
    who = balance(seen, seen, ["radicular"], {"radicular": "%"}).iloc[0]
    assert who["exposed"] > who["others"] and who["low"] > 0 and who["standardised_low"] > 0.5
    assert abs(who["weighted"]) < 1e-6
    blind = balance(seen, seen, ["age"], {"radicular": "%"}).iloc[0]
    assert blind["weighted"] == pytest.approx(blind["standardised"], abs=1e-6)
    nobody = Chart(np.full(len(seen), np.inf), 1, seen.baseline, {}, seen.outcomes)
    assert np.isnan(balance(nobody, nobody, ["radicular"], {"radicular": "%"}).iloc[0]["weighted"])
