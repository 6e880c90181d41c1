"""Predict first: each guess with a range that would be right 8 times in 10, locked in before the lab."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as widgets

from spinesim.view.controls import STYLE, NumberControl, StatusLine, html, paragraphs, row
from spinesim.view.lab.spec import Guess, LessonFile
from spinesim.view.lesson import said
from spinesim.view.lesson.parts import button
from spinesim.view.lesson.progress import Progress, today
from spinesim.view.lesson.progress_file import Guessed
from spinesim.view.lesson.reveal import Given

RANGE = (
    "Give your best guess and a range: wide enough that you would be right 8 times in 10, and no wider. "
    "Nobody is graded; a guess only makes the result stick."
)


class GuessForm:
    """One guess: what is asked, the best guess, and give or take."""

    def __init__(self, guess: Guess) -> None:
        self.guess = guess
        self.best = NumberControl(
            f"{guess.label}: best guess", guess.unit, guess.low, guess.high, guess.start, guess.step
        )
        self.give = NumberControl(
            f"Give or take, in {guess.unit} (to be right 8 times in 10)",
            guess.unit,
            0,
            guess.high - guess.low,
            guess.give,
            guess.step,
        )
        self.widget = widgets.VBox(
            [html(paragraphs(guess.ask)), self.best.widget, self.give.widget],
            layout=widgets.Layout(width="100%", margin="0 0 10px 0"),
        )

    @property
    def given(self) -> Given:
        """What is set now."""
        return Given(self.guess, float(self.best.value), float(self.give.value))

    def set(self, old: Guessed) -> None:
        """Put an earlier guess in."""
        self.best.value, self.give.value = old.best, old.give

    @property
    def disabled(self) -> bool:
        """Whether it is locked."""
        return self.best.disabled

    @disabled.setter
    def disabled(self, off: bool) -> None:
        self.best.disabled = self.give.disabled = off


class Prediction:
    """The guesses of a lesson, and the buttons that open its lab.

    Parameters
    ----------
    lesson : LessonFile
    progress : Progress
        Where guesses are kept; one that is there already is shown again.
    opened : callable
        Called once the lab may open; its argument tells whether there is a prediction.
    closed : callable
        Called when the lab is to close for another prediction.

    Attributes
    ----------
    is_open : bool
        Whether the lab was opened, with or without a guess.
    earlier : str
        The day of a prediction made before this cell was run, or "".
    """

    def __init__(
        self,
        lesson: LessonFile,
        progress: Progress,
        opened: Callable[[bool], None],
        closed: Callable[[], None],
    ) -> None:
        self.lesson, self._progress, self._opened, self._closed = lesson, progress, opened, closed
        self.forms = [GuessForm(guess) for guess in lesson.guess]
        self.is_open = self.is_locked = self.practice = False
        self.earlier = ""
        self.lock_button = button("Lock in my prediction", self.lock, style="primary")
        self.skip_button = button("Skip: open the lab", self.skip, "Open the lab without a guess")
        self.again_button = button("Predict again", self.again, "Your first prediction stays in your score")
        self.again_button.layout.display = "none"
        self.status = StatusLine("Set your guesses, then lock them in: the lab opens below.")
        asked = "<h3>Predict first</h3>" + paragraphs(RANGE)
        self.widget = widgets.VBox(
            [
                html(STYLE + (asked if self.forms else f"<h3>{escape(lesson.title)}</h3>")),
                *(form.widget for form in self.forms),
                row(self.lock_button, self.skip_button, self.again_button),
                self.status.widget,
            ],
            layout=widgets.Layout(width="100%"),
        )
        self.widget.add_class("spinesim")
        if not self.forms:
            self.lock_button.layout.display = "none"
            self.status.say("")
        self._bring_back()

    @property
    def given(self) -> list[Given]:
        """The guesses as they stand."""
        return [form.given for form in self.forms]

    def lock(self) -> None:
        """Lock the guesses and open the lab; a second press does nothing."""
        if self.is_locked or self.is_open or not self.forms:
            return
        self.is_locked = True
        if not self.practice:
            self._keep()
        self._open("Locked in: " + self._in_words() + ".")

    def skip(self) -> None:
        """Open the lab without a guess; does nothing once it is open."""
        if not self.is_open:
            self._open("The lab is open below.")

    def open_earlier(self) -> None:
        """Open the lab for a prediction that was made before; nothing if there is none."""
        if self.earlier and not self.is_open:
            self._opened_once()

    def again(self) -> None:
        """Predict once more, for practice: the first prediction stays in the file and in the score."""
        self.practice, self.is_open, self.is_locked, self.earlier = True, False, False, ""
        self._allow(True)
        self._closed()
        self.status.say("Predict again, for practice: your first prediction stays in your score.")

    def _bring_back(self) -> None:
        """Show a prediction that is in the progress file."""
        kept = self._progress.of(self.lesson.id).predictions
        mine = [kept.get(form.guess.fact) for form in self.forms]
        if not mine or any(one is None for one in mine):
            return
        for form, old in zip(self.forms, mine, strict=True):
            assert old is not None
            form.set(old)
            self.earlier = old.when
        self.is_locked = True
        self._allow(False)
        self.status.say(f"You predicted this on {self.earlier}: {self._in_words()}. It is shown again below.")

    def _keep(self) -> None:
        for one in self.given:
            made = Guessed(best=one.best, give=one.give, unit=one.guess.unit, when=today())
            self._progress.guess(self.lesson.id, one.guess.fact, made)

    def _in_words(self) -> str:
        return "; ".join(
            f"{said.guessed(one.best, one.guess.unit)} (give or take {one.give:g})" for one in self.given
        )

    def _open(self, told: str) -> None:
        self._allow(False)
        self.again_button.layout.display = "none"
        note = self._progress.note
        self.status.say(f"{told} {note}".strip())
        self._opened_once()

    def _opened_once(self) -> None:
        self.is_open = True
        self._opened(self.is_locked)

    def _allow(self, on: bool) -> None:
        for form in self.forms:
            form.disabled = not on
        self.lock_button.disabled = self.skip_button.disabled = not on
        self.again_button.layout.display = "none" if on or not self.forms else ""
