"""Tables that a screen reader can walk: the paired differences, and one patient's two lanes."""

from __future__ import annotations

from html import escape
from typing import Any

from spinesim.view import words

OPENING = (
    "imaging",
    "injections",
    "ablations",
    "operations",
    "harms",
    "pain_12_months",
    "disability_12_months",
    "pain_average",
    "disability_average",
    "weeks_disabled",
    "visits",
    "physiotherapy_sessions",
    "cost",
    "qaly",
)
"""Order of rows: what was done, what came of it, what it took. Unknown outcomes follow."""


def differences(study: Any) -> str:
    """HTML table of the second arm beside the first: means and the paired difference in plain words.

    Parameters
    ----------
    study : Study
        With two arms.
    """
    first, second = study.arms[:2]
    summary = study.summary().set_index(["outcome", "arm"])
    said = words.sentences(study)
    said = said.loc[said["arm"] == second].set_index("outcome")["sentence"]
    order = sorted(said.index, key=lambda name: OPENING.index(name) if name in OPENING else len(OPENING))
    lines = []
    for outcome in order:
        unit = str(summary.loc[(outcome, first), "unit"])
        means = [words.value(float(summary.loc[(outcome, arm), "mean"]), unit) for arm in (first, second)]
        difference = str(said[outcome]).split(": ", 1)[1]
        lines.append(
            f"<tr><th scope='row'>{escape(words.label(outcome))}<br>"
            f"<small>{escape(words.said_unit(unit))}</small></th>"
            f"<td class='number'>{escape(means[0])}</td><td class='number'>{escape(means[1])}</td>"
            f"<td>{said_in_html(difference[0].upper() + difference[1:])}</td></tr>"
        )
    return (
        f"<table class='spinesim-table'><caption>The same people under both plans: "
        f"{escape(second)} beside {escape(first)}</caption>"
        f"<thead><tr><th scope='col'>Outcome</th><th scope='col'>{escape(first)}</th>"
        f"<th scope='col'>{escape(second)}</th><th scope='col'>Difference in plain words</th></tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def said_in_html(text: str) -> str:
    """A sentence, escaped, in which '95 %' stays on one line."""
    return escape(text).replace("95 %", "95&nbsp;%")


def when(day: float) -> str:
    """A day as people say it: 'week 1, day 2'."""
    week, rest = divmod(int(day), 7)
    return f"week {week}" if rest == 0 else f"week {week}, day {rest}"


def lanes(story: Any) -> str:
    """HTML table of one patient's two lanes: every event of each arm, day by day."""
    arms = list(story.lanes)
    tables = [lane.groupby(lane["day"].astype(int))["label"].apply(list) for lane in story.lanes.values()]
    days = sorted(set().union(*(table.index for table in tables)))
    lines = []
    for day in days:
        cells = [
            ", ".join(str(label) for label in table[day]) if day in table.index else "–" for table in tables
        ]
        lines.append(
            f"<tr><th scope='row'>{escape(when(day))}</th>"
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + "</tr>"
        )
    heads = "".join(f"<th scope='col'>{escape(arm)}</th>" for arm in arms)
    return (
        "<details><summary>Every event of this person, as a table</summary><table class='spinesim-table'>"
        f"<thead><tr><th scope='col'>When</th>{heads}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></details>"
    )
