"""A finished clinic study on a lesson's plain page: headlines, then waits and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from spinesim.view.clinic_lab.fields import bullets
from spinesim.view.clinic_lab.section import Section
from spinesim.view.figure import picture_of
from spinesim.view.lab.shown import Picture

PAGES = ("waits", "outcomes")
WIDTH = 1_000
"""Pixels."""


def pictures(sections: Sequence[Section]) -> tuple[Picture, ...]:
    """The first picture of each of `PAGES`, drawn now."""
    return tuple(
        Picture(picture_of(one.pictures[0].draw), one.pictures[0].words, WIDTH)
        for one in sections
        if one.key in PAGES and one.pictures
    )


def tables(heads: Sequence[tuple[str, list[str]]], sections: Sequence[Section]) -> tuple[str, str]:
    """Safe HTML: the headline sentences, and the tables of the same pages."""
    first = "".join(f"<p><b>{escape(arm)}</b></p>{bullets(lines)}" for arm, lines in heads)
    return first, "".join(one.html for one in sections if one.key in PAGES)
