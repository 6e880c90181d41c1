"""Result folders: written whole or not at all, and refused before the run if they could not be."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.simulation import Plan

MANIFEST = "manifest.json"
RESULTS = (".csv", ".svg", ".png")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")  # text that starts so is run, or hides what is run


def check_folder(out: str | Path, force: bool = False) -> Path:
    """Refuse, before anything is computed, a folder that could not be written in the end.

    Nothing stays behind: the missing part of the path is made inside a scratch folder, then removed.

    Returns
    -------
    Path
        The folder with its links followed.

    Raises
    ------
    SpinesimError
        If it is no folder, is or holds the current folder, already holds something (without
        `force`; with it, only a folder of spinesim results may be replaced), or cannot be made.
    """
    try:
        folder = Path(os.path.realpath(out))
        if Path.cwd().is_relative_to(folder):
            raise SpinesimError(
                f"{out} is the current folder or one around it; give a new folder inside it as --out."
            )
        if os.path.lexists(folder) and not folder.is_dir():
            raise SpinesimError(f"{out} is a file or a device, not a folder; give another --out.")
        held = folder.is_dir() and any(folder.iterdir())
        if held and not force:
            raise SpinesimError(
                f"{out} already holds files; give another --out, or --force to replace results there."
            )
        if held and not _only_results(folder):
            raise SpinesimError(
                f"{out} holds files that are not spinesim results; nothing was touched: give another --out."
            )
        place = _place(folder)
        with tempfile.TemporaryDirectory(dir=place, prefix=".spinesim-") as scratch:
            (Path(scratch) / folder.relative_to(place)).mkdir(parents=True)
    except OSError as refused:
        name = str(out) if len(str(out)) <= 100 else f"{str(out)[:100]}..."
        raise SpinesimError(f"Cannot write to {name} ({refused.strerror}); give another --out.") from None
    return folder


def write_folder(
    out: str | Path,
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    force: bool = False,
    pictures: Mapping[str, bytes] | None = None,
) -> Path:
    """Write ``<name>.csv`` files, pictures and ``manifest.json``; the folder appears only when complete.

    Text that a spreadsheet would run as a formula gets a ``'`` before it; numbers stay numbers.
    """
    folder = check_folder(out, force)
    place = _place(folder)
    first, *deeper = folder.relative_to(place).parts  # what is missing of the path, or the folder alone
    scratch = place / f".spinesim-{secrets.token_hex(8)}"
    new, old = scratch / "new" / first, scratch / "old" / first
    try:
        made = new.joinpath(*deeper)
        made.mkdir(parents=True)
        for name, table in tables.items():
            safe = pd.DataFrame({column: _plain(table[column]) for column in table})
            safe.to_csv(made / f"{name}.csv", index=False, lineterminator="\n")
        for picture, content in (pictures or {}).items():
            (made / picture).write_bytes(content)
        text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
        (made / MANIFEST).write_text(text + "\n", encoding="utf-8")
        _swap(new, place / first, old)
    except OSError as refused:
        left = f"the old results are in {old}" if _lost(old, folder) else "nothing was left behind"
        raise SpinesimError(
            f"Could not write {out} ({refused.strerror}); {left}: free some space or give another --out."
        ) from None
    finally:
        if not _lost(old, folder):
            shutil.rmtree(scratch, ignore_errors=True)
    return folder


def _only_results(folder: Path) -> bool:
    """Whether a folder holds a manifest, tables and pictures, and nothing that a person may have added."""
    names = [path.name for path in folder.iterdir()]
    return MANIFEST in names and all(name == MANIFEST or name.endswith(RESULTS) for name in names)


def _swap(new: Path, target: Path, old: Path) -> None:
    """Rename `new` to `target`, what was there to `old`; whatever stops that, the old goes back."""
    try:
        if target.is_dir():
            old.parent.mkdir()
            target.rename(old)
        new.rename(target)
    except BaseException:
        if _lost(old, target):
            old.rename(target)
        raise


def _lost(old: Path, target: Path) -> bool:
    """Whether the old results were moved away and nothing stands in their place."""
    return old.is_dir() and not target.exists()


def _place(folder: Path) -> Path:
    """The nearest folder around it that exists."""
    return next(parent for parent in folder.parents if parent.exists())


def _plain(column: pd.Series) -> pd.Series:
    """The column, its text cells marked as text where a spreadsheet would see a formula."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    return column.map(lambda cell: f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell)


def manifest(plans: list[Plan], **more: Any) -> dict[str, Any]:
    """Version, seed and hashes of every input: enough to run the same again."""
    from spinesim import __version__

    first = plans[0]
    return {
        "spinesim": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "seed": first.seed,
        "patients": first.patients,
        "weeks": first.weeks,
        "condition": first.mix,
        **({"person": dict(first.person)} if first.person else {}),
        "runs": len({p.run for p in plans}),
        "clinic": {"name": first.clinic.name, "sha256": _sha(first.clinic.model_dump_json())},
        "evidence": {"sha256": first.evidence.digest},
        "pathways": {p.arm: {"name": p.pathway.name, "sha256": p.pathway.digest} for p in plans},
        "note": "Simulated patients. Not for decisions about individual patients.",
        **more,
    }


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
