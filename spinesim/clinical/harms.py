"""The harms ledger: how likely each harm of a treatment is in this person, and what it leaves behind."""

from __future__ import annotations

from spinesim.clinical.body import Body
from spinesim.clinical.cohort import RISKS

OLDER = "older"
NEW_DEFICIT = "new_deficit"


def risk_ratio(body: Body, row: int, harm: str) -> float:
    """How much likelier a harm is in this person (ratios ``harm.<harm>.<risk>``, multiplied)."""
    v, cohort, ratio = body.numbers, body.cohort, 1.0
    for risk in RISKS:
        if getattr(cohort, risk)[row]:
            ratio *= v.get(f"harm.{harm}.{risk}", 1.0)
    if cohort.age[row] >= v["harm.older_from"]:
        ratio *= v.get(f"harm.{harm}.{OLDER}", 1.0)
    return ratio


def probability(body: Body, row: int, step: str, harm: str) -> float:
    """Probability of a harm from one course, procedure or operation in this person."""
    return min(body.numbers[f"{step}.{harm}"] * risk_ratio(body, row, harm), 1.0)


def suffer(body: Body, row: int, step: str, harm: str) -> None:
    """What a harm does to the body beyond its cost: some leave a permanent deficit.

    Its size is the harm's own (``harm.<harm>.deficit``), or for a new deficit the operation's.
    """
    own = body.numbers.get(f"{step}.deficit_size", 0.0) if harm == NEW_DEFICIT else 0.0
    size = body.numbers.get(f"harm.{harm}.deficit", own)
    body.deficit[row] = max(body.deficit[row], size)
