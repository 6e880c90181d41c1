"""What one step brings on average: the same people and fates, with it and without it."""

from __future__ import annotations

import numpy as np

from spinesim.evidence import Evidence
from spinesim.study.claims_table import measure
from spinesim.study.compare import interval
from spinesim.study.results import Results

WORTH = "threshold.base"
EFFECT = (
    "worth", "worth_low", "worth_high", "disability", "disability_low", "disability_high", "pain", "harms",
    "cost", "size",
)  # fmt: skip
"""Of `effect`: `worth` is net benefit (USD, health at `threshold.base`), `size` how much, up or down."""


def effect(evidence: Evidence, with_it: Results, without_it: Results) -> tuple[float, ...]:
    """With it minus without it, paired over the same fates; in the order of `EFFECT`, 95 % intervals."""
    rate = evidence.value(WORTH)

    def change(outcome: str) -> np.ndarray:
        return np.asarray(measure(with_it, outcome) - measure(without_it, outcome))

    worth = interval(change(f"net_benefit@{rate:.0f}"))
    disability = interval(change("disability_average"))
    means = (float(change(name).mean()) for name in ("pain_average", "harms", "cost"))
    return (*worth, *disability, *means, abs(worth[0]))
