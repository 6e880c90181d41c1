"""From one source: the student's notebook, the one for the wall, and the facilitator's guide.

Cell ids hang on lesson, reader and text alone, so that mending one cell changes one cell of the built file.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from spinesim.course.places import FACILITATOR as GUIDES
from spinesim.course.places import need, notebooks_folder, project_folder, write
from spinesim.course.sources import FACILITATOR, PROJECTOR, STUDENT, Source, chosen, read_source, source_files
from spinesim.errors import SpinesimError

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(source: Source, audience: str) -> str:
    """A notebook's file: no outputs, ids that stay.

    Parameters
    ----------
    source : Source
        The lesson.
    audience : "student" or "projector"
        Who sees it.
    """
    need("nbformat", "no notebook can be built")
    import nbformat
    from nbformat import v4

    seen: Counter[str] = Counter()
    cells = []
    for cell in source.cells_for(audience):
        words = f"{source.name}\0{audience}\0{cell.kind}\0{cell.text}"
        seen[words] += 1
        name = hashlib.sha256(f"{words}\0{seen[words]}".encode()).hexdigest()[:12]
        make = v4.new_code_cell if cell.kind == "code" else v4.new_markdown_cell
        cells.append(make(cell.text, id=name))
    built = v4.new_notebook(cells=cells, metadata=KERNEL, nbformat_minor=5)
    nbformat.validate(built)
    return nbformat.writes(built).rstrip("\n") + "\n"


def guide(source: Source) -> str:
    """The facilitator's guide as Markdown."""
    head = (
        f"# {source.number} · {source.title}: facilitator's guide\n\n"
        f"For the room: [`{source.name}.ipynb`]({source.name}.ipynb) in this folder. For each learner: "
        f"[the same lesson](../{source.name}.ipynb). How to run a session: [README.md](README.md). Right "
        "answers at the default settings: [answers.md](answers.md), not for the wall.\n\n"
        f"*Built from `notebooks/source/{source.name}.md`; edit it there.*"
    )
    return "\n\n".join([head, *(cell.text for cell in source.cells_for(FACILITATOR))]) + "\n"


def build(folder: Path | None = None, only: Collection[str] = ()) -> dict[Path, str]:
    """Every built file: its path below the notebooks' folder, and its text.

    Parameters
    ----------
    folder : Path, optional
        The notebooks' folder.
    only : collection of str
        Numbers of the lessons wanted, such as "02"; empty for all.

    Raises
    ------
    SpinesimError
        If a source is wrong.
    """
    files: dict[Path, str] = {}
    for path in chosen(source_files(folder), only):
        source = read_source(path)
        files[Path(f"{source.name}.ipynb")] = notebook(source, STUDENT)
        files[Path(GUIDES) / f"{source.name}.ipynb"] = notebook(source, PROJECTOR)
        files[Path(GUIDES) / f"{source.name}.md"] = guide(source)
    return files


def stale(folder: Path | None = None, only: Collection[str] = ()) -> list[Path]:
    """Built files, below the notebooks' folder, that are missing or not as their source."""
    place = folder or notebooks_folder()
    return [
        path
        for path, text in build(place, only).items()
        if not (place / path).is_file() or (place / path).read_bytes() != text.encode()
    ]


def orphans(folder: Path | None = None) -> list[Path]:
    """Files called like built ones that have no source: a lesson was renamed, or someone added a notebook."""
    place = folder or notebooks_folder()
    known = {path.stem for path in source_files(place)}
    found = [*place.glob("[0-9][0-9]_*.ipynb"), *(place / GUIDES).glob("[0-9][0-9]_*.*")]
    return sorted(path.relative_to(place) for path in found if path.stem not in known)


def write_all(folder: Path | None = None, only: Collection[str] = ()) -> list[Path]:
    """Write what is not as its source; nothing is written if any source is wrong.

    Returns
    -------
    list of Path
        What was written, below the notebooks' folder.

    Raises
    ------
    SpinesimError
        If a source is wrong, or this is an installed copy, whose sources nobody should edit.
    """
    if folder is None and project_folder() is None:
        raise SpinesimError(
            "This is an installed copy of spinesim: notebooks are built in the project's own folder; take it "
            "from the repository first."
        )
    place = folder or notebooks_folder()
    files = build(place, only)
    wrong = stale(place, only)
    for path in wrong:
        write(place / path, files[path])
    return wrong
