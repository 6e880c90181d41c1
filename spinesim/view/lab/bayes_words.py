"""Words of the lab of findings: names, alt texts, tables and the status line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from spinesim.view.lab.shown import Fact
from spinesim.view.lab.spec import Option
from spinesim.view.lesson import said
from spinesim.view.tables import said_in_html

PER = "per 100 people"
SOURCES = {"source": "A facet joint is the source", "no_source": "The pain comes from elsewhere"}
SCANS = (
    "serious disease, scanned at once",
    "serious disease, missed today",
    "scanned at once for nothing",
    "not scanned, nothing serious",
)
WAYS = {
    "first": "age and region alone",
    "history": "history",
    "examination": "history and examination",
    "scan": "a scan first",
    "all": "history, examination and scan",
}
FIRST = (
    "before", "now", "right_history", "right_examination", "right_scan", "any_flag", "serious_of_flagged",
    "scanned", "in_vain", "caught",
)  # fmt: skip
"""Facts of the first table; the others stand in the second."""
REST = (
    "if_found", "if_not_found", "claimed", "found", "right_first", "right_all", "gain_examination",
    "gain_signs", "gain_scan", "serious",
)  # fmt: skip


def short(label: str) -> str:
    """A pattern's name without its explanation."""
    plain = re.sub(r"\s*\([^)]*\)", "", label)
    return plain.removeprefix("Mimic: ").removeprefix("Suspected ").capitalize()


def groups(finding: Option, pattern: str) -> tuple[str, str, str, str]:
    """Names of the four groups of people."""
    there, positive = pattern[0].lower() + pattern[1:], finding.means["positive"]
    other = "it is not that"
    return f"{positive}: {there}", f"not so, yet {there}", f"{positive}, but {other}", "neither"


def patterns_in_words(names: Sequence[str], before: Sequence[float], after: Sequence[float]) -> str:
    """The bars of the patterns."""
    each = "; ".join(f"{name} {a:.0f}, then {b:.0f}" for name, a, b in zip(names, before, after, strict=True))
    return f"Bars: how probable each pattern is, of 100 people, before and after the result. {each}."


def people_in_words(who: str, counts: Sequence[int], names: Sequence[str]) -> str:
    """An array of a thousand people."""
    each = "; ".join(f"{count} {name}" for count, name in zip(counts, names, strict=True))
    return f"A thousand people {who}: {each}."


def ways_in_words(ways: Any) -> str:
    """The bars of the ways of looking."""
    each = "; ".join(f"{row.name} {row.right:.0f} ({row.low:.0f} to {row.high:.0f})"
                     for row in ways.itertuples(index=False))  # fmt: skip
    return (
        f"Bars: of 100 people, in how many the likeliest pattern is the true one, with 95 % interval. {each}."
    )


def calibration_in_words(table: Any) -> str:
    """The points of the calibration."""
    each = "; ".join(f"said {row.said:.0f} %, right {row.right:.0f} ({row.low:.0f} to {row.high:.0f})"
                     for row in table.itertuples(index=False))  # fmt: skip
    return f"Points: how sure after history and examination, and how often right, of 100. {each}."


def flags_in_words(flags: Any) -> str:
    """The bars of the red flags."""
    each = "; ".join(f"{row.flag} {row.have_it:.0f}, of 100 of those {row.serious:.1f} serious"
                     for row in flags.itertuples(index=False))  # fmt: skip
    return f"Bars: of 100 people, how many have each red flag. {each}."


def summary(facts: Mapping[str, Fact], positive: str, present: bool) -> str:
    """The status line."""
    value = {key: facts[key].value for key in facts}
    result = positive if present else f"not: {positive}"
    name = facts["before"].name.split(",")[0]
    return (
        f"{name} in {value['before']:.0f} of 100 like this one; with the result ({result}) "
        f"in {value['now']:.0f}. "
        f"Right pattern in 100 people: {value['right_examination']:.0f} by history and examination, "
        f"{value['right_scan']:.0f} by a scan first."
    )


def table(facts: Mapping[str, Fact], keys: Sequence[str]) -> str:
    """Facts as a table that a screen reader can walk: safe HTML."""
    rows = []
    for key in keys:
        number = said.without_name(said.fact(facts[key]))
        rows.append(
            f"<tr><th scope='row'>{escape(facts[key].name)}</th>"
            f"<td>{said_in_html(number[0].upper() + number[1:])}</td></tr>"
        )
    return (
        "<table class='spinesim-table'>"
        "<caption>Per 100 people, with 95&nbsp;% interval where chance plays a part</caption>"
        "<thead><tr><th scope='col'>What</th><th scope='col'>This run</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
