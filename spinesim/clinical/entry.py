"""What people can do on the day they come: disability and sleep as `Body` starts them; goals above them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
import numpy.typing as npt

from spinesim.clinical.conditions import Condition
from spinesim.clinical.people import IN_MINUTES, SCALE_TOP, Floats, Ints, Uniforms, goal_levels
from spinesim.evidence import Evidence

Columns = Mapping[str, npt.NDArray[np.generic]]


def at_entry(evidence: Evidence, what: Condition, who: Columns) -> tuple[Floats, Floats]:
    """Disability (0-100) and sleep (0-1) at entry, which the pain, fear and usual sleep of a person imply."""
    value, column = evidence.value, cast(Mapping[str, Floats], who)
    limb, axial, fear = (column[name] for name in ("limb_start", "axial_start", "fear"))
    share = np.maximum(limb, axial) / SCALE_TOP
    afraid = fear + value("fear.from_pain") * share
    worry = np.maximum(afraid - value("person.fear"), 0)
    lost = value("sleep.loss_from_pain") * share + value("sleep.loss_from_fear") * worry
    sleep = np.maximum(column["sleep_rest"] - lost, 0)
    bad_nights = np.maximum(value("person.sleep") - sleep, 0)
    afraid = np.minimum(afraid + value("fear.from_sleep_loss") * bad_nights, 1.0)
    disability = (
        column["disability_trait"]
        * (what.get("disability.per_limb") * limb + what.get("disability.per_axial") * axial)
        + value("fear.disability") * (afraid - value("person.fear"))
        - value("conditioning.disability") * (value("person.conditioning") - value("conditioning.level"))
    )
    return np.clip(disability, 0, 100), sleep


def goal_level(evidence: Evidence, what: Condition, who: Columns, u: Uniforms) -> Floats:
    """The level each person wants to reach, above what they can do on the day they come."""
    from spinesim.clinical import outcomes  # it reads cohorts, which read this module

    disability, sleep = at_entry(evidence, what, who)
    week, function = evidence.value("function.nights_per_week"), evidence.values("function.")
    numbers = {f"function.{name}": number for name, number in function.items()}
    able = {name: outcomes.minutes(numbers, name, disability) for name in IN_MINUTES} | {
        "sleep": week * sleep
    }
    free = {name: float(outcomes.minutes(numbers, name, np.zeros(1))[0]) for name in IN_MINUTES}
    free["sleep"] = week * evidence.value("person.sleep")
    return goal_levels(evidence, cast(Ints, who["goal"]), u("goal_level"), able, free)
