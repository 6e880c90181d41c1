"""Pathways: who is offered what and when, as data; pure rules, no chance, no hidden state."""

from spinesim.pathway.choose import CompiledRule, choose
from spinesim.pathway.criterion import Criterion
from spinesim.pathway.crossing import Crossing
from spinesim.pathway.diff import diff
from spinesim.pathway.explain import explain
from spinesim.pathway.facts import Facts, Offer
from spinesim.pathway.lint import lint
from spinesim.pathway.load import available, load_pathway, parse_pathway
from spinesim.pathway.model import Pathway
from spinesim.pathway.rule import Rule
from spinesim.pathway.settings import Settings
from spinesim.pathway.vocabulary import COUNTED_BY, COURSES, STEPS

__all__ = [
    "COUNTED_BY",
    "COURSES",
    "STEPS",
    "CompiledRule",
    "Criterion",
    "Crossing",
    "Facts",
    "Offer",
    "Pathway",
    "Rule",
    "Settings",
    "available",
    "choose",
    "diff",
    "explain",
    "lint",
    "load_pathway",
    "parse_pathway",
]
