"""Trial files made on the spot: the worked example of data/trials/README.md, and a small one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import spinesim as ss
from spinesim.evidence import data_folder
from spinesim.study.trials import Trial

SMALL = """\
name = "small"
title = "A small trial"
role = "validation"
source = ["Nobody 2024, J Examples 1:1"]
checked = true
condition = "disc_herniation"
patients = 400
seed = 5

[person]
serious = "none"

[[arm]]
name = "usual"
pathway = "natural_course"

[[arm]]
name = "other"
pathway = "natural_course"

[[target]]
outcome = "pain"
arm = "usual"
weeks = [0, 12]
mean = [5, 3]
tolerance = 10
"""

Write = Callable[..., Path]
Load = Callable[..., Trial]


@pytest.fixture
def example() -> str:
    """The complete example of the README."""
    text = (data_folder() / "trials" / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a trial file, with pieces of its text replaced."""

    def made(text: str, *replaced: tuple[str, str], name: str = "mine.toml") -> Path:
        for old, new in replaced:
            assert old in text, old
            text = text.replace(old, new, 1)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return made


@pytest.fixture
def small(write: Write) -> Load:
    """The small trial with pieces replaced and text added to its second arm or at its end."""

    def loaded(*replaced: tuple[str, str], arm: str = "", target: str = "") -> Trial:
        text = SMALL.replace("\n[[target]]", f"{arm}\n\n[[target]]") + target
        return ss.load_trial(write(text, *replaced))

    return loaded
