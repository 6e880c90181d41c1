"""A pain pattern: its natural course, its tissue and how pain becomes disability."""

from __future__ import annotations

from dataclasses import dataclass

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence


@dataclass(frozen=True)
class Condition:
    """One row of ``data/conditions.toml`` with its parameters.

    Attributes
    ----------
    key, label, region, index, main_pain : str
        Identifier, plain name, ``lumbar`` or ``cervical``, disability index, ``back`` or ``leg``.
    courses : tuple of str
        Classes of natural course; their shares sum to 1.
    herniation : bool
        Whether a symptomatic disc herniation is part of the pattern.
    numbers : dict of str to float
        Every parameter whose id begins with ``key.``, the prefix removed.
    """

    key: str
    label: str
    region: str
    index: str
    main_pain: str
    courses: tuple[str, ...]
    herniation: bool
    numbers: dict[str, float]

    def by_course(self, name: str) -> list[float]:
        """Parameter ``course.<class>.<name>`` for each class, in the order of `courses`."""
        return [self.numbers[f"course.{course}.{name}"] for course in self.courses]


def condition(evidence: Evidence, key: str) -> Condition:
    """Build one condition.

    Raises
    ------
    SpinesimError
        If the key is unknown, a parameter is missing or the course shares do not sum to 1.
    """
    if key not in evidence.conditions:
        known = ", ".join(evidence.conditions)
        raise SpinesimError(f"Unknown condition '{key}': choose one of {known}.")
    row = evidence.conditions[key]
    try:
        built = Condition(
            key=key,
            label=str(row["label"]),
            region=str(row["region"]),
            index=str(row["index"]),
            main_pain=str(row["main_pain"]),
            courses=tuple(str(name) for name in row["courses"]),
            herniation=bool(row["herniation"]),
            numbers=evidence.values(f"{key}."),
        )
        shares = built.by_course("share")
    except KeyError as missing:
        raise SpinesimError(
            f"data/conditions.toml [{key}] or data/parameters: {missing} is missing; add it."
        ) from None
    if abs(sum(shares) - 1) > 1e-6:
        raise SpinesimError(
            f"data/parameters: the shares {key}.course.*.share sum to {sum(shares):.4g}; make them sum to 1."
        )
    return built
