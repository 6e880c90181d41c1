"""What a file cites must be there: every id in a ``reference = [...]`` list is a row of ``data/evidence``."""

from __future__ import annotations

from collections.abc import Mapping

from spinesim.errors import SpinesimError
from spinesim.evidence.figures import Figure
from spinesim.evidence.store import near


def check_reference(where: str, listed: object, figures: Mapping[str, Figure]) -> None:
    """Refuse a list of references that is no list of ids, or names a figure nobody has.

    Parameters
    ----------
    where : str
        Whose list it is, for the message: ``data/treatments.toml, key 'traction.reference'``.
    listed : object
        What stands there.
    figures : mapping of str to Figure

    Raises
    ------
    SpinesimError
        One sentence naming the place, the id and near matches.
    """
    if not isinstance(listed, list | tuple) or not all(isinstance(name, str) for name in listed):
        raise SpinesimError(f'{where}: not a list of ids; write it like ["some_id", "another_id"].')
    for name in listed:
        if name not in figures:
            raise SpinesimError(
                f"{where}: '{name}' is no row of data/evidence; {near(name, figures)}, or remove it."
            )


def check_references(file: str, tables: Mapping[str, object], figures: Mapping[str, Figure]) -> None:
    """Check every ``reference`` in the tables of a file, however deep.

    Raises
    ------
    SpinesimError
        At the first that is wrong.
    """
    for key, content in tables.items():
        _check_inside(file, key, content, figures)


def _check_inside(file: str, key: str, content: object, figures: Mapping[str, Figure]) -> None:
    if not isinstance(content, dict):
        return
    for name, inside in content.items():
        if name == "reference":
            check_reference(f"{file}, key '{key}.reference'", inside, figures)
        else:
            _check_inside(file, f"{key}.{name}", inside, figures)
