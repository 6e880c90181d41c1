"""What a probabilistic analysis found: `Uncertainty`, with its tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.study.simulation import Plan
from spinesim.study.uncertainty.measure import check_outcome, unit_of
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
        table["unit"] = table["outcome"].map({name: unit_of(name) for name in self.outcomes})
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
                rows.append(
                    (outcome, arm, values.mean(), *np.percentile(values, [LOW, HIGH]), unit_of(outcome))
                )
        return pd.DataFrame(rows, columns=["outcome", "arm", "mean", "low", "high", "unit"])

    def differences(self) -> pd.DataFrame:
        """Difference from the reference: mean and 95 % of the draws, and the share of them above 0."""
        rows = []
        for o, outcome in enumerate(self.outcomes):
            for a, arm in enumerate(self.arms[1:], start=1):
                gap = self._expected[:, a, o] - self._expected[:, 0, o]
                low, high = np.percentile(gap, [LOW, HIGH])
                rows.append(
                    (outcome, arm, self.arms[0], gap.mean(), low, high, (gap > 0).mean(), unit_of(outcome))
                )
        names = ["outcome", "arm", "versus", "difference", "low", "high", "share_above_0", "unit"]
        return pd.DataFrame(rows, columns=names)

    def decomposition(self) -> pd.DataFrame:
        """Where the uncertainty of each difference comes from.

        Returns
        -------
        DataFrame
            One row per outcome and arm but the first, in the outcome's unit:
            ``difference`` at the base values (mean of the replications) and ``mean_of_draws``;
            ``parameter_sd`` (the noise of few people taken out) and ``parameter_low/high`` (centiles of the
            draws as they are, which still hold that noise); ``first_order_low/high/sd`` (of one study of so
            many people, numbers known); ``both_sd``, ``both_low/high`` (mean of the draws ± 1.96 SD);
            ``parameter_share`` of the variance of both, with what 95 % of such analyses would say
            (``_low``, ``_high``: the error of the parameters' part alone); ``mc_se``: what having simulated
            so few people leaves uncertain about the mean of the draws (more draws do not lower it: more
            people do).
        """
        rows = []
        for o, outcome in enumerate(self.outcomes):
            for a, arm in enumerate(self.arms[1:], start=1):
                again = self.replicated[:, a, o] - self.replicated[:, 0, o]
                gap = self._expected[:, a, o] - self._expected[:, 0, o]
                low, high = np.percentile(gap, [LOW, HIGH])
                variance, error = self.between(a, o)
                base, chance = again.mean(), again.std(ddof=1)
                likely = np.maximum(variance + WIDE * error * np.array([0, -1, 1]), 0)
                parameter = float(np.sqrt(likely[0]))
                both = float(np.hypot(parameter, chance))
                whole = likely + chance**2
                shares = np.divide(likely, whole, out=np.full(3, np.nan), where=whole > 0)
                mean = gap.mean()
                mc = float(np.sqrt(np.mean(self.spread[:, a, o] ** 2) / self.patients))
                rows.append(
                    (outcome, arm, self.arms[0], base, mean, parameter, low, high, chance,
                     base - WIDE * chance, base + WIDE * chance, both, mean - WIDE * both, mean + WIDE * both,
                     *shares, mc, unit_of(outcome))
                )  # fmt: skip
        names = [
            "outcome", "arm", "versus", "difference", "mean_of_draws", "parameter_sd", "parameter_low",
            "parameter_high", "first_order_sd", "first_order_low", "first_order_high", "both_sd", "both_low",
            "both_high", "parameter_share", "parameter_share_low", "parameter_share_high", "mc_se", "unit",
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
