"""A described patient: what the user says of them, checked; the rest stays each person's own fate."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from spinesim.clinical.conditions import Condition
from spinesim.clinical.mix import did_you_mean
from spinesim.clinical.people import GOALS, HERNIATIONS, OCCUPATIONS, RISKS, SCALE_TOP, SERIOUS, TISSUES
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence

CHOICES = {
    "occupation": OCCUPATIONS,
    "goal": GOALS,
    "herniation": HERNIATIONS,
    "serious": ("none", *SERIOUS),
}
FLAGS = ("female", "insomnia", *RISKS, *TISSUES)
NUMBERS = ("age", "limb_pain", "axial_pain", "months_in_pain", "prior_sessions", "fear")
KEYS = (*NUMBERS, *FLAGS, *CHOICES, "course", "signs")
PLACES = {"lumbar": "back", "cervical": "neck"}
PERCENT = 100
MOST_SESSIONS = 1_000


@dataclass(frozen=True)
class Described:
    """What holds for everyone in the cohort.

    Attributes
    ----------
    given : dict of str to float
        Columns by key; choices as their index, flags as 0 or 1, fear as a share.
    course : str
        Class of natural course, or "".
    signs : dict of str to bool
        What the examination shows.
    """

    given: dict[str, float] = field(default_factory=dict)
    course: str = ""
    signs: dict[str, bool] = field(default_factory=dict)


def describe(
    evidence: Evidence, conditions: Sequence[Condition], person: Mapping[str, object] | None
) -> Described:
    """Check a described patient against the conditions they may have.

    Parameters
    ----------
    evidence : Evidence
    conditions : sequence of Condition
    person : mapping, optional
        Keys as in `KEYS`: age (years), months_in_pain, prior_sessions (exercise sessions before the
        referral), limb_pain and axial_pain (NRS at entry), fear (0-100 at entry), female, insomnia, other
        illnesses and tissue (yes or no), occupation, goal, herniation, serious, course (a name), and
        signs (a list of their names, or name: present).

    Raises
    ------
    SpinesimError
        One sentence for anything unknown or impossible.
    """
    if person is None:
        return Described()
    if not isinstance(person, Mapping):
        raise SpinesimError(f"person is {str(person)[:40]!r}; give keys and values such as {{'age': 45}}.")
    limits = _limits(evidence)
    given: dict[str, float] = {}
    course, signs = "", {}
    for key, value in person.items():
        if key in limits:
            given[key] = _number(key, value, *limits[key])
        elif key in FLAGS:
            given[key] = float(_flag(key, value))
        elif key in CHOICES:
            given[key] = float(CHOICES[key].index(_one_of(key, value, CHOICES[key])))
        elif key == "course":
            course = _course(value, conditions)
        elif key == "signs":
            signs = _signs(evidence, conditions, value)
        else:
            raise SpinesimError(f"person: there is no '{str(key)[:40]}'; {did_you_mean(key, KEYS)}.")
    if "fear" in given:
        given["fear"] /= PERCENT
    return Described(given, course, signs)


def _limits(evidence: Evidence) -> dict[str, tuple[float, float, str]]:
    """Lowest, highest and unit of every number."""
    oldest = evidence.value("person.described_age_max")
    return {
        "age": (evidence.value("person.age_min"), oldest, "years"),
        "limb_pain": (0, SCALE_TOP, "on the numeric rating scale (NRS)"),
        "axial_pain": (0, SCALE_TOP, "on the numeric rating scale (NRS)"),
        "months_in_pain": (0, oldest * 12, "months"),
        "prior_sessions": (0, MOST_SESSIONS, "whole sessions"),
        "fear": (0, PERCENT, "on a scale of 0 to 100"),
    }


def _number(key: str, value: object, low: float, high: float, unit: str) -> float:
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    number = float(value) if real else math.nan  # type: ignore[arg-type]
    whole = key != "prior_sessions" or number == np.floor(number)
    if not (low <= number <= high and whole):
        raise SpinesimError(
            f"person: {key} is {str(value)[:20]}; give a number from {low:g} to {high:g} {unit}."
        )
    return number


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise SpinesimError(f"person: {key} is {str(value)[:20]!r}; give True or False.")
    return bool(value)


def _one_of(key: str, value: object, known: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise SpinesimError(f"person: {key} is {str(value)[:40]!r}; {did_you_mean(value, known)}.")
    return value


def _course(value: object, conditions: Sequence[Condition]) -> str:
    for what in conditions:
        if value not in what.courses:
            raise SpinesimError(
                f"person: {what.key} has no course {str(value)[:40]!r}; "
                f"choose one of {', '.join(what.courses)}."
            )
    return str(value)


def _signs(evidence: Evidence, conditions: Sequence[Condition], value: object) -> dict[str, bool]:
    """Signs by name; each must belong to a region that somebody here has their pain in."""
    pairs: list[tuple[object, object]] = []
    if isinstance(value, Mapping):
        pairs = list(value.items())
    elif isinstance(value, Iterable) and not isinstance(value, str):
        pairs = [one if isinstance(one, tuple) and len(one) == 2 else (one, True) for one in value]
    else:
        raise SpinesimError(f"person: signs is {str(value)[:40]!r}; give a list of the names of signs.")
    known = evidence.signs
    regions = {what.region for what in conditions}
    found: dict[str, bool] = {}
    for sign, present in pairs:
        if not isinstance(sign, str) or sign not in known:
            raise SpinesimError(f"person: there is no sign {str(sign)[:40]!r}; {did_you_mean(sign, known)}.")
        if known[sign].get("derived"):
            raise SpinesimError(
                f"person: the sign '{sign}' follows from age, pain or months in pain; give those instead."
            )
        region = known[sign]["region"]
        if region != "any" and region not in regions:
            own = conditions[0]
            raise SpinesimError(
                f"person: the sign '{sign}' belongs to the {PLACES.get(region, region)}, but {own.key} is "
                f"{own.region}; leave it out or choose a {region} condition."
            )
        found[sign] = _flag(f"signs.{sign}", present)
    return found
