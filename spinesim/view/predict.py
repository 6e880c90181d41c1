"""Predict, then reveal: a guess is locked in before the sliders appear, and stays beside the result."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as widgets

from spinesim.view import names, words
from spinesim.view.controls import STYLE, NumberControl, StatusLine, html, paragraphs, row
from spinesim.view.tables import said_in_html


class Prediction:
    """A question with two guesses and one button.

    Parameters
    ----------
    locked : callable
        Called without arguments once the prediction is locked in.
    outcomes : tuple of str
        The two outcomes guessed: one per 100 people, one in NRS points.
    """

    def __init__(
        self, locked: Callable[[], None], outcomes: tuple[str, str] = ("injections", "pain_12_months")
    ) -> None:
        self._tell, self.outcomes = locked, outcomes
        self.people = NumberControl(
            "More (or, below 0, fewer) people who get an injection or block", "people per 100", -20, 60, 0
        )
        self.pain = NumberControl(
            "Pain at 12 months, higher (or, below 0, lower) by", "points of 10", -3.0, 3.0, 0.0, 0.1
        )
        self.button = widgets.Button(
            description="Lock in my prediction", button_style="primary", layout=widgets.Layout(width="auto")
        )
        self.status = StatusLine("Set your two guesses, then lock them in. The lab opens below.")
        self.button.on_click(lambda _: self.lock())
        question = "<h3>Predict first</h3>" + paragraphs(
            "Take 100 people with a fresh back strain like this one. Usual care scans those still in "
            "pain at week 6. Suppose everyone still in pain is scanned from week 1 instead.",
            "How many more of the 100 will get an injection or a test block within two years? And how "
            "much will their average pain at 12 months differ (0–10 scale)?",
        )
        self.widget = widgets.VBox(
            [
                html(STYLE + question),
                self.people.widget,
                self.pain.widget,
                row(self.button),
                self.status.widget,
            ],
            layout=widgets.Layout(width="100%"),
        )
        self.widget.add_class("spinesim")
        self.answer = html()
        self.answer.add_class("spinesim")

    @property
    def is_locked(self) -> bool:
        """Whether the guesses are locked in."""
        return bool(self.button.disabled)

    def lock(self) -> None:
        """Lock the guesses and open the lab; a second press does nothing."""
        if self.is_locked:
            return
        self.button.disabled = self.people.disabled = self.pain.disabled = True
        self.status.say(f"Locked in: {self.guesses()[0]}; {self.guesses()[1]}.")
        self._tell()

    def guesses(self) -> tuple[str, str]:
        """Both guesses in words."""
        people, pain = float(self.people.value), float(self.pain.value)
        first = (
            "no more and no fewer people with an injection or block"
            if people == 0
            else f"{words.number(people, 0)} {'more' if people > 0 else 'fewer'} in 100 "
            "with an injection or block"
        )
        second = (
            "the same pain at 12 months"
            if pain == 0
            else f"pain at 12 months {words.number(pain, 1)} points {'higher' if pain > 0 else 'lower'}"
        )
        return first, second

    def reveal(self, study: Any) -> None:
        """Put the result of the run beside the prediction (the first run only; later ones leave it)."""
        if not self.is_locked or self.answer.value:
            return
        said = words.sentences(study).set_index("outcome")["sentence"]
        rows = "".join(
            f"<tr><th scope='row'>{escape(names.label(outcome))}</th><td>{escape(guess)}</td>"
            f"<td>{said_in_html(str(said[outcome]).split(': ', 1)[1])}</td></tr>"
            for outcome, guess in zip(self.outcomes, self.guesses(), strict=True)
        )
        self.answer.value = (
            "<table class='spinesim-table'><caption>Your prediction and what the simulation shows: "
            "scan from week 1 instead of week 6</caption><thead><tr><th scope='col'>Outcome</th>"
            "<th scope='col'>You predicted</th>"
            f"<th scope='col'>The simulation</th></tr></thead><tbody>{rows}</tbody></table>"
        )
