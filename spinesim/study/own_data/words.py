"""What a clinic's own table may hold: columns, words, limits."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from spinesim.errors import SpinesimError
from spinesim.evidence.files import read_text, read_toml
from spinesim.evidence.load import data_folder
from spinesim.study.simulation import shipped_evidence

COLUMNS = ("referred", "condition", "step", "booked", "appointment", "attended", "rebooked", "urgent", "age")
DAY_COLUMNS = ("referred", "booked", "appointment")
NEEDED = ("referred",)
VISITS = ("intake", "review", "virtual_review")

MOST_ROWS = 200_000
MOST_BYTES = 64 * 2**20
OLDEST_YEAR = 2000
"""A day before it is more likely a date of birth."""
SERIAL_FROM = 36_526
"""1 January 2000 as spreadsheets count days: a whole number from here on is a date that lost its format."""
LONGEST_WAIT = 3_653
"""Days; more is a slip of the pen."""
LONGEST_GAP = 120
"""Days without any referral; more is a slip of the pen too."""
OLDEST_AGE, TOP_AGE = 120, 90

Words = Mapping[str, str]


@cache
def vocabulary() -> Mapping[str, Words]:
    """For each column of words: what may be written (in lower case) and the key it stands for.

    Raises
    ------
    SpinesimError
        If ``data/templates/words.toml`` cannot be read.
    """
    path = data_folder() / "templates" / "words.toml"
    others = read_toml(path, read_text(path))
    evidence = shipped_evidence()
    conditions = {
        spelling: key for key, row in evidence.conditions.items() for spelling in _spellings(key, row)
    }
    steps = {
        spelling: key
        for key, row in evidence.treatments.items()
        if row.get("resource", "none") != "none"
        for spelling in _spellings(key, row)
    }
    steps |= {plain(key): key for key in VISITS} | _others(others, "step")
    flag = {"yes": "yes", "no": "no"} | _others(others, "flag")
    attended = {key: key for key in ("yes", "no", "cancelled", "left")} | _others(others, "attended")
    return {"condition": conditions, "step": steps, "attended": attended, "rebooked": flag, "urgent": flag}


def courses() -> frozenset[str]:
    """Steps that are courses of many sessions."""
    return frozenset(key for key, row in shipped_evidence().treatments.items() if row.get("kind") == "course")


def plain(text: str) -> str:
    """`text` as it is looked up: lower case, blanks for underscores, no blanks around."""
    return re.sub(r"[\s_]+", " ", text).strip().casefold()


def _spellings(key: str, row: Mapping[str, object]) -> list[str]:
    label = str(row.get("label", key))
    return [plain(key), plain(label), plain(re.sub(r"\(.*?\)", "", label))]


def _others(tables: Mapping[str, object], table: str) -> dict[str, str]:
    listed = tables.get(table)
    if not isinstance(listed, dict):
        raise SpinesimError(f"data/templates/words.toml: the table [{table}] is missing; restore it.")
    return {plain(str(word)): str(key) for key, words in listed.items() for word in words}


def write_template(path: str | Path, *, force: bool = False) -> tuple[Path, Path]:
    """Write the empty form with its made-up rows, and beside it what each column means.

    Returns
    -------
    tuple of Path
        The form and its explanation (``referrals.README.md`` beside ``referrals.csv``).

    Raises
    ------
    SpinesimError
        If the name does not end in .csv, something is there already, or it cannot be written.
    """
    form = Path(path)
    if form.suffix.lower() != ".csv":
        raise SpinesimError(f"--template {form.name}: give a name that ends in .csv, such as referrals.csv.")
    explained = form.with_suffix(".README.md")
    for target in (form, explained):
        if target.exists() and not force:
            raise SpinesimError(f"{target} exists; give another name, or --force to replace it.")
    source = data_folder() / "templates"
    try:
        shutil.copyfile(source / "referrals.csv", form)
        shutil.copyfile(source / "README.md", explained)
    except OSError as error:
        raise SpinesimError(f"{form} cannot be written ({error.strerror}); choose another place.") from None
    return form, explained
