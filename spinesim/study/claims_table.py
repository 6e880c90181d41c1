"""Measure a claim's effect and judge it: one row of the table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from spinesim.errors import SpinesimError
from spinesim.study.claims_clinic import of_people, of_the_clinic, problem
from spinesim.study.compare import interval
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.results import Results

if TYPE_CHECKING:
    from spinesim.study.claims_file import Among, Check, Claim

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Read = list[tuple[Results, str]]
COLUMNS = [
    "id", "claim", "outcome", "unit", "effect", "low", "high", "expected_low", "expected_high",
    "off_effect", "off_low", "off_high", "verdict", "stance", "patients", "own_patients",
    "title", "says", "evidence_says", "mechanism",
]  # fmt: skip
EMERGES = "emerges"
MISSES = "does not emerge"
STAYS = "off switch does not remove it"
WITHIN, BEYOND = "within the margin", "beyond the margin"
FEW = "too few people to tell"
PASSES = (EMERGES, WITHIN)
GONE = 0.25  # an effect counts as gone when at most a quarter of it is left and its interval includes none,
TRACE = 0.1  # or at most a tenth of it is left
IMPROVEMENT = "_improvement"
HALF = 0.5  # relief lasts while pain is at most half of what it would be, as ablation trials count it
_WORTH = re.compile(r"net_benefit@(\d+)")
_AT = re.compile(r"([a-z_]+)@(\d+)(?:-(\d+))?")


class Size(NamedTuple):
    """An effect with its 95 % interval; `nothing` is the value of no effect."""

    effect: float
    low: float
    high: float
    nothing: float = 0.0
    interior: bool = True

    @property
    def clear(self) -> bool:
        """Whether the interval excludes no effect."""
        return self.low > self.nothing or self.high < self.nothing


def measurable(outcome: str, weeks: int) -> str | None:
    """What is wrong with an outcome's name, as far as can be told before a run; None if nothing."""
    if outcome in OUTCOMES:
        late = OUTCOMES[outcome].from_week
        return f"'{outcome}' needs {late} weeks of follow-up; give more years." if late > weeks else None
    if of_the_clinic(outcome):
        return problem(outcome)
    at = None if _WORTH.fullmatch(outcome) else _AT.fullmatch(outcome)
    if at and max(int(week) for week in at.groups()[1:] if week) > weeks:
        return f"'{outcome}' lies after the last week ({weeks}); give more years."
    if "@" in outcome and not at and not _WORTH.fullmatch(outcome):
        return f"'{outcome}' is no outcome; write 'pain@26' or 'pain@1-52'."
    return None


def measure(results: Results, outcome: str) -> Floats:
    """One value per person.

    Parameters
    ----------
    results : Results
    outcome : str
        A key of `OUTCOMES`; a series at a week (``pain@26``) or its mean over weeks (``pain@1-52``);
        its improvement in % of the mean at referral (``pain_improvement@26``); what health is worth less
        what care costs, at so many USD per QALY (``net_benefit@100000``); a measure of the clinic
        (``hours@physician``, ``wait@intake``, ``alike@procedures``); or a column of ``Results.patients``.
    """
    worth = _WORTH.fullmatch(outcome)
    if worth:
        people = results.patients
        return (int(worth.group(1)) * people["qaly"] - people["cost"]).to_numpy(dtype=np.float64)
    if of_the_clinic(outcome):
        return of_people(results, outcome)
    at = _AT.fullmatch(outcome)
    if outcome in OUTCOMES:
        return np.asarray(OUTCOMES[outcome].of(results), dtype=np.float64)
    if at:
        name, first, last = at.group(1), int(at.group(2)), int(at.group(3) or at.group(2))
        series = results.series.get(name.removesuffix(IMPROVEMENT))
        if series is None or last >= len(series):
            raise SpinesimError(
                f"'{outcome}' cannot be read: the series are {', '.join(results.series)}, "
                f"weeks 0 to {len(results.weeks) - 1}."
            )
        values = series[first : last + 1].mean(axis=0, dtype=np.float64)
        if name.endswith(IMPROVEMENT):
            start = series[0].astype(np.float64)
            return np.asarray(100 * (start - values) / start.mean())
        return np.asarray(values)
    if outcome in results.patients:
        return results.patients[outcome].to_numpy(dtype=np.float64)
    raise SpinesimError(
        f"Unknown outcome '{outcome}': give one of {', '.join(OUTCOMES)}, a series at a week such as "
        f"pain@26, or a column of the patients' table ({', '.join(results.patients)})."
    )


def _who(among: Among | None, runs: list[Results]) -> Flags:
    """The people the effect is measured in, the same in every arm."""
    first = runs[0].patients
    if any(not np.array_equal(first["patient"], run.patients["patient"]) for run in runs):
        raise SpinesimError("The arms hold other people, so they cannot be paired.")
    chosen = np.ones(len(first), dtype=bool)
    if among is None:
        return chosen
    for run in runs if among.arms == "every" else runs[:1]:
        if among.column not in run.patients:
            raise SpinesimError(f"among names '{among.column}', which is no column of the patients' table.")
        column = run.patients[among.column].to_numpy()
        if among.at_least is not None:
            chosen &= column >= among.at_least
        if among.at_most is not None:
            chosen &= column <= among.at_most
        if among.equals is not None:
            chosen &= column == among.equals
    return chosen


def effect(check: Check, read: Read) -> Size:
    """The size of a check's effect, paired over people."""
    who = _who(check.among, [run for run, _ in read])
    if who.sum() < 2:
        raise SpinesimError(f"'{check.says}': {who.sum()} people count; ask for more patients.")
    if check.effect == "duration":
        return _duration([run.series[outcome][:, who] for run, outcome in read])
    values = [check.per * measure(run, outcome)[who] for run, outcome in read]
    if any(np.isnan(one).any() for one in values):
        raise SpinesimError(f"'{check.says}': '{check.outcome}' is missing for some people; use among.")
    if check.effect == "mean":
        return Size(*interval(values[0]))
    if check.effect == "difference":
        return Size(*interval(values[-1] - values[0]))
    if check.effect == "interaction":
        return Size(*interval((values[0] - values[1]) - (values[2] - values[3])))
    if check.effect == "ratio":
        return _ratio(values[0], values[-1])
    gain = [-one if check.better == "lower" else one for one in values]
    if check.effect == "saturates":
        return Size(*interval((gain[1] - gain[0]) - (gain[-1] - gain[-2])))
    means = [float(one.mean()) for one in gain]
    best = 1 + int(np.argmax(means[1:-1]))
    end = gain[0] if means[0] >= means[-1] else gain[-1]
    return Size(*interval(gain[best] - end), interior=means[best] > max(means[0], means[-1]))


def _duration(series: list[npt.NDArray[np.float32]]) -> Size:
    """Weeks at half the pain or less that the person would have had, arm 1 for arm 2; with four arms, how
    much longer than arm 3 for arm 4. Only people with any such week (in both pairs) count.
    """
    weeks = [
        ((treated <= HALF * sham) & (sham > 0)).sum(axis=0).astype(np.float64)
        for treated, sham in zip(series[::2], series[1::2], strict=True)
    ]
    helped = np.logical_and.reduce([one > 0 for one in weeks])
    if helped.sum() < 2:
        return Size(0.0, 0.0, 0.0)
    return Size(*interval(weeks[0][helped] - (weeks[1][helped] if len(weeks) > 1 else 0.0)))


def _ratio(first: Floats, last: Floats) -> Size:
    """Mean of the last arm over mean of the first; interval on the log scale, linearised, paired."""
    a, b = float(first.mean()), float(last.mean())
    if np.array_equal(first, last):
        return Size(1.0, 1.0, 1.0, nothing=1.0)
    if a <= 0 or b <= 0:
        return Size(float("nan"), float("nan"), float("nan"), nothing=1.0)
    _, low, high = interval(last / b - first / a)
    return Size(b / a, b / a * float(np.exp(low)), b / a * float(np.exp(high)), nothing=1.0)


def is_gone(check: Check, on: Size, off: Size, expect: tuple[float, float] | None) -> bool:
    """Whether the off switch took the effect away."""
    if expect is not None:
        return expect[0] <= off.effect <= expect[1]
    if off.effect == off.nothing or not off.interior:
        return True
    if check.effect == "optimum" and off.effect <= 0:
        return True
    left, full = off.effect - off.nothing, on.effect - on.nothing
    if left * full < 0:
        return True  # turned round
    if check.effect == "ratio":
        left, full = float(np.log(off.effect)), float(np.log(on.effect))
    return abs(left) <= TRACE * abs(full) or (not off.clear and abs(left) <= GONE * abs(full))


def verdict(check: Check, on: Size, off: Size | None, expect_off: tuple[float, float] | None = None) -> str:
    """What the sizes say of the claim.

    An effect emerges when its sign and size lie in the expected range, its interval excludes none, and the
    off switch takes it away. Where next to none is expected (`null`), it lies within the margin or beyond.
    Too few people: the interval holds both none and what is expected (for a margin, what is beyond it).
    """
    low, high = check.expect.low, check.expect.high
    unsure = on.low < on.high and not on.clear
    if check.null:
        if unsure and (on.low < low or on.high > high):
            return FEW
        return WITHIN if low <= on.effect <= high else BEYOND
    up = low > on.nothing
    if unsure and on.low <= high and on.high >= low:
        return FEW
    if not on.clear or not on.interior or (on.effect > on.nothing) != up:
        return MISSES
    if off is not None and not is_gone(check, on, off, expect_off):
        return STAYS if off.clear or expect_off is not None else FEW
    if low <= on.effect <= high:
        return EMERGES
    smaller = on.effect < low if up else on.effect > high
    return f"{EMERGES}, {'smaller' if smaller else 'larger'} than expected"


def row(
    claim: Claim, check: Check, stance: str, on: Read, off: Read | None, patients: int
) -> tuple[object, ...]:
    """One line of the table (`COLUMNS`)."""
    try:
        with_it = effect(check, on)
        without_it = None if off is None else effect(check, off)
    except SpinesimError as wrong:
        raise SpinesimError(f"Claim {claim.id}: {wrong}") from None
    aim = claim.off.expect
    judged = verdict(check, with_it, without_it, (aim.low, aim.high) if aim and check is claim else None)
    gone = (float("nan"),) * 3 if without_it is None else without_it[:3]
    return (
        claim.id, claim.title if check is claim else check.says, check.outcome, check.unit,
        *with_it[:3], check.expect.low, check.expect.high, *gone, judged, stance, patients, claim.patients,
        claim.title, claim.says, claim.evidence_says, claim.off.says,
    )  # fmt: skip
