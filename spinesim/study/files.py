"""Result folders: written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.simulation import Plan

MANIFEST = "manifest.json"


def check_folder(out: str | Path, force: bool = False) -> Path:
    """Refuse, before anything is computed, a folder that could not be written in the end.

    Raises
    ------
    SpinesimError
        If the folder already holds something (without `force`; with it, only a folder of spinesim
        results may be replaced), or its parent cannot be written.
    """
    folder = Path(out)
    if folder.is_file():
        raise SpinesimError(f"{folder} is a file, not a folder; give another --out.")
    if folder.is_dir() and any(folder.iterdir()):
        if not force:
            raise SpinesimError(
                f"{folder} already holds files; give another --out, or --force to replace results there."
            )
        if not (folder / MANIFEST).is_file():
            raise SpinesimError(
                f"{folder} holds files that are not spinesim results; nothing was touched: "
                "give another --out."
            )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".spinesim-"):
            pass
    except OSError as refused:
        raise SpinesimError(
            f"Cannot write next to {folder} ({refused.strerror}); give another --out."
        ) from None
    return folder


def write_folder(
    out: str | Path, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], force: bool = False
) -> Path:
    """Write ``<name>.csv`` files and ``manifest.json``; the folder appears only when complete."""
    folder = check_folder(out, force)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".spinesim-"))
    try:
        for name, table in tables.items():
            table.to_csv(scratch / f"{name}.csv", index=False, lineterminator="\n")
        text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
        (scratch / MANIFEST).write_text(text + "\n", encoding="utf-8")
        scratch.chmod(0o755)
        if folder.is_dir():
            old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".spinesim-"))
            folder.rename(old / "replaced")
            scratch.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        else:
            scratch.rename(folder)
    except OSError as refused:
        raise SpinesimError(
            f"Could not write {folder} ({refused.strerror}); nothing was left behind: "
            "free some space or give another --out."
        ) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def manifest(plans: list[Plan], **more: Any) -> dict[str, Any]:
    """Version, seed and hashes of every input: enough to run the same again."""
    try:
        own = version("spinesim")
    except PackageNotFoundError:
        own = "unknown"
    first = plans[0]
    return {
        "spinesim": own,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "seed": first.seed,
        "patients": first.patients,
        "weeks": first.weeks,
        "condition": first.condition,
        "runs": len({p.run for p in plans}),
        "clinic": {"name": first.clinic.name, "sha256": _sha(first.clinic.model_dump_json())},
        "evidence": {"sha256": first.evidence.digest},
        "pathways": {p.arm: {"name": p.pathway.name, "sha256": p.pathway.digest} for p in plans},
        "note": "Simulated patients. Not for decisions about individual patients.",
        **more,
    }


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
