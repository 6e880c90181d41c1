"""What the clinic sees of the hidden truth: scores, signs, scans and block diaries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from spinesim.clinical.body import Body
from spinesim.clinical.cohort import SCALE_TOP, Cohort
from spinesim.clinical.treatments import Chance
from spinesim.evidence import Draws, Evidence

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Signs:
    """History and examination at the first visit; arrays of length N."""

    radicular: Flags
    facet: Flags


def examine(evidence: Evidence, cohort: Cohort, draws: Draws) -> Signs:
    """Signs found, given what is there (sensitivity and specificity ``exam.*``)."""
    last = int(cohort.ids[-1]) + 1

    def found(name: str, there: Flags) -> Flags:
        sensitivity = evidence.value(f"exam.{name}.sensitivity")
        false_alarm = 1 - evidence.value(f"exam.{name}.specificity")
        u = draws.block(f"exam.{name}", 0, last)[cohort.ids]
        return np.asarray(u < np.where(there, sensitivity, false_alarm))

    return Signs(found("radicular", cohort.herniation > 0), found("facet", cohort.facet_source))


def reported(score: float, error_sd: float, u: float, top: float = SCALE_TOP) -> float:
    """A score as the patient ticks it today: whole points, measurement error, within the scale."""
    if score <= 0:
        return 0.0
    return float(min(max(round(score + error_sd * float(special.ndtri(u))), 0), top))


@dataclass(frozen=True)
class Report:
    """A scan report. `finding`: something structural is named; `concordant`: it fits the symptoms."""

    finding: bool
    concordant: bool
    incidental: bool


def scan(body: Body, row: int, chance: Chance) -> Report:
    """MRI: shows an emergency, a true herniation with its sensitivity, and whatever age has left.

    A named finding adds fear (``imaging.fear``).
    """
    v, cohort = body.numbers, body.cohort
    shown = body.compressed(row) and chance("imaging.shows") < v["imaging.sensitivity"]
    true = body.emergency(row) or shown
    incidental = bool(cohort.incidental_disc[row] or cohort.incidental_facet[row])
    fits = incidental and chance("imaging.fits") < v["imaging.chance_concordance"]
    if true or incidental:
        body.fear_rest[row] = min(body.fear_rest[row] + v["imaging.fear"], 1.0)
    return Report(finding=true or incidental, concordant=true or fits, incidental=incidental and not true)


def block_relief(body: Body, row: int, chance: Chance) -> float:
    """Best relief (%) in the diary after a medial branch block.

    Positive with the block's sensitivity when the facet joint is the source, else with its
    false-positive rate; the relief is then uniform above, otherwise below, the cut-off.
    """
    v = body.numbers
    true = bool(body.cohort.facet_source[row])
    rate = v["medial_branch_block.sensitivity"] if true else v["medial_branch_block.false_positive"]
    cut = v["medial_branch_block.positive_relief"]
    u = chance("medial_branch_block.relief")
    if chance("medial_branch_block.positive") < rate:
        return cut + u * (100 - cut)
    return u * cut * (1 - 1e-9)
