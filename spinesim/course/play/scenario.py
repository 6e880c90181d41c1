"""One scenario of a slider page, computed wherever there is a process free."""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from spinesim.course.play.grid import Grid
from spinesim.errors import SpinesimError
from spinesim.study.executor import Job, content_key
from spinesim.view.jobs import Work
from spinesim.view.lab.lab import RUNNERS
from spinesim.view.lab.shown import Shown
from spinesim.view.lab.spec import LessonFile
from spinesim.view.lesson import said

COLOURS = 32
"""A picture of flat colours looks the same with so few, at a fifth of the bytes."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a page shows of one run: WebP pictures with words and widths, a table, sentences.

    Attributes
    ----------
    pictures : tuple of (bytes, str, int)
        WebP, alt text, natural width in pixels.
    table, summary : str
        Safe HTML; one or two sentences.
    guessed : tuple of str
        Of each of the lesson's guesses: what this run says.
    """

    pictures: tuple[tuple[bytes, str, int], ...]
    table: str
    summary: str
    guessed: tuple[str, ...]


_runners: dict[str, Any] = {}
"""The newest lesson's runner of this process: it keeps the arm that a control does not touch."""


def has_page(lesson: LessonFile) -> bool:
    """Whether a lab's scenarios can be computed beforehand."""
    return lesson.lab in RUNNERS and bool(lesson.control)


def jobs_of(lesson: LessonFile, grid: Grid) -> list[Job[Any, Scenario]]:
    """One job a scenario."""
    text = lesson.model_dump_json()
    return [
        Job(content_key("slider page", text, sorted(map(str, one.items()))), scenario, (lesson, one))
        for one in grid.settings
    ]


def scenario(wish: tuple[LessonFile, dict[str, Any]]) -> Scenario:
    """Run one scenario and keep what a page needs of it."""
    shown = run(*wish)
    guesses = wish[0].guess
    return Scenario(
        tuple((_webp(one.png), one.alt, one.width) for one in shown.pictures),
        shown.tables[0],
        shown.summary,
        tuple(said.fact(shown.facts[one.fact]) for one in guesses if one.fact in shown.facts),
    )


def run(lesson: LessonFile, settings: dict[str, Any]) -> Shown:
    """One run of a lesson's lab, without widgets.

    Raises
    ------
    SpinesimError
        What the lab says.
    """
    key = lesson.model_dump_json()
    if key not in _runners:
        room, name = RUNNERS[lesson.lab]
        _runners.clear()
        _runners[key] = getattr(import_module(room), name)(lesson)
    try:
        return finished(_runners[key].steps(settings))
    except SpinesimError as wrong:
        raise SpinesimError(f"Lesson {lesson.id}: {wrong}") from None


def finished(work: Work) -> Shown:
    """What a run in slices returns in the end."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def _webp(png: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    few = picture.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
    few.save(out, "webp", lossless=True, method=6)
    return out.getvalue()
