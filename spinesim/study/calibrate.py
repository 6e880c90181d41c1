"""Fit named parameters to trials of role calibration (scipy least squares under common draws).

``python -m spinesim.study.calibrate data/calibration/NAME.toml`` prints the fitted values; a person
then writes them into ``data/parameters``. Validation trials are refused.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field
from scipy import optimize

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, load_model
from spinesim.study.simulation import shipped_evidence
from spinesim.study.trial import Trial, load_trial, run_trial

Finite = Annotated[float, Field(allow_inf_nan=False)]


class Calibration(BaseModel):
    """What is fitted to what.

    `free` maps a parameter to its bounds; `remainder` maps a parameter to those whose sum it
    completes to 1 (shares). `sd_within`: a model SD off by this factor weighs as much as a mean at
    the edge of its band.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    trials: list[str] = Field(min_length=1)
    patients: Annotated[int, Field(ge=100, le=20_000)] = 2_000
    last_week: Annotated[int, Field(ge=1)]
    sd_within: Annotated[float, Field(gt=1)] = 1.25
    free: dict[str, tuple[Finite, Finite]]
    remainder: dict[str, list[str]] = {}


def load_calibration(path: str | Path) -> Calibration:
    """Read a calibration file; errors are one sentence naming file and key."""
    return load_model(path, Calibration, "calibration")


def targets(calibration: Calibration) -> list[Trial]:
    """The trials to fit; refuses validation trials and weeks beyond `last_week`."""
    trials = [load_trial(name) for name in calibration.trials]
    for trial in trials:
        if trial.role != "calibration":
            raise SpinesimError(f"Trial '{trial.name}' is a validation trial; nothing may be fitted to it.")
        if trial.last_week > calibration.last_week:
            raise SpinesimError(
                f"Trial '{trial.name}' has weeks after {calibration.last_week}, which may not be fitted; "
                "drop them."
            )
    return trials


def with_values(evidence: Evidence, calibration: Calibration, values: npt.NDArray[np.float64]) -> Evidence:
    """The evidence with the free parameters set and the remainders completed."""
    changes = dict(zip(calibration.free, map(float, values), strict=True))
    for rest, others in calibration.remainder.items():
        changes[rest] = max(1 - sum(changes.get(o, evidence.value(o)) for o in others), 0.0)
    return evidence.change(changes)


def misfit(calibration: Calibration, trials: list[Trial], evidence: Evidence) -> npt.NDArray[np.float64]:
    """Distances from the papers: means in half-bands, SDs in factors of `sd_within`."""
    distances: list[float] = []
    for trial in trials:
        table, _ = run_trial(trial, patients=calibration.patients, evidence=evidence)
        half = (table["paper_high"] - table["paper_low"]) / 2
        distances += list((table["model_mean"] - (table["paper_high"] + table["paper_low"]) / 2) / half)
        known = table["paper_sd"] > 0
        ratio = np.log(table["model_sd"][known] / table["paper_sd"][known])
        distances += list(ratio / math.log(calibration.sd_within))
    return np.asarray(distances)


def calibrate(
    calibration: Calibration, evidence: Evidence | None = None, rounds: int = 30
) -> dict[str, float]:
    """Fit; returns every free and completed parameter."""
    evidence = evidence or shipped_evidence()
    trials = targets(calibration)
    low, high = np.array(list(calibration.free.values())).T
    start = np.clip([evidence.value(key) for key in calibration.free], low, high)

    def residuals(unit: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        found = misfit(calibration, trials, with_values(evidence, calibration, low + unit * (high - low)))
        print(f"  misfit {float(np.mean(found**2)):.4f}", file=sys.stderr)
        return found

    unit = np.clip((start - low) / (high - low), 0.01, 0.99)
    best = optimize.least_squares(
        residuals, unit, bounds=(0, 1), diff_step=0.04, max_nfev=rounds, loss="soft_l1", ftol=1e-3
    )
    final = with_values(evidence, calibration, low + best.x * (high - low))
    return {key: final.value(key) for key in (*calibration.free, *calibration.remainder)}


if __name__ == "__main__":
    try:
        for key, value in calibrate(load_calibration(sys.argv[1])).items():
            print(f"{key},{value:.4g}")
    except (SpinesimError, IndexError) as wrong:
        sys.exit(f"calibrate: {wrong}")
