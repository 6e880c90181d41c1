"""What tests show of the hidden truth: scores, scans and nerve tests (signs and blocks: their own files)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy import special

from spinesim.clinical.blocks import block_relief, diary
from spinesim.clinical.people import SCALE_TOP, SERIOUS
from spinesim.clinical.signs import Signs, cord_signs_found, examine, weakness_found

if TYPE_CHECKING:
    from spinesim.clinical.body import Body

Chance = Callable[[str], float]

__all__ = [
    "Report", "Signs", "block_relief", "cord_signs_found", "diary", "emg", "examine", "reported", "scan",
    "weakness_found",
]  # fmt: skip


def reported(score: float, error_sd: float, u: float, top: float = SCALE_TOP) -> float:
    """A score as the patient ticks it today: whole points, measurement error, within the scale."""
    if score <= 0:
        return 0.0
    return float(min(max(round(score + error_sd * float(special.ndtri(u))), 0), top))


@dataclass(frozen=True)
class Report:
    """A scan report.

    Attributes
    ----------
    finding : bool
        Something structural is named.
    concordant : bool
        It fits the symptoms.
    incidental : bool
        What is named has nothing to do with the pain.
    serious : bool
        Serious disease is shown.
    kind : str
        Which (one of `SERIOUS`), or "".
    """

    finding: bool
    concordant: bool
    incidental: bool
    serious: bool = False
    kind: str = ""


def _serious(body: Body, row: int) -> str:
    """Serious disease a scan could show today: untreated and begun, or a cord already compressed."""
    which = int(body.cohort.serious[row])
    if not which or body.treated[row]:
        return ""
    kind = SERIOUS[which - 1]
    return kind if kind == "cord_compression" or body.serious_day[row] <= body.day else ""


def scan(body: Body, row: int, chance: Chance) -> Report:
    """MRI: shows serious disease and pressure on a root with their sensitivities, and whatever age has left.

    A named finding adds fear (``imaging.fear``).
    """
    v, cohort = body.numbers, body.cohort
    kind = _serious(body, row)
    if kind and chance("imaging.serious") >= v["imaging.serious_sensitivity"]:
        kind = ""
    shown = body.has(row, "root") and chance("imaging.shows") < v["imaging.sensitivity"]
    true = bool(kind) or shown
    incidental = bool(cohort.incidental_disc[row] or cohort.incidental_facet[row])
    fits = incidental and chance("imaging.fits") < v["imaging.chance_concordance"]
    if true or incidental:
        body.fear_rest[row] = min(body.fear_rest[row] + v["imaging.fear"], 1.0)
    return Report(
        finding=true or incidental,
        concordant=true or fits,
        incidental=incidental and not true,
        serious=bool(kind),
        kind=kind,
    )


def emg(body: Body, row: int, chance: Chance) -> bool:
    """EMG and nerve conduction: whether a root lesion is shown.

    Pressure on a root shows with the region's sensitivity; a nerve caught outside the spine (a mimic) shows
    no root lesion but by false alarm.
    """
    v, what = body.numbers, body.cohort.condition_of(row)
    if body.has(row, "root") and not what.mimic:
        return chance("emg.shows") < v[f"emg.{what.region}.sensitivity"]
    return chance("emg.shows") < 1 - v["emg.specificity"]
