"""Look up anything the model knows by its id: what `spinesim.evidence` and ``spinesim evidence`` call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, overload

from spinesim.errors import SpinesimError
from spinesim.evidence.disputes import Dispute
from spinesim.evidence.figures import Figure
from spinesim.evidence.hanging import ClaimTable, claim_table, claim_tables, named_by
from spinesim.evidence.load import data_folder, load_evidence
from spinesim.evidence.parameters import Parameter
from spinesim.evidence.store import Evidence, near

Found = Parameter | Figure | Dispute
COLUMNS = ("id", "value", "unit", "source", "certainty")
SHORTEST, MOST = 3, 4  # letters of a word that is searched for in names; suggestions


@dataclass(frozen=True)
class Rows:
    """Everything behind a condition, a step of care or a claim.

    Attributes
    ----------
    id, title : str
    parameters : tuple of Parameter
        Of a claim: those it changes or switches off, and those disputed about it.
    figures : tuple of Figure
        Published figures it cites.
    disputes : tuple of Dispute
        Questions that move one of the parameters, or name the claim.
    """

    id: str
    title: str
    parameters: tuple[Parameter, ...]
    figures: tuple[Figure, ...]
    disputes: tuple[Dispute, ...]

    def card(self) -> str:
        """Return the rows as an aligned table, and the disputed questions."""
        table = [COLUMNS]
        table += [(one.id, f"{one.value:g}", one.unit, one.source, one.certainty) for one in self.parameters]
        for row in self.figures:
            value = "-" if row.value is None else f"{row.value:g}"
            table.append((row.id, value, row.unit, row.study, row.certainty))
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        widths[3] = min(widths[3], 44)  # a long source runs over rather than pushes all others away
        lines = [self.id, self.title, ""]
        for cells in table:
            padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
        if self.disputes:
            lines += ["", "disputed:", *(f"  {one.id}: {one.question}" for one in self.disputes)]
        return "\n".join(lines)


def shipped() -> Evidence:
    """Return the evidence of the data folder in use, read once for each folder."""
    return _read(str(data_folder()))


@lru_cache(maxsize=4)
def _read(folder: str) -> Evidence:
    return load_evidence(folder)


@overload
def evidence(id: None = None) -> Evidence: ...
@overload
def evidence(id: str) -> Found | Rows: ...
def evidence(id: str | None = None) -> Evidence | Found | Rows:
    """Return what the model knows, or one thing of it, with sources.

    Parameters
    ----------
    id : str, optional
        A disputed question (``"rfa_duration"``), a parameter (``"ablation.regrowth_months"``) or a
        published figure (``"lumb_rfa_duration_first_mo"``); or a condition (``"lumbar_stenosis"``), a step
        of care (``"ablation"``) or a claim (``"C5"``), for all rows behind it. Left out: all of it.

    Returns
    -------
    Evidence, Dispute, Parameter, Figure or Rows
        All but the first have ``.card()``: plain text with studies, and what was never checked.

    Raises
    ------
    SpinesimError
        If nothing has that id; near matches are named.

    Examples
    --------
    >>> print(evidence("rfa_duration").card())  # doctest: +SKIP
    """
    known = shipped()
    return known if id is None else look_up(known, id)


def look_up(known: Evidence, id: str) -> Found | Rows:
    """Return one parameter, published figure or disputed question, or the rows of a condition, step or claim.

    Raises
    ------
    SpinesimError
        If nothing has that id; near matches among all are named, those whose plain name holds the word first.
    """
    if id in known:
        return known[id]
    if id in known.figures:
        return known.figures[id]
    from spinesim.evidence.stances import load_stances  # here, since it needs pydantic

    disputes = load_stances(known.shipped).disputes
    if id in disputes:
        return disputes[id]
    for tables in (known.conditions, known.treatments):
        if id in tables:
            return _rows(known, id, tables[id], disputes.values())
    claim = claim_table(known.folder, id)
    if claim is not None:
        return _claim(known, claim, disputes.values())
    raise SpinesimError(f"There is no evidence called '{id}'; {_meant(known, id, disputes)}.")


def _rows(known: Evidence, id: str, table: Mapping[str, Any], disputes: Iterable[Dispute]) -> Rows:
    """Everything of a condition or step, by the first part of the ids."""
    parameters = tuple(one for key, one in known.parameters.items() if key.startswith(f"{id}."))
    figures = tuple(known.figures[name] for name in table.get("reference", ()))
    moved = tuple(one for one in disputes if any(p.id.startswith(f"{id}.") for p in one.parameters))
    return Rows(id, str(table.get("label", id)), parameters, figures, moved)


def _claim(known: Evidence, claim: ClaimTable, disputes: Iterable[Dispute]) -> Rows:
    id = str(claim["id"])
    about = tuple(one for one in disputes if id in one.claims)
    names = dict.fromkeys([*named_by(claim), *(p.id for one in about for p in one.parameters)])
    parameters = tuple(known[name] for name in names if name in known)
    figures = tuple(known.figures[name] for name in names if name in known.figures)
    return Rows(id, str(claim["title"]), parameters, figures, about)


def _meant(known: Evidence, id: str, disputes: Mapping[str, Dispute]) -> str:
    """The remedy for an unknown id."""
    plain = {key: str(row.get("label", "")) for key, row in (known.conditions | known.treatments).items()}
    plain |= {key: one.question for key, one in disputes.items()}
    asked = id.strip().lower().replace("_", " ")
    if len(asked) >= SHORTEST:
        said = {key: f"{key} {words}".replace("_", " ").lower() for key, words in plain.items()}
        found = [key for key, words in said.items() if asked in words][:MOST]
        if found:
            return "did you mean " + " or ".join(f"'{key}'" for key in found)
    claims = claim_tables(known.folder)
    return near(id, {**plain, **claims, **known.parameters, **known.figures})
