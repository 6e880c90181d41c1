"""Claims as text: in words what is said and why, then one aligned row per check and stance."""

from __future__ import annotations

import math
import re
import textwrap

import pandas as pd

from spinesim.study.claims_table import FEW, PASSES

INDENT, GAP = "  ", "  "
NARROWEST = 28  # of the column that says what was measured
VERDICT = 22  # width of the last column
WORDS = {
    "pain": "pain",
    "axial_pain": "back or neck pain",
    "limb_pain": "leg or arm pain",
    "disability": "disability (ODI or NDI)",
    "rmdq": "disability (RMDQ)",
    "pain_12_months": "pain at 12 months",
    "disability_12_months": "disability at 12 months",
    "pain_average": "average pain",
    "disability_average": "average disability",
    "imaging": "people scanned",
    "operations": "operations",
    "harms": "people harmed by care",
    "drug_days": "days on tablets",
    "relapsed": "people who relapse",
    "goal_attained": "people who reach their goal",
    "diagnosis_right": "right diagnosis",
    "deficit": "permanent nerve deficit",
    "qaly": "quality-adjusted life years",
    "incidental": "findings that are not the cause of pain",
    "harm_gi_event": "serious stomach events",
    "harm_renal_event": "kidney injuries",
    "harm_neurological_event": "injuries of cord or root",
}
"""Outcomes as people say them; any other is its name with spaces."""
CLINIC = {"hours": "hours of {}", "wait": "days waited for {}", "alike": "how alike {} is"}
"""Measures of the clinic: `spinesim.study.claims_clinic`."""
_AT = re.compile(r"(?P<name>[a-z_]+?)(?P<gain>_improvement)?@(?P<first>\d+)(?:-(?P<last>\d+))?")


def worded(outcome: str) -> str:
    """An outcome in words.

    >>> worded("axial_pain@26"), worded("pain_improvement@40-52"), worded("net_benefit@100000")
    ('back or neck pain, week 26', 'improvement in pain, weeks 40 to 52', 'health gained less cost')
    """
    if outcome.startswith("net_benefit@"):
        return "health gained less cost"
    kind, _, name = outcome.partition("@")
    if kind in CLINIC:
        return CLINIC[kind].format(name.replace("_", " "))
    at = _AT.fullmatch(outcome)
    if at is None:
        return WORDS.get(outcome, outcome.replace("_", " "))
    name = WORDS.get(at["name"], at["name"].replace("_", " "))
    weeks = f"weeks {at['first']} to {at['last']}" if at["last"] else f"week {at['first']}"
    return f"{'improvement in ' if at['gain'] else ''}{name}, {weeks}"


def number(value: float) -> str:
    """A number to three significant digits (below 0.001 to one), never with an exponent.

    >>> number(2516.4), number(-0.6), number(16.0), number(0.0000164), number(float("nan"))
    ('2,520', '-0.6', '16', '0.00002', '-')
    """
    if math.isnan(value):
        return "-"
    if abs(value) < 1e-6:
        return "0"
    places = (0 if abs(value) < 1e-3 else 2) - math.floor(math.log10(abs(value)))
    text = f"{round(value, places):,.{max(places, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _sizes(one: pd.Series) -> tuple[str, str, str]:
    """Effect with its interval, what is expected, and what is left when switched off."""
    effect = f"{number(one['effect'])} ({number(one['low'])} to {number(one['high'])})"
    aim = f"{number(one['expected_low'])} to {number(one['expected_high'])}"
    return effect, aim, number(one["off_effect"])


def _what(one: pd.Series) -> str:
    """What a check measures, with its unit."""
    outcome, unit = worded(one["outcome"]), one["unit"]
    return unit if outcome in unit else f"{outcome} ({unit})"


def _fill(label: str, text: str, width: int) -> str:
    return textwrap.fill(
        f"{label}: {text}", width, initial_indent=INDENT, subsequent_indent=INDENT * 2,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def show(table: pd.DataFrame, width: int = 120) -> str:
    """The table as text: each claim, the evidence and the off switch in words once, then sizes and verdicts.

    Parameters
    ----------
    table : DataFrame
        From `run_claims`.
    width : int
        Of a line; the column that says what was measured takes what the others leave.
    """
    if table.empty:
        return "No claims."
    heads = ["stance", "effect (95 % interval)", "expected", "off", "verdict"]
    rows = [one for _, one in table.iterrows()]
    cells = [[one["stance"], *_sizes(one), one["verdict"]] for one in rows]
    stances = table["stance"].nunique() > 1
    if not stances:
        heads, cells = heads[1:], [line[1:] for line in cells]
    widths = [max(len(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
    widths[-1] = min(widths[-1], VERDICT)
    room = max(NARROWEST, width - len(INDENT) - sum(widths) - len(GAP) * len(widths))
    head = _line("what", heads, room, widths)
    parts = []
    for name in dict.fromkeys(table["id"]):
        mine = [(one, line) for one, line in zip(rows, cells, strict=True) if one["id"] == name]
        parts.append("\n".join([*_words(mine[0][0], width), "", head, *_block(mine, room, widths, width)]))
    return "\n\n".join([*parts, counted(table)])


def _words(one: pd.Series, width: int) -> list[str]:
    lines = [
        textwrap.fill(f"{one['id']}  {one['title']}", width, subsequent_indent="    "),
        _fill("The clinic says", one["says"], width),
        _fill("Evidence says", one["evidence_says"], width),
        _fill("Off switch", one["mechanism"], width),
    ]
    if one["patients"] < one["own_patients"]:
        fewer = (
            f"{one['patients']:,} people per arm, where this claim's own number is {one['own_patients']:,}"
        )
        lines.append(_fill("Careful", f"{fewer}, so that small effects may not show.", width))
    return lines


def _block(mine: list[tuple[pd.Series, list[str]]], room: int, widths: list[int], width: int) -> list[str]:
    """The rows of a claim, each check after its own words; what is too long for a column runs on beneath."""
    lines: list[str] = []
    checks: dict[str, list[tuple[pd.Series, list[str]]]] = {}
    for one, line in mine:
        checks.setdefault(one["claim"], []).append((one, line))
    for says, found in checks.items():
        one = found[0][0]
        if says != one["title"]:
            lines += textwrap.wrap(says, width, initial_indent=INDENT, subsequent_indent=INDENT * 2)
        rest = textwrap.wrap(_what(one), room - len(INDENT), break_long_words=False)
        for _, line in found:
            *values, verdict = line
            for part in textwrap.wrap(verdict, widths[-1]):
                lines.append(_line(rest.pop(0) if rest else "", [*values, part], room, widths))
                values = [""] * len(values)
        lines += [_line(said, [""] * len(widths), room, widths) for said in rest]
    return lines


def _line(what: str, values: list[str], room: int, widths: list[int]) -> str:
    cells = [value.ljust(width) for value, width in zip(values, widths, strict=True)]
    return f"{INDENT * 2}{what.ljust(room - len(INDENT))}{GAP}{GAP.join(cells)}".rstrip()


def counted(table: pd.DataFrame) -> str:
    """One line: how many checks had which verdict, those that pass first."""
    counts = table["verdict"].value_counts()
    order = sorted(counts.index, key=lambda one: (one not in PASSES, one == FEW, -counts[one], one))
    ids, lines = table["id"].nunique(), len(table)
    said = "; ".join(f"{one}: {counts[one]}" for one in order)
    claims = f"{ids} claim{'s' * (ids != 1)}, {lines} line{'s' * (lines != 1)}"
    return f"{claims}. {said}."
