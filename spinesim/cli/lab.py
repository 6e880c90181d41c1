"""``spinesim lab``: the lessons in JupyterLab."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from spinesim.errors import SpinesimError


def open_lab(args: argparse.Namespace) -> int:
    """Open a lesson; returns JupyterLab's exit code."""
    from spinesim.evidence import data_folder

    beside = data_folder().parent / "notebooks"
    folder = beside if beside.is_dir() else Path(__file__).parents[1] / "_notebooks"
    if not (folder / args.notebook).is_file():
        known = ", ".join(sorted(p.name for p in folder.glob("*.ipynb")))
        raise SpinesimError(f"No lesson '{args.notebook}': choose one of {known}.")
    command = [sys.executable, "-m", "jupyter", "lab", str(folder / args.notebook)]
    command += ["--no-browser"] * args.no_browser + ([f"--port={args.port}"] if args.port else [])
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:
        return 0
