"""Lesson 15, the case room: no guess beforehand; the questions are about the debrief."""

from __future__ import annotations

from typing import Any

from spinesim.view.case_room.lab import CaseLab
from spinesim.view.lesson.lesson import Lesson


class CaseLesson(Lesson):
    """The case room and three questions about the learner's own debrief; on a wall, a room votes."""

    def _make_lab(self, **options: Any) -> CaseLab:
        options.setdefault("room_mode", self.projector)
        return CaseLab(self.lesson, progress=self.progress, **options)
