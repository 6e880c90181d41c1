"""Where EVPPI and the ICER's interval can go wrong unseen: bias, standard error, bounds, by hand.

With a coin as the only parameter the regression is the mean of each half, so that everything has an answer
on paper: the mean of a half, drawn again, is normal around it with the variance of its residuals over 30.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from spinesim.study.value import information
from spinesim.study.value.information import Estimate, evpi, evppi
from spinesim.study.value.regression import fit
from spinesim.study.value.table import RESAMPLES, _ratio_interval

HALF, MANY = 30, 20_000
COIN = np.repeat([0.0, 1.0], HALF)


def halves(low: float, high: float, noise: float) -> np.ndarray:
    """Net benefit of a second arm: mean `low` if the coin is 0, `high` if it is 1; the first arm has 0."""
    spread = stats.norm.ppf((np.arange(HALF) + 0.5) / HALF)
    spread *= noise / spread.std()
    return np.column_stack([np.zeros(2 * HALF), np.concatenate([low + spread, high - spread])])


def above_zero(mean: float, sd: float) -> tuple[float, float]:
    """Mean and SD of max(Z, 0) for a normal Z."""
    z = mean / sd
    first = sd * stats.norm.pdf(z) + mean * stats.norm.cdf(z)
    second = (sd**2 + mean**2) * stats.norm.cdf(z) + mean * sd * stats.norm.pdf(z)
    return float(first), math.sqrt(second - first**2)


@pytest.mark.parametrize(("low", "high", "noise"), [(-2.0, 0.1, 1.0), (-1.2, 1.0, 1.0), (-2.0, 1.0, 0.5)])
def test_the_bias_of_the_fit_is_taken_off_and_both_errors_are_counted(
    monkeypatch: pytest.MonkeyPatch, low: float, high: float, noise: float
) -> None:
    """Best of two noisy halves is too high by chance, and so is that of their mean, which is taken off."""
    monkeypatch.setattr(information, "RESAMPLES", MANY)
    found = evppi(halves(low, high, noise), COIN)
    sd = noise * math.sqrt(60 / 58) / math.sqrt(HALF)  # of a half's mean; two means were fitted to 60
    upper, spread = above_zero(high, sd)
    lower, _ = above_zero(low, sd)
    whole, _ = above_zero((low + high) / 2, sd / math.sqrt(2))
    again = (upper + lower) / 2 - whole  # what a resample finds on average
    assert abs(found.value - (2 * (high / 2) - again)) < 4 * spread / 2 / math.sqrt(MANY)
    draws = high / 2 * math.sqrt(60 / 59) / math.sqrt(60)  # half the draws gain `high`, half nothing
    if whole < 1e-6:  # else the subtracted mean varies too, with its own half
        assert found.se == pytest.approx(math.hypot(spread / 2, draws), rel=4 / math.sqrt(2 * MANY))


def test_residuals_are_as_large_as_the_noise_they_stand_for() -> None:
    """Two means of 60 draws leave 58 degrees of freedom."""
    gap = halves(-1.0, 2.0, 1.0)[:, 1:]
    made = fit((COIN[:, None] - 0.5) * 2, gap)
    means = np.repeat([-1.0, 2.0], HALF)
    assert made.fitted[:, 0] == pytest.approx(means)
    assert made.residuals[:, 0] == pytest.approx((gap[:, 0] - means) * math.sqrt(60 / 58))


def test_part_is_never_worth_more_than_all_nor_less_than_nothing() -> None:
    """The correction alone would say more than EVPI (means of -1 and 1), or less than 0 (a gain of 0.01)."""
    even = halves(-1.0, 1.0, 0.3)
    assert (even[:HALF, 1] < 0).all() and (even[HALF:, 1] > 0).all()  # the coin tells all there is to know
    assert evppi(even, COIN).value == evpi(even).value == pytest.approx(0.5)
    assert evppi(halves(-2.0, 0.01, 1.0), COIN).value == 0.0


def test_what_no_arm_can_gain_is_worth_nothing_for_sure() -> None:
    constant = np.column_stack([np.zeros(60), np.full(60, 3.0)])
    assert evppi(constant, COIN) == Estimate(0.0, 0.0)
    assert evppi(halves(-1, 1, 1), np.ones(60)) == Estimate(0.0, 0.0)
    assert evppi(np.zeros((60, 1)), COIN) == Estimate(0.0, 0.0)


# -- the interval of a ratio ----------------------------------------------------------------------------

NORMAL = stats.norm.ppf((np.arange(400) + 0.5) / 400)
QUANTILE_ERROR = math.sqrt(0.025 * 0.975 / RESAMPLES) / stats.norm.pdf(1.96)
"""Monte Carlo standard error of a resampled 2.5 % point, in standard errors of the mean."""


def test_the_interval_of_a_ratio_is_95_per_cent_and_of_the_mean() -> None:
    """With one QALY each the ratio is the mean cost: its mean ± 1.96 standard errors."""
    cost = 500 + 100 * NORMAL
    low, high = _ratio_interval(cost, np.ones(400))
    error = cost.std() / math.sqrt(400)
    for bound, side in ((low, -1), (high, 1)):
        assert abs(bound - (500 + side * 1.96 * error)) < 4 * QUANTILE_ERROR * error


def test_cost_and_health_are_drawn_together() -> None:
    """Where every person pays 3 for each unit they gain, every resample says 3."""
    effect = 2 + NORMAL
    assert _ratio_interval(3 * effect, effect) == pytest.approx((3.0, 3.0), rel=1e-12)


def test_a_ratio_whose_sign_is_open_has_no_interval() -> None:
    sure, open_ = 5 + NORMAL, NORMAL
    assert all(map(math.isfinite, _ratio_interval(sure, sure[::-1])))
    assert all(map(math.isfinite, _ratio_interval(-sure, -sure[::-1])))  # less health for less money
    for cost, effect in ((sure, open_), (open_, sure), (open_, open_)):
        assert all(map(math.isnan, _ratio_interval(cost, effect)))
    assert all(map(math.isnan, _ratio_interval(np.ones(1), np.ones(1))))
