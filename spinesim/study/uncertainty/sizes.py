"""How large each kind of not knowing is, in one unit: chance, numbers, readers; and who is the best buy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from spinesim.errors import SpinesimError
from spinesim.study.compare import interval
from spinesim.study.uncertainty.measure import Arrays, check_outcome
from spinesim.study.uncertainty.result import WIDE, Uncertainty
from spinesim.study.uncertainty.sample import Sampler

Kind = Literal["all", "published", "assumed"]


class Size(NamedTuple):
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


def of_kind(sampler: Sampler, kind: Kind) -> Sampler:
    """Only the numbers that rest on papers (read there or fitted to them), or only the assumptions.

    What was fitted or must sum to 1 together stays together, whichever kind it is of.
    """
    if kind == "all":
        return sampler
    known = sampler.evidence
    return sampler.reading(frozenset(key for key in sampler.ids if known[key].assumed == (kind == "assumed")))


def widths(found: Uncertainty, outcome: str, arm: int = 1) -> tuple[Size, Size]:
    """Width of the 95 % interval of a difference that chance alone makes, and that the numbers alone make.

    Parameters
    ----------
    found : Uncertainty
    outcome : str
    arm : int
        Position of the arm that is set beside the first.

    Returns
    -------
    tuple of Size
        Chance (so many people, numbers known) and numbers (endless people), in the outcome's unit.
    """
    o = found.outcomes.index(check_outcome(outcome, found.outcomes))
    chance, numbers = found.luck(arm, o), found.between(arm, o)
    return _width(*chance), _width(*numbers)


def _width(variance: float, error: float) -> Size:
    low, high = variance - WIDE * error, variance + WIDE * error
    value, low, high = (2 * WIDE * math.sqrt(max(one, 0.0)) for one in (variance, low, high))
    return Size(value, low, high)


def reader_gap(read: Mapping[str, Arrays], outcome: str, name: str, arm: int = 1) -> Size:
    """One reader's difference between two arms, its interval from the luck of so many people.

    Parameters
    ----------
    read : mapping of str to dict
        What `measure` returned, by reader.
    outcome, name : str
    arm : int
    """
    one = read[name]
    o = [str(key) for key in one["outcomes"]].index(outcome)
    gap = one["means"][:, arm, o] - one["means"][:, 0, o]
    mean = float(np.average(gap, weights=one["sizes"]))
    half = WIDE * float(one["spread"][arm, o]) / math.sqrt(float(one["sizes"].sum()))
    return Size(mean, mean - half, mean + half)


def reader_range(read: Mapping[str, Arrays], outcome: str, arm: int = 1) -> Size:
    """How far the readers are apart: the largest of their differences less the smallest.

    The interval is a t interval over the batches of people, which all readers share; which two readers are
    the farthest apart is taken as known.
    """
    means = {name: reader_gap(read, outcome, name, arm).value for name in read}
    top, bottom = max(means, key=means.__getitem__), min(means, key=means.__getitem__)

    def gaps(name: str) -> np.ndarray:
        one = read[name]
        o = [str(key) for key in one["outcomes"]].index(outcome)
        return np.asarray(one["means"][:, arm, o] - one["means"][:, 0, o])

    _, low, high = interval(gaps(top) - gaps(bottom))
    return Size(means[top] - means[bottom], max(low, 0.0), high)


def best_buy(found: Uncertainty, threshold: float, view: str = "health_system", arm: int = 1) -> Size:
    """Share of the draws (0-1) in which an arm has more net benefit than the first; Wilson's interval.

    Raises
    ------
    SpinesimError
        If willingness to pay is below 0.
    """
    if threshold < 0:
        raise SpinesimError(f"Willingness to pay is {threshold:g}; give money per QALY of 0 or above.")
    costs, health = found.money_and_health(view)
    gain = threshold * (health[:, arm] - health[:, 0]) - (costs[:, arm] - costs[:, 0])
    better = int((gain > 0).sum())
    from scipy import stats  # here, since it is slow to import

    ends = stats.binomtest(better, len(gain)).proportion_ci(method="wilson")
    return Size(better / len(gain), float(ends.low), float(ends.high))
