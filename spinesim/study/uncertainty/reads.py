"""Which parameters a run reads: the same run on evidence that notes every number asked for.

A parameter that no arm reads cannot change those people's results, which a test shows by changing all of
them at once. Reading is not mattering: much is read that moves nothing. With other values other paths open
(a harm that nobody had is not billed), so a few draws are read besides the base values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from spinesim.evidence import Evidence, Parameter
from spinesim.study.simulation import Plan, finish
from spinesim.study.uncertainty.measure import columns
from spinesim.study.uncertainty.sample import Sampler

FEW_DRAWS = 4


class Reads(dict[str, float]):
    """Numbers by the rest of their id, noting in `seen` whatever is asked for."""

    def __init__(self, numbers: dict[str, float], prefix: str, seen: set[str]) -> None:
        super().__init__(numbers)
        self.prefix, self.seen = prefix, seen

    def __getitem__(self, key: str) -> float:
        self.seen.add(self.prefix + key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401

    def _all(self) -> None:
        self.seen.update(self.prefix + key for key in self)

    def items(self) -> Any:
        self._all()
        return super().items()

    def values(self) -> Any:
        self._all()
        return super().values()

    def keys(self) -> Any:  # dict(reads) and {**reads} come by here
        self._all()
        return super().keys()

    def __iter__(self) -> Iterator[str]:
        return super().__iter__()


class Watched(Evidence):
    """Evidence that notes every parameter asked for, in `seen`; equal to itself alone, so never cached."""

    seen: set[str]

    @classmethod
    def watch(cls, evidence: Evidence) -> Watched:
        """The same evidence, watched."""
        watched = cls(**{f.name: getattr(evidence, f.name) for f in fields(Evidence) if f.init})
        object.__setattr__(watched, "seen", set())
        return watched

    def __getitem__(self, key: str) -> Parameter:
        self.seen.add(key)
        return super().__getitem__(key)

    def value(self, key: str) -> float:
        self.seen.add(key)
        return super().value(key)

    def values(self, prefix: str) -> dict[str, float]:
        return Reads(super().values(prefix), prefix, self.seen)

    def numbers(self) -> dict[str, float]:
        return Reads(super().numbers(), "", self.seen)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


def reads(plan: Plan, evidence: Evidence | None = None) -> set[str]:
    """Ids of the parameters that one arm and its outcomes read."""
    watched = Watched.watch(evidence or plan.evidence)
    columns(finish(replace(plan, evidence=watched)), watched)
    return watched.seen & set(watched.parameters)


def read_by(plans: Sequence[Plan], sampler: Sampler | None = None, draws: int = FEW_DRAWS) -> frozenset[str]:
    """Ids that any arm reads, at the base values and in a few draws of `sampler`."""
    versions: Iterable[Evidence] = [plans[0].evidence]
    if sampler is not None and sampler.ids:
        versions = [*versions, *(sampler.evidence_of(row) for row in sampler.sample(draws))]
    found: set[str] = set()
    for version in versions:
        for plan in plans:
            found |= reads(plan, version)
    return frozenset(found)
