"""A lesson as plain HTML, for the site: nothing moves, nothing needs Python."""

from __future__ import annotations

import base64
import os
from html import escape
from typing import Any

from spinesim.errors import SpinesimError
from spinesim.view.controls import STYLE, paragraphs
from spinesim.view.lab.spec import NO_CONTROLS
from spinesim.view.lesson import said
from spinesim.view.lesson.questions import answer
from spinesim.view.lesson.reveal import fact_of
from spinesim.view.tables import said_in_html

FLAG = "SPINESIM_STATIC"
SLIDERS = "../play/{id}.html"
"""Where the site keeps the page with ready-made scenarios of a lesson, from the lesson's own page."""


def wanted() -> bool:
    """Whether the environment asks for plain HTML."""
    return os.environ.get(FLAG, "") not in ("", "0")


def page(lesson: Any) -> str:
    """Safe HTML of a `Lesson`: question, first result, pictures with words, tables, folded answers.

    Raises
    ------
    SpinesimError
        If the lab cannot run.
    """
    lab = lesson.lab
    lab.run_now()
    if lab.shown is None:
        raise SpinesimError(f"Lesson {lesson.lesson.id} could not be run: {lab.last_error}")
    shown, file = lab.shown, lesson.lesson
    parts = [STYLE, "<div class='spinesim'><div class='widget-html-content'>"]
    if file.guess:
        parts.append("<h3>Predict first</h3>" + paragraphs(*(guess.ask for guess in file.guess)))
        told = "".join(
            f"<li>{said_in_html(said.fact(fact_of(guess.fact, shown.facts)))}</li>" for guess in file.guess
        )
        parts.append(_folded("What the simulation shows", f"<ul>{told}</ul>"))
    parts.append(paragraphs(shown.summary) if shown.summary else "")
    parts += [_image(one.png, one.alt, one.width) for one in shown.pictures]
    parts += [table for table in shown.tables[:1] if table]
    parts += [_folded("More outcomes", table) for table in shown.tables[1:] if table]
    if file.question:
        parts.append("<h3>Questions</h3>")
        parts += [_question(number, one, shown.facts) for number, one in enumerate(file.question, start=1)]
    if file.lab not in NO_CONTROLS:
        link = escape(SLIDERS.format(id=file.id), quote=True)
        parts.append(
            f"<p><a href='{link}'>Move the sliders of this lesson, without installing anything</a></p>"
        )
    return "".join([*parts, "</div></div>"])


def _question(number: int, question: Any, facts: Any) -> str:
    made = answer(question, facts)
    options = "".join(f"<li>{escape(one)}</li>" for one in made.options)
    right = " or ".join(made.options[n] for n in sorted(made.right)) or "This run cannot tell."
    told = f"<p><b>{escape(right)}</b></p>{paragraphs(made.said, question.why)}"
    return f"<p><b>{number}.</b> {escape(question.ask)}</p><ul>{options}</ul>{_folded('Answer', told)}"


def _folded(name: str, inside: str) -> str:
    return f"<details><summary>{escape(name)}</summary>{inside}</details>"


def _image(png: bytes, alt: str, width: int) -> str:
    data = base64.b64encode(png).decode("ascii")
    look = f"width:100%;max-width:{width}px;background:white"
    return f"<img src='data:image/png;base64,{data}' alt='{escape(alt, quote=True)}' style='{look}'>"
