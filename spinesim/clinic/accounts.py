"""The clinic's day book: for each resource and day, how long it was open, how long it worked, who waited."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

from spinesim.clinic.setting import ClinicSetting

if TYPE_CHECKING:
    import pandas as pd

    from spinesim.clinic.clinic import Clinic

ACCOUNT_COLUMNS = [
    "day",
    "resource",
    "open_hours",
    "busy_hours",
    "over_hours",
    "lost_hours",
    "waiting",
    "no_shows",
]
HOUR, WEEK = 60, 7


class Accounts:
    """One row a day for each resource that is not ample.

    ``open_hours``, ``busy_hours`` and ``over_hours`` are server-hours: open, at work, and of these after the
    end of the session; ``lost_hours`` were booked by people who did not come (a group meets without them);
    ``waiting`` counts, at the end of the day, who waits for a slot they want by now.
    """

    def __init__(self, setting: ClinicSetting) -> None:
        self.kept = {name: one for name, one in setting.resources if one.staff != "ample"}
        self._codes = {name: code for code, name in enumerate(self.kept)}
        self._open = dict.fromkeys(self.kept, 0.0)
        self._before: dict[str, tuple[float, float, float, int]] = dict.fromkeys(
            self.kept, (0.0, 0.0, 0.0, 0)
        )
        self._columns = {name: array("d") for name in ACCOUNT_COLUMNS}

    @staticmethod
    def none() -> pd.DataFrame:
        """No rows."""
        return _table({name: np.zeros(0) for name in ACCOUNT_COLUMNS}, [])

    def opened(self, name: str, minutes: float) -> None:
        """How many server-minutes are open today."""
        self._open[name] = minutes

    def close(self, day: int, clinic: Clinic) -> None:
        """Make up the day."""
        for name, resource in self.kept.items():
            book = clinic.books.get(name)
            if book is not None:
                minutes = (book.busy_minutes, book.over_minutes, book.lost_minutes)
                total = (minutes[0] / HOUR, minutes[1] / HOUR, minutes[2] / HOUR, book.no_shows)
                hours, waiting = self._open[name] / HOUR, book.waiting
            else:  # an even flow: a slot takes its share of the week
                station, weekly = clinic.resources[name], resource.hours_per_week or 0.0
                total = (station.busy_days * weekly / WEEK, 0.0, 0.0, 0)
                hours, waiting = resource.capacity * weekly / WEEK, station.waiting
            before, self._before[name] = self._before[name], total
            busy, over, lost, missed = (now - then for now, then in zip(total, before, strict=True))
            cells = (day, self._codes[name], hours, busy, over, lost, waiting, missed)
            for column, cell in zip(self._columns.values(), cells, strict=True):
                column.append(cell)

    def table(self) -> pd.DataFrame:
        """The rows, in order of day."""
        return _table({name: np.array(column) for name, column in self._columns.items()}, list(self._codes))


def _table(columns: dict[str, Any], names: list[str]) -> pd.DataFrame:
    import pandas as pd

    for name in ("day", "waiting", "no_shows"):
        columns[name] = columns[name].astype(np.int64)
    codes = columns["resource"].astype(np.int64)
    columns["resource"] = np.array(names, dtype=object)[codes] if len(codes) else np.array([], dtype=object)
    return pd.DataFrame(columns, columns=ACCOUNT_COLUMNS)
