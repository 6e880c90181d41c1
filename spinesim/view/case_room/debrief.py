"""The debrief as a panel: this patient, the twins, luck, the decision that mattered, what was left out."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as widgets

from spinesim.study import case as room
from spinesim.view import tables
from spinesim.view.case_room import page, pictures, words
from spinesim.view.controls import CopyText, Download, ImageBox, html, paragraphs, row
from spinesim.view.lesson.parts import column


class DebriefPart:
    """Everything a finished play shows."""

    def __init__(self) -> None:
        self.end, self.twins, self.rest = html(), html(), html()
        self.timeline_image, self.twins_image = ImageBox(pictures.WIDTH), ImageBox(pictures.WIDTH)
        self.page = Download("Save the debrief as one page", "debrief.html", "text/html")
        self.log = Download("Save the choice log", "choice_log.json", "application/json")
        self.copy = CopyText("", "The choice log as text: paste it into a file, or into the box at the top")
        self.widget: widgets.VBox = column(
            self.end, row(self.timeline_image.widget), self.twins, row(self.twins_image.widget), self.rest,
            row(self.page.widget, self.log.widget), self.copy.widget,
        )  # fmt: skip
        self.pictures: tuple[tuple[bytes, str], ...] = ()

    def show(self, made: Any) -> None:
        """Fill it."""
        case = made.played.case
        self.pictures = pictures.timeline(made), pictures.twins(made)
        (line, line_words), (twins, twins_words) = self.pictures
        self.timeline_image.show(line, line_words)
        self.twins_image.show(twins, twins_words)
        many = len(made.study.results[room.YOURS][0].patients)
        self.end.value = (
            f"<h3>Debrief: {escape(case.title)}</h3>{words.decided(made.played.log)}"
            f"{words.ending(made)}{paragraphs(made.story.sentence)}"
        )
        self.twins.value = (
            f"<h4>{many} twins: the same person, other fates</h4>{paragraphs(words.luck(made))}"
        )
        main, more = tables.differences(made.study)
        self.rest.value = (
            f"<h4>The guideline beside your decisions, over all twins</h4>{main}"
            f"<details><summary>More outcomes</summary>{more}</details>"
            f"<h4>Which decision mattered most</h4>{words.decisions(made)}"
            f"<h4>{words.LEFT_OUT}</h4>{words.left_out(made)}"
            f"<h4>What was there, and you did not ask</h4>{words.unasked(made)}{words.teaching(case)}"
        )
        text = room.text_of(made.played.log)
        self.copy.text = text
        self.log.offer(text.encode())
        self.page.offer(page.render(made, self.pictures).encode(), f"debrief_{made.played.log.case}.html")
