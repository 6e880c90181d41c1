"""Read a TOML file into a pydantic model; whatever is wrong is said in one sentence."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from spinesim.errors import SpinesimError
from spinesim.evidence.files import label, read_text, read_toml
from spinesim.evidence.load import data_folder

Model = TypeVar("Model", bound=BaseModel)
_FIRST = {"extra_forbidden": 0, "missing": 2}  # an unknown key often explains a missing one


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
    path = Path(name_or_path)
    if path.suffix != ".toml":
        folder = data_folder() / f"{kind}s"
        known = sorted(p.stem for p in folder.glob("*.toml"))
        if str(name_or_path) not in known:
            near = get_close_matches(str(name_or_path), known, 1)
            hint = f" (did you mean '{near[0]}'?)" if near else ""
            raise SpinesimError(
                f"Unknown {kind} '{name_or_path}'{hint}: give the path of a .toml file "
                f"or one of {', '.join(known)}."
            )
        path = folder / f"{name_or_path}.toml"
    elif not path.is_file():
        raise SpinesimError(f"The {kind} file {path} does not exist; give the path of a .toml file.")
    tables = read_toml(path, read_text(path))
    try:
        return model.model_validate(tables)
    except ValidationError as wrong:
        problem = min(wrong.errors(include_url=False), key=lambda e: _FIRST.get(e["type"], 1))
        keys = [str(part) for part in problem["loc"] if not str(part).startswith(("int", "literal", "float"))]
        where = f"key '{'.'.join(keys)}'" if keys else "the file"
        text = str(problem["msg"]).removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            raise SpinesimError(
                f"{label(path)}: {where} is unknown; remove it or mend its spelling."
            ) from None
        if problem["type"] == "missing":
            raise SpinesimError(f"{label(path)}: {where} is missing; add it.") from None
        raise SpinesimError(f"{label(path)}: {where}: {text[:1].lower()}{text[1:]}; mend it.") from None
