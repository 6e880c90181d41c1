"""What is set in a lab as one line of text, and as a link to a served page; read back strictly."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote

from spinesim.errors import SpinesimError
from spinesim.pathway.vocabulary import NEVER
from spinesim.view.lab.dials import FEWEST, MOST, MOST_SEED
from spinesim.view.lab.spec import LessonFile

QUERY = "setting"
_OWN = {"patients": (FEWEST, MOST), "seed": (0, MOST_SEED)}


def text_of(lesson: LessonFile, settings: Mapping[str, Any]) -> str:
    """All settings on a line: ``spinesim 02: imaging=3; patients=1000; seed=7``."""
    parts = [f"{key}={_said(value)}" for key, value in settings.items()]
    return f"spinesim {lesson.id}: {'; '.join(parts)}"


def _said(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, int | float) else str(value)


def read(lesson: LessonFile, text: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings after a line of text; what it does not name stays.

    Raises
    ------
    SpinesimError
        One sentence: another lesson, an unknown control, or a value it cannot have.
    """
    head, colon, body = " ".join(text.split()).partition(":")
    words = head.split()
    if not colon or len(words) != 2 or words[0].lower() != "spinesim":
        raise SpinesimError(
            f"This is no setting of a lab: paste a line such as '{text_of(lesson, settings)}'."
        )
    if words[1] != lesson.id:
        raise SpinesimError(f"This setting is of lesson {words[1][:10]}, but here is lesson {lesson.id}.")
    made = dict(settings)
    for part in filter(None, (one.strip() for one in body.split(";"))):
        key, equals, said = (one.strip() for one in part.partition("="))
        if key not in settings or not equals:
            raise SpinesimError(
                f"'{part[:40]}' sets nothing here; the controls are {', '.join(settings)}, each with '='."
            )
        made[key] = _value(lesson, key, said)
    return made


def _value(lesson: LessonFile, key: str, said: str) -> Any:
    control = next((one for one in lesson.control if one.id == key), None)
    value: Any = said
    if control is None or (control.is_number and said != NEVER):
        try:
            value = float(said)
        except ValueError:
            raise SpinesimError(f"{key} is '{said[:30]}', which is no number; write one.") from None
    if control is not None:
        if wrong := control.problem(value):
            raise SpinesimError(wrong)
        return value
    low, high = _OWN[key]
    if not low <= value <= high or not float(value).is_integer():
        raise SpinesimError(f"{key} is {said[:30]}; give a whole number from {low} to {high:,}.")
    return int(value)


def of_address() -> str | None:
    """The setting in the address of a served page, if there is one (Voilà hands the address on)."""
    found = parse_qs(os.environ.get("QUERY_STRING", "")).get(QUERY)
    return found[0] if found else None


def link(text: str) -> str | None:
    """The address of this served page with a setting, never with its token; None in JupyterLab."""
    host, port = os.environ.get("SERVER_NAME"), os.environ.get("SERVER_PORT")
    if not host or not port or "QUERY_STRING" not in os.environ:
        return None
    return f"http://{host}:{port}{os.environ.get('SCRIPT_NAME') or '/'}?{QUERY}={quote(text)}"
