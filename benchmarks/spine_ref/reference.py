"""The reference workload spine-ref v1: its numbers, its uniforms, its key figures and what they should be.

A synthetic spine pathway (nothing clinical is meant by its numbers), written so that independent
implementations agree row by row and engines can be compared on equal work. Times are days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HORIZON, ACCRUAL, WARM_UP = 730.0, 365.0, 90.0
RECOVERY_DAYS, SETTLES_AT, LOW_PAIN = 30.0, 0.75, 3.5

CODES = (
    "VISIT",
    "PT",
    "REVIEW",
    "MRI",
    "RESULTS",
    "INJ",
    "INJREV",
    "BLOCK",
    "BLOCKEVAL",
    "RFA",
    "FOLLOWUP",
    "SURG",
)
(VISIT, PT, REVIEW, MRI, RESULTS, INJ, INJREV, BLOCK, BLOCKEVAL, RFA, FOLLOWUP, SURG) = range(12)
RESOURCE = {PT: "PT", MRI: "MRI", INJ: "INJ", BLOCK: "INJ", RFA: "INJ", SURG: "OR"}
EFFECT = {PT: 0.04, INJ: 0.20, RFA: 0.35, SURG: 0.45}
MEAN_DAYS = {VISIT: 7.0, REVIEW: 7.0, RESULTS: 5.0}  # exponential
FIXED_DAYS = {INJREV: 14.0, BLOCKEVAL: 7.0}
AFTER_RFA, AFTER_SURGERY = 30.0, 42.0
TRIANGLE = {  # least, most likely, most
    PT: (0.06, 0.10, 0.14),
    MRI: (0.5, 0.7, 0.9),
    INJ: (0.5, 0.6, 0.7),
    BLOCK: (0.5, 0.6, 0.7),
    RFA: (1.0, 1.2, 1.4),
    SURG: (2.0, 3.0, 4.0),
}
PAIN, RESPONSE, GAP = (4.0, 9.0), (0.5, 1.5), (2.0, 5.0)  # uniform
MOST_SESSIONS, STAYS = 12, 0.97

COLUMNS = 42  # uniforms of one patient, by purpose:
(C_GAP, C_PAIN, C_RESPONSE, C_VISIT, C_VISIT_TO, C_SESSIONS, C_PT, C_PT_GAP, C_REVIEW, C_REVIEW_TO, C_MRI) = (
    0, 1, 2, 3, 4, 5, 6, 18, 29, 30, 31,
)  # fmt: skip
(C_RESULTS, C_RESULTS_TO, C_INJ, C_INJREV_TO, C_BLOCK, C_BLOCKEVAL_TO, C_RFA, C_SURG) = (
    32, 33, 34, 36, 38, 39, 40, 41,
)  # fmt: skip

# mean and standard deviation of one replication of 1,000 patients (5,000 replications of a compiled kernel)
EXPECTED = {
    "wait PT": (0.258, 0.20),
    "wait MRI": (5.51, 3.60),
    "wait INJ": (3.75, 2.32),
    "wait OR": (10.15, 7.25),
    "PT": (6631.0, 173.0),
    "MRI": (508.0, 16.0),
    "INJ": (278.0, 17.0),
    "BLOCK": (143.0, 10.0),
    "RFA": (86.0, 9.0),
    "SURG": (116.0, 10.0),
    "activities": (10540.0, 189.0),
    "length of stay": (56.7, 3.4),
    "pain": (5.171, 0.049),
}


@dataclass(frozen=True)
class Ran:
    """What one run leaves: one element an activity completed by the horizon, in any order.

    Attributes
    ----------
    patient, code : int arrays
    request, start, end, pain : float arrays
        Days, and pain when the activity ended.
    arrival, exit : float arrays, one element a patient who entered
        NaN in `exit` when the patient was still there at the horizon.
    """

    patient: Ints
    code: Ints
    request: Floats
    start: Floats
    end: Floats
    pain: Floats
    arrival: Floats
    exit: Floats

    def ordered(self) -> Ran:
        """The same with the rows of each patient together, in order of time."""
        by = np.lexsort((self.end, self.patient))
        rows = (self.patient, self.code, self.request, self.start, self.end, self.pain)
        return Ran(*(column[by] for column in rows), self.arrival, self.exit)


def scale(patients: int, long: bool = False) -> dict[str, int]:
    """Servers of each resource: more of them for more patients, unless growth is `long` (in time)."""
    s = 1 if long else max(1, round(patients / 1000))
    return {"PT": 2 * s, "MRI": s, "INJ": s, "OR": s}


def times(patients: int, long: bool = False) -> tuple[float, float]:
    """Days over which patients come, and days simulated."""
    accrual = ACCRUAL * patients / 1000
    return (accrual, accrual + ACCRUAL) if long else (ACCRUAL, HORIZON)


def uniforms(seed: int, patients: int) -> Floats:
    """One row of uniforms a patient, shape (patients, 42)."""
    return np.random.Generator(np.random.PCG64(seed)).random((patients, COLUMNS))


def triangular(u: Floats, low: float, mode: float, high: float) -> Floats:
    """Quantiles of the triangular distribution."""
    left = u < (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    return np.where(left, rising, high - np.sqrt((1 - u) * (high - low) * (high - mode)))


def key_figures(ran: Ran) -> dict[str, float]:
    """The key figures of `EXPECTED`, and how many left."""
    late = ran.arrival >= WARM_UP
    counted = late[ran.patient]
    wait = (ran.start - ran.request)[counted]
    done = np.bincount(ran.code, minlength=len(CODES))
    by_code = np.bincount(ran.code[counted], minlength=len(CODES))
    waited = np.bincount(ran.code[counted], weights=wait, minlength=len(CODES))
    found: dict[str, float] = {}
    for name in ("PT", "MRI", "INJ", "OR"):
        codes = [code for code, resource in RESOURCE.items() if resource == name]
        found[f"wait {name}"] = float(waited[codes].sum() / max(by_code[codes].sum(), 1))
    found |= {CODES[code]: float(done[code]) for code in RESOURCE}
    stay = (ran.exit - ran.arrival)[late]
    left = ~np.isnan(stay)
    return found | {
        "activities": float(len(ran.code)),
        "length of stay": float(stay[left].mean()) if left.any() else 0.0,
        "pain": float(ran.pain[counted].mean()) if counted.any() else 0.0,
        "exited": float((~np.isnan(ran.exit)).sum()),
    }


def z_scores(runs: list[dict[str, float]]) -> dict[str, float]:
    """How far the mean of several runs of 1,000 patients is from the expected values, in standard errors."""
    root = np.sqrt(len(runs))
    return {
        name: float((np.mean([run[name] for run in runs]) - mean) / (sd / root))
        for name, (mean, sd) in EXPECTED.items()
    }


def differ(one: Ran, other: Ran, tolerance: float = 1e-9) -> str:
    """Where two runs differ, in words; empty when every row agrees within the tolerance."""
    a, b = one.ordered(), other.ordered()
    if len(a.code) != len(b.code):
        return f"{len(a.code)} rows against {len(b.code)}"
    for name in ("patient", "code"):
        if (getattr(a, name) != getattr(b, name)).any():
            return f"the {name} of some rows"
    for name in ("request", "start", "end", "pain", "arrival", "exit"):
        x, y = getattr(a, name), getattr(b, name)
        if len(x) != len(y) or not np.allclose(x, y, rtol=0, atol=tolerance, equal_nan=True):
            return f"{name}, by more than {tolerance}"
    return ""
