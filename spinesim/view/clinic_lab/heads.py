"""The headline: for each alternative, one plain sentence for what matters most, with its interval."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from spinesim.study import flow
from spinesim.view import words
from spinesim.view.clinic_lab.section import step_name
from spinesim.view.names import SHORT_OF_A_YEAR

OUTCOMES = ("pain_12_months", "disability_12_months", "goal_attained", "procedures", "harms", "cost", "qaly")
RESOURCES = ("physician", "physiotherapy", "psychology", "imaging")
FEWEST = 10
"""Fewer slots than this in every scenario are not worth a sentence or a row."""


def wait_change(row: Any) -> str:
    """The change of a median wait as a sentence.

    Parameters
    ----------
    row : named tuple
        Of `paired_flow`: what, reference, value, difference, low, high (days), at_least.
    """
    said = f"Median wait, {lower(step_name(row.what))}"
    if not math.isfinite(row.difference):
        return f"{said}: could not be measured in this run"
    least = "more than " if row.at_least else ""
    now = f"{least}{row.reference:.1f} days today, {least}{row.value:.1f} then"
    if row.difference == row.low == row.high == 0 or max(abs(row.difference), 0) < 0.05 > _most(row):
        return f"{said}: no difference ({now})"
    way = "longer" if row.difference > 0 else "shorter"
    if not (math.isfinite(row.low) and math.isfinite(row.high)):
        return f"{said}: {abs(row.difference):.1f} days {way} ({now}; one run has no interval)"
    if row.low <= 0 <= row.high:
        ends = f"{abs(row.low):.1f} days shorter to {row.high:.1f} longer"
        return f"{said}: no clear difference (95 % interval {ends}; {now})"
    near, far = sorted((abs(row.low), abs(row.high)))
    return (
        f"{said}: {abs(row.difference):.1f} days {way} (95 % interval {near:.1f} to {far:.1f} {way}; {now})"
    )


def lower(words: str) -> str:
    """Words inside a sentence: a small letter first, unless it is an abbreviation.

    >>> lower("First visit"), lower("MRI")
    ('first visit', 'MRI')
    """
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _most(row: Any) -> float:
    ends = [abs(end) for end in (row.low, row.high) if math.isfinite(end)]
    return max(ends, default=0.0)


def main_steps(waits: pd.DataFrame, resources: tuple[str, ...] = RESOURCES) -> list[str]:
    """The first visit, and of each other kind of care the step most asked for."""
    found = []
    for resource in resources:
        mine = waits.loc[(waits["resource"] == resource) & (waits["step"] != "virtual_review")]
        asked = mine.groupby("step", sort=False)["n"].max()
        asked = asked.loc[asked >= FEWEST]
        if len(asked):
            found.append("intake" if "intake" in asked.index else str(asked.idxmax()))
    return found


def headlines(study: Any) -> list[tuple[str, list[str]]]:
    """Each alternative and its sentences, beside today's clinic."""
    waits, paired = flow.wait_table(study), flow.paired_flow(study)
    steps = main_steps(waits)
    said = words.sentences(study)
    known = set(said["outcome"])
    outcomes = [one if one in known else SHORT_OF_A_YEAR.get(one, one) for one in OUTCOMES]
    found = []
    for arm in study.arms[1:]:
        mine = paired.loc[(paired["arm"] == arm) & (paired["measure"] == "median_wait")]
        lines = [wait_change(row) for step in steps for row in mine.loc[mine["what"] == step].itertuples()]
        sentences = said.loc[said["arm"] == arm].set_index("outcome")["sentence"]
        lines += [str(sentences[outcome]) for outcome in outcomes if outcome in sentences.index]
        found.append((arm, lines))
    return found
