"""How much usual care goes by how ill people look: confounding by indication as a dial."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spinesim.errors import SpinesimError
from spinesim.study.naive.file import NaiveCohort

if TYPE_CHECKING:
    from spinesim.evidence import Evidence


def by_impression(cohort: NaiveCohort, evidence: Evidence, strength: float) -> dict[str, float]:
    """Parameters of usual care between "by lot" and the shipped numbers, or beyond them.

    Parameters
    ----------
    cohort : NaiveCohort
        With an [impression].
    evidence : Evidence
        The shipped numbers.
    strength : float
        0 is by lot, 1 is as shipped; in between, and above 1, each probability lies on the same straight
        line, kept within 0 to 1.

    Raises
    ------
    SpinesimError
        If the cohort has no [impression], or the strength is no number from 0.
    """
    if cohort.impression is None:
        raise SpinesimError(f"Cohort '{cohort.name}' has no [impression]; give by_lot.")
    if not (math.isfinite(strength) and strength >= 0):
        raise SpinesimError(f"by_impression is {strength}; give a number from 0.")
    moved = {}
    for name, lot in cohort.impression.by_lot.items():
        shipped = evidence.value(name)
        moved[name] = shipped if strength == 1 else min(max(lot + strength * (shipped - lot), 0.0), 1.0)
    return moved
