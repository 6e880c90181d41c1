"""The reveal: each guess and its range beside what the run shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from spinesim.errors import SpinesimError
from spinesim.view.lab.shown import Fact
from spinesim.view.lab.spec import Guess
from spinesim.view.lesson import said
from spinesim.view.lesson.progress_file import holds
from spinesim.view.tables import said_in_html

HEADS = (
    "What",
    "You guessed",
    "Your range (right 8 times in 10)",
    "The simulation shows",
    "Inside your range?",
)


@dataclass(frozen=True, slots=True)
class Given:
    """A guess as locked in: best value and half of the range, in the guess's unit."""

    guess: Guess
    best: float
    give: float


def fact_of(key: str, facts: Mapping[str, Fact]) -> Fact:
    """The fact of a run.

    Raises
    ------
    SpinesimError
        If the run has none of this name.
    """
    if key not in facts:
        raise SpinesimError(f"This run has no number '{key}': mend the lesson's file.")
    return facts[key]


def inside(given: Given, fact: Fact) -> str:
    """Whether the range held the result, in words."""
    if fact.value != fact.value:
        return "cannot be told"
    return "yes, inside" if holds(given.best, given.give, fact.value) else "no, outside"


def table(given: Sequence[Given], facts: Mapping[str, Fact], of: str) -> str:
    """Safe HTML: one row a guess; `of` says which run this is."""
    rows = []
    for one in given:
        fact, unit = fact_of(one.guess.fact, facts), one.guess.unit
        rows.append(
            f"<tr><th scope='row'>{escape(fact.name)}</th><td>{escape(said.guessed(one.best, unit))}</td>"
            f"<td>{escape(said.guessed_range(one.best, one.give, unit))}</td>"
            f"<td>{said_in_html(said.without_name(said.fact(fact)))}</td>"
            f"<td><b>{inside(one, fact)}</b></td></tr>"
        )
    heads = "".join(f"<th scope='col'>{escape(head)}</th>" for head in HEADS)
    return (
        "<table class='spinesim-table'>"
        f"<caption>Your prediction beside the first run ({escape(of)})</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
