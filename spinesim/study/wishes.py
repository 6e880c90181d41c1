"""What a user asks for, checked and in a form that can be hashed, pickled and written down."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spinesim.clinical import condition
from spinesim.clinical.cohort import Mix, case_mix
from spinesim.clinical.described import describe
from spinesim.clinical.mix import did_you_mean
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.pathway import Pathway

Person = Mapping[str, object]
Written = tuple[tuple[str, float], ...]
"""A case mix as weights by condition."""
Told = tuple[tuple[str, object], ...]
"""What is the same for everyone, by key."""


def as_mix(mix: str | Written) -> Mix:
    """A condition or case mix, as `draw_cohort` takes it."""
    return mix if isinstance(mix, str) else dict(mix)


def written(evidence: Evidence, mix: Mix) -> str | Written:
    """A condition or case mix, checked, in a form that can be hashed."""
    shares = case_mix(evidence, mix)
    if isinstance(mix, str):
        return mix
    return next(iter(shares)) if len(shares) == 1 else tuple(shares.items())


def told(evidence: Evidence, mix: str | Written, person: Person | None) -> Told:
    """A described patient, checked, in a form that can be hashed."""
    shares = case_mix(evidence, as_mix(mix))
    described = describe(evidence, [condition(evidence, key) for key in shares], person)
    plain = {
        key: tuple(sorted(described.signs.items())) if key == "signs" else _plain(value)
        for key, value in (person or {}).items()
    }
    return tuple(sorted(plain.items()))


def _plain(value: object) -> object:
    """A NumPy scalar as Python's own, so that it can be written down."""
    return value.item() if isinstance(value, np.generic) else value


def check_rules(pathway: Pathway, evidence: Evidence) -> None:
    """Refuse, now rather than mid-run, a rule that names a parameter or condition nobody knows."""
    for rule in pathway.rules:
        if rule.uptake is not None:
            evidence[rule.uptake]
        for criterion in rule.when:
            # "" is what a rule reads while no diagnosis leads
            if criterion.fact == "leading" and criterion.value not in ("", *evidence.conditions):
                raise SpinesimError(
                    f"Pathway '{pathway.name}', rule '{rule.id}': leading = '{criterion.value}' is no "
                    f"condition; {did_you_mean(criterion.value, evidence.conditions)}."
                )
