"""Run arms: one pathway, one clinic, one cohort, one fate."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from spinesim.clinic import Clinic, ClinicSetting, load_clinic
from spinesim.clinical import Cohort, check_patients, draw_cohort
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence, load_evidence
from spinesim.pathway import Pathway, load_pathway
from spinesim.study.results import Results, collect

MOST_RUNS = 10_000
MOST_PATIENT_YEARS = 2_000_000
MOST_YEARS = 10
WEEKS_PER_YEAR = 52

Progress = Callable[[float], None]
Eligible = Mapping[str, float]


@lru_cache(maxsize=1)
def shipped_evidence() -> Evidence:
    """The evidence that ships with spinesim, read once."""
    return load_evidence()


def conditions() -> dict[str, str]:
    """Conditions that can be simulated: key and plain name."""
    return {key: str(row["label"]) for key, row in shipped_evidence().conditions.items()}


@dataclass(frozen=True)
class Plan:
    """Everything that decides the numbers of one arm; the same plan gives the same bits."""

    arm: str
    pathway: Pathway
    clinic: ClinicSetting
    condition: str
    patients: int
    weeks: int
    seed: int
    run: int
    evidence: Evidence
    eligibility: tuple[tuple[str, float], ...] = ()


def plan(
    pathway: Pathway | str | Path,
    *,
    condition: str = "lumbar_strain",
    patients: int = 1_000,
    years: float = 2,
    seed: int = 1,
    run: int = 0,
    clinic: ClinicSetting | str | Path = "ample",
    evidence: Evidence | None = None,
    arm: str | None = None,
    eligibility: Eligible | None = None,
) -> Plan:
    """Check the wishes for one arm and write them down.

    Parameters
    ----------
    pathway : Pathway, name or path
    condition : str
        A key of ``data/conditions.toml``.
    patients : int
        1 to 100,000.
    years : float
        Follow-up from each person's referral, 1 week to 10 years.
    seed, run : int
        Chance: the same seed and run give everyone the same fate in every arm.
    clinic : ClinicSetting, name or path
    evidence : Evidence, optional
        Defaults to the shipped parameters.
    arm : str, optional
        Name in tables; defaults to the pathway's name.
    eligibility : mapping, optional
        Bounds such as ``{"age_at_most": 65, "limb_pain_at_least": 3}`` (NRS, years) at referral.

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
    patients = check_patients(patients)
    if patients * weeks / WEEKS_PER_YEAR > MOST_PATIENT_YEARS:
        raise SpinesimError(
            f"{patients:,} patients x {years} years is more than {MOST_PATIENT_YEARS:,} patient-years; "
            "ask for fewer."
        )
    known = evidence or shipped_evidence()
    if condition not in known.conditions:
        raise SpinesimError(f"Unknown condition '{condition}': choose one of {', '.join(known.conditions)}.")
    Draws(seed, run)  # refuses an impossible seed or run now rather than later
    for rule in chosen.rules:
        if rule.uptake is not None:
            known[rule.uptake]  # refuses an unknown parameter now rather than mid-run
    return Plan(
        arm=arm or chosen.name,
        pathway=chosen,
        clinic=clinic if isinstance(clinic, ClinicSetting) else load_clinic(clinic),
        condition=condition,
        patients=patients,
        weeks=weeks,
        seed=seed,
        run=run,
        evidence=known,
        eligibility=tuple(sorted((eligibility or {}).items())),
    )


@lru_cache(maxsize=2)
def _draws(seed: int, run: int) -> Draws:
    """Arms of one run share their draws, so blocks are made once."""
    return Draws(seed, run)


def eligible_cohort(wish: Plan, draws: Draws) -> Cohort:
    """The first `patients` people of the condition who are eligible."""
    if not wish.eligibility:
        return draw_cohort(wish.evidence, draws, wish.condition, wish.patients)
    size = wish.patients
    while True:
        size = min(size * 2, 100_000)
        pool = draw_cohort(wish.evidence, draws, wish.condition, size)
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
    """The same plan under `runs` independent fates."""
    if isinstance(runs, bool) or not isinstance(runs, int) or not 1 <= runs <= MOST_RUNS:
        raise SpinesimError(f"runs is {runs}; give a whole number from 1 to {MOST_RUNS:,}.")
    return [replace(wish, run=run) for run in range(runs)]
