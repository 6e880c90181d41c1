"""Look up anything the model knows by its id: what `spinesim.evidence` and ``spinesim evidence`` call."""

from __future__ import annotations

from functools import lru_cache
from typing import overload

from spinesim.errors import SpinesimError
from spinesim.evidence.disputes import Dispute
from spinesim.evidence.figures import Figure
from spinesim.evidence.load import data_folder, load_evidence
from spinesim.evidence.parameters import Parameter
from spinesim.evidence.store import Evidence, near


def shipped() -> Evidence:
    """Return the evidence of the data folder in use, read once for each folder."""
    return _read(str(data_folder()))


@lru_cache(maxsize=4)
def _read(folder: str) -> Evidence:
    return load_evidence(folder)


@overload
def evidence(id: None = None) -> Evidence: ...
@overload
def evidence(id: str) -> Parameter | Figure | Dispute: ...
def evidence(id: str | None = None) -> Evidence | Parameter | Figure | Dispute:
    """Return what the model knows, or one thing of it, with sources.

    Parameters
    ----------
    id : str, optional
        A disputed question (``"rfa_duration"``), a parameter (``"ablation.regrowth_months"``) or a
        published figure (``"lumb_rfa_duration_first_mo"``). Left out: all of it.

    Returns
    -------
    Evidence, Dispute, Parameter or Figure
        The last three have ``.card()``: plain text with studies, and what was never checked.

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


def look_up(known: Evidence, id: str) -> Parameter | Figure | Dispute:
    """Return one parameter, published figure or disputed question of some evidence.

    Raises
    ------
    SpinesimError
        If nothing has that id; near matches among all three are named.
    """
    if id in known:
        return known[id]
    if id in known.figures:
        return known.figures[id]
    from spinesim.evidence.stances import load_stances  # here, since it needs pydantic

    disputes = load_stances(known.shipped).disputes
    if id in disputes:
        return disputes[id]
    everything: dict[str, object] = {**disputes, **known.parameters, **known.figures}
    raise SpinesimError(f"There is no evidence called '{id}'; {near(id, everything)}.")
