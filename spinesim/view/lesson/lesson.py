"""A lesson's flow: predict, the lab opens and runs, reveal, questions, progress."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from spinesim.errors import SpinesimError
from spinesim.view.controls import STYLE, html, paragraphs
from spinesim.view.lab.shown import Shown
from spinesim.view.lab.spec import LessonFile, load_lesson
from spinesim.view.lesson import reveal, score, static
from spinesim.view.lesson.parts import PROJECTOR, column
from spinesim.view.lesson.prediction import Prediction
from spinesim.view.lesson.progress import Progress
from spinesim.view.lesson.progress_panel import ProgressPanel
from spinesim.view.lesson.question_panel import Questions
from spinesim.view.lesson.room import Room


class Lesson:
    """One lesson, from the prediction to the questions.

    Parameters
    ----------
    lesson : LessonFile
    patients, seed : int, optional
        Instead of the lesson's own.
    projector : bool
        For a wall: larger, no progress saved, a prediction only if the room wants one.
    progress : path or Progress, optional
        The learner's file; default: as `Progress.usual` says.
    source : module-like, optional
        What simulates, for tests.

    Attributes
    ----------
    lab
        The lab; it opens once the guesses are locked in or skipped.
    first : Shown, optional
        The run at the start settings, which the guesses are about.
    """

    folded = True
    """Whether the overview of progress is folded away."""
    runs_when_skipped = True
    """Whether the lab runs at once when it is opened without a guess."""

    def __init__(
        self,
        lesson: LessonFile,
        *,
        patients: int | None = None,
        seed: int | None = None,
        projector: bool = False,
        progress: str | Path | Progress | None = None,
        source: Any = None,
        **lab: Any,
    ) -> None:
        self.lesson, self.projector = lesson, projector
        self.progress = _progress(progress, projector)
        self.lab = self._make_lab(patients=patients, seed=seed, source=source, **lab)
        self.first: Shown | None = None
        self._settings = ""
        self.answer = html()
        self.prediction = Prediction(lesson, self.progress, self._open, self._close)
        self.questions = Questions(lesson, self.progress, lambda: self.lab.shown, lambda: self._settings)
        self._place: widgets.VBox = column()
        parts: list[widgets.Widget] = [html(STYLE + (PROJECTOR if projector else ""))]
        parts += [self.prediction.widget] if lesson.guess else []
        parts += [self._place]
        if not projector:
            self.panel = ProgressPanel(self.progress, folded=self.folded)
            parts.append(self.panel.widget)
        self.widget = column(*parts)
        self.widget.add_class("spinesim")
        if projector:
            self.widget.add_class("spinesim-projector")
            self.prediction.skip_button.description = "Open the lab"
            self.prediction.status.say("Ask the room first. Lock in a prediction, or just open the lab.")
        self.lab.on_done.append(self._finished)

    def _make_lab(self, **options: Any) -> Any:
        from spinesim.view.lab.lab import Lab

        return Lab(self.lesson, **options)

    @property
    def is_open(self) -> bool:
        """Whether the lab is on show."""
        return bool(self._place.children)

    def show(self) -> None:
        """Put the lesson below the notebook cell (plain HTML where ``SPINESIM_STATIC=1``)."""
        from IPython.display import HTML, display

        if static.wanted():
            display(HTML(static.page(self)))
            return
        display(self.widget)
        self.begin()

    def begin(self) -> None:
        """Open the lab at once if there is nothing to guess, or if that was done on another day."""
        if not self.lesson.guess:
            self.prediction.skip()
        else:
            self.prediction.open_earlier()
        if not self.is_open and self.runs_when_skipped:
            self.lab.prepare()

    def room(self) -> Room:
        """A page for the guesses of a whole room."""
        return Room(self)

    def run_first(self) -> None:
        """Run the start settings, unless their result is there or on its way."""
        if self.first is None and not self.lab.busy:
            at_start = self.lab.settings == self.lab.start
            self.lab.run() if at_start else self.lab.reset()

    def _open(self, guessed: bool) -> None:
        self._place.children = (self.answer, self.lab.widget, self.questions.widget)
        if self.first is not None:
            self._reveal()
        elif guessed or self.runs_when_skipped:
            self.lab.run()

    def _close(self) -> None:
        self.answer.value = ""
        self._place.children = ()

    def _finished(self) -> None:
        """After every run: the first one is beside the guesses for good, the newest one is asked about."""
        self._settings = str(self.lab.setting_text())
        if self.first is None and self.lab.shown.settings == self.lab.start:
            self.first = self.lab.shown
            self._reveal()
        self.questions.refresh()

    def _reveal(self) -> None:
        """Put the first run beside the guesses, and the score over all lessons below."""
        if self.first is None or not self.prediction.is_locked:
            return
        given, facts = self.prediction.given, self.first.facts
        try:
            made = reveal.table(given, facts, self._settings)
        except SpinesimError as wrong:
            self.answer.value = f"<p>{escape(str(wrong))}</p>"
            return
        if not self.prediction.practice:
            for one in given:
                self._keep_result(one, float(facts[one.guess.fact].value))
        told = score.sentence(score.calibration(self.progress.file))
        lines = [told] if told and not self.projector else []
        if self.prediction.practice:
            lines.append("This one was for practice: your first prediction is the one that counts.")
        if self.progress.note:
            lines.append(self.progress.note)
        self.answer.value = f"<h3>Your prediction and the simulation</h3>{made}{paragraphs(*lines)}"

    def _keep_result(self, one: reveal.Given, value: float) -> None:
        old = self.progress.of(self.lesson.id).predictions.get(one.guess.fact)
        if value == value and old is not None and old.result is None:
            done = old.model_copy(update={"result": value, "settings": self._settings})
            self.progress.guess(self.lesson.id, one.guess.fact, done)


def _progress(asked: str | Path | Progress | None, projector: bool) -> Progress:
    if projector:
        return Progress(None)
    if isinstance(asked, Progress):
        return asked
    return Progress.usual() if asked is None else Progress(asked)


def lesson(wanted: str | int | Path, **options: Any) -> Lesson:
    """A lesson by number ("02", 2), name or path of a file; `.show()` puts it below the cell.

    Parameters
    ----------
    wanted : str, int or path
    **options
        As of `Lesson`.

    Raises
    ------
    SpinesimError
        One sentence, if there is no such lesson or its file is broken.
    """
    file = load_lesson(str(wanted) if isinstance(wanted, int) else wanted)
    if file.lab == "clinic":
        from spinesim.view.clinic_lab.lesson import ClinicLesson

        return ClinicLesson(file, **options)
    if file.lab == "case":
        from spinesim.view.case_room.lesson import CaseLesson

        return CaseLesson(file, **options)
    if file.lab == "guide":
        from spinesim.view.lesson.guide import GuideLesson

        return GuideLesson(file, **options)
    return Lesson(file, **options)
