"""The answer, a paragraph for each alternative, from the tables: what is clearly different, what is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from spinesim.study.scenario_folder import ResultFolder
from spinesim.view import names, words
from spinesim.view.report.blocks import Block, Paragraph
from spinesim.view.report.named import count, quoted, shown, step
from spinesim.view.report.said import clear, flow_difference

LOWER, HIGHER = -1, 1
_INTERVAL = re.compile(r" \((95 % interval[^)]*)\)")
GOOD: Mapping[str, int] = {
    "pain_12_months": LOWER,
    "pain_average": LOWER,
    "disability_12_months": LOWER,
    "disability_average": LOWER,
    "goal_attained": HIGHER,
    "harms": LOWER,
    "days_off_work": LOWER,
    "cost": LOWER,
    "qaly": HIGHER,
}
"""Outcomes of the answer and which way is better."""
MOST_WAITS, FEWEST_PEOPLE = 3, 30  # a step of fewer people is not worth a headline
Said = tuple[str, str, int]
"""What, the difference in words, and 1 better, -1 worse, 0 no clear difference."""


def answer(folder: ResultFolder) -> list[Block]:
    """A paragraph for each alternative."""
    first, *others = folder.arms
    if not others:
        return [Paragraph(_alone(folder, first))]
    return [
        Paragraph(_sentence(arm, first, [*_waits(folder, arm), *_outcomes(folder, arm)], folder), "answer")
        for arm in others
    ]


def _sentence(arm: str, first: str, said: list[Said], folder: ResultFolder) -> str:
    better, worse = (
        [f"{what} ({_open(text)})" for what, text, way in said if way == sign] for sign in (1, -1)
    )
    same = [what for what, _, way in said if way == 0]
    parts = []
    if better:
        parts.append(f"is better in {_listed(better)}")
    if worse:
        parts.append(f"is worse in {_listed(worse)}")
    if same:
        parts.append(f"shows no clear difference in {_listed(same)}")
    text = f"{quoted(arm)}, beside {quoted(first)}, {'; it '.join(parts)}." if parts else ""
    return " ".join(filter(None, (text, _worth(folder, arm))))


def _open(text: str) -> str:
    """A difference without brackets of its own, to stand in brackets."""
    return _INTERVAL.sub(r", \1", text)


def _listed(items: list[str]) -> str:
    """'a, b and c', with the names in small letters."""
    small = [item if item[:2].isupper() else f"{item[:1].lower()}{item[1:]}" for item in items]
    return small[0] if len(small) == 1 else f"{', '.join(small[:-1])} and {small[-1]}"


def _waits(folder: ResultFolder, arm: str) -> list[Said]:
    """The waits of the most people, and those that clearly change, as many as fit."""
    table, waits = folder.table("flow_differences"), folder.table("waits")
    if not len(table) or not len(waits):
        return []
    rows = table[(table["arm"] == arm) & (table["measure"] == "median_wait")].copy()
    rows["people"] = rows["what"].map(waits.groupby("step")["n"].sum()).fillna(0)
    many = rows[rows["people"] >= FEWEST_PEOPLE]
    rows = (many if len(many) else rows).copy()
    rows["clear"] = [clear(r.difference, r.low, r.high) for r in rows.itertuples()]
    chosen = rows.sort_values(["clear", "people"], ascending=False, kind="stable").head(MOST_WAITS)
    found = []
    for row in chosen.itertuples():
        text = flow_difference("median_wait", row.difference, row.low, row.high, yes(row.at_least))
        label = step(str(row.what))
        name = label if label[:2].isupper() else f"{label[:1].lower()}{label[1:]}"
        sure = row.clear and not text.startswith(("no difference", "hardly any"))
        found.append(
            (
                f"the median wait ({name})",
                text,
                (1 if row.difference < 0 else -1) if sure else 0,
            )
        )
    return found


def _outcomes(folder: ResultFolder, arm: str) -> list[Said]:
    table = folder.table("differences")
    there = table[table["arm"] == arm].set_index("outcome")
    wanted, rest = names.in_order(there.index)
    found = []
    for outcome in [*wanted, *rest]:
        if outcome not in GOOD or (
            outcome.endswith("_average") and f"{outcome.split('_')[0]}_12_months" in there.index
        ):
            continue
        row = there.loc[outcome]
        text = in_words(folder, row, outcome)
        sure = clear(row["difference"], row["low"], row["high"]) and not text.startswith(
            ("no ", "hardly any")
        )
        found.append(
            (names.label(outcome), text, GOOD[outcome] * (1 if row["difference"] > 0 else -1) if sure else 0)
        )
    return found


def in_words(folder: ResultFolder, row: Any, outcome: str) -> str:
    """A row of ``differences.csv`` in words, beside the minimal important change where there is one."""
    base = words.outcome_of(outcome)
    important = folder.manifest.get("important", {}).get(base) if base in ("pain", "disability") else None
    said = words.sentence(
        outcome, float(row["difference"]), float(row["low"]), float(row["high"]), str(row["unit"]), important
    )
    return said.split(": ", 1)[1]


def _worth(folder: ResultFolder, arm: str) -> str:
    """Net benefit of one arm for the health system, in a sentence."""
    table = folder.table("value")
    if not len(table):
        return ""
    rows = table[(table["arm"] == arm) & (table["view"] == "health_system")]
    if not len(rows):
        return ""
    row, threshold = rows.iloc[0], folder.manifest["threshold"]
    unit = str(row["cost_unit"])
    low, high = float(row["net_benefit_low"]), float(row["net_benefit_high"])
    said = (
        f"At {threshold['value']:,.0f} {folder.manifest['money']} per QALY its net benefit to the "
        f"health system "
    )
    if clear(row["net_benefit"], low, high):
        way = "higher" if low > 0 else "lower"
        near, far = sorted((abs(low), abs(high)))
        return (
            f"{said}is {way} by {abs(row['net_benefit']):,.0f} {unit} (95 % interval {near:,.0f} "
            f"to {far:,.0f})."
        )
    if low == low and high == high:
        return f"{said}shows no clear difference (95 % interval {shown(low, 0)} to {shown(high, 0)} {unit})."
    return ""


def _alone(folder: ResultFolder, arm: str) -> str:
    summary = folder.table("summary").set_index("outcome")
    wanted, _ = names.in_order(summary.index)
    said = []
    for outcome in wanted[:6]:
        row = summary.loc[outcome]
        mean, low, high = (words.value(float(row[key]), str(row["unit"])) for key in ("mean", "low", "high"))
        span = "" if "–" in (low, high) else f" (95 % interval {low} to {high})"
        said.append(f"{names.label(outcome)}: {mean} {words.said_unit(str(row['unit']))}{span}")
    people = count(int(folder.manifest["patients"]), "person", "people")
    return f"{quoted(arm)} alone, {people} a run: {'; '.join(said)}. Nothing was compared."


def yes(cell: object) -> bool:
    """A truth value as a CSV has it."""
    return str(cell).lower() in ("true", "1", "1.0")
