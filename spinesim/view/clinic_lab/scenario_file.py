"""Save and reopen what is set in the lab: one readable JSON file, read strictly."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from spinesim import __version__
from spinesim.clinic.resource import Strict
from spinesim.clinic.setting import ClinicSetting
from spinesim.errors import SpinesimError
from spinesim.evidence.files import label, read_text
from spinesim.evidence.models import complaint
from spinesim.view.clinic_lab.changes import Changes

KIND = "spinesim clinic scenarios"
MOST_ALTERNATIVES = 3
FEWEST_PATIENTS, MOST_PATIENTS = 100, 20_000
MOST_RUNS, MOST_YEARS, MOST_WARM_UP = 100, 10.0, 260
TODAY = "today's clinic"


class Wish(Strict):
    """How much is run.

    Attributes
    ----------
    patients : int
        Referrals per run and scenario.
    runs : int
        Replications, each with other people and another fate.
    years : float
        Follow-up of each person.
    seed : int
    warm_up_weeks : int
        People referred before are cared for, but not counted.
    """

    patients: Annotated[int, Field(ge=FEWEST_PATIENTS, le=MOST_PATIENTS)] = 300
    runs: Annotated[int, Field(ge=1, le=MOST_RUNS)] = 2
    years: Annotated[float, Field(ge=0.25, le=MOST_YEARS, allow_inf_nan=False)] = 1.0
    seed: Annotated[int, Field(ge=0, le=999_999)] = 7
    warm_up_weeks: Annotated[int, Field(ge=0, le=MOST_WARM_UP)] = 0

    @field_validator("years", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        return float(value) if type(value) is int else value


class ScenarioFile(Strict):
    """All that is set in the lab.

    Attributes
    ----------
    clinic, pathway : str
        Today's: shipped name or path of a file.
    clinic_digest : str
        Of the clinic as it was when this was saved.
    condition : str, optional
        Case mix or condition; left out, the clinic's own.
    today : Changes
        What is changed about the clinic file before anything is compared.
    alternatives : up to three Changes
    """

    kind: Literal["spinesim clinic scenarios"]
    version: str = __version__
    clinic: str
    clinic_digest: str = ""
    pathway: str
    condition: str | None = None
    wish: Wish = Wish()
    today: Changes = Changes(name=TODAY)
    alternatives: Annotated[tuple[Changes, ...], Field(max_length=MOST_ALTERNATIVES)] = ()

    @field_validator("alternatives", mode="before")
    @classmethod
    def _lists(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _sense(self) -> Self:
        names = [self.today.name, *(one.name for one in self.alternatives)]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two scenarios are called '{name}': give each its own name")
        return self


def checked(**parts: object) -> ScenarioFile:
    """What is set, put together.

    Raises
    ------
    SpinesimError
        If it does not hang together, as two scenarios of one name.
    """
    try:
        return ScenarioFile.model_validate(parts)
    except ValidationError as wrong:
        raise SpinesimError(complaint(wrong, ScenarioFile)) from None


def digest(clinic: ClinicSetting) -> str:
    """A short name for the content of a clinic."""
    return hashlib.sha256(clinic.model_dump_json().encode()).hexdigest()[:16]


def save(path: str | Path, what: ScenarioFile, replace: bool = False) -> Path:
    """Write the file, whole or not at all.

    Parameters
    ----------
    path : path
        ``.json`` is added where it is missing.
    what : ScenarioFile
    replace : bool
        Whether a file that is there may be replaced.

    Raises
    ------
    SpinesimError
        If it exists already, or cannot be written.
    """
    text = str(path).strip()
    if not text:
        raise SpinesimError("Give a file name to save to, such as monday.json.")
    place = Path(text if text.endswith(".json") else f"{text}.json").expanduser()
    if place.exists() and not replace:
        raise SpinesimError(f"{place} exists already; tick 'replace what is there', or give another name.")
    content = json.loads(what.model_dump_json(exclude_none=True))
    for one in (content["today"], *content["alternatives"]):
        for key in [key for key, value in one.items() if value in ({}, [])]:
            del one[key]
    half = place.with_name(f".{place.name}.{secrets.token_hex(4)}.tmp")
    try:
        half.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(half, place)
    except OSError as refused:
        half.unlink(missing_ok=True)
        raise SpinesimError(f"{place} cannot be written ({refused.strerror}); give another place.") from None
    return place


def load(path: str | Path) -> ScenarioFile:
    """Read a saved file.

    Raises
    ------
    SpinesimError
        One sentence naming the file, and the key where one is wrong.
    """
    text = str(path).strip()
    if not text:
        raise SpinesimError("Give the name of a saved file, such as monday.json.")
    place = Path(text).expanduser()
    if place.is_dir():
        raise SpinesimError(f"{place} is a folder; give the name of a saved file, such as monday.json.")
    if not place.exists():
        raise SpinesimError(f"There is no file {place}; give the name it was saved under.")
    content = read_text(place)
    try:
        tables = json.loads(content, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as wrong:
        why = f"line {wrong.lineno}: {wrong.msg}" if isinstance(wrong, json.JSONDecodeError) else str(wrong)
        raise SpinesimError(
            f"{label(place)}: not a saved scenario file ({why[:80]}); save it again."
        ) from None
    if not isinstance(tables, dict) or tables.get("kind") != KIND:
        raise SpinesimError(f'{label(place)}: not a saved scenario file (it lacks "kind": "{KIND}").')
    try:
        return ScenarioFile.model_validate(tables)
    except ValidationError as wrong:
        raise SpinesimError(f"{label(place)}: {complaint(wrong, ScenarioFile)}") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    seen = dict(pairs)
    if len(seen) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"key '{twice}' stands twice")
    return seen
