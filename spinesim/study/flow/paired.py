"""Flow of each arm beside the reference: paired differences over runs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spinesim.study.compare import Study
from spinesim.study.flow.centiles import over_runs
from spinesim.study.flow.tables import accounts, done_runs, use_runs, wait_runs

COLUMNS = [
    "measure",
    "what",
    "arm",
    "versus",
    "reference",
    "value",
    "difference",
    "low",
    "high",
    "unit",
    "at_least",
]


def measures(study: Study) -> pd.DataFrame:
    """Every flow measure of every run: measure, what (step or resource), unit, arm, run, value, at_least.

    ``at_least``: the centile was not reached in that run, the wait is longer than `value`.
    """
    waits, use, done, days = wait_runs(study), use_runs(study), done_runs(study), accounts(study)
    each = days.loc[days["measured"]].groupby(["arm", "run", "resource"], sort=False)
    waiting = each["waiting"].mean().reset_index()
    parts = [
        _long(waits.assign(at_least=~waits["reached"].astype(bool)), "median_wait", "step", "median", "days"),
        _long(waits.assign(at_least=~waits["p90_reached"].astype(bool)), "p90_wait", "step", "p90", "days"),
        _long(use, "utilisation", "resource", "utilisation", "share of the time open"),
        _long(waiting, "list_size", "resource", "waiting", "people"),
        _long(done, "throughput", "step", "per_week", "a week"),
    ]
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def _long(table: pd.DataFrame, measure: str, what: str, value: str, unit: str) -> pd.DataFrame:
    table = table if "at_least" in table else table.assign(at_least=False)
    kept = table[["arm", "run", what, value, "at_least"]].rename(columns={what: "what", value: "value"})
    return kept.assign(measure=measure, unit=unit)


def paired_flow(study: Study) -> pd.DataFrame:
    """Paired difference (arm minus reference) of each flow measure, with 95 % t intervals over runs.

    Both arms of a run have the same people with the same fate. One run has no interval (NaN): its people
    share a queue and are not independent.

    Returns
    -------
    DataFrame
        measure (median_wait, p90_wait, utilisation, list_size, throughput), what (step or resource), arm,
        versus, reference and value (means over runs), difference, low, high, unit, at_least (the centile was
        not reached in some run of either arm).
    """
    table, first, rows = measures(study), study.arms[0], []
    for (measure, what), mine in table.groupby(["measure", "what"], sort=False):
        value = mine.pivot(index="run", columns="arm", values="value").astype(float)
        if first not in value:
            continue
        short = set(mine.loc[mine["at_least"].astype(bool), "arm"])
        for arm in [one for one in study.arms[1:] if one in value]:
            both = value[[first, arm]].dropna()
            means = (float(both[first].mean()), float(both[arm].mean())) if len(both) else (np.nan, np.nan)
            change = over_runs(both[arm] - both[first])
            at_least = bool({first, arm} & short)
            rows.append((measure, what, arm, first, *means, *change, mine["unit"].iloc[0], at_least))
    return pd.DataFrame(rows, columns=COLUMNS)
