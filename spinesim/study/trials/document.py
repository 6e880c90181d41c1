"""The scoreboard's section in a Markdown file, rewritten whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from spinesim.errors import SpinesimError
from spinesim.study.trials.board import (
    COUNT_HEAD,
    HEAD,
    TRIAL_HEAD,
    by_trial,
    counted,
    figures,
    headline,
    markdown,
    proven,
)
from spinesim.study.trials.scoreboard import Scoreboard

BEGIN, END = "<!-- scoreboard:begin -->", "<!-- scoreboard:end -->"
PICTURE = Path("docs") / "images" / "scoreboard.png"
_DIGESTS = re.compile(r"<!-- scoreboard:of evidence=([0-9a-f]{64}) trials=([0-9a-f]{64}) -->")


def section(board: Scoreboard) -> str:
    """The text between the markers."""
    parts = [
        f"<!-- scoreboard:of evidence={board.evidence} trials={board.trials} -->",
        "Written by `spinesim validate --document`; do not edit by hand.",
        f"**{headline(board)}**",
        " ".join(proven(board)),
        *([] if board.patients is None else [f"Run with {board.patients:,} people in each arm only."]),
        "*Inside*: the model's figure lies in the paper's band. *Outside* is counted in half-bands beyond "
        "its edge. *Own numbers*: the trial file changes parameters for its setting, with the reason.",
        markdown(COUNT_HEAD, counted(board)),
        f"![Every published figure in half-bands of its own interval]({PICTURE.as_posix()})",
    ]
    if board.failed:
        parts += ["Could not be measured:", *(f"- {name}: {why}" for name, why in board.failed.items())]
    if len(board.misses):
        parts += ["### Misses, the farthest first", markdown(HEAD, figures(board.misses))]
    parts += ["### Trial by trial", markdown(TRIAL_HEAD, by_trial(board))]
    inside = board.table[board.table["inside"]].sort_values(["trial"], kind="stable")
    if len(inside):
        folded = markdown(HEAD[1:], [cells[1:] for cells in figures(inside)])
        parts += [f"<details><summary>The {len(inside)} figures inside</summary>", folded, "</details>"]
    return "\n\n".join(parts)


def check_document(path: Path) -> str:
    """The file's text; refused if it has no place for the section, before anything is computed."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        reason = getattr(wrong, "strerror", None) or "not UTF-8 text"
        raise SpinesimError(f"{path} cannot be read ({reason}); give the path of a Markdown file.") from None
    for marker in (BEGIN, END):
        if text.count(marker) != 1:
            found = "is missing" if marker not in text else f"stands there {text.count(marker)} times"
            raise SpinesimError(
                f"{path}: the marker {marker} {found}; put {BEGIN} and {END} once each, on lines of their "
                "own, where the scoreboard should go."
            )
    if text.index(BEGIN) > text.index(END):
        raise SpinesimError(f"{path}: {END} stands before {BEGIN}; swap them.")
    return text


def write_section(path: Path, board: Scoreboard, picture: bytes | None = None) -> list[Path]:
    """Put the section between the markers, and the picture beside the file.

    Returns
    -------
    list of Path
        What was written.
    """
    text = check_document(path)
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    written = []
    if picture is not None:
        beside = path.parent / PICTURE
        _replace(beside, picture)
        written.append(beside)
    _replace(path, f"{before}{BEGIN}\n\n{section(board)}\n\n{after}".encode())
    return [path, *written]


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    scratch = path.parent / f".{path.name}-{secrets.token_hex(4)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_bytes(content)
        os.replace(scratch, path)
    except OSError as refused:
        scratch.unlink(missing_ok=True)
        raise SpinesimError(
            f"{path} could not be written ({refused.strerror}); the old file is untouched."
        ) from None


def digests(text: str) -> tuple[str, str] | None:
    """Digests of evidence and trials that a document's section was made from, if it has one."""
    found = _DIGESTS.search(text)
    return (found[1], found[2]) if found else None
