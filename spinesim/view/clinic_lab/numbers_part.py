"""Prices, slot lengths and attendance: a clinic's own numbers, set one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import ipywidgets as widgets

from spinesim.clinic import ClinicSetting
from spinesim.clinic.check import OWN
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.view.clinic_lab.fields import PLAIN, bullets, button, choice
from spinesim.view.controls import StatusLine, html, paragraphs, row


class NumbersPart:
    """Choose a number, see what it is now, set another."""

    def __init__(
        self,
        clinic: ClinicSetting,
        mine: Mapping[str, float],
        evidence: Evidence,
        changed: Callable[[], None],
    ) -> None:
        self.clinic, self.evidence, self._changed = clinic, evidence, changed
        self.changes: dict[str, float] = dict(mine)
        keys = [key for key in evidence.parameters if OWN.fullmatch(key) and not key.startswith("harm.")]
        options = [(f"{evidence[key].quantity} ({key})", key) for key in sorted(keys, key=self._order)]
        self.which = choice("Number", options, width="min(640px, 94%)")
        self.value = widgets.FloatText(
            description="new value:",
            style=PLAIN,
            layout=widgets.Layout(width="max-content", max_width="calc(100% - 20px)"),
        )
        self.value.add_class("spinesim-small")
        self.unit = html(layout=widgets.Layout(width="auto"))
        self.set_button = button("Set", self.set)
        self.undo_button = button("Back to today's", self.undo)
        self.listed, self.status = html(), StatusLine()
        self.which.observe(lambda _: self._show(), "value")
        self._show()
        self._list()
        self.widget = widgets.VBox(
            [
                html(
                    paragraphs("Prices are in US dollars of the base year; choose a number and set your own.")
                ),
                row(self.which),
                row(self.value, self.unit, self.set_button, self.undo_button),
                self.listed,
                self.status.widget,
            ]
        )

    def _order(self, key: str) -> tuple[int, str]:
        kinds = ("visit.", "virtual_visit.", "first_visit.", "physiotherapy.", "imaging.")
        first = next((i for i, kind in enumerate(kinds) if key.startswith(kind)), len(kinds))
        return first, self.evidence[key].quantity

    def _now(self, key: str) -> float:
        return self.clinic.numbers.get(key, self.evidence.value(key))

    def _show(self) -> None:
        key = self.which.value
        if key is None:
            return
        self.value.value = self.changes.get(key, self._now(key))
        unit = self.evidence[key].unit
        self.unit.value = f"<p>{escape(unit)} (today {self._now(key):g})</p>"

    def set(self) -> None:
        """Take the value over."""
        key, value = self.which.value, float(self.value.value)
        try:
            self.evidence.change({key: value})
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
            return
        self.status.say("")
        self.changes.pop(key, None)
        if value != self._now(key):
            self.changes[key] = value
        self._list()
        self._changed()

    def undo(self) -> None:
        """Forget the new value."""
        if self.changes.pop(self.which.value, None) is not None:
            self._list()
            self._changed()
        self.status.say("")
        self._show()

    def _list(self) -> None:
        lines = [
            f"{self.evidence[key].quantity}: {self._now(key):g} → {value:g} {self.evidence[key].unit}"
            for key, value in self.changes.items()
        ]
        self.listed.value = bullets(lines) if lines else ""
