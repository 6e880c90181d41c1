"""What a run rests on: every parameter it read, as assumptions and as published or fitted figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from spinesim.evidence import Evidence
from spinesim.evidence.files import read_rows, read_text
from spinesim.evidence.load import PARAMETER_COLUMNS
from spinesim.evidence.parameters import Parameter
from spinesim.study.simulation import Plan
from spinesim.study.uncertainty.reads import reads

BETWEEN = " | "
"""Between the studies behind one number."""
WATCHED_PEOPLE = 500
"""People of the run that is watched for the numbers it reads; more of them add only what is very rare."""
_BOTH = ("id", "quantity", "value", "low", "high", "interval", "unit", "theme")
ASSUMPTIONS = (*_BOTH, "why", "notes")
EVIDENCE = (*_BOTH, "study", "source", "certainty", "checked", "why")
ASSUMED, OF_CLINIC, CHANGED = "assumption", "this clinic's own", "changed for this study"
PUBLISHED, FITTED = "published", "fitted to published trials"


def read_by_arms(plans: Sequence[Plan]) -> dict[str, set[str]]:
    """By arm, the ids of the parameters that a run of at most `WATCHED_PEOPLE` of its people reads."""
    first = {one.arm: one for one in reversed(plans)}
    return {
        arm: reads(replace(one, patients=min(one.patients, WATCHED_PEOPLE), warm_up=0))
        for arm, one in first.items()
    }


def rests_on(plans: Sequence[Plan]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Assumptions and evidence behind the arms of a study, one row a parameter and value.

    A parameter with another value in another arm (a clinic's own price) has a row for each.

    Returns
    -------
    tuple of DataFrame
        Columns `ASSUMPTIONS` and `EVIDENCE`; a parameter stands in exactly one of the two.
    """
    arms = {one.arm: one for one in reversed(plans)}
    known: dict[tuple[str, float], tuple[Parameter, str]] = {}
    for arm, ids in read_by_arms(plans).items():
        one = arms[arm]
        for key in sorted(ids):
            parameter = one.evidence[key]
            known.setdefault((key, parameter.value), (parameter, why(one, parameter)))
    place = {key: number for number, key in enumerate(plans[0].evidence.parameters)}
    rows = sorted(known.values(), key=lambda row: (place[row[0].id], row[0].value))
    themes = _themes(plans[0].evidence)
    assumed = [row for row in rows if row[1] in (ASSUMED, OF_CLINIC, CHANGED)]
    others = [row for row in rows if row[1] in (PUBLISHED, FITTED)]
    return _table(assumed, ASSUMPTIONS, themes), _table(others, EVIDENCE, themes)


def why(one: Plan, parameter: Parameter) -> str:
    """What a parameter of a plan rests on: `ASSUMED`, `OF_CLINIC`, `CHANGED`, `FITTED` or `PUBLISHED`."""
    if parameter.changed:
        return OF_CLINIC if one.clinic.numbers.get(parameter.id) == parameter.value else CHANGED
    if parameter.assumed:
        return ASSUMED
    return FITTED if parameter.calibrated else PUBLISHED


def _table(
    rows: Iterable[tuple[Parameter, str]], columns: Sequence[str], themes: dict[str, str]
) -> pd.DataFrame:
    def cell(parameter: Parameter, reason: str, column: str) -> object:
        if column == "theme":
            return themes.get(parameter.id, "")
        if column == "why":
            return reason
        if column == "study":
            return BETWEEN.join(parameter.studies)
        return getattr(parameter, column)

    return pd.DataFrame([[cell(*row, column) for column in columns] for row in rows], columns=list(columns))


def _themes(evidence: Evidence) -> dict[str, str]:
    """By id of a parameter, the table it stands in: ``clinic``, ``prices`` …"""
    return {
        fields[0]: path.stem
        for path in sorted((evidence.folder / "parameters").glob("*.csv"))
        for _, fields in read_rows(path, read_text(path), PARAMETER_COLUMNS)
    }
