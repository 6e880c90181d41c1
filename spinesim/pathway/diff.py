"""What differs between two pathways, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spinesim.pathway.vocabulary import DIALS, SETTINGS, TEXTS, plain, words

if TYPE_CHECKING:
    from spinesim.pathway.criterion import Criterion
    from spinesim.pathway.model import Pathway
    from spinesim.pathway.rule import Rule


def diff(a: Pathway, b: Pathway) -> list[str]:
    """One sentence for each difference in what two pathways do; names and wording are not compared.

    Parameters
    ----------
    a, b
        The pathways.

    Returns
    -------
    list of str
        Such as ``"imaging after weeks: 6 → 1"``; empty when both do the same.
    """
    in_a, in_b = (a.name, b.name) if a.name != b.name else ("the first", "the second")
    found: list[str] = []
    if a.region != b.region:
        found.append(f"region: {a.region or 'both'} → {b.region or 'both'}")
    for name in SETTINGS:
        before, after = (_setting(pathway, name) for pathway in (a, b))
        if before == after:
            continue
        if before is None or after is None:
            where, value = (in_a, before) if after is None else (in_b, after)
            found.append(f"{words(name)} only in {where}: {plain(value)}")
        else:
            found.append(f"{words(name)}: {plain(before)} → {plain(after)}")
    rules_a, rules_b = ({rule.id: rule for rule in pathway.rules} for pathway in (a, b))
    for only, others, where in ((rules_a, rules_b, in_a), (rules_b, rules_a, in_b)):
        found += [
            f"rule '{name}' only in {where}: {rule.says}" for name, rule in only.items() if name not in others
        ]
    for name in rules_a:
        if name in rules_b:
            found += [f"rule '{name}': {change}" for change in _rule(rules_a[name], rules_b[name])]
    order_a, order_b = ([n for n in x if n in y] for x, y in ((rules_a, rules_b), (rules_b, rules_a)))
    if order_a != order_b:
        found.append(f"rules are tried in another order: {', '.join(order_a)} → {', '.join(order_b)}")
    if a.kept_visits != b.kept_visits and a.visit_weeks != b.visit_weeks:
        found.append(
            f"visits kept at weeks: {plain(a.kept_visits) or 'none'} → {plain(b.kept_visits) or 'none'}"
        )
    return found


def _setting(pathway: Pathway, name: str) -> object:
    """A setting, or what it counts as where it is optional and not declared."""
    value = getattr(pathway.settings, name)
    return DIALS[name].default if value is None and name in DIALS else value


def _rule(a: Rule, b: Rule) -> list[str]:
    found: list[str] = []
    when_a, when_b = ({criterion.key: criterion for criterion in rule.when} for rule in (a, b))
    for key in dict.fromkeys((*when_a, *when_b)):
        before, after = when_a.get(key), when_b.get(key)
        if before == after:
            continue
        if after is None and before is not None:
            found.append(f"no longer needs {words(key)} {_value(before)}")
        elif before is None and after is not None:
            found.append(f"also needs {words(key)} {_value(after)}")
        elif before is not None and after is not None:
            found.append(f"{words(key)} {_value(before)} → {_value(after)}")
    for name in ("offer", "times", "again_after_weeks", "uptake", "urgent"):
        old, new = getattr(a, name), getattr(b, name)
        if old != new:
            found.append(f"{words(name)}: {_or_unset(name, old)} → {_or_unset(name, new)}")
    return found


def _or_unset(name: str, value: object) -> str:
    if value is None:
        return "the step's own" if name == "uptake" else "no limit"
    return plain(value)


def _value(criterion: Criterion) -> str:
    return words(str(criterion.value)) if criterion.fact in TEXTS else plain(criterion.value)
