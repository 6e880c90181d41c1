"""Which rule fires: compiled once, then fast and pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from spinesim.pathway.facts import Facts, Offer
from spinesim.pathway.vocabulary import COURSES, NEVER, ROUNDING

if TYPE_CHECKING:
    from spinesim.pathway.criterion import Criterion
    from spinesim.pathway.model import Pathway
    from spinesim.pathway.rule import Rule
    from spinesim.pathway.settings import Settings

AT_LEAST: Final = 1
AT_MOST: Final = -1
IS: Final = 0
_SENSES: Final = {"at_least": AT_LEAST, "at_most": AT_MOST, "is": IS}

Test = tuple[str, int, float | str]
"""Attribute of ``Facts``, sense (1 at least, -1 at most, 0 equal), threshold or text."""


class CompiledRule(NamedTuple):
    """A rule as plain data, ready for any engine: no closures, only names and numbers."""

    rule: str
    tests: tuple[Test, ...]
    times: int
    again_after_weeks: float
    offer: Offer


def resolve(criterion: Criterion, settings: Settings) -> float | bool | str | None:
    """The threshold of a criterion with settings filled in; for a text, the text it asks for.

    Returns
    -------
    float, bool, str or None
        ``None`` when the setting is "never" (the rule is switched off).
    """
    if criterion.setting is None:
        return criterion.value
    value = getattr(settings, criterion.setting)
    return None if value == NEVER else float(value)


def why_off(rule: Rule, settings: Settings) -> str | None:
    """Why a rule is switched off by the settings, in words, or ``None`` if it is on."""
    for criterion in rule.when:
        if resolve(criterion, settings) is None:
            return f"{criterion.setting} is never"
    if steps_left(rule, settings) == ():
        none = [name for name in _no_sessions(settings) if any(step in rule.offer for step in COURSES[name])]
        return f"{' and '.join(none)} {'is' if len(none) == 1 else 'are'} 0, so it has nothing to offer"
    return None


def _no_sessions(settings: Settings) -> list[str]:
    """The settings that take a kind of course out of the pathway."""
    return [name for name in COURSES if getattr(settings, name) == 0]


def steps_left(rule: Rule, settings: Settings) -> tuple[str, ...]:
    """The rule's steps, without the courses of which the pathway sets 0 sessions."""
    out = {step for name in _no_sessions(settings) for step in COURSES[name]}
    return tuple(step for step in rule.offer if step not in out) if out else rule.offer


def compile_rule(rule: Rule, settings: Settings) -> CompiledRule | None:
    """The rule as plain data, or ``None`` if the settings switch it off."""
    if why_off(rule, settings) is not None:
        return None
    tests: list[Test] = []
    for criterion in rule.when:
        threshold = resolve(criterion, settings)
        assert threshold is not None
        tests.append((criterion.fact, _SENSES[criterion.sense], threshold))
    offer = Offer(rule.id, steps_left(rule, settings), rule.urgent, rule.uptake, rule.says)
    return CompiledRule(rule.id, tuple(tests), rule.times, rule.again_after_weeks or 0.0, offer)


def choose(pathway: Pathway, facts: Facts, fired: Mapping[str, tuple[int, float]]) -> Offer | None:
    """The offer made at this visit: that of the first rule whose criteria hold and which may still fire.

    Parameters
    ----------
    pathway
        A ``Pathway``.
    facts
        What was observed at the visit.
    fired
        For each rule that has fired for this patient: how often, and the week (since the first visit)
        it last did.

    Returns
    -------
    Offer or None
        ``None`` when no rule fires: follow-up at the next review.
    """
    for rule, tests, times, gap, offer in pathway.compiled:
        for name, sense, threshold in tests:
            value = getattr(facts, name)
            if sense > 0:
                if value >= threshold:
                    continue
            elif sense < 0:
                if value <= threshold:
                    continue
            elif value == threshold:
                continue
            break
        else:
            past = fired.get(rule)
            if past is None or not past[0]:
                return offer
            if past[0] < times and facts.weeks - past[1] + ROUNDING >= gap:
                return offer
    return None
