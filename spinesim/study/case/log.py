"""The choice log: every decision of one play, in a file that replays to the identical patient."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from spinesim.errors import SpinesimError
from spinesim.evidence.models import complaint
from spinesim.study.case.file import CaseFile, Choice, Key, Strict, load_case

LARGEST = 256 * 1024  # bytes
AMPLE = "ample"


class Log(Strict):
    """Which case, whose fate, which clinic's lists, and what was chosen at each consultation.

    Attributes
    ----------
    case : name of a shipped case, or path of a file
    seed : the fate; the case's own unless chosen otherwise
    clinic : whose lists people wait on; ``ample`` has none
    sessions : sessions of a course of exercise and of CBT, for the whole play
    """

    case: str
    seed: Annotated[int, Field(ge=0, le=999_999)]
    clinic: Key = AMPLE
    physiotherapy_sessions: Annotated[int, Field(ge=1, le=60)] = 8
    cbt_sessions: Annotated[int, Field(ge=1, le=60)] = 8
    choices: list[Choice] = []

    def then(self, choice: Choice) -> Log:
        """The log with one decision more."""
        return self.model_copy(update={"choices": [*self.choices, choice]})

    def file(self) -> CaseFile:
        """The case it belongs to."""
        return load_case(self.case)


def start(case: str, *, seed: int | None = None, clinic: str = AMPLE) -> Log:
    """A log without any decision yet; the dose of exercise and CBT is the guideline's."""
    file = load_case(case)
    settings = file.pathway().settings
    doses: dict[str, Any] = {
        name: int(getattr(settings, name))
        for name in ("physiotherapy_sessions", "cbt_sessions")
        if getattr(settings, name)
    }
    wish = {"case": case, "seed": file.seed if seed is None else seed, "clinic": clinic, **doses}
    try:
        return Log.model_validate(wish)
    except ValidationError as wrong:
        raise SpinesimError(f"This case cannot begin: {complaint(wrong, Log)}") from None


def text_of(log: Log) -> str:
    """The log as text, fit for a file."""
    return json.dumps(log.model_dump(mode="json", exclude_defaults=True), indent=1) + "\n"


def read_log(text: str, where: str = "The choice log") -> Log:
    """A log from its text.

    Raises
    ------
    SpinesimError
        One sentence.
    """
    if len(text) > LARGEST:
        raise SpinesimError(f"{where} is larger than {LARGEST:,} characters: that is no choice log.")
    try:
        return Log.model_validate(json.loads(text))
    except (json.JSONDecodeError, RecursionError):
        raise SpinesimError(f"{where} is not JSON: take the file that the case room saved.") from None
    except ValidationError as wrong:
        raise SpinesimError(f"{where}: {complaint(wrong, Log)}") from None


def load_log(path: str | Path) -> Log:
    """A log from its file.

    Raises
    ------
    SpinesimError
        One sentence naming the file.
    """
    place = Path(path)
    try:
        text = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SpinesimError(
            f"{place} does not exist; give the file that `spinesim case play --save` made."
        ) from None
    except (OSError, UnicodeDecodeError) as wrong:
        raise SpinesimError(
            f"{place} cannot be read ({getattr(wrong, 'strerror', None) or 'not UTF-8'})."
        ) from None
    return read_log(text, str(place))


def save_log(log: Log, path: str | Path) -> None:
    """Write a log whole or not at all.

    Raises
    ------
    SpinesimError
        One sentence, if it cannot be written; an older file is then left as it was.
    """
    place = Path(path)
    scratch = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(text_of(log), encoding="utf-8")
        os.replace(scratch, place)
    except OSError as wrong:
        with contextlib.suppress(OSError):
            scratch.unlink()
        raise SpinesimError(f"{place} cannot be written ({wrong.strerror}); nothing was lost.") from None
