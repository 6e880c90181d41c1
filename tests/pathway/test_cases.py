"""Every rule of the newer pathways: cases written by hand in ``cases/``, at, below and above each threshold.

How to read a file of cases, named as its pathway:

- ``include``: files of shared cases (their names begin with ``_``). A case in the file itself replaces a
  shared one of the same rule; a shared case of a rule that the pathway does not have is left out.
- ``base``: what is observed in all cases of the file unless a case says otherwise.
- one table a rule: ``facts`` that make it fire; ``spent``, rules that had fired before, as often as they may;
  the ``offer`` expected, and ``urgent``, ``times`` and ``gap`` (weeks) where they are not false, 1 and none;
- then, by fact, two lists: values with which the rule still fires, and values with which it does not.
- ``[[walk]]`` (a few files): one patient, visit by visit, and the rule that fires at each.

The oldest five pathways have their table in ``test_choose.py``.
"""

from __future__ import annotations

import tomllib
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from spinesim.pathway import Criterion, Facts, Pathway, Rule, available, choose, load_pathway
from spinesim.pathway.choose import resolve
from spinesim.pathway.load import shipped_folder
from spinesim.pathway.vocabulary import NUMBERS

FOLDER = Path(__file__).parent / "cases"
NAMES = sorted(path.stem for path in FOLDER.glob("[!_]*.toml"))
WORDS = {"offer", "urgent", "times", "gap", "facts", "spent"}
NEAR = 0.11  # how near to the threshold a value that stops the rule must be tried; 1 for whole numbers
OFTEN = 1000


@cache
def _pathway(name: str) -> Pathway:
    return load_pathway(name)


@cache
def _read(name: str) -> dict[str, Any]:
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def _cases(name: str) -> tuple[Facts, dict[str, Any], list[Any]]:
    """The base, the case of each rule, and the walks."""
    own = deepcopy(_read(name))
    base, walks = Facts(**own.pop("base", {})), own.pop("walk", [])
    rules = {rule.id for rule in _pathway(name).rules}
    shared: dict[str, Any] = {}
    for other in own.pop("include", []):
        shared |= {rule: case for rule, case in _read(other).items() if rule in rules}
    assert set(own) <= rules, f"cases of rules that do not exist: {set(own) - rules}"
    return base, shared | own, walks


def _fires(pathway: Pathway, facts: Facts, fired: dict[str, tuple[int, float]]) -> str | None:
    offer = choose(pathway, facts, fired)
    return offer.rule if offer else None


ALL = [(name, rule) for name in NAMES for rule in _cases(name)[1]]


@pytest.mark.parametrize(("name", "rule"), ALL)
def test_each_threshold_below_at_and_above(name: str, rule: str) -> None:
    base, cases, _ = _cases(name)
    pathway, case = _pathway(name), cases[rule]
    facts = replace(base, **case["facts"])
    fired = {spent: (OFTEN, facts.weeks) for spent in case.get("spent", [])}
    offer = choose(pathway, facts, fired)
    assert offer is not None and offer.rule == rule, pathway.explain(facts, fired)
    assert list(offer.steps) == case["offer"]
    assert offer.urgent == case.get("urgent", False)
    edges = {fact: values for fact, values in case.items() if fact not in WORDS}
    for fact, (keeps, stops) in edges.items():
        for value in keeps:
            seen = replace(facts, **{fact: value})
            assert _fires(pathway, seen, fired) == rule, f"{fact}={value}: {pathway.explain(seen, fired)}"
        for value in stops:
            assert _fires(pathway, replace(facts, **{fact: value}), fired) != rule, f"{fact}={value}"


@pytest.mark.parametrize(("name", "rule"), ALL)
def test_each_rule_fires_as_often_as_it_may_and_no_sooner_than_its_gap(name: str, rule: str) -> None:
    base, cases, _ = _cases(name)
    pathway, case = _pathway(name), cases[rule]
    facts = replace(base, **case["facts"])
    fired = {spent: (OFTEN, facts.weeks) for spent in case.get("spent", [])}
    times, gap = case.get("times", 1), case.get("gap", 0)
    assert _fires(pathway, facts, fired | {rule: (times, facts.weeks - 200)}) != rule
    if times > 1:
        assert _fires(pathway, facts, fired | {rule: (times - 1, facts.weeks - gap)}) == rule
        assert _fires(pathway, facts, fired | {rule: (1, facts.weeks - gap + 0.01)}) != rule


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_cover_every_rule_and_every_criterion_both_ways(name: str) -> None:
    _, cases, _ = _cases(name)
    pathway = _pathway(name)
    for rule in pathway.rules:
        assert rule.id in cases, f"no case for rule {rule.id}"
        for criterion in rule.when:
            edges = cases[rule.id].get(criterion.fact)
            assert edges is not None, f"{rule.id}: no values of {criterion.fact}"
            _check_edges(pathway, rule, criterion, *edges)


def _check_edges(
    pathway: Pathway, rule: Rule, criterion: Criterion, keeps: list[Any], stops: list[Any]
) -> None:
    where = f"{rule.id}: {criterion.key}"
    threshold = resolve(criterion, pathway.settings)
    assert threshold is not None and threshold in keeps, f"{where}: not tried at {threshold}"
    if criterion.sense == "is":
        assert any(value != threshold for value in stops), where
        return
    assert isinstance(threshold, float)
    bounds, up = NUMBERS[criterion.fact], criterion.sense == "at_least"
    near = 1 if bounds.whole else NEAR
    others = {other.sense for other in rule.when if other.fact == criterion.fact}
    wrong = [value for value in stops if (value < threshold if up else value > threshold)]
    beyond = [value for value in keeps if (value > threshold if up else value < threshold)]
    edge = bounds.high if up else bounds.low
    stoppable = threshold > bounds.low if up else threshold < bounds.high
    assert not stoppable or any(abs(value - threshold) <= near for value in wrong), (
        f"{where}: nothing just off"
    )
    assert beyond or threshold == edge or len(others) > 1, f"{where}: nothing beyond {threshold}"


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_notice_when_any_criterion_is_taken_out(name: str) -> None:
    base, cases, _ = _cases(name)
    pathway = _pathway(name)
    for number, rule in enumerate(pathway.rules):
        case = cases[rule.id]
        facts = replace(base, **case["facts"])
        fired = {spent: (OFTEN, facts.weeks) for spent in case.get("spent", [])}
        stops = [(fact, value) for fact, edges in case.items() if fact not in WORDS for value in edges[1]]
        for criterion in rule.when:
            if criterion.key == "weeks_at_least" and resolve(criterion, pathway.settings) == 0:
                continue  # every visit is at week 0 or later
            looser = rule.model_copy(update={"when": tuple(one for one in rule.when if one != criterion)})
            rules = (*pathway.rules[:number], looser, *pathway.rules[number + 1 :])
            other = pathway.model_copy(update={"rules": rules})
            assert any(
                _fires(other, replace(facts, **{fact: value}), fired) == rule.id for fact, value in stops
            ), f"{rule.id}: nothing notices that {criterion.key} is gone"


@pytest.mark.parametrize("name", [name for name in NAMES if _cases(name)[2]])
def test_walks(name: str) -> None:
    base, _, walks = _cases(name)
    pathway = _pathway(name)
    for walk in walks:
        person = replace(base, **walk.get("facts", {}))
        fired: dict[str, tuple[int, float]] = {}
        for number, visit in enumerate(walk["visits"], start=1):
            expected = visit.pop("fires")
            person = replace(person, **visit)
            rule = _fires(pathway, person, fired)
            said = f"{walk['who']}, visit {number}: {pathway.explain(person, fired)}"
            assert rule == (expected or None), said
            if rule:
                fired[rule] = (fired.get(rule, (0, 0.0))[0] + 1, person.weeks)


def test_every_shipped_pathway_has_cases_here_or_in_test_choose() -> None:
    text = (Path(__file__).parent / "test_choose.py").read_text(encoding="utf-8")
    table = text[text.index("CASES: ") :]
    known = {*available(), *available(shipped_folder() / "trials")}
    elsewhere = {name for name in known if f'("{name}", ' in table}
    assert len(elsewhere) >= 5 and not elsewhere & set(NAMES)
    assert elsewhere | set(NAMES) >= set(available())  # the arms of published trials: by their trials
    assert elsewhere | set(NAMES) <= known
