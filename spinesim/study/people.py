"""People to look at before, and to use in, a study: a case mix or one described patient."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from spinesim.clinical import Cohort, check_patients, draw_cohort
from spinesim.clinical.cohort import GOALS, OCCUPATIONS, RISKS, Mix, case_mix
from spinesim.evidence import Draws, Evidence
from spinesim.study.simulation import shipped_evidence
from spinesim.study.wishes import Told, Written, as_mix, told, written

WORK = {
    "desk": "desk work",
    "driving": "driving",
    "manual": "manual work",
    "overhead": "overhead work",
    "caring": "caring for others",
}
RETIRED = "retired"
ILLNESSES = {
    "kidney_disease": "kidney disease",
    "ulcer": "past ulcer",
    "anticoagulated": "anticoagulant",
    "diabetes": "diabetes",
    "osteoporosis": "osteoporosis",
}
WISHES = {
    "sitting": "sit for {level:g} minutes",
    "standing": "stand for {level:g} minutes",
    "walking": "walk for {level:g} minutes",
    "sleep": "sleep well {level:g} nights a week",
    "work": "work {level:g} days a week",
}
PLACES = {"lumbar": "back", "cervical": "neck"}


@dataclass(frozen=True)
class People:
    """People by name of their case mix, number and chance; the same words give the same people.

    Attributes
    ----------
    condition : str or tuple
        A condition, the name of a case mix, or weights by condition.
    patients, seed, run : int
    person : tuple
        What is the same for everyone, by key.
    evidence : Evidence
    """

    condition: str | Written
    patients: int
    seed: int
    run: int
    person: Told
    evidence: Evidence = field(repr=False)

    def cohort(self) -> Cohort:
        """The people as the model holds them, their hidden truth among it."""
        draws, same = Draws(self.seed, self.run), dict(self.person)
        return draw_cohort(self.evidence, draws, as_mix(self.condition), self.patients, person=same)

    def table(self) -> pd.DataFrame:
        """Who they are, as they would say it: one row a person, in words and natural units."""
        who = self.cohort()
        flags = {risk: getattr(who, risk) for risk in RISKS}
        ill = [
            ", ".join(ILLNESSES[risk] for risk in RISKS if flags[risk][i]) or "none" for i in range(len(who))
        ]
        goals = [
            WISHES[GOALS[goal]].format(level=level)
            for goal, level in zip(who.goal, who.goal_level, strict=True)
        ]
        labels = np.array([what.label for what in who.conditions])
        retired = who.age >= self.evidence.value("person.retired_from")
        jobs = np.array([WORK[job] for job in OCCUPATIONS])
        places = np.array([PLACES[what.region] for what in who.conditions])
        return pd.DataFrame(
            {
                "patient": who.ids,
                "condition": labels[who.which],
                "region": places[who.which],
                "age": np.floor(who.age).astype(int),
                "sex": np.where(who.female, "woman", "man"),
                "occupation": np.where(retired, RETIRED, jobs[who.occupation]),
                "comorbidities": ill,
                "months_in_pain": np.round(who.days_in_pain * 12 / 365.25, 1),
                "prior_sessions": who.prior_sessions,
                "goal": goals,
                "axial_pain": np.round(who.axial_start, 1),
                "limb_pain": np.round(who.limb_start, 1),
            }
        )

    def mix(self) -> pd.DataFrame:
        """Share of each pain pattern: as declared, as drawn, and whether the share is an assumption."""
        who = self.cohort()
        declared = case_mix(self.evidence, as_mix(self.condition))
        found = np.bincount(who.which, minlength=len(who.conditions))
        rows = [
            (what.key, what.label, declared[what.key], n / len(who), self._basis(what.key))
            for what, n in zip(who.conditions, found, strict=True)
        ]
        return pd.DataFrame(rows, columns=["condition", "label", "declared", "drawn", "basis"])

    def _basis(self, condition: str) -> str:
        """Where a declared share comes from."""
        key = f"case_mix.{self.condition}.{condition}"
        if key not in self.evidence:
            return "your choice"
        return "assumption" if self.evidence[key].assumed else self.evidence[key].source


def cohort(
    mix: Mix = "pain_clinic",
    *,
    patients: int = 1_000,
    seed: int = 1,
    run: int = 0,
    evidence: Evidence | None = None,
    **person: object,
) -> People:
    """Draw people: a case mix, one condition, or one described patient.

    Parameters
    ----------
    mix : str or mapping
        ``pain_clinic`` (an assumption, editable in ``data/parameters/people.csv``), ``primary_care``, a
        condition, or weights by condition such as ``{"facet_pain": 2, "whiplash": 1}``.
    patients : int
        1 to 100,000.
    seed, run : int
        Chance.
    evidence : Evidence, optional
        Defaults to the shipped parameters.
    **person
        What is the same for everyone: age, female, occupation, goal, limb_pain, axial_pain,
        months_in_pain, prior_sessions, insomnia, boom_bust, fear, kidney_disease, ulcer, anticoagulated,
        diabetes, osteoporosis, herniation, facet_source, si_source, muscle_source, narrowed, serious,
        serious_day, course, signs.

    Returns
    -------
    People
        With `table` and `mix`; give them to `spinesim.compare` or `spinesim.simulate` as ``people=``.

    Raises
    ------
    SpinesimError
        One sentence for an impossible mix or person.

    Examples
    --------
    >>> cohort("disc_herniation", patients=1, age=45, occupation="driving").table()["age"].tolist()
    [45]
    """
    known = evidence or shipped_evidence()
    Draws(seed, run)  # refuses an impossible seed or run
    own = written(known, mix)
    return People(own, check_patients(patients), seed, run, told(known, own, person), known)
