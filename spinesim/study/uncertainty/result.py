"""What a probabilistic analysis found: `Uncertainty`, with its tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.study.simulation import Plan
from spinesim.study.uncertainty.measure import check_outcome, money_of, unit_of
from spinesim.study.uncertainty.sample import Sampler

Floats = npt.NDArray[np.float64]
LOW, HIGH = 2.5, 97.5
WIDE = 1.959963984540054  # standard normal quantile of 97.5 %


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """D draws of all uncertain numbers and R replications at the base values, A arms, O outcomes.

    Attributes
    ----------
    arms, outcomes : list of str
        The first arm is the reference.
    patients : int
        People in each draw and run.
    sampler : Sampler
        What varied.
    values : array, shape (D, P)
        Parameter values, columns `sampler.ids`.
    means, sizes : array, shape (D, B, A, O) and (B,)
        Mean over each batch of people, and how many they are.
    spread : array, shape (D, A, O)
        SD between people of their own difference from the reference.
    replicated : array, shape (R, A, O)
        Mean over the people of each replication at the base values.
    replicated_spread : array, shape (R, A, O), optional
        As `spread`, of each replication: how sure the luck of so many people is itself.
    """

    arms: list[str]
    outcomes: list[str]
    patients: int
    sampler: Sampler = field(repr=False)
    values: Floats = field(repr=False)
    means: Floats = field(repr=False)
    sizes: npt.NDArray[np.int64] = field(repr=False)
    spread: Floats = field(repr=False)
    replicated: Floats = field(repr=False)
    plans: tuple[Plan, ...] = field(repr=False, default=())
    replicated_spread: Floats | None = field(repr=False, default=None)

    @property
    def money(self) -> str:
        """Currency and year of every amount, such as ``USD 2025``."""
        return money_of(self.sampler.evidence)

    @cached_property
    def _expected(self) -> Floats:
        weights = self.sizes / self.sizes.sum()
        return np.asarray(np.tensordot(weights, self.means, axes=(0, 1)))

    def expected(self, outcome: str) -> Floats:
        """Mean over people of each draw and arm, shape (D, A)."""
        return self._expected[:, :, self.outcomes.index(check_outcome(outcome, self.outcomes))]

    def draws(self) -> pd.DataFrame:
        """Long: one row per draw, outcome and arm (columns draw, outcome, arm, mean, unit)."""
        index = pd.MultiIndex.from_product(
            [range(len(self._expected)), self.arms, self.outcomes], names=["draw", "arm", "outcome"]
        )
        table = pd.DataFrame({"mean": self._expected.reshape(-1)}, index=index).reset_index()
        table["unit"] = table["outcome"].map({name: unit_of(name, self.money) for name in self.outcomes})
        return table[["draw", "outcome", "arm", "mean", "unit"]]

    def wide(self, outcome: str) -> pd.DataFrame:
        """One row per draw, one column per arm."""
        return pd.DataFrame(self.expected(outcome), columns=self.arms).rename_axis("draw").reset_index()

    def parameters(self) -> pd.DataFrame:
        """One row per draw, one column per parameter that varied, in its unit."""
        return pd.DataFrame(self.values, columns=list(self.sampler.ids)).rename_axis("draw").reset_index()

    def groups(self) -> dict[str, Floats]:
        """Parameter values (D, P of the group) by group: what can only vary together, for EVPPI."""
        at = {key: k for k, key in enumerate(self.sampler.ids)}
        return {name: self.values[:, [at[k] for k in keys]] for name, keys in self.sampler.units.items()}

    def money_and_health(self, view: str = "health_system") -> tuple[Floats, Floats]:
        """Discounted costs of a payer view and QALYs, shape (D, A) each, as `spinesim.study.value` takes."""
        return self.expected(f"cost_{view}"), self.expected("qaly_discounted")

    def summary(self) -> pd.DataFrame:
        """Mean over draws and 95 % interval (centiles of the draws) of each outcome in each arm."""
        rows = []
        for o, outcome in enumerate(self.outcomes):
            for a, arm in enumerate(self.arms):
                values = self._expected[:, a, o]
                low, high = np.percentile(values, [LOW, HIGH])
                rows.append((outcome, arm, values.mean(), low, high, unit_of(outcome, self.money)))
        return pd.DataFrame(rows, columns=["outcome", "arm", "mean", "low", "high", "unit"])

    def differences(self) -> pd.DataFrame:
        """Difference from the reference: mean and 95 % of the draws, and the share of them above 0."""
        rows = []
        for o, outcome in enumerate(self.outcomes):
            for a, arm in enumerate(self.arms[1:], start=1):
                gap = self._expected[:, a, o] - self._expected[:, 0, o]
                low, high = np.percentile(gap, [LOW, HIGH])
                above, unit = (gap > 0).mean(), unit_of(outcome, self.money)
                rows.append((outcome, arm, self.arms[0], gap.mean(), low, high, above, unit))
        names = ["outcome", "arm", "versus", "difference", "low", "high", "share_above_0", "unit"]
        return pd.DataFrame(rows, columns=names)

    def decomposition(self) -> pd.DataFrame:
        """Where the uncertainty of each difference comes from.

        Returns
        -------
        DataFrame
            One row per outcome and arm but the first, in the outcome's unit:
            ``difference`` at the base values (mean of the replications) and ``mean_of_draws``;
            ``parameter_sd`` (the luck of few people taken out) and ``parameter_low/high`` (mean of the draws
            ± 1.96 of it); ``first_order_sd`` (the luck of so many people, numbers known: from the people of
            all draws, see `luck`) and ``first_order_low/high`` (difference ± 1.96 of it); ``both_sd``,
            ``both_low/high`` (mean of the draws ± 1.96 of it);
            ``parameter_share`` of the variance of both, with ``_low`` and ``_high`` that hold the errors of
            both parts; ``replications_sd``: the luck once more, from the replications alone, as a check.

        Notes
        -----
        All draws share their people, so that ``first_order_sd`` is also what few people leave uncertain about
        ``mean_of_draws``; more draws do not lower it, more people do.
        """
        rows = []
        for o, outcome in enumerate(self.outcomes):
            for a, arm in enumerate(self.arms[1:], start=1):
                again = self.replicated[:, a, o] - self.replicated[:, 0, o]
                gap = self._expected[:, a, o] - self._expected[:, 0, o]
                between, luck = self.between(a, o), self.luck(a, o)
                parameter, chance = np.sqrt(max(between[0], 0.0)), np.sqrt(luck[0])
                both, base, mean = np.hypot(parameter, chance), again.mean(), gap.mean()
                scatter = again.std(ddof=1) if len(again) > 1 else np.nan
                rows.append(
                    (outcome, arm, self.arms[0], base, mean, parameter, mean - WIDE * parameter,
                     mean + WIDE * parameter, chance, base - WIDE * chance, base + WIDE * chance, both,
                     mean - WIDE * both, mean + WIDE * both, *_share(between, luck), scatter,
                     unit_of(outcome, self.money))
                )  # fmt: skip
        names = [
            "outcome", "arm", "versus", "difference", "mean_of_draws", "parameter_sd", "parameter_low",
            "parameter_high", "first_order_sd", "first_order_low", "first_order_high", "both_sd", "both_low",
            "both_high", "parameter_share", "parameter_share_low", "parameter_share_high", "replications_sd",
            "unit",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=names)

    def between(self, arm: int, outcome: int) -> tuple[float, float]:
        """Variance between draws of the difference that endless people would show, and its standard error.

        Batches of people are independent, so the covariance between batches over draws holds the parameters'
        part alone: the mean of the products of two different batches is unbiased for it. It may fall below 0
        where there is next to none.
        """
        gap = self.means[:, :, arm, outcome] - self.means[:, :, 0, outcome]
        draws, count = gap.shape
        apart = gap - gap.mean(axis=0)
        if count < 2:
            products = apart[:, 0] ** 2
        else:
            products = (apart.sum(axis=1) ** 2 - (apart**2).sum(axis=1)) / (count * (count - 1))
        return float(products.sum() / (draws - 1)), float(products.std(ddof=1) / np.sqrt(draws))

    def luck(self, arm: int, outcome: int) -> tuple[float, float]:
        """Variance of the difference from the luck of so many people, and its standard error.

        The mean over all draws of the variance between people, over their number: far steadier than the
        scatter of a few replications. As all draws share their people, its error is that of one set of
        people, which the replications show (they have others); without them, that of normal people.
        """
        if self.patients < 2:  # one person has no spread
            again = self.replicated[:, arm, outcome] - self.replicated[:, 0, outcome]
            variance = float(again.var(ddof=1))
            return variance, variance * float(np.sqrt(2 / (len(again) - 1)))
        variance = float(np.mean(self.spread[:, arm, outcome] ** 2) / self.patients)
        normal = variance * float(np.sqrt(2 / (self.patients - 1)))
        if self.replicated_spread is None or len(self.replicated_spread) < 2:
            return variance, normal
        each = self.replicated_spread[:, arm, outcome] ** 2 / self.patients
        return variance, max(normal, float(each.std(ddof=1)))


def _share(between: tuple[float, float], luck: tuple[float, float]) -> tuple[float, float, float]:
    """Share of `between` in both variances, and a 95 % interval that adds the errors of both parts up.

    Each part is moved to the end of its own interval, and the changes are added as squares (the method of
    variance estimates recovery, Zou 2008).
    """

    def share(numbers: float, people: float) -> float:
        numbers, people = max(numbers, 0.0), max(people, 0.0)
        return numbers / (numbers + people) if numbers + people > 0 else 0.0

    (v, v_error), (c, c_error) = between, luck
    if max(v, 0.0) + max(c, 0.0) == 0:
        return float("nan"), float("nan"), float("nan")
    middle = share(v, c)
    wide = float(np.exp(min(WIDE * c_error / c, 50.0))) if c > 0 else 1.0  # variances err by factors
    down = np.hypot(middle - share(v - WIDE * v_error, c), middle - share(v, c * wide))
    up = np.hypot(share(v + WIDE * v_error, c) - middle, share(v, c / wide) - middle)
    return middle, max(middle - float(down), 0.0), min(middle + float(up), 1.0)
