"""Stances as scenarios: the same comparison as a sceptical, a neutral or a hopeful reader would have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.evidence.disputes import STANCES
from spinesim.study.compare import Arms, study_plans
from spinesim.study.executor import Executor, Kept, Progress, execute
from spinesim.study.simulation import replications, shipped_evidence
from spinesim.study.uncertainty.measure import job, money_of, plans_key, unit_of
from spinesim.study.uncertainty.probabilistic import RUNS, gather, uncertainty
from spinesim.study.uncertainty.result import WIDE, Uncertainty


def stances(
    pathways: Arms,
    *,
    names: Sequence[str] = STANCES,
    runs: int = RUNS,
    executor: Executor | None = None,
    keep: Kept | None = None,
    progress: Progress | None = None,
    **wishes: Any,
) -> pd.DataFrame:
    """Differences from the reference under each stance, other numbers at their base.

    Returns
    -------
    DataFrame
        outcome, arm, versus, stance, difference (mean of the replications), low, high (95 % of one study of
        so many people: first-order uncertainty), unit.
    """
    _check(names)
    evidence = wishes.pop("evidence", None) or shipped_evidence()
    jobs, arms = [], []
    for name in names:
        plans = study_plans(pathways, evidence=evidence.stance(name), **wishes)
        arms = [plan.arm for plan in plans]
        again = [list(one) for one in zip(*(replications(plan, runs) for plan in plans), strict=True)]
        jobs += [job(plans_key(one), one) for one in again]
    found = gather(list(execute(jobs, executor, keep, progress)))
    rows, money = [], money_of(evidence)
    for o, outcome in enumerate(found.outcomes):
        for a, arm in enumerate(arms[1:], start=1):
            for s, name in enumerate(names):
                mine = found.expected[s * runs : (s + 1) * runs]
                gap = mine[:, a, o] - mine[:, 0, o]
                half = WIDE * gap.std(ddof=1)
                mean = gap.mean()
                rows.append(
                    (outcome, arm, arms[0], name, mean, mean - half, mean + half, unit_of(outcome, money))
                )
    columns = ["outcome", "arm", "versus", "stance", "difference", "low", "high", "unit"]
    return pd.DataFrame(rows, columns=columns)


def uncertain_stances(
    pathways: Arms, *, names: Sequence[str] = STANCES, **wishes: Any
) -> dict[str, Uncertainty]:
    """A probabilistic analysis under each stance: what it settles stays, the rest varies around it."""
    _check(names)
    evidence = wishes.pop("evidence", None) or shipped_evidence()
    return {name: uncertainty(pathways, evidence=evidence.stance(name), **wishes) for name in names}


def side_by_side(found: dict[str, Uncertainty]) -> pd.DataFrame:
    """Differences of several analyses in one table, with a column `stance`."""
    tables = [one.differences().assign(stance=name) for name, one in found.items()]
    table = pd.concat(tables, ignore_index=True)
    order = {name: i for i, name in enumerate(dict.fromkeys(table["outcome"]))}
    return table.sort_values("outcome", key=lambda c: c.map(order), kind="stable", ignore_index=True)


def _check(names: Sequence[str]) -> None:
    for name in names:
        if name not in STANCES:
            raise SpinesimError(f"There is no stance '{name}'; choose one of {', '.join(STANCES)}.")
