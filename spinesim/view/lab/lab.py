"""A lab: controls on top, a run in slices, pictures and tables below. What it runs is its lesson's affair."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from itertools import islice
from typing import Any

import ipywidgets as widgets

from spinesim.errors import SpinesimError
from spinesim.view.controls import STYLE, CopyText, ImageBox, StatusLine, TextLine, html, paragraphs, row
from spinesim.view.jobs import LatestJob, event_loop, in_words
from spinesim.view.lab import share
from spinesim.view.lab.dials import dials
from spinesim.view.lab.export import Export
from spinesim.view.lab.history import History
from spinesim.view.lab.shown import Runner, Settings, Shown, in_rows
from spinesim.view.lab.spec import LessonFile, start_of
from spinesim.view.limits import refuse_too_much
from spinesim.view.outcomes import OutcomeTable
from spinesim.view.story import StoryPanel

RUNNERS = {
    "plans": ("spinesim.view.lab.plans", "PlanRunner"),
    "bayes": ("spinesim.view.lab.bayes", "BayesRunner"),
    "naive": ("spinesim.view.lab.naive", "NaiveRunner"),
    "sure": ("spinesim.view.lab.sure", "SureRunner"),
}
"""What runs a lab, by kind; imported when first needed."""
WEEKS_PER_YEAR = 52
DRAWN = 0.08
"""The progress bar moves in such steps: a dozen messages a run are enough."""


class Lab:
    """Controls, pictures, tables, the runs before, one patient's story.

    Parameters
    ----------
    lesson : LessonFile
    patients, seed : int, optional
        Instead of the lesson's own.
    source : optional
        What simulates, for tests; passed to the runner.

    Attributes
    ----------
    controls : dict
        By id: the lesson's own, `patients` and `seed`; each with `value`, `disabled`, `observe`, `widget`.
    start : dict
        The settings it opened with.
    shown : Shown, optional
        The newest finished run.
    on_done : list of callable
        Called after each finished run.
    last_error : Exception, optional
        Of the newest run, if it failed.
    """

    def __init__(
        self, lesson: LessonFile, *, patients: int | None = None, seed: int | None = None, source: Any = None
    ) -> None:
        self.lesson = lesson
        room, name = RUNNERS[lesson.lab]
        self.runner: Runner = getattr(import_module(room), name)(lesson, source)
        first = start_of(lesson)
        self.controls = dials(lesson, patients or first["patients"], first["seed"] if seed is None else seed)
        self.start = self.settings
        self.shown: Shown | None = None
        self.last_error: Exception | None = None
        self.on_done: list[Callable[[], None]] = []
        self._asked: Settings | None = None
        self._quiet = False
        self._job = LatestJob(self._done, self._progress, self._failed)
        self._ahead = LatestJob(*3 * [lambda _: None])
        self._build()
        if text := share.of_address():
            self._paste(text)

    def _build(self) -> None:
        def wide(words: str, hint: str, call: Callable[[], None]) -> widgets.Button:
            made = widgets.Button(description=words, tooltip=hint, layout=widgets.Layout(width="auto"))
            made.on_click(lambda _: call())
            return made

        self.reset_button = wide("Reset", "Back to the first settings", self.reset)
        self.cancel_button = wide("Cancel", "Stop the run under way", self.cancel)
        self.cancel_button.disabled = True
        self.bar = widgets.FloatProgress(
            min=0, max=1, value=0, layout=widgets.Layout(width="160px", visibility="hidden")
        )
        self.status = StatusLine("Ready.")
        self.images: list[ImageBox] = []
        self._pictures = widgets.VBox([], layout=widgets.Layout(width="100%"))
        self.table = OutcomeTable()
        self.history = History(self.lesson)
        self.story = StoryPanel(round(self.lesson.years * WEEKS_PER_YEAR))
        self.export = Export(f"spinesim_{self.lesson.id}", lambda: self.shown, self._shown_text)
        self.copy = CopyText(self.setting_text(), "This setting")
        self.link = CopyText("", "A link to this setting")
        self.paste = TextLine("Paste a setting", about="A line that somebody copied; press Enter.")
        self.paste.observe(lambda _: self._paste(self.paste.value) if self.paste.value else None)
        for control in self.controls.values():
            control.observe(self._changed)
        self._story = widgets.VBox([], layout=widgets.Layout(width="100%"))
        self._links = widgets.VBox([self.copy.widget], layout=widgets.Layout(width="100%"))
        self.widget = widgets.VBox(
            [
                html(STYLE + paragraphs(self.lesson.about)),
                *(control.widget for control in self.controls.values()),
                row(self.reset_button, self.cancel_button, self.bar),
                self.status.widget,
                self._pictures,
                self.table.widget,
                self.history.widget,
                self._story,
                self.export.widget,
                self._links,
                self.paste.widget,
            ],
            layout=widgets.Layout(width="100%"),
        )
        self.widget.add_class("spinesim")

    # What the learner does

    @property
    def settings(self) -> dict[str, Any]:
        """What is set now, by control id."""
        return {key: control.value for key, control in self.controls.items()}

    @property
    def busy(self) -> bool:
        """Whether a run is waiting or under way."""
        return self._job.busy

    @property
    def picture(self) -> bytes:
        """The pictures on show: their PNG bytes joined (empty before the first run)."""
        return b"".join(picture.png for picture in self.shown.pictures) if self.shown else b""

    def show(self) -> None:
        """Put the lab below the notebook cell and run it."""
        from IPython.display import display

        display(self.widget)
        self.run()

    def run(self) -> None:
        """Run the present settings: in slices where an event loop runs (a notebook), else at once."""
        asked = self._asked = self.settings
        self.last_error = None
        self._ahead.cancel()
        try:
            refuse_too_much(int(asked["patients"]))
        except SpinesimError as wrong:
            self._job.cancel()
            self._failed(wrong)
            return
        self.bar.value, self.bar.layout.visibility = 0.0, "visible"
        self.cancel_button.disabled = False
        self.status.say(f"Running {asked['patients']:,} people …", "busy")
        self._job.request(partial(self.runner.steps, asked))

    def prepare(self) -> None:
        """Simulate the present settings while the learner still guesses: what is kept is not run again."""
        if event_loop() is not None:
            self._ahead.request(partial(self.runner.steps, self.settings))

    def run_now(self) -> None:
        """Run the present settings to the end before returning, event loop or not."""
        if not self._job.busy:
            self.run()
        self._job.run_now()

    async def finished(self) -> None:
        """Wait until the newest request is on show."""
        await self._job.finished()

    def cancel(self) -> None:
        """Stop the run under way; the old picture stays, and so do the settings."""
        if self._job.cancel():
            self._asked = None
            self._idle()
            kept = " The picture still shows the run before." if self.shown else ""
            self.status.say(f"Cancelled.{kept} Move a control to run again.")

    def reset(self) -> None:
        """Back to the first settings, then run."""
        self._set(self.start)
        self.run()

    def setting_text(self) -> str:
        """What is set, as a line to copy."""
        return share.text_of(self.lesson, self.settings)

    def apply(self, text: str) -> None:
        """Set what a copied line says, then run.

        Raises
        ------
        SpinesimError
            One sentence; then nothing is changed.
        """
        self._set(share.read(self.lesson, text, self.settings))
        self.run()

    def _paste(self, text: str) -> None:
        try:
            self._set(share.read(self.lesson, text, self.settings))
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
            return
        if self.shown is not None or self._asked is not None:
            self.run()

    def _set(self, settings: Settings) -> None:
        self._quiet = True
        try:
            for key, value in settings.items():
                self.controls[key].value = value
        finally:
            self._quiet = False

    def _changed(self, _: Any) -> None:
        if not self._quiet and self.settings != self._asked:
            self.run()

    # The run

    def _idle(self) -> None:
        self.bar.layout.visibility = "hidden"
        self.cancel_button.disabled = True

    def _progress(self, share_done: float) -> None:
        if share_done - self.bar.value >= DRAWN:
            self.bar.value = share_done

    def _done(self, shown: Shown) -> None:
        if not self.images:
            self.images = [ImageBox(picture.width) for picture in shown.pictures]
            boxes = iter(image.widget for image in self.images)
            rows = in_rows([picture.width for picture in shown.pictures])
            self._pictures.children = tuple(row(*islice(boxes, many)) for many in rows)
        for image, picture in zip(self.images, shown.pictures, strict=True):
            image.show(picture.png, picture.alt)
        self.table.show(*shown.tables)
        self.shown = shown
        self.history.add(shown)
        if shown.study is not None:
            self.story.update(shown.study)
            self._story.children = (self.story.widget,)
        self.export.ready()
        self._copied()
        self._idle()
        self.status.say(
            f"Done: {shown.settings['patients']:,} people, seed {shown.settings['seed']}. {shown.summary}"
        )
        for call in self.on_done:
            call()

    def _copied(self) -> None:
        text = self._shown_text()
        self.copy.text = text
        if address := share.link(text):
            self.link.text = address
            self._links.children = (self.copy.widget, self.link.widget)

    def _shown_text(self) -> str:
        return share.text_of(self.lesson, self.shown.settings if self.shown else self.settings)

    def _failed(self, fault: Exception) -> None:
        self.last_error, self._asked = fault, None
        self._idle()
        self.status.say(in_words(fault), "error")

    def __repr__(self) -> str:
        return f"Lab({self.setting_text()!r})"
