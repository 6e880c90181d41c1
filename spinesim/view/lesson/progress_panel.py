"""My progress on the page: lessons done, score, and the file to take away, bring in or begin anew."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets

from spinesim.errors import SpinesimError
from spinesim.view.controls import STYLE, Download, StatusLine, html, paragraphs, row
from spinesim.view.lab.spec import lesson_files, load_lesson
from spinesim.view.lesson import score
from spinesim.view.lesson.parts import button, column, visible
from spinesim.view.lesson.progress import NAME, Progress
from spinesim.view.lesson.progress_file import LessonRecord, ProgressFile, written

ASK = "This sets all your guesses and answers aside. Press “Yes, start again” to do it."


class ProgressPanel:
    """An overview of all lessons, and the buttons for the file.

    Parameters
    ----------
    progress : Progress
    folded : bool
        Whether it is folded away at first behind a button.
    """

    def __init__(self, progress: Progress, folded: bool = False) -> None:
        self.progress = progress
        self.table = html()
        self.status = StatusLine()
        self.download = Download("Download my progress", NAME, "application/json", b"")
        self.upload = widgets.FileUpload(
            accept=".json", multiple=False, description="Import a progress file",
            tooltip="A my_progress.json", layout=widgets.Layout(width="auto"),
        )  # fmt: skip
        self.upload.observe(self._imported, "value")
        self.again_button = button("Start again …", self._ask, "Set all guesses and answers aside")
        self.sure_button = button("Yes, start again", self._start_again, style="warning")
        self.keep_button = button("No, keep everything", self._keep)
        self.body = column(
            self.table,
            row(self.download.widget, self.upload, self.again_button, self.sure_button, self.keep_button),
            self.status.widget,
        )
        self.toggle = button("My progress", self._turn, "Lessons done, score, your file")
        self.widget = column(html(STYLE), row(self.toggle), self.body)
        self.widget.add_class("spinesim")
        self._sure(False)
        visible(self.toggle, folded)
        self.open = not folded
        visible(self.body, self.open)
        progress.watchers.append(self.refresh)
        if self.open:
            self.refresh()

    def refresh(self) -> None:
        """Show what is known now."""
        if not self.open:
            return
        file = self.progress.file
        self.table.value = overview(file)
        self.download.offer(written(file).encode())
        self.status.say(self.progress.where())

    def _turn(self) -> None:
        self.open = not self.open
        visible(self.body, self.open)
        self.toggle.description = "Hide my progress" if self.open else "My progress"
        self.refresh()

    def _ask(self) -> None:
        self._sure(True)
        self.status.say(ASK)

    def _keep(self) -> None:
        self._sure(False)
        self.status.say("Nothing was changed.")

    def _start_again(self) -> None:
        if self.sure_button.layout.display == "none":  # a double click
            return
        self._sure(False)
        self._do(self.progress.start_again, " Run the cells of open lessons again to begin them anew.")

    def _sure(self, on: bool) -> None:
        visible(self.again_button, not on)
        visible(self.sure_button, on)
        visible(self.keep_button, on)

    def _imported(self, _: object) -> None:
        files = self.upload.value
        if not files:
            return
        content = bytes(files[0]["content"])
        self.upload.value = ()
        self._do(lambda: self.progress.take_in(content))

    def _do(self, what: object, more: str = "") -> None:
        assert callable(what)
        try:
            told = what()
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
            return
        self.refresh()
        self.status.say(f"{told}{more} {self.progress.note}".strip())


def overview(file: ProgressFile) -> str:
    """Safe HTML: one row a lesson, and the calibration score."""
    rows = []
    for name in lesson_files():
        number, title, guessing = _lesson(name)
        record = file.lessons.get(number, LessonRecord())
        guesses, answers = record.predictions.values(), record.answers.values()
        held = [one.inside for one in guesses if one.inside is not None]
        predicted = "–"
        if guessing and guesses:
            predicted = f"{sum(held)} of {len(held)} ranges held" if held else "locked in"
        answered = f"{sum(one.right for one in answers)} right of {len(answers)}" if answers else "–"
        days = sorted({one.when for one in guesses} | {one.when for one in answers})
        rows.append(
            f"<tr><th scope='row'>{escape(number)} {escape(title)}</th><td>{predicted}</td>"
            f"<td>{answered}</td><td>{days[-1] if days else 'not yet'}</td></tr>"
        )
    heads = "".join(f"<th scope='col'>{h}</th>" for h in ("Lesson", "Prediction", "Questions", "Last done"))
    told = score.sentence(score.calibration(file))
    return (
        f"<table class='spinesim-table'><caption>Your lessons</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>{paragraphs(told) if told else ''}"
    )


def _lesson(name: str) -> tuple[str, str, bool]:
    """Number and title of a lesson, and whether it has guesses; a broken file must not hide the others."""
    try:
        lesson = load_lesson(name)
    except SpinesimError:
        return name[:2], name[3:].replace("_", " "), False
    return lesson.id, lesson.title, bool(lesson.guess)
