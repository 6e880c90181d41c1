"""What the results rest on: assumptions, evidence, and how to run it again."""

from __future__ import annotations

import shlex

import pandas as pd

from spinesim.study.scenario_folder import ResultFolder
from spinesim.study.scenario_folder.rests_on import BETWEEN
from spinesim.view.report.blocks import FILL, Block, Bullets, Code, Fold, Paragraph, Table
from spinesim.view.report.named import count, shown, theme

OWN = ("this clinic's own", "changed for this study")
NEAR = ("access",)
"""Themes shown in full: what a clinic lead can check against the own clinic."""


def assumptions(folder: ResultFolder) -> list[Block]:
    """Every number that rests on an assumption: counted by theme, those of the clinic in full."""
    table = folder.table("assumptions")
    if not len(table):
        return [Paragraph("No number of this run rests on an assumption.")]
    total = len(table) + len(folder.table("evidence"))
    own = table[table["why"].isin(OWN)]
    near = table[table["theme"].isin(NEAR) & ~table["why"].isin(OWN)]
    blocks: list[Block] = [
        Paragraph(
            f"Of {count(total, 'number')} that these runs read, {len(table):,} rest on an assumption "
            f"or were set by hand. "
            "Much is read that moves little; `spinesim uncertainty … --tornado` shows what matters."
        )
    ]
    if len(own):
        blocks.append(_values("Set by the clinic or for this study", own))
    if len(near):
        blocks.append(_values("Assumed about attendance, waiting and urgency", near))
    groups = table.groupby("theme", sort=False).size()
    blocks.append(
        Table(
            "Assumptions by theme",
            ("About", "Assumptions"),
            [(theme(str(k)), f"{n:,}") for k, n in groups.items()],
            (1,),
        )
    )
    full = _values("Every assumption", table)
    blocks.append(
        Fold(
            f"All {len(table):,} assumptions, one by one",
            [full],
            "Every assumption, one by one, is in assumptions.csv of the result folder.",
        )
    )
    return blocks


def _values(caption: str, table: pd.DataFrame) -> Table:
    rows = [
        (
            str(row["quantity"]),
            _value(row),
            str(row["why"]) + (f"; {row['notes']}" if row["notes"] else ""),
            str(row["id"]),
        )
        for row in table.to_dict("records")
    ]
    return Table(caption, ("What", "Value", "Why", "Parameter"), rows, (), "assumptions")


def _value(row: dict[str, object]) -> str:
    low, high = float(row["low"]), float(row["high"])  # type: ignore[arg-type]
    span = "" if low != low or high != high else f" ({row['interval'] or '95% CI'} {low:g} to {high:g})"
    return f"{float(row['value']):g} {row['unit']}{span}".replace(" (", " (", 1)  # type: ignore[arg-type]


def evidence(folder: ResultFolder) -> list[Block]:
    """Every number that rests on a paper, by paper; those fitted to trials."""
    table = folder.table("evidence")
    if not len(table):
        return [Paragraph("No number of this run rests on a published figure.")]
    published, fitted = table[table["why"] == "published"], table[table["why"] != "published"]
    by_study: dict[str, list[dict[str, object]]] = {}
    for row in published.to_dict("records"):
        for study in str(row["study"]).split(BETWEEN) if row["study"] else [str(row["source"])]:
            by_study.setdefault(study, []).append(row)
    blocks: list[Block] = [
        Paragraph(
            f"{count(len(published), 'number')} of these runs rest on "
            f"{count(len(by_study), 'published source')}; "
            f"{count(len(fitted), 'number')} were fitted so that simulated trials meet published ones."
        )
    ]
    taken, changes = folder.manifest["evidence"]["stance"], folder.manifest["evidence"]["changes"]
    if taken != "base":
        blocks.append(Paragraph(f"Disputed figures are read as a {taken} reader would."))
    if changes:
        blocks.append(
            Bullets([f"changed for this study: {key} = {value:g}" for key, value in changes.items()])
        )
    rows = [
        (
            study,
            f"{len(mine)}",
            ", ".join(dict.fromkeys(theme(str(one["theme"])) for one in mine)),
            ", ".join(sorted({str(one["certainty"]) for one in mine})),
            "no" if any(str(one["checked"]).lower() != "true" for one in mine) else "yes",
        )
        for study, mine in sorted(by_study.items())
    ]
    heads = ("Source", "Numbers", "About", "Certainty", "All read at the source")
    blocks.append(Table("Published sources", heads, rows, (1,), "evidence"))
    full = [
        (
            str(row["quantity"]),
            _value(row),
            str(row["study"] or row["source"]),
            str(row["certainty"]),
            str(row["id"]),
        )
        for row in table.to_dict("records")
    ]
    heads = ("What", "Value", "Source", "Certainty", "Parameter")
    blocks.append(
        Fold(
            f"All {len(table):,} numbers with their source",
            [Table("Evidence used", heads, full, (), "evidence")],
            "Every number with its source is in evidence.csv of the result folder.",
        )
    )
    return blocks


def again(folder: ResultFolder) -> list[Block]:
    """Seed, versions and the exact command."""
    m = folder.manifest
    versions = m.get("versions") or {"python": m["python"], "spinesim": m["spinesim"], "numpy": m["numpy"]}
    rows = [
        ("Seed", str(m["seed"])),
        ("Runs · people in each · weeks", f"{m['runs']} · {m['patients']:,} · {m['weeks']}"),
        *([("Warm-up", f"{m['warm_up']} weeks")] if folder.full else []),
        ("Evidence, SHA-256", str(m["evidence"]["sha256"])),
        ("Versions", ", ".join(f"{key} {value}" for key, value in sorted(versions.items()))),
        *([("Time the runs took", duration(m["seconds"]))] if m.get("seconds") else []),
        *([("Computer", str(m["system"]))] if m.get("system") else []),
        *(
            (f"{one['name']}, SHA-256", f"pathway {one['pathway_sha256']}; clinic {one['clinic_sha256']}")
            for one in m.get("scenarios", ())
        ),
    ]
    blocks: list[Block] = [Table("What was run", ("", "Value"), rows)]
    command, python = m.get("command") if folder.full else "", ordinary_command(folder)
    if folder.full and not command:
        python = python_command(folder)
    blocks.append(Paragraph("The same numbers come from this, with the same versions:"))
    blocks.append(Code(str(command or python)))
    if folder.full:
        blocks.append(
            Paragraph(
                "The clinics and pathways of every scenario are in full in manifest.json of the "
                "result folder.",
                "note",
            )
        )
    return blocks


def python_command(folder: ResultFolder) -> str:
    """The commands that run a scenario study again from its folder."""
    name = str(folder.path)
    return (
        "from spinesim.study import run_study, scenario_folder\n"
        f"plans = scenario_folder.plans_of(scenario_folder.read({name!r}).manifest)\n"
        f"scenario_folder.write(run_study(plans), plans, {name + '-again'!r})"
    )


def ordinary_command(folder: ResultFolder) -> str:
    """The command behind an ordinary folder, as far as its manifest tells; writes to a new folder."""
    m = folder.manifest
    if folder.full:
        return ""
    words = ["spinesim", str(m["command"]), *(str(one["name"]) for one in m["pathways"].values())]
    if isinstance(m["condition"], str):
        words += ["--condition", m["condition"]]
    words += ["--clinic", str(m["clinic"]["name"]), "--patients", str(m["patients"])]
    words += ["--years", f"{m['weeks'] / 52:g}", "--runs", str(m["runs"]), "--seed", str(m["seed"])]
    if m.get("stance", "base") != "base":
        words += ["--stance", str(m["stance"])]
    for change in m.get("changed", ()):
        words += ["--set", str(change)]
    return shlex.join([*words, "--out", f"{folder.path}-again"])


def missing(folder: ResultFolder) -> list[Block]:
    """What an ordinary folder does not hold, and the command that gives it."""
    return [
        Paragraph("This folder holds only means and differences. A full report also has:"),
        Bullets(
            [
                "waits, use of the open time, lists over time, attendance",
                "figures of pain and disability by week",
                "harms one by one, costs by payer, cost per QALY and per person helped",
                "who waits and who benefits, how many runs are enough",
                "the scenarios in words, every assumption, and the evidence used",
            ]
        ),
        Paragraph("This command runs the same again and keeps all of it:"),
        Code(ordinary_command(folder)),
    ]


def duration(seconds: float) -> str:
    """'12 s', '3 min 20 s'."""
    minutes, rest = divmod(round(float(seconds)), 60)
    return f"{minutes} min {rest} s" if minutes else f"{shown(float(seconds), 0)} s"


def or_fill(text: str, what: str) -> str:
    """A text, or the gap flagged where there is none."""
    return text.strip() or f"{FILL}{what}"
