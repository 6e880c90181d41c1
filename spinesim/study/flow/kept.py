"""Who came to their appointments, and who left the lists and why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spinesim.study.flow.asked import Flow, arms_of, asked, read, window
from spinesim.study.flow.centiles import over_runs_above_0
from spinesim.study.flow.tables import STEP
from spinesim.study.results import Results

BANDS = (
    (0, "under 1 week"),
    (7, "1 to 2 weeks"),
    (14, "2 to 4 weeks"),
    (28, "4 to 12 weeks"),
    (84, "12 weeks or more"),
)
ANY = "any lead time"
REASONS = (
    "recovered",
    "gone elsewhere",
    "gave up after a missed or cancelled appointment",
    "emergency",
    "no longer wanted",
)


def appointments(flow: Flow) -> pd.DataFrame:
    """What became of each appointment: arm, run, patient, step, resource, day, ``lead`` (days), ``how``.

    ``lead`` runs from the day it was booked to its day; ``how`` is start, no_show or cancelled. Of people who
    are counted, on the days that are measured. Empty without an appointment book.
    """
    return read(flow, "appointments", _appointments)


def _appointments(results: Results) -> pd.DataFrame:
    events, (first, last) = results.events, window(results)
    rows = events.loc[events["event"].isin(("booked", "left", "start", "no_show", "cancelled"))]
    rows = rows.sort_values(["patient", "step"], kind="stable")
    before = rows.groupby(["patient", "step"], sort=False)[["event", "day", "value"]].shift()
    kept = ~rows["event"].isin(("booked", "left")) & (before["event"] == "booked")
    table = rows[["arm", "run", "patient", "step", "resource"]].assign(
        day=before["value"], lead=before["value"] - before["day"], how=rows["event"]
    )
    counted = rows["patient"].isin(results.patients["patient"])
    return table.loc[kept & counted & before["day"].between(first, last)].sort_index().reset_index(drop=True)


def band(lead: pd.Series) -> pd.Series:
    """Lead time in days as one of `BANDS`."""
    edges = [start for start, _ in BANDS]
    place = np.searchsorted(edges, np.floor(lead.to_numpy(float)), side="right") - 1
    return pd.Series(np.array([name for _, name in BANDS], object)[np.maximum(place, 0)], index=lead.index)


def attendance(flow: Flow) -> pd.DataFrame:
    """Share of appointments that people did not come to, by step and by lead time.

    Cancelled appointments are counted apart: their slots are given to others. Intervals are Wilson's, over
    appointments of all runs.

    Returns
    -------
    DataFrame
        arm, step, resource, lead (a band, or "any lead time"), appointments (kept or missed), no_shows,
        share, low, high, cancelled.
    """
    from statsmodels.stats.proportion import proportion_confint  # slow to load; only when asked for

    table = appointments(flow)
    columns = ["appointments", "no_shows", "share", "low", "high", "cancelled"]
    if not len(table):
        return pd.DataFrame(columns=[*STEP, "lead", *columns])
    both = pd.concat([table.assign(band=ANY), table.assign(band=band(table["lead"]))])
    order = [ANY, *(name for _, name in BANDS)]
    rows = []
    for key, mine in both.groupby([*STEP, "band"], sort=False):
        missed, off = int((mine["how"] == "no_show").sum()), int((mine["how"] == "cancelled").sum())
        n = len(mine) - off
        low, high = proportion_confint(missed, n, method="wilson") if n else (np.nan, np.nan)
        rows.append((*key, n, missed, missed / n if n else np.nan, float(low), float(high), off))
    found = pd.DataFrame(rows, columns=[*STEP, "lead", *columns])
    steps = list(dict.fromkeys(found["step"]))
    place = [
        found["arm"].map(arms_of(flow).index),
        found["step"].map(steps.index),
        found["lead"].map(order.index),
    ]
    return found.iloc[np.lexsort(place[::-1])].reset_index(drop=True)


def left(flow: Flow) -> pd.DataFrame:
    """Who left a list unserved, and why: per 100 slots asked for, mean and 95 % t interval over runs.

    Returns
    -------
    DataFrame
        arm, step, resource, reason, people (over all runs), per_100, low, high.
    """
    table = asked(flow)
    rows = []
    for key, mine in table.groupby(STEP, sort=False):
        runs = mine.groupby("run", sort=False)
        for code, name in enumerate(REASONS):
            gone = int((mine["reason"] == code).sum())
            if gone:
                share = 100 * runs["reason"].agg(lambda x, code=code: float((x == code).mean()))
                rows.append((*key, name, gone, *over_runs_above_0(share)))
    return pd.DataFrame(rows, columns=[*STEP, "reason", "people", "per_100", "low", "high"])
