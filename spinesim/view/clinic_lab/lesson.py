"""Lesson 11, the clinic lead's clinic: guess, lock in, see; or skip straight to the lab."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as widgets

from spinesim.study import flow
from spinesim.view import words
from spinesim.view.clinic_lab.fields import button
from spinesim.view.clinic_lab.heads import main_steps, wait_change
from spinesim.view.clinic_lab.lab import ClinicLab
from spinesim.view.clinic_lab.presets import THERAPIST
from spinesim.view.controls import STYLE, NumberControl, StatusLine, html, paragraphs, row
from spinesim.view.names import SHORT_OF_A_YEAR, label

QUESTION = (
    "Your clinic gets 20 referrals a week. The board offers one more physiotherapist, with a room. By how "
    "many days will the median wait for the first physiotherapy session change? And how much will people's "
    "average pain at 12 months differ (0–10 scale)?"
)


class ClinicLesson:
    """A question with two guesses above the lab.

    Parameters
    ----------
    **lab
        Passed to `ClinicLab`; it begins with one more physiotherapist beside today's clinic.
    """

    def __init__(self, **lab: Any) -> None:
        self.lab = ClinicLab(**{"presets": (THERAPIST,), **lab})
        self.lab.on_done.append(self._reveal)
        self.wait = NumberControl("Wait for physiotherapy, longer (or, below 0, shorter)", "days", -60, 60, 0)
        self.pain = NumberControl(
            "Pain at 12 months, higher (or, below 0, lower) by", "points of 10", -3.0, 3.0, 0.0, 0.1
        )
        self.lock_button = button("Lock in my prediction", self.lock, style="primary")
        self.skip_button = button("Skip: open the lab", self.skip, "For those who have a meeting on Monday")
        self.status = StatusLine("Set your two guesses, then lock them in; or skip to the lab.")
        self.answer = html()
        self._place = widgets.VBox([], layout=widgets.Layout(width="100%"))
        self.widget = widgets.VBox(
            [
                html(STYLE + "<h3>Predict first</h3>" + paragraphs(QUESTION)),
                self.wait.widget,
                self.pain.widget,
                row(self.lock_button, self.skip_button),
                self.status.widget,
                self._place,
            ],
            layout=widgets.Layout(width="100%"),
        )
        self.widget.add_class("spinesim")
        self._guessed = False

    def show(self) -> None:
        """Put the question below the notebook cell."""
        from IPython.display import display

        display(self.widget)

    @property
    def is_open(self) -> bool:
        """Whether the lab is on show."""
        return bool(self._place.children)

    def lock(self) -> None:
        """Lock the guesses, open the lab and run it; a second press does nothing."""
        if not self.is_open:
            self._guessed = True
            self._open(f"Locked in: {self._guesses()[0]}; {self._guesses()[1]}.")
            self.lab.run()

    def skip(self) -> None:
        """Open the lab without a guess."""
        if not self.is_open:
            self._open("The lab is open below.")

    def _open(self, said: str) -> None:
        self.status.say(said)
        for one in (self.lock_button, self.skip_button, self.wait, self.pain):
            one.disabled = True
        self._place.children = (self.answer, self.lab.widget)

    def _guesses(self) -> tuple[str, str]:
        wait, pain = float(self.wait.value), float(self.pain.value)
        days = (
            f"{abs(wait):g} days {'longer' if wait > 0 else 'shorter'}" if wait else "no change of the wait"
        )
        points = f"pain {abs(pain):g} points {'higher' if pain > 0 else 'lower'}" if pain else "the same pain"
        return days, points

    def _reveal(self) -> None:
        """Put the first run beside the guesses; later runs leave it."""
        shown = self.lab.shown
        if not self._guessed or self.answer.value or shown is None or len(shown.study.arms) < 2:
            return
        study, arm = shown.study, shown.study.arms[1]
        known = set(study.differences()["outcome"])
        outcome = "pain_12_months" if "pain_12_months" in known else SHORT_OF_A_YEAR["pain_12_months"]
        said = words.sentences(study)
        pain = said.loc[(said["arm"] == arm) & (said["outcome"] == outcome), "sentence"].iloc[0]
        steps = set(main_steps(flow.wait_table(study), ("physiotherapy",)))
        paired = flow.paired_flow(study)
        found = paired.loc[
            (paired["measure"] == "median_wait") & (paired["arm"] == arm) & paired["what"].isin(steps)
        ]
        waits = [wait_change(one).split(": ", 1)[1] for one in found.itertuples()] or ["nobody waited"]
        rows = zip(
            ("Median wait for physiotherapy", label(outcome)),
            self._guesses(),
            (waits[0], str(pain).split(": ", 1)[1]),
            strict=True,
        )
        body = "".join(
            f"<tr><th scope='row'>{escape(what)}</th><td>{escape(guess)}</td><td>{escape(truth)}</td></tr>"
            for what, guess, truth in rows
        )
        self.answer.value = (
            "<table class='spinesim-table'><caption>Your prediction and what this small run shows: "
            f"{escape(arm)}</caption><thead><tr><th scope='col'>Outcome</th>"
            "<th scope='col'>You predicted</th>"
            f"<th scope='col'>The simulation</th></tr></thead><tbody>{body}</tbody></table>"
        )
