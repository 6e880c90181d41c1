"""Numbers of a clinic study that a guess or a question may be about, and the settings of a run in words."""

from __future__ import annotations

import math
from typing import Any

from spinesim.study import flow
from spinesim.view import words
from spinesim.view.clinic_lab.heads import main_steps
from spinesim.view.clinic_lab.scenario_file import ScenarioFile
from spinesim.view.lab.shown import Fact
from spinesim.view.names import SHORT_OF_A_YEAR, label

DAYS = "days of waiting"
WAITS = {
    "physician": "the first visit",
    "physiotherapy": "physiotherapy",
    "imaging": "the scan",
    "psychology": "psychology",
}
"""Resources whose main step is a fact: the one most people ask for."""


def facts(study: Any) -> dict[str, Fact]:
    """Facts of the first alternative beside today's clinic.

    Every outcome of `study.differences()`; `wait_<resource>` (the median wait, difference) and
    `wait_today_<resource>` (level), in days. A follow-up shorter than a year gives its averages under the
    names of the values at 12 months.
    """
    found: dict[str, Fact] = {}
    arms = list(study.arms)
    waits = flow.wait_table(study)
    for resource, name in WAITS.items():
        for step in main_steps(waits, (resource,)):
            today = waits.loc[(waits["step"] == step) & (waits["arm"] == arms[0])]
            for row in today.itertuples():
                key = f"wait_today_{resource}"
                ends = _ends(row.low, row.high, bool(row.reached))
                found[key] = Fact(
                    key, f"Median wait for {name}, today", float(row.median), *ends, DAYS, "level"
                )
    if len(arms) < 2:
        return found
    paired = flow.paired_flow(study)
    paired = paired.loc[(paired["measure"] == "median_wait") & (paired["arm"] == arms[1])]
    for resource, name in WAITS.items():
        steps = main_steps(waits, (resource,))
        for row in paired.loc[paired["what"].isin(steps)].itertuples():
            key = f"wait_{resource}"
            ends = _ends(row.low, row.high, not row.at_least)
            found[key] = Fact(key, f"Median wait for {name}", float(row.difference), *ends, DAYS)
    table = study.differences()
    for row in table.loc[table["arm"] == arms[1]].itertuples():
        key = str(row.outcome)
        base = words.outcome_of(key)
        matters = study.minimal_important(base) if base in ("pain", "disability") else None
        found[key] = Fact(
            key, label(key), float(row.difference), float(row.low), float(row.high), str(row.unit),
            important=matters,
        )  # fmt: skip
    for key, short in SHORT_OF_A_YEAR.items():
        if key not in found and short in found:
            found[key] = found[short]
    return found


def _ends(low: float, high: float, reached: bool) -> tuple[float, float]:
    """An interval; none where the wait is longer than the number says."""
    return (float(low), float(high)) if reached else (math.nan, math.nan)


def setting_text(file: ScenarioFile) -> str:
    """What was run, in one line."""
    wish = file.wish
    beside = "; ".join(one.name for one in file.alternatives) or "nothing beside it"
    return (
        f"spinesim 11: {file.clinic}; {beside}; patients={wish.patients}; runs={wish.runs}; "
        f"years={wish.years:g}; seed={wish.seed}"
    )
