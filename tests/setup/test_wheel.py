"""A wheel carries the data and the lessons; an installed copy needs no project folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_wheel_holds_code_data_and_notebooks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    def stored(folder: str, inside_as: str) -> set[str]:
        files = [
            path for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".csv", ".toml", ".ipynb")
        ]
        names = {
            path.relative_to(ROOT / folder).as_posix() for path in files if path.parent.name[0] not in "._"
        }
        return {f"{inside_as}/{name}" for name in names}

    wanted = (
        stored("spinesim", "spinesim")
        | stored("data", "spinesim/_data")
        | stored("notebooks", "spinesim/_notebooks")
    )
    assert wanted <= inside
    assert {name.split("/")[0] for name in inside} == {"spinesim"}
