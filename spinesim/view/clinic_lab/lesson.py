"""Lesson 11, the clinic lead's clinic: the flow of every lesson around the scenario lab."""

from __future__ import annotations

from typing import Any

from spinesim.view.clinic_lab.lab import ClinicLab
from spinesim.view.clinic_lab.presets import THERAPIST
from spinesim.view.controls import html
from spinesim.view.lab.spec import LessonFile, load_lesson
from spinesim.view.lesson.lesson import Lesson

RUNS = 3
"""Replications at the start: enough for an interval, quick enough for a lesson."""


class ClinicLesson(Lesson):
    """Guess what one more physiotherapist changes, see it, then change the clinic yourself.

    Parameters
    ----------
    lesson : LessonFile, optional
        Default: lesson 11.
    **options
        As of `Lesson`, and any of `ClinicLab`.
    """

    runs_when_skipped = False

    def __init__(self, lesson: LessonFile | None = None, **options: Any) -> None:
        super().__init__(lesson or load_lesson("11"), **options)

    def _make_lab(
        self, *, patients: int | None = None, seed: int | None = None, source: Any = None, **lab: Any
    ) -> ClinicLab:
        mine: dict[str, Any] = {"presets": (THERAPIST,), "runs": RUNS, **lab}
        if source is not None:
            mine["source"] = source
        made = ClinicLab(
            patients=patients or self.lesson.patients,
            seed=self.lesson.seed if seed is None else seed,
            years=mine.pop("years", self.lesson.years),
            **mine,
        )
        made.widget.children = (html(f"<p>{self.lesson.about}</p>"), *made.widget.children)
        return made
