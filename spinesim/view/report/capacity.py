"""Waiting and capacity: waits, use of the time, lists, throughput, attendance."""

from __future__ import annotations

from spinesim.study.scenario_folder import ResultFolder
from spinesim.view.report import pictures
from spinesim.view.report.answer import yes
from spinesim.view.report.blocks import Block, Paragraph, Table
from spinesim.view.report.grid import FEW_ROWS, MOST_ROWS, change, grid
from spinesim.view.report.named import interval_of, resource, shown, step, with_interval

USE = "Use of the open hours of a week, % (95 % interval); booked adds the slots lost to no-shows"


def flow(folder: ResultFolder) -> list[Block]:
    """Waits, use of the time, throughput, lists, attendance: a column a scenario."""
    arms, m = folder.arms, folder.manifest
    waits = folder.table("waits")
    if not len(waits):
        return [Paragraph("Nobody waits in this clinic: its capacity is ample.")]
    blocks = [pictures.waits_picture(waits, arms), _waits(folder)]
    use, lists = folder.table("utilisation"), folder.table("list_size")
    if len(use):
        blocks += [pictures.use_picture(use, arms), _use(folder)]
    if len(lists):
        blocks += [pictures.lists_picture(lists, arms, int(m["warm_up"])), _lists(folder)]
    blocks += [_throughput(folder), _attendance(folder), _left(folder)]
    return [one for one in blocks if one is not None]


def _waits(folder: ResultFolder) -> Table | None:
    table = folder.table("waits").set_index(["step", "arm"])

    def cell(name: str, arm: str) -> str:
        if (name, arm) not in table.index:
            return "–"
        row = table.loc[(name, arm)]
        over = [("" if yes(row[flag]) else "over ") for flag in ("reached", "p90_reached")]
        middle = over[0] + with_interval(row["median"], max(row["low"], 0.0), row["high"])
        return f"{middle}; {over[1]}{shown(row['p90'])}{change(folder, 'median_wait', name, arm)}"

    keys = [(name, step(name)) for name in _most(folder)]
    caption = (
        "Days waited for a slot: median (95 % interval); 90th centile. Beside the reference: "
        "difference of the median"
    )
    return grid(folder, caption, "Step", keys, cell, "waits")


def _most(folder: ResultFolder) -> list[str]:
    """The steps most people wait for, in the order of the table."""
    table = folder.table("waits")
    asked = set(table.groupby("step")["n"].sum().nlargest(MOST_ROWS).index)
    return [str(one) for one in dict.fromkeys(table["step"]) if one in asked]


def _use(folder: ResultFolder) -> Table | None:
    table = folder.table("utilisation").set_index(["resource", "arm"])

    def cell(name: str, arm: str) -> str:
        if (name, arm) not in table.index:
            return "–"
        row = table.loc[(name, arm)]
        used = interval_of([100 * float(row[key]) for key in ("utilisation", "low", "high")])
        booked = f", booked {100 * float(row['booked']):.0f}" if "booked" in row else ""
        of = f"{used}{booked} of {shown(row['open_hours_per_week'])} h"
        return f"{of}{change(folder, 'utilisation', name, arm)}"

    names_ = dict.fromkeys(folder.table("utilisation")["resource"])
    keys = [(str(name), resource(str(name))) for name in names_]
    return grid(
        folder,
        USE,
        "Resource",
        keys,
        cell,
        "utilisation",
    )


def _lists(folder: ResultFolder) -> Table | None:
    table = folder.table("flow_differences")
    if not len(table):
        return None
    table = table[table["measure"] == "list_size"]

    def cell(name: str, arm: str) -> str:
        rows = table[(table["what"] == name) & ((table["arm"] == arm) | (arm == folder.arms[0]))]
        if not len(rows):
            return "–"
        value = rows.iloc[0]["reference" if arm == folder.arms[0] else "value"]
        return f"{shown(value)}{change(folder, 'list_size', name, arm)}"

    keys = [(str(name), resource(str(name))) for name in dict.fromkeys(table["what"])]
    return grid(folder, "People waiting, mean over the run", "Resource", keys, cell, "flow_differences")


def _throughput(folder: ResultFolder) -> Table | None:
    table = folder.table("throughput")
    if not len(table):
        return None
    kept = table.groupby("step", sort=False)["per_week"].max().nlargest(MOST_ROWS).index
    by = table.set_index(["step", "arm"])

    def cell(name: str, arm: str) -> str:
        return (
            with_interval(*by.loc[(name, arm), ["per_week", "low", "high"]])
            if (name, arm) in by.index
            else "–"
        )

    keys = [(str(name), step(str(name))) for name in kept]
    return grid(
        folder, "Throughput: slots completed a week (95 % interval)", "Step", keys, cell, "throughput"
    )


def _attendance(folder: ResultFolder) -> Table | None:
    table = folder.table("attendance")
    if not len(table):
        return None
    table = table[table["lead"] == "any lead time"]
    kept = table.groupby("step", sort=False)["appointments"].sum().nlargest(FEW_ROWS).index
    by = table.set_index(["step", "arm"])

    def cell(name: str, arm: str) -> str:
        if (name, arm) not in by.index:
            return "–"
        row = by.loc[(name, arm)]
        share = interval_of([100 * float(row[key]) for key in ("share", "low", "high")])
        return f"{share} of {int(row['appointments']):,}"

    keys = [(str(name), step(str(name))) for name in kept]
    return grid(folder, "Did not come, % of appointments (95 % interval)", "Step", keys, cell, "attendance")


def _left(folder: ResultFolder) -> Table | None:
    table = folder.table("left")
    if not len(table):
        return None
    keys = list(table.groupby(["step", "reason"], sort=False)["people"].sum().nlargest(FEW_ROWS).index)
    by = table.set_index(["step", "reason", "arm"])

    def cell(key: str, arm: str) -> str:
        place = (*key.split("|", 1), arm)
        return with_interval(*by.loc[place, ["per_100", "low", "high"]]) if place in by.index else "0"

    named = [(f"{name}|{reason}", f"{step(str(name))}: {reason}") for name, reason in keys]
    return grid(
        folder, "Left the list unserved, per 100 slots asked for (95 % interval)", "Step", named, cell, "left"
    )
