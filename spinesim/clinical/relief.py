"""Temporary relief from one treatment: it sets in, holds, and fades."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def daily(days: float) -> float:
    """Share kept each day by something that fades with this time constant (days)."""
    return math.exp(-1 / days)


class Relief:
    """Relief that one treatment gives to everybody in the cohort; one column per quantity, length N.

    Parameters
    ----------
    n : int
        People.
    share : bool
        Whether `limb` and `axial` are shares of pain (0-1) or points (NRS).
    limb, axial : float
        Size in each channel at level 1.
    days : float
        Time constant of fading; 0 means that relief ends at once when it no longer holds.
    onset_days : float
        Time constant of setting in; 0 means at once.
    regrows : float, optional
        For relief that holds until a nerve has regrown: how much fitness slows that; None for any other.

    Attributes
    ----------
    level : array
        How much of the size acts today.
    left : array
        Days for which the level holds before it fades.
    base : array
        Level a person arrived with (earlier treatment): already part of their pain, so it does not count.
    """

    def __init__(
        self,
        n: int,
        *,
        share: bool,
        limb: float,
        axial: float,
        days: float,
        onset_days: float = 0.0,
        regrows: float | None = None,
    ) -> None:
        self.share, self.limb, self.axial, self.regrows = share, limb, axial, regrows
        self.level, self.left, self.base = np.zeros(n), np.zeros(n), np.zeros(n)
        self.keep = np.full(n, daily(days) if days > 0 else 0.0)
        self.days = days
        self.holds = self.based = False
        self.rise = daily(onset_days) if onset_days > 0 else 0.0
        self.coming = np.zeros(n)

    def raise_to(self, row: int, level: float, hold: float = 0.0, longer: float = 1.0) -> None:
        """Bring one person's level up to `level` (never down), holding it `hold` days.

        `longer` stretches the fading time from now on.
        """
        if self.rise:
            self.coming[row] = max(self.coming[row], level - self.level[row])
        else:
            self.level[row] = max(self.level[row], level)
        if hold:
            self.holds = True
            self.left[row] = max(self.left[row], hold)
        if self.days > 0:
            self.keep[row] = daily(self.days * longer)

    def step(self, here: slice, pace: Floats | float = 1.0) -> None:
        """One day; `pace` is how many days of the holding time a day uses up."""
        if self.rise:
            arrived = self.coming[here] * (1 - self.rise)
            self.coming[here] -= arrived
            self.level[here] += arrived
        if self.holds:
            self.left[here] -= pace
            self.level[here] *= np.where(self.left[here] <= 0, self.keep[here], 1.0)
        else:
            self.level[here] *= self.keep[here]
        if self.based:
            self.base[here] *= self.keep[here]

    def acting(self, here: slice) -> Floats:
        """Level that counts today."""
        if self.based:
            counted: Floats = np.maximum(self.level[here] - self.base[here], 0)
            return counted
        return self.level[here]
