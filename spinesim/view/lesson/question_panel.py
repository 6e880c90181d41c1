"""The questions on the page: one try each is scored, and every answer gets the run's own number."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as widgets

from spinesim.errors import SpinesimError
from spinesim.view.controls import Choice, StatusLine, html, paragraphs, row
from spinesim.view.lab.shown import Shown
from spinesim.view.lab.spec import LessonFile, Question
from spinesim.view.lesson.parts import button, column, visible
from spinesim.view.lesson.progress import Progress, today
from spinesim.view.lesson.progress_file import Answered
from spinesim.view.lesson.questions import Answer, answer

CHOOSE = "Choose an answer …"
FIRST_RUN = "After your first run: the right answer comes from your own run."
NOT_CHOSEN = "Choose an answer first."


class QuestionForm:
    """One question.

    Parameters
    ----------
    number : int
        From 1.
    question : Question
    shown : callable
        Gives the newest finished run, or None.
    settings : callable
        Gives that run's settings in words.
    done : callable
        Told each answer.
    """

    def __init__(
        self,
        number: int,
        question: Question,
        shown: Callable[[], Shown | None],
        settings: Callable[[], str],
        done: Callable[[int, Answered], None],
    ) -> None:
        self.number, self.question = number, question
        self._shown, self._settings, self._done = shown, settings, done
        self.answered: Answered | None = None
        self.choice = Choice(f"Answer to question {number}", [(CHOOSE, "")], "")
        self.button = button("Check", self.check, f"Check my answer to question {number}")
        self.button.layout.align_self, self.button.layout.margin = "flex-end", "0 0 10px 6px"
        self.status = StatusLine(FIRST_RUN)
        self.widget = column(
            html(f"<p><b>{number}.</b> {escape(question.ask)}</p>"),
            row(self.choice.widget, self.button),
            self.status.widget,
        )
        self.refresh()

    def refresh(self) -> None:
        """Take up the newest run: its options; an answered question stays as it is."""
        if self.answered is not None:
            return
        shown = self._shown()
        off = shown is None
        self.choice.disabled = self.button.disabled = off
        if shown is None:
            return
        made = self._answer(shown)
        if made is None:
            return
        before = self.choice.value
        kept = before if before in made.options else ""
        self.choice.change([(CHOOSE, ""), *((one, one) for one in made.options)], kept)
        self.status.say("Choose, then check. Your first answer counts.")

    def check(self) -> None:
        """Freeze the answer and say what the run shows; a second press does nothing."""
        if self.answered is not None:
            return
        shown = self._shown()
        if shown is None:
            self.status.say(FIRST_RUN)
            return
        made = self._answer(shown)
        if made is None:
            return
        if self.choice.value not in made.options:
            self.status.say(NOT_CHOSEN)
            return
        if not made.right:
            self.status.say(
                f"This run cannot answer the question: {made.said} Change a setting, run again, and answer "
                "then; nothing was counted."
            )
            return
        chosen = str(self.choice.value)
        right = made.options.index(chosen) in made.right
        told = feedback(made, right, self._settings(), self.question.why)
        self.freeze(Answered(chosen=chosen, right=right, said=told, settings=self._settings(), when=today()))
        assert self.answered is not None
        self._done(self.number, self.answered)

    def freeze(self, answered: Answered, earlier: bool = False) -> None:
        """Show an answer for good."""
        self.answered = answered
        self.choice.change([(answered.chosen, answered.chosen)], answered.chosen)
        self.choice.disabled = self.button.disabled = True
        before = f"You answered this on {answered.when}. " if earlier else ""
        self.status.say(before + answered.said)

    def _answer(self, shown: Shown) -> Answer | None:
        try:
            return answer(self.question, shown.facts)
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
            return None


def feedback(made: Answer, right: bool, settings: str, why: str) -> str:
    """Right or not, the run's own number, which run it was, and why."""
    best = " or ".join(f"“{made.options[n]}”" for n in sorted(made.right))
    verdict = "Right." if right else f"Not this time: your run says {best}."
    return f"{verdict} {made.said} (Your run: {settings}.) {why}"


class Questions:
    """All questions of a lesson.

    Parameters
    ----------
    lesson : LessonFile
    progress : Progress
    shown, settings : callable
        As for `QuestionForm`.
    """

    def __init__(
        self,
        lesson: LessonFile,
        progress: Progress,
        shown: Callable[[], Shown | None],
        settings: Callable[[], str],
    ) -> None:
        self.lesson, self._progress = lesson, progress
        self.forms = [
            QuestionForm(number, question, shown, settings, self._keep)
            for number, question in enumerate(lesson.question, start=1)
        ]
        kept = progress.of(lesson.id).answers
        for form in self.forms:
            if (old := kept.get(str(form.number))) is not None:
                form.freeze(old, earlier=True)
        self.status = StatusLine()
        visible(self.status.widget, False)
        head = "<h3>Questions</h3>" + paragraphs("The right answers come from your own run above.")
        self.widget: widgets.VBox = column(
            html(head), *(form.widget for form in self.forms), self.status.widget
        )
        self.widget.add_class("spinesim")
        self._tell()

    def refresh(self) -> None:
        """Take up the newest run."""
        for form in self.forms:
            form.refresh()

    @property
    def score(self) -> tuple[int, int]:
        """Right answers, and answers given."""
        given = [form.answered for form in self.forms if form.answered is not None]
        return sum(one.right for one in given), len(given)

    def _keep(self, number: int, answered: Answered) -> None:
        self._progress.answer(self.lesson.id, number, answered)
        self._tell()

    def _tell(self) -> None:
        right, given = self.score
        if given and given == len(self.forms):
            visible(self.status.widget, True)
            self.status.say(
                f"All answered: {right} of {given} right at the first try. {self._progress.note}".strip()
            )
