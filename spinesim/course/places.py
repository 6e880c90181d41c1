"""Where the course is kept, and how its files are written."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from spinesim.errors import SpinesimError

PACKAGE = Path(__file__).resolve().parents[1]
SOURCE, FACILITATOR = "source", "facilitator"


def notebooks_folder() -> Path:
    """The folder of the lessons: the project's own, or the one that travels inside an installed package."""
    beside = PACKAGE.parent / "notebooks"
    return beside if (beside / SOURCE).is_dir() else PACKAGE / "_notebooks"


def project_folder() -> Path | None:
    """The project's folder with README.md and MODEL.md; None in an installed copy, which has neither."""
    folder = PACKAGE.parent
    return folder if (folder / "MODEL.md").is_file() else None


def need(wanted: str, why: str) -> None:
    """Say in one sentence how to get a package that only `spinesim docs` needs.

    Raises
    ------
    SpinesimError
        If it is not installed.
    """
    import importlib.util

    if importlib.util.find_spec(wanted) is None:
        raise SpinesimError(
            f"{wanted} is not installed, so {why}: run `python3 start.py setup`, or "
            "`pip install 'spinesim[docs]'`."
        )


def read(path: Path) -> str:
    """The text of a file of the course."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SpinesimError(f"{path} is missing; take it from the project again.") from None
    except (OSError, UnicodeDecodeError) as wrong:
        reason = getattr(wrong, "strerror", None) or "it is not UTF-8 text"
        raise SpinesimError(f"{path} cannot be read ({reason}).") from None


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    scratch = path.parent / f".{path.name}-{secrets.token_hex(4)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(text, encoding="utf-8", newline="\n")
        os.replace(scratch, path)
    except OSError as refused:
        raise SpinesimError(
            f"{path} could not be written ({refused.strerror}); the old file is untouched."
        ) from None
    finally:
        scratch.unlink(missing_ok=True)
