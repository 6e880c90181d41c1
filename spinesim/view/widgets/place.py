"""Where the browser's side of the widgets lies: in this folder, loaded from nowhere else."""

from pathlib import Path

HERE = Path(__file__).parent
CSS = HERE / "controls.css"
