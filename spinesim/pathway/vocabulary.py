"""The closed vocabulary of pathway files: what may be asked, offered and set, and within which bounds.

This is the only file of the room that holds numbers. They are limits of instruments (a pain score runs
from 0 to 10) and guards against absurd input, not clinical thresholds; those live in ``data/pathways``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, get_args

Step = Literal[
    # talk: advice given in the room
    "education",
    "pacing",
    "sleep_care",
    "workstation",
    "flare_plan",
    "maintenance",
    "graded_loading",
    "bed_rest",
    "push_through",
    "catch_up",
    # tablets
    "nsaid",
    "paracetamol",
    "gabapentinoid",
    "tricyclic",
    "muscle_relaxant",
    "opioid",
    # courses of many sessions
    "physiotherapy",
    "specific_physiotherapy",
    "group_exercise",
    "home_exercise",
    "virtual_physiotherapy",
    "traction",
    "cbt",
    "prehabilitation",
    "rehabilitation",
    # tests
    "imaging",
    "emg",
    "medial_branch_block",
    # procedures
    "epidural",
    "cervical_epidural",
    "facet_injection",
    "si_injection",
    "trigger_injection",
    "ablation",
    # operations
    "microdiscectomy",
    "decompression",
    "fusion",
    "cervical_surgery",
    # out of the pathway
    "urgent_referral",
    "discharge",
]


class Number(NamedTuple):
    """A numeric fact: its lowest and highest possible value, its unit, and whether it is a count."""

    low: float
    high: float
    unit: str
    whole: bool = False


class Dial(NamedTuple):
    """A numeric setting: bounds, unit, and which facts a criterion may compare it with.

    One with a default is optional: no rule need mention it, the clinic itself heeds it, and undeclared it
    counts as the default.
    """

    low: float
    high: float
    unit: str
    whole: bool = False
    may_be_never: bool = False
    facts: tuple[str, ...] = ()
    default: float | None = None


NUMBERS: Final[dict[str, Number]] = {
    "weeks": Number(0, 520, "weeks since the first visit"),
    "visits": Number(0, 1000, "visits so far, this one among them", whole=True),
    "pain": Number(0, 10, "NRS 0-10"),
    "limb_pain": Number(0, 10, "NRS 0-10"),
    "axial_pain": Number(0, 10, "NRS 0-10"),
    "disability": Number(0, 100, "ODI or NDI 0-100"),
    "pain_improvement": Number(-1000, 100, "% of the first visit's pain"),
    "disability_improvement": Number(-1000, 100, "% of the first visit's disability"),
    "age": Number(0, 120, "years"),
    "sleep": Number(0, 100, "% of a good night's sleep, as reported"),
    "fear": Number(0, 100, "fear of movement 0-100, as reported"),
    "serious_risk": Number(0, 100, "% probability of serious disease, from the red flags"),
    "certainty": Number(0, 100, "% probability of the leading diagnosis"),
    "flares": Number(0, 1000, "flares since the first visit", whole=True),
    "opioid_weeks": Number(0, 520, "weeks on opioids"),
    "sessions": Number(0, 1000, "sessions attended", whole=True),
    "prior_sessions": Number(0, 1000, "exercise sessions before referral", whole=True),
    "cbt_sessions": Number(0, 1000, "CBT sessions attended", whole=True),
    "images": Number(0, 100, "scans", whole=True),
    "emgs": Number(0, 100, "nerve conduction studies", whole=True),
    "epidurals": Number(0, 100, "injections", whole=True),
    "joint_injections": Number(0, 100, "facet or SI joint injections", whole=True),
    "trigger_injections": Number(0, 100, "trigger-point injections", whole=True),
    "blocks": Number(0, 100, "blocks", whole=True),
    "ablations": Number(0, 100, "ablations", whole=True),
    "operations": Number(0, 100, "operations", whole=True),
    "block_relief": Number(0, 100, "% relief in the last block's diary"),
    "epidural_relief": Number(0, 100, "% less pain at the first review after the last epidural"),
    "ablation_relief": Number(0, 100, "% less pain at the first review after the last ablation"),
    "joint_relief": Number(0, 100, "% less pain at the first review after the last joint injection"),
}

BOOLEANS: Final[tuple[str, ...]] = (
    "red_flag",
    "flag_scanned",
    "serious_found",
    "compression_found",
    "weakness",
    "cord_signs",
    "radicular",
    "facet_signs",
    "si_signs",
    "finding",
    "concordant",
    "emg_root",
    "in_physiotherapy",
    "kidney_disease",
    "ulcer",
    "anticoagulated",
    "diabetes",
    "osteoporosis",
    "boom_bust",
)

TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "leading": (),
    "region": ("lumbar", "cervical"),
    "occupation": ("desk", "driving", "manual", "overhead", "caring"),
}
"""Facts that are words, each with its closed list. Diagnoses are listed by the evidence, not here: a study
checks ``leading`` against the conditions it knows."""

FACTS: Final[tuple[str, ...]] = (*TEXTS, *NUMBERS, *BOOLEANS)
"""In the order in which a rule's criteria are tested and explained: the diagnosis first."""

STEPS: Final[tuple[Step, ...]] = get_args(Step)

COURSES: Final[dict[str, tuple[Step, ...]]] = {
    "physiotherapy_sessions": (
        "physiotherapy",
        "specific_physiotherapy",
        "group_exercise",
        "virtual_physiotherapy",
    ),
    "cbt_sessions": ("cbt",),
}
"""Courses whose length a pathway sets, by the setting; with 0 sessions they are not offered."""

COUNTED_BY: Final[dict[str, tuple[Step, ...]]] = {
    "images": ("imaging",),
    "emgs": ("emg",),
    "epidurals": ("epidural", "cervical_epidural"),
    "joint_injections": ("facet_injection", "si_injection"),
    "trigger_injections": ("trigger_injection",),
    "blocks": ("medial_branch_block",),
    "ablations": ("ablation",),
    "operations": ("microdiscectomy", "decompression", "fusion", "cervical_surgery"),
    "sessions": (*COURSES["physiotherapy_sessions"], "home_exercise", "prehabilitation", "rehabilitation"),
    "cbt_sessions": COURSES["cbt_sessions"],
}
"""Which steps make a counted fact grow."""

COUNTED_IN_SESSIONS: Final = ("sessions", "cbt_sessions")
"""Counts that one offer may raise to any height, because a setting or a parameter sets a course's length."""

RELIEF_AFTER: Final[dict[str, str]] = {
    "block_relief": "blocks",
    "epidural_relief": "epidurals",
    "ablation_relief": "ablations",
    "joint_relief": "joint_injections",
}
"""Relief is 0 before the first of what it is measured after."""

DIALS: Final[dict[str, Dial]] = {
    "imaging_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "injection_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "surgery_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "early_surgery_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "block_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "finding_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "physiotherapy_sessions": Dial(0, 60, "sessions", whole=True, facts=("sessions",)),
    "physiotherapy_sessions_per_week": Dial(0.25, 5, "sessions a week"),
    "cbt_sessions": Dial(0, 60, "sessions", whole=True, facts=("cbt_sessions",)),
    "cbt_sessions_per_week": Dial(0.25, 5, "sessions a week"),
    "coordination": Dial(0, 1, "1 is one team with the same notes and goals", default=1),
    "examination": Dial(0, 1, "0 leaves the signs unused", whole=True, default=1),
    "loading": Dial(0, 2, "share of usual activity advised", default=1),
}

OPTIONAL: Final[tuple[str, ...]] = tuple(name for name, dial in DIALS.items() if dial.default is not None)

SETTINGS: Final[tuple[str, ...]] = (*DIALS, "review_weeks")

CRITERIA: Final[tuple[str, ...]] = (
    *TEXTS,
    *(f"{name}_{sense}" for name in NUMBERS for sense in ("at_least", "at_most")),
    *BOOLEANS,
)

NEVER: Final = "never"
MOST_WEEKS: Final = 520.0
MOST_FIRINGS: Final = 520
MOST_RULES: Final = 200
LONGEST_LINE: Final = 300
LONGEST_SUMMARY: Final = 4000
LARGEST_FILE: Final = 256 * 1024  # bytes
DAYS_IN_WEEK: Final = 7
ROUNDING: Final = 1e-9  # weeks; day numbers divided by seven are not exact


def plain(value: object) -> str:
    """Write a value as a person would: 6 for 6.0, yes for True, a list with commas.

    Parameters
    ----------
    value
        A number, truth value, text, ``None`` or tuple of these.

    Returns
    -------
    str
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, (tuple, list)):
        return ", ".join(plain(item) for item in value)
    return str(value)


def words(name: str) -> str:
    """``imaging_after_weeks`` as ``imaging after weeks``; no text at all as ``not known``."""
    return "leading diagnosis" if name == "leading" else name.replace("_", " ") or "not known"


def nearest(wrong: object, known: Iterable[str]) -> str:
    """A hint naming the nearest known word, or an empty string when nothing is near.

    Parameters
    ----------
    wrong
        What was written.
    known
        The words that exist.

    Returns
    -------
    str
        ``" (did you mean 'pain_at_least'?)"`` or ``""``.
    """
    near = difflib.get_close_matches(str(wrong), list(known), n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""


def said(value: object) -> str:
    """Quote a value from a file in one short line, whatever it holds (control characters escaped)."""
    try:
        text = str(value).lower() if isinstance(value, bool) else repr(value)
    except ValueError:  # Python refuses to write out integers of more than 4300 digits
        text = "a number too long to write"
    return text if len(text) <= 60 else text[:57] + "..."
