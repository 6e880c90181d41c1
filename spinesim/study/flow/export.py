"""The event table as other tools read it: vidigi (animation) and pm4py (process mining)."""

from __future__ import annotations

import datetime
from heapq import heappop, heappush

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.flow.asked import all_asked
from spinesim.study.results import Results

GIVEN = ("start", "end")
MONDAY = datetime.date(2026, 1, 5)
LIFECYCLE = {
    "request": "schedule",
    "start": "start",
    "end": "complete",
    "left": "pi_abort",
    "cancelled": "withdraw",
}
"""XES life-cycle transitions of the events of a slot; everything else is `complete` at once."""


def servers(begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Number of the server (1, 2, …) of each service: the lowest that is free when it begins.

    Parameters
    ----------
    begins, ends : arrays, days
        In order of beginning.
    """
    free: list[int] = []
    busy: list[tuple[float, int]] = []
    given = np.zeros(len(begins), int)
    for i, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        while busy and busy[0][0] <= begin:
            heappush(free, heappop(busy)[1])
        given[i] = heappop(free) if free else len(busy) + 1
        heappush(busy, (end, int(given[i])))
    return given


def services(results: Results) -> pd.DataFrame:
    """Every service: patient, step, resource, begin, end (days), server; unfinished ones end with the run."""
    events = results.events
    rows = events.loc[events["event"].isin(GIVEN) & (events["resource"] != "")]
    rows = rows.sort_values(["patient", "step"], kind="stable")
    by = [rows["patient"], rows["step"]]
    number = rows["event"].eq("start").groupby(by).cumsum() * rows["event"].eq("start")
    number += rows["event"].eq("end").groupby(by).cumsum() * rows["event"].eq("end")
    keyed = rows.assign(number=number)
    key = ["patient", "step", "resource", "number"]
    begin = keyed.loc[keyed["event"] == "start", [*key, "day"]].rename(columns={"day": "begin"})
    end = keyed.loc[keyed["event"] == "end", [*key, "day"]].rename(columns={"day": "end"})
    table = begin.merge(end, on=key, how="left")
    table["end"] = table["end"].fillna(float(events["day"].max())).clip(lower=table["begin"])
    table = table.sort_values(["resource", "begin", "end"], kind="stable").reset_index(drop=True)
    table["server"] = 0
    for _, mine in table.groupby("resource", sort=False):
        table.loc[mine.index, "server"] = servers(mine["begin"].to_numpy(), mine["end"].to_numpy())
    return table.drop(columns="number")


def for_vidigi(results: Results) -> pd.DataFrame:
    """One run as vidigi 2's event log.

    Everyone arrives and departs once (at the last event); waiting for a resource is a ``queue`` event named
    ``<resource>: waiting`` and ends with the service or with going ``home``; service is a ``resource_use`` of
    ``<resource>: with`` one server (``resource_id``, from 1: the lowest free).

    Returns
    -------
    DataFrame
        entity_id, event_type, event, time (days), pathway, resource_id, run_number; in order of time.
    """
    events = results.events
    waiting, given = all_asked(results), services(results)
    gone = waiting.loc[waiting["how"] == "left"]
    came = events.groupby("patient")["day"].min()
    left = events.groupby("patient")["day"].max()
    waiting, given = waiting.loc[waiting["resource"] != ""], given
    parts = [
        _vidigi(came.index, "arrival_departure", "arrival", came.to_numpy(), 0),
        _vidigi(came.index, "queue", "home", came.to_numpy(), 1),
        _vidigi(waiting["patient"], "queue", waiting["resource"] + ": waiting", waiting["day"], 2),
        _vidigi(
            given["patient"], "resource_use", given["resource"] + ": with", given["begin"], 3, given["server"]
        ),
        _vidigi(
            given["patient"],
            "resource_use_end",
            given["resource"] + ": done",
            given["end"],
            4,
            given["server"],
        ),
        _vidigi(given["patient"], "queue", "home", given["end"], 5),
        _vidigi(gone["patient"], "queue", "home", gone["day"] + gone["wait"], 5),
        _vidigi(left.index, "arrival_departure", "depart", left.to_numpy(), 6),
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table.loc[table["time"] <= table["entity_id"].map(left)]  # a slot wanted for later than the end
    table = table.sort_values(["time", "entity_id", "rank"], kind="stable").drop(columns="rank")
    return table.assign(pathway=results.arm, run_number=results.run).reset_index(drop=True)


def _vidigi(
    who: object, kind: str, event: object, time: object, rank: int, server: object = None
) -> pd.DataFrame:
    ids = None if server is None else np.asarray(server)
    columns = {
        "entity_id": np.asarray(who),
        "event_type": kind,
        "event": event,
        "time": np.asarray(time, float),
    }
    if isinstance(event, pd.Series):
        columns["event"] = event.to_numpy()
    return pd.DataFrame(columns).assign(
        resource_id=pd.array(ids, "Int64") if ids is not None else pd.NA, rank=rank
    )


def for_pm4py(results: Results, first_day: datetime.date | None = None) -> pd.DataFrame:
    """One run as pm4py 2 (and other readers of XES columns) takes it, without conversion.

    Parameters
    ----------
    results : Results
    first_day : date, optional
        The date of day 0 of the run; default Monday 5 January 2026.

    Returns
    -------
    DataFrame
        ``case:concept:name`` (patient, text), ``concept:name`` (the step; for events without one, the event),
        ``time:timestamp`` (UTC), ``lifecycle:transition`` (schedule, start, complete, …), ``org:resource``,
        and our own event, value, arm, run. For one activity per service keep the rows that are ``complete``.
    """
    first = MONDAY if first_day is None else first_day
    if not isinstance(first, datetime.date):
        raise SpinesimError(f"first_day is {str(first)[:20]!r}; give a date, as datetime.date(2026, 1, 5).")
    events = results.events
    slot = events["event"].isin((*LIFECYCLE, "booked", "no_show"))
    alone = events["event"].isin(("arrival", "discharge", "red_flag")) | (events["step"] == "")
    told = np.where(
        events["event"] == "result", events["step"] + " result", events["event"] + " " + events["step"]
    )
    name = np.where(slot, events["step"], np.where(alone, events["event"], told))
    name = np.where(events["event"].isin(("booked", "no_show")), events["step"] + " " + events["event"], name)
    table = pd.DataFrame(
        {
            "case:concept:name": events["patient"].astype(str),
            "concept:name": name,
            "time:timestamp": pd.Timestamp(first, tz="UTC")
            + pd.to_timedelta(events["day"], unit="D").dt.round("s"),
            "lifecycle:transition": events["event"].map(LIFECYCLE).fillna("complete"),
            "org:resource": events["resource"],
            "event": events["event"],
            "value": events["value"],
            "arm": events["arm"],
            "run": events["run"],
        }
    )
    return table.sort_values(["time:timestamp"], kind="stable").reset_index(drop=True)
