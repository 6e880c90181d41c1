"""What the tables of conditions, treatments and signs must look like; every complaint is one sentence.

A misspelt key or row would otherwise be silent and change what is computed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from spinesim.errors import SpinesimError
from spinesim.evidence import words
from spinesim.evidence.files import label
from spinesim.evidence.prices import check_dated
from spinesim.evidence.references import check_reference
from spinesim.evidence.store import Evidence

PARAMETERS = "data/parameters"


@dataclass(frozen=True)
class Key:
    """What one key of a table holds: ``words``, a ``list`` of words, or a ``switch``."""

    holds: str = "words"
    known: tuple[str, ...] = ()
    needed: bool = True
    noun: str = "word"


CONDITION = {
    "label": Key(), "region": Key(known=words.REGIONS), "index": Key(known=("ODI", "NDI")),
    "main_pain": Key(known=("axial", "limb")), "axial_name": Key(), "limb_name": Key(),
    "programme": Key(known=words.PROGRAMMES), "courses": Key("list"),
    "responds": Key("list", known=words.STEPS, noun="step"), "reference": Key("list"),
    "herniation": Key("switch"), "mimic": Key("switch"),
}  # fmt: skip
TREATMENT = {
    "label": Key(), "resource": Key(known=words.RESOURCES), "kind": Key(known=words.KINDS),
    "region": Key(known=words.REGIONS, needed=False),
    "relief": Key(known=("share", "points"), needed=False),
    "works_when": Key(known=words.WORKS_WHEN, needed=False), "context": Key("switch", needed=False),
    "harms": Key("list", known=words.HARMS, needed=False, noun="harm"),
    "avoid_in": Key("list", known=words.RISKS, needed=False, noun="risk"),
    "stops": Key("list", known=words.SERIOUS, needed=False, noun="serious disease"),
    "reference": Key("list", needed=False),
}  # fmt: skip
SIGN = {
    "label": Key(), "kind": Key(known=words.SIGN_KINDS), "region": Key(known=(*words.REGIONS, "any")),
    "block": Key(needed=False), "derived": Key("switch", needed=False),
    "reference": Key("list", needed=False),
}  # fmt: skip


def check_tables(evidence: Evidence) -> None:
    """Check every condition, treatment and sign, and that each has the parameters it needs.

    Raises
    ------
    SpinesimError
        One sentence naming file, section, key and remedy, at the first thing that is wrong.
    """
    rows: dict[str, list[str]] = {}
    check_dated(evidence.parameters)
    for key in evidence.parameters:
        name, _, rest = key.partition(".")
        rows.setdefault(name, []).append(rest)
    _check_steps(evidence)
    for step in evidence.treatments:
        check_treatment(evidence, step, rows.get(step, ()))
    if not evidence.conditions:
        raise SpinesimError(f"{_file(evidence, 'conditions')}: names no condition; put one there.")
    for key in evidence.conditions:
        check_condition(evidence, key, rows.get(key, ()))
    file = _file(evidence, "signs")
    for key, row in evidence.signs.items():
        _check_row(f"{file} [{key}]", row, SIGN)
        if row.get("derived") and key not in words.DERIVED_SIGNS:
            raise SpinesimError(
                f"{file} [{key}]: derived = true is for {', '.join(words.DERIVED_SIGNS)} only; remove it."
            )
    for key in words.SIGNS_NEEDED:
        if key not in evidence.signs:
            raise SpinesimError(f"{file}: the sign [{key}] is missing, which pathways read; restore it.")


def check_condition(evidence: Evidence, key: str, rows: Iterable[str] | None = None) -> dict[str, Any]:
    """Check one row of ``conditions.toml`` and the parameters ``<key>.*``; return the row.

    Parameters
    ----------
    evidence : Evidence
    key : str
    rows : iterable of str, optional
        What follows ``<key>.`` in the ids of its parameters; by default it is looked up.

    Raises
    ------
    SpinesimError
        One sentence naming file, section or row, and remedy.
    """
    where = f"{_file(evidence, 'conditions')} [{key}]"
    row = _check_row(where, evidence.conditions[key], CONDITION)
    if not row["courses"]:
        raise SpinesimError(f"{where}: 'courses' is empty; name at least one class of natural course.")
    check_reference(f"{where}: 'reference'", row["reference"], evidence.figures)
    found = set(evidence.values(f"{key}.") if rows is None else rows)
    of_courses = [f"course.{course}.{name}" for course in row["courses"] for name in words.OF_COURSE]
    needed = (*words.CONDITION_NEEDS, *of_courses)
    _need(key, needed, found)
    serious = [f"serious.{kind}" for kind in words.SERIOUS]
    for name in sorted(found):
        if name.startswith("serious.") and name not in serious:
            raise SpinesimError(
                f"{PARAMETERS}: the row '{key}.{name}' names no serious disease; "
                f"choose one of {', '.join(words.SERIOUS)}."
            )
    _only(key, found, (*needed, *words.CONDITION_MAY, *serious))
    return row


def check_treatment(evidence: Evidence, step: str, rows: Iterable[str]) -> None:
    """Check one entry of ``treatments.toml`` and the parameters ``<step>.*``.

    Raises
    ------
    SpinesimError
        One sentence naming file, section or row, and remedy.
    """
    where = f"{_file(evidence, 'treatments')} [{step}]"
    row, found = _check_row(where, evidence.treatments[step], TREATMENT), set(rows)
    kind, harms = row["kind"], row.get("harms", [])
    _need(step, ("uptake", "price", *harms), found)
    for harm in harms:
        for bill in ("price", "qaly"):
            if f"harm.{harm}.{bill}" not in evidence:
                raise SpinesimError(f"{PARAMETERS}: the row 'harm.{harm}.{bill}' is missing; add it.")
    for harm in words.HARMS:
        if harm in found and harm not in harms:
            raise SpinesimError(
                f"{where}: 'harms' leaves out '{harm}', for which there is a row '{step}.{harm}'; "
                "name it there or remove the row."
            )
    if row["resource"] != "none":
        _need(step, ("minutes",), found)
    if kind in words.BOOKED:
        _need(step, ("lead_days", "review_days"), found)
    if kind == "course" and step not in words.BY_PATHWAY:
        _need(step, ("sessions", "sessions_per_week"), found)
    if kind == "operation":
        _need(step, words.OPERATION_NEEDS, found)
        for together in (words.FREED_LIMB, words.FREED_AXIAL):
            _need(step, together if found & set(together) else (), found)
    if kind == "tablets":
        _need(step, ("days",), found)
    if bool(found & set(words.RELIEF)) != ("relief" in row):
        rows_there = f"{step}.limb_relief or {step}.axial_relief"
        raise SpinesimError(
            f"{where}: 'relief' says what there is no row for; add {rows_there}, or remove it."
            if "relief" in row
            else f'{where}: \'relief\' is missing, though there is {rows_there}; write "share" or "points".'
        )
    if "relief" in row and not found & set(words.ENDS):
        raise SpinesimError(f"{PARAMETERS}: the row '{step}.days' is missing, so relief has no end; add it.")
    of_tests = [name for name in found if kind == "test" and name.split(".")[0] in words.TEST_MAY]
    _only(step, found, (*words.TREATMENT_MAY, *of_tests))


def _check_steps(evidence: Evidence) -> None:
    """The steps described are those that a pathway can offer, no more and no fewer."""
    file = _file(evidence, "treatments")
    for step in evidence.treatments:
        if step not in words.STEPS:
            raise SpinesimError(
                f"{file}: [{step}] is no step that a pathway can offer; {_near(step, words.STEPS)}, "
                "or remove it."
            )
    for step in words.STEPS:
        if step not in evidence.treatments:
            raise SpinesimError(f"{file}: the step [{step}] is missing; restore it.")


def _check_row(where: str, row: Any, keys: Mapping[str, Key]) -> dict[str, Any]:
    """Return the row if it has the keys it must and no other, each of the right kind."""
    if not isinstance(row, dict):
        raise SpinesimError(f"{where}: must be a table of keys; write it as one.")
    for name in row:
        if name not in keys:
            raise SpinesimError(f"{where}: the key '{name}' is unknown; {_near(name, keys)}, or remove it.")
    for name, key in keys.items():
        if name in row:
            _check_key(where, name, row[name], key)
        elif key.needed:
            raise SpinesimError(f"{where}: '{name}' is missing; add it.")
    return row


def _check_key(where: str, name: str, value: object, key: Key) -> None:
    if key.holds == "switch":
        if not isinstance(value, bool):
            raise SpinesimError(f"{where}: '{name}' must be true or false; mend it.")
    elif key.holds == "words":
        if not isinstance(value, str) or not value.strip():
            raise SpinesimError(f"{where}: '{name}' must be words in quotation marks; mend it.")
        if key.known and value not in key.known:
            raise SpinesimError(f"{where}: '{name}' is '{value}'; choose one of {', '.join(key.known)}.")
    else:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise SpinesimError(f"{where}: '{name}' must be a list of words in quotation marks; mend it.")
        if len(set(value)) < len(value):
            raise SpinesimError(f"{where}: '{name}' names something twice; remove one of them.")
        for item in value:
            if key.known and item not in key.known:
                raise SpinesimError(
                    f"{where}: '{name}' names the {key.noun} '{item}', which spinesim does not know; "
                    f"{_near(item, key.known)}, or remove it."
                )


def _need(name: str, needed: Iterable[str], found: set[str]) -> None:
    for one in needed:
        if one not in found:
            raise SpinesimError(f"{PARAMETERS}: the row '{name}.{one}' is missing; add it.")


def _only(name: str, found: set[str], known: Iterable[str]) -> None:
    listed = list(known)
    for one in sorted(found.difference(listed)):
        close = difflib.get_close_matches(one, listed, n=1)
        remedy = f"did you mean '{name}.{close[0]}'" if close else "nothing reads it; mend its last words"
        raise SpinesimError(f"{PARAMETERS}: the row '{name}.{one}' is unknown; {remedy}, or remove it.")


def _near(word: str, known: Iterable[str]) -> str:
    listed = list(known)
    close = difflib.get_close_matches(word, listed, n=2)
    if close:
        return "did you mean " + " or ".join(f"'{one}'" for one in close)
    return f"use one of {', '.join(listed)}"


def _file(evidence: Evidence, table: str) -> str:
    return label(evidence.folder / f"{table}.toml")
