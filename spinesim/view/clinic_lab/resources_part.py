"""Staff, rooms and sessions of a clinic as boxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from spinesim.clinic import ClinicSetting
from spinesim.clinic.resource import DAYS, RESOURCES, Resource
from spinesim.view.clinic_lab.changes import Changes, ExtraSession, ResourceChange
from spinesim.view.clinic_lab.fields import bullets, button, choice, number
from spinesim.view.controls import html, paragraphs, row

MOST_STAFF, MOST_URGENT, MOST_AHEAD = 100, 480, 365
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CLOCK = [f"{half // 2:02d}:{30 * (half % 2):02d}" for half in range(14, 45)]
SAID = {
    "physician": "Physicians",
    "physiotherapy": "Physiotherapy",
    "psychology": "Psychology",
    "imaging": "Scanner",
    "injection": "Injections",
    "ablation": "Ablations",
    "theatre": "Theatre",
}


class ResourcesPart:
    """A row of boxes for each resource that is not ample, and extra sessions."""

    def __init__(self, clinic: ClinicSetting, changes: Changes, changed: Callable[[], None]) -> None:
        self.clinic, self._changed = clinic, changed
        self.boxes: dict[tuple[str, str], Any] = {}
        self._was: dict[tuple[str, str], Any] = {}
        self.extra: list[ExtraSession] = list(changes.extra_sessions)
        rows, ample = [], []
        mine = {str(name): change for name, change in changes.resources.items()}
        for name in RESOURCES:
            resource: Resource = getattr(clinic.resources, name)
            if resource.staff == "ample":
                ample.append(SAID[name].lower())
                continue
            rows.append(self._row(name, resource, mine.get(name, ResourceChange())))
        if ample:
            rows.append(html(paragraphs(f"Nobody ever waits for: {', '.join(ample)}.")))
        booked = [name for name in RESOURCES if getattr(clinic.resources, name).sessions]
        parts: list[widgets.Widget] = rows
        self.added = html()
        if booked:
            parts = [*rows, *self._sessions(booked), self.added]
            self._list()
        self.widget = widgets.VBox(parts, layout=widgets.Layout(width="100%"))

    def _row(self, name: str, resource: Resource, mine: ResourceChange) -> widgets.Box:
        label = html(paragraphs(SAID[name]), layout=widgets.Layout(width="130px"))
        label.add_class("spinesim-resource")
        assert resource.staff != "ample"
        urgent = max((one.urgent_minutes for one in resource.sessions), default=0)
        shown: list[tuple[str, str, float, float, float]] = [
            ("staff", "staff", 1, MOST_STAFF, resource.staff)
        ]
        if resource.rooms is not None:
            shown.append(("rooms", "rooms", 1, MOST_STAFF, resource.rooms))
        if resource.hours_per_week is not None:
            shown.append(("hours_per_week", "hours a week each", 0.5, 168, resource.hours_per_week))
        if resource.sessions:
            shown += [
                ("urgent_minutes", "urgent min a session", 0, MOST_URGENT, urgent),
                ("overbooking", "overbooking %", 0, 100, round(100 * resource.overbooking)),
                ("booked_ahead_days", "booked days ahead", 0, MOST_AHEAD, resource.booked_ahead_days),
            ]
        parts: list[widgets.Widget] = [label]
        for key, said, low, high, was in shown:
            changed = getattr(mine, key)
            value = was if changed is None else (round(100 * changed) if key == "overbooking" else changed)
            box = number(
                said,
                low,
                high,
                value,
                step=0.5 if key == "hours_per_week" else 1,
                tip=f"{SAID[name]}: {said}",
            )
            box.observe(lambda _: self._changed(), "value")
            self.boxes[name, key], self._was[name, key] = box, was
            parts.append(box)
        return row(*parts)

    def _sessions(self, booked: list[str]) -> list[widgets.Widget]:
        self.resource = choice("Extra session a week for", [(SAID[name], name) for name in booked])
        self.day = choice("on", list(zip(DAY_NAMES, DAYS, strict=True)))
        self.start = choice("from", CLOCK, "17:00")
        self.end = choice("to", CLOCK, "20:00")
        self.staff = number("staff", 1, MOST_STAFF, 1, tip="Staff in the extra session")
        self.add_button = button("Add the session", self.add)
        self.remove_button = button("Take the last one away", self.remove)
        first = row(self.resource, self.day, self.start, self.end, self.staff)
        return [first, row(self.add_button, self.remove_button)]

    def add(self) -> None:
        """Add the session that is set."""
        self.extra.append(
            ExtraSession(
                resource=self.resource.value,
                day=self.day.value,
                start=self.start.value,
                end=self.end.value,
                staff=self.staff.value,
            )
        )
        self._list()
        self._changed()

    def remove(self) -> None:
        """Take the last extra session away."""
        if self.extra:
            self.extra.pop()
            self._list()
            self._changed()

    def _list(self) -> None:
        self.remove_button.disabled = not self.extra
        lines = [
            f"{SAID[one.resource]}, {DAY_NAMES[DAYS.index(one.day)]} {one.start} to {one.end}, "
            f"staff {one.staff}"
            for one in self.extra
        ]
        self.added.value = bullets(lines) if lines else ""

    @property
    def changes(self) -> tuple[dict[str, dict[str, Any]], tuple[dict[str, Any], ...]]:
        """New values by resource, and the extra sessions, as plain data."""
        found: dict[str, dict[str, Any]] = {}
        for (name, key), box in self.boxes.items():
            if box.value != self._was[name, key]:
                value = box.value / 100 if key == "overbooking" else box.value
                found.setdefault(name, {})[key] = value
        return found, tuple(one.model_dump() for one in self.extra)

    def limited_by_rooms(self) -> list[str]:
        """A sentence for each resource whose new staff find no room."""
        told = []
        for (name, key), box in self.boxes.items():
            rooms = self.boxes.get((name, "rooms"))
            if key == "staff" and rooms is not None and box.value > max(rooms.value, self._was[name, key]):
                told.append(
                    f"{SAID[name].lower()}: only {rooms.value} rooms, so more staff have no place to work"
                )
        return told
