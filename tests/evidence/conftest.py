"""A tiny data folder, written afresh for each test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from spinesim import errors

PARAMETERS = """\
id,quantity,value,low,high,interval,unit,source,certainty,checked,notes
physio.relief,Pain removed by a course,0.16,0.04,0.28,95% CI,proportion,exercise_smd,moderate,yes,as published
physio.days,Time constant of loss,800,,,,days,exercise_smd;old_memory,low,yes,
ratio.flare,"Flares, exercise against none",0.755,0.60,0.95,,rate ratio,exercise_smd,moderate,yes,
fitted.share,Share who recover fast,0.35,,,,proportion,calibrated:data/trials/sciatica.toml;course_wk6,low,no,
guess.fear,Fear added by a finding,0.05,,,,0-1,assumption,assumption,no,nobody has measured it
"""

FIGURES = """\
id,topic,quantity,value,low,high,interval,sd,unit,population,n,study,design,certainty,use,checked,source,notes
exercise_smd,conservative,Exercise: pain,-0.33,-0.58,-0.08,95% CI,,SMD,chronic pain,1300,Verville 2023,review,moderate,input,yes,https://example.org,
old_memory,conservative,Exercise: later pain,NA,,,,,points,chronic pain,,Memory 1999,trial,low,input,no,,
course_wk6,natural,"Pain, week 6",26,22,30,,12.5,0-100,acute pain,11166,Wallwork 2024,cohorts,moderate,calibration,yes,https://example.org,
"""

CONDITIONS = '[strain]\nlabel = "Strain"\ncourses = ["rapid", "slow"]\n'
TREATMENTS = '[physio]\nlabel = "Physiotherapy"\n'

MakeFolder = Callable[..., Path]


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """Write a whole data folder; any file can be replaced by other text or bytes, or left out with None."""

    def make(**other: str | bytes | None) -> Path:
        folder = tmp_path / "data"
        texts: dict[str, str | bytes | None] = {
            "parameters": PARAMETERS,
            "figures": FIGURES,
            "conditions": CONDITIONS,
            "treatments": TREATMENTS,
        }
        texts.update(other)
        (folder / "evidence").mkdir(parents=True, exist_ok=True)
        (folder / "parameters").mkdir(parents=True, exist_ok=True)
        names = {
            "parameters": "parameters/all.csv",
            "figures": "evidence/papers.csv",
            "conditions": "conditions.toml",
            "treatments": "treatments.toml",
        }
        for key, content in texts.items():
            path = folder / names[key]
            path.unlink(missing_ok=True)
            if content is not None:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return make


@pytest.fixture
def parameters_text() -> str:
    """Return the parameters of the tiny folder, to be altered by a test."""
    return PARAMETERS


@pytest.fixture
def figures_text() -> str:
    """Return the figures of the tiny folder, to be altered by a test."""
    return FIGURES


@pytest.fixture
def fresh_process() -> Callable[..., str]:
    """Run code in a new Python with this room alone (not the front page of the package); give its output."""
    package = str(Path(errors.__file__).parent)
    alone = (
        f"import sys, types; bare = types.ModuleType('spinesim'); bare.__path__ = [{package!r}]; "
        "sys.modules['spinesim'] = bare; "
    )

    def run(code: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", alone + code],
            env={**os.environ, **environment},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    return run
