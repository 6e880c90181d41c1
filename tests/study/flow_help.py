"""Small hand-made runs for the tests of flow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spinesim.clinic import EventLog
from spinesim.study.compare import Study
from spinesim.study.results import SERIES, Results

NAN = float("nan")
Event = tuple[int, float, str, str, str, float]


def run_of(
    events: Sequence[Event],
    patients: pd.DataFrame,
    *,
    arm: str = "today",
    run: int = 0,
    weeks: int = 52,
    accounts: pd.DataFrame | None = None,
    pain: Sequence[float] | None = None,
    disability: Sequence[float] | None = None,
) -> Results:
    """A run whose log, people and accounts are given."""
    log = EventLog()
    for event in sorted(events, key=lambda one: one[1]):
        log.append(*event)
    n = len(patients)
    series = {name: np.zeros((weeks + 1, n), np.float32) for name in SERIES}
    if pain is not None:
        series["pain"][:] = pain
    if disability is not None:
        series["disability"][:] = disability
    more = {} if accounts is None else {"accounts": accounts}
    return Results(arm, run, np.arange(weeks + 1), series, patients, log, **more)


def people(entry: Sequence[float], **columns: object) -> pd.DataFrame:
    """People referred on these days, numbered from 0."""
    table = pd.DataFrame({"patient": range(len(entry)), "entry_day": entry})
    return table.assign(condition="a", region="lumbar", age=50.0, occupation="desk").assign(**columns)


def waited(times: Sequence[float | None], step: str = "intake", resource: str = "physician") -> list[Event]:
    """Person i asks on day i and is served after times[i] days; None: never."""
    events: list[Event] = []
    for i, wait in enumerate(times):
        events += [(i, float(i), "arrival", "", "", NAN), (i, float(i), "request", step, resource, NAN)]
        if wait is not None:
            events += [
                (i, i + wait, "start", step, resource, NAN),
                (i, i + wait + 0.25, "end", step, resource, NAN),
            ]
    return events


def study_of(**arms: list[Results]) -> Study:
    """A study of these arms; the first is the reference."""
    return Study(arms)
