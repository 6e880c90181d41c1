"""History and examination: the signs found, given the hidden truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from spinesim.clinical.cohort import Cohort
from spinesim.clinical.likelihoods import Sign, SignTable, sign_table
from spinesim.clinical.people import SERIOUS, Flags, Floats, Ints
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence

if TYPE_CHECKING:
    from spinesim.clinical.body import Body

Chance = Callable[[str], float]


@dataclass(frozen=True)
class Signs:
    """What history and examination found at the first visit; arrays of length N.

    Signs of the other region are False and are no evidence.
    """

    found: dict[str, Flags] = field(default_factory=dict)

    @property
    def radicular(self) -> Flags:
        """Nerve-root signs: straight leg raise in the back, Spurling's test in the neck."""
        return self.found["straight_leg_raise"] | self.found["spurling"]

    @property
    def facet(self) -> Flags:
        """Facet loading."""
        return self.found["facet_loading"]

    @property
    def si(self) -> Flags:
        """Three or more positive sacroiliac provocation tests."""
        return self.found["si_provocation"]


def examine(evidence: Evidence, cohort: Cohort, draws: Draws) -> Signs:
    """Signs and red flags found at the first visit; what a described patient told is taken as told."""
    table = sign_table(evidence)
    last = int(cohort.ids.max()) + 1
    condition = np.array([table.keys.index(what.key) for what in cohort.conditions])[cohort.which]
    place = np.array(table.region)[condition]
    found: dict[str, Flags] = {}
    for sign in (*table.signs, *table.flags):
        seen = np.ones(len(cohort), dtype=np.bool_) if sign.region == "any" else place == sign.region
        if sign.key in cohort.told:
            present = cohort.told[sign.key]
        elif sign.derived:
            present = _derived(sign)(evidence, cohort)
        else:
            u = draws.block(sign.block, 0, last)[cohort.ids]
            present = u < _probability(table, sign, cohort, condition)
        found[sign.key] = np.asarray(present & seen, dtype=np.bool_)
    return Signs(found)


def _probability(table: SignTable, sign: Sign, cohort: Cohort, condition: Ints) -> Floats:
    """Each person's probability of showing the sign."""
    if sign.kind == "flag":
        # what has not begun by the first visit cannot show yet
        case = np.where(cohort.serious_day <= 0, cohort.serious, 0)
        return np.asarray(table.flag_given[case, table.flags.index(sign)])
    s = table.signs.index(sign)
    without = table.without[condition, s]
    if not sign.tag:
        return np.asarray(without)
    there = cohort.herniation > 0 if sign.tag == "herniation" else getattr(cohort, sign.tag)
    return np.asarray(np.where(there, table.tagged[condition, s], without))


def _limb_dominant(evidence: Evidence, cohort: Cohort) -> Flags:
    return np.asarray(cohort.limb_start > cohort.axial_start)


def _long_standing(evidence: Evidence, cohort: Cohort) -> Flags:
    return np.asarray(cohort.days_in_pain >= evidence.value("exam.long_standing_days"))


def _older(evidence: Evidence, cohort: Cohort) -> Flags:
    return np.asarray(cohort.age >= evidence.value("harm.older_from"))


DERIVED: dict[str, Callable[[Evidence, Cohort], Flags]] = {
    "limb_dominant": _limb_dominant,
    "long_standing": _long_standing,
    "older": _older,
}


def _derived(sign: Sign) -> Callable[[Evidence, Cohort], Flags]:
    if sign.key not in DERIVED:
        raise SpinesimError(
            f"data/signs.toml [{sign.key}]: derived = true is for {', '.join(DERIVED)} only; remove it."
        )
    return DERIVED[sign.key]


def _has(body: Body, row: int, kind: str) -> bool:
    return bool(body.cohort.serious[row] == 1 + SERIOUS.index(kind) and not body.treated[row])


def _begun(body: Body, row: int) -> bool:
    return bool(body.serious_day[row] <= body.day)


def weakness_found(body: Body, row: int, chance: Chance) -> bool:
    """Whether today's examination finds progressive weakness (false alarms included)."""
    there = _has(body, row, "weakness") and _begun(body, row)
    case = "weakness" if there else "none"
    return chance("exam.progressive_weakness") < body.numbers[f"sign.progressive_weakness.{case}"]


def cord_signs_found(body: Body, row: int, chance: Chance) -> bool:
    """Whether today's examination finds signs of the cord.

    They can be found as soon as the cord is compressed, and more surely once decline has begun.
    """
    case = "none"
    if _has(body, row, "cord_compression"):
        case = "begun" if _begun(body, row) else "cord_compression"
    return chance("exam.cord_signs") < body.numbers[f"sign.cord_signs.{case}"]
