"""Strict readers for the files a clinician edits; every complaint is one sentence."""

from __future__ import annotations

import csv
import io
import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spinesim.errors import SpinesimError

LARGEST_FILE = 16 * 2**20
"""Bytes; a larger data file is refused unread."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def label(path: Path) -> str:
    """Return the short name a message uses: ``data/parameters/body.csv``, ``data/treatments.toml``."""
    parts = path.parts
    return "/".join(parts[-3:] if parts[-2:-1] in (("evidence",), ("parameters",)) else parts[-2:])


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark, every line end a newline.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    SpinesimError
        If it is missing, not readable, larger than `LARGEST_FILE` or not UTF-8.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SpinesimError(
                f"{label(path)}: larger than {LARGEST_FILE // 2**20} MiB, so not read; make it smaller."
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise SpinesimError(
            f"{path} is missing; restore it, or point SPINESIM_DATA at a complete data folder."
        ) from None
    except OSError as error:
        raise SpinesimError(f"{path} cannot be read ({error.strerror}); mend its permissions.") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _not_utf8(f"{label(path)} line {line}", path) from None
    if "\0" in text:  # UTF-16 without its mark is valid UTF-8, with a zero after each letter
        raise _not_utf8(label(path), path)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf8(where: str, path: Path) -> SpinesimError:
    how = "in Excel: 'CSV UTF-8'" if path.suffix.lower() == ".csv" else "in Notepad: Save as, encoding UTF-8"
    return SpinesimError(f"{where}: not UTF-8 text; save the file as UTF-8 ({how}).")


def read_rows(path: Path, text: str, columns: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yield each row of a CSV table with where it stands, for messages.

    Parameters
    ----------
    path : Path
        Named in messages.
    text : str
        Content of the file.
    columns : tuple of str
        Exactly these columns, in any order.

    Yields
    ------
    tuple of (str, list of str)
        ``"data/parameters/body.csv line 7"`` and the stripped fields in the order of `columns`. Blank
        rows are left out.

    Raises
    ------
    SpinesimError
        If a column is missing, unknown or doubled, or a row has too few or too many fields.
    """
    name = label(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1  # where the row being read begins
    try:
        header = [field.strip() for field in next(reader, [])]
        for column in columns:
            if column not in header:
                raise SpinesimError(f"{name} line 1: the column '{column}' is missing; add it there.")
        for column in header:
            if column not in columns:
                raise SpinesimError(
                    f"{name} line 1: the column '{column}' is unknown; "
                    f"remove it (known: {', '.join(columns)})."
                )
        if len(header) != len(columns):
            twice = next(column for column in header if header.count(column) > 1)
            raise SpinesimError(f"{name} line 1: the column '{twice}' appears twice; remove one.")
        order = [header.index(column) for column in columns]
        line = reader.line_num + 1
        for fields in reader:
            where = f"{name} line {line}"
            line = reader.line_num + 1
            stripped = [field.strip() for field in fields]
            if not any(stripped):
                continue
            if len(fields) != len(columns):
                raise SpinesimError(
                    f"{where}, row '{fields[0]}': {len(fields)} fields instead of {len(columns)}; "
                    'put quotes (") around a text that holds a comma.'
                )
            yield where, [stripped[i] for i in order]
    except csv.Error as error:
        raise SpinesimError(
            f"{name} line {line}: not a readable CSV row ({error}); check its quotes."
        ) from None


def read_number(text: str, where: str, row: str, column: str) -> float | None:
    """Return the number a field holds, or None if it is empty or ``NA``.

    Raises
    ------
    SpinesimError
        If the field is not a plain finite number (``1,5``, ``1_000``, ``nan`` and ``1e999`` are not).
    """
    if text in ("", "NA"):
        return None
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise SpinesimError(
            f"{where}, row '{row}', column {column}: '{text}' is not a finite number; write it like 0.25."
        )
    return number


def read_toml(path: Path, text: str) -> dict[str, Any]:
    """Return the tables of a TOML file as plain dicts.

    Raises
    ------
    SpinesimError
        If it is no valid TOML, has a key twice, is nested too deeply or holds ``nan`` or ``inf``.
    """
    try:
        tables = tomllib.loads(text)
        unfinished = _not_finite(tables)
    except tomllib.TOMLDecodeError as error:
        what = str(error)
        twice = "Cannot overwrite" in what or "Cannot declare" in what
        remedy = "remove the key or table that stands there twice" if twice else "mend that line"
        if table := _table_of(text, what):
            remedy += f", or write [[{table}]] with double brackets wherever one of several begins"
        raise SpinesimError(f"{label(path)}: not valid TOML ({what}); {remedy}.") from None
    except ValueError:  # the one thing tomllib passes on: an integer of more than 4,300 digits
        raise SpinesimError(f"{label(path)}: holds a number of thousands of digits; shorten it.") from None
    except RecursionError:
        raise SpinesimError(f"{label(path)}: nested too deeply; write flat tables.") from None
    if unfinished is not None:
        raise SpinesimError(f"{label(path)}, key '{unfinished}': not a finite number; write one.")
    return tables


def _table_of(text: str, what: str) -> str:
    """The name of the table that tomllib met twice, if it is a table, which may be meant as a list."""
    found = re.search(r"Cannot (?:declare|overwrite).*\(at line (\d+)", what)
    if not found:
        return ""
    line = text.split("\n")[int(found[1]) - 1].partition("#")[0].strip()
    return line.strip("[] ") if line.startswith("[") else ""


def _not_finite(item: object, key: str = "") -> str | None:
    """Return the dotted key of the first nan or inf inside, or None."""
    if isinstance(item, float):
        return None if math.isfinite(item) else key
    inside: list[tuple[str, object]] = []
    if isinstance(item, dict):
        inside = [(f"{key}.{name}" if key else str(name), value) for name, value in item.items()]
    elif isinstance(item, list):
        inside = [(key, value) for value in item]
    return next((found for name, value in inside if (found := _not_finite(value, name)) is not None), None)
