"""A lab's setting as one line of text, and as a link: to give to someone else."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote

from spinesim.errors import SpinesimError
from spinesim.pathway.vocabulary import NEVER
from spinesim.view.lab.shown import Settings
from spinesim.view.lab.spec import MOST_PATIENTS, MOST_SEED, OWN_CONTROLS, Control, LessonFile

LONGEST = 2_000
"""Characters of the longest text that is read."""
_HEAD = re.compile(r"\s*spinesim\s+(\d\d?)\s*:(.*)", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)
BOUNDS = {"patients": (50, MOST_PATIENTS), "seed": (0, MOST_SEED)}


def setting_text(lesson: LessonFile, settings: Settings) -> str:
    """The setting in one line, as in ``spinesim 02: imaging=3; patients=1000; seed=7``."""
    return f"spinesim {lesson.id}: " + "; ".join(f"{key}={said(value)}" for key, value in settings.items())


def said(value: Any) -> str:
    """A value as it is written in a setting: every digit of a number that counts."""
    if isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def parse(lesson: LessonFile, text: str) -> dict[str, Any]:
    """Read a setting.

    Raises
    ------
    SpinesimError
        One sentence: another lesson, a control that is missing, unknown or twice, a value out of range.
    """
    found = _HEAD.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise SpinesimError(f"That is no setting: it should begin with 'spinesim {lesson.id}:' and be one line.")
    if int(found.group(1)) != int(lesson.id):
        raise SpinesimError(
            f"That setting belongs to lesson {int(found.group(1)):02d}, and this is lesson {lesson.id}: open that one."
        )
    known: dict[str, Control | None] = {control.id: control for control in lesson.control}
    known |= dict.fromkeys(OWN_CONTROLS)
    given: dict[str, Any] = {}
    for part in filter(None, map(str.strip, found.group(2).split(";"))):
        key, sign, value = (one.strip() for one in part.partition("="))
        if not sign or key not in known:
            raise SpinesimError(f"The setting says '{part[:40]}', but this lab has only {', '.join(known)}.")
        if key in given:
            raise SpinesimError(f"The setting names {key} twice: leave one out.")
        given[key] = _value(key, known[key], value)
    missing = [key for key in known if key not in given]
    if missing:
        raise SpinesimError(f"The setting is not complete, {' and '.join(missing)} missing: copy the whole line.")
    return {key: given[key] for key in known}


def _value(key: str, control: Control | None, text: str) -> Any:
    """One value, within its bounds."""
    if control is not None and not control.is_number:
        value: Any = next((label for label in control.labels if label.casefold() == text.casefold()), text)
    elif control is not None and text.casefold() == NEVER:
        value = NEVER
    else:
        number = float(text) if _NUMBER.fullmatch(text) else math.nan
        value = int(number) if number.is_integer() else number
    if control is not None:
        wrong = control.problem(value)
    else:
        low, high = BOUNDS[key]
        fine = isinstance(value, int) and low <= value <= high
        wrong = None if fine else f"{key}: give a whole number from {low} to {high:,}."
    if wrong:
        raise SpinesimError(wrong)
    return value


def link(text: str, place: Mapping[str, str] | None = None) -> str | None:
    """The page's own address with the setting in it; None where the page has no address (a notebook).

    Voilà tells the address in the environment of the kernel. Only host, port and path are taken: what else
    stood in the address (a token) is nobody else's.
    """
    env = os.environ if place is None else place
    name, path = env.get("SERVER_NAME", ""), env.get("SCRIPT_NAME", "")
    if not re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", name) or not path.startswith("/"):
        return None
    port = env.get("SERVER_PORT", "")
    host = f"{name}:{port}" if port.isdecimal() and ":" not in name else name
    return f"http://{host}{quote(path, safe='/%')}?setting={quote(text, safe='')}"


def from_link(place: Mapping[str, str] | None = None) -> str | None:
    """The setting in the page's own address, if there is one."""
    query = (os.environ if place is None else place).get("QUERY_STRING", "")
    return next(iter(parse_qs(query[: 4 * LONGEST]).get("setting", [])), None)
