"""A pain pattern: its natural course, its tissue, what helps it and how pain becomes disability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence

SERIOUS = ("cauda_equina", "weakness", "cord_compression", "cancer", "infection", "fracture")
"""Kinds of serious disease; ``<condition>.serious.<kind>`` is the share of people who have or develop it."""
PROGRAMMES = (
    "general", "directional", "neutral_spine", "flexion", "stabilisation", "trigger_release",
    "nerve_mobility", "graded_neck", "deep_neck_flexor", "balance", "rehabilitation",
)  # fmt: skip
STEPS = frozenset({
    "education", "pacing", "sleep_care", "workstation", "flare_plan", "maintenance", "bed_rest",
    "push_through", "catch_up", "graded_loading", "nsaid", "paracetamol", "gabapentinoid", "tricyclic",
    "muscle_relaxant", "opioid", "physiotherapy", "specific_physiotherapy", "group_exercise", "home_exercise",
    "virtual_physiotherapy", "traction", "cbt", "prehabilitation", "rehabilitation", "imaging", "emg",
    "medial_branch_block", "epidural", "cervical_epidural", "facet_injection", "si_injection",
    "trigger_injection", "ablation", "microdiscectomy", "decompression", "fusion", "cervical_surgery",
    "urgent_referral", "discharge",
})  # fmt: skip
CHOICES = {
    "region": ("lumbar", "cervical"),
    "index": ("ODI", "NDI"),
    "main_pain": ("axial", "limb"),
    "programme": PROGRAMMES,
}
TEXTS = ("label", "region", "index", "main_pain", "axial_name", "limb_name", "programme")
LISTS = ("courses", "responds", "reference")
SWITCHES = ("herniation", "mimic")
NEEDED = (
    "age", "age_sd", "female", "axial.start", "axial.start_sd", "limb.start", "limb.start_sd",
    "start_correlation", "course.spread", "course.lasting_concentration", "course.wobble_correlation",
    "flare.weekly", "disability.per_limb", "disability.per_axial", "disability.spread", "disability.days",
    "months_in_pain",
)  # fmt: skip
OF_COURSE = ("share", "limb_days", "axial_days", "limb_lasting", "axial_lasting", "wobble")
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
    row = _checked(key, evidence.conditions[key])
    where = f"data/conditions.toml [{key}]"
    for step in row["responds"]:
        if step not in STEPS and step not in evidence.treatments:
            raise SpinesimError(
                f"{where}: 'responds' names the step '{step}', which data/treatments.toml does not know; "
                "correct or remove it."
            )
    for figure in row["reference"]:
        if figure not in evidence.figures:
            raise SpinesimError(
                f"{where}: 'reference' names '{figure}', no row of data/evidence; correct or remove it."
            )
    numbers = evidence.values(f"{key}.")
    needed = [*NEEDED, *(f"course.{course}.{name}" for course in row["courses"] for name in OF_COURSE)]
    for name in needed:
        if name not in numbers:
            raise SpinesimError(f"data/parameters: the row '{key}.{name}' is missing; add it.")
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
    for name in numbers:
        if name.startswith("serious.") and name.removeprefix("serious.") not in SERIOUS:
            raise SpinesimError(
                f"data/parameters: the row '{key}.{name}' names no serious disease; "
                f"choose one of {', '.join(SERIOUS)}."
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


def _checked(key: str, row: Any) -> dict[str, Any]:
    """Return the row if it has exactly the keys it must, each of the right kind."""
    where = f"data/conditions.toml [{key}]"
    if not isinstance(row, dict):
        raise SpinesimError(f"{where}: must be a table of keys; write it as one.")
    keys = (*TEXTS, *LISTS, *SWITCHES)
    for name in row:
        if name not in keys:
            raise SpinesimError(
                f"{where}: the key '{name}' is unknown; remove it or use one of {', '.join(keys)}."
            )
    for name in keys:
        if name not in row:
            raise SpinesimError(f"{where}: '{name}' is missing; add it.")
    for name in TEXTS:
        if not isinstance(row[name], str) or not row[name].strip():
            raise SpinesimError(f"{where}: '{name}' must be words in quotation marks; mend it.")
        if name in CHOICES and row[name] not in CHOICES[name]:
            raise SpinesimError(
                f"{where}: '{name}' is '{row[name]}'; choose one of {', '.join(CHOICES[name])}."
            )
    for name in SWITCHES:
        if not isinstance(row[name], bool):
            raise SpinesimError(f"{where}: '{name}' must be true or false; mend it.")
    for name in LISTS:
        items = row[name]
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise SpinesimError(f"{where}: '{name}' must be a list of words in quotation marks; mend it.")
        if len(set(items)) < len(items):
            raise SpinesimError(f"{where}: '{name}' names something twice; remove one of them.")
    if not row["courses"]:
        raise SpinesimError(f"{where}: 'courses' is empty; name at least one class of natural course.")
    return row
