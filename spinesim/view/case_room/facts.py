"""The numbers of a debrief that a question may be about."""

from __future__ import annotations

from typing import Any

from spinesim.study import case as room
from spinesim.view import names
from spinesim.view.lab.shown import Fact


def facts_of(made: Any) -> dict[str, Fact]:
    """Every difference (guideline minus the learner's decisions), and `worse_off`: the patient's place."""
    found = {}
    for one in made.study.differences().itertuples():
        if one.arm == room.GUIDELINE:
            key = str(one.outcome)
            base = key.split("_", 1)[0]
            important = made.study.minimal_important(base) if base in ("pain", "disability") else None
            found[key] = Fact(
                key, names.label(key), one.difference, one.low, one.high, str(one.unit), important=important
            )
    share = float(made.luck.set_index("outcome").loc["qaly", "worse_off"])
    found["worse_off"] = Fact(
        "worse_off", "Twins who fared worse than this patient", share, share, share, "per 100 people", "level"
    )
    return found
