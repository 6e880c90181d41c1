"""A lesson's source: one Markdown file (jupytext's MyST) whose cells say for whom they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spinesim.course.places import SOURCE, need, notebooks_folder, read
from spinesim.errors import SpinesimError

STUDENT, PROJECTOR, FACILITATOR = AUDIENCES = ("student", "projector", "facilitator")
_NAME = re.compile(r"\d\d_[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: "markdown" or "code", its text, and its reader ("" is the student and the wall)."""

    kind: str
    text: str
    audience: str


@dataclass(frozen=True, slots=True)
class Source:
    """A lesson as it is written.

    Attributes
    ----------
    name : str
        As the file: "02_imaging_timing".
    title : str
        Its first heading.
    cells : tuple of Cell
        In order.
    """

    name: str
    title: str
    cells: tuple[Cell, ...]

    @property
    def number(self) -> str:
        """ "02"."""
        return self.name[:2]

    def cells_for(self, audience: str) -> Iterator[Cell]:
        """Cells of a reader: the guide has its own only, student and wall also what is for everyone."""
        shared = () if audience == FACILITATOR else ("",)
        return (cell for cell in self.cells if cell.audience in (audience, *shared))


def source_files(folder: Path | None = None) -> list[Path]:
    """The sources, in order of the lessons.

    Raises
    ------
    SpinesimError
        If there is none, or two have the same number.
    """
    place = (folder or notebooks_folder()) / SOURCE
    found = sorted(path for path in place.glob("*.md") if path.name != "README.md")
    if not found:
        raise SpinesimError(f"{place} holds no lesson; a source is called like 02_imaging_timing.md.")
    numbers: dict[str, Path] = {}
    for path in found:
        if not _NAME.fullmatch(path.stem):
            raise SpinesimError(f"{path}: call a lesson like 02_imaging_timing.md (two digits, then words).")
        if twin := numbers.get(path.stem[:2]):
            raise SpinesimError(f"{path.name} and {twin.name} have the same number; rename one.")
        numbers[path.stem[:2]] = path
    return found


def chosen(files: list[Path], only: Collection[str]) -> list[Path]:
    """The files of the lessons wanted ("2" or "02"), or all of them.

    Raises
    ------
    SpinesimError
        If a lesson has no source.
    """
    wanted = {one.zfill(2) for one in only}
    known = {path.stem[:2] for path in files}
    if strangers := sorted(wanted - known):
        raise SpinesimError(
            f"No lesson '{strangers[0]}' has a source; choose from {', '.join(sorted(known))}."
        )
    return [path for path in files if not wanted or path.stem[:2] in wanted]


def read_source(path: Path) -> Source:
    """Read and check one source.

    Raises
    ------
    SpinesimError
        One sentence naming the file, the cell and the remedy.
    """
    need("jupytext", "no notebook can be built")
    import jupytext

    text = read(path)
    try:
        raw = jupytext.reads(text, fmt="md:myst")
    except Exception as wrong:  # whatever its Markdown and YAML readers raise
        why = " ".join(str(wrong).split())[:160]
        raise SpinesimError(f"{path} is no MyST notebook ({why}).") from None
    cells = tuple(
        _cell(path.name, number, one) for number, one in enumerate(raw.cells, 1) if one.source.strip()
    )
    title = cells[0].text.splitlines()[0] if cells and cells[0].kind == "markdown" else ""
    if not title.startswith("# "):
        raise SpinesimError(f"{path.name}: the first line must be the lesson's title, '# …', for everyone.")
    source = Source(path.stem, title[2:].strip(), cells)
    if cells[0].audience:
        raise SpinesimError(
            f"{path.name}: the first cell, with the title, is for everyone; take its tag away."
        )
    for audience in (STUDENT, PROJECTOR):
        if not any(cell.kind == "code" for cell in source.cells_for(audience)):
            raise SpinesimError(f"{path.name}: the {audience} has no code cell; add one that opens the lab.")
    if not any(source.cells_for(FACILITATOR)):
        raise SpinesimError(f'{path.name}: no cell has the tag "facilitator"; write the guide.')
    return source


def _cell(name: str, number: int, raw: Any) -> Cell:
    tags = raw.metadata.get("tags", [])
    where = f"{name}, cell {number} ({_begins(raw.source)})"
    strangers = [tag for tag in tags if tag not in AUDIENCES]
    if strangers:
        raise SpinesimError(f"{where}: no tag '{strangers[0]}'; use {', '.join(AUDIENCES)} or none.")
    others = [key for key in raw.metadata if key != "tags"]
    if others:
        raise SpinesimError(f"{where}: '{others[0]}' is not known here; only tags are.")
    if len(tags) > 1:
        raise SpinesimError(
            f"{where}: {len(tags)} tags; a cell is for one reader, or for everyone without one."
        )
    if raw.cell_type not in ("markdown", "code"):
        raise SpinesimError(f"{where}: a {raw.cell_type} cell; use Markdown or code.")
    audience = tags[0] if tags else ""
    if audience == FACILITATOR and raw.cell_type == "code":
        raise SpinesimError(
            f"{where}: the guide is read, not run; use a fenced block instead of a code cell."
        )
    return Cell(raw.cell_type, raw.source.strip("\n"), audience)


def _begins(text: str) -> str:
    first = text.strip().splitlines()[0] if text.strip() else ""
    return f"“{first[:40]}…”" if len(first) > 40 else f"“{first}”"
