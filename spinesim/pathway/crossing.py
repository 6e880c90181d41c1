"""Crossover in a trial: some of an arm take a step whatever the rules of their pathway say."""

from __future__ import annotations

from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from spinesim.pathway.choose import CompiledRule, compile_rule
from spinesim.pathway.facts import Facts
from spinesim.pathway.rule import Rule
from spinesim.pathway.settings import Settings

_NO_DIALS = Settings(review_weeks=(1.0,))  # a crossing refers to no setting


class Crossing(BaseModel):
    """One crossover; made in code for an arm of a trial, never read from a pathway's file.

    Attributes
    ----------
    rule
        Whom it is for and the one step they take.
    share
        Probability (0-1) that a person of the arm is one of those who cross over.
    week
        Week since the first visit from which on it may happen.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    rule: Rule
    share: float = Field(ge=0, le=1)
    week: float = Field(ge=0)

    @property
    def step(self) -> str:
        """The step that is taken."""
        return self.rule.offer[0]

    @cached_property
    def compiled(self) -> CompiledRule:
        """The rule as plain names and numbers; its offer is taken by all it is made to."""
        made = compile_rule(self.rule, _NO_DIALS)
        assert made is not None
        return made._replace(offer=made.offer.certain())

    def holds(self, facts: Facts) -> bool:
        """Whether the criteria hold at this visit."""
        for name, sense, threshold in self.compiled.tests:
            value = getattr(facts, name)
            if not (
                value >= threshold if sense > 0 else value <= threshold if sense < 0 else value == threshold
            ):
                return False
        return True
