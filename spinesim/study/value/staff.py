"""Hours of staff, run by run: a week (as `spinesim.study.flow` counts them) and per person referred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spinesim.study.results import WEEK, Results
from spinesim.study.value.discount import Floats

if TYPE_CHECKING:
    from spinesim.study.compare import Study

Hours = dict[str, dict[str, Floats]]
"""By arm and resource: one value per run, NaN where the arm has no such limit."""


def weekly(study: Study, column: str) -> Hours:
    """A column of `spinesim.study.flow.tables.use_runs`, such as ``busy_hours_per_week``."""
    from spinesim.study.flow.tables import use_runs  # here, since it brings in the whole of a study

    table = use_runs(study)
    found: dict[str, list[pd.Series]] = {}
    for arm, runs in study.results.items():
        mine = table.loc[table["arm"] == arm]
        found[arm] = [mine.loc[mine["run"] == one.run].set_index("resource")[column] for one in runs]
    return _aligned(found, list(dict.fromkeys(table["resource"].astype(str))))


def per_person(study: Study, names: Sequence[str]) -> Hours:
    """Server-hours that each person of a run took, on average; see `hours_per_person`."""
    found = {arm: [hours_per_person(run) for run in runs] for arm, runs in study.results.items()}
    return _aligned(found, names)


def hours_per_person(results: Results) -> pd.Series:
    """Server-hours that each person of these results took in their follow-up, on average, by resource.

    Slots they began, at the resource's mean hours for a slot. That mean is of the days before anybody's
    follow-up has ended: from then on people use slots (hours in the accounts) that are not in the log.
    """
    accounts, end = results.accounts, WEEK * int(results.weeks[-1])
    busy = accounts.loc[accounts["day"] < end].groupby("resource", observed=True)["busy_hours"].sum()
    starts = results.events.loc[results.events["event"] == "start", ["patient", "day", "resource"]]
    begun = starts["resource"].astype(str)
    early = begun[starts["day"] < end].value_counts().reindex(busy.index)
    mine = begun[starts["patient"].isin(results.patients["patient"])].value_counts().reindex(busy.index)
    return (busy / early * mine).fillna(0.0) / len(results.patients)


def _aligned(tables: dict[str, list[pd.Series]], names: Sequence[str]) -> Hours:
    each = {
        arm: [one.reindex(list(names)).to_numpy(np.float64) for one in runs] for arm, runs in tables.items()
    }
    return {
        arm: {name: np.array([run[i] for run in runs]) for i, name in enumerate(names)}
        for arm, runs in each.items()
    }
