"""Read a result folder back: a scenario study in full, or the ordinary folder of ``run`` and ``compare``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.files import FORMULA, MANIFEST

KIND = "scenario study"
FORMAT = 1
LARGEST = 200 * 2**20
NEEDED = ("summary",)
"""Tables without which there is nothing to report."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "summary": ("outcome", "arm", "mean", "low", "high", "unit"),
    "differences": ("outcome", "arm", "versus", "difference", "low", "high", "unit"),
}
"""Columns that are relied on."""
NUMBERS = frozenset(("mean", "low", "high", "difference", "median", "p90", "week", "utilisation", "per_week"))
TEXTS = frozenset(
    ("arm", "versus", "outcome", "harm", "step", "resource", "group", "by", "unit", "view", "id")
)
"""Columns of text, whatever they look like: a scenario may be called 2."""


@dataclass(frozen=True, eq=False)
class ResultFolder:
    """What a result folder holds.

    Attributes
    ----------
    path : Path
    manifest : dict
        As written.
    tables : dict of str to DataFrame
        By the name of their file without ``.csv``; all but ``events``.
    full : bool
        Whether it is a scenario study with everything a report can show.
    """

    path: Path
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    full: bool

    @property
    def arms(self) -> list[str]:
        """Names of the arms, the reference first."""
        if self.full:
            return [str(one["name"]) for one in self.manifest["scenarios"]]
        return [str(arm) for arm in dict.fromkeys(self.tables["summary"]["arm"])]

    def table(self, name: str) -> pd.DataFrame:
        """One table; an empty one where the folder lacks it."""
        return self.tables.get(name, pd.DataFrame())


def read(folder: str | Path) -> ResultFolder:
    """Read a folder that `write`, or ``spinesim run`` or ``compare`` with ``--out``, has written.

    Raises
    ------
    SpinesimError
        One sentence: no such folder, a folder of something else, or a damaged one.
    """
    path = Path(folder)
    if not path.is_dir():
        what = "is a file, not a folder" if path.exists() else "does not exist"
        raise SpinesimError(
            f"{folder} {what}; give a result folder, such as the --out of `spinesim compare`."
        )
    manifest = _manifest(path, folder)
    full = manifest.get("kind") == KIND
    if full and manifest.get("format") != FORMAT:
        raise SpinesimError(
            f"{folder} was written by another version of spinesim; write it again with this one."
        )
    if not full and manifest.get("command") not in ("run", "compare"):
        raise SpinesimError(
            f"{folder} holds results of `spinesim {str(manifest.get('command') or '…')[:20]}`; a "
            f"report is made "
            "from those of run, compare or the clinic lab."
        )
    names = (
        [*manifest["tables"]] if full else sorted(p.stem for p in path.glob("*.csv") if p.stem != "events")
    )
    for name in NEEDED:
        if name not in names:
            raise SpinesimError(f"{folder} is damaged: {name}.csv is missing; write the folder again.")
    tables = {name: _table(path, name, folder) for name in names if name != "events"}
    if full:
        _whole(manifest, tables, folder)
    elif not {"seed", "patients", "weeks", "runs", "pathways", "clinic"} <= manifest.keys():
        raise SpinesimError(f"{folder}/{MANIFEST} is damaged: it does not say what was run; run it again.")
    return ResultFolder(path, manifest, tables, full)


def _manifest(path: Path, shown: str | Path) -> dict[str, Any]:
    try:
        content = (path / MANIFEST).read_text(encoding="utf-8")
        found = json.loads(content)
    except FileNotFoundError:
        raise SpinesimError(
            f"{shown} holds no {MANIFEST}, so it is no result folder; give the --out of `spinesim compare`."
        ) from None
    except OSError as wrong:
        raise SpinesimError(
            f"{shown}/{MANIFEST} cannot be read ({wrong.strerror}); mend its permissions."
        ) from None
    except (ValueError, RecursionError):
        raise SpinesimError(
            f"{shown}/{MANIFEST} is damaged: it is not JSON; write the folder again."
        ) from None
    if not isinstance(found, dict):
        raise SpinesimError(f"{shown}/{MANIFEST} is damaged: it holds no table; write the folder again.")
    return found


def _table(path: Path, name: str, shown: str | Path) -> pd.DataFrame:
    file = path / f"{name}.csv"
    try:
        if file.stat().st_size > LARGEST:
            raise SpinesimError(
                f"{shown}/{name}.csv is larger than {LARGEST // 2**20} MiB; write the folder again."
            )
        table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise SpinesimError(f"{shown} is damaged: {name}.csv is missing; write the folder again.") from None
    except OSError as wrong:
        raise SpinesimError(
            f"{shown}/{name}.csv cannot be read ({wrong.strerror}); mend its permissions."
        ) from None
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError):
        raise SpinesimError(
            f"{shown}/{name}.csv is damaged: it is no table; write the folder again."
        ) from None
    for column in COLUMNS.get(name, ()):
        if column not in table:
            raise SpinesimError(
                f"{shown}/{name}.csv is damaged: column '{column}' is missing; write it again."
            )
    made = pd.DataFrame({column: _cells(table[column], column) for column in table})
    for column in NUMBERS.intersection(made):
        if not pd.api.types.is_numeric_dtype(made[column]):
            raise SpinesimError(
                f"{shown}/{name}.csv is damaged: column '{column}' does not hold numbers; write the "
                f"folder again."
            )
    return made


def _cells(column: pd.Series, name: str) -> pd.Series:
    """Numbers to the last digit; texts without the mark that keeps a spreadsheet from running them."""
    if name not in TEXTS:
        try:
            return pd.Series([float(cell) if cell else math.nan for cell in column], dtype=float)
        except ValueError:
            pass
    return pd.Series([_unmarked(cell) for cell in column], dtype=object)


def _unmarked(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _whole(manifest: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], shown: str | Path) -> None:
    """Refuse a scenario study whose tables are not those its manifest tells of."""
    try:
        names = {str(one["name"]) for one in manifest["scenarios"]}
        wanted = {name: int(rows) for name, rows in manifest["tables"].items()}
    except (KeyError, TypeError, ValueError):
        raise SpinesimError(
            f"{shown}/{MANIFEST} is damaged: it does not list its scenarios; write the folder again."
        ) from None
    for name, table in tables.items():
        if len(table) != wanted[name]:
            raise SpinesimError(
                f"{shown}/{name}.csv is damaged: it has {len(table)} rows instead of {wanted[name]}; "
                "write the folder again."
            )
        if "arm" in table and not set(map(str, table["arm"])) <= names:
            raise SpinesimError(
                f"{shown}/{name}.csv names a scenario that {MANIFEST} does not; write the folder again."
            )
