"""The other way: a simulated run written as a clinic would export its appointments."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from spinesim.study.files import FORMULA
from spinesim.study.own_data.words import COLUMNS, courses
from spinesim.study.own_data.write import write_whole

USED = ("request", "booked", "start", "no_show", "cancelled", "left", "red_flag")
ADDED = ("condition", "age")  # what the events do not know
AGAIN = 2.0
"""Value of ``left`` after a missed or cancelled appointment that was not replaced."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A slot that was asked for and is still awaited."""

    patient: int
    step: str
    referred: int
    urgent: bool
    booked: int | None = None
    appointment: int | None = None
    again: bool = False

    def row(self, attended: str) -> tuple[Any, ...]:
        """One line of the form."""
        flags = ("yes" if self.again else "no", "yes" if self.urgent else "no")
        return self.patient, self.referred, self.step, self.booked, self.appointment, attended, *flags


def export_referrals(
    events: pd.DataFrame,
    condition: Mapping[int, str],
    first_day: datetime.date | None = None,
    *,
    since: float = 0.0,
    ages: Mapping[int, float] | None = None,
) -> pd.DataFrame:
    """A run's appointments in the columns of the template.

    Parameters
    ----------
    events : DataFrame
        The event table of one run (`Results.events`): patient, day, event, step, value, in the order of time.
    condition : mapping of int to str
        Each patient's condition.
    first_day : date, optional
        The date of the run's day 0, a Monday; left out: days are numbers.
    since : float
        Only what was asked for from this day on, such as the day the clinic opens.
    ages : mapping of int to float, optional
        In years.

    Returns
    -------
    DataFrame
        Columns of the template, one row an appointment, in the order in which they were asked for.
    """
    lines = [line for line in _lines(events) if line[1] >= since]
    table = pd.DataFrame(lines, columns=["patient", *(name for name in COLUMNS if name not in ADDED)])
    table = table.sort_values(["referred", "patient"], kind="stable", ignore_index=True)
    table["condition"] = table["patient"].map(condition).fillna("")
    table["age"] = "" if ages is None else table["patient"].map(ages).astype(int)
    for column in ("referred", "booked", "appointment"):
        table[column] = [_day(day, first_day) for day in table[column]]
    return table[list(COLUMNS)]


def _day(day: float | None, first_day: datetime.date | None) -> str:
    if day is None or math.isnan(day):
        return ""
    return str(int(day)) if first_day is None else str(first_day + datetime.timedelta(days=int(day)))


def _lines(events: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """One line an appointment, or a place on the list."""
    no_more = courses()
    held: dict[tuple[int, str], _Asked] = {}
    flagged: dict[int, float] = {}
    used = events[events["event"].isin(USED)]
    columns = (used[name].to_list() for name in ("patient", "day", "event", "step", "value"))
    for patient, day, event, step, value in zip(*columns, strict=True):
        key = (patient, step)
        asked = held.get(key)
        if event == "red_flag":
            flagged[patient] = day
        elif event == "request":
            wanted = day if math.isnan(value) else max(day, value)
            held[key] = _Asked(patient, step, math.floor(wanted), flagged.get(patient) == day)
        elif asked is None:
            continue  # the end of what was told before
        elif event == "booked":
            held[key] = replace(asked, booked=math.floor(day), appointment=math.floor(value))
        elif event == "start":
            seen = math.floor(day) if asked.appointment is None else asked.appointment
            yield replace(asked, appointment=seen).row("yes")
            del held[key]
        elif event in ("no_show", "cancelled"):
            yield asked.row("no" if event == "no_show" else "cancelled")
            held[key] = replace(asked, booked=None, appointment=None, again=True)
            if event == "no_show" and step in no_more:
                del held[key]
        elif event == "left":
            if value != AGAIN or not asked.again or asked.appointment is not None:
                yield asked.row("left")
            del held[key]
    for asked in held.values():
        yield asked.row("")


def neutral(table: pd.DataFrame) -> pd.DataFrame:
    """The table, every text a spreadsheet would run as a formula marked as text; negative numbers stay."""

    def safe(cell: object) -> object:
        runs = isinstance(cell, str) and cell.startswith(FORMULA) and not cell.removeprefix("-").isdecimal()
        return f"'{cell}" if runs else cell

    return table.map(safe)


def write_referrals(table: pd.DataFrame, path: str | Path) -> Path:
    """Write such a table as CSV UTF-8; a text that a spreadsheet would run as a formula is marked as text.

    Raises
    ------
    SpinesimError
        If the folder takes no file.
    """
    target = Path(path)
    write_whole(target, neutral(table).to_csv(index=False, lineterminator="\n").encode())
    return target
