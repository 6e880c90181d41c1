"""Facts, sentences and tables of the lab of how sure we are."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from spinesim.clinical.cohort import case_mix
from spinesim.study.trials.board import amount, far, figure_words
from spinesim.study.uncertainty.measure import unit_of
from spinesim.study.uncertainty.sizes import Size, best_buy, reader_range, widths
from spinesim.view import style, words
from spinesim.view.lab.plans import in_words
from spinesim.view.lab.shown import Fact
from spinesim.view.tables import said_in_html
from spinesim.view.uncertainty import label as long_label

if TYPE_CHECKING:
    from spinesim.view.lab.sure import Found

__all__ = ["OUTCOMES", "axis", "facts_of", "in_words", "label", "main_table", "trial_table"]

OUTCOMES = (
    "pain_12_months", "pain_average", "disability_12_months", "cost_health_system", "qaly_discounted"
)  # fmt: skip
OF_VARIANCE, OF_DRAWS, FIGURES = "% of the variance", "% of the draws", "figures"
WIDE = 1.959963984540054  # standard normal quantile of 97.5 %
_AMOUNT = re.compile(r"USD \d+ per person, discounted")


def label(outcome: str) -> str:
    """What an outcome is called here, short enough for a row of a picture."""
    return long_label(outcome).removesuffix(", discounted").removesuffix(" over the whole time")


def _inside(text: str) -> str:
    """A label in the middle of a sentence."""
    return text[:1].lower() + text[1:]


def unit(outcome: str, money: str) -> str:
    """The unit as sentences know it."""
    said = unit_of(outcome, money)
    return "USD per person" if _AMOUNT.fullmatch(said) else said.removesuffix(", discounted")


def axis(found: Found, outcome: str) -> tuple[str, str]:
    """Two lines below an axis of differences: what differs in which unit; which arm less which."""
    first, second = found.drawn.arms
    said = words.said_unit(unit_in(found, outcome)).replace("USD", "US$")
    return f"{label(outcome)}, {said}", f"{second} minus {first}"


def unit_in(found: Found, outcome: str) -> str:
    """The unit of an outcome of these people, whose pain is in the back or in the neck."""
    drawn = found.drawn
    keys = case_mix(drawn.sampler.evidence, drawn.plans[0].mix)
    regions = {str(drawn.sampler.evidence.conditions[key]["region"]) for key in keys}
    return style.by_region(unit(outcome, drawn.money), regions)


def facts_of(found: Found) -> dict[str, Fact]:
    """Every fact of a run, by key."""
    drawn, outcome = found.drawn, found.outcome
    pays = float(found.settings["pays"])
    made: dict[str, Fact] = {}

    def level(key: str, name: str, size: Size, of: str) -> None:
        made[key] = Fact(key, name, *size, of, "level")

    for one, row in found.parts.iterrows():
        size = (float(row["mean_of_draws"]), float(row["both_low"]), float(row["both_high"]))
        key = f"important.{str(one).split('_')[0]}"
        known = drawn.sampler.evidence
        important = known.value(key) if key in known else None
        made[str(one)] = Fact(str(one), label(str(one)), *size, unit_in(found, str(one)), important=important)
        share = Size(*(100 * float(row[f"parameter_share{end}"]) for end in ("", "_low", "_high")))
        level(f"share_{one}", f"What the numbers make of {_inside(label(str(one)))}", share, OF_VARIANCE)
    mine = unit_in(found, outcome)
    chance, numbers = widths(drawn, outcome)

    level("width_chance", "Width of what chance leaves open", chance, mine)
    level("width_numbers", "Width of what the numbers leave open", numbers, mine)
    level("width_readers", "Distance between the readers", reader_range(found.read, outcome), mine)
    better = best_buy(drawn, pays)
    name = f"{drawn.arms[1][0].upper()}{drawn.arms[1][1:]} is the better buy"
    level("best_buy", name, Size(*(100 * one for one in better)), OF_DRAWS)
    one = found.worth(pays)
    knowing = Size(one.value, max(one.value - WIDE * one.se, 0.0), one.value + WIDE * one.se)
    level("perfect_information", "Worth of knowing every number", knowing, "USD per person")
    board = found.board
    inside = float(board["inside"].sum())
    level("trial_inside", "Figures of the trial inside their band", Size(inside, inside, inside), FIGURES)
    out = float(len(board)) - inside
    level("trial_outside", "Figures of the trial outside their band", Size(out, out, out), FIGURES)
    return made


def main_table(found: Found) -> str:
    """HTML: each outcome's difference with all that is unsure, and how much chance and numbers make of it."""
    first, second = found.drawn.arms
    lines = []
    for one, row in found.parts.iterrows():
        outcome = str(one)
        of = unit_in(found, outcome)
        said = words.sentence(
            outcome, float(row["mean_of_draws"]), float(row["both_low"]), float(row["both_high"]), of
        ).split(": ", 1)[1]
        form = words.unit_of(of)
        halves = [
            f"± {words.number(WIDE * float(row[sd]), form.decimals, form.before)}"
            for sd in ("first_order_sd", "parameter_sd")
        ]
        lines.append(
            f"<tr><th scope='row'>{escape(label(outcome))}<br>"
            f"<small>{escape(words.said_unit(of))}</small></th>"
            f"<td class='number'>{escape(halves[0])}</td><td class='number'>{escape(halves[1])}</td>"
            f"<td>{said_in_html(said[0].upper() + said[1:])}</td></tr>"
        )
    plans = f"{escape(second[0].upper() + second[1:])} beside {escape(first)}"
    caption = f"{plans}: the mean of {len(found.drawn.values)} sets of numbers"
    return (
        f"<table class='spinesim-table outcomes'><caption>{caption}</caption>"
        "<colgroup><col class='name'><col class='mean'><col class='mean'><col></colgroup>"
        "<thead><tr><th scope='col'>Outcome</th><th scope='col'>Chance</th><th scope='col'>Numbers</th>"
        "<th scope='col'>Difference, both kinds of not knowing in its interval</th></tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def trial_table(board: pd.DataFrame, says: str, people: int) -> str:
    """HTML: every figure of the trial, model beside paper, behind a line to open."""
    lines = []
    for row in board.itertuples():
        where = "inside" if row.inside else f"{far(row.outside)} half-bands outside"
        sure = "" if row.checked else " (paper's figure not checked)"
        lines.append(
            f"<tr><th scope='row'>{escape(figure_words(row))}<br><small>week {row.week}</small></th>"
            f"<td class='number'>{amount(row.model_mean)}</td>"
            f"<td class='number'>{amount(row.paper_mean)}</td>"
            f"<td>band {amount(row.paper_low)} to {amount(row.paper_high)}: {where}{sure}</td></tr>"
        )
    title = f"Model beside paper: {escape(says)}, {people} people an arm"
    return (
        f"<details><summary>{title}</summary><table class='spinesim-table outcomes'>"
        "<colgroup><col class='name'><col class='mean'><col class='mean'><col></colgroup>"
        "<thead><tr><th scope='col'>Figure</th><th scope='col'>Model</th><th scope='col'>Paper</th>"
        "<th scope='col'>Inside the paper's band?</th></tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></details>"
    )
