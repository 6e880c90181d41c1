"""The value of information against the exact answers of normal cases; 4 standard errors everywhere."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinesim.errors import SpinesimError
from spinesim.study.value.information import (
    best_value,
    evpi,
    evpi_curve,
    evpi_normal,
    evppi,
    for_population,
    information_table,
)

DRAWS = 3_000


def against_nothing(gain: np.ndarray) -> np.ndarray:
    return np.column_stack([np.zeros(len(gain)), gain])


@pytest.mark.parametrize(("mean", "exact"), [(0, 398.94), (500, 197.80), (-500, 197.80)])
def test_evpi_of_a_normal_net_benefit(mean: float, exact: float) -> None:
    assert evpi_normal(mean, 1000) == pytest.approx(exact, abs=0.005)
    gain = np.random.default_rng(7).normal(mean, 1000, 20_000)
    found = evpi(against_nothing(gain))
    assert abs(found.value - exact) < 4 * found.se


def test_the_standard_error_is_the_spread_over_samples() -> None:
    rng = np.random.default_rng(8)
    again = [evpi(against_nothing(rng.normal(500, 1000, 1_000))) for _ in range(400)]
    spread = np.std([one.value for one in again], ddof=1)
    assert np.mean([one.se for one in again]) == pytest.approx(spread, rel=4 / math.sqrt(2 * 400))


def test_without_doubt_there_is_nothing_to_learn() -> None:
    assert evpi_normal(300, 0) == 0
    certain = np.tile([100.0, 250.0, 30.0], (200, 1))
    assert evpi(certain).value == 0 and best_value(certain) == (250.0, 1)
    assert evppi(certain, np.random.default_rng(1).normal(size=200)).value == 0
    same = np.random.default_rng(1).normal(size=(200, 1)).repeat(2, axis=1)
    assert evpi(same).value == 0 and evppi(same, same[:, 0]).value == 0


@pytest.fixture(scope="module", params=[3, 4])
def bivariate(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """Gain 200 + 700 X + 500 Y + 300 E, with X, Y standard normal of correlation .5 and E of its own."""
    rng = np.random.default_rng(request.param)
    x, z, e = rng.standard_normal((3, DRAWS))
    y = 0.5 * x + math.sqrt(0.75) * z
    return against_nothing(200 + 700 * x + 500 * y + 300 * e), np.column_stack([x, y])


X_ALONE = evpi_normal(200, 700 + 0.5 * 500)
Y_ALONE = evpi_normal(200, 500 + 0.5 * 700)
BOTH = evpi_normal(200, math.sqrt(700**2 + 500**2 + 700 * 500))
ALL = evpi_normal(200, math.sqrt(700**2 + 500**2 + 700 * 500 + 300**2))


def test_evppi_of_a_bivariate_normal(bivariate: tuple[np.ndarray, np.ndarray]) -> None:
    benefit, known = bivariate
    for columns, exact in ((known[:, 0], X_ALONE), (known[:, 1], Y_ALONE), (known, BOTH)):
        found = evppi(benefit, columns)
        assert abs(found.value - exact) < 4 * found.se, (found, exact)
        assert found.se < 0.1 * exact
    whole = evpi(benefit)
    assert abs(whole.value - ALL) < 4 * whole.se


def test_part_of_the_truth_is_worth_no_more_than_all(bivariate: tuple[np.ndarray, np.ndarray]) -> None:
    benefit, known = bivariate
    whole, both = evpi(benefit).value, evppi(benefit, known).value
    assert 0 <= evppi(benefit, known[:, 0]).value <= both <= whole


def test_what_has_no_bearing_is_worth_nothing(bivariate: tuple[np.ndarray, np.ndarray]) -> None:
    benefit, _ = bivariate
    idle = np.random.default_rng(99).normal(size=DRAWS)
    found = evppi(benefit, idle)
    assert found.value <= 4 * found.se + 0.005 * ALL


def test_a_curved_effect_is_found() -> None:
    """Gain 800 (X^2 - 1) + noise: a straight line would see nothing; exactly E[max(0, .)] by integration."""
    rng = np.random.default_rng(21)
    x = rng.standard_normal(DRAWS)
    benefit = against_nothing(800 * (x**2 - 1) + rng.normal(0, 400, DRAWS))
    exact = 800 * 2 * math.exp(-0.5) / math.sqrt(2 * math.pi)  # E[(X^2 - 1) 1(|X| > 1)] = 2 phi(1)
    found = evppi(benefit, x)
    assert abs(found.value - exact) < 4 * found.se


def test_two_that_only_act_together_are_found() -> None:
    """Gain 900 X Y: each alone is worth nothing, both together E|XY|/2 x 900 = 900/pi."""
    rng = np.random.default_rng(31)
    x, y = rng.standard_normal((2, DRAWS))
    benefit = against_nothing(900 * x * y + rng.normal(0, 200, DRAWS))
    together = evppi(benefit, np.column_stack([x, y]))
    assert abs(together.value - 900 / math.pi) < 4 * together.se
    alone = evppi(benefit, x)
    assert alone.value < 0.1 * together.value


@pytest.mark.parametrize(("parameters", "mean"), [(1, 150), (10, 200)])
def test_weak_parameters_in_much_noise_are_neither_lost_nor_inflated(parameters: int, mean: float) -> None:
    """Each of ten parameters is worth 20 to 100, the noise 300: on average over samples the exact value."""
    slopes = np.linspace(100, 20, 10)
    exact = evpi_normal(mean, math.sqrt(np.sum(slopes[:parameters] ** 2)))
    found = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((1_000, 10))
        benefit = against_nothing(mean + x @ slopes + rng.normal(0, 300, 1_000))
        found.append(evppi(benefit, x[:, :parameters]))
    values = np.array([one.value for one in found])
    assert abs(values.mean() - exact) < 4 * values.std(ddof=1) / math.sqrt(10)
    assert np.mean([one.se for one in found]) == pytest.approx(values.std(ddof=1), rel=4 / math.sqrt(2 * 10))


def test_three_arms_are_compared_at_once() -> None:
    """X decides between the second and third arm; known by brute force over a fine grid of X."""
    rng = np.random.default_rng(41)
    x = rng.standard_normal(DRAWS)
    noise = rng.normal(0, 300, (DRAWS, 3))
    means = np.column_stack([np.full(DRAWS, 100.0), 600 * x, -500 * x + 50])
    grid = np.random.default_rng(0).standard_normal(2_000_000)
    exact = np.maximum(np.maximum(100, 600 * grid), -500 * grid + 50).mean() - 100
    found = evppi(means + noise, x)
    assert abs(found.value - exact) < 4 * found.se


def test_a_coin_is_a_parameter_too() -> None:
    rng = np.random.default_rng(51)
    coin = rng.integers(0, 2, DRAWS).astype(float)
    benefit = against_nothing(1000 * (coin - 0.5) + rng.normal(0, 100, DRAWS))
    found = evppi(benefit, coin)
    assert abs(found.value - 250) < 4 * found.se


def test_the_table_puts_the_whole_first(bivariate: tuple[np.ndarray, np.ndarray]) -> None:
    benefit, known = bivariate
    table = information_table(
        np.zeros_like(benefit), benefit / 50_000, 50_000,
        {"y": known[:, 1], "x": known[:, 0], "fixed": np.ones(DRAWS)},
    )  # fmt: skip
    assert list(table["information"]) == ["everything", "x", "y", "fixed"]
    assert table["share"][0] == 1 and table["value"].iloc[-1] == 0
    curve = evpi_curve(np.zeros_like(benefit), benefit / 50_000, [0, 50_000])
    assert curve["value"][0] == 0 and curve["value"][1] == pytest.approx(table["value"][0])


def test_a_population_adds_up_its_years() -> None:
    assert for_population(2.0, 1000, 3, 0) == pytest.approx(6000)
    assert for_population(2.0, 1000, 2, 0.05) == pytest.approx(2000 * (1 + 1 / 1.05))
    with pytest.raises(SpinesimError, match="at least one year"):
        for_population(1, 1, 0, 0.03)


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(SpinesimError, match="too few"):
        evppi(np.zeros((20, 2)), np.zeros(20))
    with pytest.raises(SpinesimError, match="one finite value for each of the 60 draws"):
        evppi(np.zeros((60, 2)), np.zeros(59))
