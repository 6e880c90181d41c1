"""How badly figures of the model miss those of the papers.

A published figure is taken as normal around the model's, with three independent errors: the paper's (its
band's half-width divided by 1.96), the model's Monte Carlo error, and, where the model is replaced by its
surrogate, the surrogate's. Errors at two weeks of one series share the calibration's `correlation`, since
the same people were measured. Different series (pain, disability) count as independent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.calibration.file import FloatArray
from spinesim.study.calibration.problem import Problem
from spinesim.study.simulation import finish_all
from spinesim.study.trials import beside

NORMAL_95 = 1.96  # the usual two-sided 95 % normal quantile, as papers use it
SERIES = ["trial", "arm", "versus", "outcome", "measure"]
"""Rows alike in these are one series of the same people."""
COLUMNS = ["trial", "arm", "versus", "outcome", "week", "measure", "paper", "paper_se", "model_se", "row"]


@dataclass(frozen=True)
class Likelihood:
    """The published figures, one row each, and what misses them by how much.

    Attributes
    ----------
    table : DataFrame
        Columns `COLUMNS`. `measure` is ``mean`` or ``sd`` (then `paper` is the logarithm of the published
        SD); `row` is the figure's place among those a model run returns.
    correlation : float
        Between errors at two weeks of one series.
    """

    table: pd.DataFrame
    correlation: float

    def read(self, figures: dict[str, FloatArray]) -> FloatArray:
        """What a model run says of every row: shape (runs, rows of `table`)."""
        rows = self.table["row"].to_numpy()
        spread = (self.table["measure"] == "sd").to_numpy()
        with np.errstate(divide="ignore"):
            sds = np.log(figures["sd"][:, rows])
        return np.where(spread, sds, figures["mean"][:, rows])

    def errors(self, surrogate: FloatArray | None = None) -> FloatArray:
        """Standard error of every row, the surrogate's added where given, shape (rows,)."""
        squares = self.table["paper_se"].to_numpy() ** 2 + self.table["model_se"].to_numpy() ** 2
        return np.sqrt(squares + (0 if surrogate is None else surrogate**2))

    def whitener(self, surrogate: FloatArray | None = None) -> FloatArray:
        """The matrix that turns misses into independent standard normal ones, shape (rows, rows)."""
        series = self.table.groupby(SERIES, sort=False).ngroup().to_numpy()
        same = (series[:, None] == series).astype(float) * self.correlation
        np.fill_diagonal(same, 1.0)
        error = self.errors(surrogate)
        return np.asarray(np.linalg.inv(np.linalg.cholesky(same * error[:, None] * error)))

    def misses(self, model: FloatArray, surrogate: FloatArray | None = None) -> FloatArray:
        """Independent misses in standard errors; `model` and the result have shape (runs, rows)."""
        return (model - self.table["paper"].to_numpy()) @ self.whitener(surrogate).T


def log_likelihood(misses: FloatArray) -> FloatArray:
    """Logarithm of the likelihood up to a constant; NaN counts as impossible. Shape (runs,)."""
    return np.nan_to_num(-0.5 * np.sum(misses**2, axis=1), nan=-np.inf)


def make_likelihood(problem: Problem) -> Likelihood:
    """The published figures beside one run of the model at the shipped values, which gives its own error."""
    rows: list[dict[str, Any]] = []
    for trial, plans in problem.wish(problem.evidence):
        table = beside(trial, {done.arm: done for done in finish_all(list(plans))})
        start = 0 if not rows else rows[-1]["row"] + 1
        for i, one in enumerate(table.itertuples(index=False)):
            half, own = (one.paper_high - one.paper_low) / 2, (one.model_high - one.model_low) / 2
            if not (half > 0 and math.isfinite(one.model_mean)):
                raise SpinesimError(
                    f"{problem.where}, key 'trials': the figure of '{trial.name}' for {one.outcome} at week "
                    f"{one.week} cannot be fitted: "
                    + ("its band has no width." if half <= 0 else "the model has none at the shipped values.")
                )
            common = {"trial": trial.name, "arm": one.arm, "versus": one.versus, "outcome": one.outcome,
                      "week": one.week, "row": start + i}  # fmt: skip
            rows.append(
                common | {"measure": "mean", "paper": one.paper_mean, "paper_se": half / NORMAL_95,
                          "model_se": own / NORMAL_95 if own > 0 else 0.0}
            )  # fmt: skip
            if one.paper_sd > 0:
                # The model's SD of n people has a relative error of about 1/sqrt(2n).
                rows.append(
                    common | {"measure": "sd", "paper": math.log(one.paper_sd),
                              "paper_se": math.log(problem.calibration.sd_within) / NORMAL_95,
                              "model_se": 1 / math.sqrt(2 * one.n)}
                )  # fmt: skip
    return Likelihood(pd.DataFrame(rows, columns=COLUMNS), problem.calibration.correlation)
