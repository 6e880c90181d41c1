"""Write a clinic as a TOML file that `load_clinic` reads back unchanged."""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import tomlkit

from spinesim.clinic.setting import ClinicSetting
from spinesim.errors import SpinesimError

HEAD = (
    "Written by `spinesim import`. Fitted from your own file: [arrivals], [mix], and those [numbers] that",
    "the import listed; all else is from the clinic it was given. Edit staff, rooms and sessions.",
)


def clinic_toml(clinic: ClinicSetting, comments: tuple[str, ...] = HEAD) -> str:
    """The clinic as TOML; what equals the default is left out."""
    document = tomlkit.document()
    for line in comments:
        document.add(tomlkit.comment(line))
    tables = clinic.model_dump(exclude_defaults=True)
    plain = {key: value for key, value in tables.items() if not isinstance(value, dict)}
    for key, value in plain.items():
        document.add(key, tomlkit.item(value))
    for key, value in tables.items():
        if key not in plain:
            document.add(tomlkit.nl())
            document.add(key, _table(value))
    return tomlkit.dumps(document)


def _table(content: dict[str, Any]) -> Any:
    table = tomlkit.table()
    for key, value in content.items():
        if isinstance(value, dict):
            table.add(key, _table(value))
        elif isinstance(value, tuple) and value and isinstance(value[0], dict):
            table.add(key, _list_of_tables(value))
        else:
            table.add(key, list(value) if isinstance(value, tuple) else value)
    return table


def _list_of_tables(entries: tuple[dict[str, Any], ...]) -> Any:
    """Sessions, one a line."""
    array = tomlkit.array()
    for entry in entries:
        inline = tomlkit.inline_table()
        inline.update({k: list(v) if isinstance(v, tuple) else v for k, v in entry.items()})
        array.append(inline)
    return array.multiline(True)


def check_target(path: str | Path, force: bool = False) -> Path:
    """Refuse, before anything is read, a file that could not be written in the end.

    Raises
    ------
    SpinesimError
        If the name does not end in .toml, its folder is missing, or something is there already.
    """
    target = Path(path)
    if target.suffix != ".toml":
        raise SpinesimError(f"--out {target.name}: give a name that ends in .toml, such as my_clinic.toml.")
    if not target.parent.is_dir():
        raise SpinesimError(f"The folder {target.parent} does not exist; make it, or choose another.")
    if target.is_dir() or (target.exists() and not force):
        raise SpinesimError(f"{target} exists; give another name, or --force to replace it.")
    return target


def write_clinic(clinic: ClinicSetting, path: str | Path, force: bool = False) -> Path:
    """Write the clinic whole or not at all, and make sure it reads back as the same clinic.

    Raises
    ------
    SpinesimError
        If the place will not take it (see `check_target`).
    """
    target = check_target(path, force)
    text = clinic_toml(clinic)
    if ClinicSetting.model_validate(tomllib.loads(text)) != clinic:
        raise SpinesimError(
            f"{target.name} would not read back as the same clinic; report this with the base clinic."
        )
    write_whole(target, text.encode())
    return target


def write_whole(target: Path, content: bytes) -> None:
    """Write beside the target, then rename, so that nothing half-written is ever seen.

    Raises
    ------
    SpinesimError
        If the folder takes no file.
    """
    try:
        handle, scratch = tempfile.mkstemp(dir=target.parent, prefix=".spinesim-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(scratch, 0o644)
            os.replace(scratch, target)
        except BaseException:
            os.unlink(scratch)
            raise
    except OSError as error:
        raise SpinesimError(f"{target} cannot be written ({error.strerror}); choose another place.") from None
