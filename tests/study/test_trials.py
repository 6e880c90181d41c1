"""Published trials re-run: what the first issue promises, and files that are refused."""

import numpy as np
import pytest

import spinesim as ss
from spinesim.study.calibration import load_calibration
from spinesim.study.trials import COLUMNS


@pytest.fixture(scope="module")
def sciatica():
    table, results = ss.run_trial(ss.load_trial("sciatica_conservative"))
    return table, results


def rows(table, outcome, follow_up=True):
    chosen = table[table["outcome"] == outcome]
    return chosen[chosen["week"] > 0] if follow_up else chosen


def test_sciatica_limb_pain_is_inside_the_published_interval(sciatica):
    leg = rows(sciatica[0], "limb_pain")
    assert len(leg) == 7 and leg["inside"].sum() >= 6


def test_sciatica_limb_pain_is_as_spread_out_as_published(sciatica):
    leg = rows(sciatica[0], "limb_pain")
    assert (np.abs(leg["model_sd"] / leg["paper_sd"] - 1) < 0.25).all()


def test_sciatica_disability_is_within_one_point(sciatica):
    rmdq = rows(sciatica[0], "rmdq")
    assert len(rmdq) == 7 and (np.abs(rmdq["model_mean"] - rmdq["paper_mean"]) <= 1).sum() >= 6


def test_sciatica_operations_accumulate_as_published(sciatica):
    operated = rows(sciatica[0], "operated")
    weeks = operated.set_index("week")
    gap = np.abs(weeks["model_mean"] - weeks["paper_mean"])
    assert (gap[[12, 26, 52]] <= 0.05).all()
    assert weeks["inside"].all() and weeks.index.is_monotonic_increasing
    assert weeks["model_mean"].is_monotonic_increasing  # cumulative


def test_those_who_cross_over_are_sicker_at_baseline(sciatica):
    _, results = sciatica
    run = results["conservative"]
    crossed = run.patients["operations"].to_numpy() > 0
    for name in ("rmdq", "limb_pain"):
        start = run.series[name][0]
        gap = start[crossed].mean() - start[~crossed].mean()
        error = np.sqrt(start[crossed].var() / crossed.sum() + start[~crossed].var() / (~crossed).sum())
        assert gap > 4 * error


def test_acute_back_pain_follows_the_pooled_cohorts():
    table, _ = ss.run_trial(ss.load_trial("acute_lbp_cohorts"))
    assert list(table["week"]) == [0, 6, 26, 52]
    assert (np.abs(table["model_mean"] - table["paper_mean"]) <= 4).all()


def test_persistent_back_pain_lies_inside_the_pooled_intervals():
    table, _ = ss.run_trial(ss.load_trial("persistent_lbp_cohorts"))
    assert table["inside"].all()


def test_the_table_is_read_off_the_run(sciatica):
    """Every figure of the model recomputed from the results: group, week or window, scale, mean and SD."""
    table, results = sciatica
    run, people = results["conservative"], results["conservative"].patients
    ever = people["operations"].to_numpy() > 0
    group = {"all": np.full(len(ever), True), "operated": ever, "not_operated": ~ever}
    rows = table.itertuples()
    for target in ss.load_trial("sciatica_conservative").target:
        for start, week in zip([0, *target.weeks], target.weeks, strict=False):
            if target.outcome == "operated":
                values = [float(operated <= week) for operated in people["operated_week"]]
            elif target.clock == "operation":
                since = {i: run.weeks - people["operated_week"].iloc[i] for i in np.flatnonzero(ever)}
                mine = [run.series[target.outcome][(w > start) & (w <= week), i] for i, w in since.items()]
                values = np.array([one.mean(dtype=float) for one in mine if len(one)]) * target.scale
            else:
                values = run.series[target.outcome][week][group[target.among]] * target.scale
            row = next(rows)
            assert row.week == week and row.outcome.startswith(target.outcome) and row.n == len(values)
            assert row.model_mean == pytest.approx(np.mean(values, dtype=float), rel=1e-6)
            assert row.model_sd == pytest.approx(np.std(values, ddof=1, dtype=float), rel=1e-5)
            assert row.inside == (row.paper_low <= row.model_mean <= row.paper_high)
    assert next(rows, None) is None and len(table) > 20


def test_the_table_has_the_promised_columns(sciatica):
    assert list(sciatica[0].columns) == COLUMNS


def test_only_eligible_people_enter(sciatica):
    people = sciatica[1]["conservative"].patients
    assert people["age"].between(18, 65).all() and len(people) == 2_000
    assert (people["patient"].diff().dropna() > 0).all()
    assert people["patient"].max() > 2_000  # some were refused


@pytest.mark.parametrize("name", ["sciatica_conservative", "acute_lbp_cohorts", "persistent_lbp_cohorts"])
def test_nothing_after_week_52_is_fitted(name):
    from spinesim.evidence import data_folder

    calibration = load_calibration(data_folder() / "calibrations" / f"{name}.toml")
    assert calibration.last_week <= 52
    for trial in map(ss.load_trial, calibration.trials):
        assert trial.role == "calibration" and trial.last_week <= calibration.last_week


@pytest.mark.parametrize(("old", "new", "says"), [
    ('outcome = "pain"', 'outcome = "joy"', "outcome"),
    ("weeks = [0, 6, 26, 52]", "weeks = [0, 6, 26]", "figures for 3 weeks"),
    ("tolerance = 4", "tolerance = nan", "tolerance"),
    ("tolerance = 4", "tolerance = -4", "tolerance"),
    ("tolerance = 4\n", "", "no band"),
    ('arm = "usual care"', 'arm = "magic"', "magic"),
    ("patients = 2000", "patients = 0", "patients"),
    ("patients = 2000", "bogus = 1", "bogus"),
    ("seed = 2024", "seed = 2024\nseed = 2024", "not valid TOML"),
    ('condition = "lumbar_strain"', 'condition = "gout"', "gout"),
    ('pathway = "conservative_first"', 'pathway = "prayer"', "prayer"),
])  # fmt: skip
def test_a_broken_trial_file_is_refused_in_one_sentence(tmp_path, old, new, says):
    from spinesim.evidence import data_folder

    text = (data_folder() / "trials" / "acute_lbp_cohorts.toml").read_text()
    assert old in text
    (tmp_path / "mine.toml").write_text(text.replace(old, new))
    with pytest.raises(ss.SpinesimError, match=says) as wrong:
        ss.run_trial(ss.load_trial(tmp_path / "mine.toml"))
    assert "\n" not in str(wrong.value)


def test_eligibility_nobody_meets_says_so(tmp_path):
    from spinesim.evidence import data_folder

    text = (data_folder() / "trials" / "acute_lbp_cohorts.toml").read_text()
    (tmp_path / "mine.toml").write_text(text + "\n[eligibility]\nage_at_least = 89.99\npain_at_most = 0\n")
    with pytest.raises(ss.SpinesimError, match="lets only 0"):
        ss.run_trial(ss.load_trial(tmp_path / "mine.toml"))


def test_a_parameter_says_calibrated_exactly_when_a_calibration_file_frees_it():
    """What was fitted is labelled so, and nothing else is (facet pain borrows its course)."""
    from spinesim.evidence import data_folder, load_evidence

    freed = set()
    for path in (data_folder() / "calibrations").glob("*.toml"):
        calibration = load_calibration(path)
        freed |= set(calibration.free) | set(calibration.remainder)
    freed |= {
        key.replace("persistent_back_pain.", "facet_pain.") for key in freed if "persistent_back" in key
    }
    labelled = {key for key, p in load_evidence().parameters.items() if p.calibrated}
    assert labelled == freed
