"""The Markdown pages around the lessons: front page, guides, and the project's own files."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from spinesim.course.notebooks import guide
from spinesim.course.sources import Source
from spinesim.view.lab.spec import LessonFile

WARNING = "> **Simulated people, for teaching. Not for decisions about individual patients.**"
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")


def front(lessons: Sequence[tuple[Source, LessonFile, bool]], pages: Sequence[str], guides: Sequence[str]) -> str:
    """The front page: what this is, every lesson with its slider page, and the way to the rest."""
    rows = []
    for source, lesson, slider in lessons:
        play = (
            f'<a href="play/{source.number}.html" aria-label="Move the sliders of lesson {source.number}">'
            "move the sliders</a>"
            if slider
            else "needs the program"
        )
        text = f"[{source.title}](lessons/{source.name}.ipynb)"
        rows.append(f"| {source.number} | {text} | {lesson.minutes} min | {play} |")
    parts = [
        "# Back and neck pain: a course on simulated people",
        "Fifteen lessons on what to try, when to scan, when to inject or operate, and how a clinic runs. In each "
        "of them the *same people with the same fate* go through two plans; whatever differs is due to the plan.",
        f"{WARNING} A simulation can be wrong about the world even when it runs perfectly; [what it reproduces and "
        "where it misses](MODEL.md) is written down." if "MODEL" in pages else WARNING,
        "Read a lesson here as it comes out at its first settings, or move its sliders: those pages hold scenarios "
        "computed beforehand, open from disk, and need nothing installed. For every control, your own predictions "
        "and questions about your own run, get the program" + (" ([how](README.md))." if "README" in pages else "."),
        "## Lessons",
        "\n".join(["| | lesson | time | without the program |", "|---|---|---|---|", *rows]),
        "## For facilitators",
        "Plans for 20 and 60 minutes, what to ask, what will be misunderstood: [the kit](facilitator/README.md).",
        _toctree("Lessons", [f"lessons/{source.name}" for source, _, _ in lessons]),
        _toctree("For facilitators", [f"facilitator/{name}" for name in guides]),
        _toctree("The model", [*pages]),
    ]
    return "\n\n".join(parts) + "\n"


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


def _toctree(caption: str, names: Sequence[str]) -> str:
    inside = "\n".join(names)
    return f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{inside}\n```"
