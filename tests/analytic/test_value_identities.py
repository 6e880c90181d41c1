"""Discounting, QALYs and the arithmetic of choice against figures known by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinesim.errors import SpinesimError
from spinesim.study.value import decide
from spinesim.study.value.discount import factors, weights
from spinesim.study.value.quality import qalys

WEEKS = np.arange(0, 521) * 7 / 365.25


def test_a_constant_utility_over_ten_years() -> None:
    times = np.linspace(0, 10, 3)
    assert qalys([0.7] * 3, times, 0.035) == pytest.approx(5.92292, abs=5e-6)
    assert qalys([0.7] * 3, times, 0) == pytest.approx(7, rel=1e-15)


def test_a_recovering_utility_over_two_years() -> None:
    """The figure 1.32878 of ``checks.md`` belongs to .75 - .25 e^(-2t) at 3.5 %; with e^(-t/2) it is less."""
    times = np.linspace(0, 2, 20_001)
    assert qalys(0.75 - 0.25 * np.exp(-2 * times), times, 0.035) == pytest.approx(1.32878, abs=5e-6)
    slow = 0.75 - 0.25 * np.exp(-times / 2)
    assert qalys(slow, times, 0) == pytest.approx(1.5 - 0.5 * (1 - math.exp(-1)), abs=1e-8)


@pytest.mark.parametrize("method", ["continuous", "yearly"])
def test_rate_zero_is_the_plain_area(method: str) -> None:
    u = np.random.default_rng(4).uniform(0, 1, (len(WEEKS), 3))
    np.testing.assert_allclose(qalys(u, WEEKS, 0, method), np.trapezoid(u, WEEKS, axis=0), rtol=1e-13)


@pytest.mark.parametrize("rate", [0, 0.015, 0.06])
def test_full_health_is_discounted_life_years(rate: float) -> None:
    force = math.log1p(rate)
    area = WEEKS[-1] if not rate else (1 - math.exp(-force * WEEKS[-1])) / force
    assert qalys(np.ones(len(WEEKS)), WEEKS, rate) == pytest.approx(area, rel=1e-12)


def test_whole_years_weigh_as_at_their_start() -> None:
    assert qalys([1, 1], [0, 3], 0.05, "yearly") == pytest.approx(1 + 1.05**-1 + 1.05**-2, rel=1e-14)
    assert factors([0, 0.99, 1, 2.5], 0.05, "yearly") == pytest.approx([1, 1, 1.05**-1, 1.05**-2])
    assert factors(1, 0.05) == pytest.approx(1 / 1.05)


@given(
    rate=st.floats(0, 0.2),
    points=st.lists(st.tuples(st.floats(0.001, 2), st.floats(-0.5, 1)), min_size=2, max_size=12),
    method=st.sampled_from(["continuous", "yearly"]),
)
@settings(max_examples=60, deadline=None)
def test_the_area_is_that_of_a_fine_sum(rate: float, points: list[tuple[float, float]], method: str) -> None:
    """Straight lines between points far apart are integrated as if cut into many."""
    times = np.cumsum([step for step, _ in points])
    u = np.array([value for _, value in points])
    fine = np.unique(np.concatenate([np.linspace(times[0], times[-1], 20_001), times]))
    middle = (fine[1:] + fine[:-1]) / 2
    plain = np.sum(np.interp(middle, times, u) * factors(middle, rate, method) * np.diff(fine))
    assert qalys(u, times, rate, method) == pytest.approx(plain, abs=2e-3 if method == "yearly" else 1e-6)


def test_discounting_refuses_what_makes_no_sense() -> None:
    with pytest.raises(SpinesimError, match=r"discount rate is -0\.1"):
        factors(1, -0.1)
    with pytest.raises(SpinesimError, match="'monthly'; choose continuous or yearly"):
        weights([0, 1], 0.03, "monthly")
    with pytest.raises(SpinesimError, match="times that rise"):
        weights([0, 0], 0.03)


# -- choice --------------------------------------------------------------------------------------------------

ARMS = ["usual", "a", "b", "c", "d"]


def one_draw(*pairs: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([[cost for cost, _ in pairs]], dtype=float), np.array(
        [[e for _, e in pairs]], dtype=float
    )


@pytest.mark.parametrize(
    ("cost", "effect", "ratio", "words"),
    [
        (0, 0, None, "undefined: no difference"),
        (5, 0, None, "undefined: same health, costs more"),
        (-5, 0, None, "undefined: same health, costs less"),
        (-5, 0.1, None, "dominant"),
        (0, 0.1, None, "dominant"),
        (5, -0.1, None, "dominated"),
        (0, -0.1, None, "dominated"),
        (50, 0.1, 500, "500 per QALY gained"),
        (-50, -0.1, 500, "given up"),
    ],
)
def test_a_ratio_is_said_only_where_it_means_something(
    cost: float, effect: float, ratio: float | None, words: str
) -> None:
    found, says = decide.icer(cost, effect)
    assert words in says
    assert math.isnan(found) if ratio is None else found == pytest.approx(ratio)


def test_the_same_arm_twice_differs_by_exactly_nothing() -> None:
    rng = np.random.default_rng(2)
    cost, effect = rng.gamma(2, 900, 500), rng.normal(0.7, 0.2, 500)
    costs, effects = np.column_stack([cost, cost]), np.column_stack([effect, effect])
    row = decide.incremental(costs, effects, ["usual", "usual again"]).iloc[1]
    assert row["incremental_cost"] == 0 and row["incremental_effect"] == 0 and math.isnan(row["icer"])
    assert row["says"].startswith("undefined")
    shares = decide.quadrants(decide.plane(costs, effects, ["usual", "usual again"])).set_index("quadrant")
    assert shares.loc["no difference in health or cost", "share"] == 1
    assert decide.frontier(costs, effects, ["usual", "again"])["standing"][1] == "same as usual"
    curve = decide.acceptability(costs, effects, ["usual", "again"], [0, 5e4])
    assert (curve["probability"] == 0.5).all()


def test_a_frontier_known_by_hand() -> None:
    """a is dominated by usual; b lies above the line from usual to c; d is on the frontier."""
    costs, effects = one_draw((1000, 0.5), (1200, 0.45), (3000, 0.52), (4000, 0.60), (9000, 0.65))
    table = decide.frontier(costs, effects, ARMS).set_index("arm")
    assert table.loc["a", "standing"] == "dominated"
    assert table.loc["b", "standing"] == "extendedly dominated"
    assert list(table.index[table["standing"] == "on the frontier"]) == ["usual", "c", "d"]
    assert table.loc["c", "icer"] == pytest.approx(3000 / 0.1) and table.loc["c", "versus"] == "usual"
    assert table.loc["d", "icer"] == pytest.approx(5000 / 0.05) and table.loc["d", "versus"] == "c"


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=6, unique=True))
@settings(max_examples=200, deadline=None)
def test_the_frontier_holds_every_best_buy(pairs: list[tuple[int, int]]) -> None:
    """Whatever a QALY is worth, an arm of the most net benefit is on the frontier; ratios along it rise."""
    costs, effects = one_draw(*pairs)
    names = [str(i) for i in range(len(pairs))]
    table = decide.frontier(costs, effects, names)
    front = table.loc[table["standing"] == "on the frontier"]
    ratios = front["icer"].to_numpy()[1:]
    assert (np.diff(ratios) > 0).all() and (front["effect"].diff().dropna() > 0).all()
    for worth in (0.01, 0.3, 1, 2.5, 7, 1000):
        benefit = decide.net_benefit(costs, effects, worth)[0]
        best = {names[i] for i in np.flatnonzero(benefit >= benefit.max() - 1e-9)}
        assert best & set(front["arm"])


def sample(draws: int = 400, arms: int = 3) -> tuple[np.ndarray, np.ndarray, list[str]]:
    rng = np.random.default_rng(11)
    costs = rng.gamma(4, 500, (draws, arms)) + 300 * np.arange(arms)
    return costs, rng.normal(0.7, 0.05, (draws, arms)) + 0.01 * np.arange(arms), ARMS[:arms]


def test_acceptability_sums_to_one_and_its_frontier_is_the_best_on_average() -> None:
    costs, effects, arms = sample()
    thresholds = np.linspace(0, 200_000, 41)
    table = decide.acceptability(costs, effects, arms, thresholds)
    sums = table.groupby("threshold")["probability"].sum()
    np.testing.assert_allclose(sums, 1, atol=1e-12)
    assert (table.groupby("threshold")["frontier"].sum() == 1).all()
    for threshold, rows in table.groupby("threshold"):
        mean = decide.net_benefit(costs, effects, threshold).mean(axis=0)
        assert rows.loc[rows["frontier"], "arm"].item() == arms[int(np.argmax(mean))]
        np.testing.assert_allclose(rows["net_benefit"], mean)


def test_net_health_is_net_money_at_the_threshold() -> None:
    costs, effects, _ = sample()
    worth = 50_000.0
    np.testing.assert_allclose(
        worth * decide.net_health_benefit(costs, effects, worth), decide.net_benefit(costs, effects, worth)
    )
    with pytest.raises(SpinesimError, match="above 0"):
        decide.net_health_benefit(costs, effects, 0)


def test_quadrants_share_out_every_draw() -> None:
    costs, effects, arms = sample()
    shares = decide.quadrants(decide.plane(costs, effects, arms))
    np.testing.assert_allclose(shares.groupby("arm")["share"].sum(), 1)
    origin = pd.DataFrame({"arm": "x", "effect": [1, 1, -1, -1, 0, 0], "cost": [1, -1, -1, 1, 0, -2]})
    found = decide.quadrants(origin).set_index("quadrant")["share"] * 6
    assert found.round(9).to_dict() == {
        "more health, costs more": 1, "more health, costs less": 2, "less health, costs less": 1,
        "less health, costs more": 1, "no difference in health or cost": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("costs", "effects", "says"),
    [([[1, 2]], [[1]], "shape"), ([1, 2], [1, 2], "shape"), ([[1, math.nan]], [[1, 1]], "finite")],
)
def test_arrays_that_do_not_fit_are_refused(costs: list, effects: list, says: str) -> None:
    with pytest.raises(SpinesimError, match=says):
        decide.incremental(costs, effects, ["a", "b"])


def test_names_must_be_as_many_as_arms() -> None:
    with pytest.raises(SpinesimError, match="1 different names for 2 arms"):
        decide.incremental([[1, 2]], [[1, 2]], ["a", "a"])
