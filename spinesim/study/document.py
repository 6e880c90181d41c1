"""A section of a Markdown file that a command writes: found by its markers, rewritten whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from spinesim.errors import SpinesimError


def markers(name: str) -> tuple[str, str]:
    """The lines a section stands between."""
    return f"<!-- {name}:begin -->", f"<!-- {name}:end -->"


def check_document(path: Path, name: str) -> str:
    """The file's text; refused if it has no place for the section, before anything is computed."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        reason = getattr(wrong, "strerror", None) or "not UTF-8 text"
        raise SpinesimError(f"{path} cannot be read ({reason}); give the path of a Markdown file.") from None
    begin, end = markers(name)
    for marker in (begin, end):
        if text.count(marker) != 1:
            found = "is missing" if marker not in text else f"stands there {text.count(marker)} times"
            raise SpinesimError(
                f"{path}: the marker {marker} {found}; put {begin} and {end} once each, on lines of their "
                f"own, where the {name} should go."
            )
    if text.index(begin) > text.index(end):
        raise SpinesimError(f"{path}: {end} stands before {begin}; swap them.")
    return text


def write_section(
    path: Path, name: str, body: str, pictures: Mapping[Path, bytes] | None = None
) -> list[Path]:
    """Put `body` between the markers, and pictures at their places relative to the file.

    Returns
    -------
    list of Path
        What was written.
    """
    text = check_document(path, name)
    begin, end = markers(name)
    before, after = text[: text.index(begin)], text[text.index(end) :]
    written = [path]
    for place, picture in (pictures or {}).items():
        _replace(path.parent / place, picture)
        written.append(path.parent / place)
    _replace(path, f"{before}{begin}\n\n{body}\n\n{after}".encode())
    return written


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; a bar in a cell is escaped."""
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


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
