"""A slider page: template, style and script put together, everything inside, nothing asked for."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape
from markupsafe import Markup

from spinesim import __version__
from spinesim.course.play.grid import Grid, said
from spinesim.course.play.scenario import Scenario
from spinesim.errors import SpinesimError
from spinesim.view.lab.spec import LessonFile

LARGEST_PAGE = 2 * 2**20
"""Bytes."""


def render(lesson: LessonFile, grid: Grid, scenarios: Sequence[Scenario], back: str = "") -> str:
    """The page as HTML text.

    Parameters
    ----------
    lesson : LessonFile
    grid : Grid
    scenarios : sequence of Scenario
        In the grid's order.
    back : str
        Relative address of the lesson's text; empty for a page by itself.

    Raises
    ------
    SpinesimError
        If the page would be larger than `LARGEST_PAGE`.
    """
    pictures: dict[str, str] = {}
    rows = [
        {
            "summary": one.summary,
            "table": one.table,
            "pictures": [[_kept(pictures, picture), alt] for picture, alt, _ in one.pictures],
            "guessed": list(one.guessed),
        }
        for one in scenarios
    ]
    axes = [{"id": axis.control.id, "words": axis.words, "start": axis.start} for axis in grid.axes]
    data = {"axes": axes, "scenarios": rows, "pictures": pictures}
    moved = {axis.control.id for axis in grid.axes}
    fixed = [
        (one.label, said(one, grid.settings[0][one.id])) for one in lesson.control if one.id not in moved
    ]
    room = files(__package__)
    environment = Environment(
        loader=DictLoader({"page": room.joinpath("template.html").read_text("utf-8")}),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    first = scenarios[grid.start]
    page = environment.get_template("page").render(
        lesson=lesson,
        axes=grid.axes,
        fixed=fixed,
        seed=lesson.seed,
        first=first,
        table=Markup(first.table),
        shown=[
            (f"data:image/webp;base64,{pictures[name]}", alt, width)
            for (name, alt), (_, _, width) in zip(rows[grid.start]["pictures"], first.pictures, strict=True)
        ],
        count=len(rows),
        back=back,
        version=__version__,
        css=Markup(room.joinpath("page.css").read_text("utf-8")),
        script=Markup(room.joinpath("page.js").read_text("utf-8")),
        data=Markup(_for_script(data)),
    )
    if len(page.encode()) > LARGEST_PAGE:
        raise SpinesimError(
            f"The slider page of lesson {lesson.id} would be {len(page.encode()) / 2**20:.1f} MB; give fewer "
            f"--scenarios than {len(rows)}, so that it stays below {LARGEST_PAGE / 2**20:g} MB."
        )
    return page


def _kept(pictures: dict[str, str], picture: bytes) -> str:
    """The name of a picture, kept once however many scenarios show it."""
    name = hashlib.sha256(picture).hexdigest()[:10]
    pictures.setdefault(name, base64.b64encode(picture).decode("ascii"))
    return name


def _for_script(data: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
