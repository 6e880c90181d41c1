"""Results with their intervals: outcomes, harm, money, who waits and who benefits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spinesim.study.scenario_folder import ResultFolder
from spinesim.study.told import harm_word
from spinesim.view import names, style, words
from spinesim.view.report import pictures
from spinesim.view.report.answer import in_words, yes
from spinesim.view.report.blocks import Block, Paragraph, Table
from spinesim.view.report.grid import FEW_ROWS, Cell, Rows, grid
from spinesim.view.report.named import GROUPS, count, interval_of, payer, shown, step, with_interval
from spinesim.view.report.said import flow_difference

MEASURES = {
    "cost_per_person": "Cost per person",
    "helped_goal": "Reached the own goal",
    "helped_pain": "Pain improved by what matters",
    "cost_per_goal": "Cost per person who reached the own goal",
    "cost_per_pain": "Cost per person whose pain improved",
    "qaly": "QALYs",
    "net_benefit": "Net benefit",
    "cost_per_qaly": "Cost per QALY beside the reference",
}


def outcomes(folder: ResultFolder) -> list[Block]:
    """Means and paired differences of every outcome; pain and disability by week; homogeneity."""
    arms, regions = folder.arms, folder.manifest.get("regions", style.REGIONS)
    blocks: list[Block | None] = []
    if "series" in folder.tables:
        blocks += [
            pictures.course_picture(folder.table("series"), one, arms, regions)
            for one in ("pain", "disability")
        ]
    summary, differences = folder.table("summary"), folder.table("differences")
    means = summary.set_index(["outcome", "arm"])
    changes = differences.set_index(["outcome", "arm"]) if len(differences) else differences

    def cell(outcome: str, arm: str) -> str:
        row = means.loc[(outcome, arm)]
        mean, low, high = (words.value(float(row[key]), str(row["unit"])) for key in ("mean", "low", "high"))
        if arm == arms[0]:
            return mean if "–" in (low, high) else f"{mean} ({low} to {high})"
        return f"{mean} · {in_words(folder, changes.loc[(outcome, arm)], outcome)}"

    main, rest = names.in_order(dict.fromkeys(summary["outcome"]))
    for title, wanted in (("The outcomes that matter most", main), ("More outcomes", rest)):
        keys = []
        for outcome in wanted:
            unit = style.by_region(words.said_unit(str(means.loc[(outcome, arms[0]), "unit"])), regions)
            keys.append((outcome, f"{names.label(outcome)}, {unit}"))
        caption = f"{title}: mean (95 % interval)" + (
            "; difference from the reference" if len(arms) > 1 else ""
        )
        blocks.append(
            grid(folder, caption, "Outcome", keys, cell, "differences" if len(arms) > 1 else "summary")
        )
    blocks += _homogeneity(folder)
    return [one for one in blocks if one is not None]


def _homogeneity(folder: ResultFolder) -> list[Block | None]:
    table = folder.table("homogeneity")
    if not len(table):
        return []
    rows = [
        (
            f"{'All care' if row['of'] == 'care' else 'Procedures'} · {row['arm']}",
            with_interval(row["index"], row["low"], row["high"], 3),
            shown(row["within"], 3),
            shown(row["across"], 3),
            f"{row['commonest']} ({shown(100 * row['share'], 0)} %)",
        )
        for row in table.to_dict("records")
    ]
    heads = (
        "Of · scenario",
        "Index (95 % interval)",
        "Same condition",
        "Different conditions",
        "Commonest bundle",
    )
    return [
        Table("How alike the care is that people get", heads, rows, (1, 2, 3), "homogeneity"),
        Paragraph(
            "The index is the chance that two people had the same bundle of care (0 none, 1 all). "
            "Good care is alike "
            "among people with the same condition and differs between conditions.",
            "note",
        ),
    ]


def harm(folder: ResultFolder) -> list[Block]:
    """The harms ledger."""
    table = folder.table("harms")
    if not len(table):
        return [Paragraph("No harm from care occurred in these runs.")]
    rows = []
    biggest = (
        table.groupby("harm", sort=False)["mean"].max().sort_values(ascending=False, kind="stable").index
    )
    for name in biggest:
        mine = table[table["harm"] == name].set_index("arm")
        cells = [
            interval_of([float(mine.loc[arm, key]) for key in ("mean", "low", "high")], 2)
            if arm in mine.index
            else "–"
            for arm in folder.arms
        ]
        rows.append((names.read_out(harm_word(str(name))), *cells))
    heads = ("Harm", *folder.arms)
    return [
        Table("Harms from care, per 100 people (95 % interval)", heads, rows, range(1, len(heads)), "harms")
    ]


def money(folder: ResultFolder) -> list[Block]:
    """Cost by payer, per person helped and per QALY; staff hours; what an extra slot buys."""
    arms, m = folder.arms, folder.manifest
    blocks: list[Block | None] = [
        pictures.cost_picture(folder.table("value"), arms, str(m["money"]), arms[0])
    ]
    table = folder.table("money")
    for view in dict.fromkeys(table["view"]) if len(table) else ():
        mine = table[(table["view"] == view) & table["measure"].isin(MEASURES)]
        if view != "health_system":
            mine = mine[mine["measure"].isin(("cost_per_person", "net_benefit"))]
        by = {(str(row["measure"]), str(row["arm"])): row for row in mine.to_dict("records")}
        keys = [(str(one), MEASURES[one]) for one in dict.fromkeys(mine["measure"])]
        caption = f"{payer(str(view))}, {m['money']}: value (95 % interval); difference from the reference"
        blocks.append(grid(folder, caption, "Measure", keys, _money_cell(by), "money"))
    extra = folder.table("extra_slot")
    if len(extra):
        rows = [[_cell(cell) for cell in row] for row in extra.itertuples(index=False)]
        heads = [str(column).replace("_", " ") for column in extra.columns]
        blocks.append(Table("What an extra slot a week buys", heads, rows, (), "extra_slot"))
    worth = f"{m['threshold']['value']:,.0f} {m['threshold']['unit']}"
    note = (
        f"Costs and QALYs are discounted. Net benefit values a QALY at {worth}. Prices are each "
        f"clinic's own where it gives any."
    )
    blocks.append(Paragraph(note, "note"))
    return [one for one in blocks if one is not None]


def _money_cell(by: Mapping[tuple[str, str], Mapping[str, Any]]) -> Cell:
    def cell(name: str, arm: str) -> str:
        if (name, arm) not in by:
            return "–"
        row = by[name, arm]
        decimals = 3 if name == "qaly" else 1 if name.startswith("helped") else 0
        value = interval_of([float(row[key]) for key in ("value", "low", "high")], decimals)
        says = str(row["says"])
        if says == "the reference":
            return value
        ends = [float(row[key]) for key in ("difference", "difference_low", "difference_high")]
        change = "" if ends[0] != ends[0] else f" · difference {interval_of(ends, decimals)}"
        return f"{value}{change}{f'; {says}' if says else ''}"

    return cell


def _cell(cell: object) -> str:
    return shown(cell, 2) if isinstance(cell, float) else str(cell)


def people(folder: ResultFolder) -> list[Block]:
    """Who waits and who benefits, by severity, age and work."""
    waits, gains = folder.table("who_waits"), folder.table("strata")
    blocks: list[Block] = []
    if len(waits):
        first = "intake" if "intake" in set(waits["step"]) else str(waits.groupby("step")["n"].sum().idxmax())
        for name in [first, *_changed(folder, first)]:
            by = {
                (f"{r['by']}|{r['group']}", str(r["arm"])): r
                for r in waits[waits["step"] == name].to_dict("records")
            }

            def waited(key: str, arm: str, by: Rows = by) -> str:
                if (key, arm) not in by:
                    return "–"
                row = by[key, arm]
                value = with_interval(row["median"], max(row["low"], 0.0), row["high"])
                ends = (row["difference"], row["difference_low"], row["difference_high"])
                return (
                    value if arm == folder.arms[0] else f"{value} · {flow_difference('median_wait', *ends)}"
                )

            caption = f"Who waits: {step(name)}, median days (95 % interval); difference from the reference"
            blocks += filter(None, [grid(folder, caption, "Who", _groups(by), waited, "who_waits")])
    for outcome in dict.fromkeys(gains["outcome"]) if len(gains) else ():
        by = {
            (f"{r['by']}|{r['group']}", str(r["arm"])): r
            for r in gains[gains["outcome"] == outcome].to_dict("records")
        }

        def gained(key: str, arm: str, by: Rows = by, outcome: str = str(outcome)) -> str:
            row = by.get((key, folder.arms[1] if arm == folder.arms[0] else arm))
            if row is None:
                return "–"
            unit = str(row["unit"])
            if arm == folder.arms[0]:
                return f"{words.value(row['reference'], unit)} ({int(row['people']):,} people)"
            return f"{words.value(row['value'], unit)} · {in_words(folder, row, outcome)}"

        caption = f"Who benefits: {names.label(str(outcome))}; difference from the reference"
        blocks += filter(None, [grid(folder, caption, "Who", _groups(by), gained, "strata")])
    return blocks


def _groups(by: Rows) -> list[tuple[str, str]]:
    """Kinds of people, each once, with the name of the grouping."""
    keys = dict.fromkeys(key for key, _ in by)
    return [
        (key, f"{GROUPS.get(key.split('|')[0], key.split('|')[0])}: {key.split('|', 1)[1]}") for key in keys
    ]


def _changed(folder: ResultFolder, besides: str) -> list[str]:
    """The step whose wait changes most, if any does."""
    table = folder.table("flow_differences")
    if not len(table):
        return []
    rows = table[(table["measure"] == "median_wait") & (table["what"] != besides)]
    rows = rows[rows["difference"].abs() > 0.5]
    return [str(rows.loc[rows["difference"].abs().idxmax(), "what"])] if len(rows) else []


def sure(folder: ResultFolder) -> list[Block]:
    """How sure the numbers are, and how many runs would be enough."""
    m = folder.manifest
    blocks: list[Block] = [
        Paragraph(
            f"Intervals are {m.get('intervals', '95 % intervals')} ({count(int(m['runs']), 'run')}); "
            f"a difference is paired: "
            "the same people with the same fate under both scenarios. “No clear difference” means "
            "that the interval "
            "holds 0. They tell the chance of a limited number of simulated people, not whether the "
            "assumptions are "
            "right."
        )
    ]
    table = folder.table("precision")
    if len(table):
        table = table.sort_values("needed", ascending=False, kind="stable").head(FEW_ROWS)
        rows = [
            (
                names.label(str(row["measure"])) + (f" · {row['arm']}" if row["arm"] else ""),
                f"{int(row['runs'])}",
                f"{shown(row['mean'], 2)} ± {shown(row['half_width'], 2)}",
                "–"
                if row["needed"] != row["needed"]
                else f"{shown(row['needed'], 0)}{' (estimated)' if yes(row['estimated']) else ''}",
            )
            for row in table.to_dict("records")
        ]
        heads = ("Measure · scenario", "Runs there are", "Mean ± half the interval", "Runs needed")
        blocks.append(
            Table(
                "Runs needed for an interval within 5 % of the mean: the measures that need most",
                heads,
                rows,
                (1, 2, 3),
                "precision",
            )
        )
    return blocks
