"""What the guideline gives and the learner never ordered: not ordering is a decision too."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from spinesim.pathway import STEPS, Pathway
from spinesim.pathway.vocabulary import DAYS_IN_WEEK
from spinesim.study.case.policy import nothing
from spinesim.study.results import Results

MOST = 6
"""Steps that are looked at; each costs a run of the twins."""
NO_CARE = ("discharge",)
"""Offered by the guideline, but the end of care and no care."""


class Missed(NamedTuple):
    """A step left out: visit and week at which the guideline first offers it to the patient.

    `offered` is of 100 twins (the patient among them).
    """

    visit: int
    week: float
    step: str
    offered: float


def missed(guideline: Results, ordered: Collection[str]) -> list[Missed]:
    """Steps that the guideline offers this patient (number 0) and nobody ordered; commonest first, `MOST`.

    Offered counts, taken up or not: a learner too can only order. Advice (explanation among it) counts, for
    the learner may order it; discharge does not, being the end of care. Visits, reviews and what a clinic
    does by itself are no steps and never appear. A step counts as left out although one of a like kind was
    ordered (physiotherapy for physiotherapy for the pattern).
    """
    first: dict[str, tuple[int, float]] = {}
    visit, began = 0, 0.0
    for _, day, event, step, _, _ in guideline.log.of(0):
        if event == "result" and step == "visit":
            visit += 1
            began = began if visit > 1 else day
        elif event == "offer" and step not in (*ordered, *NO_CARE):
            first.setdefault(step, (visit, (day - began) / DAYS_IN_WEEK))
    many = len(guideline.patients)
    found = [
        Missed(*first[step], step, 100 * offered_to(guideline, step) / many)
        for step in STEPS
        if step in first
    ]
    return sorted(found, key=lambda one: -one.offered)[:MOST]


def offered_to(results: Results, step: str) -> int:
    """How many people are offered a step at least once."""
    log = results.log
    table = log.columns()
    kinds = [
        number
        for number, (event, what) in enumerate(zip(log.words("event"), log.words("step"), strict=True))
        if event == "offer" and what == step
    ]
    return len(np.unique(table["patient"][np.isin(table["kind"], kinds)]))


def without_step(pathway: Pathway, step: str) -> Pathway:
    """The pathway with a step taken out of every offer, urgent ones among them.

    A rule that offers nothing else falls away, so that the next one that fits speaks at that visit; every
    visit of the clinic is kept.
    """
    if all(rule.offer == (step,) for rule in pathway.rules):  # a pathway has a rule
        pathway = pathway.model_copy(update={"rules": (*pathway.rules, nothing())})
    for rule in pathway.rules:
        if rule.offer == (step,):
            pathway = pathway.without(rule.id)
    rules = (
        rule.model_copy(update={"offer": tuple(one for one in rule.offer if one != step)})
        for rule in pathway.rules
    )
    return pathway.model_copy(update={"rules": tuple(rules)})
