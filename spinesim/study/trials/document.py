"""The scoreboard's section in a Markdown file."""

from __future__ import annotations

import re
from pathlib import Path

from spinesim.study.document import markdown, markers
from spinesim.study.trials.board import (
    COUNT_HEAD,
    HEAD,
    TRIAL_HEAD,
    by_trial,
    counted,
    figures,
    headline,
    proven,
)
from spinesim.study.trials.scoreboard import Scoreboard

NAME = "scoreboard"
BEGIN, END = markers(NAME)
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
        parts += ["### Misses, the farthest first", markdown(HEAD, figures(board.misses, None))]
    parts += ["### Trial by trial", markdown(TRIAL_HEAD, by_trial(board))]
    inside = board.table[board.table["inside"]].sort_values(["trial"], kind="stable")
    if len(inside):
        folded = markdown(HEAD[1:], [cells[1:] for cells in figures(inside, None)])
        parts += [f"<details><summary>The {len(inside)} figures inside</summary>", folded, "</details>"]
    return "\n\n".join(parts)


def pictures(picture: bytes | None) -> dict[Path, bytes]:
    """Where the section's figure goes, relative to the document."""
    return {} if picture is None else {PICTURE: picture}


def digests(text: str) -> tuple[str, str] | None:
    """Digests of evidence and trials that a document's section was made from, if it has one."""
    found = _DIGESTS.search(text)
    return (found[1], found[2]) if found else None
