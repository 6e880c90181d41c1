"""Fitting: known values are found again, the same bits come out, interrupted work goes on."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from calibration_help import BOUNDS, PACE, SLOPE, TRUTH, write_fit_file, write_trial
from scipy import stats

import spinesim as ss
from spinesim.study import calibration as cal
from spinesim.study.calibration import fit as fitting
from spinesim.study.calibration.likelihood import make_likelihood
from spinesim.study.calibration.problem import Runner
from spinesim.study.executor import Kept


@pytest.fixture(scope="module")
def fit_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibration")
    return write_fit_file(folder, write_trial(folder))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def interrupted(fit_file, kept):
    """A fit stopped in the middle of its design: runs that were computed and kept."""
    keep, seen = Kept(kept), []

    def stop(share):
        seen.append(share)
        if len(seen) == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cal.calibrate(fit_file, keep=keep, progress=stop)
    return keep.written


@pytest.fixture(scope="module")
def resumed(fit_file, kept, interrupted):
    """The same fit begun again, and how many runs it read and computed."""
    keep = Kept(kept)
    return cal.calibrate(fit_file, keep=keep), keep.read, keep.written


@pytest.fixture(scope="module")
def fit(resumed):
    return resumed[0]


def test_known_values_are_found_again(fit):
    """Figures made on the people of the fit: the values behind them fit perfectly, and are found."""
    table = cal.parameter_table(fit).set_index("id")
    assert list(table.index) == [PACE, SLOPE]
    for key, value in TRUTH.items():
        row, (low, high) = table.loc[key], BOUNDS[key]
        assert row["low"] < value < row["high"]
        assert row["mode"] == pytest.approx(value, abs=0.01 * (high - low))
        assert row["contraction"] > 0.8 and row["told"] == "data" and row["rhat"] < 1.05
    assert fit.misfit(fit.mode_model) < 0.01 and fit.misfit(fit.shipped_model) > 1


def test_other_chance_misses_by_no_more_than_the_errors_say(tmp_path):
    """Figures made on other people: at the true values the misses are those of chance (chi square)."""
    problem = cal.make_problem(write_fit_file(tmp_path, write_trial(tmp_path, patients=4_000, seed=5)))
    low, high = problem.calibration.bounds
    truth = (np.array(list(TRUTH.values())) - low) / (high - low)
    for seed in range(4):
        wish = problem.calibration.model_copy(update={"seed": seed})
        other = cal.make_problem(wish)
        likelihood = make_likelihood(other)
        misses = likelihood.misses(likelihood.read(Runner(other)(truth[None])))[0]
        assert np.sum(misses**2) < stats.chi2(len(misses)).isf(1e-4)


def test_an_interrupted_fit_goes_on_where_it_stopped(interrupted, resumed):
    fit, read, written = resumed
    assert 20 <= interrupted <= 30  # the search for the mode runs some points twice: those are read at once
    assert read >= interrupted and read + written == fit.runs


def test_runs_kept_for_other_targets_are_not_taken_for_these(fit_file, tmp_path, monkeypatch):
    """Even if the runs were the same, other figures are read off them."""
    from spinesim.study.calibration import problem as asking

    monkeypatch.setattr(asking, "plan_key", lambda plan: "the same run")
    mine = cal.make_problem(fit_file)
    text = mine.aims[0].trial._file.read_text(encoding="utf-8")
    assert "weeks = [0, 3, 6]" in text
    (tmp_path / "made.toml").write_text(text.replace("weeks = [0, 3, 6]", "weeks = [1, 3, 6]"))
    other = cal.make_problem(write_fit_file(tmp_path, tmp_path / "made.toml"))
    assert mine.job(mine.shipped).key == cal.make_problem(fit_file).job(mine.shipped).key
    assert mine.job(mine.shipped).key != other.job(mine.shipped).key


def test_the_errors_of_figures_are_those_documented(fit_file):
    """Half the paper's band over 1.96 and the model's own; an SD by `sd_within` and 1/sqrt(2n)."""
    problem = cal.make_problem(fit_file)
    table = make_likelihood(problem).table
    mean, spread = (table[table["measure"] == one] for one in ("mean", "sd"))
    limb = mean[mean["outcome"] == "limb_pain"]
    assert limb["paper_se"].to_numpy() == pytest.approx(0.25 / 1.96)
    sds = problem.aims[0].trial.target[1].sd
    disability = mean[mean["outcome"] == "disability"]
    assert disability["paper_se"].to_numpy() == pytest.approx(np.array(sds) / np.sqrt(800))
    runs = Runner(problem)(problem.shipped[None])
    own = runs["sd"][0, table["row"]] / np.sqrt(300) * stats.t.ppf(0.975, 299) / 1.96
    assert mean["model_se"].to_numpy() == pytest.approx(own[mean.index], rel=1e-6)
    assert spread["paper"].to_numpy() == pytest.approx(np.log(sds))
    assert spread["paper_se"].to_numpy() == pytest.approx(np.log(1.25) / 1.96)
    assert spread["model_se"].to_numpy() == pytest.approx(1 / np.sqrt(600))
    assert table["row"].tolist() == [0, 1, 2, 3, 3, 4, 4]


def test_draws_are_picked_by_their_weights(fit_file, kept, fit, monkeypatch):
    """One draw with three quarters of the weight makes three quarters of the posterior, its model too."""

    def weighed(model, surrogate):
        weights = np.zeros(len(model))
        weights[[4, 7]] = 0.75, 0.25
        return weights, float(len(model))  # said to be worth all of them, so that they are used

    monkeypatch.setattr(fitting, "importance", weighed)
    made = cal.calibrate(fit_file, keep=Kept(kept))
    points, counts = np.unique(made.units, axis=0, return_counts=True)
    assert made.weighed and sorted(counts) == [25, 75]
    assert len(np.unique(made.model, axis=0)) == 2
    again = made.likelihood.read(Runner(made.problem, keep=Kept(kept))(points))
    for point, model in zip(points, again, strict=True):
        mine = (made.units == point).all(axis=1)
        assert (made.model[mine] == model).all()


def test_the_same_file_gives_the_same_bits(fit, fit_file, tmp_path):
    again = cal.calibrate(fit_file)  # nothing kept: every run anew
    for name in ("mode", "mode_model", "units", "model", "checked_error"):
        assert np.array_equal(getattr(fit, name), getattr(again, name)), name
    first, second = (tmp_path / name for name in ("first", "second"))
    cal.write_fit(first, fit), cal.write_fit(second, again)
    for name in ("fit.csv", "fit.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_the_log_lists_exactly_the_targets(fit, tmp_path):
    log = cal.write_fit(tmp_path, fit)
    (trial,) = [aim.trial for aim in fit.problem.aims]
    assert log["targets"] == [
        {"trial": "made", "role": "calibration", "sha256": trial.sha256,
         "figures": ["made up by the model, 2026"], "weeks": [0, 3, 6]}
    ]  # fmt: skip
    rows = [(row["outcome"], row["week"], row["measure"]) for row in log["figures"]]
    assert rows == [
        *(("limb_pain", week, "mean") for week in (0, 3, 6)),
        *(("disability", week, one) for week in (0, 6) for one in ("mean", "sd")),
    ]
    assert log["misfit"]["mode"] <= log["misfit"]["shipped"]
    assert log["seed"] == 11 and log["versions"]["emcee"] and log["model_runs"] == fit.runs
    assert json.loads((tmp_path / "fit.json").read_text()) == log


def test_saved_draws_are_read_back_to_the_bit(fit, tmp_path):
    cal.write_fit(tmp_path, fit)
    log, draws = cal.load_fit("fit", tmp_path)
    pd.testing.assert_frame_equal(draws, cal.draw_table(fit), check_exact=True)
    assert cal.saved_fits(tmp_path) == ["fit"] and len(draws) == 100
    fit.problem.evidence.change(draws.iloc[0].to_dict())
    text = cal.report(log, fit.problem.evidence)
    assert "3 means" not in text and "5 means and 2 SDs" in text and "R-hat" in text and "0.00" not in text
    assert "What the data cannot tell" in text and "OUTSIDE" in text  # the truth is not the shipped value
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["fit.csv", "fit.json"]


def test_draws_of_another_fit_are_refused(fit, tmp_path):
    cal.write_fit(tmp_path, fit)
    with (tmp_path / "fit.csv").open("a") as file:
        file.write("60,3\n")
    with pytest.raises(ss.SpinesimError, match=r"not those of this fit") as wrong:
        cal.load_fit("fit", tmp_path)
    assert "\n" not in str(wrong.value)
    with pytest.raises(ss.SpinesimError, match=r"no saved fit 'nobody'.*known: fit"):
        cal.load_fit("nobody", tmp_path)
    (tmp_path / "fit.json").write_text("[]")
    with pytest.raises(ss.SpinesimError, match=r"not the log of a fit"):
        cal.load_fit("fit", tmp_path)


def test_a_surrogate_that_misleads_is_refused(fit_file, kept, fit, monkeypatch):
    """A surrogate that is wrong, and sure of it, sends the draws where the model does not follow."""
    real = fitting.fit_surrogate

    def wrong(units, model, seed):
        return real(1 - units, model, seed)

    monkeypatch.setattr(fitting, "fit_surrogate", wrong)
    problem = cal.make_problem(fit_file)
    once = problem.calibration.model_copy(update={"most_rounds": 1})
    with pytest.raises(ss.SpinesimError, match=r"surrogate is too poor.*nothing was written.*raise 'design'"):
        cal.calibrate(replace(problem, calibration=once), keep=Kept(kept))


def test_draws_are_weighed_only_where_that_serves(fit):
    problem, small, large = fit.problem, np.full(5, 0.1), np.full(5, 0.3)
    assert fitting._weighed(problem, 60.0, large) and fit.weighed
    assert not fitting._weighed(problem, 5.0, small)
    with pytest.raises(ss.SpinesimError, match=r"too poor.*0\.30 standard errors"):
        fitting._weighed(problem, 49.0, large)


def test_the_figure_of_a_fit_is_drawn(fit):
    from spinesim.view.calibration import plot_calibration
    from spinesim.view.plots import picture

    assert picture(plot_calibration(cal.fit_log(fit), cal.draw_table(fit)))[:4] == b"\x89PNG"
