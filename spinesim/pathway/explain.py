"""Why this visit led to this offer, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from spinesim.pathway.choose import resolve, steps_left, why_off
from spinesim.pathway.facts import Facts
from spinesim.pathway.vocabulary import ROUNDING, plain, words

if TYPE_CHECKING:
    from spinesim.pathway.criterion import Criterion
    from spinesim.pathway.model import Pathway
    from spinesim.pathway.rule import Rule
    from spinesim.pathway.settings import Settings

_DEMANDS = {"at_least": "at least ", "at_most": "at most ", "is": ""}


def explain(pathway: Pathway, facts: Facts, fired: Mapping[str, tuple[int, float]] | None = None) -> str:
    """Name the rule that fires and, for each earlier one, the first thing that stood in its way.

    Parameters
    ----------
    pathway
        The pathway.
    facts
        What was observed at the visit.
    fired
        As for ``choose``: rule id to (times fired, week last fired).

    Returns
    -------
    str
        First line the outcome, then one line for each earlier rule.
    """
    past = fired or {}
    refusals: list[str] = []
    for rule in pathway.rules:
        reason = why_not(rule, pathway.settings, facts, past.get(rule.id))
        if reason is None:
            steps = ", ".join(words(step) for step in steps_left(rule, pathway.settings))
            urgently = " urgently" if rule.urgent else ""
            return "\n".join([f"rule '{rule.id}' fired: {rule.says} (offers{urgently}: {steps})", *refusals])
        refusals.append(f"rule '{rule.id}' {reason}")
    return "\n".join(["no rule fired: follow-up at the next review", *refusals])


def why_not(rule: Rule, settings: Settings, facts: Facts, past: tuple[int, float] | None) -> str | None:
    """Why a rule does not fire at this visit, or ``None`` if it does."""
    off = why_off(rule, settings)
    if off is not None:
        return f"is switched off: {off}"
    times, last = past or (0, 0.0)
    if times >= rule.times:
        return f"did not fire: already fired {'once' if times == 1 else f'{times} times'}"
    for criterion in rule.when:
        if (failure := _failure(criterion, settings, facts)) is not None:
            return f"did not fire: {failure}"
    gap = rule.again_after_weeks or 0.0
    if times and not facts.weeks - last + ROUNDING >= gap:
        since, needed = _apart(facts.weeks - last, gap)
        weeks = "week" if since == "1" else "weeks"
        return f"did not fire: it last fired {since} {weeks} ago, needs at least {needed}"
    return None


def _failure(criterion: Criterion, settings: Settings, facts: Facts) -> str | None:
    value, threshold = getattr(facts, criterion.fact), resolve(criterion, settings)
    assert threshold is not None
    if isinstance(threshold, str):
        if value == threshold:
            return None
        return f"{words(criterion.fact)} is {words(value)}, needs {words(threshold)}"
    if criterion.sense == "is":
        if bool(value) == threshold:
            return None
        return f"{words(criterion.fact)} is {plain(bool(value))}, needs {plain(threshold)}"
    if value >= threshold if criterion.sense == "at_least" else value <= threshold:
        return None
    seen, needed = _apart(float(value), float(threshold))
    return f"{words(criterion.fact)} is {seen}, needs {_DEMANDS[criterion.sense]}{needed}"


def _apart(seen: float, needed: float) -> tuple[str, str]:
    """Both numbers with as few decimals as still show that they differ."""
    if seen != seen:
        return "not known", plain(needed)
    text = plain(round(seen, 1))
    return (plain(seen) if text == plain(needed) else text), plain(needed)
