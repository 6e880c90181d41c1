"""People moving through the clinic, day by day: a thin wrapper of vidigi (optional extra ``animation``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.flow.asked import window
from spinesim.study.flow.export import for_vidigi
from spinesim.study.results import Results

HOURS = 24
ROW, WAIT_X, WITH_X, HOME_X = 120, 300, 720, 1_150  # pixels: a queue grows to the left of its place
MOST_FRAMES = 400
ICON = "●"  # in every font, unlike the emoji that vidigi would take
SHOWN = 40  # icons at a step; further ones are told as a number


def animate(
    results: Results,
    path: str | Path | None = None,
    *,
    every: str = "day",
    first: float | None = None,
    days: float = 84,
    people: int | None = None,
) -> Any:
    """Animate one run: who waits for what and who is being seen.

    Parameters
    ----------
    results : Results
    path : str or Path, optional
        Where to write the animation as an HTML file that needs no network.
    every : str
        ``day`` or ``hour``: a picture of each. In daily pictures a slot of minutes is seldom caught.
    first : float, optional
        Day of the run at which it begins; default: where measuring begins.
    days : float
        How long it lasts.
    people : int, optional
        Only so many, the first referred.

    Returns
    -------
    plotly Figure

    Raises
    ------
    SpinesimError
        If vidigi is missing, or nothing would be seen.
    """
    try:
        from vidigi.animation import animate_activity_log  # type: ignore
        from vidigi.utils import EventPosition, create_event_position_df  # type: ignore
    except ImportError:
        raise SpinesimError(
            "The animation needs vidigi, which is not installed: install spinesim[animation]."
        ) from None
    if every not in ("day", "hour"):
        raise SpinesimError(f"every is '{every}'; choose day or hour.")
    unit = HOURS if every == "hour" else 1
    begin = window(results)[0] if first is None else float(first)
    if not 1 <= days * unit <= MOST_FRAMES:
        raise SpinesimError(
            f"{days:g} days make {days * unit:g} pictures; ask for 1 to {MOST_FRAMES} ({every}s)."
        )
    log = for_vidigi(results)
    log = _some(log, begin, begin + days, people)
    if not len(log):
        raise SpinesimError(f"Nobody is in the clinic's care between day {begin:g} and day {begin + days:g}.")
    log = log.assign(time=log["time"] * unit)
    used = log.loc[log["event_type"] == "resource_use"]
    most = (used.groupby(used["event"].str.removesuffix(": with"))["resource_id"].max()).astype(int)
    asked = log.loc[log["event"].str.endswith(": waiting"), "event"].str.removesuffix(": waiting")
    names = sorted({*most.index, *asked})
    top = ROW * (len(names) + 1)
    places = [EventPosition(event="arrival", x=WAIT_X, y=top, label="Referred")]
    places += [EventPosition(event="home", x=HOME_X, y=top, label="At home between slots", direction="left")]
    for i, name in enumerate(reversed(names), 1):
        places.append(EventPosition(event=f"{name}: waiting", x=WAIT_X, y=ROW * i, label=f"Waiting: {name}"))
        there = {"resource": name} if name in most.index else {}
        places.append(
            EventPosition(event=f"{name}: with", x=WITH_X, y=ROW * i, label=f"{name.capitalize()}", **there)
        )
    places.append(EventPosition(event="depart", x=HOME_X, y=ROW // 2, label="Left the clinic"))
    figure = animate_activity_log(
        event_log=log,
        event_position_df=create_event_position_df(places),
        scenario={name: int(count) for name, count in most.items()},
        simulation_time_unit="hours" if every == "hour" else "days",
        every_x_time_units=1,
        warm_up=int(begin * unit),
        limit_duration=int((begin + days) * unit),
        time_display_units="simulation_day_clock_ampm" if every == "hour" else None,
        step_snapshot_max=SHOWN,
        wrap_queues_at=20,
        override_x_max=HOME_X + 250,
        override_y_max=top + ROW,
        plotly_height=max(500, 110 * (len(names) + 2)),
        gap_between_resources=25,
        custom_entity_icon_list=[ICON],
        text_size=16,
        entity_icon_size=16,
        frame_duration=300,
        frame_transition_duration=200,
    )
    if path is not None:
        figure.write_html(str(path), include_plotlyjs=True)
    return figure


def _some(log: pd.DataFrame, begin: float, end: float, people: int | None) -> pd.DataFrame:
    """The rows of those who are in care at some time between `begin` and `end`."""
    times = log.groupby("entity_id")["time"].agg(["min", "max"])
    there = times.loc[(times["min"] <= end) & (times["max"] >= begin)].sort_values("min", kind="stable")
    chosen = there.index[:people] if people is not None else there.index
    return log.loc[log["entity_id"].isin(chosen)]
