"""Stances: the same model as a sceptical or a hopeful reader of the same papers would have it.

``data/stances.toml`` names each disputed question with the value a sceptical and a hopeful reader would
use, what the model ships (``base``) and the figure of the clinic's article where it gives one. It also
lists parameters with a published interval (``along``): a stance moves those to the end that favours
treatment less (sceptical) or more (hopeful). Each value names its source, or says it is an assumption.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from spinesim.errors import SpinesimError
from spinesim.evidence.disputes import STANCES, Choice, Dispute
from spinesim.evidence.figures import CERTAINTIES, Figure
from spinesim.evidence.files import label
from spinesim.evidence.models import load_model
from spinesim.evidence.parameters import Parameter

if TYPE_CHECKING:
    from spinesim.evidence.store import Evidence

FILE = "stances.toml"
_ARTICLE = re.compile(r"article [A-G][0-9]{1,2}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class _Base(_Strict):
    value: float
    note: str = ""


class _Value(_Base):
    source: str = Field(min_length=1)


class _Values(_Strict):
    sceptical: _Value
    base: _Base  # its source is the parameter's own
    hopeful: _Value
    article: _Value | None = None


class _Question(_Strict):
    question: str = Field(min_length=1)
    claims: list[str] = []
    values: dict[str, _Values] = Field(min_length=1)


class _Along(_Strict):
    higher: list[str] = []
    lower: list[str] = []


class _File(_Strict):
    dispute: dict[str, _Question] = {}
    along: _Along = _Along()


@dataclass(frozen=True)
class Stances:
    """All of ``stances.toml``, checked against the parameters and figures it names.

    Attributes
    ----------
    disputes : mapping of str to Dispute
    along : mapping of str to int
        By parameter id: 1 if a higher value favours treatment, -1 if a lower one does.
    """

    disputes: Mapping[str, Dispute]
    along: Mapping[str, int]


def load_stances(evidence: Evidence) -> Stances:
    """Read ``stances.toml`` beside the evidence and check every id, source and value in it.

    Parameters
    ----------
    evidence : Evidence
        As shipped: what ``base`` must equal.

    Raises
    ------
    SpinesimError
        One sentence naming file, key and remedy.
    """
    path = evidence.folder / FILE
    if not path.is_file():
        raise SpinesimError(f"{path} is missing, so no stance can be taken; restore it.")
    read = load_model(path, _File, "stances")
    disputes: dict[str, Dispute] = {}
    seen: dict[str, str] = {}  # where each parameter is named
    for key, row in read.dispute.items():
        values = {}
        for name, sides in row.values.items():
            where = f"dispute.{key}.values.{name}"
            values[name] = _choices(path, where, _only_here(path, where, name, evidence, seen), sides,
                                    evidence.figures)  # fmt: skip
        parameters = tuple(evidence[name] for name in row.values)
        disputes[key] = Dispute(key, row.question, tuple(row.claims), parameters, values)
    along: dict[str, int] = {}
    for key, names, sign in (("higher", read.along.higher, 1), ("lower", read.along.lower, -1)):
        for name in names:
            if _only_here(path, f"along.{key}", name, evidence, seen).low is None:
                raise _wrong(
                    path, f"along.{key}", f"'{name}' has no interval",
                    "give it low and high in data/parameters, or remove it here",
                )  # fmt: skip
            along[name] = sign
    return Stances(disputes, along)


def take(evidence: Evidence, stance: str) -> dict[str, Parameter]:
    """Return the parameters a stance replaces, by id.

    Parameters
    ----------
    evidence : Evidence
        As shipped.
    stance : str
        One of `STANCES`. ``base`` replaces nothing; ``article`` only what the article gives a figure for.

    Raises
    ------
    SpinesimError
        If there is no such stance, or the file is faulty.
    """
    if stance not in STANCES:
        raise SpinesimError(f"There is no stance '{stance}'; choose one of {', '.join(STANCES)}.")
    if stance == "base":
        return {}
    read = load_stances(evidence)
    taken: dict[str, Parameter] = {}
    for dispute in read.disputes.values():
        for parameter in dispute.parameters:
            choice = dispute.values[parameter.id].get(stance)
            if choice is not None and choice.value != parameter.value:
                taken[parameter.id] = _with(parameter, stance, choice)
    for key, sign in read.along.items() if stance != "article" else ():
        parameter = evidence[key]
        high = (sign > 0) == (stance == "hopeful")
        value = parameter.high if high else parameter.low
        if value is not None and value != parameter.value:
            note = f"the {'high' if high else 'low'} end of its interval"
            taken[key] = _with(parameter, stance, _own(parameter, value, note))
    return taken


def _own(parameter: Parameter, value: float, note: str) -> Choice:
    """Return a choice that rests on what the parameter itself rests on."""
    return Choice(value, parameter.source, note, parameter.certainty, parameter.studies, parameter.unchecked)


def _with(parameter: Parameter, stance: str, choice: Choice) -> Parameter:
    notes = f"{stance} stance (was {parameter.value:g})" + (f"; {choice.note}" if choice.note else "")
    return parameter.restated(
        choice.value, notes, choice.source, choice.certainty, choice.studies, choice.unchecked
    )


def _choices(
    path: Path, where: str, parameter: Parameter, sides: _Values, figures: Mapping[str, Figure]
) -> dict[str, Choice]:
    if sides.base.value != parameter.value:
        raise _wrong(
            path, f"{where}.base.value", f"{sides.base.value:g} is not the shipped {parameter.value:g}",
            "make it agree with data/parameters",
        )  # fmt: skip
    found = {"base": _own(parameter, parameter.value, sides.base.note)}
    for stance in STANCES:
        side: _Value | None = getattr(sides, stance)
        if side is None or stance == "base":
            continue
        found[stance] = _choice(path, f"{where}.{stance}.source", side, figures)
        try:
            _with(parameter, stance, found[stance])
        except SpinesimError as error:  # a value the unit does not permit
            raise SpinesimError(f"{label(path)}, key '{where}.{stance}': {error}") from None
    return found


def _choice(path: Path, where: str, side: _Value, figures: Mapping[str, Figure]) -> Choice:
    cited: list[Figure] = []
    assumed = False
    for name in (part.strip() for part in side.source.split(";")):
        if name == "assumption" or _ARTICLE.fullmatch(name):
            assumed = True
        elif name in figures:
            cited.append(figures[name])
        else:
            raise _wrong(
                path, where, f"'{name}' is no row of data/evidence",
                "write the id of one, 'assumption', or 'article' with the claim's id ('article C5')",
            )  # fmt: skip
    least = max((CERTAINTIES.index(figure.certainty) for figure in cited), default=0)
    return Choice(
        side.value,
        side.source,
        side.note,
        "assumption" if assumed else CERTAINTIES[least],
        tuple(dict.fromkeys(figure.study for figure in cited)),
        tuple(figure.id for figure in cited if not figure.checked),
    )


def _only_here(path: Path, where: str, name: str, evidence: Evidence, seen: dict[str, str]) -> Parameter:
    """Return a parameter the file names, once it is known and named nowhere else in the file."""
    try:
        parameter = evidence[name]
    except SpinesimError as error:
        raise SpinesimError(f"{label(path)}, key '{where}': {error}") from None
    if name in seen:
        raise _wrong(path, where, f"'{name}' is named in '{seen[name]}' too", "keep one of the two")
    seen[name] = where
    return parameter


def _wrong(path: Path, where: str, what: str, remedy: str) -> SpinesimError:
    return SpinesimError(f"{label(path)}, key '{where}': {what}; {remedy}.")
