"""'Show me a patient whose fate changed': one simulated person on two parallel timelines."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from spinesim.view import tables
from spinesim.view.controls import ImageBox, StatusLine, html, row
from spinesim.view.timeline import StoryFigure

NOBODY = "No one's fate changed in this run: both plans gave every person the same care and the same pain."


class StoryPanel:
    """Button, next and previous, one sentence, the picture and the table of one patient.

    Parameters
    ----------
    last_week : float
        End of follow-up, weeks.
    """

    def __init__(self, last_week: float) -> None:
        self._figure: StoryFigure | None = None
        self._last_week = last_week
        self._twins: Any = None
        self.patients: list[int] = []
        self.place = 0
        self.open = widgets.Button(
            description="Show me a patient whose fate changed",
            button_style="primary",
            layout=widgets.Layout(width="auto"),
            disabled=True,
        )
        self.previous = widgets.Button(description="Previous patient", layout=widgets.Layout(width="auto"))
        self.next = widgets.Button(description="Next patient", layout=widgets.Layout(width="auto"))
        self.status = StatusLine()
        self.image = ImageBox(1_140)
        self.table = html()
        self.open.on_click(self._open)
        self.previous.on_click(lambda _: self.show(self.place - 1))
        self.next.on_click(lambda _: self.show(self.place + 1))
        self._steps = row(self.previous, self.next)
        self._body = widgets.VBox(
            [self._steps, self.status.widget, row(self.image.widget), self.table],
            layout=widgets.Layout(display="none", width="100%"),
        )
        self.widget = widgets.VBox([row(self.open), self._body], layout=widgets.Layout(width="100%"))

    @property
    def is_open(self) -> bool:
        """Whether a patient is on show."""
        return self._body.layout.display != "none"

    def update(self, study: Any) -> None:
        """Take the twins of a new study; a panel that is open shows the most changed patient at once."""
        self._twins = study.twins()
        self.patients = [int(patient) for patient in self._twins.changed()["patient"]]
        self.open.disabled = False
        if self.is_open:
            self.show(0)

    def _open(self, _: Any) -> None:
        self._body.layout.display = "flex"
        self.show(0)

    def show(self, place: int) -> None:
        """Show the patient at `place` in the list of those most changed (it wraps round)."""
        someone = bool(self.patients)
        self.previous.disabled = self.next.disabled = len(self.patients) < 2
        if not someone:
            self.image.show(b"", "")
            self.table.value = ""
            self.status.say(NOBODY)
            return
        self.place = place % len(self.patients)
        story = self._twins.story(self.patients[self.place])
        self._figure = self._figure or StoryFigure(self._last_week)
        self.image.show(self._figure.picture(story), story.sentence)
        self.table.value = tables.lanes(story)
        self.status.say(
            f"Person {self.place + 1} of {len(self.patients)} whose care or pain changed "
            f"(most changed first). {story.sentence}"
        )
