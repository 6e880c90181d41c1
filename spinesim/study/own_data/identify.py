"""What may identify a person, so that it is refused and never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

_NHS = re.compile(r"(?<![\d.])(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?!\.?\d)")
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.IGNORECASE)
_PHONE = re.compile(r"(\+|00)?[\d ()./-]{9,}")
_DATE = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}(?:[ T].*)?")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_NUMBER = re.compile(r"-?\d{1,5}(\.\d{1,2})?")
_CODE = re.compile(r"[A-Z]\d{2}(\.\d{1,2})?")  # ICD-10
_HEADING = re.compile(
    r"\b(names?|surname|forename|initials|dob|birth\w*|born|address|street|post ?code|zip|"
    r"phone|telephone|tel|mobile|e ?mail|nhs( no| number)?|mrn|hospital (no|number)|record (no|number)|id|"
    r"identifier|patient\w*|ssn|insurance|gp|next of kin|ethnicity|religion)\b"
)
_REMARKS = re.compile(r"\b(notes?|comments?|remarks?|free ?text|details|description|reason|letter|history)\b")
_FORMULA = re.compile(r"[=@\t]|[+](?![\d ()-]+$)|-(?![\d.])")

Fault = tuple[str, str]
"""What it is, and what to do about it."""


def nhs_number(text: str) -> bool:
    """Whether `text` holds ten digits that pass the check of an NHS number (modulus 11).

    >>> nhs_number("943 476 5919"), nhs_number("943 476 5918")
    (True, False)
    """
    for found in _NHS.finditer(text):
        digits = [int(digit) for digit in "".join(found.groups())]
        total = sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=False))
        if (11 - total % 11) % 11 == digits[9]:
            return True
    return False


def formula(text: str) -> bool:
    """Whether a spreadsheet would calculate this cell."""
    return bool(_FORMULA.match(text))


def heading(text: str) -> Fault | None:
    """What a column of this name would hold that must not be here, if anything."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+", " ", text).casefold().strip()
    if _HEADING.search(words):
        return "identifies people", "delete the column"
    if _REMARKS.search(words):
        return "is free text, which may identify people", "delete the column"
    return None


def fault(text: str) -> Fault | None:
    """What in a cell may not be here, whichever column it stands in; None if nothing is seen."""
    if nhs_number(text):
        return "an NHS number", "remove it from the file (it is not shown here)"
    if formula(text):
        return "a formula", "paste values instead of formulas and save again"
    if _EMAIL.search(text):
        return "an e-mail address", "remove it from the file (it is not shown here)"
    if _POSTCODE.search(text):
        return "a postcode", "remove it from the file (it is not shown here)"
    if _PHONE.fullmatch(text) and sum(c.isdigit() for c in text) > 8:
        return "a telephone or record number", "remove it from the file (it is not shown here)"
    return None


def old_date(text: str, before: int) -> bool:
    """Whether it is written like a date of a year before `before`: perhaps a date of birth."""
    years = [int(year) for year in _YEAR.findall(text)]
    return bool(_DATE.fullmatch(text)) and (not years or min(years) < before)


def shown(text: str, known: Iterable[str], before: int) -> str:
    """`text` in quotes with a blank after it if it can identify nobody, else nothing.

    Short numbers, recent dates, codes of diagnoses and misspellings of known words may be repeated; anything
    else might be a name.
    """
    harmless = (
        _NUMBER.fullmatch(text)
        or _CODE.fullmatch(text)
        or (_DATE.fullmatch(text) and not old_date(text, before))
        or get_close_matches(text.casefold(), list(known), 1, 0.75)
    )
    return f"'{text}' " if harmless and fault(text) is None else ""
