"""Read a pathway from TOML, strictly: what is wrong is said in one sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spinesim.errors import SpinesimError
from spinesim.pathway.lint import lint
from spinesim.pathway.model import Pathway
from spinesim.pathway.sentences import name_rule, one_sentence
from spinesim.pathway.vocabulary import LARGEST_FILE, nearest, said

_TOP = {
    "name": "name",
    "title": "title",
    "summary": "summary",
    "region": "region",
    "settings": "settings",
    "rule": "rules",
}


FOR_TRIALS = "trials"


def load_pathway(name_or_path: str | Path, folder: str | Path | None = None) -> Pathway:
    """Load a pathway by the name of a shipped one or from a file of your own.

    Parameters
    ----------
    name_or_path
        A name such as ``"conservative_first"``, or a path: a ``Path``, or text that ends in ``.toml`` or
        holds a path separator.
    folder
        Where names are looked up; the ``pathways`` folder of the data shipped with spinesim by default.

    Returns
    -------
    Pathway

    Raises
    ------
    SpinesimError
        One sentence naming file, rule and key, with the remedy.
    """
    if isinstance(name_or_path, Path) or re.search(r"[/\\]|\.toml$", str(name_or_path)):
        return parse_pathway(_read(Path(name_or_path)), _shown(name_or_path))
    home = shipped_folder() if folder is None else Path(folder)
    names = available(home)
    path = next((one for one in _places(home, name_or_path) if one.is_file()), None)
    if path is None:
        known = ", ".join(names) if names else f"none (there is no .toml file in {_shown(home)})"
        raise SpinesimError(
            f"unknown pathway {said(name_or_path)}{nearest(name_or_path, names)}; available: {known}, "
            "or give the path of a .toml file"
        )
    return parse_pathway(_read(path), _shown(path))


def shipped_folder() -> Path:
    """The folder of the pathways shipped with spinesim."""
    from spinesim.evidence import data_folder

    return Path(data_folder()) / "pathways"


def _places(home: Path, name: str) -> list[Path]:
    """Where a shipped pathway may lie: those of the arms of published trials have a folder of their own."""
    return [home / f"{name}.toml", home / FOR_TRIALS / f"{name}.toml"] if name.isidentifier() else []


def available(folder: str | Path | None = None) -> list[str]:
    """Names of the pathways in a folder (the shipped ones by default), sorted; without the arms of trials."""
    home = shipped_folder() if folder is None else Path(folder)
    return sorted(path.stem for path in home.glob("*.toml")) if home.is_dir() else []


def _shown(path: object) -> str:
    """A path for a message; escaped when it would break the line."""
    return str(path) if str(path).isprintable() else repr(str(path))


def _read(path: Path) -> bytes:
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise SpinesimError(f"pathway file {_shown(path)} {what}; give the path of a .toml file")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise SpinesimError(
            f"pathway file {_shown(path)} cannot be read: {error.strerror or error}"
        ) from None
    if len(content) > LARGEST_FILE:
        raise SpinesimError(
            f"pathway file {_shown(path)} is larger than {LARGEST_FILE} bytes; a pathway is a short text"
        )
    return content


def parse_pathway(content: bytes | str, file: str) -> Pathway:
    """Build a pathway from TOML text.

    Parameters
    ----------
    content
        The text, or its UTF-8 bytes.
    file
        What to call it in error messages.

    Returns
    -------
    Pathway

    Raises
    ------
    SpinesimError
        One sentence, as for ``load_pathway``.
    """
    try:
        raw = tomllib.loads(content if isinstance(content, str) else content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SpinesimError(f"{file}: is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SpinesimError(f"{file}: {_syntax(str(error))}") from None
    except (ValueError, RecursionError):
        raise SpinesimError(
            f"{file}: holds a number too long or lists nested too deep; simplify it"
        ) from None
    fields = _fields(raw, file)
    try:
        pathway = Pathway(**fields)
    except ValidationError as error:
        raise SpinesimError(f"{file}: {one_sentence(error, fields.get('rules', ()))}") from None
    problems = lint(pathway)
    if problems:
        raise SpinesimError(f"{file}: {problems[0]}")
    return pathway


def _fields(raw: Mapping[str, Any], file: str) -> dict[str, Any]:
    """The fields of ``Pathway``, after checking the shape of the file."""
    for key in raw:
        if key not in _TOP:
            known = ", ".join(_TOP)
            raise SpinesimError(f"{file}: unknown key {said(key)}{nearest(key, _TOP)}; known keys: {known}")
    for key, example in (("name", 'name = "..."'), ("title", 'title = "..."'), ("settings", "[settings]")):
        if key not in raw:
            raise SpinesimError(f"{file}: key '{key}' is missing: add {example}")
    if not isinstance(raw["settings"], dict):
        raise SpinesimError(
            f"{file}: settings = {said(raw['settings'])} has the wrong type: write a [settings] table"
        )
    rules = raw.get("rule", [])
    if not isinstance(rules, list):
        raise SpinesimError(f"{file}: key 'rule' has the wrong type: write [[rule]] with double brackets")
    for index, rule in enumerate(rules):
        if not isinstance(rule, dict):
            raise SpinesimError(
                f"{file}: {name_rule(rules, index)} is not a table: write [[rule]] above its keys"
            )
    return {field: raw[key] for key, field in _TOP.items() if key in raw} | {"rules": rules}


def _syntax(message: str) -> str:
    """A TOML error in plain words; duplicate keys get their own."""
    place = re.search(r"\(at (?:line (\d+), column \d+|end of document)\)", message)
    line = f"line {place.group(1)}" if place and place.group(1) else "the end of the file"
    what = message[: place.start()].strip() if place else message
    if what.startswith(("Cannot overwrite", "Cannot declare", "Duplicate inline")):
        return f"a duplicate key or section near {line} (each may be given once); remove one of the two"
    return f"is not valid TOML near {line} ({what[:1].lower()}{what[1:]}); mend that line"
