"""The page on money: what helping somebody costs, and what staff hours buy."""

from __future__ import annotations

from typing import Any

from spinesim.study.value.clinic_money import clinic_money
from spinesim.view.clinic_lab.section import SAID, Section, changed, interval, plain, table
from spinesim.view.controls import paragraphs

MEASURES = {
    "cost_per_person": ("Cost per person referred", 0),
    "helped_goal": ("People who attained their goal", 1),
    "helped_pain": ("People with clearly less pain", 1),
    "cost_per_goal": ("Cost per person who attained the goal", 0),
    "cost_per_pain": ("Cost per person with clearly less pain", 0),
    "qaly": ("QALYs", 3),
    "net_benefit": ("Net benefit", 0),
    "cost_per_qaly": ("Cost per QALY gained", 0),
}
HOURS = {
    "hours_per_week": "Hours used a week",
    "open_hours_per_week": "Hours open a week",
    "hours_per_goal": "Hours per person who attained the goal",
    "hours_per_pain": "Hours per person with clearly less pain",
}
NOTE = (
    "Each scenario at its clinic's own prices, in US dollars of the base year; costs of care and of harms, "
    "for the health system. Salaries and rooms are not counted apart: where staff is added, set the hours "
    "and the people helped beside what a post costs you."
)


def money(study: Any) -> Section:
    """Money, health and hours of every scenario."""
    known = clinic_money(study)
    rows = []
    for measure, (name, decimals) in MEASURES.items():
        for one in known.loc[known["measure"] == measure].itertuples():
            first = one.arm == study.arms[0]
            gap = changed(one.difference, one.difference_low, one.difference_high, decimals)
            rows.append(
                (
                    f"{name} ({one.unit})",
                    one.arm,
                    plain(one.value, decimals),
                    interval(one.low, one.high, decimals),
                    "–" if first else gap,
                    "" if first else str(one.says or ""),
                )
            )
    heads = ("Measure", "Scenario", "Value", "95 % interval", "Beside today's clinic", "In words")
    made = table("What it costs, and what it brings", heads, rows)
    hours = []
    for measure, name in HOURS.items():
        mine = known.loc[known["measure"] == measure]
        for resource in dict.fromkeys(mine["resource"]):
            values = mine.loc[mine["resource"] == resource].set_index("arm")["value"]
            cells = [plain(float(values.get(arm, float("nan")))) for arm in study.arms]
            hours.append((f"{name}: {SAID.get(resource, resource or 'all')}", *cells))
    made += table("Staff hours", ("Measure", *study.arms), hours) if hours else ""
    return Section("money", "Money", paragraphs(NOTE) + made)
