"""One job: all arms of a comparison at one set of numbers, as small arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.study.executor import Job, content_key
from spinesim.study.outcomes import OUTCOMES, available
from spinesim.study.results import Results
from spinesim.study.simulation import Plan, finish

Floats = npt.NDArray[np.float64]
Arrays = dict[str, Any]
BATCHES = 10
"""Groups of people whose means are kept apart, to tell the noise of few people from real differences."""

VALUED = {
    "cost_health_system": "USD per person, discounted",
    "cost_patient": "USD per person, discounted",
    "cost_societal": "USD per person, discounted",
    "qaly_discounted": "QALY per person, discounted",
}


@dataclass(frozen=True)
class Wish:
    """All arms, and the parameters that differ from their evidence."""

    plans: tuple[Plan, ...]
    ids: tuple[str, ...] = ()
    row: tuple[float, ...] = ()

    @property
    def evidence(self) -> Evidence:
        """The evidence with the changes made."""
        base = self.plans[0].evidence
        return base.change(dict(zip(self.ids, self.row, strict=True))) if self.ids else base


def job(
    base: str, plans: Sequence[Plan], ids: Sequence[str] = (), row: Sequence[float] = ()
) -> Job[Wish, Arrays]:
    """One job; `base` is `plans_key` of the plans, asked for once."""
    wish = Wish(tuple(plans), tuple(ids), tuple(float(one) for one in row))
    return Job(content_key("uncertainty", base, " ".join(wish.ids), np.array(wish.row)), measure, wish)


def plans_key(plans: Sequence[Plan]) -> str:
    """What decides the numbers of these arms."""
    return content_key("uncertainty.plans", tuple(plans))


def columns(results: Results, evidence: Evidence) -> dict[str, Floats]:
    """Every outcome of every person, by name: `OUTCOMES`, then money by payer view and discounted QALY."""
    from spinesim.study.value import person_value

    found = {name: np.asarray(OUTCOMES[name].of(results), dtype=np.float64) for name in available(results)}
    worth = person_value(results, evidence)
    return found | {name: worth["qaly" if name == "qaly_discounted" else name] for name in VALUED}


def unit_of(outcome: str, money: str = "USD") -> str:
    """The unit of a measured outcome; `money` is the currency and year of the evidence (`money_of`)."""
    unit = VALUED[outcome] if outcome in VALUED else OUTCOMES[outcome].unit
    return f"{money}{unit.removeprefix('USD')}" if unit.startswith("USD ") else unit


def money_of(evidence: Evidence) -> str:
    """Currency and year of every amount, such as ``USD 2025``: that of the base year."""
    return evidence["visit.price"].unit if "visit.price" in evidence else "USD"


def check_outcome(outcome: str, known: Sequence[str]) -> str:
    """Refuse an outcome that these runs do not have."""
    if outcome not in known:
        raise SpinesimError(f"There is no outcome '{outcome}' here; choose one of {', '.join(known)}.")
    return outcome


def measure(wish: Wish) -> Arrays:
    """Simulate every arm on the same people.

    Returns
    -------
    dict
        ``outcomes`` (O names); ``means``, shape (B, A, O): mean over each batch of people; ``sizes``,
        shape (B,); ``spread``, shape (A, O): SD between people of their own difference from the first arm.
    """
    evidence = wish.evidence
    return summed([columns(finish(replace(plan, evidence=evidence)), evidence) for plan in wish.plans])


def summed(arms: Sequence[dict[str, Floats]]) -> Arrays:
    """What `measure` returns, from the `columns` of every arm of the same people."""
    names = list(arms[0])
    people = np.stack([np.stack([arm[name] for name in names], axis=-1) for arm in arms])  # (A, N, O)
    count = people.shape[1]
    batch = np.arange(count) % min(BATCHES, count)
    sizes = np.bincount(batch)
    means = np.stack([people[:, batch == b].mean(axis=1) for b in range(len(sizes))])
    paired = people - people[:1]
    spread = paired.std(axis=1, ddof=1) if count > 1 else np.full(paired.shape[::2], np.nan)
    return {"outcomes": np.array(names), "means": means, "sizes": sizes, "spread": spread}
