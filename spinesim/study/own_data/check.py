"""From cells of text to days, words and flags; the first mistake is said in one sentence."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.own_data.identify import fault, nhs_number, old_date, shown
from spinesim.study.own_data.read import Cells
from spinesim.study.own_data.words import (
    DAY_COLUMNS,
    LONGEST_GAP,
    LONGEST_WAIT,
    OLDEST_AGE,
    OLDEST_YEAR,
    SERIAL_FROM,
    TOP_AGE,
    Words,
    plain,
    vocabulary,
)

ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?"
NUMBER = r"-?[0-9]{1,5}"
AGE = r"[0-9]{1,3}(?:\.[0-9]+)?|90\+"
PARTS = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{2}|[0-9]{4})(?:[ T].*)?")
MONTHS = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
EXAMPLE = "2025-04-03"
LISTS = {"condition": "data/conditions.toml", "step": "data/treatments.toml"}
DAYS = 7


@dataclass(frozen=True)
class Referrals:
    """Checked rows, in memory only.

    Attributes
    ----------
    rows : DataFrame
        referred, booked, appointment (days since a Monday, NaN where blank), condition, step, attended
        (words, "" where blank), rebooked (bool), urgent (1, 0, NaN), age (years, top-coded at 90).
    monday : date or None
        Day 0; None where the file holds day numbers.
    given : frozenset of str
        Columns the file has.
    """

    rows: pd.DataFrame
    monday: datetime.date | None
    given: frozenset[str]


def check(cells: Cells, today: datetime.date | None = None) -> Referrals:
    """Check every cell and every row.

    Raises
    ------
    SpinesimError
        For the first thing wrong: file, line, column, value (unless it may identify someone) and remedy.
    """
    table = pd.DataFrame(cells.rows, columns=cells.header, dtype=object)
    _no_identifiers(cells)
    days, monday = _days(cells, table, today or datetime.date.today())
    blank = pd.Series("", index=table.index, dtype=object)
    words = {
        column: _words(cells, table[column], known) if column in table else blank
        for column, known in vocabulary().items()
    }
    rows = pd.DataFrame(
        days
        | {column: words[column] for column in ("condition", "attended")}
        | {"step": words["step"].replace("", "intake"), "rebooked": words["rebooked"] == "yes"}
        | {"urgent": words["urgent"].map({"yes": 1.0, "no": 0.0}).astype(float), "age": _ages(cells, table)}
    )
    _gap(cells, table, rows["referred"])
    _order(cells, table, rows, None if monday is None else (today or datetime.date.today()) - monday)
    return Referrals(rows, monday, frozenset(cells.header))


def _no_identifiers(cells: Cells) -> None:
    """NHS numbers are looked for in every cell, whatever the column."""
    for row, line in zip(cells.rows, cells.lines, strict=True):
        for column, cell in zip(cells.header, row, strict=True):
            if len(cell) > len(EXAMPLE) - 1 and nhs_number(cell):
                raise _wrong(cells, line, column, "holds an NHS number", "remove it (it is not shown here)")


def _wrong(cells: Cells, line: int, column: str, what: str, remedy: str) -> SpinesimError:
    return SpinesimError(f"{cells.name} line {line}, column '{column}': {what}; {remedy}.")


def _first(cells: Cells, column: str, values: pd.Series, bad: pd.Series) -> tuple[int, str] | None:
    """Line and text of the first bad cell."""
    if not bad.any():
        return None
    at = int(np.argmax(bad.to_numpy()))
    return cells.lines[at], str(values.iloc[at])


def _days(
    cells: Cells, table: pd.DataFrame, today: datetime.date
) -> tuple[dict[str, pd.Series], datetime.date | None]:
    """Days of the three columns, counted from a Monday."""
    columns = [column for column in DAY_COLUMNS if column in table]
    numbers: bool | None = None
    for column in columns:
        text = table[column]
        iso, number = text.str.fullmatch(ISO), text.str.fullmatch(NUMBER)
        if found := _first(cells, column, text, ~iso & ~number & (text != "")):
            raise _wrong(cells, found[0], column, *_no_day(found[1], text))
        if numbers is None and (iso | number).any():
            numbers = bool(number.to_numpy()[int(np.argmax((iso | number).to_numpy()))])
        if found := _first(cells, column, text, iso if numbers else number):
            if not numbers and abs(int(found[1])) >= SERIAL_FROM:
                what, remedy = _no_day(found[1], text)
            else:
                kind = "date" if numbers else "day number"
                what = f"{shown(found[1], (), OLDEST_YEAR)}is a {kind}, other days are not"
                remedy = f"write all days as {EXAMPLE}, or all as numbers"
            raise _wrong(cells, found[0], column, what, remedy)
    if found := _first(cells, "referred", table["referred"], table["referred"] == ""):
        raise _wrong(cells, found[0], "referred", "is blank", f"give the day, as {EXAMPLE}")
    empty = pd.Series(np.nan, index=table.index)
    read = _numbers if numbers else _dates
    days = {column: read(cells, column, table[column], today) for column in columns}
    start = days["referred"].min()
    if numbers:
        first: float = start // DAYS * DAYS
        monday = None
    else:
        first = start - (start + 3) % DAYS  # day 0 of the Unix calendar was a Thursday
        monday = datetime.date(1970, 1, 1) + datetime.timedelta(days=int(first))
    return {column: days[column] - first if column in days else empty for column in DAY_COLUMNS}, monday


def _numbers(cells: Cells, column: str, text: pd.Series, today: datetime.date) -> pd.Series:
    values = pd.to_numeric(text.where(text != "", None)).astype(float)
    if found := _first(cells, column, text, values >= SERIAL_FROM):
        raise _wrong(cells, found[0], column, *_no_day(found[1], text))
    return values


def _dates(cells: Cells, column: str, text: pd.Series, today: datetime.date) -> pd.Series:
    """Days since 1970-01-01."""
    days = text.str.slice(0, len(EXAMPLE))
    stamps = pd.to_datetime(days.where(days != "", None), format="%Y-%m-%d", errors="coerce")
    if found := _first(cells, column, text, (stamps.isna() & (text != "")).astype(bool)):
        kept = shown(found[1], (), OLDEST_YEAR)
        raise _wrong(cells, found[0], column, f"{kept}is no day of the calendar", "correct it")
    if found := _first(cells, column, text, stamps.dt.year < OLDEST_YEAR):
        raise _wrong(
            cells, found[0], column, f"a day before {OLDEST_YEAR} (not shown: it may be a date of birth)",
            "give the day of the referral or appointment",
        )  # fmt: skip
    values = (stamps - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)
    if column != "appointment":
        late = values > (today - datetime.date(1970, 1, 1)).days
        if found := _first(cells, column, text, late):
            raise _wrong(cells, found[0], column, f"'{found[1]}' lies in the future", "correct it")
    return values


def _no_day(text: str, column: pd.Series) -> tuple[str, str]:
    """What a cell is that is no day, and the remedy."""
    write = f"write days as {EXAMPLE} (format the column yyyy-mm-dd, then save)"
    if wrong := fault(text):
        return f"holds {wrong[0]}", wrong[1]
    if old_date(text, OLDEST_YEAR):
        return f"a day before {OLDEST_YEAR} (not shown: it may be a date of birth)", write
    if parts := PARTS.fullmatch(text):
        all_parts = [found for cell in column if (found := PARTS.fullmatch(cell))]
        day_first = any(int(one[1]) > 12 for one in all_parts)
        month_first = any(int(one[3]) > 12 for one in all_parts)
        if day_first == month_first:
            why = (
                "could be day first or month first"
                if int(parts[1]) != int(parts[3])
                else "is not written as a day here"
            )
        else:
            why = f"seems to be written {'day' if day_first else 'month'} first, which is not guessed"
        return f"'{text}' {why}", write
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return f"'{text}' is how a spreadsheet stores a date", write
    if re.fullmatch(r"-?\d{1,5}\.\d{1,6}", text):
        return f"'{text}' is no whole day", "give whole days, without a decimal point"
    if MONTHS.search(text) and re.fullmatch(r"[\w ,.-]{6,24}", text) and re.search(r"20\d\d", text):
        return "a date written in words", write
    return "no day (not shown, as it may identify someone)", write


def _words(cells: Cells, text: pd.Series, known: Words) -> pd.Series:
    """Each cell's key, "" where blank."""
    column = str(text.name)
    look_up = {cell: known.get(plain(cell)) for cell in text.unique() if cell}
    if found := _first(
        cells, column, text, text.isin([cell for cell, key in look_up.items() if key is None])
    ):
        raise _wrong(cells, found[0], column, *_no_word(found[1], known, column))
    return text.map(look_up).where(text != "", "").astype(object)


def _no_word(text: str, known: Words, column: str) -> tuple[str, str]:
    if wrong := fault(text):
        return f"holds {wrong[0]}", wrong[1]
    keys = list(dict.fromkeys(known.values()))
    near = get_close_matches(plain(text), list(known), 1, 0.75)
    if near:
        remedy = f"did you mean '{known[near[0]]}'"
    elif column in LISTS:
        remedy = f"write a key of {LISTS[column]}, such as {', '.join(keys[:3])}, or leave it blank"
    else:
        remedy = f"write one of {', '.join(keys)}, or leave it blank"
    value = shown(text, known, OLDEST_YEAR)
    if value:
        return f"{value}is no {column} that is known", remedy
    return f"holds a text that is no {column} (not shown, as it may identify someone)", remedy


def _ages(cells: Cells, table: pd.DataFrame) -> pd.Series:
    """Ages in years, top-coded."""
    if "age" not in table:
        return pd.Series(np.nan, index=table.index)
    text = table["age"]
    if found := _first(cells, "age", text, ~text.str.fullmatch(AGE) & (text != "")):
        wrong = fault(found[1])
        what = f"holds {wrong[0]}" if wrong else "no age in years (not shown: it may be a date of birth)"
        raise _wrong(cells, found[0], "age", what, wrong[1] if wrong else "give whole years, such as 47")
    years = pd.to_numeric(text.str.removesuffix("+").where(text != "", None)).astype(float)
    if found := _first(cells, "age", text, years > OLDEST_AGE):
        raise _wrong(cells, found[0], "age", f"'{found[1]}' is above {OLDEST_AGE}", "correct it")
    return np.floor(years).clip(upper=TOP_AGE)


def _gap(cells: Cells, table: pd.DataFrame, referred: pd.Series) -> None:
    """Referrals far from all the others are slips (a wrong year), and would thin out the rate."""
    days = np.sort(referred.to_numpy(float))
    gaps = np.flatnonzero(np.diff(days) > LONGEST_GAP)
    if len(gaps):
        before = int(gaps[0]) + 1
        few = referred <= days[before - 1] if before <= len(days) / 2 else referred >= days[before]
        at = int(np.argmax(few.to_numpy()))
        value = f"'{table['referred'].iloc[at]}' is more than {LONGEST_GAP} days from most other referrals"
        raise _wrong(
            cells, cells.lines[at], "referred", value, "correct the year, or export one whole period"
        )


def _order(
    cells: Cells, table: pd.DataFrame, rows: pd.DataFrame, age_of_file: datetime.timedelta | None
) -> None:
    """Days of one row must follow one another."""
    referred, booked, appointment = (rows[column] for column in DAY_COLUMNS)
    done = rows["attended"].isin(["yes", "no"])
    gone = rows["attended"].isin(["cancelled", "left"])
    later = appointment > age_of_file.days if age_of_file is not None else appointment.isna() & False
    slip, too_long = "correct one of the two", appointment - referred > LONGEST_WAIT
    early = (booked < referred) & (rows["step"] == "intake")
    no_day = booked.notna() & appointment.isna() & ~gone
    faults = [
        ("appointment", appointment < referred, "is before 'referred', a negative wait", slip),
        ("booked", early, "is before 'referred'", slip),
        ("appointment", appointment < booked, "is before 'booked'", slip),
        ("appointment", too_long, "is more than ten years after 'referred'", "correct it"),
        ("appointment", no_day, "is blank though 'booked' is not", "fill it in"),
        ("appointment", done & appointment.isna(), "is blank though 'attended' says yes or no", "fill it in"),
        ("attended", done & later, "is not blank, but the appointment lies in the future", "clear it"),
    ]  # fmt: skip
    for column, bad, what, remedy in faults:
        if bad.any():
            at = int(np.argmax(bad.to_numpy()))
            value = f"'{table[column].iloc[at]}' " if column in table and table[column].iloc[at] else ""
            raise _wrong(cells, cells.lines[at], column, f"{value}{what}", remedy)
