"""Read a clinic's own table into memory, once; refuse what is no table of the template."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from spinesim.errors import SpinesimError
from spinesim.study.own_data.identify import fault, heading, nhs_number
from spinesim.study.own_data.words import COLUMNS, MOST_BYTES, MOST_ROWS, NEEDED

CHUNK = 2**20
SEARCHED = 20
"""First lines in which a header is looked for."""
HEADING_LENGTH = 40
REMEDY = "save it as 'CSV UTF-8 (comma delimited)'"
BINARY = {
    b"PK\x03\x04": "an Excel workbook or zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a compressed file",
    b"\x89PNG": "a picture",
}
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a table as text.

    Attributes
    ----------
    name : str
        Of the file, for messages.
    header : list of str
        Columns of the template, in the file's order.
    rows : list of list of str
        Stripped; blank rows are left out.
    lines : list of int
        Line on which each row begins.
    """

    name: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]


def read_cells(path: str | Path) -> Cells:
    """Read the file.

    Raises
    ------
    SpinesimError
        One sentence naming file, line or column and the remedy; it repeats nothing that may identify anyone.
    """
    path = Path(path)
    text = _decode(path.name, _bytes(path))
    rows, lines = _split(path.name, text)
    header = _header(path.name, text, rows)
    for row, line in zip(rows[1:], lines[1:], strict=True):
        if len(row) != len(header):
            raise SpinesimError(
                f"{path.name} line {line}: {len(row)} cells under {len(header)} headings (a merged cell, "
                "or a comma inside a value?); mend the line."
            )
    return Cells(path.name, header, rows[1:], lines[1:])


def _bytes(path: Path) -> bytes:
    """The file's bytes; size, kind and number of lines are looked at while reading."""
    if path.suffix.lower() in (".xlsx", ".xls", ".ods", ".numbers"):
        raise SpinesimError(f"{path.name}: a spreadsheet's own format is not read; {REMEDY} and import that.")
    parts, lines = [], 0
    try:
        if path.is_dir():
            raise SpinesimError(f"{path} is a folder; give the path of a .csv file.")
        if path.stat().st_size > MOST_BYTES:
            raise SpinesimError(
                f"{path.name}: larger than {MOST_BYTES // 2**20} MiB, so not read; export a shorter period."
            )
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                parts.append(chunk)
                lines += max(chunk.count(b"\n"), chunk.count(b"\r"))
                if lines > MOST_ROWS + 1:
                    raise SpinesimError(
                        f"{path.name}: more than {MOST_ROWS:,} rows, so not read; export a shorter period "
                        "(two years are plenty)."
                    )
    except FileNotFoundError:
        raise SpinesimError(f"{path} does not exist; give the path of a .csv file.") from None
    except OSError as error:
        raise SpinesimError(f"{path} cannot be read ({error.strerror}); mend its permissions.") from None
    return b"".join(parts)


def _decode(name: str, raw: bytes) -> str:
    if not raw.strip():
        raise SpinesimError(
            f"{name}: empty; export again, or begin with `spinesim import --template FILE.csv`."
        )
    for magic, what in BINARY.items():
        if raw.startswith(magic):
            raise SpinesimError(f"{name}: {what}, whatever its name says; open it in Excel and {REMEDY}.")
    if (
        raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        or raw[:CHUNK].count(0) > len(raw[:CHUNK]) / 4
    ):
        raise SpinesimError(f"{name}: UTF-16 text ('Unicode text'); {REMEDY}.")
    if b"\0" in raw:
        raise SpinesimError(f"{name}: a binary file, no table of text; export it again and {REMEDY}.")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SpinesimError(
            f"{name} line {line}: not UTF-8 text (Latin-1 or Windows-1252?); {REMEDY}."
        ) from None


def _split(name: str, text: str) -> tuple[list[list[str]], list[int]]:
    """Rows that hold something, and the line each begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines, line = [], [], 1
    try:
        for fields in reader:
            stripped = [field.strip() for field in fields]
            if any(stripped):
                rows.append(stripped)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise SpinesimError(f"{name} line {line}: no readable row ({error}); check its quotes.") from None
    return rows, lines


def _header(name: str, text: str, rows: list[list[str]]) -> list[str]:
    """The columns, if the first row names columns of the template and nothing else."""
    header = [cell.casefold() for cell in rows[0]]
    if not set(header) & set(COLUMNS):
        raise SpinesimError(f"{name} line 1: {_no_header(text, rows)}.")
    for number, (column, cell) in enumerate(zip(header, rows[0], strict=True), 1):
        if column in COLUMNS:
            continue
        if not column:
            raise SpinesimError(
                f"{name} line 1: column {number} has no heading (a merged or empty cell?); give each column "
                "its own heading, or delete it."
            )
        raise SpinesimError(f"{name} line 1: {_unknown(number, cell, sure=NEEDED[0] in header)}.")
    for column in header:
        if header.count(column) > 1:
            raise SpinesimError(f"{name} line 1: the column '{column}' appears twice; delete one.")
    for column in NEEDED:
        if column not in header:
            raise SpinesimError(f"{name} line 1: the column '{column}' is missing; add it.")
    if len(rows) == 1:
        raise SpinesimError(f"{name}: a header and no row below it; export again with the rows.")
    return header


def _unknown(number: int, cell: str, sure: bool) -> str:
    """What is wrong with a heading that the template does not have.

    It is repeated only where the line is `sure` to be a header: else it may be a value of somebody's.
    """
    if fault(cell) or len(cell) > HEADING_LENGTH or nhs_number(cell):
        return f"column {number} has no heading but a value (not shown); make line 1 the header"
    said = f"the column '{cell}'"
    if wrong := heading(cell):
        return f"{said} {wrong[0]}; {wrong[1]} and import again"
    if not sure:
        return f"column {number} has a heading that is not in the template (not shown); delete or rename it"
    near = get_close_matches(cell.casefold(), COLUMNS, 1)
    remedy = f"rename it to '{near[0]}'" if near else "delete it"
    return f"{said} is not in the template; {remedy} (known: {', '.join(COLUMNS)})"


def _no_header(text: str, rows: list[list[str]]) -> str:
    """Why the first row is no header: another separator, a title above, or no header at all."""
    first = text.lstrip("\n").split("\n", 2)
    for mark, word in SEPARATORS.items():
        for line in first[:2]:
            if {cell.strip(' "').casefold() for cell in line.split(mark)} & set(COLUMNS) and mark in line:
                return f"columns are separated by {word}; {REMEDY}, with commas"
    for row in rows[1:SEARCHED]:
        if {cell.casefold() for cell in row} & set(COLUMNS):
            return "a title stands above the header; delete every line above the one with 'referred'"
    return (
        f"no column of the template is named here (known: {', '.join(COLUMNS)}); make line 1 the header, as "
        "`spinesim import --template FILE.csv` writes it"
    )
