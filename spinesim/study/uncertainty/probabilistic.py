"""Probabilistic analysis: many plausible sets of numbers on the same people; first-order noise apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from spinesim.errors import SpinesimError
from spinesim.study.compare import Arms, study_plans
from spinesim.study.executor import Executor, Kept, Progress, execute
from spinesim.study.simulation import Plan, replications
from spinesim.study.uncertainty.measure import Arrays, job, plans_key
from spinesim.study.uncertainty.result import Uncertainty
from spinesim.study.uncertainty.sample import Sampler, make_sampler

Floats = npt.NDArray[np.float64]
DRAWS, RUNS, FEWEST = 1_000, 30, 2


@dataclass(frozen=True, eq=False)
class Measured:
    """What the jobs returned: `means` (jobs, B, A, O), `sizes` (B,), `spread` (jobs, A, O)."""

    outcomes: list[str]
    means: Floats
    sizes: npt.NDArray[np.int64]
    spread: Floats

    @property
    def expected(self) -> Floats:
        """Mean over people, shape (jobs, A, O)."""
        weights = self.sizes / self.sizes.sum()
        return np.asarray(np.tensordot(weights, self.means, axes=(0, 1)))


def gather(found: Sequence[Arrays]) -> Measured:
    """Results of jobs on alike plans, one below the other."""
    return Measured(
        [str(name) for name in found[0]["outcomes"]],
        np.stack([one["means"] for one in found]),
        np.asarray(found[0]["sizes"]),
        np.stack([one["spread"] for one in found]),
    )


def run_points(
    plans: Sequence[Plan],
    sampler: Sampler,
    rows: Floats,
    executor: Executor | None = None,
    keep: Kept | None = None,
    progress: Progress | None = None,
) -> Measured:
    """All arms at each row of parameter values (n, len(sampler.ids)), on the same people."""
    base = plans_key(plans)
    jobs = [job(base, plans, sampler.ids, row) for row in rows]
    return gather(list(execute(jobs, executor, keep, progress)))


def uncertainty(
    pathways: Arms,
    *,
    draws: int = DRAWS,
    runs: int = RUNS,
    draw_seed: int = 1,
    sampler: Sampler | None = None,
    executor: Executor | None = None,
    keep: Kept | None = None,
    progress: Progress | None = None,
    **wishes: Any,
) -> Uncertainty:
    """Compare pathways under uncertain numbers.

    Every draw takes all uncertain parameters at once from what is known of them (`make_sampler`) and runs the
    same people with the same fate under each pathway, so that draws differ by their parameters alone. What
    the luck of few people adds is estimated apart, by replications at the base values.

    Parameters
    ----------
    pathways : as for `spinesim.compare`
        The first is the reference.
    draws : int
        Sets of numbers, at least 2; 1,000 for a report. More draws leave the earlier ones as they are, so
        kept work is not computed again.
    runs : int
        Replications at the base values, at least 2.
    draw_seed : int
        Chance of the parameters, apart from that of the people (`seed`).
    sampler : Sampler, optional
        What varies; default: everything that has an interval, and what `data/correlations.toml` names.
    executor, keep, progress
        As for `spinesim.study.executor.execute`; what finished is kept, and not computed again.
    **wishes
        condition, patients, years, seed, clinic, evidence, people: see `spinesim.study.plan`.

    Returns
    -------
    Uncertainty

    Raises
    ------
    SpinesimError
        One sentence for impossible wishes, before anything is computed.
    """
    plans = study_plans(pathways, **wishes)
    for name, number in (("draws", draws), ("runs", runs)):
        if isinstance(number, bool) or not isinstance(number, int) or number < FEWEST:
            raise SpinesimError(f"{name} is {number}; give a whole number of {FEWEST} or above.")
    sampler = sampler or make_sampler(plans[0].evidence)
    rows = sampler.sample(draws, draw_seed)
    base = plans_key(plans)
    again = [list(one) for one in zip(*(replications(plan, runs) for plan in plans), strict=True)]
    jobs = [job(plans_key(one), one) for one in again]
    jobs += [job(base, plans, sampler.ids, row) for row in rows]
    found = list(execute(jobs, executor, keep, progress))
    return put_together(plans, sampler, rows, found[:runs], found[runs:])


def put_together(
    plans: Sequence[Plan], sampler: Sampler, rows: Floats, again: Sequence[Arrays], drawn: Sequence[Arrays]
) -> Uncertainty:
    """An `Uncertainty` from what `measure` returned: at the base values (`again`), and at each of `rows`."""
    first, found = gather(again), gather(drawn)
    return Uncertainty(
        arms=[plan.arm for plan in plans],
        outcomes=found.outcomes,
        patients=plans[0].patients,
        sampler=sampler,
        values=rows,
        means=found.means,
        sizes=found.sizes,
        spread=found.spread,
        replicated=first.expected,
        plans=tuple(replace(plan) for plan in plans),
        replicated_spread=first.spread,
    )
