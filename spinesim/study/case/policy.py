"""A choice log as a pathway: the same decisions, at the same consultations, for any number of twins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise

from spinesim.pathway import STEPS, Criterion, Facts, Pathway, Rule, Settings
from spinesim.pathway.criterion import read_criterion
from spinesim.pathway.vocabulary import DAYS_IN_WEEK, LONGEST_LINE
from spinesim.study.case.file import Choice
from spinesim.study.case.orders import holds, needs_of
from spinesim.study.told import listed, noun

Criteria = tuple[Criterion, ...]
ALARMS = ("red_flag", "serious_found", "compression_found")
NEVER = 1000  # visits; more than anybody has


def policy(
    name: str,
    choices: Sequence[Choice],
    guideline: Pathway,
    *,
    important_pain: float,
    invasive: Iterable[str],
    physiotherapy_sessions: int,
    cbt_sessions: int,
    met: Sequence[Facts] = (),
    twins: bool = True,
    rescue: bool = True,
) -> Pathway:
    """The pathway that does at the n-th visit what was chosen at the n-th visit.

    Parameters
    ----------
    choices : what was chosen, visit by visit
    guideline : its urgent rules act where a twin meets an emergency at a visit at which the patient met none
    important_pain : NRS; for pain below it (unless the patient's own was lower) nobody is injected or
        operated on, unless urgently
    invasive : steps for which that holds
    met : what was observed at the patient's own visits, in order
    twins : False for the patient alone, without any guard
    rescue : whether the guideline's urgent rules act at all

    Notes
    -----
    A step that the clinic would refuse (`orders.toml`) is left out for the twins it would refuse. Nothing of
    this touches the patient: each guard holds at their own visits, or no guard is set.
    """
    rules: list[Rule] = []
    for number, choice in enumerate(choices, 1):
        facts = met[number - 1] if number <= len(met) else None
        guards: dict[str, Criteria] = {
            step: _guards(step, choice, facts, important_pain if step in {*invasive} else 0.0)
            if twins
            else ()
            for step in choice.orders
        }
        rules += _visit_rules(number, choice, guards)
    first = [one for rule in guideline.rules if rescue for one in _emergency_rules(rule, met)]
    if not first and not rules:  # a pathway has a rule
        rules = [nothing()]
    courses = {
        "physiotherapy_sessions": physiotherapy_sessions,
        "physiotherapy_sessions_per_week": guideline.settings.physiotherapy_sessions_per_week or 1,
        "cbt_sessions": cbt_sessions,
        "cbt_sessions_per_week": guideline.settings.cbt_sessions_per_week or 1,
    }
    return Pathway(
        name=name,
        title=f"What was decided, replayed: {name}",
        region=guideline.region,
        settings=Settings.model_validate({"review_weeks": _review_weeks(choices), **courses}),
        rules=(*first, *rules),
    )


def nothing() -> Rule:
    """A rule that never speaks."""
    when = {"visits_at_least": NEVER}
    return Rule.model_validate(
        {"id": "nothing", "says": "Nothing is done", "when": when, "offer": ["education"]}
    )


def _review_weeks(choices: Sequence[Choice]) -> list[float]:
    """Every visit asked for, in weeks since the first; a new appointment replaces those still ahead."""
    weeks: list[float] = []
    now = 0.0
    for choice in choices:
        now = choice.week if choice.week is not None else now
        weeks = [week for week in weeks if round(week * DAYS_IN_WEEK) <= round(now * DAYS_IN_WEEK)]
        now += choice.again_weeks
        weeks.append(now)
    return weeks or [1.0]


def _visit_rules(number: int, choice: Choice, guards: Mapping[str, Criteria]) -> list[Rule]:
    """Rules of one visit: all that was ordered where it may be done, then ever less of the guarded steps."""
    guarded = [step for step, needs in guards.items() if needs]
    rules = []
    for left_out in (n for k in range(len(guarded) + 1) for n in combinations(guarded, k)):
        steps = [step for step in STEPS if step in choice.orders and step not in left_out]
        if not steps:
            continue
        needs = {one.key: one for step in steps for one in guards[step]}
        when = (*_at(number), *needs.values())
        rules.append(
            Rule.model_validate(
                {
                    "id": f"visit_{number}" + "".join(f"_no_{step}" for step in left_out),
                    "says": f"Visit {number}: {listed(noun(step).bare for step in steps)}"[:LONGEST_LINE],
                    "when": when,
                    "offer": steps,
                    "urgent": choice.urgent,
                }
            )
        )
    return rules


def _at(number: int) -> tuple[Criterion, Criterion]:
    return read_criterion("visits_at_least", number), read_criterion("visits_at_most", number)


def _guards(step: str, choice: Choice, facts: Facts | None, pain: float) -> Criteria:
    """What must hold of a twin for this step, as it did at the patient's visit; `pain`: NRS, 0 for any."""
    needs = needs_of(step)
    if pain and not choice.urgent:
        needs = (*needs, read_criterion("pain_at_least", pain))
    return tuple(one for one in needs if facts is None or holds([one], facts))


def _emergency_rules(rule: Rule, met: Sequence[Facts]) -> list[Rule]:
    """An urgent rule for all visits but those at which the patient met its emergency."""
    alarm = any(one.fact in ALARMS and one.value is True for one in rule.when)
    plain = all(one.setting is None for one in rule.when)
    if not (rule.urgent and alarm and plain):
        return []
    spoken = [0, *(number for number, facts in enumerate(met, 1) if holds(rule.when, facts)), NEVER]
    made = []
    for before, after in pairwise(spoken):
        if after - before < 2:
            continue
        span = {"visits_at_least": before + 1, "visits_at_most": after - 1}
        when = (*rule.when, *(read_criterion(key, number) for key, number in span.items()))
        made.append(rule.model_copy(update={"id": f"emergency_{rule.id}_from_{before + 1}", "when": when}))
    return made
