"""The page: sections put together, rendered with Jinja2 and written whole or not at all."""

from __future__ import annotations

import datetime
import os
import secrets
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape
from markupsafe import Markup
from pydantic import ValidationError

from spinesim.errors import SpinesimError
from spinesim.study.scenario_folder import ResultFolder, clinic_of, read
from spinesim.view.report import basis, capacity, results
from spinesim.view.report.answer import answer
from spinesim.view.report.blocks import FILL, Paragraph, Section
from spinesim.view.report.compared import compared
from spinesim.view.report.named import count
from spinesim.view.report.stress import stress

TITLE = "What a change in the clinic would do"
LONGEST_TITLE = 200
LARGEST = 3 * 10**6
"""Bytes a report may have."""


def write_report(
    folder: str | Path,
    out: str | Path,
    *,
    force: bool = False,
    title: str = "",
    question: str = "",
    today: datetime.date | None = None,
) -> Path:
    """Write the report of a result folder as one HTML file.

    Parameters
    ----------
    folder : str or Path
        What `spinesim.study.scenario_folder.write`, or ``spinesim run`` or ``compare`` with ``--out``, wrote.
    out : str or Path
        A new ``.html`` file.
    force : bool
        Replace a file of that name.
    title, question : str
        Instead of those in the folder.
    today : date, optional
        The date on the report.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SpinesimError
        One sentence; nothing is written then.
    """
    path = check_report(out, force)
    content = render(read(folder), title=title, question=question, today=today).encode("utf-8")
    scratch = path.with_name(f".spinesim-{secrets.token_hex(8)}")
    try:
        scratch.write_bytes(content)
        if force:
            os.replace(scratch, path)
        else:
            os.link(scratch, path)  # fails if somebody made one meanwhile
    except FileExistsError:
        raise SpinesimError(f"{out} exists already; give another --out, or --force to replace it.") from None
    except OSError as refused:
        raise SpinesimError(f"Cannot write to {out} ({refused.strerror}); give another --out.") from None
    finally:
        scratch.unlink(missing_ok=True)
    return path


def check_report(out: str | Path, force: bool = False) -> Path:
    """Refuse, before anything is read, a file that could not be written in the end."""
    path = Path(out)
    if path.suffix.lower() not in (".html", ".htm"):
        raise SpinesimError(f"{out} is no HTML file; give a name that ends in .html as --out.")
    try:
        if path.is_dir():
            raise SpinesimError(
                f"{out} is a folder; give the name of a file, such as {Path(out) / 'report.html'}."
            )
        if os.path.lexists(path) and not force:
            raise SpinesimError(f"{out} exists already; give another --out, or --force to replace it.")
        if not path.parent.is_dir():
            raise SpinesimError(f"The folder {path.parent} does not exist; make it, or give another --out.")
        if not os.access(path.parent, os.W_OK):
            raise SpinesimError(f"Cannot write to {out} (Permission denied); give another --out.")
    except OSError as refused:
        raise SpinesimError(
            f"Cannot write to {str(out)[:100]} ({refused.strerror}); give another --out."
        ) from None
    return path


def render(
    folder: ResultFolder, *, title: str = "", question: str = "", today: datetime.date | None = None
) -> str:
    """The report as HTML text.

    Raises
    ------
    SpinesimError
        If the folder's tables do not hold what they should.
    """
    manifest = folder.manifest
    day = today or datetime.date.today()
    name = " ".join((title or str(manifest.get("title") or "") or TITLE).split())[:LONGEST_TITLE]
    try:
        parts = sections(folder, question or str(manifest.get("question", "")))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, ValidationError) as wrong:
        said = str(wrong).splitlines()[0][:80] if str(wrong) else type(wrong).__name__
        raise SpinesimError(
            f"{folder.path} is damaged: its tables or its manifest lack something ({said}); write the "
            f"folder again."
        ) from None
    here = files("spinesim.view.report")
    environment = Environment(
        loader=DictLoader({"template.html": (here / "template.html").read_text(encoding="utf-8")}),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["css_text"] = css_text
    people, runs = int(manifest["patients"]), int(manifest["runs"])
    return environment.get_template("template.html").render(
        title=name,
        date=f"{day.day} {day:%B %Y}",
        version=str(manifest["spinesim"]),
        size=f"{count(len(folder.arms), 'scenario')}, {count(people, 'person', 'people')} a run, "
        f"{count(runs, 'run')}",
        css=Markup((here / "style.css").read_text(encoding="utf-8")),  # our own file
        sections=parts,
        fill=FILL,
    )


def sections(folder: ResultFolder, question: str) -> list[Section]:
    """Everything in the report, in its order."""
    asked = Paragraph(question or f"{FILL}the question this meeting is to answer")
    clinics: dict[str, Any] = {}
    if folder.full:
        clinics = {str(one["name"]): clinic_of(one["clinic"]) for one in folder.manifest["scenarios"]}
        folder = ResultFolder(folder.path, {**folder.manifest, "question": question}, folder.tables, True)
    made = [
        Section("question", "The question", [asked]),
        Section("answer", "The answer in short", answer(folder)),
        Section("compared", "What is compared", compared(folder, clinics)),
    ]
    if folder.full:
        made += [
            Section("flow", "Waiting and capacity", capacity.flow(folder)),
            Section("outcomes", "How people fare", results.outcomes(folder)),
            Section("harm", "Harm", results.harm(folder)),
            Section("money", "Money", results.money(folder)),
            Section("who", "Who waits and who benefits", results.people(folder)),
        ]
    else:
        made += [
            Section("outcomes", "Results", results.outcomes(folder)),
            Section("missing", "What this folder does not hold", basis.missing(folder)),
        ]
    made.append(Section("sure", "How sure this is", results.sure(folder)))
    if folder.full:
        made.append(Section("assumptions", "Assumptions", basis.assumptions(folder)))
        made.append(Section("evidence", "Evidence used", basis.evidence(folder)))
    made.append(Section("again", "How to run it again", basis.again(folder)))
    made.append(Section("stress", "STRESS-DES reporting checklist", stress(folder, clinics)))
    return made


def css_text(text: str) -> Markup:
    """A text for a CSS string: whatever is no letter, digit or blank is written by its number."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c == " ") else f"\\{ord(c):06x} " for c in text)
    return Markup(safe)
