"""Diagnostic blocks: a local anaesthetic, a diary of eight hours, and what a positive answer is worth.

False positives of one person resemble each other: with probability ``<step>.false_positive_correlation`` a
later block repeats the answer of the first, so that two of them correlate by just that much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spinesim.clinical.body import Body

Chance = Callable[[str], float]
BLOCKS = {"medial_branch_block": "facet_source", "si_block": "si_source"}
HOURS = 8  # length of the diary
MINUTES = 60
PERCENT = 100.0
BELOW = 1 - 1e-9  # a negative block stays below the cut-off
DIGITS = 9  # of a relief read off the diary


def peak_relief(
    body: Body, row: int, chance: Chance, step: str = "medial_branch_block", first: Chance | None = None
) -> float:
    """Relief (%) at the best hour.

    Positive with the block's sensitivity when the source is there, else with its false-positive rate; the
    relief is then uniform above, otherwise below, the cut-off.

    Parameters
    ----------
    body : Body
    row : int
    chance : callable
        This block's uniforms.
    step : str
        A key of `BLOCKS`.
    first : callable, optional
        The uniforms of this person's first block, which a later false positive may repeat. Left out,
        blocks are independent.
    """
    v = body.numbers
    true = bool(getattr(body.cohort, BLOCKS[step])[row])
    rate = v[f"{step}.sensitivity"] if true else v[f"{step}.false_positive"]
    cut = v[f"{step}.positive_relief"]
    answer = chance(f"{step}.positive")
    if first is not None and not true and chance(f"{step}.same") < v[f"{step}.false_positive_correlation"]:
        answer = first(f"{step}.positive")
    u = chance(f"{step}.relief")
    if answer < rate:
        return cut + u * (PERCENT - cut)
    return u * cut * BELOW


def shape(onset: float, holds: float, fades: float) -> tuple[float, ...]:
    """Share of the best relief at each hour from 0 to `HOURS`; times in minutes, the best hour is 1."""
    curve = []
    for minute in range(0, (HOURS + 1) * MINUTES, MINUTES):
        waned = exp(-(minute - holds) / fades) if minute > holds else 1.0
        curve.append((1 - exp(-minute / onset)) * waned)
    top = max(curve)
    return tuple(level / top for level in curve)


def diary(
    body: Body, row: int, chance: Chance, step: str = "medial_branch_block", first: Chance | None = None
) -> tuple[float, ...]:
    """Pain (NRS) before the block and at each of the eight hours after it."""
    v, pain = body.numbers, float(body.axial[row])
    share = peak_relief(body, row, chance, step, first) / PERCENT
    curve = shape(v["block.onset_minutes"], v["block.duration_minutes"], v["block.fading_minutes"])
    return tuple(pain * (1 - share * level) for level in curve)


def block_relief(
    body: Body, row: int, chance: Chance, step: str = "medial_branch_block", first: Chance | None = None
) -> float:
    """Best relief (%) read off the diary; someone without pain today is asked about the pain they know."""
    hours = diary(body, row, chance, step, first)
    if hours[0] <= 0:
        return peak_relief(body, row, chance, step, first)
    return round(PERCENT * (1 - min(hours) / hours[0]), DIGITS)


def probability_of(rate: float, results: Sequence[bool], correlation: float) -> float:
    """Probability of these results in this order, each positive at `rate`.

    Given the first answer, each later block repeats it with probability `correlation`, else answers afresh:
    two results correlate by `correlation` with the first and by its square among themselves.
    """
    if not results:
        return 1.0
    first = results[0]
    probability = rate if first else 1 - rate
    for one in results[1:]:
        afresh = rate if one else 1 - rate
        probability *= correlation * (one == first) + (1 - correlation) * afresh
    return probability


def predictive_value(
    prevalence: float, sensitivity: float, false_positive: float, blocks: int = 1, correlation: float = 0.0
) -> float:
    """Probability that the source is there when every one of `blocks` blocks was positive."""
    every = [True] * blocks
    true = prevalence * probability_of(sensitivity, every, 0.0)
    false = (1 - prevalence) * probability_of(false_positive, every, correlation)
    return true / (true + false)
