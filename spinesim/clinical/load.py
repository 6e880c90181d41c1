"""Load: how recovery and flares depend on how much is done, and on how it is spread over the week.

Pure elementwise functions of parameters ``load.*``, ``flare.*`` and ``occupation.*``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from spinesim.clinical.cohort import OCCUPATIONS, SCALE_TOP

Floats = npt.NDArray[np.float64]
Numbers = Mapping[str, float]


def tolerance(v: Numbers, pain: Floats) -> Floats:
    """Load that irritates nothing today, as a share of usual activity; it rises as pain falls."""
    able: Floats = v["load.tolerance"] + v["load.tolerance_when_easy"] * (1 - pain / SCALE_TOP)
    return able


def _drive(v: Numbers, load: Floats | float, tolerated: Floats) -> Floats:
    """What a load does for recovery: a stimulus that saturates, less an irritation beyond tolerance."""
    excess = np.maximum(load - tolerated, 0)
    drive: Floats = 1 + v["load.stimulus"] * load / (load + v["load.half"]) - v["load.irritation"] * excess**2
    return drive


def recovery_speed(v: Numbers, load: Floats, pain: Floats) -> Floats:
    """Speed of recovery at this load, relative to that at usual activity; above 0."""
    tolerated = tolerance(v, pain)
    least = v["load.slowest"]
    usual = np.maximum(_drive(v, 1.0, tolerated), least)
    speed: Floats = np.maximum(_drive(v, load, tolerated), least) / usual
    return speed


def flare_ratio(v: Numbers, occupation: npt.NDArray[np.int64], active_days: Floats) -> Floats:
    """Rate ratio of flares by occupation and schedule: the same weekly work on fewer days peaks higher.

    Loads add to the hazard by a power (``flare.convexity``), so `d` equal days of work carry
    ``d ** (1 - convexity)``. Scaled so that the population's mean is 1 before anything is changed.
    """
    power = 1 - v["flare.convexity"]
    crammed = v["person.boom_bust"]
    mean = crammed * v["person.boom_bust_days"] ** power + (1 - crammed) * v["person.paced_days"] ** power
    work = np.array([v[f"occupation.{name}.flare"] for name in OCCUPATIONS])
    shares = np.array([v[f"person.occupation.{name}"] for name in OCCUPATIONS])
    typical = float((work * shares).sum() / shares.sum())
    # a person's days are looked up among the few schedules there are: one power per schedule, not per person
    schedules, which = np.unique(active_days, return_inverse=True)
    spread = np.array([float(days) ** power for days in schedules])[which] / mean
    ratio: Floats = work[occupation] / typical * spread
    return ratio
