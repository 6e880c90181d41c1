"""How much one learner may ask of a shared machine."""

from __future__ import annotations

import os

from spinesim.errors import SpinesimError

MOST_PEOPLE = "SPINESIM_MOST_PEOPLE"
"""Environment variable, set by `spinesim serve`: most patients x runs of one request."""


def most_people() -> int | None:
    """The limit in force; None without one."""
    text = os.environ.get(MOST_PEOPLE, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise SpinesimError(
            f"{MOST_PEOPLE} is '{text[:20]}': set it to a whole number of people, or not at all."
        )
    return int(text)


def refuse_too_much(patients: int, runs: int = 1) -> None:
    """Refuse a request beyond the limit, before anything is allocated.

    Raises
    ------
    SpinesimError
        One sentence that says the limit.
    """
    most = most_people()
    if most is not None and patients * runs > most:
        times = f" x {runs:,} runs" if runs > 1 else ""
        raise SpinesimError(
            f"{patients:,} people{times} are more than this shared machine gives one learner "
            f"({most:,}): ask for fewer."
        )
