"""The table of outcomes: the important ones, and the rest behind a button."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from spinesim.view.controls import html, row

MORE, FEWER = "Show more outcomes", "Hide more outcomes"


class OutcomeTable:
    """Two tables, the second shown or hidden by a toggle that keeps its state from run to run."""

    def __init__(self) -> None:
        self.first = html()
        self.rest = html(layout=widgets.Layout(width="100%", display="none"))
        self.toggle = widgets.ToggleButton(
            value=False, description=MORE, layout=widgets.Layout(width="auto", visibility="hidden")
        )
        self.toggle.observe(self._turned, "value")
        self.widget = widgets.VBox(
            [self.first, row(self.toggle), self.rest], layout=widgets.Layout(width="100%")
        )

    def _turned(self, _: Any) -> None:
        self.toggle.description = FEWER if self.toggle.value else MORE
        self.rest.layout.display = "block" if self.toggle.value else "none"

    def show(self, first: str, rest: str) -> None:
        """Put new tables (safe HTML) on show."""
        self.first.value, self.rest.value = first, rest
        self.toggle.layout.visibility = "visible" if rest else "hidden"
