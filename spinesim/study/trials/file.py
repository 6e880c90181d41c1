"""A trial file: who was let in, what each arm did, and what was published. See `data/trials/README.md`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from spinesim.clinical.mix import did_you_mean
from spinesim.evidence.models import load_model, locate
from spinesim.pathway.vocabulary import NUMBERS
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.trials.target import MOST_WEEKS, Finite, Strict, Target, Week

MOST_ARMS = 12
MOST_TARGETS = 200
SHARES_SUM = 1e-3  # weights typed with three decimals may miss 1 by this much
BECAUSE = "because"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")


def _flat(value: Any) -> Any:
    """Parameters by id: ``a.b = 1`` without quotes is a table in a table in TOML, and means the same."""
    if not isinstance(value, Mapping):
        return value
    flat = _flattened(value)
    for key, number in flat.items():
        if key == BECAUSE:
            if not isinstance(number, str) or not number.strip():
                raise ValueError("'because' must say in words why these numbers differ here")
        elif isinstance(number, bool) or not isinstance(number, int | float):
            raise ValueError(f"'{key}' is {str(number)[:40]!r}, not a number: write one, without quotes")
    if flat and BECAUSE not in flat:
        raise ValueError("'because' is missing: say why these numbers differ here, because = \"...\"")
    return flat


def _flattened(table: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, inside in table.items():
        if isinstance(inside, Mapping):
            flat |= {f"{key}.{name}": number for name, number in _flattened(inside).items()}
        else:
            flat[str(key)] = inside
    return flat


def _mix(value: Any) -> Any:
    """A condition's name, or weights that sum to 1."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or not value:
        raise ValueError("write a condition in quotes, or weights such as { disc_herniation = 0.7, ... }")
    for key, weight in value.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise ValueError(f"the weight of '{key}' is {str(weight)[:40]!r}, not a number")
        if not 0 <= weight <= 1:
            raise ValueError(f"the weight of '{key}' is {weight:g}: weights lie between 0 and 1 and sum to 1")
    total = sum(value.values())
    if abs(total - 1) > SHARES_SUM:
        raise ValueError(f"the weights sum to {total:.4g}: make them sum to 1")
    return {str(key): float(weight) for key, weight in value.items()}


def _name(value: Any) -> Any:
    """An identifier: what the scoreboard calls the trial."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(
            f"{str(value)[:40]!r} is no identifier: write small letters, digits and _, such as my_trial"
        )
    return value


def _probability(value: Any) -> Any:
    """A share from 0 to 1; per cent are told apart."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{str(value)[:40]!r} is not a number: write a share such as 0.37")
    if not 0 <= value <= 1:
        percent = f": write {value / 100:g} for {value:g} %" if 1 < value <= 100 else ""
        raise ValueError(f"{value:g} is not a share between 0 and 1{percent}")
    return float(value)


Parameters = Annotated[dict[str, float | str], BeforeValidator(_flat)]
Condition = Annotated[str | dict[str, float], BeforeValidator(_mix)]
Share = Annotated[float, BeforeValidator(_probability)]
Text = Annotated[str, Field(min_length=1, max_length=300)]
Value = float | int | str | bool


class Eligibility(Strict):
    """Who may enter, judged `at_week` weeks after referral (years; NRS 0-10; ODI or NDI 0-100)."""

    at_week: Week = 0
    age_at_least: Finite | None = None
    age_at_most: Finite | None = None
    pain_at_least: Finite | None = None
    pain_at_most: Finite | None = None
    limb_pain_at_least: Finite | None = None
    limb_pain_at_most: Finite | None = None
    axial_pain_at_least: Finite | None = None
    axial_pain_at_most: Finite | None = None
    disability_at_least: Finite | None = None
    disability_at_most: Finite | None = None
    female: bool | None = None

    @model_validator(mode="after")
    def _range(self) -> Eligibility:
        for key, bound in self.bounds().items():
            if key == "female":
                continue
            limits = NUMBERS[key.rpartition("_at_")[0]]
            if not limits.low <= bound <= limits.high:
                tenth = limits.high == 10 and 10 < bound <= 100
                raise ValueError(
                    f"{key} = {bound:g} is beyond {limits.low:g} to {limits.high:g} ({limits.unit}): "
                    + (f"write {bound / 10:g} for {bound:g} of 100" if tenth else "mend it")
                )
        return self

    @model_validator(mode="after")
    def _order(self) -> Eligibility:
        for name in ("age", "pain", "limb_pain", "axial_pain", "disability"):
            low, high = getattr(self, f"{name}_at_least"), getattr(self, f"{name}_at_most")
            if low is not None and high is not None and low > high:
                raise ValueError(
                    f"{name}_at_least = {low:g} is above {name}_at_most = {high:g}: nobody meets both"
                )
        return self

    def bounds(self) -> dict[str, float]:
        """The criteria that are given, by key."""
        given = self.model_dump(exclude={"at_week"}, exclude_none=True)
        return {key: float(bound) for key, bound in given.items()}


class Crossover(Strict):
    """Some of an arm take a step whatever their pathway says."""

    step: str
    by_week: Week
    share: Share
    when: dict[str, Value] = {}


class Arm(Strict):
    """One arm: the pathway its patients follow and what differs from that file."""

    name: Text
    pathway: Text
    change: dict[str, int | float | str | list[float | int]] = {}
    without: list[str] = []
    sham: list[str] = []
    parameters: Parameters = {}
    crossover: list[Crossover] = []


class Trial(Strict):
    """A trial file; see the module's text."""

    name: Annotated[str, BeforeValidator(_name)]
    title: Text
    role: Literal["calibration", "validation"]
    source: list[Text] = Field(min_length=1)
    study: str = ""
    checked: bool
    notes: str = ""
    condition: Condition
    patients: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    seed: Annotated[int, Field(ge=0)] = 1
    clinic: str = "ample"
    person: dict[str, Value | dict[str, bool] | list[str]] = {}
    eligibility: Eligibility = Eligibility()
    parameters: Parameters = {}
    arm: list[Arm] = Field(min_length=1, max_length=MOST_ARMS)
    target: list[Target] = Field(min_length=1, max_length=MOST_TARGETS)
    _file: Path | None = PrivateAttr(None)
    _sha256: str = PrivateAttr("")

    @model_validator(mode="after")
    def _arms(self) -> Trial:
        names = [arm.name for arm in self.arm]
        if len(set(names)) < len(names):
            raise ValueError("two [[arm]] have the same name: rename one")
        for i, target in enumerate(self.target, start=1):
            for key, name in (("arm", target.arm), ("versus", target.versus)):
                if name is not None and name not in names:
                    raise ValueError(
                        f"[[target]] {i}, key '{key}': there is no arm '{name}'; {did_you_mean(name, names)}"
                    )
            if target.outcome in OUTCOMES:
                self._at_the_end(f"[[target]] {i}: '{target.outcome}'", target)
        return self

    def _at_the_end(self, where: str, target: Target) -> None:
        """Refuse an outcome of the end of follow-up at another week than the last."""
        needed = OUTCOMES[target.outcome].from_week
        if needed and (self.eligibility.at_week or self.last_week < needed):
            plain = target.outcome.partition("_")[0]
            raise ValueError(
                f'{where} is read {needed} weeks after referral: write outcome = "{plain}" and the week '
                "instead"
            )
        if target.weeks != [self.last_week]:
            raise ValueError(f"{where} is measured at the end of follow-up: write weeks = [{self.last_week}]")

    @model_validator(mode="after")
    def _weeks(self) -> Trial:
        start = self.eligibility.at_week
        if start and self.clinic != "ample":
            raise ValueError(
                '[eligibility] at_week needs clinic = "ample": elsewhere people wait for each other, so '
                "who is enrolled would change what happens to them"
            )
        if start + self.last_week > MOST_WEEKS:
            raise ValueError(
                f"[eligibility] at_week = {start} and a last week of {self.last_week} are more than "
                f"{MOST_WEEKS} weeks: leave out the latest weeks"
            )
        for i, arm in enumerate(self.arm, start=1):
            for j, one in enumerate(arm.crossover, start=1):
                if one.by_week > self.last_week:
                    raise ValueError(
                        f"[[arm]] {i} '{arm.name}', [[arm.crossover]] {j}: by_week = {one.by_week} is after "
                        f"the last week of any [[target]], {self.last_week}, so nobody would cross: mend or "
                        "remove it"
                    )
        return self

    @property
    def last_week(self) -> int:
        """Last assessment, in weeks since enrolment."""
        return max(week for target in self.target for week in target.weeks)

    @property
    def sha256(self) -> str:
        """Digest of the file's text, line ends aside."""
        return self._sha256

    def sources(self, target: Target) -> list[str]:
        """What a target rests on: its own sources, else the trial's."""
        return target.source or self.source

    def is_checked(self, target: Target) -> bool:
        """Whether a target's figures were read at the source."""
        return self.checked if target.checked is None else target.checked

    def pathway_of(self, arm: Arm) -> str | Path:
        """The arm's pathway: a shipped name, or its file found from the trial's own folder."""
        if not arm.pathway.endswith(".toml") or self._file is None:
            return arm.pathway
        return self._file.parent / arm.pathway


def read_trial(name_or_path: str | Path) -> Trial:
    """Read a trial by shipped name or path; what it names elsewhere is not looked up (see `load_trial`)."""
    trial = load_model(name_or_path, Trial, "trial")
    trial._file = locate(name_or_path, "trial")
    trial._sha256 = file_digest(trial._file)
    return trial


def file_digest(path: Path) -> str:
    """SHA-256 of a text file, the same whatever the line ends of the machine."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
