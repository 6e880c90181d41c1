"""A room's guesses: paste them or bring a CSV, see their spread, then the truth beside it. No server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as widgets

from spinesim.view.controls import STYLE, ImageBox, StatusLine, html, paragraphs, row
from spinesim.view.lab.shown import Fact
from spinesim.view.lab.spec import Guess
from spinesim.view.lesson.guesses import Read, read
from spinesim.view.lesson.parts import PROJECTOR, button, column
from spinesim.view.lesson.reveal import fact_of
from spinesim.view.lesson.room_picture import WIDTH, Pooled, draw
from spinesim.view.plots import picture

if TYPE_CHECKING:
    from spinesim.view.lesson.lesson import Lesson

HOW = (
    "Paste the room's guesses: numbers separated by anything, or lines such as “name, 12”, or a table with a "
    "header. Names are dropped and never kept. Decimals: with a point, or with a comma where semicolons "
    "separate the numbers."
)
NOTHING = "Paste some guesses first."


class RoomGuess:
    """One box for the room's guesses of one number.

    Parameters
    ----------
    guess : Guess
    truth : callable
        Calls back with the fact of the first run, once there is one.
    """

    def __init__(self, guess: Guess, truth: Callable[[Callable[[Fact], None]], None]) -> None:
        self.guess, self._truth = guess, truth
        self.box = widgets.Textarea(
            description=f"Guesses ({guess.unit}):", placeholder="12, 5, 30 …", rows=4,
            style={"description_width": "initial"}, layout=widgets.Layout(width="min(640px, 96%)"),
        )  # fmt: skip
        self.upload = widgets.FileUpload(
            accept=".csv,.txt,.tsv", multiple=False, description="or upload a CSV",
            tooltip=f"A CSV of guesses: {guess.label}", layout=widgets.Layout(width="auto"),
        )  # fmt: skip
        self.upload.observe(self._uploaded, "value")
        self.spread_button = button("Show without the truth", self.show_spread, "Only the room's guesses")
        self.truth_button = button(
            "Show with the truth", self.show_truth, "The guesses beside the run", "primary"
        )
        self.status = StatusLine(NOTHING)
        self.image = ImageBox(WIDTH)
        self.widget: widgets.VBox = column(
            html(paragraphs(guess.ask)),
            self.box,
            row(self.upload, self.spread_button, self.truth_button),
            self.status.widget,
            row(self.image.widget),
        )

    def show_spread(self) -> None:
        """The histogram alone."""
        self._show(self._read(), None)

    def show_truth(self) -> None:
        """The histogram with the run's result; runs the lab first if need be."""
        room = self._read()
        if not room.numbers:
            self.status.say(NOTHING)
            return
        self.status.say("Running the lesson's start settings …", "busy")
        self._truth(lambda truth: self._show(room, truth))

    def _read(self) -> Pooled:
        """What is in the box; then only its numbers stay there: no name on the wall or in a saved page."""
        found = read(self.box.value, (self.guess.fact, self.guess.label))
        if found.numbers:
            self.box.value = _lines(found)
        return Pooled(found)

    def _show(self, room: Pooled, truth: Fact | None) -> None:
        if not room.numbers:
            self.status.say(f"{room.read.sentence} {NOTHING}" if room.read.odd else NOTHING)
            return
        told = room.in_words(self.guess, truth)
        self.image.show(picture(draw(room, self.guess, truth)), told)
        self.status.say(f"{room.read.sentence} {told}")

    def _uploaded(self, _: object) -> None:
        files = self.upload.value
        if not files:
            return
        content = bytes(files[0]["content"])
        self.upload.value = ()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
        found = read(text, (self.guess.fact, self.guess.label))
        self.box.value = _lines(found)
        self.status.say(found.sentence)


def _lines(found: Read) -> str:
    return ", ".join(f"{number:g}" for number in found.numbers)


class Room:
    """One box a guess of the lesson, and the run that tells the truth.

    Parameters
    ----------
    lesson : Lesson
        Its first run is the truth.
    """

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self._waiting: list[tuple[Guess, Callable[[Fact], None]]] = []
        self.guesses = [
            RoomGuess(guess, lambda call, guess=guess: self._tell(guess, call))  # type: ignore[misc]
            for guess in lesson.lesson.guess
        ]
        self.widget = column(
            html(STYLE + PROJECTOR + "<h3>The room's guesses</h3>" + paragraphs(HOW)),
            *(one.widget for one in self.guesses),
        )
        self.widget.add_class("spinesim")
        if lesson.projector:
            self.widget.add_class("spinesim-projector")
        lesson.lab.on_done.append(self._done)

    def show(self) -> None:
        """Put the page below the notebook cell."""
        from IPython.display import display

        from spinesim.view.lesson.static import wanted

        if not wanted():  # nothing to paste into on a plain page
            display(self.widget)

    def _tell(self, guess: Guess, call: Callable[[Fact], None]) -> None:
        self._waiting.append((guess, call))
        if self.lesson.first is None:
            self.lesson.run_first()
        if self.lesson.first is not None:
            self._done()
        elif not self.lesson.lab.busy:
            self._waiting.clear()
            for one in self.guesses:
                one.status.say("The lab could not run; see what it says, then press again.", "error")

    def _done(self) -> None:
        if self.lesson.first is None:
            return
        waiting, self._waiting = self._waiting, []
        for guess, call in waiting:
            call(fact_of(guess.fact, self.lesson.first.facts))
