"""A claim file: what the clinic says, the arms that show it, the size to expect and the off switch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spinesim.errors import SpinesimError
from spinesim.evidence import data_folder, load_model
from spinesim.study.simulation import shipped_evidence

Finite = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
Mix = str | dict[str, Finite]
Effect = Literal["mean", "difference", "interaction", "optimum", "saturates", "ratio", "duration"]
Settings = dict[str, float | int | str | list[float]]
Person = dict[str, float | int | str | bool | dict[str, bool]]
Keys = dict[str, Any]
"""Keys of a clinic file, dotted, with their values; checked by the clinic's own schema."""
MOST_ARMS = 12
BASE, STANCES = "base", ("sceptical", "base", "hopeful", "article")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Range(_Strict):
    """Sizes that count as the published or stated effect, in the claim's unit, direction included."""

    low: Finite
    high: Finite

    @model_validator(mode="after")
    def _order(self) -> Range:
        if self.low > self.high:
            raise ValueError(f"low = {self.low:g} is above high = {self.high:g}")
        return self


class Among(_Strict):
    """Whom the effect is measured in: a column of ``Results.patients`` in the first arm, or in every arm."""

    column: Text
    at_least: Finite | None = None
    at_most: Finite | None = None
    equals: float | int | str | bool | None = None
    arms: Literal["first", "every"] = "first"


class Arm(_Strict):
    """One arm: a pathway and what differs from it."""

    name: Text
    pathway: Text
    settings: Settings = {}
    parameters: dict[str, Finite] = {}
    without: list[str] = []
    person: Person = {}
    condition: Mix | None = None
    stance: Literal["sceptical", "base", "hopeful", "article"] | None = None
    outcome: str | None = None
    clinic: str | None = None
    clinic_changes: Keys = {}


class Off(_Strict):
    """The off switch: laid on every arm, after the arm's own changes."""

    says: Text
    parameters: dict[str, Finite] = {}
    settings: Settings = {}
    without: list[str] = []
    clinic_changes: Keys = {}
    condition: Mix | None = None
    expect: Range | None = None

    @model_validator(mode="after")
    def _something(self) -> Off:
        laid = (self.parameters, self.settings, self.without, self.clinic_changes, self.condition)
        if not any(laid):
            raise ValueError(
                "switches nothing off: give parameters, settings, without, clinic_changes or condition"
            )
        return self


class Check(_Strict):
    """One effect and its expected size."""

    says: Text
    outcome: Text
    unit: Text
    effect: Effect
    better: Literal["lower", "higher"] = "lower"
    arms: list[str] = []
    per: Literal[1, 100] = 1
    among: Among | None = None
    expect: Range
    expect_source: list[str] = []
    expect_says: str = ""
    null: bool = False
    gone: bool = True

    @model_validator(mode="after")
    def _hangs_together(self) -> Check:
        if not self.expect_source and not self.expect_says:
            raise ValueError("expect has no source: give expect_source (evidence ids) or expect_says")
        nothing = 1.0 if self.effect == "ratio" else 0.0
        if self.effect == "mean" and not self.null:
            return self
        if self.null != (self.expect.low <= nothing <= self.expect.high):
            raise ValueError(
                f"expect runs from {self.expect.low:g} to {self.expect.high:g}: a range holds "
                f"{nothing:g} exactly when null = true"
            )
        return self


class Claim(Check):
    """A claim file; the file's own check first, more under ``[[also]]``."""

    id: Annotated[str, Field(pattern=r"^[A-Z][0-9]+$")]
    title: Text
    evidence_says: Text
    source: list[str] = Field(min_length=1)
    notes: str = ""
    contested: bool = False
    condition: Mix
    clinic: str = "ample"
    clinic_changes: Keys = {}
    patients: Annotated[int, Field(ge=10, le=100_000)] = 1_500
    years: Annotated[float, Field(gt=0, le=10)] = 1.0
    seed: Annotated[int, Field(ge=0)] = 1
    parameters: dict[str, Finite] = {}
    settings: Settings = {}
    person: Person = {}
    arm: list[Arm] = Field(min_length=1, max_length=MOST_ARMS)
    off: Off
    also: list[Check] = []

    @model_validator(mode="after")
    def _arms(self) -> Claim:
        names = [arm.name for arm in self.arm]
        if len(set(names)) < len(names):
            raise ValueError("two [[arm]] have the same name: rename one")
        for check in self.checks:
            strangers = [name for name in check.arms if name not in names]
            if strangers:
                raise ValueError(f"arms names '{strangers[0]}', but the arms are {', '.join(names)}")
            here, (least, most) = len(self.names(check)), _ARMS[check.effect]
            if not least <= here <= most:
                raise ValueError(f"effect '{check.effect}' needs {_said(least, most)} arms, not {here}")
        return self

    @property
    def checks(self) -> list[Check]:
        """The file's own check and those under ``[[also]]``."""
        return [self, *self.also]

    def names(self, check: Check) -> list[str]:
        """The arms of a check, in order."""
        return check.arms or [arm.name for arm in self.arm]


_ARMS = {
    "mean": (1, 1), "duration": (2, 4), "difference": (2, 2), "ratio": (2, 2), "interaction": (4, 4),
    "optimum": (3, MOST_ARMS), "saturates": (3, MOST_ARMS),
}  # fmt: skip


def _said(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} to {most}"


def claims() -> list[str]:
    """Ids of the shipped claims, in the clinic's order."""
    ids = (path.stem for path in (data_folder() / "claims").glob("*.toml"))
    return sorted(ids, key=lambda name: (name[:1], len(name), name))


def load_claim(name_or_path: str | Path) -> Claim:
    """Read a claim by id (``b7`` too) or path; errors are one sentence naming file and key."""
    if isinstance(name_or_path, str) and name_or_path.upper() in claims():
        name_or_path = name_or_path.upper()
    claim = load_model(name_or_path, Claim, "claim")
    figures = shipped_evidence().figures
    cited = [*claim.source, *(source for check in claim.checks for source in check.expect_source)]
    for source in cited:
        if source not in figures:
            raise SpinesimError(f"Claim {claim.id}: '{source}' is no row of data/evidence; mend it.")
    return claim
