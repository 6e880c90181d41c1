"""Waits, utilisation, list size and throughput of each arm, with intervals over runs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spinesim.study.compare import Study
from spinesim.study.flow.asked import Flow, asked, each, headline, opening, read, window
from spinesim.study.flow.centiles import Curve, by_run, over_runs_above_0
from spinesim.study.results import WEEK, Results

STEP = ["arm", "step", "resource"]
COUNTS = ["n", "served", "missed", "left", "waiting"]
ENDED = ("start", "missed")
HOURS = ("open_hours", "busy_hours", "over_hours", "lost_hours")
"""Server-hours of the day book."""


def wait_runs(flow: Flow) -> pd.DataFrame:
    """Waits of each run: as `wait_table`, one row per arm, run and step, without intervals."""
    if isinstance(flow, Study):
        return read(flow, "wait_runs", wait_runs)
    rows = []
    for key, mine in headline(asked(flow)).groupby(["arm", "run", "step", "resource"], sort=False):
        ended = mine["how"].isin(ENDED).to_numpy()
        curve = Curve(mine["wait"], ended)
        (median, reached), (p90, p90_reached) = curve.centile(0.5), curve.centile(0.9)
        mean = float(mine.loc[ended, "wait"].mean()) if ended.any() else np.nan
        counts = (
            len(mine),
            *(int((mine["how"] == how).sum()) for how in ("start", "missed", "left", "waiting")),
        )
        rows.append(
            (
                *key,
                *counts,
                median,
                p90,
                mean,
                reached,
                p90_reached,
                *curve.interval(0.5),
                *curve.interval(0.9),
            )
        )
    edges = ["people_low", "people_high", "p90_people_low", "p90_people_high"]
    columns = ["arm", "run", "step", "resource", *COUNTS, "median", "p90", "mean", "reached", "p90_reached"]
    return pd.DataFrame(rows, columns=[*columns, *edges])


def wait_table(flow: Flow) -> pd.DataFrame:
    """Waits of each arm and step, in days from when the slot was wanted to when it was had.

    Of a course, the wait is for its first session. Asked for by people who are counted, while they are
    measured (see `window`). Centiles are Kaplan–Meier's, so that those who still wait or left count as having
    waited that long at least; each is the mean of the runs' own, with the 95 % t interval over runs. With
    one run the interval is over people, who shared a queue: it is too narrow.

    Returns
    -------
    DataFrame
        arm, step, resource; ``n`` asked for over all runs, of which ``served``, ``missed`` (a session of a
        course), ``left`` the list and ``waiting`` at the end; ``median``, its ``low`` and ``high``; ``p90``
        with ``p90_low`` and ``p90_high``; ``mean`` of those who had a slot, with ``mean_low`` and
        ``mean_high``; ``reached``, ``p90_reached``: False where in some run fewer had been served than the
        centile says, which is then longer than the number.
    """
    rows = []
    for key, runs in wait_runs(flow).groupby(STEP, sort=False):
        row = dict(zip(STEP, key, strict=True)) | {name: int(runs[name].sum()) for name in COUNTS}
        for name, edge in (("median", ""), ("p90", "p90_"), ("mean", "mean_")):
            row[name], row[f"{edge}low"], row[f"{edge}high"] = over_runs_above_0(runs[name])
        if len(runs) == 1:
            first = runs.iloc[0]
            row |= {"low": first["people_low"], "high": first["people_high"]}
            row |= {"p90_low": first["p90_people_low"], "p90_high": first["p90_people_high"]}
        rows.append(row | {name: bool(runs[name].all()) for name in ("reached", "p90_reached")})
    edges = ["median", "low", "high", "p90", "p90_low", "p90_high", "mean", "mean_low", "mean_high"]
    return pd.DataFrame(rows, columns=[*STEP, *COUNTS, *edges, "reached", "p90_reached"])


def accounts(flow: Flow) -> pd.DataFrame:
    """The daily accounts of every run: arm, run, day, resource, …, ``week`` since the opening,
    and whether the day is ``measured`` (see `window`)."""
    return read(flow, "accounts", _accounts)


def _accounts(results: Results) -> pd.DataFrame:
    table, opens, (first, last) = results.accounts, opening(results), window(results)
    seen = table["day"].between(max(np.floor(first), opens), np.floor(last))
    week = (table["day"] - opens) // WEEK
    return table.assign(arm=results.arm, run=results.run, week=week, measured=seen.astype(bool))


def use_runs(flow: Flow) -> pd.DataFrame:
    """Of each run: arm, run, resource, utilisation, booked, hours a week open, busy, over and lost."""
    table = accounts(flow)
    table = table.loc[table["measured"]]
    keys = ["arm", "run", "resource"]
    hours = table.groupby(keys, sort=False)[list(HOURS)].sum()
    days = table.groupby(keys, sort=False)["day"].nunique()
    there = hours["open_hours"] + hours["over_hours"]
    hours["utilisation"] = (hours["busy_hours"] / there.where(there > 0)).astype(float)
    taken = hours["busy_hours"] + hours["lost_hours"]
    hours["booked"] = (taken / there.where(there > 0)).astype(float).clip(upper=1)
    for name in HOURS:
        hours[f"{name}_per_week"] = (hours[name] * WEEK / days).astype(float)
    return hours.drop(columns=list(HOURS)).reset_index()


def utilisation(flow: Flow) -> pd.DataFrame:
    """Share of each resource's time that is used, while it is measured, with 95 % t intervals over runs.

    Hours of service begun ÷ (hours open + hours worked after the end): never above 1. ``booked`` adds the
    hours lost to people who did not come: it is what tells a full clinic. A resource that is never open is
    left out.

    Returns
    -------
    DataFrame
        arm, resource, utilisation, low, high, booked (mean over runs), and server-hours
        ``open_hours_per_week``, ``busy_hours_per_week``, ``over_hours_per_week`` and ``lost_hours_per_week``
        (means over runs).
    """
    runs = use_runs(flow)
    runs = runs.loc[runs["utilisation"].notna()]
    keys = ["arm", "resource"]
    table = by_run(runs, keys, "utilisation", ["utilisation", "low", "high"])
    table["high"] = table["high"].astype(float).clip(upper=1)
    means = ["booked", *(f"{name}_per_week" for name in HOURS)]
    return table.merge(runs.groupby(keys, sort=False)[means].mean().reset_index(), on=keys)


def list_runs(flow: Flow) -> pd.DataFrame:
    """People waiting, by week of each run: arm, run, resource, week, waiting (mean of its days)."""
    if isinstance(flow, Study):
        return read(flow, "list_runs", list_runs)
    table = accounts(flow)
    table = table.loc[table["day"] <= np.floor(window(flow)[1])]  # afterwards the clinic only drains
    keys = ["arm", "run", "resource"]
    weekly = table.groupby([*keys, "week"], sort=False)
    mean = weekly["waiting"].agg(["mean", "size"])
    whole = mean["size"] == WEEK  # a last week cut short would stand out
    return mean.loc[whole, "mean"].rename("waiting").reset_index()


def list_size(flow: Flow) -> pd.DataFrame:
    """People waiting for each resource who want it now: mean of each week and 95 % t interval over runs.

    Weeks count from the day the clinic opens (negative: the backlog gathers), warm-up included, to the last
    arrival.

    Returns
    -------
    DataFrame
        arm, resource, week, mean, low, high.
    """
    runs = list_runs(flow)
    there = runs.groupby(["arm", "resource", "week"])["run"].transform("size")
    every = runs.groupby("arm")["run"].transform("nunique")  # a week that only some runs have would jump
    return by_run(runs.loc[there == every], ["arm", "resource", "week"], "waiting", ["mean", "low", "high"])


def done_runs(flow: Flow) -> pd.DataFrame:
    """Slots completed a week in each run: arm, run, step, resource, per_week; 0 where an arm had none."""
    table = read(flow, "done_runs", _done)
    wide = table.pivot_table(
        index=["arm", "run"], columns=["step", "resource"], values="per_week", sort=False, fill_value=0.0
    )
    everyone = pd.MultiIndex.from_tuples([(one.arm, one.run) for one in each(flow)], names=["arm", "run"])
    wide = wide.reindex(everyone, fill_value=0.0)
    return wide.stack(["step", "resource"], future_stack=True).rename("per_week").reset_index()


def _done(results: Results) -> pd.DataFrame:
    events, (first, last) = results.events, window(results)
    first = max(first, opening(results))
    mine = (events["event"] == "end") & events["day"].between(first, last)
    count = events.loc[mine].groupby(["arm", "run", "step", "resource"], sort=False).size()
    return (count * WEEK / max(last - first, 1.0)).rename("per_week").reset_index()


def throughput(flow: Flow) -> pd.DataFrame:
    """Slots completed a week while the clinic is measured, by step.

    Everyone is in it, counted or not, until the end of their own follow-up, where the log stops.

    Returns
    -------
    DataFrame
        arm, step, resource, per_week, low, high: mean and 95 % t interval over runs.
    """
    return by_run(done_runs(flow), STEP, "per_week", ["per_week", "low", "high"])
