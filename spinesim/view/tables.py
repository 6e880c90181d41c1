"""Tables that a screen reader can walk: the paired differences, and one patient's two lanes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from spinesim.view import names, style, words


def differences(study: Any) -> tuple[str, str]:
    """HTML tables of the second arm beside the first: means and the paired difference in plain words.

    Parameters
    ----------
    study : Study
        With two arms.

    Returns
    -------
    tuple of str
        The outcomes that matter most, and all others.
    """
    first, second = study.arms[:2]
    summary = study.summary().set_index(["outcome", "arm"])
    said = words.sentences(study)
    said = said.loc[said["arm"] == second].set_index("outcome")["sentence"]
    regions = style.regions_of(study)
    lines = {}
    for outcome in said.index:
        unit = str(summary.loc[(outcome, first), "unit"])
        means = [words.value(float(summary.loc[(outcome, arm), "mean"]), unit) for arm in (first, second)]
        difference = str(said[outcome]).split(": ", 1)[1]
        told = names.name(str(outcome))
        small = style.by_region(words.said_unit(unit), regions)
        meaning = f"{escape(told.meaning)} · " if told.meaning else ""
        lines[str(outcome)] = (
            f"<tr><th scope='row'>{escape(told.label)}<br>"
            f"<small>{meaning}<span>{escape(small)}</span></small></th>"
            f"<td class='number'>{escape(means[0])}</td><td class='number'>{escape(means[1])}</td>"
            f"<td>{said_in_html(difference[0].upper() + difference[1:])}</td></tr>"
        )
    caption = f"The same people under both plans: {escape(second)} beside {escape(first)}"
    heads = (
        f"<thead><tr><th scope='col'>Outcome</th><th scope='col'>{escape(first)}</th>"
        f"<th scope='col'>{escape(second)}</th><th scope='col'>Difference in plain words</th></tr></thead>"
    )

    def table(title: str, rows: list[str]) -> str:
        body = "".join(lines[outcome] for outcome in rows)
        return (
            f"<table class='spinesim-table outcomes'><caption>{title}</caption>"
            f"<colgroup><col class='name'><col class='mean'><col class='mean'><col></colgroup>"
            f"{heads}<tbody>{body}</tbody></table>"
        )

    main, rest = names.in_order(lines)
    return table(caption, main), table("More outcomes of the same people", rest) if rest else ""


def said_in_html(text: str) -> str:
    """A sentence, escaped, in which '95 %' stays on one line."""
    return escape(text).replace("95 %", "95&nbsp;%")


def own_facts(said: Sequence[str]) -> str:
    """A table of what a lesson measures besides, one sentence a row; nothing where it measures nothing."""
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{said_in_html(told[:1].upper() + told[1:])}</td></tr>"
        for name, told in (one.split(": ", 1) for one in said if ": " in one)
    )
    if not rows:
        return ""
    caption = "<caption>What this lesson measures besides</caption>"
    return f"<table class='spinesim-table'>{caption}<tbody>{rows}</tbody></table>"


def when(day: float) -> str:
    """A day as people say it: 'week 1, day 2'."""
    week, rest = divmod(int(day), 7)
    return f"week {week}" if rest == 0 else f"week {week}, day {rest}"


def lanes(story: Any) -> str:
    """HTML table of one patient's two lanes: every event of each arm, day by day."""
    arms = list(story.events)
    tables = [one.groupby(one["day"].astype(int))["label"].apply(list) for one in story.events.values()]
    days = sorted(set().union(*(table.index for table in tables)))
    lines = []
    for day in days:
        cells = [
            "; ".join(str(label) for label in table[day]) if day in table.index else "–" for table in tables
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
