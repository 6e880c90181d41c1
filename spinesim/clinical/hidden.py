"""The hidden truth a person brings: a herniation, serious disease, findings without pain."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from spinesim.clinical.conditions import Condition
from spinesim.clinical.people import HERNIATIONS, SERIOUS, Floats, Uniforms, by_age, classes
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence

Columns = dict[str, npt.NDArray[np.generic]]


def herniation(
    evidence: Evidence, what: Condition, u: Uniforms, n: int, given: Mapping[str, float]
) -> Columns:
    """Kind of symptomatic herniation (index in `HERNIATIONS`), and whether it will be resorbed.

    One that is described is that of whoever's pattern has a herniation.
    """
    kinds = HERNIATIONS[1:]
    if "herniation" in given and what.herniation:
        kind = np.full(n, int(given["herniation"]), dtype=np.int64)
    elif what.herniation:
        kind = 1 + classes(u("herniation"), [evidence.value(f"herniation.{k}.share") for k in kinds])
    else:
        return {"herniation": np.zeros(n, dtype=np.int64), "resorbs": np.zeros(n, dtype=np.bool_)}
    chance = np.array([0.0] + [evidence.value(f"herniation.{k}.resorbs") for k in kinds])
    return {"herniation": kind, "resorbs": u("resorbs") < chance[kind]}


def serious(evidence: Evidence, what: Condition, u: Uniforms, n: int, given: Mapping[str, float]) -> Columns:
    """At most one serious disease a person, and the day it begins; cauda equina first if both are fated.

    One that is described befalls everyone whose pattern can have it.
    """
    number, value = what.numbers, evidence.value
    prevalence = [number.get(f"serious.{kind}", 0.0) for kind in SERIOUS]
    if math.fsum(prevalence[1:]) > 1:
        raise SpinesimError(
            f"data/parameters: {what.key}.serious.* sum to {math.fsum(prevalence[1:]):.4g} without "
            "cauda_equina; make that 1 at most."
        )
    kind = np.zeros(n, dtype=np.int64)
    if "serious" in given:
        told = int(given["serious"])
        kind[:] = told if told and prevalence[told - 1] > 0 else 0
    elif any(prevalence[1:]):
        edges = np.cumsum(prevalence[1:])
        met = np.searchsorted(edges, u("serious"), side="right")
        kind = np.where(met < len(edges), met + 2, 0).astype(np.int64)
    day = np.full(n, np.inf)
    for i in range(1, len(SERIOUS) + 1):
        if (kind == i).any():
            drawn = np.floor(value(f"serious.{SERIOUS[i - 1]}.onset_days") * u("serious_day"))
            begins = np.full(n, given["serious_day"]) if "serious_day" in given else drawn
            day = np.where(kind == i, begins, day)
    if prevalence[0] > 0 and "serious" not in given:
        drawn = u("cauda_equina")
        begins = np.ceil(value("serious.cauda_equina.onset_days") * drawn / prevalence[0])
        fated = drawn < prevalence[0]
        kind, day = np.where(fated, 1, kind), np.where(fated, begins, day)
    return {"serious": kind, "serious_day": day}


def incidental(evidence: Evidence, kind: str, age: Floats) -> Floats:
    """Prevalence of a finding in people without pain, by age (linear between published decades)."""
    return evidence.value("imaging.incidental_scale") * by_age(
        evidence, f"imaging.incidental.{kind}.age", age
    )
