"""People before their first visit: who they are and the hidden truth of their pain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy import special

from spinesim.clinical.conditions import Condition, condition
from spinesim.clinical.described import Described, describe
from spinesim.clinical.entry import goal_level
from spinesim.clinical.hidden import Columns, herniation, incidental, serious
from spinesim.clinical.mix import MIXES, Mix, case_mix
from spinesim.clinical.people import (
    GOALS,
    HERNIATIONS,
    OCCUPATIONS,
    RISKS,
    SCALE_TOP,
    SERIOUS,
    TISSUES,
    Flags,
    Floats,
    Ints,
    Uniforms,
    beta,
    classes,
    concentration,
    score,
    traits,
)
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence

__all__ = [
    "GOALS", "HERNIATIONS", "MIXES", "MOST_PATIENTS", "OCCUPATIONS", "RISKS", "SCALE_TOP", "SERIOUS",
    "TISSUES", "Cohort", "Mix", "case_mix", "check_patients", "draw_cohort",
]  # fmt: skip

MOST_PATIENTS = 100_000


@dataclass(frozen=True)
class Cohort:
    """`N` people; every field but `conditions` and `told` is an array of length N.

    Pain is NRS 0-10, time constants are days, shares and qualities are 0-1. `ids` index the named
    draws, so a person keeps their fate whoever else is in the cohort.

    Attributes
    ----------
    conditions, which : tuple of Condition, ints
        The pain patterns of the mix, and which of them each person has.
    serious, serious_day : ints, floats
        0, or 1 + the index in `SERIOUS`; days after the referral at which it begins (inf: never).
    occupation, goal : ints
        Index in `OCCUPATIONS`, in `GOALS`.
    goal_level : floats
        Minutes at a stretch, good nights a week or working days a week, by the goal.
    sleep_rest : floats
        Sleep quality when free of pain.
    prior_sessions : ints
        Exercise sessions attended before the referral.
    active_days : floats
        Days a week over which the week's work is spread.
    told : dict of str to flags
        Signs that a described patient shows, whatever chance says.
    """

    conditions: tuple[Condition, ...]
    which: Ints
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
    si_source: Flags
    muscle_source: Flags
    narrowed: Flags
    incidental_disc: Flags
    incidental_facet: Flags
    serious: Ints
    serious_day: Floats
    occupation: Ints
    kidney_disease: Flags
    ulcer: Flags
    anticoagulated: Flags
    diabetes: Flags
    osteoporosis: Flags
    sleep_rest: Floats
    prior_sessions: Ints
    goal: Ints
    goal_level: Floats
    active_days: Floats
    told: dict[str, Flags]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Ints) -> Cohort:
        """The people in `rows`, in that order, each with their own fate."""
        columns = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name not in NOT_COLUMNS}
        told = {sign: present[rows] for sign, present in self.told.items()}
        return Cohort(conditions=self.conditions, told=told, **columns)

    def condition_of(self, row: int) -> Condition:
        """The pain pattern of the person in this row."""
        return self.conditions[int(self.which[row])]

    def number(self, name: str, default: float | None = None) -> Floats:
        """Each person's value of the parameter ``<own condition>.<name>``.

        Raises
        ------
        SpinesimError
            If a condition here has no such parameter and there is no `default`.
        """
        values = [what.numbers.get(name, default) for what in self.conditions]
        for what, value in zip(self.conditions, values, strict=True):
            if value is None:
                raise SpinesimError(f"data/parameters: {what.key}.{name} is missing; add it.")
        return np.array(values, dtype=np.float64)[self.which]


NOT_COLUMNS = ("conditions", "told")


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


def draw_cohort(
    evidence: Evidence,
    draws: Draws,
    mix: Mix,
    patients: int,
    first: int = 0,
    person: Mapping[str, object] | None = None,
) -> Cohort:
    """Draw people with one condition or a mix of them.

    Parameters
    ----------
    evidence : Evidence
        Parameters (ids ``<condition>.*``, ``case_mix.*``, ``person.*``, ``goal.*``, ``herniation.*``,
        ``serious.*``, ``imaging.incidental.*``).
    draws : Draws
        Named uniforms; person ``i`` uses position ``i`` of every block, whatever the mix.
    mix : str or mapping
        A condition, a case mix by name, or weights by condition: see `case_mix`.
    patients : int
        How many people, 1 to 100,000.
    first : int
        Number of the first person.
    person : mapping, optional
        What is the same for everyone: see `spinesim.clinical.described.describe`.

    Returns
    -------
    Cohort

    Raises
    ------
    SpinesimError
        For an unknown condition, an impossible person or an impossible number of patients.
    """
    n = check_patients(patients)
    shares = case_mix(evidence, mix)
    conditions = tuple(condition(evidence, key) for key in shares)
    described = describe(evidence, conditions, person)
    ids = np.arange(first, first + n, dtype=np.int64)
    which = classes(draws.block("person.condition", 0, first + n)[first:], list(shares.values()))
    columns: Columns = {}
    for i, what in enumerate(conditions):
        rows = np.flatnonzero(which == i)
        if not len(rows):
            continue

        def u(name: str, own: Ints = ids[rows]) -> Floats:
            return draws.block(f"person.{name}", 0, first + n)[own]

        for name, values in _draw(evidence, what, u, len(rows), described).items():
            columns.setdefault(name, np.zeros(n, dtype=values.dtype))[rows] = values
    told = {sign: np.full(n, present) for sign, present in described.signs.items()}
    return Cohort(conditions=conditions, which=which, ids=ids, told=told, **columns)  # type: ignore[arg-type]


def _draw(evidence: Evidence, what: Condition, u: Uniforms, n: int, described: Described) -> Columns:
    """The columns of `n` people with one condition."""
    number, value, given = what.numbers, evidence.value, described.given

    def normal(name: str) -> Floats:
        return np.asarray(special.ndtri(u(name)))

    def told(name: str, own: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return np.full(n, given[name]).astype(own.dtype) if name in given else own

    def of_course(name: str) -> Floats:
        return np.asarray(what.by_course(name))[course]

    youngest, oldest = value("person.age_min"), value("person.age_max")
    if youngest > oldest:
        raise SpinesimError(f"person.age_min ({youngest:g}) is above person.age_max ({oldest:g}); mend one.")
    age = np.clip(number["age"] + number["age_sd"] * normal("age"), youngest, oldest)
    age = np.asarray(told("age", age), dtype=np.float64)
    female = np.asarray(told("female", u("sex") < number["female"]), dtype=np.bool_)
    course = classes(u("course"), what.by_course("share"))
    if described.course:
        course = np.full(n, what.courses.index(described.course), dtype=np.int64)
    rho = number["start_correlation"]
    z_limb, z_other = normal("limb_start"), normal("axial_start")
    z_axial = rho * z_limb + np.sqrt(1 - rho**2) * z_other
    limb = told("limb_pain", score(special.ndtr(z_limb), number["limb.start"], number["limb.start_sd"]))
    axial = told("axial_pain", score(special.ndtr(z_axial), number["axial.start"], number["axial.start_sd"]))
    limb_start, axial_start = (np.asarray(channel, dtype=np.float64) for channel in (limb, axial))
    pace = np.exp(number["course.spread"] * normal("pace"))
    crowding = number["course.lasting_concentration"]
    adherence_mean = value("person.adherence")
    adherence_size = concentration(adherence_mean, value("person.adherence_sd"), "person.adherence")
    months = np.full(n, number["months_in_pain"])
    if spread := what.get("months_spread"):  # log-normal around the same mean
        months = np.clip(months * np.exp(spread * normal("months_in_pain") - spread**2 / 2), *what.months)
    months = np.asarray(told("months_in_pain", months), dtype=np.float64)
    days_in_pain = months * 365.25 / 12
    fear = np.clip(value("person.fear") + value("person.fear_sd") * normal("fear"), 0, 1)
    if "fear" in given:  # as reported at entry, when pain already adds to it
        share = np.maximum(limb_start, axial_start) / SCALE_TOP
        fear = np.clip(given["fear"] - value("fear.from_pain") * share, 0, 1)
    tissue = {name: told(name, u(name) < number.get(name, 0.0)) for name in TISSUES}
    columns: Columns = {
        **tissue,
        **herniation(evidence, what, u, n, given),
        **serious(evidence, what, u, n, given),
        **traits(evidence, what, age, female, days_in_pain, u, given),
        "age": age,
        "female": female,
        "course": course,
        "limb_start": limb_start,
        "axial_start": axial_start,
        "limb_days": of_course("limb_days") * pace,
        "axial_days": of_course("axial_days") * pace,
        "limb_lasting": beta(u("limb_lasting"), of_course("limb_lasting"), crowding),
        "axial_lasting": beta(u("axial_lasting"), of_course("axial_lasting"), crowding),
        "wobble": of_course("wobble"),
        "disability_trait": np.exp(number["disability.spread"] * normal("disability")),
        "adherence": beta(u("adherence"), adherence_mean, adherence_size),
        "fear": fear,
        "days_in_pain": days_in_pain,
        "incidental_disc": u("incidental_disc") < incidental(evidence, "protrusion", age),
        "incidental_facet": u("incidental_facet") < incidental(evidence, "facet", age),
    }
    return {**columns, "goal_level": goal_level(evidence, what, columns, u)}
