"""What two parameters may not be at once: draws are brought back to the nearest values the model accepts.

Each number is already within its own unit. These are the model's own rules about two of them; they touch a
few draws in a thousand.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinesim.evidence import Evidence

Floats = npt.NDArray[np.float64]
SCALE_TOP = 10.0  # of the numeric rating scale
NEAR = 0.999  # of the largest SD that a mean on a scale with two ends can have
GOALS = ("sitting", "standing", "walking", "sleep", "work")
ORDERED = (
    ("person.age_min", "person.age_max"),
    ("person.past_course.few", "person.past_course.full"),
    *((f"goal.{goal}.least", f"goal.{goal}.most") for goal in GOALS),
)


def settle(evidence: Evidence, drawn: dict[str, Floats]) -> dict[str, Floats]:
    """Draws by parameter id, shape (n,) each, that the model accepts together; the same ids."""
    found = dict(drawn)

    def of(key: str) -> Floats | float:
        return found[key] if key in found else evidence.value(key)

    for low, high in ORDERED:
        if low in found:
            found[low] = np.minimum(found[low], of(high))
        elif high in found:
            found[high] = np.maximum(found[high], of(low))
    for condition in evidence.conditions:
        months = f"{condition}.months_in_pain"
        for end, bound in (("least", np.maximum), ("most", np.minimum)):
            if months in found and f"{condition}.months_{end}" in evidence:
                found[months] = bound(found[months], of(f"{condition}.months_{end}"))
        for channel in ("axial", "limb"):
            mean, sd = f"{condition}.{channel}.start", f"{condition}.{channel}.start_sd"
            if sd in found:
                found[sd] = np.minimum(found[sd], largest_sd(of(mean)))
            elif mean in found:  # the SD is not in doubt, so that the mean gives way
                found[mean] = np.clip(found[mean], *means_for(evidence.value(sd)))
    return found


def largest_sd(mean: Floats | float) -> Floats:
    """Largest SD of scores from 0 to the top of the scale with this mean."""
    at = np.asarray(mean, dtype=np.float64)
    return np.asarray(NEAR * np.sqrt(at * (SCALE_TOP - at)))


def means_for(sd: float) -> tuple[float, float]:
    """Least and largest mean of scores from 0 to the top of the scale with this SD."""
    middle = SCALE_TOP / 2
    room = float(np.sqrt(max(middle**2 - (sd / NEAR) ** 2, 0.0)))
    return middle - room, middle + room
