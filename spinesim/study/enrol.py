"""Who is let into an arm: the first people, in the order of their numbers, who meet the criteria."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spinesim.clinic import Clinic
from spinesim.clinical import Body, Cohort, draw_cohort
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws

if TYPE_CHECKING:
    from spinesim.study.simulation import Plan

MOST_ASKED = 100_000
FEWEST_AT_ONCE = 500
TELLING = 10_000  # people asked before an early "too few" is trusted
STATES = ("age", "pain", "limb_pain", "axial_pain", "disability")
SIDES = ("least", "most")
FEMALE = "female"
ELIGIBILITY = "[eligibility]"  # how every complaint about who is let in begins

State = dict[str, npt.NDArray[np.float64]]


def check_criterion(key: str) -> tuple[str, str]:
    """The state and the side (``least``, ``most`` or "") of a criterion; an unknown one is refused."""
    name, _, side = key.rpartition("_at_")
    if key == FEMALE:
        return FEMALE, ""
    if name not in STATES or side not in SIDES:
        raise SpinesimError(
            f"{ELIGIBILITY} key '{key}' is unknown; use {', '.join(STATES[:-1])} or {STATES[-1]} with "
            "_at_least or _at_most, or female."
        )
    return name, side


def eligible_cohort(wish: Plan, draws: Draws) -> Cohort:
    """The first `patients` people of the condition who are eligible."""
    person = dict(wish.person) or None
    if not wish.eligibility:
        return draw_cohort(wish.evidence, draws, wish.mix, wish.patients, person=person)
    rows = np.asarray(_enrolled(_criteria(wish)))
    pool = draw_cohort(wish.evidence, draws, wish.mix, int(rows[-1]) + 1, person=person)
    return pool.take(rows)


def _criteria(wish: Plan) -> Plan:
    """A plan that says who is enrolled and nothing else, so that the arms of a trial share the answer."""
    if wish.before is None:  # judged at referral: no clinic yet
        return replace(wish, arm="", weeks=0)
    return replace(wish.before, arm="", patients=wish.patients, eligibility=wish.eligibility)


@lru_cache(maxsize=16)
def _enrolled(wish: Plan) -> tuple[int, ...]:
    """Numbers of the first `patients` people who meet the criteria, asking more people as needed."""
    asks = {name for name, _ in (check_criterion(key) for key, _ in wish.eligibility)}
    draws, first = Draws(wish.seed, wish.run), 0
    found: list[int] = []
    while len(found) < wish.patients and first < MOST_ASKED:
        share = (len(found) + 1) / (first + 1)
        guess = round((wish.patients - len(found)) / share) + FEWEST_AT_ONCE if first else wish.patients * 2
        size = min(max(guess, FEWEST_AT_ONCE), MOST_ASKED - first, max(wish.patients * 4, FEWEST_AT_ONCE))
        people = draw_cohort(
            wish.evidence, draws, wish.mix, size, first=first, person=dict(wish.person) or None
        )
        state = _state(wish, people, draws, asks)
        fits = np.ones(size, dtype=bool)
        for key, bound in wish.eligibility:
            name, side = check_criterion(key)
            here = state[name]
            fits &= here >= bound if side == "least" else here <= bound if side == "most" else here == bound
        found += people.ids[fits].tolist()
        first += size
        if first >= TELLING and 2 * len(found) * MOST_ASKED < wish.patients * first:
            break  # half as many as needed could not be found among all that may be asked
    if len(found) < wish.patients:
        raise SpinesimError(
            f"{ELIGIBILITY} lets only {len(found):,} of {first:,} people in; "
            "widen it or ask for fewer patients."
        )
    return tuple(found[: wish.patients])


def _state(wish: Plan, people: Cohort, draws: Draws, asks: set[str]) -> State:
    """How people are when they are judged: at referral, or after some weeks under the plan's pathway."""
    who = {"age": people.age, FEMALE: people.female.astype(float)}
    if wish.weeks:
        clinic = Clinic(wish.pathway, wish.clinic, people, wish.evidence, draws, wish.weeks)
        _run(clinic.run())
        return who | {name: clinic.body.record[name][-1].astype(float) for name in STATES[1:]}
    limb, axial = people.limb_start, people.axial_start
    state = who | {"limb_pain": limb, "axial_pain": axial, "pain": np.maximum(limb, axial)}
    if "disability" in asks:
        entry = np.zeros(len(people), dtype=np.int64)
        state["disability"] = (
            Body(wish.evidence, people, draws, entry, 0).record["disability"][0].astype(float)
        )
    return state


def _run(work: Generator[float]) -> None:
    for _ in work:
        pass
