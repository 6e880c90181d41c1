"""What differs in an arm, laid on its pathway, its evidence and its clinic (claims and lessons alike)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spinesim.evidence import Evidence
from spinesim.pathway import Pathway, load_pathway
from spinesim.pathway.vocabulary import OPTIONAL
from spinesim.study.claims_file import BASE
from spinesim.study.simulation import shipped_evidence


def changed_pathway(
    name: str,
    settings: Mapping[str, Any],
    without: Iterable[str] = (),
    shared: Mapping[str, Any] | None = None,
) -> Pathway:
    """A pathway without some rules and with other settings.

    Parameters
    ----------
    name : str
        A shipped pathway or a file.
    settings : mapping
        The arm's own settings: refused where the pathway has none of that name.
    without : iterable of str
        Ids of rules to leave out, refused likewise.
    shared : mapping, optional
        Settings of several arms, which come before the arm's own and are left alone by a pathway that has
        none of that name.
    """
    made = load_pathway(name)
    for rule in without:
        made = made.without(rule)
    has = {*made.settings.declared(), *OPTIONAL}
    heeded = {key: value for key, value in (shared or {}).items() if key in has}
    return made.change(**{**heeded, **settings})


def changed_evidence(stance: str | None, parameters: Mapping[str, float]) -> Evidence:
    """The shipped numbers as someone of that stance reads the papers, some of them replaced."""
    known = shipped_evidence()
    if stance not in (None, BASE):
        known = known.stance(str(stance))
    return known.change(parameters) if parameters else known
