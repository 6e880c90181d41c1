"""What commands that write a result folder share: its options, the writing, and the memory that was used."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MIB = 2**20


def add_out(parser: argparse.ArgumentParser) -> None:
    """Add --out and --force."""
    parser.add_argument("--out", type=Path, help="folder for CSV tables, figures and manifest.json")
    parser.add_argument("--force", action="store_true", help="replace spinesim results already in --out")


def write_out(
    args: argparse.Namespace,
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    pictures: Mapping[str, bytes],
) -> None:
    """Write the result folder that ``--out`` asks for, and name what is in it.

    Raises
    ------
    SpinesimError
        As `spinesim.study.files.write_folder`.
    """
    from spinesim.study.files import write_folder

    write_folder(args.out, tables, manifest, args.force, pictures)
    names = [*(f"{name}.csv" for name in tables), *pictures, "manifest.json"]
    print(f"Written to {args.out}: {', '.join(names)}")


def peak_memory() -> str:
    """Peak memory of this process and of the largest of those it began, MiB, where the system tells."""
    try:
        import resource
    except ImportError:  # Windows
        return "peak memory is not measured on this system"
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    own, others = (
        resource.getrusage(who).ru_maxrss * unit / MIB
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return f"peak memory {own:,.0f} MiB" + (f", {others:,.0f} MiB in the largest worker" if others else "")
