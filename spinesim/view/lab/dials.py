"""The controls of a lab, from the lesson file: each has a value, an observer and a place on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from spinesim.pathway.vocabulary import NEVER
from spinesim.view.controls import Choice, NumberControl, Tick, row
from spinesim.view.lab.spec import Control, LessonFile

FEWEST, MOST, BY = 100, 5_000, 100
MOST_SEED = 999_999


class NumberOrNever:
    """A slider, and beside it a tick for "never" that switches it off."""

    def __init__(self, control: Control) -> None:
        assert control.low is not None and control.high is not None and control.never
        start = control.low if control.first == NEVER else float(control.first)
        self.number = NumberControl(
            control.label,
            control.unit,
            control.low,
            control.high,
            start,
            control.step,
            about=control.about,
            published=control.published,
        )
        self.never = Tick(control.never, control.first == NEVER)
        self.widget = row(self.number.widget, self.never.widget)
        self.low, self.high = self.number.low, self.number.high
        self.number.disabled = self.never.value
        self.never.observe(self._turned)

    def _turned(self, _: Any) -> None:
        self.number.disabled = self.never.value

    @property
    def value(self) -> Any:
        """The number now set, or "never"."""
        return NEVER if self.never.value else self.number.value

    @value.setter
    def value(self, wanted: Any) -> None:
        if wanted != NEVER:
            self.number.value = wanted
        self.never.value = wanted == NEVER

    @property
    def disabled(self) -> bool:
        """Whether all of it is switched off."""
        return bool(self.never.disabled)

    @disabled.setter
    def disabled(self, off: bool) -> None:
        self.never.disabled = off
        self.number.disabled = off or self.never.value

    def observe(self, call: Callable[[Any], Any]) -> None:
        """Call `call(change)` whenever the value changes."""
        self.number.observe(call)
        self.never.observe(call)


class TickChoice:
    """A tick box that stands for two options: off is the first, on the second."""

    def __init__(self, control: Control) -> None:
        self.labels = control.labels
        self.tick = Tick(control.label, control.first == self.labels[1], control.about)
        self.widget: widgets.DOMWidget = self.tick.widget

    @property
    def options(self) -> list[tuple[str, str]]:
        """Both options, as of `Choice`."""
        return [(label, label) for label in self.labels]

    @property
    def value(self) -> str:
        """The option that holds."""
        return self.labels[1] if self.tick.value else self.labels[0]

    @value.setter
    def value(self, wanted: str) -> None:
        self.tick.value = wanted == self.labels[1]

    @property
    def disabled(self) -> bool:
        """Whether it is switched off."""
        return bool(self.tick.disabled)

    @disabled.setter
    def disabled(self, off: bool) -> None:
        self.tick.disabled = off

    def observe(self, call: Callable[[Any], Any]) -> None:
        """Call `call(change)` whenever the value changes."""
        self.tick.observe(call)


def dial(control: Control) -> Any:
    """The widget of one control of the lesson."""
    if control.tick:
        return TickChoice(control)
    if control.options:
        return Choice(control.label, control.labels, control.first, control.about)
    if control.never:
        return NumberOrNever(control)
    assert control.low is not None and control.high is not None
    return NumberControl(
        control.label,
        control.unit,
        control.low,
        control.high,
        float(control.first),
        control.step,
        about=control.about,
        published=control.published,
    )


def dials(lesson: LessonFile, patients: int, seed: int) -> dict[str, Any]:
    """Every control of a lab by id: the lesson's own, then how many people, and which."""
    made = {control.id: dial(control) for control in lesson.control}
    made["patients"] = NumberControl("Simulated people", "people", min(FEWEST, patients), MOST, patients, BY)
    made["seed"] = NumberControl(
        "Seed", "", 0, MOST_SEED, seed, about="The same seed gives the same people with the same fate."
    )
    return made
