"""The parts of a fit against exact answers: likelihood, sampler, weights, intervals, bounds."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from spinesim.study import calibration as cal
from spinesim.study.calibration import identify, mode, posterior, surrogate
from spinesim.study.calibration.likelihood import COLUMNS, Likelihood, log_likelihood


@pytest.fixture(scope="module")
def table():
    rows = [
        ("t", "a", "", "pain", week, "mean", 50.0 - week, 2.0 + week, 0.5, i)
        for i, week in enumerate((0, 6, 9))
    ]
    rows.append(("t", "a", "", "disability", 6, "mean", 30.0, 3.0, 0.4, 3))
    rows.append(("t", "a", "", "pain", 0, "sd", math.log(20), 0.1, 0.02, 0))
    return Likelihood(pd.DataFrame(rows, columns=COLUMNS), 0.5)


def test_the_likelihood_is_the_multivariate_normal_it_says_it_is(table):
    """Errors of one series share the correlation, others are independent; SciPy gives the density."""
    error = np.hypot(table.table["paper_se"], table.table["model_se"]).to_numpy()
    together = np.eye(5)
    together[:3, :3] = np.where(np.eye(3, dtype=bool), 1, 0.5)
    exact = stats.multivariate_normal(table.table["paper"], together * np.outer(error, error))
    figures = {"mean": np.array([[51, 43, 44, 28.0], [49, 45, 40, 33.0]]), "sd": np.full((2, 4), 22.0)}
    model = table.read(figures)
    assert model[0].tolist() == [51, 43, 44, 28, math.log(22)]
    ours, known = log_likelihood(table.misses(model)), exact.logpdf(model)
    assert ours[1] - ours[0] == pytest.approx(known[1] - known[0], abs=1e-12)
    assert ours[0] - log_likelihood(np.zeros((1, 5)))[0] == pytest.approx(known[0] - exact.logpdf(exact.mean))


def test_nobody_counted_is_impossible_not_an_error(table):
    figures = {"mean": np.full((1, 4), np.nan), "sd": np.full((1, 4), np.nan)}
    assert log_likelihood(table.misses(table.read(figures)))[0] == -math.inf


def test_the_sampler_draws_the_normal_it_should(table):
    """With a linear model in one number the posterior is a known normal, cut at the bounds."""
    wish = cal.Calibration(trials=["x"], last_week=1, free={"a": (0, 1), "b": (0, 1)})
    problem = SimpleNamespace(
        calibration=wish,
        size=2,
        values=lambda unit: unit,
        feasible=lambda u: ((u >= 0) & (u <= 1)).all(axis=1),
    )
    slope = np.zeros((2, 5))
    slope[0, 3] = 40.0  # only 'a' moves a figure: disability at week 6
    paper = table.table["paper"].to_numpy()
    linear = surrogate.Surrogate(
        1, np.zeros(5), SimpleNamespace(predict=lambda x: ((x + 1) / 2 - 0.4) @ slope + paper)
    )
    start = np.random.default_rng(1).random((50, 2))
    chains = posterior.sample(problem, table, linear, start, [3])
    sd = math.hypot(3.0, 0.4) / 40
    known = [stats.truncnorm(-0.4 / sd, 0.6 / sd, 0.4, sd), stats.uniform()]
    for draws, exact in zip(chains.units.T, known, strict=True):
        error = exact.std() / math.sqrt(chains.effective)
        assert abs(draws.mean() - exact.mean()) < 4 * error
        assert draws.std() == pytest.approx(exact.std(), rel=4 / math.sqrt(2 * chains.effective))
    assert (chains.rhat < 1.02).all() and chains.effective > 1_000


def test_weights_turn_one_density_into_another():
    """Equal densities: every draw counts fully. Known weights: Kish's number is exact."""
    weights, effective = posterior.importance(np.zeros(10), np.full(10, 3.0))
    assert np.allclose(weights, 0.1, atol=0) and effective == pytest.approx(10)
    weights, effective = posterior.importance(np.log([3, 1, 1, 1]), np.zeros(4))
    assert weights == pytest.approx([0.5, 1 / 6, 1 / 6, 1 / 6]) and effective == pytest.approx(3)
    assert posterior.importance(np.full(4, -np.inf), np.zeros(4))[1] == 0
    # One draw that outweighs all others is cut, and shows as hardly any draws.
    assert posterior.importance(np.array([50.0, *np.zeros(99)]), np.zeros(100))[1] < 2


def test_a_weight_is_cut_at_the_mean_times_the_root_of_their_number():
    """Of four, 13 and three of 1: mean 4, so cut at 8; 8, 1, 1, 1 of 11, worth 121/67 draws."""
    weights, effective = posterior.importance(np.log([13.0, 1, 1, 1]) + 5, np.full(4, 5.0))
    assert weights == pytest.approx(np.array([8, 1, 1, 1]) / 11) and effective == pytest.approx(121 / 67)


def test_rows_are_picked_in_proportion_to_their_weights():
    rows = posterior.resample(np.array([0.5, 0.25, 0.25, 0.0]), 8, [1])
    assert np.bincount(rows, minlength=4).tolist() == [4, 2, 2, 0]


def test_a_polynomial_is_learnt_exactly_and_its_error_told():
    points = np.random.default_rng(2).random((60, 2))
    made = np.column_stack([points[:, 0] ** 2 - points[:, 1], np.sin(9 * points[:, 0])])
    learnt = surrogate.fit_surrogate(points, made, 1)
    fresh = np.random.default_rng(3).random((500, 2))
    missed = learnt(fresh) - np.column_stack([fresh[:, 0] ** 2 - fresh[:, 1], np.sin(9 * fresh[:, 0])])
    actual = np.sqrt((missed**2).mean(axis=0))
    assert actual[0] < 1e-4 and learnt.error[0] < 1e-3
    assert 0.3 < actual[1] / learnt.error[1] < 3  # cross-validation tells of the wave it cannot follow


@pytest.mark.parametrize(("units", "inside"), [(-0.2, 0.2), (1.3, 0.7), (0.4, 0.4), (2.1, 0.1), (-1.1, 0.9)])
def test_points_beyond_a_bound_are_folded_back(units, inside):
    assert surrogate.fold(np.array([units]))[0] == pytest.approx(inside)


def test_shares_beyond_1_are_drawn_back_until_they_fit():
    problem = cal.make_problem("sciatica_conservative")
    unit = problem.shipped.copy()
    unit[:2] = 1.0  # rapid 0.5 and gradual 0.6, with fluctuating 0.1: 1.2
    point, over = mode.feasible_point(problem, unit)
    assert over == pytest.approx(0.2) and problem.feasible(point[None])[0]
    assert not problem.feasible(unit[None])[0]
    rest = problem.changes(point)["disc_herniation.course.persistent.share"]
    assert 0 <= rest < 1e-6 and np.array_equal(point[2:], unit[2:])
    assert mode.feasible_point(problem, problem.shipped)[1] == 0


def test_the_design_lies_inside_and_is_the_same_again():
    problem = cal.make_problem("sciatica_conservative")
    slopes = np.eye(problem.size) * 5
    points = surrogate.design(problem, problem.shipped, slopes, 64)
    assert points.shape == (64, problem.size) and problem.feasible(points).all()
    assert np.array_equal(points, surrogate.design(problem, problem.shipped, slopes, 64))


def test_the_shortest_interval_reaches_a_bound_it_nearly_touches():
    values = np.linspace(0.001, 0.9, 1_000) ** 2  # most draws crowd at the lower bound
    low, high = identify.shortest(values, (0.0, 1.0))
    assert low == 0.0 and high == pytest.approx(np.quantile(values, 0.95), abs=0.005)
    inner = stats.norm(0.5, 0.05).ppf(np.linspace(0.0005, 0.9995, 1_000))
    assert identify.shortest(inner, (0.0, 1.0)) == pytest.approx((0.402, 0.598), abs=0.003)


def test_a_normal_prior_pulls_and_a_uniform_one_does_not():
    wish = cal.Calibration(
        trials=["x"], last_week=1,
        free={"a": (0, 10), "b": {"bounds": (0, 10), "mean": 4, "sd": 2, "because": "a reason in words"}},
    )  # fmt: skip
    problem = SimpleNamespace(calibration=wish, values=lambda unit: unit * 10)
    units = np.array([[0.1, 0.4], [0.9, 0.8]])
    assert mode.prior_misses(problem, units).tolist() == [[0.0], [2.0]]
    assert posterior.log_prior(problem, units).tolist() == [0.0, -2.0]


def test_a_bound_that_ends_an_interval_is_never_called_told_by_the_data():
    from spinesim.study.calibration.report import at_least, counted, told_words

    row = {
        "lower": 0.0,
        "upper": 1.0,
        "low": 0.2,
        "high": 0.4,
        "at_bound": "",
        "told": "data",
        "shipped": 0.3,
    }
    assert told_words(row) == "told by the data"
    side = "told in part; the bound decides one side"
    assert told_words(row | {"high": 1.0}) == side
    assert told_words(row | {"at_bound": "lower"}) == f"{side}; best fit at its lower bound"
    assert told_words(row | {"shipped": 0.99}).endswith("shipped value at its upper bound")
    assert told_words(row | {"lower": None, "upper": None, "low": 0.0, "told": "partly"}) == side
    assert told_words(row | {"told": "bounds", "high": 1.0}) == "hardly told: its bounds decide"
    assert [at_least(x) for x in (0.0, 0.001, 0.01, -0.2)] == ["0.00", "<0.01", "0.01", "0.00"]
    rows = [{"measure": "mean"}] * 5 + [{"measure": "sd"}]
    assert counted(rows) == "5 means and 1 SD"
