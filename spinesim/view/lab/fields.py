"""A lesson's controls as widgets: slider, list, tick box, or a slider that also knows 'never'."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from spinesim.pathway.vocabulary import NEVER
from spinesim.view.controls import Choice, NumberControl, Tick, row
from spinesim.view.lab.spec import MOST_PATIENTS, MOST_SEED, Control, LessonFile

FEWEST = 100
PEOPLE_STEP = 100


class OrNever:
    """A slider with a tick box beside it: `value` is a number, or "never" while the box is ticked."""

    def __init__(self, number: NumberControl, words: str, never: bool) -> None:
        self.number, self.tick = number, Tick(words, never)
        self.low, self.high = number.low, number.high
        self.widget = row(number.widget, self.tick.widget)
        self._off = False
        self.tick.observe(lambda _: self._settle())
        self._settle()

    @property
    def value(self) -> Any:
        """A number, or "never"."""
        return NEVER if self.tick.value else self.number.value

    @value.setter
    def value(self, wanted: Any) -> None:
        if wanted != NEVER:
            self.number.value = wanted
        self.tick.value = wanted == NEVER

    @property
    def disabled(self) -> bool:
        """Whether it is switched off."""
        return self._off

    @disabled.setter
    def disabled(self, off: bool) -> None:
        self._off = self.tick.disabled = bool(off)
        self._settle()

    def _settle(self) -> None:
        self.number.disabled = self._off or self.tick.value

    def observe(self, call: Callable[[Any], Any]) -> None:
        """Call `call(change)` whenever the value changes."""
        self.number.observe(call)
        self.tick.observe(call)


class TickOf:
    """A tick box whose value is one of two labels: off, then on."""

    def __init__(self, name: str, labels: list[str], value: str, about: str = "") -> None:
        self.labels = labels
        self.tick = Tick(name, value == labels[1], about)
        self.widget = self.tick.widget
        self.observe = self.tick.observe

    @property
    def value(self) -> str:
        """The label that holds now."""
        return self.labels[self.tick.value]

    @value.setter
    def value(self, label: str) -> None:
        self.tick.value = self.labels.index(label) == 1

    @property
    def disabled(self) -> bool:
        """Whether it is switched off."""
        return self.tick.disabled

    @disabled.setter
    def disabled(self, off: bool) -> None:
        self.tick.disabled = off


class Seed:
    """The seed: a box without a slider, as no seed is more than another."""

    def __init__(self, value: int) -> None:
        self.low, self.high = 0, MOST_SEED
        self.widget = widgets.BoundedIntText(
            value=value,
            min=self.low,
            max=self.high,
            description="Seed (same seed, same people):",
            style={"description_width": "initial"},
            layout=widgets.Layout(width="max-content", max_width="96%"),
        )

    @property
    def value(self) -> int:
        """The seed."""
        return int(self.widget.value)

    @value.setter
    def value(self, seed: int) -> None:
        self.widget.value = seed

    @property
    def disabled(self) -> bool:
        """Whether it is switched off."""
        return bool(self.widget.disabled)

    @disabled.setter
    def disabled(self, off: bool) -> None:
        self.widget.disabled = off

    def observe(self, call: Callable[[Any], Any]) -> None:
        """Call `call(change)` whenever the seed changes."""
        self.widget.observe(call, "value")


def field_of(control: Control) -> Any:
    """The widget of one control, at its start."""
    if control.tick:
        return TickOf(control.label, control.labels, str(control.first), control.about)
    if not control.is_number:
        return Choice(control.label, control.labels, control.first, control.about)
    assert control.low is not None and control.high is not None
    never = control.first == NEVER
    number = NumberControl(
        control.label,
        control.unit,
        control.low,
        control.high,
        control.low if never else float(control.first),
        control.step,
        about=control.about,
        published=control.published,
    )
    return OrNever(number, control.never, never) if control.never else number


def fields_of(lesson: LessonFile) -> dict[str, Any]:
    """Every control of a lab by id; people and seed come last."""
    fewest = min(FEWEST, lesson.patients)
    return {
        **{control.id: field_of(control) for control in lesson.control},
        "patients": NumberControl(
            "Simulated people", "people", fewest, MOST_PATIENTS, lesson.patients, PEOPLE_STEP
        ),
        "seed": Seed(lesson.seed),
    }
