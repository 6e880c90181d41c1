"""The debrief as one page that opens anywhere and prints well."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, select_autoescape
from markupsafe import Markup

from spinesim.study import case as room
from spinesim.view import tables
from spinesim.view.case_room import words
from spinesim.view.controls import STYLE


def render(made: Any, pictures: Sequence[tuple[bytes, str]]) -> str:
    """The page; everything it needs is inside."""
    made_of = Environment(undefined=StrictUndefined, autoescape=select_autoescape(default=True))
    template = made_of.from_string(files("spinesim.view.case_room").joinpath("page.html").read_text("utf-8"))
    main, more = tables.differences(made.study)
    case = made.played.case
    return template.render(
        title=case.title,
        short=case.short,
        opening=" ".join(case.opening.split()),
        style=Markup(STYLE),
        decided=Markup(words.decided(made.played.log)),
        ending=Markup(words.ending(made)),
        sentence=made.story.sentence,
        pictures=[(base64.b64encode(png).decode("ascii"), alt) for png, alt in pictures],
        twins=len(made.study.results[room.YOURS][0].patients),
        luck=words.luck(made),
        differences=Markup(main + more),
        decisions=Markup(words.decisions(made)),
        left_out=Markup(words.left_out(made)),
        unasked=Markup(words.unasked(made)),
        teaching=Markup(words.teaching(case)),
        log=room.text_of(made.played.log),
    )
