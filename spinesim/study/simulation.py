"""Run arms: one pathway, one clinic, one cohort, one fate."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from spinesim.clinic import Clinic, ClinicSetting, load_clinic, own_numbers
from spinesim.clinical import check_patients
from spinesim.clinical.cohort import Mix, case_mix
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence
from spinesim.evidence.lookup import shipped
from spinesim.pathway import Pathway, load_pathway
from spinesim.study.enrol import check_criterion, eligible_cohort
from spinesim.study.executor import Executor, Job, Kept, execute, plan_key
from spinesim.study.executor import Progress as Progress
from spinesim.study.results import Results, collect
from spinesim.study.wishes import Person, Told, Written, as_mix, check_rules, told, written

if TYPE_CHECKING:
    from spinesim.study.people import People

MOST_RUNS = 10_000
MOST_PATIENT_YEARS = 2_000_000
MOST_YEARS = 10
WEEKS_PER_YEAR = 52

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
    same for everyone. With `before`, people are judged for eligibility at the end of that plan's weeks. Who
    is referred in the first `warm_up` weeks uses the clinic and is not counted.
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
    before: Plan | None = None
    warm_up: int = 0

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
    before: Plan | None = None,
    warm_up: float = 0,
) -> Plan:
    """Check the wishes for one arm and write them down.

    Parameters
    ----------
    pathway : Pathway, name or path
    condition : str or mapping
        A key of ``data/conditions.toml`` (default ``lumbar_strain``), a case mix (``pain_clinic``,
        ``primary_care``), or weights by condition; the clinic's own `mix` comes before the default.
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
    before : Plan, optional
        What people live through until eligibility is judged, at the end of its weeks; default: at referral.
    warm_up : int
        Weeks since the clinic opened; who is referred in them is not counted.

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
    place = clinic if isinstance(clinic, ClinicSetting) else load_clinic(clinic)
    condition = condition or place.mix or "lumbar_strain"
    patients = check_patients(1_000 if patients is None else patients)
    seed, run = 1 if seed is None else seed, 0 if run is None else run
    if patients * weeks / WEEKS_PER_YEAR > MOST_PATIENT_YEARS:
        raise SpinesimError(
            f"{patients:,} patients x {years} years is more than {MOST_PATIENT_YEARS:,} patient-years; "
            "ask for fewer."
        )
    known = own_numbers(place, evidence or shipped_evidence())
    mix = written(known, condition)
    same = told(known, mix, person)
    Draws(seed, run)  # refuses an impossible seed or run now rather than later
    check_rules(chosen, known)
    for key in eligibility or {}:
        check_criterion(key)
    _check_region(chosen, known, mix)
    return Plan(
        arm=arm or chosen.name,
        pathway=chosen,
        clinic=place,
        condition=mix,
        patients=patients,
        weeks=weeks,
        seed=seed,
        run=run,
        evidence=known,
        eligibility=tuple(sorted((eligibility or {}).items())),
        person=same,
        before=before,
        warm_up=_check_warm_up(warm_up, place),
    )


def _check_warm_up(weeks: object, clinic: ClinicSetting) -> int:
    """A number of weeks, of a clinic to which people keep coming."""
    if isinstance(weeks, bool) or not isinstance(weeks, int) or not 0 <= weeks <= MOST_YEARS * WEEKS_PER_YEAR:
        raise SpinesimError(
            f"warm_up is {str(weeks)[:20]}; give whole weeks from 0 to {MOST_YEARS * WEEKS_PER_YEAR}."
        )
    if weeks and clinic.arrivals is None:
        raise SpinesimError(
            f"warm_up is {weeks}, but everyone comes to clinic '{clinic.name}' on day 0: leave it out."
        )
    return weeks


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


def steps(wish: Plan) -> Generator[float, None, Results]:
    """Simulate one arm, yielding the share done (0-1); the return value is the Results."""
    draws = _draws(wish.seed, wish.run)
    cohort = eligible_cohort(wish, draws)
    clinic = Clinic(wish.pathway, wish.clinic, cohort, wish.evidence, draws, wish.weeks)
    yield from clinic.run()
    return collect(clinic, wish.arm, wish.run, wish.warm_up)


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


def finish_all(
    plans: Sequence[Plan],
    executor: Executor | None = None,
    progress: Progress | None = None,
    keep: Kept | None = None,
) -> Iterator[Results]:
    """Simulate many arms and yield them in order; the numbers do not depend on where it is done.

    Parameters
    ----------
    plans : sequence of Plan
    executor : Executor, optional
        Default: this process.
    progress : callable, optional
        Called with the share done (0-1).
    keep : Kept, optional
        Where finished arms are kept; what is there already is not simulated again.
    """
    jobs = [Job(plan_key(wish) if keep is not None else "", finish, wish, tells=True) for wish in plans]
    for wish, results in zip(plans, execute(jobs, executor, keep, progress), strict=True):
        yield results.rename(wish.arm)  # the name of an arm decides no number, and is not in the key


def replications(wish: Plan, runs: int) -> list[Plan]:
    """The same plan under `runs` independent fates, its own first."""
    if isinstance(runs, bool) or not isinstance(runs, int) or not 1 <= runs <= MOST_RUNS:
        raise SpinesimError(f"runs is {runs}; give a whole number from 1 to {MOST_RUNS:,}.")
    return [replace(wish, run=wish.run + i) for i in range(runs)]
