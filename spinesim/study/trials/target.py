"""One published figure or series of a trial file: what is measured, and the band the model must fall in."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spinesim.clinical.mix import did_you_mean
from spinesim.study.outcomes import OUTCOMES, PEOPLE
from spinesim.study.results import SERIES
from spinesim.study.trials.sense import senseless, shown, unit_of

NORMAL_95 = 1.96  # the usual two-sided 95 % normal quantile, as papers use it
MOST_WEEKS = 520
MOST_FIGURES = 200
OPERATED = "operated"
MEASURES = (
    "value", "change", "percent_change", "share_at_most", "share_at_least", "share_improved_by",
    "median_weeks_to",
)  # fmt: skip
WITH_CUT = MEASURES[3:]
SHARES = MEASURES[3:6]
ROUNDING = 1e-9

Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Week = Annotated[int, Field(ge=0, le=MOST_WEEKS)]
People = Annotated[int, Field(ge=1)]
Figures = Annotated[list[Finite], Field(max_length=MOST_FIGURES)]
Measure = Literal[
    "value", "change", "percent_change", "share_at_most", "share_at_least", "share_improved_by",
    "median_weeks_to",
]  # fmt: skip


class Strict(BaseModel):
    """No key that is not known, no value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Target(Strict):
    """One published series; see ``data/trials/README.md`` for every key.

    `scale` multiplies the model's value (10 turns NRS 0-10 into VAS 0-100); `cut` is on the paper's scale.
    The band a model figure must fall in is mean ± `tolerance` where given, else `low`..`high`, else mean
    ± 1.96 standard errors from `sd` and `n` (and `versus_n`), else, for a share with `n`, its Wilson
    interval.
    """

    outcome: str
    arm: str
    weeks: list[Week] = Field(min_length=1, max_length=MOST_FIGURES)
    mean: list[Finite] = Field(min_length=1, max_length=MOST_FIGURES)
    measure: Measure = "value"
    cut: Finite | None = None
    versus: str | None = None
    standardised: bool = False
    sd: list[Annotated[float, Field(ge=0, allow_inf_nan=False)]] = []
    low: Figures = []
    high: Figures = []
    n: People | None = None
    versus_n: People | None = None
    scale: Positive = 1.0
    tolerance: Positive | None = None
    among: Literal["all", "operated", "not_operated"] = "all"
    clock: Literal["referral", "operation"] = "referral"
    source: list[str] = []
    checked: bool | None = None
    says: str = ""

    @model_validator(mode="after")
    def _lengths(self) -> Target:
        for name in ("mean", "sd", "low", "high"):
            if getattr(self, name) and len(getattr(self, name)) != len(self.weeks):
                raise ValueError(
                    f"'{name}' has {len(getattr(self, name))} figures for {len(self.weeks)} weeks"
                )
        if bool(self.low) != bool(self.high):
            raise ValueError(
                f"'{'high' if self.low else 'low'}' is missing: give both low and high, or neither"
            )
        if len(set(self.weeks)) < len(self.weeks):
            raise ValueError("'weeks' names a week twice: each week stands once in a [[target]]")
        return self

    @model_validator(mode="after")
    def _measured(self) -> Target:
        known = (*SERIES, OPERATED, *OUTCOMES)
        if self.outcome not in known:
            raise ValueError(f"outcome '{self.outcome[:40]}' is unknown: {did_you_mean(self.outcome, known)}")
        if self.outcome not in SERIES and self.measure != "value":
            raise ValueError(
                f"measure '{self.measure}' needs a weekly outcome ({', '.join(SERIES)}), not '{self.outcome}'"
            )
        if self.measure in WITH_CUT and self.cut is None:
            raise ValueError(f"'cut' is missing: measure '{self.measure}' counts people by it")
        if self.measure not in WITH_CUT and self.cut is not None:
            raise ValueError(f"'cut' does nothing with measure '{self.measure}': remove it")
        if self.measure == "median_weeks_to" and len(self.weeks) > 1:
            raise ValueError("measure 'median_weeks_to' takes one week, the horizon: write weeks = [52]")
        if self.clock == "operation" and (
            self.outcome not in SERIES or self.measure != "value" or self.versus
        ):
            raise ValueError("clock 'operation' works only with the value of a weekly outcome in one arm")
        if self.standardised and self.versus is None:
            raise ValueError("'standardised' is about a difference: name the other arm as 'versus'")
        if self.standardised and (self.measure not in ("value", "change") or self.outcome not in SERIES):
            raise ValueError("'standardised' needs the value or change of a weekly outcome")
        if self.versus is not None and self.versus == self.arm:
            raise ValueError(f"'versus' is the arm itself ('{self.arm}'): name the other arm")
        if self.versus_n is not None and self.versus is None:
            raise ValueError("'versus_n' is the size of another arm: name it as 'versus'")
        return self

    @model_validator(mode="after")
    def _share(self) -> Target:
        if not self.share or abs(self.scale_top - 1) > ROUNDING:
            return self
        least = -1.0 if self.versus else 0.0
        for name in ("mean", "low", "high"):
            for figure in getattr(self, name):
                if least <= figure <= 1:
                    continue
                percent = f": write {figure / 100:g} for {figure:g} %" if 1 < abs(figure) <= 100 else ""
                raise ValueError(
                    f"'{name}' holds {figure:g}, but a share lies between {least:g} and 1{percent}"
                )
        return self

    @model_validator(mode="after")
    def _band(self) -> Target:
        for low, high in zip(self.low, self.high, strict=True):
            if low >= high:
                raise ValueError(f"low = {low:g} is not below high = {high:g}: mend the band")
        if self.tolerance is not None or self.low:
            return self
        if self.standardised:
            if not (self.n and self.versus_n):
                raise ValueError("no band: give 'n' and 'versus_n', or 'low' and 'high', or 'tolerance'")
        elif self.sd and self.n:
            if self.versus and not self.versus_n:
                raise ValueError("no band: 'versus_n', the size of the other arm, is missing beside sd and n")
            if not all(self.sd):
                raise ValueError("no band: an 'sd' is 0; give 'tolerance', or 'low' and 'high'")
        elif not (self.share and self.n and not self.versus):
            if self.share and self.versus:
                raise ValueError(
                    "no band: for a difference between shares give 'low' and 'high', or 'tolerance'"
                )
            raise ValueError("no band: give 'tolerance', or 'low' and 'high', or 'sd' and 'n'")
        elif not all(0 <= mean <= self.scale_top for mean in self.mean):
            raise ValueError(f"a share cannot be outside 0 to {self.scale_top:g} on this scale: mend 'mean'")
        return self

    @model_validator(mode="after")
    def _meant(self) -> Target:
        if problem := senseless(self):
            raise ValueError(problem)
        return self

    @property
    def unit(self) -> str:
        """The outcome's unit and scale, of `cut` for a share of people by it: ``NRS × 10``."""
        return shown(unit_of(self.outcome), self.scale)

    @property
    def share(self) -> bool:
        """Whether the figure is a share of people."""
        people = self.outcome in OUTCOMES and OUTCOMES[self.outcome].unit == PEOPLE
        return self.measure in SHARES or self.outcome == OPERATED or people

    @property
    def scale_top(self) -> float:
        """What everybody would give: 1 for a share, 100 for one per 100 people, times the scale."""
        if self.measure in SHARES:  # the scale is applied before the cut
            return 1.0
        return self.scale if self.outcome == OPERATED else 100 * self.scale

    @property
    def label(self) -> str:
        """Name in the table's outcome column."""
        if self.clock == "operation":
            return f"{self.outcome}_after_operation"
        return self.outcome if self.among == "all" else f"{self.outcome}_among_{self.among}"

    @property
    def measured(self) -> str:
        """The measure as the table has it: ``share_at_most 3``."""
        cut = "" if self.cut is None else f" {self.cut:g}"
        return f"{'standardised ' if self.standardised else ''}{self.measure}{cut}"

    def band(self, i: int) -> tuple[float, float]:
        """Lowest and highest model figure counted as inside at the i-th week."""
        if self.tolerance is not None:
            return self.mean[i] - self.tolerance, self.mean[i] + self.tolerance
        if self.low:
            return self.low[i], self.high[i]
        if self.standardised or self.sd:
            n, m = self.n or 1, self.versus_n or 1
            people = 1 / n + (1 / m if self.versus else 0)
            if self.standardised:  # large-sample variance of a standardised difference
                half = NORMAL_95 * math.sqrt(people + self.mean[i] ** 2 / (2 * (n + m)))
            else:
                half = NORMAL_95 * self.sd[i] * math.sqrt(people)
            return self.mean[i] - half, self.mean[i] + half
        from spinesim.study.trials.figures import wilson

        top = self.scale_top
        low, high = wilson(self.mean[i] / top, self.n or 1)
        return top * low, top * high
