"""The closed vocabulary of pathway files: what may be asked, offered and set, and within which bounds.

This is the only file of the room that holds numbers. They are limits of instruments (a pain score runs
from 0 to 10) and guards against absurd input, not clinical thresholds; those live in ``data/pathways``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, get_args

Step = Literal[
    "education",
    "nsaid",
    "paracetamol",
    "physiotherapy",
    "imaging",
    "epidural",
    "medial_branch_block",
    "ablation",
    "microdiscectomy",
    "discharge",
]


class Number(NamedTuple):
    """A numeric fact: its lowest and highest possible value, its unit, and whether it is a count."""

    low: float
    high: float
    unit: str
    whole: bool = False


class Dial(NamedTuple):
    """A numeric setting: bounds, unit, and which facts a criterion may compare it with."""

    low: float
    high: float
    unit: str
    whole: bool = False
    may_be_never: bool = False
    facts: tuple[str, ...] = ()


NUMBERS: Final[dict[str, Number]] = {
    "weeks": Number(0, 520, "weeks since the first visit"),
    "pain": Number(0, 10, "NRS 0-10"),
    "limb_pain": Number(0, 10, "NRS 0-10"),
    "axial_pain": Number(0, 10, "NRS 0-10"),
    "disability": Number(0, 100, "ODI 0-100"),
    "pain_improvement": Number(-1000, 100, "% of the first visit's pain"),
    "age": Number(0, 120, "years"),
    "sessions": Number(0, 1000, "sessions attended", whole=True),
    "images": Number(0, 100, "scans", whole=True),
    "epidurals": Number(0, 100, "injections", whole=True),
    "blocks": Number(0, 100, "blocks", whole=True),
    "ablations": Number(0, 100, "ablations", whole=True),
    "operations": Number(0, 100, "operations", whole=True),
    "block_relief": Number(0, 100, "% relief in the last block's diary"),
    "epidural_relief": Number(0, 100, "% less pain at the first review after the last epidural"),
    "ablation_relief": Number(0, 100, "% less pain at the first review after the last ablation"),
}

BOOLEANS: Final[tuple[str, ...]] = (
    "red_flag",
    "flag_scanned",
    "radicular",
    "facet_signs",
    "finding",
    "concordant",
    "in_physiotherapy",
)

FACTS: Final[tuple[str, ...]] = (*NUMBERS, *BOOLEANS)

STEPS: Final[tuple[Step, ...]] = get_args(Step)

COUNTED_BY: Final[dict[str, Step]] = {
    "images": "imaging",
    "epidurals": "epidural",
    "blocks": "medial_branch_block",
    "ablations": "ablation",
    "operations": "microdiscectomy",
    "sessions": "physiotherapy",
}
"""Which step makes a counted fact grow."""

DIALS: Final[dict[str, Dial]] = {
    "imaging_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "injection_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "surgery_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "early_surgery_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "block_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "finding_after_weeks": Dial(0, 520, "weeks", may_be_never=True, facts=("weeks",)),
    "physiotherapy_sessions": Dial(0, 60, "sessions", whole=True, facts=("sessions",)),
    "physiotherapy_sessions_per_week": Dial(0.25, 5, "sessions a week"),
}

SETTINGS: Final[tuple[str, ...]] = (*DIALS, "review_weeks")

CRITERIA: Final[tuple[str, ...]] = (
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
    """``imaging_after_weeks`` as ``imaging after weeks``."""
    return name.replace("_", " ")


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
