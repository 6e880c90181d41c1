"""Which scenarios of a lab are computed beforehand: its first controls over a grid, the rest fixed."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from spinesim.errors import SpinesimError
from spinesim.pathway.vocabulary import NEVER
from spinesim.view.lab.spec import Control, LessonFile, start_of

MOST = 24
"""Scenarios of a lab, at most: what fits into a page, and into a minute of work."""
FEWEST_PLACES = 3
"""Places of a slider beside other controls."""
COUNTED = ("week", "month", "year")
"""A unit in the singular is a moment: "week 3"."""
CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Axis:
    """A control that can be moved, and the values it can be moved to; `start` is a position in them."""

    control: Control
    values: tuple[float | str, ...]
    start: int

    @property
    def words(self) -> list[str]:
        """Each value as people say it."""
        return [said(self.control, value) for value in self.values]


@dataclass(frozen=True, slots=True)
class Grid:
    """The axes, and the settings of every scenario, the last axis moving fastest."""

    axes: tuple[Axis, ...]
    settings: tuple[dict[str, Any], ...]
    start: int
    """Position of the lab's first settings."""


def said(control: Control, value: float | str) -> str:
    """A value of a control in words: '3 weeks', 'week 3', the label of a choice, what `never` means."""
    if value == NEVER and control.never:
        return control.never
    if isinstance(value, str):
        return value
    return f"{control.unit} {value:g}" if control.unit in COUNTED else f"{value:g} {control.unit}"


def grid_of(lesson: LessonFile, most: int = MOST) -> Grid:
    """The grid of a lesson's lab.

    Its first two controls can be moved; if neither is a slider, the first slider as well. The slider gets as
    many places as fit.

    Parameters
    ----------
    lesson : LessonFile
    most : int
        Scenarios at most, 2 or more; a long list of choices may need more.

    Raises
    ------
    SpinesimError
        If the lab has no control, or `most` is below 2.
    """
    if most < 2:
        raise SpinesimError(f"--scenarios is {most}; give 2 or more.")
    if not lesson.control:
        raise SpinesimError(f"Lesson {lesson.id} has no control to move; its page needs one.")
    moved = list(lesson.control[:2])
    if not any(one.is_number for one in moved):
        moved += [one for one in lesson.control if one.is_number][:1]
    while len(moved) > 1 and _choices(moved) * (FEWEST_PLACES if _first_slider(moved) else 1) > most:
        moved.remove(next(one for one in reversed(moved) if not one.is_number))
    room = most // _choices(moved)
    axes = []
    for one in moved:
        rest = FEWEST_PLACES if sum(other.is_number for other in moved) > 1 else 1
        places = max(2, room // rest) if one is _first_slider(moved) else FEWEST_PLACES
        axes.append(_axis(one, places))
    start = start_of(lesson)
    settings = tuple(
        {**start, **{axis.control.id: value for axis, value in zip(axes, values, strict=True)}}
        for values in itertools.product(*(axis.values for axis in axes))
    )
    first = 0
    for axis in axes:
        first = first * len(axis.values) + axis.start
    return Grid(tuple(axes), settings, first)


def _choices(controls: list[Control]) -> int:
    return math.prod(len(one.options) for one in controls if not one.is_number)


def _first_slider(controls: list[Control]) -> Control | None:
    return next((one for one in controls if one.is_number), None)


def _axis(control: Control, places: int) -> Axis:
    values: tuple[float | str, ...]
    values = _values(control, places) if control.is_number else tuple(control.labels)
    return Axis(control, values, values.index(control.first))


def _values(control: Control, places: int) -> tuple[float | str, ...]:
    """Both ends, the start and what lies evenly between, all on the control's own steps; `never` last."""
    assert control.low is not None and control.high is not None
    low, step = control.low, control.step
    steps = math.floor((control.high - low) / step + CLOSE)
    never = bool(control.never)
    start = None if isinstance(control.first, str) else round((control.first - low) / step)
    if steps + 1 + never <= places:
        chosen = set(range(steps + 1))
    else:
        ends = 2 if places - never >= 2 else 1
        chosen = {0, steps} if ends == 2 else {0}
        if start is not None:
            chosen.add(start)
        free = places - never - len(chosen)
        for part in range(1, free + 1):
            chosen.add(round(part * steps / (free + 1)))
    own = {start: float(control.first)} if start is not None else {}
    numbers: list[float | str] = [own.get(one, round(low + one * step, 9)) for one in sorted(chosen)]
    return (*numbers, NEVER) if never else tuple(numbers)
