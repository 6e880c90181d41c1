"""One number of the model with its source and its uncertainty: `Parameter`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import NormalDist
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from spinesim.errors import SpinesimError
from spinesim.evidence.figures import (
    CERTAINTIES,
    UNCONFIRMED,
    Figure,
    amount,
    check_numbers,
    is_proportion,
    is_ratio,
    text_of,
)
from spinesim.evidence.ranges import check_value

__all__ = ["CHANGED", "Figure", "Parameter"]

FloatArray = NDArray[np.float64]
Kind = Literal["fixed", "beta", "lognormal", "gamma", "normal"]

CHANGED = "changed by user"
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_Z_95 = 1.96


@dataclass(frozen=True)
class Parameter:
    """One number of the model, where it came from and how sure it is.

    Attributes
    ----------
    id : str
        For example ``physiotherapy.max_relief``.
    value : float
        The number the model uses, in `unit`.
    low, high : float or None
        Bounds; both or neither.
    interval : str
        What the bounds are: "95% CI" (also when empty), another percentage ("90% CrI"), "IQR"
        (taken as 50%), "range" or "plausible" (both taken as 95%).
    source : str
        Evidence ids separated by ``;``, or ``assumption``, or ``calibrated:<targets>``.
    certainty : str
        high, moderate, low, very low or assumption.
    checked : bool
        Whether the number was read at its source.
    studies : tuple of str
        Names of the studies behind `source`, filled by the loader.
    unchecked : tuple of str
        Evidence ids in `source` which were never checked, filled by the loader.

    Raises
    ------
    SpinesimError
        If a number is not finite, bounds do not enclose the value, the value is not one its unit
        permits (`spinesim.evidence.ranges`), or certainty or interval is not understood.
    """

    id: str
    quantity: str
    value: float
    low: float | None = None
    high: float | None = None
    interval: str = ""
    unit: str = ""
    source: str = "assumption"
    certainty: str = "assumption"
    checked: bool = False
    notes: str = ""
    studies: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_numbers(self.id, self.unit, {"value": self.value, "low": self.low, "high": self.high})
        if self.certainty not in (*CERTAINTIES, "assumption"):
            raise SpinesimError(
                f"row '{self.id}', column certainty: '{self.certainty}' is not one of "
                f"{', '.join(CERTAINTIES)}, assumption; write one of these."
            )
        check_value(self.id, self.unit, self.value)
        if is_ratio(self.unit) and self.low is not None and self.low <= 0:
            raise SpinesimError(
                f"row '{self.id}', column low: must be above 0 for the unit '{self.unit}'; "
                "mend the number or the unit."
            )
        _z(self.id, self.interval)

    @property
    def assumed(self) -> bool:
        """Whether this is an assumption rather than a published figure."""
        return self.certainty == "assumption" or "assumption" in self.source.replace(" ", "").split(";")

    @property
    def calibrated(self) -> bool:
        """Whether the model was fitted to find this number."""
        return self.source.startswith("calibrated:")

    @property
    def changed(self) -> bool:
        """Whether `Evidence.change` replaced the value."""
        return self.notes.startswith(CHANGED)

    @property
    def unconfirmed(self) -> bool:
        """Whether the number, or any source of it, was never checked."""
        return not self.checked or bool(self.unchecked)

    @cached_property
    def _shape(self) -> tuple[Kind, float, float]:
        """Kind, then: beta a, b; lognormal log-mean, log-SD; gamma shape, scale; normal mean, SD."""
        value, low, high = self.value, self.low, self.high
        if low is None or high is None or low == high:
            return "fixed", value, 0.0
        wide = 2 * _z(self.id, self.interval)
        if is_ratio(self.unit):
            return "lognormal", math.log(value), math.log(high / low) / wide
        sd = (high - low) / wide
        if is_proportion(self.unit):
            if value in (0, 1):
                return "fixed", value, 0.0
            people = max(value * (1 - value) / sd**2 - 1, 1.0)  # clipped: never vaguer than one person seen
            return "beta", value * people, (1 - value) * people
        if low >= 0:
            return ("gamma", (value / sd) ** 2, sd**2 / value) if value > 0 else ("fixed", value, 0.0)
        return "normal", value, sd

    @property
    def kind(self) -> Kind:
        """Which distribution is derived: fixed, beta, lognormal, gamma or normal.

        Fixed without an interval, for a proportion of exactly 0 or 1, and for a non-negative number
        of exactly 0; beta for a proportion or probability; lognormal for a ratio; gamma for other
        numbers whose low is 0 or above; otherwise normal.
        """
        return self._shape[0]

    @cached_property
    def distribution(self) -> Any:
        """Frozen `scipy.stats` distribution of the uncertainty about the value.

        The mean is `value` (for a ratio, the median) and the SD comes from the width of the
        interval, (high - low) / (2 x 1.96) at 95% (for a ratio, on the log scale). A ``range`` is
        taken as a 95% interval.
        """
        from scipy import stats  # here, since it is slow to import

        kind, first, second = self._shape
        if kind == "beta":
            return stats.beta(first, second)
        if kind == "lognormal":
            return stats.lognorm(s=second, scale=math.exp(first))
        if kind == "gamma":
            return stats.gamma(first, scale=second)
        if kind == "normal":
            return stats.norm(first, second)
        return stats.rv_discrete(name="fixed", values=([0], [1.0]))(loc=first)

    @overload
    def ppf(self, u: float) -> float: ...
    @overload
    def ppf(self, u: FloatArray) -> FloatArray: ...
    def ppf(self, u: float | FloatArray) -> float | FloatArray:
        """Turn uniforms into plausible values by inverse CDF.

        Parameters
        ----------
        u : float or ndarray
            Strictly between 0 and 1.

        Returns
        -------
        float or ndarray
            In `unit`, the shape of `u`.

        Raises
        ------
        SpinesimError
            If any `u` is not strictly between 0 and 1.
        """
        uniforms = np.asarray(u, dtype=np.float64)
        if not bool(((uniforms > 0) & (uniforms < 1)).all()):
            raise SpinesimError(f"{self.id}: ppf needs numbers above 0 and below 1; use Draws.")
        if self.kind == "fixed":
            values = np.full(uniforms.shape, self.value)
        else:
            values = np.asarray(self.distribution.ppf(uniforms), dtype=np.float64)
        return float(values) if values.ndim == 0 else values

    @property
    def sample_sd(self) -> float:
        """Standard deviation of the sampled values, in `unit`; 0 when fixed."""
        kind, first, second = self._shape
        if kind == "beta":
            return math.sqrt(first * second / (first + second + 1)) / (first + second)
        if kind == "lognormal":
            return math.exp(first + second**2 / 2) * math.sqrt(math.expm1(second**2))
        if kind == "gamma":
            return math.sqrt(first) * second
        return second

    def with_value(self, value: float) -> Parameter:
        """Return this parameter with the user's own value and no interval."""
        was = "" if self.changed else f" (was {self.value:g})" + (f"; {self.notes}" if self.notes else "")
        notes = self.notes if self.changed else CHANGED + was
        return replace(self, value=value, low=None, high=None, interval="", notes=notes)

    def restated(
        self,
        value: float,
        notes: str,
        source: str,
        certainty: str,
        studies: tuple[str, ...],
        unchecked: tuple[str, ...],
    ) -> Parameter:
        """Return this parameter with another value and what that one rests on, without an interval."""
        checked = bool(studies) and not unchecked and certainty != "assumption"
        return replace(
            self, value=value, low=None, high=None, interval="", notes=notes, source=source,
            certainty=certainty, checked=checked, studies=studies, unchecked=unchecked,
        )  # fmt: skip

    def card(self) -> str:
        """Return quantity, value, interval, studies and certainty as plain text, with its warnings."""
        spread = "fixed" if self.kind == "fixed" else f"{self.kind}, SD {self.sample_sd:.3g}"
        lines = [
            self.id,
            f"{self.quantity}: {amount(self.value, self.low, self.high, self.interval, self.unit)}",
            f"in uncertainty runs: {spread}",
            *(f"study: {study}" for study in self.studies),
            f"certainty: {self.certainty}",
        ]
        flags = ["ASSUMPTION: no published figure"] if self.assumed else []
        if self.unconfirmed:
            flags.append(UNCONFIRMED + (f" ({', '.join(self.unchecked)})" if self.unchecked else ""))
        return text_of(lines, self.source, self.notes, flags)


def _z(row: str, interval: str) -> float:
    """Return the normal quantile for half the interval: 1.96 for 95%, also for empty or a range."""
    words = interval.casefold()
    percent = _PERCENT.search(words)
    if percent is None and "iqr" not in words:
        if words and "range" not in words and "plausible" not in words:
            raise SpinesimError(
                f"row '{row}', column interval: '{interval}' is not understood; "
                "write '95% CI', 'IQR', 'range' or leave it empty."
            )
        return _Z_95
    level = float(percent[1]) if percent else 50.0
    if not 0 < level < 100:
        raise SpinesimError(f"row '{row}', column interval: {level:g}% is no interval; write '95% CI'.")
    return _Z_95 if level == 95 else NormalDist().inv_cdf(0.5 + level / 200)
