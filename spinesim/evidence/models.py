"""Read a TOML file into a pydantic model; whatever is wrong is said in one sentence."""

from __future__ import annotations

import os
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from spinesim.errors import SpinesimError
from spinesim.evidence.files import label, read_text, read_toml
from spinesim.evidence.load import data_folder

Model = TypeVar("Model", bound=BaseModel)
_FIRST = {"extra_forbidden": 0, "missing": 2}  # an unknown key often explains a missing one


def locate(name_or_path: str | Path, kind: str) -> Path:
    """The file behind a shipped name or a path.

    Raises
    ------
    SpinesimError
        If there is none; near matches are named.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise SpinesimError(f"The {kind} file {path} {what}; give the path of a .toml file.")
        return path
    folder = data_folder() / f"{kind}s"
    known = sorted(p.stem for p in folder.glob("*.toml"))
    if str(name_or_path) not in known:
        if os.path.exists(name_or_path):  # unlike Path.exists, it takes a name of any length
            what = "is a folder" if path.is_dir() else f"does not end in .toml, so it is no {kind} file"
            imports = path.suffix.lower() == ".csv" and kind == "clinic"
            made = "; a table of appointments becomes a clinic by `spinesim import`" if imports else ""
            raise SpinesimError(
                f"{path} {what}: give the path of a .toml file or one of {', '.join(known)}{made}."
            )
        near = get_close_matches(str(name_or_path), known, 1)
        hint = f" (did you mean '{near[0]}'?)" if near else ""
        raise SpinesimError(
            f"Unknown {kind} '{name_or_path}'{hint}: give the path of a .toml file "
            f"or one of {', '.join(known)}."
        )
    return folder / f"{name_or_path}.toml"


def load_model(name_or_path: str | Path, model: type[Model], kind: str) -> Model:
    """Read a clinic, a trial, a calibration: by shipped name or by path.

    Parameters
    ----------
    name_or_path
        Name of a file in ``data/<kind>s/``, or the path of a ``.toml`` file.
    model
        What the file must look like.
    kind
        ``"clinic"``, ``"trial"`` or ``"calibration"``.

    Raises
    ------
    SpinesimError
        One sentence naming file and key, with the remedy.
    """
    path = locate(name_or_path, kind)
    tables = read_toml(path, read_text(path))
    try:
        return model.model_validate(tables)
    except ValidationError as wrong:
        raise SpinesimError(f"{label(path)}: {complaint(wrong, model)}") from None


def complaint(wrong: ValidationError, model: type[BaseModel]) -> str:
    """The most telling thing that is wrong, in one sentence naming the key and the remedy."""
    problem = min(wrong.errors(include_url=False), key=lambda e: _FIRST.get(e["type"], 1))
    where, known = _place(problem["loc"], model)
    text = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        near = get_close_matches(str(problem["loc"][-1]), known, 1)
        remedy = f"write '{near[0]}'" if near else "mend its spelling"
        others = f" (known: {', '.join(known)})" if known and not near else ""
        return f"{where} is unknown; remove it or {remedy}{others}."
    if problem["type"] == "missing":
        return f"{where} is missing; add it."
    given, own = problem["input"], problem["type"] == "value_error"
    if problem["type"] == "list_type" and isinstance(given, dict):
        name = ".".join(part for part in problem["loc"] if isinstance(part, str))
        text = f"one table where a list is needed: write [[{name}]] with double brackets"
    elif problem["type"] == "too_short" and isinstance(given, list | tuple | dict):
        least = problem["ctx"]["min_length"]
        text = f"holds {len(given) or 'nothing'}: give at least {least}"
        return f"{where}: {text}."
    elif not own and isinstance(given, date | time):
        text += f", not a date or time ({given}): write a number plainly, a text in quotes"
        return f"{where}: {text[:1].lower()}{text[1:]}."
    elif not own and isinstance(given, str | int | float):
        text += f", not {str(given)[:40]!r}" if isinstance(given, str) else f", not {str(given)[:40]}"
    end = "." if own and ": " in text else "; mend it."  # what follows a colon says the remedy
    text = text if text[:2].isupper() else f"{text[:1].lower()}{text[1:]}"
    return f"{where}: {text}{end}" if where else f"{text}{end}"


def _place(loc: tuple[int | str, ...], model: type[BaseModel]) -> tuple[str, list[str]]:
    """Where a problem lies, as the file has it, and the keys that are known there.

    List entries are counted from 1: ``[[target]] 2, key 'mean', item 1``.
    """
    here: type[BaseModel] | None = model
    named = False  # whether the next part is a name that the file gives, not a key of ours
    known: list[str] = []
    words: list[str] = []
    keys: list[str] = []
    for i, part in enumerate(loc):
        if isinstance(part, int):
            name = ".".join(keys)
            words.append(f"key '{name}', item {part + 1}" if here is None else f"[[{name}]] {part + 1}")
            keys = []
        elif named:
            keys.append(part)
            named = False
        elif here is not None:
            known = list(here.model_fields)
            field = here.model_fields.get(part)
            if field is None and i + 1 < len(loc):
                continue  # the name of an alternative, which pydantic adds
            keys.append(part)
            here = _model_in(field.annotation) if field is not None else None
            named = here is not None and field is not None and get_origin(field.annotation) is dict
        elif not keys or not part.startswith(_ALTERNATIVES):
            keys.append(part)
    if keys:
        words.append(f"key '{'.'.join(keys)}'")
    return ", ".join(words), known


_ALTERNATIVES = ("int", "float", "str", "bool", "list[", "dict[", "literal[", "constrained-", "function-")


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model that a field holds, if any: alone, or in a list, a dict or a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
