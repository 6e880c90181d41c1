"""The learner's own file of guesses and answers: its model, reading, merging, and a write that loses nothing.

Pure functions and one atomic write; no widget. Names and identifiers are nowhere in it.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from spinesim.errors import SpinesimError

ABOUT = "Your guesses and answers in the spinesim lessons. It holds no names; it is yours to keep or delete."
PATIENCE = 3.0
"""Seconds to wait for another notebook that is writing."""
STALE = 30.0
"""A lock older than this (seconds) was left by a notebook that died: a write takes milliseconds."""
LARGEST = 2_000_000
"""Bytes; a real file stays far below."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Line = Annotated[str, Field(max_length=2_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Guessed(_Strict):
    """One guess: best value, half of the 80 % range, and the run's result once it is known (same unit)."""

    best: Finite
    give: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    unit: Line
    when: Day
    settings: Line = ""
    result: Finite | None = None

    @property
    def inside(self) -> bool | None:
        """Whether the range held the result; None before there is one."""
        return None if self.result is None else holds(self.best, self.give, self.result)


class Answered(_Strict):
    """One answer to a question, frozen: what was chosen, whether it was right, and what was said."""

    chosen: Line
    right: bool
    said: Line
    settings: Line
    when: Day


class LessonRecord(_Strict):
    """All of one lesson: guesses by fact, answers by number of the question ("1" …)."""

    predictions: dict[Key, Guessed] = {}
    answers: dict[Annotated[str, Field(pattern=r"^\d$")], Answered] = {}


class ProgressFile(_Strict):
    """The whole file."""

    version: Literal[1] = 1
    about: Line = ABOUT
    lessons: dict[Annotated[str, Field(pattern=r"^\d\d$")], LessonRecord] = {}


def holds(best: float, give: float, result: float) -> bool:
    """Whether `best` ± `give` holds `result` (ends included, but for rounding of the last digit)."""
    return abs(result - best) <= give + 1e-9 * max(1.0, abs(best), give)


def with_guess(file: ProgressFile, lesson: str, fact: str, guess: Guessed) -> ProgressFile:
    """The file with one guess; a guess that is there already stays, it only gets the result it lacked."""
    record = file.lessons.get(lesson, LessonRecord())
    old = record.predictions.get(fact)
    if old is not None:
        if old.result is not None or guess.result is None:
            return file
        guess = old.model_copy(update={"result": guess.result, "settings": guess.settings})
    record = record.model_copy(update={"predictions": {**record.predictions, fact: guess}})
    return file.model_copy(update={"lessons": {**file.lessons, lesson: record}})


def with_answer(file: ProgressFile, lesson: str, number: str, answer: Answered) -> ProgressFile:
    """The file with one answer; the first answer to a question stays."""
    record = file.lessons.get(lesson, LessonRecord())
    if number in record.answers:
        return file
    record = record.model_copy(update={"answers": {**record.answers, number: answer}})
    return file.model_copy(update={"lessons": {**file.lessons, lesson: record}})


def merged(mine: ProgressFile, other: ProgressFile) -> ProgressFile:
    """Both files in one; where both have an entry, mine stays (a guess gets the result it lacked)."""
    for lesson, record in other.lessons.items():
        for fact, guess in record.predictions.items():
            mine = with_guess(mine, lesson, fact, guess)
        for number, answer in record.answers.items():
            mine = with_answer(mine, lesson, number, answer)
    return mine


def parsed(text: str | bytes) -> ProgressFile:
    """Read what `written` wrote.

    Raises
    ------
    SpinesimError
        If it is something else, or broken.
    """
    try:
        return ProgressFile.model_validate_json(text)
    except (ValidationError, ValueError, RecursionError):
        raise SpinesimError(
            "This is not a progress file of spinesim, or it is broken: choose a my_progress.json."
        ) from None


def written(file: ProgressFile) -> str:
    """The file as readable JSON, sorted, ending in a new line."""
    return json.dumps(file.model_dump(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read(path: Path) -> tuple[ProgressFile, str]:
    """The file at `path` (an empty one if there is none), and a sentence if it had to be set aside.

    Raises
    ------
    OSError
        If it cannot be read or moved.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise SpinesimError("too large")
        return parsed(path.read_bytes()), ""
    except FileNotFoundError:
        return ProgressFile(), ""
    except SpinesimError:
        aside = _free(path, "broken")
        os.replace(path, aside)
        return ProgressFile(), (
            f"{path.name} could not be read as a progress file, so it was set aside as {aside.name} and "
            "a new one begun."
        )


def update(path: Path, change: Callable[[ProgressFile], ProgressFile]) -> tuple[ProgressFile, str]:
    """Read, change and write the file while no other notebook does; returns it, and what `read` said.

    Raises
    ------
    OSError
        If it cannot be written; then what was there is untouched.
    """
    with locked(path):
        old, said = read(path)
        new = change(old)
        if new != old or not path.exists():
            write(path, new)
    return new, said


def write(path: Path, file: ProgressFile) -> None:
    """Write whole or not at all."""
    scratch = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(scratch, "x", encoding="utf-8") as out:
            out.write(written(file))
            out.flush()
            os.fsync(out.fileno())
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def keep_copy(path: Path) -> Path:
    """Move the file aside as a backup; returns where it is now."""
    aside = _free(path, "backup")
    os.replace(path, aside)
    return aside


def _free(path: Path, what: str) -> Path:
    """The first unused `my_progress.<what>-N.json`."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.{what}-{number}{path.suffix}")).exists():
        number += 1
    return aside


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file beside `path`.

    Raises
    ------
    TimeoutError, OSError
        If another notebook keeps it too long, or it cannot be made.
    """
    lock = path.with_name(f"{path.name}.lock")
    until = time.monotonic() + PATIENCE
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            if _age(lock) > STALE:
                lock.unlink(missing_ok=True)
            elif time.monotonic() > until:
                raise TimeoutError(f"another notebook is writing {path.name}") from None
            time.sleep(0.01)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _age(lock: Path) -> float:
    """Seconds since the lock was made (0 if it has just gone)."""
    try:
        return time.time() - lock.stat().st_mtime
    except FileNotFoundError:
        return 0.0
