"""Right answers, computed from the learner's own run: pure functions (question, facts) -> Answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from spinesim.errors import SpinesimError
from spinesim.view import words
from spinesim.view.lab.shown import Fact
from spinesim.view.lab.spec import Question
from spinesim.view.lesson import said
from spinesim.view.lesson.reveal import fact_of

NO_DIFFERENCE = "No clear difference, or none"
CANNOT_TELL = "Cannot be told from this run"
TIE = "Too close to tell"
SMALLER = "Smaller than the minimal important change"
AT_LEAST = "At least the minimal important change"
MAY_BE = "It may or may not reach the minimal important change"


@dataclass(frozen=True, slots=True)
class Answer:
    """What may be chosen, which of it is right, and the run's own number in words.

    Attributes
    ----------
    options : tuple of str
    right : frozenset of int
        Positions in `options`; two where a number lies halfway between two choices, none where this run
        cannot answer the question.
    said : str
        A sentence.
    """

    options: tuple[str, ...]
    right: frozenset[int]
    said: str


def answer(question: Question, facts: Mapping[str, Fact]) -> Answer:
    """The answer that this run gives to a question.

    Raises
    ------
    SpinesimError
        If the run lacks a fact, or the facts cannot be compared.
    """
    if question.kind == "largest":
        return _largest([fact_of(key, facts) for key in question.facts])
    assert question.fact is not None
    fact = fact_of(question.fact, facts)
    if question.kind == "direction":
        return _direction(fact)
    if question.kind == "size":
        return _size(fact, question.choices)
    if question.kind == "important":
        return _important(fact)
    assert question.than is not None
    return _above(fact, question.than)


def is_clear(fact: Fact) -> bool:
    """Whether a difference is clear: its interval holds no 0, and it is not shown as 0."""
    decimals = words.unit_of(fact.unit).decimals
    return _known(fact) and not fact.low <= 0 <= fact.high and round(abs(fact.value), decimals) > 0


def _direction(fact: Fact) -> Answer:
    form = words.unit_of(fact.unit)
    options = (form.up.capitalize(), form.down.capitalize(), NO_DIFFERENCE)
    return _one(options, 2 if not is_clear(fact) else 0 if fact.value > 0 else 1, fact)


def _size(fact: Fact, choices: list[float]) -> Answer:
    gaps = [abs(fact.value - choice) for choice in choices]
    slack = 1e-9 * max(1.0, *(abs(choice) for choice in choices))
    nearest = frozenset(n for n, gap in enumerate(gaps) if gap <= min(gaps) + slack)
    options = tuple(said.amount(choice, fact) for choice in choices)
    return Answer(options, nearest if math.isfinite(fact.value) else frozenset(), _sentence(fact))


def _important(fact: Fact) -> Answer:
    options = (SMALLER, AT_LEAST, MAY_BE)
    if fact.important is None:
        return Answer(options, frozenset(), f"{fact.name} has no minimal important change.")
    ends = sorted((abs(fact.low), abs(fact.high)))
    least = 0.0 if fact.low <= 0 <= fact.high else ends[0]
    if not _known(fact):
        right = 2
    else:
        right = 0 if ends[1] < fact.important else 1 if least >= fact.important else 2
    return _one(options, right, fact)


def _above(fact: Fact, than: float) -> Answer:
    options = ("Yes", "No", CANNOT_TELL)
    return _one(
        options, 2 if not _known(fact) else 0 if fact.low > than else 1 if fact.high <= than else 2, fact
    )


def _largest(facts: list[Fact]) -> Answer:
    if len({fact.unit for fact in facts}) > 1:
        raise SpinesimError(
            "These numbers have different units and cannot be compared: mend the lesson's file."
        )
    told = f"{'. '.join(_sentence(fact).rstrip('.') for fact in facts)}."
    options = (*(fact.name for fact in facts), TIE)
    values = [fact.value for fact in facts]
    if not all(math.isfinite(value) for value in values):
        return Answer(options, frozenset(), told)
    # as people see them: two numbers that are shown as the same are too close to tell
    decimals = words.unit_of(facts[0].unit).decimals
    shown = [round(value, decimals) for value in values]
    top = [n for n, value in enumerate(shown) if value == max(shown)]
    return Answer(options, frozenset(top if len(top) == 1 else [len(facts)]), told)


def _known(fact: Fact) -> bool:
    return all(math.isfinite(number) for number in (fact.value, fact.low, fact.high))


def _one(options: tuple[str, ...], right: int, fact: Fact) -> Answer:
    """One right option, or none if the number itself is missing."""
    measured = math.isfinite(fact.value)
    return Answer(options, frozenset({right} if measured else ()), _sentence(fact))


def _sentence(fact: Fact) -> str:
    return f"{said.fact(fact)}."
