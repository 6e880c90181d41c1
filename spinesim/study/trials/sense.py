"""Whether a published figure can be what its file says: limits of instruments, forgotten scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spinesim.pathway.vocabulary import NUMBERS
from spinesim.study.outcomes import NRS, ODI, OUTCOMES, PEOPLE

if TYPE_CHECKING:
    from spinesim.study.trials.target import Target

RMDQ = "RMDQ 0-24"
TOPS = {NRS: NUMBERS["pain"].high, ODI: NUMBERS["disability"].high, RMDQ: 24.0, PEOPLE: 100.0}
"""Highest value of an instrument; each starts at 0."""
UNITS = {"pain": NRS, "limb_pain": NRS, "axial_pain": NRS, "disability": ODI, "rmdq": RMDQ}
SHARE = "share 0-1"
WHOLE = 100.0  # per cent
ROUNDING = 1e-9


def unit_of(outcome: str) -> str:
    """The model's own unit of an outcome."""
    return UNITS.get(outcome) or (OUTCOMES[outcome].unit if outcome in OUTCOMES else SHARE)


def senseless(target: Target) -> str | None:
    """What of a target cannot be meant, with the remedy; None if all of it can."""
    return (
        _outside_bounds(target) or _per_hundred(target) or _beyond(target) or _cut(target) or _clock(target)
    )


def _outside_bounds(target: Target) -> str | None:
    for mean, low, high in zip(target.mean, target.low, target.high, strict=False):
        if not low - ROUNDING <= mean <= high + ROUNDING:
            return (
                f"'mean' holds {mean:g}, outside its own low = {low:g} to high = {high:g}: mend one of them"
            )
    return None


def _per_hundred(target: Target) -> str | None:
    """A share written for an outcome that is counted per 100 people."""
    if unit_of(target.outcome) != PEOPLE or target.scale != 1 or target.versus or not target.n:
        return None
    if 0 < (most := max(target.mean)) <= 1:
        return f"'mean' holds {most:g}; {most:g} per 100 people: write {WHOLE * most:g}, or scale = 0.01"
    return None


def _beyond(target: Target) -> str | None:
    """A mean that the instrument cannot show, mostly since the scale was forgotten."""
    unit = unit_of(target.outcome)
    if target.measure == "percent_change":
        for mean in target.mean:
            if mean < -WHOLE and not target.versus:
                return f"'mean' holds {mean:g}: nothing can fall by more than 100 %; mend it"
        return None
    if target.measure not in ("value", "change") or target.standardised or unit not in TOPS:
        return None
    top = TOPS[unit] * target.scale
    signed = target.measure == "change" or target.versus is not None
    worst = max(target.mean, key=abs)
    if abs(worst) > top + ROUNDING:
        remedy = _remedy(worst, unit, target.scale)
        return f"'mean' holds {worst:g}, beyond {shown(unit, target.scale)}: {remedy}"
    if not signed and (least := min(target.mean)) < -ROUNDING:
        return (
            f"'mean' holds {least:g}, below 0 of {shown(unit, target.scale)}: for a change write "
            'measure = "change"'
        )
    return None


def _cut(target: Target) -> str | None:
    if target.cut is None:
        return None
    if target.measure == "share_improved_by":
        if target.cut > WHOLE:
            return f"'cut' is {target.cut:g}: nobody improves by more than 100 %; mend it"
        return None
    unit = unit_of(target.outcome)
    if 0 <= target.cut <= TOPS[unit] * target.scale + ROUNDING:
        return None
    return (
        f"'cut' is {target.cut:g}, beyond {shown(unit, target.scale)}, the paper's scale as the file has it: "
        f"{_remedy(target.cut, unit, target.scale)}"
    )


def _clock(target: Target) -> str | None:
    if target.clock != "operation":
        return None
    if target.among == "not_operated":
        return (
            "clock = \"operation\" counts from an operation, which the 'not_operated' never had: remove one"
        )
    for before, week in zip([0, *target.weeks], target.weeks, strict=False):
        if week <= before:
            return (
                f"'weeks' holds {week} after {before}: with clock 'operation' they are the ends of windows, "
                "so write them rising, the first above 0"
            )
    return None


def shown(unit: str, scale: float) -> str:
    """A unit and its scale: ``NRS 0-10``, ``NRS × 10``, ``share 0-1``."""
    if scale == 1:
        return unit
    if unit == PEOPLE and scale == 1 / WHOLE:
        return SHARE
    return f"{unit.removesuffix(f' 0-{TOPS[unit]:g}') if unit in TOPS else unit} × {scale:g}"


def _remedy(figure: float, unit: str, scale: float) -> str:
    """The scale that was probably forgotten: a 0-10 rating printed as 0-100."""
    if unit == NRS and scale == 1 and TOPS[NRS] < abs(figure) <= WHOLE:
        return f"write scale = {WHOLE / TOPS[NRS]:g}, or mend the figure"
    return "mend the figure or its 'scale'"
