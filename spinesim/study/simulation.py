"""Run arms: one pathway, one clinic, one cohort, one fate."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spinesim.clinic import Clinic, ClinicSetting, load_clinic
from spinesim.clinical import Cohort, check_patients, draw_cohort
from spinesim.clinical.cohort import Mix, case_mix
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence
from spinesim.evidence.lookup import shipped
from spinesim.pathway import Pathway, load_pathway
from spinesim.study.results import Results, collect
from spinesim.study.wishes import Person, Told, Written, as_mix, check_rules, told, written

if TYPE_CHECKING:
    from spinesim.study.people import People

MOST_RUNS = 10_000
MOST_PATIENT_YEARS = 2_000_000
MOST_YEARS = 10
WEEKS_PER_YEAR = 52

Progress = Callable[[float], None]
Eligible = Mapping[str, float]


def shipped_evidence() -> Evidence:
    """The evidence of the data folder in use, read once."""
    return shipped()


def conditions(region: str | None = None) -> dict[str, str]:
    """Conditions that can be simulated: key and plain name.

    With a region ("lumbar" or "cervical") only its pain patterns, without the mimics.
    """
    rows = shipped_evidence().conditions.items()
    wanted = [
        (key, row) for key, row in rows if region in (None, row["region"]) and not (region and row["mimic"])
    ]
    return {key: str(row["label"]) for key, row in wanted}


@dataclass(frozen=True)
class Plan:
    """Everything that decides the numbers of one arm; the same plan gives the same bits.

    `condition` is a condition, the name of a case mix, or weights by condition; `person` is what is the
    same for everyone.
    """

    arm: str
    pathway: Pathway
    clinic: ClinicSetting
    condition: str | Written
    patients: int
    weeks: int
    seed: int
    run: int
    evidence: Evidence
    eligibility: tuple[tuple[str, float], ...] = ()
    person: Told = ()

    @property
    def mix(self) -> Mix:
        """The condition or case mix, as `draw_cohort` takes it."""
        return as_mix(self.condition)


def plan(
    pathway: Pathway | str | Path,
    *,
    condition: Mix | None = None,
    patients: int | None = None,
    years: float = 2,
    seed: int | None = None,
    run: int | None = None,
    clinic: ClinicSetting | str | Path = "ample",
    evidence: Evidence | None = None,
    arm: str | None = None,
    eligibility: Eligible | None = None,
    person: Person | None = None,
    people: People | None = None,
) -> Plan:
    """Check the wishes for one arm and write them down.

    Parameters
    ----------
    pathway : Pathway, name or path
    condition : str or mapping
        A key of ``data/conditions.toml`` (default ``lumbar_strain``), a case mix (``pain_clinic``,
        ``primary_care``), or weights by condition.
    patients : int
        1 to 100,000; default 1,000.
    years : float
        Follow-up from each person's referral, 1 week to 10 years.
    seed, run : int
        Chance: the same seed (default 1) and run (default 0) give everyone the same fate in every arm.
    clinic : ClinicSetting, name or path
    evidence : Evidence, optional
        Defaults to the shipped parameters.
    arm : str, optional
        Name in tables; defaults to the pathway's name.
    eligibility : mapping, optional
        Bounds such as ``{"age_at_most": 65, "limb_pain_at_least": 3}`` (NRS, years) at referral.
    person : mapping, optional
        What is the same for everyone, such as ``{"age": 45, "occupation": "driving"}``.
    people : People, optional
        People drawn by `spinesim.cohort`; they bring condition, patients, seed, run and person with them.

    Raises
    ------
    SpinesimError
        One sentence, before anything is computed.
    """
    chosen = pathway if isinstance(pathway, Pathway) else load_pathway(pathway)
    number = isinstance(years, int | float) and not isinstance(years, bool)
    if not (number and 0 < years <= MOST_YEARS and round(years * WEEKS_PER_YEAR) >= 1):
        raise SpinesimError(
            f"years is {str(years)[:20]}; give a number from 0.02 (one week) to {MOST_YEARS}."
        )
    weeks = round(years * WEEKS_PER_YEAR)
    if people is not None:
        own = _of_people(people, condition=condition, patients=patients, seed=seed, run=run, person=person)
        condition, patients, seed, run = as_mix(own.condition), own.patients, own.seed, own.run
        person, evidence = dict(own.person), evidence or own.evidence
    condition = "lumbar_strain" if condition is None else condition
    patients = check_patients(1_000 if patients is None else patients)
    seed, run = 1 if seed is None else seed, 0 if run is None else run
    if patients * weeks / WEEKS_PER_YEAR > MOST_PATIENT_YEARS:
        raise SpinesimError(
            f"{patients:,} patients x {years} years is more than {MOST_PATIENT_YEARS:,} patient-years; "
            "ask for fewer."
        )
    known = evidence or shipped_evidence()
    mix = written(known, condition)
    same = told(known, mix, person)
    Draws(seed, run)  # refuses an impossible seed or run now rather than later
    check_rules(chosen, known)
    _check_region(chosen, known, mix)
    return Plan(
        arm=arm or chosen.name,
        pathway=chosen,
        clinic=clinic if isinstance(clinic, ClinicSetting) else load_clinic(clinic),
        condition=mix,
        patients=patients,
        weeks=weeks,
        seed=seed,
        run=run,
        evidence=known,
        eligibility=tuple(sorted((eligibility or {}).items())),
        person=same,
    )


def _check_region(pathway: Pathway, evidence: Evidence, mix: str | Written) -> None:
    """Refuse people none of whom have the part of the spine that the pathway is for."""
    places = {"lumbar": "back", "cervical": "neck"}
    region = {key: str(row["region"]) for key, row in evidence.conditions.items()}
    keys = [key for key, share in case_mix(evidence, as_mix(mix)).items() if share > 0]
    if pathway.region is None or any(region[key] == pathway.region for key in keys):
        return
    fitting = ", ".join(
        key for key, row in evidence.conditions.items() if region[key] == pathway.region and not row["mimic"]
    )
    here, there = places[pathway.region], places[region[keys[0]]]
    are = "is" if len(keys) == 1 else "are"
    raise SpinesimError(
        f"pathway '{pathway.name}' is for the {here}, but {' and '.join(keys)} {are} in the {there}; "
        f"choose one of {fitting}, or a pathway for the {there}."
    )


def _of_people(people: People, **given: object) -> People:
    """Refuse wishes that contradict the people they come with."""
    from spinesim.study.people import People  # it builds on this module

    if not isinstance(people, People):
        raise SpinesimError(f"people is {str(people)[:40]!r}; give what spinesim.cohort(...) returns.")
    for name, wish in given.items():
        if wish is not None:
            raise SpinesimError(f"{name} comes with people; leave out one of the two.")
    return people


@lru_cache(maxsize=2)
def _draws(seed: int, run: int) -> Draws:
    """Arms of one run share their draws, so blocks are made once."""
    return Draws(seed, run)


def eligible_cohort(wish: Plan, draws: Draws) -> Cohort:
    """The first `patients` people of the condition who are eligible."""
    person = dict(wish.person) or None
    if not wish.eligibility:
        return draw_cohort(wish.evidence, draws, wish.mix, wish.patients, person=person)
    size = wish.patients
    while True:
        size = min(size * 2, 100_000)
        pool = draw_cohort(wish.evidence, draws, wish.mix, size, person=person)
        known = {"age": pool.age, "limb_pain": pool.limb_start, "axial_pain": pool.axial_start}
        fits = np.ones(size, dtype=bool)
        for key, bound in wish.eligibility:
            name, _, side = key.rpartition("_at_")
            if name not in known or side not in ("least", "most"):
                raise SpinesimError(
                    f"[eligibility] key '{key}' is unknown; use age, limb_pain or axial_pain "
                    "with _at_least or _at_most."
                )
            fits &= known[name] >= bound if side == "least" else known[name] <= bound
        rows = np.flatnonzero(fits)[: wish.patients]
        if len(rows) == wish.patients:
            return pool.take(rows)
        if size == 100_000:
            raise SpinesimError(
                f"[eligibility] lets only {len(rows)} of 100,000 people in; "
                "widen it or ask for fewer patients."
            )


def steps(wish: Plan) -> Generator[float, None, Results]:
    """Simulate one arm, yielding the share done (0-1); the return value is the Results."""
    draws = _draws(wish.seed, wish.run)
    cohort = eligible_cohort(wish, draws)
    clinic = Clinic(wish.pathway, wish.clinic, cohort, wish.evidence, draws, wish.weeks)
    yield from clinic.run()
    return collect(clinic, wish.arm, wish.run)


def finish(wish: Plan, progress: Progress | None = None) -> Results:
    """Simulate one arm to its end."""
    work = steps(wish)
    while True:
        try:
            share = next(work)
        except StopIteration as done:
            results: Results = done.value
            return results
        if progress:
            progress(share)


def simulate_steps(pathway: Pathway | str | Path, **wishes: object) -> Generator[float, None, Results]:
    """As `simulate`, yielding the share done, so that a caller can show progress or stop."""
    return steps(plan(pathway, **wishes))  # type: ignore[arg-type]


def simulate(pathway: Pathway | str | Path, progress: Progress | None = None, **wishes: object) -> Results:
    """Simulate one arm; see `plan` for the keyword arguments."""
    return finish(plan(pathway, **wishes), progress)  # type: ignore[arg-type]


def _part(progress: Progress | None, i: int, of: int) -> Progress | None:
    """Progress of the whole, told by its i-th part."""
    return None if progress is None else lambda share: progress((i + share) / of)


def finish_all(wishes: list[Plan], workers: int = 1, progress: Progress | None = None) -> Iterator[Results]:
    """Simulate many arms, in order, on this process or on several; the numbers are identical."""
    if isinstance(workers, bool) or not isinstance(workers, int) or not 1 <= workers <= 256:
        raise SpinesimError(f"workers is {workers}; give a whole number from 1 to 256.")
    if workers == 1 or len(wishes) == 1:
        for i, wish in enumerate(wishes):
            yield finish(wish, _part(progress, i, len(wishes)))
        return
    try:
        fresh = get_context("spawn")  # forking a process that has threads can hang it
        with ProcessPoolExecutor(max_workers=workers, mp_context=fresh) as pool:
            for i, results in enumerate(pool.map(finish, wishes)):
                if progress:
                    progress((i + 1) / len(wishes))
                yield results
    except BrokenProcessPool:
        raise SpinesimError(
            "A worker process died (out of memory, or ended from outside), and nothing was kept: run again "
            "with fewer workers or patients; a script of your own must start under "
            "'if __name__ == \"__main__\":'."
        ) from None


def replications(wish: Plan, runs: int) -> list[Plan]:
    """The same plan under `runs` independent fates, its own first."""
    if isinstance(runs, bool) or not isinstance(runs, int) or not 1 <= runs <= MOST_RUNS:
        raise SpinesimError(f"runs is {runs}; give a whole number from 1 to {MOST_RUNS:,}.")
    return [replace(wish, run=wish.run + i) for i in range(runs)]
