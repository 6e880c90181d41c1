"""A fact of a run as a sentence, and a number of its unit for a list of choices."""

from __future__ import annotations

import math

from spinesim.view import words
from spinesim.view.lab.shown import Fact

MINUS = "−"


def fact(one: Fact) -> str:
    """The fact in words, with its name.

    >>> fact(Fact("pain_now", "Pain today", 3.42, 3.2, 3.6, "NRS 0-10", "level"))
    'Pain today: 3.42 points on the 0–10 scale (95 % interval 3.2 to 3.6)'
    """
    if one.kind == "difference":
        return words.sentence(one.key, one.value, one.low, one.high, one.unit, one.important, name=one.name)
    if not math.isfinite(one.value):
        return f"{one.name}: could not be measured in this run"
    form = words.unit_of(one.unit)
    said = f"{one.name}: {signed(one.value, one.unit)}{form.noun}{form.of_whom}"
    if not (math.isfinite(one.low) and math.isfinite(one.high)):
        return f"{said} (no interval in this run)"
    if one.low == one.high:
        return said
    return f"{said} (95 % interval {signed(one.low, one.unit)} to {signed(one.high, one.unit)})"


def without_name(text: str) -> str:
    """The part of a sentence behind its outcome's name."""
    return text.split(": ", 1)[1]


def signed(value: float, unit: str) -> str:
    """A number at its unit's decimals, with a proper minus."""
    form = words.unit_of(unit)
    return (MINUS if value < 0 else "") + words.number(value, form.decimals, form.before)


def amount(value: float, one: Fact) -> str:
    """A number in the unit of a fact, as a choice: '20 more per 100 people', '3 points on the 0–10 scale'."""
    form = words.unit_of(one.unit)
    tail = f"{form.noun}{form.of_whom}"
    if one.kind == "level":
        return f"{signed(value, one.unit)}{tail}"
    size = words.number(value, form.decimals, form.before)
    if value == 0:
        return f"no difference ({size}{tail})"
    way = form.up if value > 0 else form.down
    return f"{size}{form.noun} {way}{form.of_whom}"


def guessed(best: float, unit: str) -> str:
    """A guess with its unit: '12 people per 100', '−0.5 points of 10'."""
    return f"{MINUS if best < 0 else ''}{abs(best):g} {unit}"


def guessed_range(best: float, give: float, unit: str) -> str:
    """The range of a guess: '7 to 17 people per 100'."""
    low, high = (f"{MINUS if end < 0 else ''}{abs(round(end, 9)):g}" for end in (best - give, best + give))
    return f"{low} to {high} {unit}"
