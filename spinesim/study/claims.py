"""The clinic's claims, each a paired experiment with an off switch: `data/claims/*.toml`.

A claim names arms (pathways with other settings, rules or numbers), an outcome, the size the evidence
leads one to expect, and how the mechanism behind it is switched off. `run_claims` runs them and says
which emerge. See `data/claims/README.md` for every key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from spinesim.clinic import ClinicSetting
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.pathway import Pathway, load_pathway
from spinesim.pathway.vocabulary import OPTIONAL
from spinesim.study.arm_changes import changed_evidence, changed_pathway
from spinesim.study.claims_clinic import changed
from spinesim.study.claims_file import BASE, STANCES, Arm, Check, Claim, Off, claims, load_claim
from spinesim.study.claims_table import COLUMNS, measurable, row
from spinesim.study.claims_text import show
from spinesim.study.executor import Executor, Kept, plan_key, running_on
from spinesim.study.results import Results
from spinesim.study.simulation import Plan, Progress, finish_all, plan

__all__ = ["COLUMNS", "Claim", "check_claim", "claims", "load_claim", "run_claim", "run_claims", "show"]


def _pathway(claim: Claim, arm: Arm, off: Off | None) -> Pathway:
    """The arm's pathway; shared settings and the off switch touch only what the pathway has."""
    made = changed_pathway(arm.pathway, arm.settings, arm.without, claim.settings)
    if off is None:
        return made
    heeded = {*made.settings.declared(), *OPTIONAL, *arm.settings}
    made = made.change(**{key: value for key, value in off.settings.items() if key in heeded})
    present = {rule.id for rule in made.rules}
    for rule in off.without:
        made = made.without(rule) if rule in present else made
    return made


def _evidence(claim: Claim, arm: Arm, off: Off | None, stance: str) -> Evidence:
    changes = {**claim.parameters, **arm.parameters, **(off.parameters if off else {})}
    return changed_evidence(arm.stance or stance, changes)


def _clinic(claim: Claim, arm: Arm, off: Off | None) -> ClinicSetting:
    changes = {**claim.clinic_changes, **arm.clinic_changes, **(off.clinic_changes if off else {})}
    return changed(arm.clinic or claim.clinic, changes)


def _plans(claim: Claim, off: Off | None, stance: str, patients: int | None) -> dict[str, Plan]:
    """One plan per arm."""
    made = {}
    for arm in claim.arm:
        made[arm.name] = plan(
            _pathway(claim, arm, off),
            arm=arm.name,
            condition=(off and off.condition) or arm.condition or claim.condition,
            patients=claim.patients if patients is None else patients,
            years=claim.years,
            seed=claim.seed,
            clinic=_clinic(claim, arm, off),
            evidence=_evidence(claim, arm, off, stance),
            person={**claim.person, **arm.person} or None,
        )
    return made


Plans = dict[str, Plan]
Work = tuple[Claim, str, Plans, Plans, Plans]
"""A claim and a stance; plans by arm with the mechanism on and off; both by key."""


def _wanted(claim: Claim, stance: str, patients: int | None) -> tuple[dict[str, Plan], dict[str, Plan]]:
    """Plans with the mechanism on and off; an unknown rule, setting or number is said with the claim's id."""
    try:
        on, off = (_plans(claim, switch, stance, patients) for switch in (None, claim.off))
        rules = {rule.id for arm in claim.arm for rule in load_pathway(arm.pathway).rules}
    except SpinesimError as wrong:
        raise SpinesimError(f"Claim {claim.id}: {wrong}") from None
    for rule in claim.off.without:
        if rule not in rules:
            raise SpinesimError(f"Claim {claim.id}: [off] takes out rule '{rule}', which no arm has.")
    needed = {name for check in claim.checks if check.gone for name in claim.names(check)}
    return on, {name: wish for name, wish in off.items() if name in needed}


def check_claim(claim: Claim) -> None:
    """Check everything the claim names, without running it.

    Raises
    ------
    SpinesimError
        One sentence: unknown pathway, rule, setting, parameter or outcome.
    """
    weeks = min(wish.weeks for wish in _wanted(claim, BASE, None)[0].values())
    for outcome in {
        *(check.outcome for check in claim.checks),
        *(arm.outcome for arm in claim.arm if arm.outcome),
    }:
        problem = measurable(outcome, weeks)
        if problem:
            raise SpinesimError(f"Claim {claim.id}: {problem}")


def _of(claim: Claim, check: Check, done: Mapping[str, Results]) -> list[tuple[Results, str]]:
    """Each arm of a check with the outcome read in it."""
    own = {arm.name: arm.outcome for arm in claim.arm}
    return [(done[name], own[name] or check.outcome) for name in claim.names(check)]


def run_claims(
    ids: Iterable[str | Path | Claim] | None = None,
    patients: int | None = None,
    stances: Sequence[str] | None = None,
    progress: Progress | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    keep: Kept | None = None,
) -> pd.DataFrame:
    """Run claims, each with its off switch, and judge them.

    Parameters
    ----------
    ids : iterable of claim ids, paths or claims, optional
        Default: every shipped claim.
    patients : int, optional
        People per arm instead of the file's own number.
    stances : sequence of "sceptical", "base", "hopeful", "article", optional
        Default: ``base``, and all four for a contested claim.
    progress : callable, optional
        Called with the share done (0-1).
    workers : int
        Processes; the numbers do not depend on it.
    executor : Executor, optional
        Where to run instead: see `spinesim.study.executor`.
    keep : Kept, optional
        Where finished runs are kept; those there already are not simulated again.

    Returns
    -------
    DataFrame
        One row per check and stance, columns `COLUMNS`.
    """
    names = claims() if ids is None else ids
    chosen = [one if isinstance(one, Claim) else load_claim(one) for one in names]
    unknown = [stance for stance in stances or () if stance not in STANCES]
    if unknown:
        raise SpinesimError(f"Unknown stance '{unknown[0]}': choose one of {', '.join(STANCES)}.")
    work = []
    for claim in chosen:
        for stance in stances or (STANCES if claim.contested else (BASE,)):
            on, off = _wanted(claim, stance, patients)
            work.append((claim, stance, on, off, {plan_key(w): w for w in [*on.values(), *off.values()]}))
    todo = [wish for *_, unique in work for wish in unique.values()]
    with running_on(executor, workers) as somewhere:
        return _judged(work, finish_all(todo, somewhere, progress, keep), patients)


def _judged(work: Sequence[Work], finished: Iterator[Results], patients: int | None) -> pd.DataFrame:
    """One row per check, from the finished runs in the order in which they were asked for."""
    rows = []
    for claim, stance, on, off, unique in work:
        done = {key: next(finished) for key in unique}
        with_it, without_it = ({name: done[plan_key(w)] for name, w in some.items()} for some in (on, off))
        for check in claim.checks:
            gone = _of(claim, check, without_it) if check.gone else None
            rows.append(
                row(claim, check, stance, _of(claim, check, with_it), gone, patients or claim.patients)
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def run_claim(name: str | Path | Claim, **wishes: Any) -> pd.DataFrame:
    """Run one claim; `wishes` as for `run_claims`."""
    return run_claims([name], **wishes)
