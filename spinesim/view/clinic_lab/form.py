"""The form of one scenario: what differs from what it starts from, in boxes; and back again as plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
from pydantic import ValidationError

from spinesim.clinic import ClinicSetting
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.evidence.models import complaint
from spinesim.pathway import Pathway, load_pathway
from spinesim.view.clinic_lab.changes import LONGEST_NAME, SWITCHES, Changes
from spinesim.view.clinic_lab.fields import Pages, Pick, bullets, number, text, tick
from spinesim.view.clinic_lab.numbers_part import NumbersPart
from spinesim.view.clinic_lab.pathway_part import PathwayPart
from spinesim.view.clinic_lab.resources_part import ResourcesPart
from spinesim.view.controls import StatusLine, html, paragraphs, row

SWITCH_NAMES = {
    "triage": "triage: the severe are seen first, and waiting brings everyone's turn nearer",
    "no_show": "some do not come",
    "cancelling": "some cancel ahead",
    "leaving": "some leave the list (recovered, or gone elsewhere)",
}
MOST_PER_WEEK = 1_000


class ScenarioForm:
    """Boxes for one scenario.

    Parameters
    ----------
    clinic, pathway
        What it starts from.
    changes : Changes
        What differs.
    evidence : Evidence
        For the clinic's own numbers.
    pathways : mapping of name to title
    changed : callable
        Called when anything was changed.
    named : bool
        Whether it has a name and a pathway of its own; today's clinic has not.
    """

    def __init__(
        self,
        clinic: ClinicSetting,
        pathway: Pathway,
        changes: Changes,
        evidence: Evidence,
        pathways: dict[str, str],
        changed: Callable[[], None],
        named: bool = True,
    ) -> None:
        self.clinic, self.pathway, self.evidence = clinic, pathway, evidence
        self._changed = changed
        self._start = changes
        self.named = named
        self.status = StatusLine()
        self.differences = html()
        self.name = text("Name of this alternative", changes.name)
        self.pick = Pick("Pathway", pathways, changes.pathway or "", (("as today", ""),))
        self.dials = PathwayPart(self._dials_of(changes), changes.dials, changed)
        self.resources = ResourcesPart(clinic, changes, changed)
        self.numbers = NumbersPart(clinic, changes.numbers, evidence, changed)
        self._behaviour()
        self.name.observe(self._told, "value")
        self.pick.observe(self._other_pathway)
        self.pages = Pages("Change:")
        self.pages.show(
            [
                ("pathway", "Pathway", self._pathway_page),
                ("staff", "Staff, rooms, sessions", lambda: self.resources.widget),
                ("people", "Referrals, behaviour, video", lambda: self._people),
                ("numbers", "Prices and other numbers", lambda: self.numbers.widget),
            ]
        )
        parts = [self.pages.widget, self.differences, self.status.widget]
        self.widget = widgets.VBox([row(self.name), *parts] if named else parts)
        self.widget.add_class("spinesim-box")

    def _pathway_page(self) -> widgets.Widget:
        return widgets.VBox([self.pick.widget, self.dials.widget] if self.named else [self.dials.widget])

    def _behaviour(self) -> None:
        clinic, changes = self.clinic, self._start
        per_week = clinic.arrivals.per_week if clinic.arrivals else None
        self.per_week = number(
            "Referrals a week", 0.5, MOST_PER_WEEK, changes.per_week or per_week or 1.0, step=0.5
        )
        self.per_week.disabled = per_week is None
        video = clinic.virtual.share if changes.video_share is None else changes.video_share
        self.video = number("Reviews by video, % of people", 0, 100, round(100 * video), step=1)
        self.switches = {}
        for key in SWITCHES:
            mine = getattr(changes, key)
            on = getattr(clinic.behaviour, key) if mine is None else mine
            self.switches[key] = tick(SWITCH_NAMES[key], on)
            self.switches[key].disabled = not clinic.booked
        for one in (self.per_week, self.video, *self.switches.values()):
            one.observe(self._told, "value")
        note = "" if clinic.booked else paragraphs("These need a clinic with an appointment book (sessions).")
        self._people = widgets.VBox([row(self.per_week, self.video), *self.switches.values(), html(note)])

    def _dials_of(self, changes: Changes) -> Pathway:
        try:
            return load_pathway(changes.pathway) if changes.pathway else self.pathway
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
            return self.pathway

    def _other_pathway(self) -> None:
        try:
            self.dials.show(load_pathway(self.pick.value) if self.pick.value else self.pathway, {})
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
            return
        self._changed()

    def _told(self, _: Any) -> None:
        self._changed()

    @property
    def changes(self) -> Changes:
        """What differs now.

        Raises
        ------
        SpinesimError
            If it cannot be.
        """
        found: dict[str, Any] = {"name": self.name.value.strip()[:LONGEST_NAME], "dials": self.dials.changes}
        if self.pick.value:
            found["pathway"] = self.pick.value
        found["resources"], found["extra_sessions"] = self.resources.changes
        if round(100 * self.clinic.virtual.share) != self.video.value:
            found["video_share"] = self.video.value / 100
        for key, box in self.switches.items():
            if box.value != getattr(self.clinic.behaviour, key):
                found[key] = box.value
        arrivals = self.clinic.arrivals
        if arrivals is not None and arrivals.per_week != self.per_week.value:
            found["per_week"] = float(self.per_week.value)
        found["numbers"] = self.numbers.changes
        try:
            return Changes.model_validate(found)
        except ValidationError as wrong:
            raise SpinesimError(
                f"'{found['name'] or 'an alternative'}': {complaint(wrong, Changes)}"
            ) from None

    def tell(self, lines: list[str] | None, wrong: str = "") -> None:
        """Show what differs, or what is wrong."""
        if wrong:
            self.status.say(wrong, "error")
            return
        if self.status.text:
            self.status.say("")
        said = bullets(lines) if lines else paragraphs("Nothing is changed yet.")
        self.differences.value = f"<p><b>What differs</b></p>{said}" if lines is not None else ""
