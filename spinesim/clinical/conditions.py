"""A pain pattern: its natural course, its tissue, what helps it and how pain becomes disability."""

from __future__ import annotations

import math
from dataclasses import dataclass

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, words
from spinesim.evidence.schema import check_condition

NEEDED, OF_COURSE, PROGRAMMES, SERIOUS, STEPS = (
    words.CONDITION_NEEDS, words.OF_COURSE, words.PROGRAMMES, words.SERIOUS, frozenset(words.STEPS),
)  # fmt: skip
TEXTS = ("label", "region", "index", "main_pain", "axial_name", "limb_name", "programme")
SWITCHES = ("herniation", "mimic")
ROUNDING = 1e-6


@dataclass(frozen=True)
class Condition:
    """One row of ``data/conditions.toml`` with its parameters.

    Attributes
    ----------
    key, label, region, index, main_pain : str
        Identifier, plain name, ``lumbar`` or ``cervical``, disability index (``ODI`` or ``NDI``), and
        which channel the complaint is about: ``axial`` or ``limb``.
    axial_name, limb_name : str
        What people call the two channels here, such as "neck pain" and "arm pain".
    courses : tuple of str
        Classes of natural course; their shares sum to 1.
    herniation : bool
        Whether a symptomatic disc herniation is part of the pattern.
    programme : str
        Exercise programme that suits the pattern, one of `PROGRAMMES`.
    responds : frozenset of str
        Steps with a specific effect on this pattern.
    mimic : bool
        Whether the trouble lies outside the spine.
    reference : tuple of str
        Ids of the figures behind the pattern.
    numbers : dict of str to float
        Every parameter whose id begins with ``key.``, the prefix removed.
    """

    key: str
    label: str
    region: str
    index: str
    main_pain: str
    axial_name: str
    limb_name: str
    courses: tuple[str, ...]
    herniation: bool
    programme: str
    responds: frozenset[str]
    mimic: bool
    reference: tuple[str, ...]
    numbers: dict[str, float]

    def by_course(self, name: str) -> list[float]:
        """Parameter ``course.<class>.<name>`` for each class, in the order of `courses`."""
        return [self.numbers[f"course.{course}.{name}"] for course in self.courses]

    def get(self, name: str, default: float = 0.0) -> float:
        """Parameter ``<key>.<name>``, or `default` where the pattern has none."""
        return self.numbers.get(name, default)

    @property
    def months(self) -> tuple[float, float]:
        """Fewest and most months of pain that people with this pattern come with."""
        return self.get("months_least"), self.get("months_most", math.inf)


def condition(evidence: Evidence, key: str) -> Condition:
    """Build one condition.

    Raises
    ------
    SpinesimError
        One sentence if the key is unknown, a key of its row is unknown, missing or not what it should
        be, a parameter is missing, or shares do not sum to what they must.
    """
    if key not in evidence.conditions:
        known = ", ".join(evidence.conditions)
        raise SpinesimError(f"Unknown condition '{key}': choose one of {known}.")
    row, numbers = check_condition(evidence, key), evidence.values(f"{key}.")
    built = Condition(
        key=key,
        **{name: row[name] for name in (*TEXTS, *SWITCHES)},
        courses=tuple(row["courses"]),
        responds=frozenset(row["responds"]),
        reference=tuple(row["reference"]),
        numbers=numbers,
    )
    shares = sum(built.by_course("share"))
    if abs(shares - 1) > ROUNDING:
        raise SpinesimError(
            f"data/parameters: the shares {key}.course.*.share sum to {shares:.4g}; make them sum to 1."
        )
    least, most = built.months
    if not least <= built.get("months_in_pain") <= most:
        raise SpinesimError(
            f"data/parameters: {key}.months_in_pain is {built.get('months_in_pain'):g}, outside the "
            f"{least:g} to {most:g} months of {key}.months_least and {key}.months_most; mend one of them."
        )
    return built


def every_condition(evidence: Evidence) -> dict[str, Condition]:
    """Build every condition, in the order of ``data/conditions.toml``.

    Raises
    ------
    SpinesimError
        At the first that is wrong, as `condition` does.
    """
    return {key: condition(evidence, key) for key in evidence.conditions}
