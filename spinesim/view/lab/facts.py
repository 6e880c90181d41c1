"""The numbers of a run that a guess or a question may be about: differences, levels, changed fates."""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np

from spinesim.study.claims_table import measure
from spinesim.study.compare import interval
from spinesim.view import names
from spinesim.view.lab.shown import Fact
from spinesim.view.lab.spec import FactOf, LessonFile

FATE = "fate_changed"
"""Id of the fact that every lab of plans has beside the differences and the lesson's own."""
PEOPLE = "per 100 people"
FATE_NAME = "People whose care or pain changed"
_MATTERS = re.compile(r"(pain|disability)(?:_average|_12_months|@\d+(?:-\d+)?)?")
"""Outcomes on the scales of the minimal important changes."""


def facts_of(study: Any, lesson: LessonFile) -> dict[str, Fact]:
    """Every fact of a study of two arms, by key; the lesson's own come last and may replace one."""
    made = {
        str(row.outcome): Fact(
            str(row.outcome),
            names.label(str(row.outcome)),
            float(row.difference),
            float(row.low),
            float(row.high),
            str(row.unit),
            "difference",
            _important(study, str(row.outcome)),
        )
        for row in study.differences().itertuples()
        if row.arm == study.arms[1]
    }
    made[FATE] = _fate(study)
    return made | {wanted.key: _own(study, wanted) for wanted in lesson.fact}


def _own(study: Any, wanted: FactOf) -> Fact:
    """One `[[fact]]` of the lesson. People in whom it was not measured (in either arm) do not count."""
    arms = [wanted.arm] if wanted.arm else study.arms[:2]
    values = [_values(study, arm, wanted) for arm in arms]
    there = np.logical_and.reduce([np.isfinite(one) for one in values])
    if not there.any():
        size = (float("nan"),) * 3
    else:
        size = interval(values[0][there] if wanted.arm else values[1][there] - values[0][there])
    cut = wanted.at_least is not None or wanted.at_most is not None
    important = None if wanted.arm or cut else _important(study, wanted.outcome)
    kind: Literal["difference", "level"] = "level" if wanted.arm else "difference"
    return Fact(wanted.key, wanted.name, *size, PEOPLE if cut else wanted.unit, kind, important)


def _values(study: Any, arm: str, wanted: FactOf) -> Any:
    """One value per person; 100 or 0 where the fact asks who reaches a bound."""
    values = measure(study.results[arm][0], wanted.outcome)
    if wanted.at_least is None and wanted.at_most is None:
        return values
    reached = np.isfinite(values)
    if wanted.at_least is not None:
        reached &= values >= wanted.at_least
    if wanted.at_most is not None:
        reached &= values <= wanted.at_most
    return 100.0 * reached


def _fate(study: Any) -> Fact:
    """Whose care or pain is not the same under both plans."""
    everyone = study.results[study.arms[0]][0].patients["patient"].to_numpy()
    changed = study.twins(study.arms[1]).changed()["patient"].to_numpy()
    return Fact(FATE, FATE_NAME, *interval(np.where(np.isin(everyone, changed), 100.0, 0.0)), PEOPLE, "level")


def _important(study: Any, outcome: str) -> float | None:
    found = _MATTERS.fullmatch(outcome)
    return study.minimal_important(found.group(1)) if found else None
