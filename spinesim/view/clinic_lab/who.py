"""The page on people: who waits, and who benefits."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spinesim.study import flow
from spinesim.view import names, words
from spinesim.view.clinic_lab.heads import main_steps
from spinesim.view.clinic_lab.section import Section, changed, plain, step_name, table
from spinesim.view.controls import paragraphs

BY = {"severity": "pain at referral", "age": "age", "work": "work at referral"}
STEPS = 2
OUTCOMES = ("pain_12_months", "goal_attained")
NOTE = (
    "Groups are made at referral and are the same people in every scenario. Small groups have wide "
    "intervals; of many groups, one in twenty differs by chance alone."
)


def who(study: Any) -> Section:
    """Waits and benefit by kind of person."""
    steps = main_steps(flow.wait_table(study))[:STEPS]
    parts = [paragraphs(NOTE)]
    for by, said in BY.items():
        waits = flow.who_waits(study, by)
        rows = []
        for step in steps:
            for one in by_group(waits.loc[waits["step"] == step]).itertuples():
                gap = changed(one.difference, one.difference_low, one.difference_high)
                mine = one.arm == study.arms[0]
                rows.append(
                    (
                        f"{step_name(step)}: {one.group}",
                        one.arm,
                        f"{one.n:,}",
                        f"{plain(one.median)} / {plain(one.p90)}",
                        "–" if mine else gap,
                    )
                )
        heads = (
            "Step and group",
            "Scenario",
            "Slots",
            "Median / 90th centile, days",
            "Median beside today's clinic",
        )
        if rows:
            parts.append(table(f"Who waits, by {said}", heads, rows))
        parts.append(_benefit(study, by, said))
    return Section("who", "Who waits, who benefits", "".join(parts))


def by_group(table: pd.DataFrame) -> pd.DataFrame:
    """The scenarios of one group below each other, groups in their order."""
    place = {group: i for i, group in enumerate(dict.fromkeys(table["group"]))}
    return table.sort_values("group", key=lambda one: one.map(place), kind="stable")


def _benefit(study: Any, by: str, said: str) -> str:
    known = set(study.differences()["outcome"])
    rows = []
    for wanted in OUTCOMES:
        outcome = wanted if wanted in known else names.SHORT_OF_A_YEAR.get(wanted, wanted)
        if outcome not in known:
            continue
        for one in by_group(flow.who_benefits(study, by, outcome)).itertuples():
            text = words.sentence(outcome, one.difference, one.low, one.high, one.unit)
            rows.append(
                (f"{names.label(outcome)}: {one.group}", one.arm, f"{one.people:,}", text.split(": ", 1)[1])
            )
    if not rows:
        return ""
    return table(
        f"Who benefits, by {said}", ("Outcome and group", "Scenario", "People", "Beside today's clinic"), rows
    )
