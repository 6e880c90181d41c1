"""One number at a time: what the difference between two arms becomes at its low and at its high end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.compare import Arms, study_plans
from spinesim.study.executor import Executor, Kept, Progress, execute
from spinesim.study.simulation import Plan
from spinesim.study.uncertainty.blocks import Move
from spinesim.study.uncertainty.measure import check_outcome, job, money_of, plans_key, unit_of
from spinesim.study.uncertainty.probabilistic import Measured, gather
from spinesim.study.uncertainty.reads import read_by
from spinesim.study.uncertainty.sample import Sampler, make_sampler
from spinesim.study.uncertainty.settle import settle

ROUNDING = 1e-12  # relative to the arms' own means; a swing below it is none
ENDS = (0.025, 0.975)
"""Centiles of each parameter's own distribution."""


@dataclass(frozen=True, eq=False)
class OneWay:
    """Every relevant parameter at its two ends, all arms, all outcomes.

    Attributes
    ----------
    arms, outcomes : list of str
    unread, unvaried : int
        Parameters with an interval that no arm reads (left out); and parameters that are read, but have no
        interval.
    """

    arms: list[str]
    moves: list[tuple[str, tuple[str, ...], dict[str, float], dict[str, float]]] = field(repr=False)
    found: Measured = field(repr=False)
    """Rows: base, then low and high of each move."""
    base: dict[str, float] = field(repr=False)
    unread: int
    unvaried: int
    money: str = "USD"
    """Currency and year of amounts."""

    @property
    def outcomes(self) -> list[str]:
        return self.found.outcomes

    def table(self, outcome: str, arm: str | None = None) -> pd.DataFrame:
        """What one difference becomes, the widest swing first.

        Parameters
        ----------
        outcome : str
        arm : str, optional
            Default: the last; its difference from the first.

        Returns
        -------
        DataFrame
            parameter (or group), moved (how many numbers move together), base_value, low_value,
            high_value (of the first parameter of a group),
            base, at_low, at_high (difference, in the outcome's unit), swing (largest less smallest of the
            three), unit.
        """
        o = self.outcomes.index(check_outcome(outcome, self.outcomes))
        other = self.arms[-1] if arm is None else arm
        if other not in self.arms:
            raise SpinesimError(f"There is no arm '{other}'; choose one of {', '.join(self.arms[1:])}.")
        expected = self.found.expected[:, :, o]
        gap = expected[:, self.arms.index(other)] - expected[:, 0]
        rows = []
        for i, (name, ids, low, high) in enumerate(self.moves):
            ends = gap[1 + 2 * i], gap[2 + 2 * i]
            swing = max(gap[0], *ends) - min(gap[0], *ends)
            if swing <= ROUNDING * float(np.abs(expected[0]).max()):
                swing, ends = 0.0, (gap[0], gap[0])  # the last bits of a sum of prices
            key = ids[0]
            rows.append(
                (name, len(ids), self.base.get(key, np.nan), low[key], high[key], gap[0], *ends, swing,
                 unit_of(outcome, self.money))
            )  # fmt: skip
        names = ["parameter", "moved", "base_value", "low_value", "high_value", "base", "at_low", "at_high",
                 "swing", "unit"]  # fmt: skip
        table = pd.DataFrame(rows, columns=names)
        return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def one_way(
    pathways: Arms,
    *,
    parameters: Sequence[str] | None = None,
    groups: bool = False,
    sampler: Sampler | None = None,
    executor: Executor | None = None,
    keep: Kept | None = None,
    progress: Progress | None = None,
    **wishes: Any,
) -> OneWay:
    """Move each parameter that the arms read to its 2.5th and 97.5th centile, the others at their base.

    The same people with the same fate are run each time, so that a difference is the parameter's doing.

    Parameters
    ----------
    pathways : as for `spinesim.compare`
    parameters : sequence of str, optional
        Only these (ids, or groups of ``data/correlations.toml``); default: all that any arm reads.
    groups : bool
        Move the members of a correlated group together, to the same centile each.
    sampler, executor, keep, progress, **wishes
        As for `uncertainty`.

    Notes
    -----
    A share of several that sum to 1 moves alone, the others giving or taking in proportion; parameters that
    were fitted together move together.
    """
    plans = study_plans(pathways, **wishes)
    sampler = sampler or make_sampler(plans[0].evidence)
    read = read_by(plans, sampler)
    unvaried = len(read - set(sampler.ids))
    asked = None if parameters is None else frozenset(parameters)
    chosen = sampler.reading(read) if asked is None else sampler.only(sorted(asked)).reading(read | asked)
    unread = 0 if asked is not None else len(set(sampler.ids) - read)
    if asked is None:
        moves = [m for block in chosen.blocks for m in block.moves(groups) if not read.isdisjoint(m[1])]
    else:  # of a group that was named in part, the parts
        moves = [
            move
            for block in chosen.blocks
            for move in block.moves(groups)
            if groups or block.name in asked or not asked.isdisjoint(move[1])
        ]
    return measure_moves(plans, moves, unread, unvaried, executor, keep, progress)


def measure_moves(
    plans: Sequence[Plan],
    moves: Sequence[Move],
    unread: int = 0,
    unvaried: int = 0,
    executor: Executor | None = None,
    keep: Kept | None = None,
    progress: Progress | None = None,
) -> OneWay:
    """Run the base and both ends of each move."""
    evidence, base = plans[0].evidence, plans_key(plans)
    jobs, done = [job(base, plans)], []
    for name, ids, move in moves:
        ends = []
        for u in ENDS:
            changed = settle(evidence, {key: np.array([value]) for key, value in move(u).items()})
            ends.append({key: float(value[0]) for key, value in changed.items()})
            jobs.append(job(base, plans, tuple(ends[-1]), tuple(ends[-1].values())))
        done.append((name, ids, *ends))
    found = gather(list(execute(jobs, executor, keep, progress)))
    values = {ids[0]: evidence.value(ids[0]) for _, ids, _ in moves}
    arms = [plan.arm for plan in plans]
    return OneWay(arms, done, found, values, unread, unvaried, money_of(evidence))  # type: ignore[arg-type]
