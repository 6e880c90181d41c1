"""The default run of a lesson, once a session, and "about": a size that the lesson's text claims."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from spinesim.study import Study
from spinesim.study.simulation import finish
from spinesim.view.lab.changes import plans_at
from spinesim.view.lab.facts import facts_of
from spinesim.view.lab.shown import Fact
from spinesim.view.lab.spec import load_lesson, start_of

ERRORS = 4
"""Standard errors that a claimed size may be off."""
WIDTH = 3.92
"""Width of a 95 % interval in standard errors."""


@cache
def _facts(number: str, changes: tuple[tuple[str, Any], ...]) -> Mapping[str, Fact]:
    lesson = load_lesson(number)
    plans = plans_at(lesson, {**start_of(lesson), **dict(changes)})
    return facts_of(Study({one.arm: [finish(one)] for one in plans}), lesson)


def facts(number: str, **changes: Any) -> Mapping[str, Fact]:
    """Facts of a lesson's run at its start settings, some of them changed."""
    return _facts(number, tuple(sorted(changes.items())))


def is_about(fact: Fact, claimed: float, rounding: float) -> bool:
    """Whether a claimed size, rounded as in the text, is within 4 standard errors of the run's."""
    return abs(fact.value - claimed) <= rounding / 2 + ERRORS * (fact.high - fact.low) / WIDTH
