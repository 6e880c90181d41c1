"""The site's folder: made beside its place, renamed when complete; only a site of ours is replaced."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spinesim.errors import SpinesimError

MARK = ".spinesim-site"
"""A file in every site, so that it is known for one."""


def check_site(out: str | Path, force: bool = False) -> Path:
    """Refuse, before anything is computed, a folder that could not be written in the end.

    Raises
    ------
    SpinesimError
        If it is a file, is or holds the current folder, holds something (without `force`; with it, something
        that is no site of ours), or cannot be made.
    """
    folder = Path(os.path.realpath(out))
    try:
        if Path.cwd().is_relative_to(folder):
            raise SpinesimError(
                f"{out} is the current folder or one around it; give a folder inside it as --out."
            )
        if os.path.lexists(folder) and not folder.is_dir():
            raise SpinesimError(f"{out} is a file, not a folder; give another --out.")
        if folder.is_dir() and any(folder.iterdir()):
            if not (folder / MARK).is_file():
                raise SpinesimError(f"{out} holds files that are no spinesim site; give another --out.")
            if not force:
                raise SpinesimError(
                    f"{out} holds a site already; give another --out, or --force to replace it."
                )
        place = next(parent for parent in folder.parents if parent.exists())
        if not place.is_dir() or not os.access(place, os.W_OK):
            raise SpinesimError(f"Cannot write to {out} (Permission denied); give another --out.")
    except OSError as refused:
        raise SpinesimError(f"Cannot write to {out} ({refused.strerror}); give another --out.") from None
    return folder


@contextmanager
def new_site(out: str | Path, force: bool = False) -> Iterator[Path]:
    """An empty folder to fill; it becomes `out` when the block ends well, and leaves no trace otherwise."""
    folder = check_site(out, force)
    scratch = folder.parent / f".spinesim-{secrets.token_hex(6)}"
    old, done = scratch / "old", False
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        (scratch / "work").mkdir(parents=True)
        yield scratch / "work"
        made = scratch / "work" / "site"
        (made / MARK).write_text("Made by `spinesim docs`.\n", encoding="utf-8")
        if folder.is_dir():
            folder.rename(old)
        try:
            made.rename(folder)
        except BaseException:
            if old.is_dir():
                old.rename(folder)
            raise
        done = True
    except OSError as refused:
        raise SpinesimError(
            f"Could not write {out} ({refused.strerror}); what was there is untouched: free some "
            "space or give another --out."
        ) from None
    finally:
        if done or not old.is_dir():
            shutil.rmtree(scratch, ignore_errors=True)
