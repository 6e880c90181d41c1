"""The dials of a pathway as boxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from spinesim.pathway import Pathway
from spinesim.pathway.vocabulary import DIALS, NEVER, words
from spinesim.view.clinic_lab.changes import Dial
from spinesim.view.clinic_lab.fields import number, tick
from spinesim.view.controls import html, paragraphs, row

LATEST = 104
"""Weeks offered in the boxes; a pathway file may name later ones."""


class PathwayPart:
    """A box for each setting that the pathway declares."""

    def __init__(self, pathway: Pathway, dials: Mapping[str, Dial], changed: Callable[[], None]) -> None:
        self._changed = changed
        self.widget = widgets.VBox([])
        self.boxes: dict[str, Any] = {}
        self.never: dict[str, widgets.Checkbox] = {}
        self.show(pathway, dials)

    def show(self, pathway: Pathway, dials: Mapping[str, Dial]) -> None:
        """Show the dials of a pathway, set as told."""
        self.pathway = pathway
        self.boxes, self.never = {}, {}
        declared = {key: value for key, value in pathway.settings.declared().items() if key in DIALS}
        rows = []
        for key, value in declared.items():
            dial, now = DIALS[key], dials.get(key, value)
            is_never = now == NEVER
            plain = value if value != NEVER else dial.low
            start = float(plain if is_never else now)
            top = max(LATEST, start) if dial.may_be_never else dial.high
            whole = dial.whole or dial.may_be_never
            box = number(_name(key, dial.unit), dial.low, top, start, step=1 if whole else 0.05)
            box.disabled = is_never
            box.observe(self._told, "value")
            parts = [box]
            if dial.may_be_never:
                never = tick("never", is_never)
                never.tooltip = f"{words(key)}: never"
                never.observe(self._told, "value")
                self.never[key] = never
                parts.append(never)
            self.boxes[key] = box
            rows.append(row(*parts))
        self.widget.children = rows or [html(paragraphs("This pathway declares no dial."))]

    def _told(self, _: Any) -> None:
        for key, never in self.never.items():
            self.boxes[key].disabled = never.value
        self._changed()

    @property
    def changes(self) -> dict[str, Dial]:
        """Settings that differ from the pathway's own."""
        found: dict[str, Dial] = {}
        for key, box in self.boxes.items():
            now: Dial = NEVER if key in self.never and self.never[key].value else box.value
            if now != getattr(self.pathway.settings, key):
                found[key] = now if now == NEVER else (int(now) if DIALS[key].whole else float(now))
        return found


def _name(key: str, unit: str) -> str:
    """A dial and its unit, unless its name says it."""
    said = words(key)
    name = said.replace("cbt", "CBT") if said.startswith("cbt") else said.capitalize()
    return name if unit.split()[0] in said else f"{name} ({unit})"
