"""What people bring besides their pain: work, other illness, sleep, past treatment and a goal."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from spinesim.clinical.conditions import SERIOUS, Condition
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.evidence.words import RISKS, TISSUES

__all__ = [
    "GOALS", "HERNIATIONS", "OCCUPATIONS", "RISKS", "SCALE_TOP", "SERIOUS", "TISSUES", "Flags", "Floats",
    "Ints", "Uniforms", "beta", "by_age", "classes", "concentration", "goal_levels", "goals", "past_sessions",
    "risk", "score", "shares_of", "traits",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Uniforms = Callable[[str], Floats]
"""Gives the people at hand their uniforms for the decision ``person.<name>``."""

OCCUPATIONS = ("desk", "driving", "manual", "overhead", "caring")
GOALS = ("sitting", "standing", "walking", "sleep", "work")
HERNIATIONS = ("none", "bulge", "protrusion", "extrusion", "sequestration")
SCALE_TOP = 10.0  # the numeric rating scale runs from 0 to 10
MINUTES_SAID = 5  # people name their goals in steps of five minutes
IN_MINUTES = ("sitting", "standing", "walking")


def classes(u: Floats, shares: Sequence[float]) -> Ints:
    """Index of the class in which each uniform falls."""
    edges = np.cumsum(shares)[:-1]
    return np.searchsorted(edges, u, side="right").astype(np.int64)


def beta(u: Floats, mean: Floats | float, crowding: float) -> Floats:
    """Beta quantile by mean and concentration; a mean of 0 or 1 is that value for everyone."""
    mean = np.broadcast_to(np.asarray(mean, dtype=float), u.shape)
    inside = np.clip(mean, 1e-9, 1 - 1e-9)
    if not math.isfinite(crowding):
        return mean.copy()
    drawn = special.betaincinv(inside * crowding, (1 - inside) * crowding, u)
    return np.where((mean <= 0) | (mean >= 1), mean, drawn)


def concentration(mean: float, sd: float, what: str) -> float:
    """Concentration of a Beta distribution on 0-1 with this mean and SD; infinite without spread."""
    if sd <= 0 or not 0 < mean < 1:
        return math.inf
    size = mean * (1 - mean) / sd**2 - 1
    if size <= 0:
        raise SpinesimError(f"{what} cannot have mean {mean:g} and SD {sd:g} on its scale; lower the SD.")
    return size


def score(u: Floats, mean: float, sd: float) -> Floats:
    """A pain score on 0-10 with this mean and SD (scaled Beta)."""
    share = mean / SCALE_TOP
    return SCALE_TOP * beta(u, share, concentration(share, sd / SCALE_TOP, "A pain score"))


def shares_of(evidence: Evidence, prefix: str, names: Sequence[str]) -> list[float]:
    """The parameters ``<prefix>.<name>``, which must sum to 1."""
    shares = [evidence.value(f"{prefix}.{name}") for name in names]
    total = math.fsum(shares)
    if abs(total - 1) > 1e-6:
        raise SpinesimError(f"data/parameters: {prefix}.* sum to {total:.4g}; make them sum to 1.")
    return shares


def by_age(evidence: Evidence, prefix: str, age: Floats) -> Floats:
    """Prevalence ``<prefix><years>`` at each age: linear between the ages given, flat beyond them."""
    table = evidence.values(prefix)
    ages = sorted(table, key=float)
    return np.asarray(np.interp(age, [float(a) for a in ages], [table[a] for a in ages]))


def risk(evidence: Evidence, name: str, age: Floats, female: Flags, u: Floats) -> Flags:
    """Who has one comorbidity (``person.<risk>.age<years>``; osteoporosis by sex as well)."""
    if name == "osteoporosis":
        women = by_age(evidence, "person.osteoporosis.women.age", age)
        prevalence = np.where(female, women, by_age(evidence, "person.osteoporosis.men.age", age))
    else:
        prevalence = by_age(evidence, f"person.{name}.age", age)
    return np.asarray(u < prevalence)


def past_sessions(evidence: Evidence, days_in_pain: Floats, u: Uniforms) -> Ints:
    """Exercise sessions attended before the referral; nobody whose pain is young has had any.

    Of those who had a course, some had one too short to count as a trial (1 to ``few`` sessions); the
    others had more, uniform around a mean of ``full``.
    """
    value = evidence.value
    few, full = value("person.past_course.few"), value("person.past_course.full")
    had = (u("past_course") < value("person.past_course")) & (
        days_in_pain >= value("person.past_course.after_months") * 365.25 / 12
    )
    short = u("past_course_short") < value("person.past_course.short")
    amount = u("past_course_sessions")
    wide = max(2 * (full - few) - 1, 1)
    sessions = 1 + np.where(short, np.floor(amount * few), few + np.floor(amount * wide))
    return np.where(had, sessions, 0).astype(np.int64)


def goal_shares(evidence: Evidence, what: Condition) -> list[float]:
    """How often people with this pattern name each goal: ``goal.<condition>.*`` if there is such a row,
    else ``goal.<region>.<main pain>.*``.
    """
    own = f"goal.{what.key}"
    if f"{own}.{GOALS[0]}" in evidence:
        return shares_of(evidence, own, GOALS)
    return shares_of(evidence, f"goal.{what.region}.{what.main_pain}", GOALS)


def goals(evidence: Evidence, what: Condition, occupation: Ints, age: Floats, u: Floats) -> Ints:
    """Each person's goal (index in `GOALS`): by pattern, shifted by their work, no work when retired."""
    shift = np.ones((len(OCCUPATIONS), len(GOALS)))
    for i, job in enumerate(OCCUPATIONS):
        for j, goal in enumerate(GOALS):
            key = f"goal.shift.{job}.{goal}"
            if key in evidence:
                shift[i, j] = evidence.value(key)
    weights = np.asarray(goal_shares(evidence, what)) * shift[occupation]
    weights[age >= evidence.value("person.retired_from"), GOALS.index("work")] = 0
    edges = np.cumsum(weights, axis=1)
    chosen = (u[:, None] * edges[:, -1:] >= edges[:, :-1]).sum(axis=1)
    return np.asarray(chosen, dtype=np.int64)


def goal_levels(
    evidence: Evidence, goal: Ints, u: Floats, able: Mapping[str, Floats], free: Mapping[str, float]
) -> Floats:
    """What each person wants to reach: minutes at a stretch, good nights a week, or working days a week.

    Nobody asks for what they can do already: a wish lies above present ability by ``person.goal_gain`` of
    what is lost. Work has no such measure; whoever is at work wants to stay there.

    Parameters
    ----------
    evidence : Evidence
    goal : ints
        Index in `GOALS`.
    u : floats
        Each person's uniform.
    able, free : mappings
        By goal, in its unit: what each person can do on the day they come; what they could do without pain.
    """
    level, gain = np.zeros(len(goal)), evidence.value("person.goal_gain")
    for i, name in enumerate(GOALS):
        least, most = evidence.value(f"goal.{name}.least"), evidence.value(f"goal.{name}.most")
        step = MINUTES_SAID if name in IN_MINUTES else 1
        wish = least + (most - least) * u
        if name in able:
            lost = np.maximum(free[name] - able[name], 0)
            wish = np.maximum(wish, able[name] + gain * lost)
        said = np.round(wish / step) * step
        if name in IN_MINUTES:  # not all of what a person without any disability can do
            said = np.minimum(said, free[name] - step)
        level = np.where(goal == i, said, level)
    return level


def traits(
    evidence: Evidence,
    what: Condition,
    age: Floats,
    female: Flags,
    days_in_pain: Floats,
    u: Uniforms,
    given: Mapping[str, float],
) -> dict[str, npt.NDArray[np.generic]]:
    """The columns of `Cohort` that are not about the pain itself, but for the level of the goal.

    What is in `given` holds for everyone here; each other trait is the person's own.
    """
    value = evidence.value

    def same(name: str, own: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return np.full(len(own), given[name]).astype(own.dtype) if name in given else own

    drawn = classes(u("occupation"), shares_of(evidence, "person.occupation", OCCUPATIONS))
    occupation = np.asarray(same("occupation", drawn), dtype=np.int64)
    goal = np.asarray(same("goal", goals(evidence, what, occupation, age, u("goal"))), dtype=np.int64)
    insomnia = same("insomnia", u("insomnia") < value("person.insomnia"))
    boom_bust = same("boom_bust", u("boom_bust") < value("person.boom_bust"))
    found: dict[str, npt.NDArray[np.generic]] = {
        name: same(name, risk(evidence, name, age, female, u(name))) for name in RISKS
    }
    return found | {
        "occupation": occupation,
        "sleep_rest": np.maximum(
            value("person.sleep") - np.where(insomnia, value("person.insomnia_loss"), 0.0), 0.0
        ),
        "prior_sessions": same("prior_sessions", past_sessions(evidence, days_in_pain, u)),
        "goal": goal,
        "active_days": np.where(boom_bust, value("person.boom_bust_days"), value("person.paced_days")),
    }
