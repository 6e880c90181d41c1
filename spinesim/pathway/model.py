"""A pathway: settings and an ordered list of rules, checked when it is made and never changed after."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from spinesim.pathway.change import change as _change
from spinesim.pathway.change import without as _without
from spinesim.pathway.choose import CompiledRule, compile_rule, resolve
from spinesim.pathway.criterion import Criterion
from spinesim.pathway.crossing import Crossing
from spinesim.pathway.explain import explain as _explain
from spinesim.pathway.facts import Facts, Offer
from spinesim.pathway.lint import cannot_hold
from spinesim.pathway.rule import Rule, a_line
from spinesim.pathway.settings import Settings
from spinesim.pathway.vocabulary import (
    COURSES,
    DAYS_IN_WEEK,
    DIALS,
    LONGEST_SUMMARY,
    MOST_RULES,
    ROUNDING,
    SETTINGS,
    TEXTS,
    nearest,
    said,
)

__all__ = ["Criterion", "Facts", "Offer", "Pathway", "Rule", "Settings"]


class Pathway(BaseModel):
    """Who is offered what and when.

    The first rule whose criteria hold makes the offer; none means follow-up at the next review.
    Two pathways are equal when all their content is; they can be hashed and pickled.

    Attributes
    ----------
    name, title, summary
        Words for people.
    region
        ``"lumbar"`` or ``"cervical"`` if the pathway is meant for the back or the neck alone, ``None`` if for
        both. A study refuses people none of whom are of that region; of a mix, rules apply to all.
    settings
        The dials; only declared ones may be changed.
    rules
        In the order in which they are tried.
    kept_visits
        Weeks at which the clinic still sees the patient although the rule that asked for the visit was
        taken out by ``without``; so taking out a rule changes the offers and nothing else.
    crossings
        Who crosses over in an arm of a trial; set in code, tried before the rules, and only for those who do.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    name: str
    title: str
    summary: str = ""
    region: Literal["lumbar", "cervical"] | None = None
    settings: Settings
    rules: tuple[Rule, ...]
    kept_visits: tuple[float, ...] = ()
    crossings: tuple[Crossing, ...] = ()

    @field_validator("name", "title", mode="before")
    @classmethod
    def _line(cls, value: Any, info: Any) -> str:
        return a_line(info.field_name, value)

    @field_validator("summary", mode="before")
    @classmethod
    def _summary(cls, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"summary = {said(value)} has the wrong type: write a text in quotes")
        text = " ".join(value.split())
        return a_line("summary", text, LONGEST_SUMMARY) if text else ""

    @field_validator("region", mode="before")
    @classmethod
    def _region(cls, value: Any) -> Any:
        known = TEXTS["region"]
        if value is None or (isinstance(value, str) and value in known):
            return value
        wrong = f"is not known{nearest(value, known)}" if isinstance(value, str) else "has the wrong type"
        words = " or ".join(f'"{word}"' for word in known)
        raise ValueError(f"region = {said(value)} {wrong}: write {words}, or leave it out for both")

    @field_validator("rules", mode="before")
    @classmethod
    def _rules(cls, value: Any) -> Any:
        if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= MOST_RULES:
            raise ValueError(f"a pathway needs 1 to {MOST_RULES} rules: write each under its own [[rule]]")
        return tuple(value)

    @model_validator(mode="after")
    def _hangs_together(self) -> Pathway:
        seen: dict[str, int] = {}
        for number, rule in enumerate(self.rules, start=1):
            who = f"rule '{rule.id}' (number {number})"
            if rule.id in seen:
                raise ValueError(
                    f"{who}: id is already used by rule number {seen[rule.id]}; give each its own id"
                )
            seen[rule.id] = number
            for criterion in rule.when:
                if criterion.setting is not None:
                    self._check_setting(f"{who}: when.{criterion.key}", criterion.fact, criterion.setting)
            self._check_courses(who, rule)
        _ = self.compiled  # compile at once, so that the first patient is as fast as the last
        return self

    def _check_courses(self, who: str, rule: Rule) -> None:
        for sessions, steps in COURSES.items():
            step = next((step for step in rule.offer if step in steps), None)
            for name in (sessions, f"{sessions}_per_week"):
                if step is not None and getattr(self.settings, name) is None:
                    raise ValueError(f"{who}: offer includes {step}, so [settings] needs {name} = ...")

    def _check_setting(self, where: str, fact: str, name: str) -> None:
        if name not in SETTINGS:
            raise ValueError(
                f"{where} refers to the unknown setting {said('$' + name)}{nearest(name, DIALS)}; "
                f"known: {', '.join(DIALS)}"
            )
        if name not in DIALS or fact not in DIALS[name].facts:
            fitting = [dial for dial, limits in DIALS.items() if fact in limits.facts]
            remedy = f"use one of {', '.join(fitting)}" if fitting else "write a number"
            raise ValueError(f"{where} cannot be compared with the setting '${name}': {remedy}")
        if getattr(self.settings, name) is None:
            raise ValueError(
                f"{where} refers to '${name}', which [settings] does not declare: add {name} = ..."
            )

    @cached_property
    def compiled(self) -> tuple[CompiledRule, ...]:
        """The rules that are switched on, as plain names and numbers, in order."""
        compiled = (compile_rule(rule, self.settings) for rule in self.rules)
        return tuple(rule for rule in compiled if rule is not None)

    @cached_property
    def visit_weeks(self) -> tuple[float, ...]:
        """Weeks after the first visit (week 0, not listed) at which the clinic sees the patient.

        Routine reviews and each ``weeks_at_least`` threshold of a rule that is switched on and can hold,
        each moved to the end of its day when it falls inside one, so that the threshold is met there.
        """
        weeks = {*self.settings.review_weeks, *self.kept_visits}
        for rule in self.rules:
            weeks.update(self._asked_by(rule))
        days = {max(math.ceil(week * DAYS_IN_WEEK - ROUNDING), 1) for week in weeks}
        return tuple(day / DAYS_IN_WEEK for day in sorted(days))

    def _asked_by(self, rule: Rule) -> set[float]:
        if compile_rule(rule, self.settings) is None or cannot_hold(rule, self.settings) is not None:
            return set()
        thresholds = (
            resolve(criterion, self.settings) for criterion in rule.when if criterion.key == "weeks_at_least"
        )
        return {float(week) for week in thresholds if week}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole content, the same on every machine and in every run."""
        whole = self.model_dump(mode="json")
        if not self.crossings:  # a pathway as its file has it keeps the digest it always had
            del whole["crossings"]
        content = json.dumps(whole, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Pathway:
        """A copy that is validated and compiled afresh."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**{**fields, **(update or {})})

    def change(self, **settings: Any) -> Pathway:
        """A new pathway with other settings, e.g. ``change(imaging_after_weeks=1)``; see ``change.py``.

        Raises
        ------
        SpinesimError
            Unknown or undeclared setting, or a value out of range.
        """
        return _change(self, settings)

    def without(self, rule_id: str) -> Pathway:
        """A new pathway without one rule; the clinic's visits stay as they were.

        Raises
        ------
        SpinesimError
            No such rule, or it is the only one.
        """
        return _without(self, rule_id)

    def explain(self, facts: Facts, fired: Mapping[str, tuple[int, float]] | None = None) -> str:
        """Which rule fires at this visit and why each earlier one did not."""
        return _explain(self, facts, fired)
