"""A described patient: what the user says of them, checked; the rest stays each person's own fate."""

from __future__ import annotations

import difflib
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
FLAGS = ("female", "insomnia", "boom_bust", *RISKS, *TISSUES)
NUMBERS = ("age", "limb_pain", "axial_pain", "months_in_pain", "prior_sessions", "fear", "serious_day")
KEYS = (*NUMBERS, *FLAGS, *CHOICES, "course", "signs")
SEX = ("sex", "gender", "woman", "man", "male")
PLACES = {"lumbar": "back", "cervical": "neck"}
PERCENT = 100
MOST_SESSIONS = 1_000
WHOLE = ("prior_sessions", "serious_day")
MONTHS = 12


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
        referral), limb_pain and axial_pain (NRS at entry), fear (0-100 at entry), serious_day (day after the
        referral on which a described serious disease begins), female, insomnia, other
        illnesses, boom_bust (crams the week's work into a day or two) and tissue (yes or no), occupation,
        goal, herniation, serious, course (a name), and
        signs (a list of their names, or name: present). A herniation or serious disease is that of
        whoever's pattern can have it; one of the conditions must.

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
            chosen = _one_of(key, value, CHOICES[key])
            _fits_somebody(key, chosen, conditions)
            given[key] = float(CHOICES[key].index(chosen))
        elif key == "course":
            course = _course(value, conditions)
        elif key == "signs":
            signs = _signs(evidence, conditions, value)
        elif key in SEX:
            raise SpinesimError(
                f"person: there is no '{key}'; write female=True for a woman or female=False for a man."
            )
        else:
            raise SpinesimError(f"person: there is no '{str(key)[:40]}'; {did_you_mean(key, KEYS)}.")
    _can_be(evidence, conditions, given)
    if "fear" in given:
        given["fear"] /= PERCENT
    return Described(given, course, signs)


def _fits_somebody(key: str, chosen: str, conditions: Sequence[Condition]) -> None:
    """Refuse a herniation or serious disease that no pattern here can have."""
    names = " or ".join(what.key for what in conditions[:3]) if len(conditions) <= 3 else "any condition here"
    if key == "herniation" and chosen != "none" and not any(what.herniation for what in conditions):
        raise SpinesimError(
            f"person: herniation is '{chosen}', but no herniation belongs to {names}; leave it out or choose "
            "disc_herniation."
        )
    if key == "serious" and chosen != "none" and not any(c.get(f"serious.{chosen}") for c in conditions):
        known = [kind for kind in SERIOUS if any(what.get(f"serious.{kind}") for what in conditions)]
        remedy = f"choose one of {', '.join(known)}, or another condition" if known else "leave it out"
        raise SpinesimError(f"person: serious is '{chosen}', which {names} cannot have; {remedy}.")


def _can_be(evidence: Evidence, conditions: Sequence[Condition], given: Mapping[str, float]) -> None:
    """Refuse what is possible one by one, but not together."""
    if given.get("limb_pain") == 0 and given.get("axial_pain") == 0:
        raise SpinesimError("person: limb_pain and axial_pain are both 0; give pain above 0 in one of them.")
    if "serious_day" in given and not given.get("serious"):
        raise SpinesimError("person: serious_day is given, but no serious disease; give serious as well.")
    if "months_in_pain" in given:
        _can_last(evidence, conditions, given["months_in_pain"], given.get("age"))
    retired = evidence.value("person.retired_from")
    if given.get("goal") == GOALS.index("work") and given.get("age", 0) >= retired:
        raise SpinesimError(
            f"person: goal is 'work' at the age of {given['age']:g}, but people count as retired from "
            f"{retired:g} (person.retired_from); choose another goal or a lower age."
        )


def _can_last(evidence: Evidence, conditions: Sequence[Condition], months: float, age: float | None) -> None:
    """Refuse pain that lasts longer than a life, or that none of these patterns is about."""
    youngest = evidence.value("person.age_min")
    if age is not None and months > age * MONTHS:
        raise SpinesimError(
            f"person: months_in_pain is {months:g}, longer than a life of {age:g} years; "
            f"give {age * MONTHS:g} at most."
        )
    if age is None and months > youngest * MONTHS:
        raise SpinesimError(
            f"person: months_in_pain is {months:g}, longer than the life of some here; give age as well."
        )
    for what in conditions:
        least, most = what.months
        if not least <= months <= most:
            span = f"{least:g} months or more" if math.isinf(most) else f"{least:g} to {most:g} months"
            raise SpinesimError(
                f"person: months_in_pain is {months:g}, but people come with {what.key} after {span} of "
                "pain; mend it or choose another condition."
            )


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
        "serious_day": (0, max(evidence.value(f"serious.{kind}.onset_days") for kind in SERIOUS), "days"),
    }


def _number(key: str, value: object, low: float, high: float, unit: str) -> float:
    if isinstance(value, str) and _reads_as_number(value):
        raise SpinesimError(f"person: {key} is '{value[:20]}', a text; write {value[:20]} without quotes.")
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    number = float(value) if real else math.nan  # type: ignore[arg-type]
    whole = key not in WHOLE or number == np.floor(number)
    if not (low <= number <= high and whole):
        raise SpinesimError(
            f"person: {key} is {str(value)[:20]}; give a number from {low:g} to {high:g} {unit}."
        )
    return number


def _reads_as_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


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
            raise SpinesimError(f"person: there is no sign {str(sign)[:40]!r}; {_near_sign(sign, known)}.")
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


def _near_sign(sign: object, known: Mapping[str, Mapping[str, object]]) -> str:
    """The remedy for an unknown sign: the nearest by name, by words of its label or by initials."""
    asked = str(sign).strip().lower().replace("_", " ")
    names: dict[str, str] = {}
    for key, row in known.items():
        words, said = key.split("_"), str(row.get("label", "")).lower()
        for name in (" ".join(words), said, "".join(word[0] for word in words), *words, *said.split()):
            names.setdefault(name, key)
    close = difflib.get_close_matches(asked, names, n=2, cutoff=0.6)
    if not close:
        return "data/signs.toml lists them"
    return "did you mean " + " or ".join(f"'{key}'" for key in dict.fromkeys(names[one] for one in close))
