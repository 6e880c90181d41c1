"""No clinical number lives in code: each is a row of ``data/parameters`` with its source.

The rooms that decide what happens to people may hold 0, 1, 2 and -1, bounds of slices, and what is listed
below with the reason: unit conversions, the ends of instruments, limits on what a person may type.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "spinesim"
ROOMS = ("clinical", "pathway", "clinic")
PLAIN = (0, 1, 2, -1)

EVERYWHERE: dict[float, str] = {
    7: "days in a week",
    12: "months in a year",
    60: "minutes in an hour",
    365.25: "days in a year",
    100: "per cent; the end of ODI and NDI",
    1e-9: "rounding, or in place of 0 in a division",
    1e-6: "rounding of shares that sum to 1",
}
ALLOWED: list[tuple[str, float, str]] = [
    ("clinical/blocks.py", 8, "hours a block's diary is kept: the form, not its course"),
    ("clinical/blocks.py", 9, "digits of a relief read off the diary"),
    ("clinical/cohort.py", 100_000, "most patients in a run"),
    ("clinical/described.py", 1_000, "most sessions that may be typed"),
    ("clinical/described.py", 3, "most conditions named in a message"),
    ("clinical/described.py", 0.6, "likeness of names in a message"),
    ("clinical/differential.py", 8, "size of a cache"),
    ("clinical/likelihoods.py", 8, "size of a cache"),
    ("clinical/mix.py", 0.6, "likeness of names in a message"),
    ("clinical/people.py", 5, "people name their goals in steps of five minutes"),
    ("clinical/people.py", 10, "the end of the numeric rating scale"),
    ("clinic/clinic.py", 14, "days between two reports of progress"),
    ("clinic/clinic.py", 1_000, "more sessions than any course has: keeps two courses apart"),
    ("clinic/log.py", 4, "cells of a row of the log"),
    ("clinic/log.py", 16, "bits of a power of two: rows held before they are packed"),
    ("clinic/log.py", 3, "place of a cell in a row"),
    ("clinic/process.py", 3, "place of the event in SimPy's queue"),
    ("clinic/observe.py", 10, "the end of the numeric rating scale"),
    ("clinic/attend.py", 3, "code of a reason in the log"),
    ("clinic/attend.py", 4, "code of a reason in the log"),
    ("clinic/book.py", 4, "how many classes of claims there are"),
    ("clinic/resource.py", 168, "hours in a week"),
    ("clinic/resource.py", 10_000, "most servers"),
    ("clinic/setting.py", 10_000, "most arrivals"),
    ("clinic/setting.py", 3_650, "the longest list, in days: ten years"),
    ("clinic/resource.py", 28, "days a book is open ahead in a clinic file that does not say: four weeks"),
    ("clinic/setting.py", 2026, "the first Monday of a clinic file that does not say"),
    ("clinic/setting.py", 5, "the same"),
    ("clinic/resource.py", 5, "the shortest meeting in minutes"),
    ("clinic/setting.py", 1_000, "largest weight"),
    ("clinic/resource.py", 52, "rarest session: once a year"),
    ("clinic/resource.py", 1_440, "minutes in a day"),
    ("clinic/resource.py", 480, "longest meeting in minutes: a working day"),
    ("clinic/resource.py", 365, "longest that a book may be open ahead: a year"),
    ("clinic/setting.py", 10, "fastest growth of referrals a clinic file may ask for"),
    ("clinic/setting.py", 0.9, "fastest fall of referrals a clinic file may ask for"),
    ("clinic/setting.py", 100_000, "longest list a clinic may start with: as many as there may be patients"),
    ("clinic/setting.py", 520, "ten years in weeks: oldest list a clinic may start with"),
    ("clinic/slots.py", 1_440, "minutes in a day"),
    ("pathway/vocabulary.py", 10, "the end of the numeric rating scale"),
    ("pathway/vocabulary.py", 120, "highest age a rule may name"),
    ("pathway/vocabulary.py", 520, "ten years in weeks: latest week and most firings a rule may name"),
    (
        "pathway/vocabulary.py",
        1_000,
        "most sessions or flares, and worst change in per cent, a rule may name",
    ),
    ("pathway/vocabulary.py", 5, "most sessions a week a dial may ask for"),
    ("pathway/vocabulary.py", 0.25, "fewest sessions a week a dial may ask for"),
    ("pathway/vocabulary.py", 200, "most rules in a pathway"),
    ("pathway/vocabulary.py", 256, "KiB of the largest file"),
    ("pathway/vocabulary.py", 1_024, "bytes in a KiB"),
    ("pathway/vocabulary.py", 300, "longest line of text"),
    ("pathway/vocabulary.py", 4_000, "longest summary"),
]


def literals(source: str) -> Iterator[tuple[int, float]]:
    """Yield line and value of every number written out, but for plain ones and the bounds of slices.

    A number in quotes counts too where it is made a number on the spot: ``float("0.35")``.
    """
    tree = ast.parse(source)
    bounds = {
        id(inside) for piece in ast.walk(tree) if isinstance(piece, ast.Slice) for inside in ast.walk(piece)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
            "float",
            "int",
            "Decimal",
            "Fraction",
        ):
            for given in node.args:
                if isinstance(given, ast.Constant) and isinstance(given.value, str | bytes):
                    with suppress(ValueError):
                        if math.isfinite(number := _number(given.value)):
                            yield node.lineno, number
        if not isinstance(node, ast.Constant) or id(node) in bounds:
            continue
        if isinstance(node.value, complex):
            yield node.lineno, abs(node.value)
        elif (
            isinstance(node.value, int | float)
            and not isinstance(node.value, bool)
            and node.value not in PLAIN
        ):
            yield node.lineno, node.value


def _number(text: str | bytes) -> float:
    word = text.decode() if isinstance(text, bytes) else text
    return float(Fraction(word)) if "/" in word else float(word)


def files() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_holds_no_clinical_number(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    allowed = set(EVERYWHERE) | {value for file, value, _ in ALLOWED if file == name}
    found = [
        f"spinesim/{name} line {line}: {value:g}"
        for line, value in literals(path.read_text(encoding="utf-8"))
        if value not in allowed
    ]
    assert not found, (
        f"{'; '.join(found)}: make it a row of data/parameters with its source, or, if it is no clinical "
        "number, list it here with the reason"
    )


def test_every_exception_is_in_use_and_has_a_reason() -> None:
    written = {
        (path.relative_to(ROOT).as_posix(), value)
        for path in files()
        for _, value in literals(path.read_text(encoding="utf-8"))
    }
    stale = [f"{file}: {value:g}" for file, value, _ in ALLOWED if (file, value) not in written]
    assert not stale, f"{'; '.join(stale)}: no longer in the code, so take it off the list"
    assert all(why for _, _, why in ALLOWED) and all(EVERYWHERE.values())
    assert len({(file, value) for file, value, _ in ALLOWED}) == len(ALLOWED)


@pytest.mark.parametrize("planted", [
    "relief = 0.35",
    "def fade(days: float = 42) -> None: ...",
    "pain = pain * (1 - 0.16 * level)",
    "step(size=0.5)",
    "RATES = {'nsaid': 0.0003}",
    "if pain >= 4: ...",
    "x = -3.5",
    "x = values[4]",
    "x = 1e3",
    "x = float('0.35')",
    "x = Fraction('7/20')",
    "f = lambda pain, least=3: pain > least",
    "label = f'{pain * 0.9:.1f}'",
    "class Body:\n    decay: float = 0.98",
    "x = 3j",
])  # fmt: skip
def test_a_planted_number_is_caught(planted: str) -> None:
    assert [value for _, value in literals(planted) if value not in EVERYWHERE]


@pytest.mark.parametrize("fine", [
    "x = text[:40]",
    "x = rows[3:10:5]",
    "x = 1 - y; z = -1; w = 2 * v; u = 0.0",
    "x = True",
    "x = '0.35 of the pain'",
    "x = f'{pain:.3f}'",
    "x = float(text); y = float('inf')",
])  # fmt: skip
def test_what_is_no_clinical_number_passes(fine: str) -> None:
    assert not list(literals(fine))
