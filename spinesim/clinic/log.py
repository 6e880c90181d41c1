"""The one event table: what happened to whom, when, at which step, on which resource."""

from __future__ import annotations

import pandas as pd

COLUMNS = ["patient", "day", "event", "step", "resource", "value"]

Row = tuple[int, float, str, str, str, float]


class EventLog:
    """Events in the order they happen; `day` counts from the start of the run.

    `event` is one of arrival, request, start, end, offer, declined, result, harm, red_flag, discharge.
    `value` is a number that belongs to the event (pain at a visit, relief of a block in %, …) or NaN.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def table(self) -> pd.DataFrame:
        """The events as a table with the columns of `COLUMNS`."""
        return pd.DataFrame(self.rows, columns=COLUMNS)
