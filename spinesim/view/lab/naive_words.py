"""What a naive cohort study found, as facts, tables and sentences of a lab."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from spinesim.study.naive.answers import METHODS, Answers
from spinesim.study.naive.estimates import Estimate
from spinesim.study.naive.file import NaiveCohort
from spinesim.study.naive.words import amount
from spinesim.view import names, words
from spinesim.view.lab.history import brief
from spinesim.view.lab.shown import Fact
from spinesim.view.lesson import said
from spinesim.view.tables import said_in_html

RATIO = "_ratio"
"""Behind an outcome's id: the same outcome as a ratio of risks."""
TIMES, PEOPLE, NRS = "times", "per 100 people", "NRS 0-10"
SCALES = ("pain", "disability")
CHARACTERISTICS = {
    "pain": "Pain",
    "limb_pain": "Leg pain",
    "axial_pain": "Back pain",
    "disability": "Disability",
    "radicular": "Nerve-root signs",
    "age": "Age",
    "female": "Women",
}
UNITS = {"NRS 0-10": "0–10", "ODI or NDI 0-100": "0–100", "%": "%", "years": "years"}


@dataclass(frozen=True)
class Told:
    """A finished run: the cohort as asked, the outcome on show, every answer, who was exposed, the truth.

    Attributes
    ----------
    outcome : str
        Name of an outcome in `answers`.
    who : DataFrame
        As `spinesim.study.naive.balance.balance`.
    share : tuple of float
        People exposed in time, per 100, with its interval.
    truth : Study
        Everyone unexposed, and exposed.
    """

    cohort: NaiveCohort
    outcome: str
    answers: Answers
    who: pd.DataFrame
    share: Estimate
    truth: Any

    @property
    def rows(self) -> pd.DataFrame:
        """The answers about the outcome on show, by method."""
        return self.answers.table[self.answers.table["outcome"] == self.outcome]

    def recorded(self, characteristic: str) -> bool:
        """Whether the database holds it."""
        return characteristic in {*self.cohort.adjust.claims, *self.cohort.adjust.chart}


def label(outcome: str) -> str:
    """What an outcome is called."""
    key = outcome.removesuffix(RATIO)
    return names.label(key) + (", ratio of risks" if outcome != key else "")


def phrases(cohort: NaiveCohort) -> dict[str, str]:
    """What each method does, in a few words."""
    group = cohort.exposure.group
    return {
        "never": f"{group} beside {cohort.exposure.never}",
        "crude": f"{group} beside all others",
        "claims": "adjusted for claims data",
        "baseline": "adjusted for the first chart",
        "target_trial": "target trial emulated",
        "truth": "the truth, same people both ways",
    }


def facts_of(told: Told) -> dict[str, Fact]:
    """Every answer about every outcome, how far off it is, who was exposed; the outcome on show by method.

    Keys are `<outcome>_<method>`, `<outcome>_<method>_off` (answer minus truth), `<what>_at_referral`
    (exposed minus others), `exposed`, and for the outcome on show the method alone.
    """
    made: dict[str, Fact] = {}
    said_of = phrases(told.cohort)
    for row in told.answers.table.itertuples():
        outcome, method = str(row.outcome), str(row.method)
        ratio = row.measure == "ratio"
        made[f"{outcome}_{method}"] = Fact(
            f"{outcome}_{method}",
            f"{label(outcome)}, {said_of[method]}",
            float(row.estimate),
            float(row.low),
            float(row.high),
            TIMES if ratio else str(row.unit),
            "level" if ratio else "difference",
            None if ratio else important(told.truth, outcome),
        )
    for row in told.answers.gaps.itertuples():
        key = f"{row.outcome}_{row.method}_off"
        name = f"{label(str(row.outcome))}, {said_of[str(row.method)]}, minus the truth"
        made[key] = Fact(
            key, name, float(row.gap), float(row.low), float(row.high), str(row.unit), "difference",
            important(told.truth, str(row.outcome)),
        )  # fmt: skip
    for row in told.who.itertuples():
        key = f"{row.at_referral}_at_referral"
        unit = PEOPLE if row.unit == "%" else str(row.unit)
        name = f"{CHARACTERISTICS[str(row.at_referral)]} at referral, {said_of['crude']}"
        made[key] = Fact(key, name, float(row.difference), float(row.low), float(row.high), unit)
    group = told.cohort.exposure.group
    made["exposed"] = Fact("exposed", f"People {group}", *told.share, PEOPLE, "level")
    for method in METHODS:
        one = made[f"{told.outcome}_{method}"]
        made[method] = Fact(
            method, capital(said_of[method]), one.value, one.low, one.high, one.unit, one.kind, one.important
        )
    return made


def important(truth: Any, outcome: str) -> float | None:
    """The minimal important change of an outcome, if it has one."""
    scale = words.outcome_of(outcome)
    return truth.minimal_important(scale) if scale in SCALES else None


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[0].upper() + text[1:]


def answer(told: Told, method: str, facts: dict[str, Fact]) -> str:
    """An answer with its interval, or why there is none."""
    one = facts[method]
    if one.kind == "difference" and one.value == one.low == one.high == 0:
        return "no difference at all"
    if one.kind == "difference":
        return said.without_name(said.fact(one))
    return amount(one.value, one.low, one.high, "ratio", method) + (
        " times" if math.isfinite(one.value) else ""
    )


def tables(told: Told, facts: dict[str, Fact]) -> tuple[str, str]:
    """Safe HTML: every answer beside the truth, and who was exposed."""
    rows = []
    for method, what in phrases(told.cohort).items():
        off = facts.get(f"{told.outcome}_{method}_off")
        gap = said.without_name(said.fact(off)) if off else "–"
        rows.append(_row(capital(what), capital(answer(told, method, facts)), capital(gap)))
    heads = ("How it was asked", "What it says", "Off the truth by")
    caption = f"{label(told.outcome)}: every answer beside the truth"
    return _table(caption, heads, rows), _who(told, facts)


def _who(told: Told, facts: dict[str, Fact]) -> str:
    group = told.cohort.exposure.group
    rows = []
    for row in told.who.itertuples():
        key, unit = str(row.at_referral), str(row.unit)
        small = f"{CHARACTERISTICS[key]} ({UNITS[unit]})"
        means = [words.value(float(value), NRS) for value in (row.exposed, row.others)]
        gap = said.without_name(said.fact(facts[f"{key}_at_referral"]))
        rows.append(_row(small, *means, capital(gap), "yes" if told.recorded(key) else "no"))
    heads = ("At referral", capital(group), "All others", "Difference", "Recorded?")
    return _table(f"Who was {group}", heads, rows)


def _row(head: str, *cells: str) -> str:
    shown = "".join(f"<td>{said_in_html(cell)}</td>" for cell in cells)
    return f"<tr><th scope='row'>{escape(head)}</th>{shown}</tr>"


def _table(caption: str, heads: tuple[str, ...], rows: list[str]) -> str:
    top = "".join(f"<th scope='col'>{escape(head)}</th>" for head in heads)
    return (
        f"<table class='spinesim-table'><caption>{escape(caption)}</caption>"
        f"<thead><tr>{top}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def summary(told: Told, facts: dict[str, Fact]) -> str:
    """The crude answer, its repairs and the truth, in words."""
    shown = {method: _short(facts[method]) for method in METHODS}
    return (
        f"{label(told.outcome)}: the cohort says {shown['crude']}; done to everyone it would be "
        f"{shown['truth']}. Adjusted for the first chart {shown['baseline']}, target trial emulated "
        f"{shown['target_trial']}."
    )


def _short(fact: Fact) -> str:
    return brief(fact) if math.isfinite(fact.value) else "nothing that could be counted"


def in_words(told: Told) -> tuple[str, str]:
    """Both pictures for those who cannot see them."""
    facts = facts_of(told)
    said_of = phrases(told.cohort)
    answers = "; ".join(f"{said_of[method]}: {answer(told, method, facts)}" for method in METHODS)
    group = told.cohort.exposure.group
    who = "; ".join(
        f"{CHARACTERISTICS[str(row.at_referral)].lower()} {words.value(float(row.exposed), NRS)} against "
        f"{words.value(float(row.others), NRS)} ({UNITS[str(row.unit)]}), standardised difference "
        f"{_two(row.standardised)}, in the emulated trial {_two(row.weighted)}"
        f"{'' if told.recorded(str(row.at_referral)) else ', not recorded'}"
        for row in told.who.itertuples()
    )
    return (
        f"Answers with 95 % intervals, {label(told.outcome).lower()}. {capital(answers)}.",
        f"People {group} beside all others, at referral: {who}.",
    )


def _two(number: Any) -> str:
    return f"{number:.2f}" if math.isfinite(number) else "unknown"
