"""Build the site: work in processes, pages in a scratch folder, Sphinx once, then all into its place."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from spinesim.course import play
from spinesim.course.places import FACILITATOR, need, notebooks_folder, project_folder, read, write
from spinesim.course.site import cited, executed, pages
from spinesim.course.site.folder import new_site
from spinesim.course.sources import Source, chosen, read_source, source_files
from spinesim.errors import SpinesimError
from spinesim.evidence import evidence
from spinesim.study.executor import Executor, Progress, execute
from spinesim.view.lab.spec import LessonFile, load_lesson

COMPUTED = 0.93
"""Share of the progress for lessons and scenarios; Sphinx has the rest."""
PROJECT_PAGES = ("README.md", "MODEL.md")
KIT = ("README.md", "answers.md")
HERE = "*On this site there is nothing to press: below stands what the program shows at its first settings.*"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Built:
    """What was made: the folder, how many lessons and slider pages, and what Sphinx warned of."""

    folder: Path
    lessons: int
    sliders: int
    warnings: tuple[str, ...]


def build_site(
    out: str | Path,
    *,
    only: Collection[str] = (),
    scenarios: int = play.MOST,
    executor: Executor | None = None,
    progress: Progress | None = None,
    force: bool = False,
) -> Built:
    """Write the site to a new folder.

    Parameters
    ----------
    out : str or Path
        The folder.
    only : collection of str
        Numbers of the lessons wanted; empty for all.
    scenarios : int
        At most so many on a slider page.
    executor : Executor, optional
        Where lessons and scenarios are run; default: this process.
    progress : callable, optional
        Called with the share done (0-1).
    force : bool
        Replace a site that is there.

    Raises
    ------
    SpinesimError
        One sentence; nothing is written then.
    """
    for name in ("sphinx", "myst_nb", "furo", "jupytext"):
        need(name, "no site can be built")
    with new_site(out, force) as work:
        sources = [read_source(path) for path in chosen(source_files(), only)]
        lessons = [(source, load_lesson(source.number)) for source in sources]
        grids = {
            source.number: play.grid_of(lesson, scenarios)
            for source, lesson in lessons
            if play.has_page(lesson)
        }
        made = _computed(lessons, grids, executor, progress)
        _write_sources(work / "pages", lessons, set(grids), made[0])
        warnings = _sphinx(work / "pages", work / "site")
        for number, page in made[1].items():
            write(work / "site" / "play" / f"{number}.html", page)
        if progress:
            progress(1.0)
    return Built(Path(out), len(lessons), len(grids), warnings)


def _computed(
    lessons: list[tuple[Source, LessonFile]],
    grids: dict[str, play.Grid],
    executor: Executor | None,
    progress: Progress | None,
) -> tuple[dict[str, str], dict[str, str]]:
    """Executed notebooks and slider pages, by number of the lesson."""
    jobs: list[Any] = [executed.job_of(source) for source, _ in lessons]
    for source, lesson in lessons:
        if source.number in grids:
            jobs += play.jobs_of(lesson, grids[source.number])
    tell = None if progress is None else lambda share: progress(COMPUTED * share)
    arriving = execute(jobs, executor, progress=tell)
    notebooks = {source.number: next(arriving) for source, _ in lessons}
    sliders = {}
    for source, lesson in lessons:
        if source.number in grids:
            grid = grids[source.number]
            scenarios = [next(arriving) for _ in grid.settings]
            sliders[source.number] = play.render(lesson, grid, scenarios, f"../lessons/{source.name}.html")
    for _ in arriving:
        raise AssertionError("more came back than was asked for")
    return notebooks, sliders


def _write_sources(
    place: Path, lessons: list[tuple[Source, LessonFile]], sliders: set[str], notebooks: dict[str, str]
) -> None:
    """Everything Sphinx reads."""
    known, kit, project = evidence(), notebooks_folder() / FACILITATOR, project_folder()
    names = {source.name for source, _ in lessons}
    here = {f"{name}.ipynb" for name in names}
    for source, _ in lessons:
        made = nbformat.reads(notebooks[source.number], as_version=4)
        first = next(n for n, cell in enumerate(made.cells) if cell.cell_type == "code")
        made.cells.insert(first, nbformat.v4.new_markdown_cell(HERE))
        for cell in made.cells:
            if cell.cell_type == "markdown":
                cell.source = cited.linked(pages.loosened(cell.source, here), known)
            else:
                cell.metadata["tags"] = ["remove-input"]
        write(place / "lessons" / f"{source.name}.ipynb", nbformat.writes(made))
        lesson_links = {f"{name}.ipynb": f"../lessons/{name}.ipynb" for name in names}
        beside = {*KIT, *(f"../lessons/{name}.ipynb" for name in names)}
        text = pages.loosened(pages.guide_page(source), beside, lesson_links)
        write(place / "facilitator" / f"{source.name}.md", cited.linked(text, known))
    guides = []
    for name in KIT:
        if (kit / name).is_file():
            text = pages.loosened(read(kit / name), {*KIT, *(f"{one}.md" for one in names)})
            write(place / "facilitator" / name, cited.linked(text, known))
            guides.append(Path(name).stem)
    texts = [cell.text for source, _ in lessons for cell in source.cells]
    write(place / "evidence.md", cited.page(cited.cited(texts, known), known))
    found = ["evidence"]
    for name in PROJECT_PAGES:
        if project is not None and (project / name).is_file():
            text = read(project / name)
            write(place / name, pages.loosened(text, PROJECT_PAGES))
            for picture in pages.pictures_in(text):
                (place / picture).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(project / picture, place / picture)
            found.append(Path(name).stem)
    listed = [(source, lesson, source.number in sliders) for source, lesson in lessons]
    order = [*guides, *(source.name for source, _ in lessons)]
    write(place / "index.md", pages.front(listed, found, order))


def _sphinx(pages_folder: Path, out: Path) -> tuple[str, ...]:
    """Turn the pages into HTML; what Sphinx warned of comes back."""
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    from spinesim import __version__

    settings = {
        "extensions": ["myst_nb"],
        "project": "spinesim",
        "release": __version__,
        "html_theme": "furo",
        "html_title": "spinesim: the course",
        "html_show_sourcelink": False,
        "html_copy_source": False,
        "html_permalinks_icon": "#",
        "nb_execution_mode": "off",
        "nb_ipywidgets_js": {},
        "myst_enable_extensions": [],
        "myst_heading_anchors": 3,
        "language": "en",
        "html_use_index": False,
    }
    warned = io.StringIO()
    try:
        with patch_docutils(), docutils_namespace():
            app = Sphinx(
                str(pages_folder),
                None,
                str(out),
                str(out.parent / "doctrees"),
                "html",
                confoverrides=settings,
                status=None,
                warning=warned,
                freshenv=True,
            )
            app.build(force_all=True)
    except (SphinxError, OSError) as wrong:
        raise SpinesimError(
            f"Sphinx could not build the site ({' '.join(str(wrong).split())[:200]})."
        ) from None
    text = _COLOUR.sub("", warned.getvalue()).replace(f"{pages_folder}/", "")
    if app.statuscode:
        raise SpinesimError(f"Sphinx could not build the site ({' '.join(text.split())[:200]}).")
    shutil.rmtree(out / "_sources", ignore_errors=True)  # notebooks once more, for a link that is not shown
    for path in out.rglob("*.html"):  # Sphinx's captions are headings that do not say of which level
        write(path, read(path).replace('role="heading">', 'role="heading" aria-level="2">'))
    return tuple(line for line in text.splitlines() if line.strip())
