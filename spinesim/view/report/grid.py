"""A table with a row a thing and a column a scenario, and the change that goes into its cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from spinesim.study.scenario_folder import ResultFolder
from spinesim.view.report.answer import yes
from spinesim.view.report.blocks import Table
from spinesim.view.report.said import flow_difference

MOST_ROWS, FEW_ROWS = 12, 6
Cell = Callable[[str, str], str]
Rows = Mapping[tuple[str, str], Mapping[str, Any]]


def grid(
    folder: ResultFolder, caption: str, head: str, keys: Sequence[tuple[str, str]], cell: Cell, file: str
) -> Table | None:
    """A row a key (and its name), a column an arm."""
    rows = [(name, *(cell(key, arm) for arm in folder.arms)) for key, name in keys]
    return Table(caption, (head, *folder.arms), rows, (), file, even=True) if rows else None


def change(folder: ResultFolder, measure: str, what: str, arm: str) -> str:
    """The difference from the reference in words, behind a cell."""
    table = folder.table("flow_differences")
    if not len(table):
        return ""
    rows = table[(table["measure"] == measure) & (table["what"] == what) & (table["arm"] == arm)]
    if not len(rows):
        return ""
    row = rows.iloc[0]
    return " · " + flow_difference(measure, row["difference"], row["low"], row["high"], yes(row["at_least"]))
