"""Numbers of a room, read from whatever was pasted: names are dropped at once and kept nowhere."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 5_000
LONGEST = 200_000
"""Characters of one paste."""
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)%?")
HAS_LETTER = re.compile(r"[^\W\d_]")
SPACE = re.compile(r"[\s/|]+")
USUAL_HEADS = ("guess", "prediction", "answer", "value")
SHOWN = 5
"""Pieces quoted at most."""


@dataclass(frozen=True, slots=True)
class Read:
    """Numbers, and pieces that were none."""

    numbers: tuple[float, ...]
    odd: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """How many were read, and what was not understood."""
        n = len(self.numbers)
        told = f"{n} guess{'' if n == 1 else 'es'} read"
        if not self.odd:
            return f"{told}."
        pieces = ", ".join(f"“{piece[:20]}”" for piece in self.odd[:SHOWN])
        more = f" and {len(self.odd) - SHOWN} more" if len(self.odd) > SHOWN else ""
        return f"{told}; not understood: {pieces}{more}."


def read(text: str, heads: Sequence[str] = ()) -> Read:
    """Read numbers separated by anything, lines such as "name,12", or a table with a header.

    A comma is a decimal comma only where semicolons or tabs separate the numbers. On a line with a number,
    words are taken for a name and dropped; a line without any number is not understood.

    Parameters
    ----------
    text : str
    heads : sequence of str
        Names that the wanted column of a table may have, besides "guess" and the like.
    """
    lines = [
        line for line in text[:LONGEST].replace("−", "-").replace("\ufeff", "").splitlines() if line.strip()
    ]
    decimal_comma = any(mark in line for line in lines for mark in ";\t")
    rows = [_cells(line, decimal_comma) for line in lines]
    column = _column(rows, heads)
    if column is not None:
        rows = [row[column : column + 1] or [""] for row in rows[1:]]
    numbers: list[float] = []
    odd: list[str] = []
    for row in rows:
        _take(row, numbers, odd)
    return Read(tuple(numbers[:MOST]), tuple(odd))


def _cells(line: str, decimal_comma: bool) -> list[str]:
    """The cells of a line, quotes taken off."""
    mark = ";" if ";" in line else "\t" if "\t" in line else None if decimal_comma else ","
    if mark is None:
        return [line.strip()]
    return [cell.strip() for cell in next(csv.reader([line], delimiter=mark, skipinitialspace=True))]


def _column(rows: list[list[str]], heads: Sequence[str]) -> int | None:
    """Which column is wanted, if the first row is a header: words only, and numbers below."""
    if len(rows) < 2 or len(rows[0]) < 1:
        return None
    head = [cell.lower().strip() for cell in rows[0]]
    if any(_number(cell) is not None for cell in head) or not all(
        HAS_LETTER.search(cell) for cell in head if cell
    ):
        return None
    wanted = [*(one.lower() for one in heads), *USUAL_HEADS]
    named = [head.index(one) for one in wanted if one in head]
    if named:
        return named[0]
    filled = [
        place for place in range(len(head))
        if any(len(row) > place and _number(row[place]) is not None for row in rows[1:])
    ]  # fmt: skip
    return filled[-1] if filled and len(head) > 1 else None


def _take(row: list[str], numbers: list[float], odd: list[str]) -> None:
    found: list[float] = []
    strange: list[str] = []
    named = False
    for cell in row:
        whole = _number(cell)
        for piece in [cell] if whole is not None else SPACE.split(cell):
            piece = piece.strip("()[]{}'\"|:!?")
            if not piece:
                continue
            value = _number(piece.rstrip(",."))
            if value is not None:
                found.append(value)
            elif HAS_LETTER.search(piece) and not piece[0].isdigit():
                named = True
            else:
                strange.append(piece)
    numbers += found
    odd += strange
    if named and not found and not strange:
        odd.append(" ".join(cell for cell in row if cell))


def _number(piece: str) -> float | None:
    if not NUMBER.fullmatch(piece):
        return None
    value = float(piece.rstrip("%").replace(",", "."))
    return value if math.isfinite(value) else None
