"""The Markdown pages around the lessons: front page, guides, and the project's own files."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from importlib.resources import files
from pathlib import Path

from jinja2 import StrictUndefined, Template

from spinesim.course.notebooks import guide
from spinesim.course.sources import Source
from spinesim.view.lab.spec import LessonFile

_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")


def front(
    lessons: Sequence[tuple[Source, LessonFile, bool]], pages: Sequence[str], guides: Sequence[str]
) -> str:
    """The front page: what this is, every lesson with its slider page (if any), the way to the rest."""
    made = Template(
        files(__package__).joinpath("front.md").read_text("utf-8"),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return made.render(lessons=lessons, pages=pages, guides=guides)


def guide_page(source: Source) -> str:
    """A facilitator's guide for the site, where the notebook for the wall is not."""
    text = guide(source)
    first, _, rest = text.partition("\n\n")
    about, _, rest = rest.partition("\n\n")
    _, _, rest = rest.partition("\n\n")
    assert about.startswith("For the room")
    head = (
        f"For the room: open `notebooks/facilitator/{source.name}.ipynb` in the program. "
        f"[The lesson itself](../lessons/{source.name}.ipynb), [the kit](README.md), and "
        "[right answers](answers.md) at the default settings, not for the wall."
    )
    return f"{first}\n\n{head}\n\n{rest}"


def loosened(text: str, here: Collection[str], move: dict[str, str] | None = None) -> str:
    """The text with links that lead out of the site's pages as plain words.

    Parameters
    ----------
    text : str
        Markdown.
    here : collection of str
        Targets that exist on the site, as written.
    move : dict of str to str, optional
        Targets that are called otherwise there.
    """

    def link(match: re.Match[str]) -> str:
        words, target = match[1], match[2]
        place, hash_, anchor = target.partition("#")
        if target.startswith(("http://", "https://", "#", "mailto:")):
            return match[0]
        if move and place in move:
            return f"[{words}]({move[place]}{hash_}{anchor})"
        return f"[{words}]({place})" if place in here else words

    return _LINK.sub(link, text)


def pictures_in(text: str) -> list[Path]:
    """Pictures that a page shows, as written."""
    return [Path(one) for one in re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", text) if "://" not in one]
