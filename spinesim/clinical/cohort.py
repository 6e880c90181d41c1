"""People before their first visit: who they are and the hidden truth of their pain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy import special

from spinesim.clinical.conditions import Condition, condition
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HERNIATIONS = ("none", "bulge", "protrusion", "extrusion", "sequestration")
SCALE_TOP = 10.0  # the numeric rating scale runs from 0 to 10
MOST_PATIENTS = 100_000


@dataclass(frozen=True)
class Cohort:
    """`N` people; every field but `condition` is an array of length N.

    Pain is NRS 0-10, time constants are days, shares and qualities are 0-1. `ids` index the named
    draws, so a person keeps their fate whoever else is in the cohort.
    """

    condition: Condition
    ids: Ints
    age: Floats
    female: Flags
    course: Ints
    limb_start: Floats
    axial_start: Floats
    limb_days: Floats
    axial_days: Floats
    limb_lasting: Floats
    axial_lasting: Floats
    wobble: Floats
    disability_trait: Floats
    adherence: Floats
    fear: Floats
    days_in_pain: Floats
    herniation: Ints
    resorbs: Flags
    facet_source: Flags
    incidental_disc: Flags
    incidental_facet: Flags
    emergency_day: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Ints) -> Cohort:
        """The people in `rows`, in that order, each with their own fate."""
        columns = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != "condition"}
        return Cohort(condition=self.condition, **columns)


def check_patients(patients: int) -> int:
    """Refuse cohort sizes that make no sense before anything is allocated."""
    try:
        fine = not isinstance(patients, bool) and patients == int(patients) and 1 <= patients <= MOST_PATIENTS
    except (TypeError, ValueError, OverflowError):  # text, nan, infinity
        fine = False
    if not fine:
        raise SpinesimError(
            f"patients is {str(patients)[:20]}; give a whole number from 1 to {MOST_PATIENTS:,}."
        )
    return int(patients)


def _beta(u: Floats, mean: Floats | float, concentration: float) -> Floats:
    """Beta quantile by mean and concentration; a mean of 0 or 1 is that value for everyone."""
    mean = np.broadcast_to(np.asarray(mean, dtype=float), u.shape)
    inside = np.clip(mean, 1e-9, 1 - 1e-9)
    if not math.isfinite(concentration):
        return mean.copy()
    drawn = special.betaincinv(inside * concentration, (1 - inside) * concentration, u)
    return np.where((mean <= 0) | (mean >= 1), mean, drawn)


def _concentration(mean: float, sd: float, what: str) -> float:
    """Concentration of a Beta distribution on 0-1 with this mean and SD; infinite without spread."""
    if sd <= 0 or not 0 < mean < 1:
        return math.inf
    size = mean * (1 - mean) / sd**2 - 1
    if size <= 0:
        raise SpinesimError(f"{what} cannot have mean {mean:g} and SD {sd:g} on its scale; lower the SD.")
    return size


def _score(u: Floats, mean: float, sd: float) -> Floats:
    """A pain score on 0-10 with this mean and SD (scaled Beta)."""
    share = mean / SCALE_TOP
    return SCALE_TOP * _beta(u, share, _concentration(share, sd / SCALE_TOP, "A pain score"))


def _class(u: Floats, shares: Sequence[float]) -> Ints:
    """Index of the class in which each uniform falls."""
    edges = np.cumsum(shares)[:-1]
    return np.searchsorted(edges, u, side="right").astype(np.int64)


def draw_cohort(evidence: Evidence, draws: Draws, key: str, patients: int, first: int = 0) -> Cohort:
    """Draw people with one condition.

    Parameters
    ----------
    evidence : Evidence
        Parameters (ids ``<key>.*``, ``person.*``, ``herniation.*``, ``imaging.incidental.*``).
    draws : Draws
        Named uniforms; person ``i`` uses position ``i`` of every block.
    key : str
        A key of ``data/conditions.toml``.
    patients : int
        How many people, 1 to 100,000.
    first : int
        Number of the first person.

    Returns
    -------
    Cohort

    Raises
    ------
    SpinesimError
        For an unknown condition or an impossible number of patients.
    """
    n = check_patients(patients)
    what = condition(evidence, key)
    number, value = what.numbers, evidence.value

    def u(name: str) -> Floats:
        return draws.block(f"person.{name}", 0, first + n)[first:]

    def normal(name: str) -> Floats:
        return np.asarray(special.ndtri(u(name)))

    youngest, oldest = value("person.age_min"), value("person.age_max")
    if youngest > oldest:
        raise SpinesimError(f"person.age_min ({youngest:g}) is above person.age_max ({oldest:g}); mend one.")
    age = np.clip(number["age"] + number["age_sd"] * normal("age"), youngest, oldest)
    course = _class(u("course"), what.by_course("share"))
    rho = number["start_correlation"]
    z_limb, z_other = normal("limb_start"), normal("axial_start")
    z_axial = rho * z_limb + np.sqrt(1 - rho**2) * z_other
    limb_start = _score(special.ndtr(z_limb), number["limb.start"], number["limb.start_sd"])
    axial_start = _score(special.ndtr(z_axial), number["axial.start"], number["axial.start_sd"])
    pace = np.exp(number["course.spread"] * normal("pace"))
    concentration = number["course.lasting_concentration"]

    def of_course(name: str) -> Floats:
        return np.asarray(what.by_course(name))[course]

    adherence_mean = value("person.adherence")
    adherence_size = _concentration(adherence_mean, value("person.adherence_sd"), "person.adherence")
    herniation = np.zeros(n, dtype=np.int64)
    resorbs = np.zeros(n, dtype=bool)
    if what.herniation:
        kinds = HERNIATIONS[1:]
        herniation = 1 + _class(u("herniation"), [value(f"herniation.{k}.share") for k in kinds])
        chance = np.array([0.0] + [value(f"herniation.{k}.resorbs") for k in kinds])
        resorbs = u("resorbs") < chance[herniation]
    u_emergency = u("cauda_equina")
    p_emergency = number["serious.cauda_equina"]
    onset = value("serious.cauda_equina.onset_days")
    emergency = np.where(
        u_emergency < p_emergency, np.ceil(onset * u_emergency / max(p_emergency, 1e-300)), np.inf
    )
    return Cohort(
        condition=what,
        ids=np.arange(first, first + n, dtype=np.int64),
        age=age,
        female=u("sex") < number["female"],
        course=course,
        limb_start=limb_start,
        axial_start=axial_start,
        limb_days=of_course("limb_days") * pace,
        axial_days=of_course("axial_days") * pace,
        limb_lasting=_beta(u("limb_lasting"), of_course("limb_lasting"), concentration),
        axial_lasting=_beta(u("axial_lasting"), of_course("axial_lasting"), concentration),
        wobble=of_course("wobble"),
        disability_trait=np.exp(number["disability.spread"] * normal("disability")),
        adherence=_beta(u("adherence"), adherence_mean, adherence_size),
        fear=np.clip(value("person.fear") + value("person.fear_sd") * normal("fear"), 0, 1),
        days_in_pain=np.full(n, number["months_in_pain"] * 365.25 / 12),
        herniation=herniation,
        resorbs=resorbs,
        facet_source=u("facet_source") < number["facet_source"],
        incidental_disc=u("incidental_disc") < _incidental(evidence, "protrusion", age),
        incidental_facet=u("incidental_facet") < _incidental(evidence, "facet", age),
        emergency_day=emergency,
    )


def _incidental(evidence: Evidence, kind: str, age: Floats) -> Floats:
    """Prevalence of a finding in people without pain, by age (linear between published decades)."""
    table = evidence.values(f"imaging.incidental.{kind}.age")
    ages = sorted(table, key=float)
    prevalence = np.interp(age, [float(a) for a in ages], [table[a] for a in ages])
    return np.asarray(evidence.value("imaging.incidental_scale") * prevalence)
