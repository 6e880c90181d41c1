"""What a real clinic refuses, or does with a word of warning (`data/case_room/orders.toml`)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pydantic import field_validator

from spinesim.evidence import load_model
from spinesim.pathway import Criterion, Facts
from spinesim.pathway.criterion import read_criterion
from spinesim.pathway.vocabulary import Step
from spinesim.study.case.file import Choice, Strict, Text
from spinesim.study.case.questions import room_file
from spinesim.study.told import noun

Needs = tuple[Criterion, ...]


def _criteria(value: Any) -> Any:
    """A table of criteria as pathways write it."""
    if not isinstance(value, dict):
        return value
    return tuple(read_criterion(key, one) for key, one in value.items())


class Order(Strict):
    """What some steps need; without it they are refused, or done with a warning."""

    steps: list[Step]
    needs: Needs
    says: Text
    warns: bool = False
    reference: list[Text] = []

    _read = field_validator("needs", mode="before")(_criteria)


def _each(value: Any) -> Any:
    """A list of such tables."""
    return [_criteria(one) for one in value] if isinstance(value, list) else value


class Emergency(Strict):
    """Steps that are done urgently, asked for so or not, where any of `where` is known."""

    steps: list[Step]
    where: list[Needs]
    says: Text

    _read = field_validator("where", mode="before")(_each)


class OrderFile(Strict):
    """All rules of the clinic, what gives a right to urgent care (any of them), and what is an emergency."""

    urgent: list[Needs]
    urgent_says: Text
    order: list[Order]
    emergency: list[Emergency] = []

    _read = field_validator("urgent", mode="before")(_each)


@lru_cache(maxsize=1)
def order_file() -> OrderFile:
    """The rules, read once."""
    return load_model(room_file("orders"), OrderFile, "orders")


def holds(needs: Iterable[Criterion], facts: Facts) -> bool:
    """Whether all criteria hold."""
    for one in needs:
        value = getattr(facts, one.fact)
        fits = {"at_least": lambda v, t: v >= t, "at_most": lambda v, t: v <= t, "is": lambda v, t: v == t}
        if not fits[one.sense](value, one.value):
            return False
    return True


def refusals(
    choice: Choice, facts: Facts, known: Facts, region: str, regions: dict[str, str | None]
) -> list[str]:
    """Why the clinic will not do what is ordered; one sentence each, none if it will.

    Parameters
    ----------
    facts : what is so; the clinic's own checklists find out
    known : what has been asked for; only that gives a right to urgent care
    region : where the person hurts
    regions : region of each step, None for any
    """
    said = []
    for step in choice.orders:
        if regions[step] not in (None, region):
            place = {"lumbar": "back", "cervical": "neck"}[region]
            said.append(f"{noun(step).bare.capitalize()} is not done where this person hurts (the {place}).")
    open_ = {*choice.orders}
    for rule in order_file().order:
        mine = {*rule.steps} & open_
        if not rule.warns and mine and not holds(rule.needs, facts):
            said.append(rule.says)
            open_ -= mine  # one sentence a step is enough
    if choice.urgent and not any(holds(needs, known) for needs in order_file().urgent):
        said.append(order_file().urgent_says)
    return said


def emergencies(choice: Choice, known: Facts) -> list[str]:
    """Why it becomes urgent by itself: one sentence each, none if it does not, or is urgent already."""
    return [
        rule.says
        for rule in order_file().emergency
        if not choice.urgent
        and {*rule.steps} & {*choice.orders}
        and any(holds(needs, known) for needs in rule.where)
    ]


def warnings(choice: Choice, known: Facts) -> list[str]:
    """What will be done, although what is known speaks against it."""
    return [
        rule.says
        for rule in order_file().order
        if rule.warns and {*rule.steps} & {*choice.orders} and not holds(rule.needs, known)
    ]


def needs_of(step: str) -> Needs:
    """Everything that keeps a clinic from doing a step, as criteria that must hold."""
    return tuple(
        one for rule in order_file().order if step in rule.steps and not rule.warns for one in rule.needs
    )
