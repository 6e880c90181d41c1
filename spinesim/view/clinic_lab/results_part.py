"""Where results are shown: headline sentences, then pages of tables and pictures."""

from __future__ import annotations

from functools import partial
from html import escape

import ipywidgets as widgets

from spinesim.view.clinic_lab.asking import Shown
from spinesim.view.clinic_lab.fields import Pages, bullets
from spinesim.view.clinic_lab.section import Section
from spinesim.view.controls import ImageBox, html, paragraphs, row
from spinesim.view.figure import picture_of

PICTURE_WIDTH = 1_000
"""Pixels."""


class ResultsPart:
    """Headlines and pages; empty before the first run."""

    def __init__(self) -> None:
        self.heads = html()
        self.pages = Pages("Look at:")
        self.widget = widgets.VBox([self.heads, self.pages.widget], layout=widgets.Layout(width="100%"))
        self.widget.layout.display = "none"

    def show(self, shown: Shown) -> None:
        """Put a finished study on show; the page looked at stays the same."""
        parts = ["<h3>In short</h3>"]
        if not shown.heads:
            parts.append(paragraphs("Only today's clinic was run: add an alternative to compare it with."))
        for arm, lines in shown.heads:
            parts.append(f"<p><b>{escape(arm)}</b>, beside {escape(shown.study.arms[0])}:</p>")
            parts.append(bullets(lines, "spinesim-heads"))
        self.heads.value = "".join(parts)
        self.pages.show([(one.key, one.label, partial(_page, one)) for one in shown.sections])
        self.widget.layout.display = "flex"


def _page(section: Section) -> widgets.Widget:
    """A page; its pictures are drawn now."""
    parts: list[widgets.Widget] = [html(section.html)]
    for one in section.pictures:
        image = ImageBox(PICTURE_WIDTH)
        image.show(picture_of(one.draw), one.words)
        parts += [row(image.widget), html(f"<p class='spinesim-note'>{escape(one.words)}</p>")]
    return widgets.VBox(parts, layout=widgets.Layout(width="100%"))
