"""Rules that can never fire: contradictions, and rules that something earlier always forestalls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from spinesim.pathway.choose import resolve, why_off
from spinesim.pathway.vocabulary import (
    BOOLEANS,
    COUNTED_BY,
    COUNTED_IN_SESSIONS,
    COURSES,
    DIALS,
    NUMBERS,
    OPTIONAL,
    RELIEF_AFTER,
    TEXTS,
    plain,
    words,
)

if TYPE_CHECKING:
    from spinesim.pathway.model import Pathway
    from spinesim.pathway.rule import Rule
    from spinesim.pathway.settings import Settings


class Span(NamedTuple):
    """The values of a fact that a rule accepts, ends included (yes = 1, no = 0)."""

    low: float
    high: float


def lint(pathway: Pathway) -> list[str]:
    """Everything in a pathway that cannot work, one sentence each, the most telling first.

    Called by ``load_pathway``, which refuses a file with the first sentence. ``change`` and ``without``
    do not call it: a rule that a what-if leaves idle is no mistake. For the same reason rules that the
    settings switch off are judged by their other criteria, and a window that only a setting closes is
    accepted as long as some allowed value of the setting opens it.

    Parameters
    ----------
    pathway
        The pathway.

    Returns
    -------
    list of str
        Empty when nothing is wrong.
    """
    found: list[str] = []
    for number, rule in enumerate(pathway.rules, start=1):
        reason = contradiction(rule)
        if reason is not None:
            found.append(f"rule '{rule.id}' (number {number}): {reason}")
    if found:
        return found
    for number, rule in enumerate(pathway.rules, start=1):
        reason = _forestalled(rule, pathway.rules[: number - 1], pathway.settings)
        if reason is not None:
            found.append(f"rule '{rule.id}' (number {number}): unreachable: {reason}")
    return found + _out_of_reach(pathway) + _idle_settings(pathway)


def contradiction(rule: Rule) -> str | None:
    """Why a rule can hold for no patient whatever the settings, or ``None``."""
    return _closed(rule, {fact: _widest(rule, fact) for fact in (*NUMBERS, *BOOLEANS)})


def cannot_hold(rule: Rule, settings: Settings) -> str | None:
    """Why a rule can hold for no patient under these settings, or ``None``."""
    return _closed(rule, spans(rule, settings))


def spans(rule: Rule, settings: Settings) -> dict[str, Span]:
    """For each number and yes/no fact, the values a rule accepts ("never" counts as week 0)."""
    accepted = {fact: _whole_span(fact) for fact in (*NUMBERS, *BOOLEANS)}
    for criterion in rule.when:
        if criterion.fact in TEXTS:
            continue
        threshold = resolve(criterion, settings)
        value = 0.0 if threshold is None else float(threshold)
        old = accepted[criterion.fact]
        low = value if criterion.sense in ("at_least", "is") else old.low
        high = value if criterion.sense in ("at_most", "is") else old.high
        accepted[criterion.fact] = Span(low, high)
    return accepted


def texts(rule: Rule) -> set[tuple[str, str]]:
    """The texts a rule asks for, each with its fact."""
    return {(item.fact, str(item.value)) for item in rule.when if item.fact in TEXTS}


def _whole_span(fact: str) -> Span:
    return Span(NUMBERS[fact].low, NUMBERS[fact].high) if fact in NUMBERS else Span(0, 1)


def _widest(rule: Rule, fact: str) -> Span:
    """The values a rule could accept for a fact if its settings were moved to suit it."""
    span = _whole_span(fact)
    for criterion in rule.when:
        if criterion.fact != fact:
            continue
        value = criterion.value
        if isinstance(value, str):
            dial = DIALS[value.removeprefix("$")]
            value = dial.low if criterion.sense == "at_least" else dial.high
        low = float(value) if criterion.sense in ("at_least", "is") else span.low
        high = float(value) if criterion.sense in ("at_most", "is") else span.high
        span = Span(low, high)
    return span


def _closed(rule: Rule, accepted: dict[str, Span]) -> str | None:
    """The first reason why no patient can be inside the accepted spans."""
    for fact, span in accepted.items():
        if span.low > span.high:
            return (
                f"when.{fact}_at_least = {plain(span.low)} contradicts when.{fact}_at_most = "
                f"{plain(span.high)}: no patient can meet both; lower the first or raise the second"
            )
    for part in ("limb_pain", "axial_pain"):
        if accepted[part].low > accepted["pain"].high:
            return (
                f"when.{part}_at_least = {plain(accepted[part].low)} contradicts when.pain_at_most = "
                f"{plain(accepted['pain'].high)}: pain is the worse of limb and axial pain"
            )
    if accepted["pain"].low > max(accepted["limb_pain"].high, accepted["axial_pain"].high):
        return (
            f"when.pain_at_least = {plain(accepted['pain'].low)} contradicts when.limb_pain_at_most and "
            "when.axial_pain_at_most: pain is the worse of limb and axial pain"
        )
    if accepted["concordant"].low > accepted["finding"].high:
        return "when.concordant = true contradicts when.finding = false: only a finding can be concordant"
    if accepted["compression_found"].low > accepted["serious_found"].high:
        return (
            "when.compression_found = true contradicts when.serious_found = false: urgent pressure is "
            "serious disease too"
        )
    for relief, count in RELIEF_AFTER.items():
        if accepted[relief].low > 0 and accepted[count].high < 1:
            first = words(count).removesuffix("s")
            return (
                f"when.{relief}_at_least = {plain(accepted[relief].low)} contradicts when.{count}_at_most = "
                f"{plain(accepted[count].high)}: relief is 0 before the first {first}"
            )
    return None


def _forestalled(rule: Rule, earlier: Sequence[Rule], settings: Settings) -> str | None:
    """Which earlier rule always fires in place of this one, or ``None``.

    Every rule fires a limited number of times, so an earlier rule that accepts all this one accepts still
    lets it through later. It does not when this rule can hold only at the very week at which the earlier
    one opens (at the first visit, say), or when the earlier one discharges.
    """
    if why_off(rule, settings) is not None or cannot_hold(rule, settings) is not None:
        return None
    mine = spans(rule, settings)
    for other in earlier:
        if why_off(other, settings) is not None:
            continue
        theirs = spans(other, settings)
        if not texts(other) <= texts(rule) or not all(
            theirs[fact].low <= mine[fact].low and mine[fact].high <= theirs[fact].high for fact in mine
        ):
            continue
        if "discharge" in other.offer and other.uptake is None:
            return (
                f"the earlier rule '{other.id}' holds whenever this one does and discharges; move this one up"
            )
        if mine["weeks"].high <= theirs["weeks"].low:
            return (
                f"the earlier rule '{other.id}' holds whenever this one does, and week "
                f"{plain(mine['weeks'].high)} is the only visit for both; move this one up or widen its weeks"
            )
    return None


def _out_of_reach(pathway: Pathway) -> list[str]:
    """Rules that wait for something which no rule that can come before them offers."""
    needs = {rule.id: _needs(rule, pathway.settings) for rule in pathway.rules}
    reached: set[str] = set()
    while True:
        most = _most(pathway, reached)
        more = {
            name
            for name, wanted in needs.items()
            if all(most[fact] >= least for fact, least in wanted.items())
        }
        if more == reached:
            break
        reached = more
    found = []
    for number, rule in enumerate(pathway.rules, start=1):
        if rule.id in reached:
            continue
        fact, least = next((fact, least) for fact, least in needs[rule.id].items() if most[fact] < least)
        key, step = _key(rule, fact), " or ".join(words(step) for step in COUNTED_BY[fact])
        short = f"only {plain(float(most[fact]))}" if most[fact] else "none"
        found.append(
            f"rule '{rule.id}' (number {number}): unreachable: {key} asks for at least {plain(float(least))} "
            f"({NUMBERS[fact].unit}), but rules that can fire before it give {short}; "
            f"add a rule that offers {step} or remove {key}"
        )
    return found


def _needs(rule: Rule, settings: Settings) -> dict[str, float]:
    accepted = spans(rule, settings)
    needs = {fact: accepted[fact].low for fact in COUNTED_BY if accepted[fact].low > 0}
    for relief, count in RELIEF_AFTER.items():
        if accepted[relief].low > 0:
            needs.setdefault(count, 1.0)
    return needs


def _most(pathway: Pathway, reached: set[str]) -> dict[str, float]:
    """How high each count can get when only the rules reached so far fire."""
    most = dict.fromkeys(COUNTED_BY, 0.0)
    for rule in pathway.rules:
        if rule.id in reached:
            for fact, steps in COUNTED_BY.items():
                if offered := sum(step in rule.offer for step in steps):
                    # A course may be set to any length by a setting, so it is not counted in sessions.
                    most[fact] += math.inf if fact in COUNTED_IN_SESSIONS else rule.times * offered
    return most


def _key(rule: Rule, fact: str) -> str:
    keys = {criterion.key for criterion in rule.when}
    asked = [fact, *(relief for relief, count in RELIEF_AFTER.items() if count == fact)]
    return next(f"when.{name}_at_least" for name in asked if f"{name}_at_least" in keys)


def _idle_settings(pathway: Pathway) -> list[str]:
    """Settings that no rule heeds: changing them would do nothing."""
    used = {criterion.setting for rule in pathway.rules for criterion in rule.when} | {*OPTIONAL}
    for sessions, steps in COURSES.items():
        if any(step in rule.offer for rule in pathway.rules for step in steps):
            used |= {sessions, f"{sessions}_per_week"}
    return [
        f'[settings]: no rule uses {name}, so it would change nothing; write "${name}" in a rule or remove it'
        for name in pathway.settings.declared()
        if name in DIALS and name not in used
    ]
