"""Read the data folder into one `Evidence`: parameters, figures, conditions, treatments and signs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from spinesim.errors import SpinesimError
from spinesim.evidence.figures import CERTAINTIES, Figure, check_numbers
from spinesim.evidence.files import label, read_number, read_rows, read_text, read_toml
from spinesim.evidence.parameters import Parameter
from spinesim.evidence.prices import to_base_year
from spinesim.evidence.references import check_references
from spinesim.evidence.schema import check_tables
from spinesim.evidence.store import Evidence, Named, near

__all__ = ["Evidence", "data_folder", "load_evidence", "read_evidence"]

PARAMETER_COLUMNS = (
    "id", "quantity", "value", "low", "high", "interval", "unit", "source", "certainty", "checked", "notes",
)  # fmt: skip
FIGURE_COLUMNS = (
    "id", "topic", "quantity", "value", "low", "high", "interval", "sd", "unit", "population", "n", "study",
    "design", "certainty", "use", "checked", "source", "notes",
)  # fmt: skip
USES = ("input", "calibration", "validation")
_TRIAL_SUFFIXES = (".toml", ".csv")
SHIPPED = (
    *(f"parameters/{theme}.csv" for theme in (
        "access", "body", "case_room", "clinic", "conditions", "harms", "outcomes", "people", "prices",
        "serious", "signs", "tests", "treatments",
    )),
    "conditions.toml", "treatments.toml", "signs.toml", "stances.toml", "correlations.toml",
)  # fmt: skip
"""Every file of these is needed; ``evidence/`` needs one table at least."""
SHIPPED_FOLDERS = ("calibrations", "claims", "clinics", "cohorts", "pathways", "trials")


def data_folder() -> Path:
    """Return the data folder: ``SPINESIM_DATA`` if set, else the installed one, else the repository's.

    Raises
    ------
    SpinesimError
        If ``SPINESIM_DATA`` names no folder.
    """
    chosen = os.environ.get("SPINESIM_DATA")
    if chosen:
        return _folder(Path(chosen).expanduser(), "SPINESIM_DATA names")
    package = Path(__file__).resolve().parent.parent
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent / "data"


def _folder(path: Path, who: str) -> Path:
    if not path.is_dir():
        raise SpinesimError(
            f"{who} '{path}', which is no folder; name the one that holds parameters/ and evidence/."
        )
    return path


def load_evidence(folder: str | os.PathLike[str] | None = None) -> Evidence:
    """Read a complete data folder and check that its tables, numbers and stances fit together.

    Parameters
    ----------
    folder : str or path, optional
        The data folder; default `data_folder()`.

    Returns
    -------
    Evidence

    Raises
    ------
    SpinesimError
        One sentence naming file, row or key and remedy, at the first thing that is missing or wrong.
    """
    from spinesim.evidence.stances import load_stances  # here, since it needs this module

    root = _root(folder)
    _check_complete(root)
    evidence = read_evidence(root)
    check_tables(evidence)
    load_stances(evidence)
    return evidence


def _check_complete(root: Path) -> None:
    """Refuse a folder that lacks a file which spinesim ships: what is left would run, but mislead."""
    for name in SHIPPED:
        if not (root / name).exists():
            raise SpinesimError(
                f"{root / name} is missing; restore it, or point SPINESIM_DATA at a complete data folder."
            )
    for name in SHIPPED_FOLDERS:
        if not any((root / name).glob("*.toml")):
            raise SpinesimError(
                f"{root / name} holds no .toml file; restore the folder, or point SPINESIM_DATA at a "
                "complete data folder."
            )


def _root(folder: str | os.PathLike[str] | None) -> Path:
    return data_folder() if folder is None else _folder(Path(folder).expanduser(), "The data folder is")


def read_evidence(folder: str | os.PathLike[str] | None = None) -> Evidence:
    """Read whatever tables a folder holds, each checked by itself but not for being all of them.

    Reads ``parameters/*.csv``, ``evidence/*.csv`` and the conditions, treatments and signs (TOML).

    Parameters
    ----------
    folder : str or path, optional
        The data folder; default `data_folder()`.

    Returns
    -------
    Evidence

    Raises
    ------
    SpinesimError
        One sentence naming file, row, column and remedy, at the first thing that is wrong.
    """
    root = _root(folder)
    content = sha256()

    def text(path: Path) -> str:
        read = read_text(path)
        name = path.relative_to(root).as_posix()
        content.update(f"{name}\0{len(read)}\0{read}".encode())
        return read

    tables = sorted((root / "evidence").glob("*.csv"))
    if not tables:
        raise SpinesimError(f"{root / 'evidence'} holds no CSV file; put the evidence tables there.")
    figures = Named[Figure]("figure in data/evidence called")
    for path in tables:
        _read_figures(path, text(path), figures)
    tables = sorted((root / "parameters").glob("*.csv"))
    if not tables:
        raise SpinesimError(f"{root / 'parameters'} holds no CSV file; put the parameter tables there.")
    parameters = Named[Parameter]("parameter in data/parameters called")
    for path in tables:
        _read_parameters(path, text(path), figures, parameters)
    to_base_year(parameters)
    conditions, treatments = (
        _read_table(path, text(path), figures)
        for path in (root / "conditions.toml", root / "treatments.toml")
    )
    path = root / "signs.toml"
    signs = _read_table(path, text(path), figures) if path.exists() else {}
    return Evidence(root, conditions, treatments, parameters, figures, content.hexdigest(), signs=signs)


def _read_table(path: Path, text: str, figures: Mapping[str, Figure]) -> dict[str, Any]:
    tables = read_toml(path, text)
    check_references(label(path), tables, figures)
    return tables


def _read_figures(path: Path, text: str, figures: Named[Figure]) -> None:
    for where, fields in read_rows(path, text, FIGURE_COLUMNS):
        key, topic, quantity, value, low, high, interval, sd, unit = fields[:9]
        population, n, study, design, certainty, use, checked, source, notes = fields[9:]
        _new(where, key, figures)
        _one_of(where, key, "certainty", certainty, CERTAINTIES)
        _one_of(where, key, "use", use, USES)
        _one_of(where, key, "checked", checked, ("yes", "no"))
        _filled(where, key, "study", study)
        if checked == "yes":
            _filled(where, key, "source", source)
        read = {
            column: read_number(text, where, key, column)
            for column, text in (("value", value), ("low", low), ("high", high), ("sd", sd))
        }
        try:
            check_numbers(key, unit, read)
        except SpinesimError as error:
            raise SpinesimError(f"{where}, {error}") from None
        figures[key] = Figure(
            key, topic, quantity, read["value"], read["low"], read["high"], interval, read["sd"], unit,
            population, n, study, design, certainty, use, checked == "yes", source, notes,
        )  # fmt: skip


def _read_parameters(
    path: Path, text: str, figures: Mapping[str, Figure], parameters: Named[Parameter]
) -> None:
    for where, fields in read_rows(path, text, PARAMETER_COLUMNS):
        key, quantity, value, low, high, interval, unit, source, certainty, checked, notes = fields
        _new(where, key, parameters)
        for column, content in (("quantity", quantity), ("value", value), ("unit", unit), ("source", source)):
            _filled(where, key, column, content)
        _one_of(where, key, "certainty", certainty, (*CERTAINTIES, "assumption"))
        _one_of(where, key, "checked", checked, ("yes", "no"))
        cited = _cited(where, key, source, figures)
        number, least, most = (
            read_number(text, where, key, column)
            for column, text in (("value", value), ("low", low), ("high", high))
        )
        if number is None:
            raise SpinesimError(f"{where}, row '{key}', column value: '{value}' is no number; write one.")
        try:
            parameters[key] = Parameter(
                key, quantity, number, least, most, interval, unit, source, certainty, checked == "yes",
                notes,
                tuple(dict.fromkeys(figure.study for figure in cited)),
                tuple(figure.id for figure in cited if not figure.checked),
            )  # fmt: skip
        except SpinesimError as error:
            raise SpinesimError(f"{where}, {error}") from None


def _cited(where: str, key: str, source: str, figures: Mapping[str, Figure]) -> list[Figure]:
    """Return the figures a source names; trial files are left to whoever reads them."""
    cited: list[Figure] = []
    calibrated = source.startswith("calibrated:")
    for name in source.removeprefix("calibrated:").split(";"):
        target = name.strip()
        if not target:
            raise SpinesimError(f"{where}, row '{key}', column source: empty name; remove the spare ';'.")
        if target == "assumption" or (calibrated and target.endswith(_TRIAL_SUFFIXES)):
            continue
        if target not in figures:
            raise SpinesimError(
                f"{where}, row '{key}', column source: '{target}' is no row of data/evidence; "
                f"{near(target, figures)}, or write 'assumption'."
            )
        cited.append(figures[target])
    return cited


def _new(where: str, key: str, known: Mapping[str, object]) -> None:
    if not key:
        raise SpinesimError(f"{where}, column id: empty; give the row an id.")
    if key in known:
        raise SpinesimError(f"{where}, row '{key}', column id: used twice; rename or remove one of the rows.")


def _one_of(where: str, key: str, column: str, content: str, allowed: tuple[str, ...]) -> None:
    if content not in allowed:
        raise SpinesimError(
            f"{where}, row '{key}', column {column}: '{content}' is not one of {', '.join(allowed)}; "
            "write one of these."
        )


def _filled(where: str, key: str, column: str, content: str) -> None:
    if not content:
        remedy = "name evidence ids, 'assumption' or 'calibrated:...'" if column == "source" else "fill it in"
        raise SpinesimError(f"{where}, row '{key}', column {column}: empty; {remedy}.")
