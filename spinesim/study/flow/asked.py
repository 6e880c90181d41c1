"""Every slot that was asked for, and what came of it: read from the event table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from spinesim.study.compare import Study
from spinesim.study.results import WEEK, Results
from spinesim.study.simulation import shipped_evidence

CLOSES = ("start", "left", "no_show")
HOW = {"start": "start", "left": "left", "no_show": "missed"}
OPENS = "request"
COLUMNS = ["arm", "run", "patient", "step", "resource", "day", "wait", "how", "first", "course", "reason"]
ONE = ["patient", "step"]
STILL = "waiting"
VISITS = ("intake", "review", "virtual_review")
Flow = Study | Results

_tables: WeakKeyDictionary[Study, dict[str, pd.DataFrame]] = WeakKeyDictionary()


def each(flow: Flow) -> Iterator[Results]:
    """The runs of a study, arm by arm; one run is itself."""
    if isinstance(flow, Results):
        yield flow
    else:
        for runs in flow.results.values():
            yield from runs


def arms_of(flow: Flow) -> list[str]:
    """Names of the arms, the reference first."""
    return [flow.arm] if isinstance(flow, Results) else flow.arms


def read(flow: Flow, name: str, of: Callable[[Results], pd.DataFrame]) -> pd.DataFrame:
    """The tables of every run one below the other; a study's are made once and remembered."""
    if isinstance(flow, Results):
        return of(flow)
    known = _tables.setdefault(flow, {})
    if name not in known:
        parts = [of(one) for one in each(flow)]
        filled = [part for part in parts if len(part)]
        known[name] = pd.concat(filled, ignore_index=True) if filled else parts[0]
    return known[name]


def window(results: Results) -> tuple[float, float]:
    """First and last day on which flow is measured.

    From the first arrival of someone who is counted (the warm-up is over) to the last arrival: after that
    the clinic only drains, and its short lists would flatter. Where everyone is referred on one day, to
    the end of follow-up.
    """
    entry = results.patients["entry_day"].to_numpy(float)
    if not len(entry):
        return 0.0, 0.0
    first, last = float(entry.min()), float(entry.max())
    return (first, last) if last > first else (first, first + WEEK * float(results.weeks[-1]))


def opening(results: Results) -> int:
    """The first day on which anything is open: before it, people were only referred (the backlog)."""
    table = results.accounts
    days = table.loc[table["open_hours"] > 0, "day"]
    return int(days.min()) // WEEK * WEEK if len(days) else 0


def all_asked(results: Results) -> pd.DataFrame:
    """Every slot asked for in one run, by anyone and at any time; see `asked`.

    A ``start`` or ``left`` closes the last open ``request`` of that person and step, as brackets close:
    rebooking after a missed appointment writes no new request, so the wait spans it. A missed session of a
    course is not made up for and ends its wait, for there was a slot.
    """
    events = results.events
    again = (events["event"] == "no_show") & ~events["step"].isin(_courses())
    rows = events.loc[events["event"].isin((OPENS, *CLOSES, "offer")) & ~again]
    offers = rows.loc[rows["event"] == "offer"]
    rows = rows.loc[rows["event"] != "offer"].sort_values(ONE, kind="stable")
    opens = (rows["event"] == OPENS).to_numpy()
    turn = pd.Series(np.where(opens, 1, -1), index=rows.index)
    by = [rows["patient"], rows["step"]]
    height = turn.groupby(by).cumsum()
    ground = height.groupby(by).cummin().clip(upper=0)  # a close without a request lowers the ground
    orphan = ~opens & (ground < ground.groupby(by).shift(fill_value=0)).to_numpy()
    level = (height - ground).to_numpy() + ~opens  # of a request: after it; of its close: before it
    rows = rows.assign(level=level).loc[~orphan].sort_values([*ONE, "level"], kind="stable")
    same = rows.groupby([*ONE, "level"], sort=False)
    closed = same[["event", "day", "value"]].shift(-1)
    is_open = (rows["event"] == OPENS).to_numpy()
    mine, closed = rows.loc[is_open], closed.loc[is_open]
    wanted = np.fmax(mine["day"], mine["value"])  # NaN: wanted at once
    done = closed["event"].isin(CLOSES)
    ends = np.where(done, closed["day"], mine["patient"].map(_seen_until(results)))
    table = mine[["arm", "run", "patient", "step", "resource"]].assign(
        day=wanted,
        wait=np.maximum(ends - wanted, 0.0),
        how=np.where(done, closed["event"].map(HOW), STILL),
        reason=np.where(closed["event"] == "left", closed["value"], np.nan),
    )
    return _firsts(table.sort_index(), offers)[COLUMNS].reset_index(drop=True)


def _courses() -> list[str]:
    """Steps of many sessions."""
    return [key for key, what in shipped_evidence().treatments.items() if what["kind"] == "course"]


def _firsts(table: pd.DataFrame, offers: pd.DataFrame) -> pd.DataFrame:
    """Mark the first slot after each offer (of a course: its first session) and count them per person."""
    both = pd.concat([table[ONE].assign(offer=0), offers[ONE].assign(offer=1)]).sort_index(kind="stable")
    offered = both.groupby(ONE)["offer"].cumsum().loc[both["offer"] == 0]
    before = offered.groupby([table["patient"], table["step"]]).shift(fill_value=-1)
    return table.assign(first=offered > before, course=np.maximum(offered, 1))


def _seen_until(results: Results) -> pd.Series:
    """The last day known of each person: the end of their follow-up, or their last event if later."""
    events = results.events
    arrived = events.loc[events["event"] == "arrival"].groupby("patient")["day"].min()
    entry = pd.Series(results.patients["entry_day"].to_numpy(float), index=results.patients["patient"])
    follow_up = arrived.combine_first(entry) + WEEK * float(results.weeks[-1])
    return follow_up.combine(events.groupby("patient")["day"].max(), np.fmax)


def asked(flow: Flow) -> pd.DataFrame:
    """Slots asked for by the people who are counted, on the days that are measured (see `window`).

    Returns
    -------
    DataFrame
        arm, run, patient, step, resource; ``day`` it was wanted for; ``wait`` in days until it was had,
        given up, or the person was last seen; ``how`` it ended: start, missed, left or waiting;
        ``first``: whether it is the first after an offer, as the first session of a course; ``course``:
        number of the offer; ``reason`` of leaving (0 recovered, 1 gone elsewhere, 2 gave up, 3 emergency,
        4 no longer wanted).
    """
    return read(flow, "asked", _measured)


def _measured(results: Results) -> pd.DataFrame:
    table, (first, last) = all_asked(results), window(results)
    mine = table["patient"].isin(results.patients["patient"]) & table["day"].between(first, last)
    return table.loc[mine].reset_index(drop=True)


def waits(flow: Flow) -> pd.DataFrame:
    """Every wait that ended with service: arm, run, patient, step, resource, day, wait, first, course.

    Days.     Waiting for the first session of a course has ``first``; the later sessions come at their pace.
    """
    table = asked(flow)
    return table.loc[table["how"] == "start"].drop(columns=["how", "reason"]).reset_index(drop=True)


def headline(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that people mean by waiting: every visit, but of a course only its first session."""
    return table.loc[table["first"] | table["step"].isin(VISITS)]
