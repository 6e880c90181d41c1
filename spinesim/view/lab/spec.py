"""A lesson as data: `data/lessons/*.toml`. See `data/lessons/README.md` for every key."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spinesim.errors import SpinesimError
from spinesim.evidence import data_folder, load_model
from spinesim.pathway.vocabulary import DIALS, NEVER
from spinesim.study.claims_file import Arm, Mix, Person
from spinesim.study.claims_file import Settings as Dials
from spinesim.study.simulation import shipped_evidence

Finite = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
NO_CONTROLS = ("guide", "clinic", "case")
"""Kinds of lab without the controls, guesses and slider page of the others."""
OWN_CONTROLS = ("patients", "seed")
"""Controls that every lab has without a line in the file."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Published(_Strict):
    """The range that papers or guidelines give for a control, in the control's own unit."""

    low: Finite
    high: Finite
    says: Text
    source: list[Text] = []

    @model_validator(mode="after")
    def _order(self) -> Published:
        if self.low > self.high:
            raise ValueError(f"low = {self.low:g} is above high = {self.high:g}")
        return self


class Changes(_Strict):
    """What a choice changes in the arms it acts on; all of it optional."""

    pathway: Text | None = None
    settings: Dials = {}
    parameters: dict[str, Finite] = {}
    without: list[str] = []
    person: Person = {}
    condition: Mix | None = None
    stance: Literal["sceptical", "base", "hopeful", "article"] | None = None
    clinic: Text | None = None


class Option(_Strict):
    """One thing to choose: what it changes in a lab of plans; what it `means` to any other kind of lab."""

    label: Text
    changes: Changes = Changes()
    means: dict[str, Text] = {}


class Control(_Strict):
    """A slider (low, high, step, start), a list to choose from (options), or a tick box (two options, tick).

    A slider of a lab of kind `plans` turns one pathway setting, one parameter or one thing about the person;
    its value times `factor` is what is set. `arms` is empty for every arm but the first, or names the arms.
    """

    id: Key
    label: Text
    about: str = ""
    arms: list[Text] = []
    unit: str = ""
    low: Finite | None = None
    high: Finite | None = None
    step: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1
    start: Finite | str | None = None
    factor: Finite = 1
    setting: str | None = None
    parameter: str | None = None
    person: str | None = None
    never: str | None = None
    published: Published | None = None
    options: list[Option] = []
    tick: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is a slider."""
        return not self.options

    @property
    def labels(self) -> list[str]:
        """What may be chosen."""
        return [option.label for option in self.options]

    @property
    def first(self) -> float | str:
        """The value it starts with."""
        if self.start is not None:
            return self.start
        return self.labels[0] if self.options else float(self.low or 0)

    def problem(self, value: object) -> str | None:
        """What is wrong with a value, in a sentence; None if nothing."""
        if not self.is_number:
            return None if value in self.labels else f"{self.label}: choose one of {'; '.join(self.labels)}."
        if value == NEVER and self.never:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return f"{self.label}: give a number of {self.unit} from {self.low:g} to {self.high:g}."
        assert self.low is not None and self.high is not None
        if not self.low <= value <= self.high:
            return f"{self.label}: {value:g} is outside {self.low:g} to {self.high:g} {self.unit}."
        return None

    @model_validator(mode="after")
    def _hangs_together(self) -> Control:
        if self.id in OWN_CONTROLS:
            raise ValueError(f"id = '{self.id}' is taken: every lab has it; choose another")
        if self.options:
            if len({*self.labels}) < max(2, len(self.options)):
                raise ValueError("options needs two or more different labels")
            if self.tick and len(self.options) != 2:
                raise ValueError("tick needs exactly two options: off, then on")
        else:
            if self.low is None or self.high is None or not self.low < self.high:
                raise ValueError("a slider needs low below high; a list needs options")
            if not self.unit:
                raise ValueError("unit is missing: say what the number counts")
        if self.start is not None and (wrong := self.problem(self.start)):
            raise ValueError(f"start: {wrong}")
        return self


class FactOf(_Strict):
    """A number of the run beyond the usual differences: a level, a share, another week.

    `outcome` is anything `spinesim.study.claims_table.measure` reads (`pain@6`, `sessions`, `deficit`);
    with `at_least` or `at_most` it becomes "per 100 people". With `arm` it is that arm's mean, else the
    second arm minus the first.
    """

    key: Key
    name: Text
    outcome: Text
    unit: Text
    arm: str | None = None
    at_least: Finite | None = None
    at_most: Finite | None = None


class Guess(_Strict):
    """What is predicted before the lab opens: a fact of the first run, in the fact's unit."""

    fact: Key
    ask: Text
    label: Text
    unit: Text
    low: Finite
    high: Finite
    step: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1
    start: Finite = 0
    give: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    """Start of 'give or take' (half of an 80 % range)."""

    @model_validator(mode="after")
    def _order(self) -> Guess:
        if not self.low <= self.start <= self.high or self.low == self.high:
            raise ValueError("low, start, high must be in this order")
        return self


class Question(_Strict):
    """A question whose right answer is computed from the learner's own run.

    direction  more, fewer or no clear difference?             (fact)
    size       which of these numbers is nearest?              (fact, choices: 3 to 5 numbers)
    important  below the minimal important change, at least, or may be?   (fact)
    above      is the fact above `than`: yes, no, cannot tell? (fact, than)
    largest    which of these facts is the largest?            (facts: 2 to 5 keys)
    """

    kind: Literal["direction", "size", "important", "above", "largest"]
    ask: Text
    why: Text
    fact: Key | None = None
    facts: list[Key] = []
    choices: list[Finite] = []
    than: Finite | None = None

    @model_validator(mode="after")
    def _complete(self) -> Question:
        if self.kind == "largest":
            if not 2 <= len({*self.facts}) <= 5:
                raise ValueError("kind 'largest' needs 2 to 5 facts")
        elif self.fact is None:
            raise ValueError(f"kind '{self.kind}' needs fact")
        if self.kind == "size" and not 3 <= len({*self.choices}) <= 5:
            raise ValueError("kind 'size' needs 3 to 5 choices")
        if self.kind == "above" and self.than is None:
            raise ValueError("kind 'above' needs than")
        return self


class Points(_Strict):
    """Published means drawn on a curve: rows of a trial file, so that model and paper lie side by side."""

    trial: Text
    arm: str = ""
    outcome: Literal["pain", "limb_pain", "axial_pain", "disability"]
    says: Text


class LessonFile(_Strict):
    """One lesson: its people, its two plans, what may be turned, what is guessed and asked."""

    id: Annotated[str, Field(pattern=r"^\d\d$")]
    title: Text
    minutes: Annotated[int, Field(ge=5, le=120)]
    lab: Literal["plans", "bayes", "naive", "sure", "clinic", "guide", "case"]
    about: Text
    """One sentence above the lab: what stays fixed and what the learner changes."""
    condition: Mix | None = None
    patients: Annotated[int, Field(ge=50, le=5_000)] = 1_000
    years: Annotated[float, Field(gt=0, le=10)] = 2
    seed: Annotated[int, Field(ge=0, le=999_999)] = 7
    person: Person = {}
    arm: list[Arm] = []
    control: list[Control] = []
    curves: list[Literal["pain", "limb_pain", "axial_pain", "disability", "rmdq"]] = ["pain", "disability"]
    icons: Literal["care", "pain"] = "care"
    headlines: list[str] = ["imaging", "injections", "operations", "pain_12_months"]
    points: list[Points] = []
    fact: list[FactOf] = []
    guess: list[Guess] = []
    question: list[Question] = []

    @model_validator(mode="after")
    def _whole(self) -> LessonFile:
        for what, names in (("control", [c.id for c in self.control]), ("fact", [f.key for f in self.fact])):
            if len({*names}) < len(names):
                raise ValueError(f"two [[{what}]] have the same name: rename one")
        arms = [arm.name for arm in self.arm]
        if self.lab == "plans":
            if len({*arms}) != 2:
                raise ValueError("a lab of kind 'plans' needs two [[arm]] with different names")
            if len(self.curves) != 2:
                raise ValueError("curves needs two outcomes")
            for control in self.control:
                targets = [control.setting, control.parameter, control.person]
                if control.is_number and sum(target is not None for target in targets) != 1:
                    raise ValueError(f"control '{control.id}' needs one of setting, parameter, person")
                if control.setting is not None and control.setting not in DIALS:
                    raise ValueError(f"control '{control.id}': no setting '{control.setting}'")
        of_facts = [[fact.arm] for fact in self.fact if fact.arm]
        for named in (*(control.arms for control in self.control), *of_facts):
            strangers = [name for name in named if name not in arms]
            if strangers:
                raise ValueError(f"'{strangers[0]}' is no [[arm]]; the arms are {', '.join(arms)}")
        return self


def lesson_files() -> list[str]:
    """Names of the shipped lesson files, in order: "02_imaging_timing" …"""
    return sorted(path.stem for path in (data_folder() / "lessons").glob("*.toml"))


def load_lesson(wanted: str | Path) -> LessonFile:
    """Read a lesson by number ("2", "02"), name or path.

    Raises
    ------
    SpinesimError
        One sentence naming file and key.
    """
    name: str | Path = wanted
    if isinstance(wanted, str) and wanted.isdecimal():
        found = [one for one in lesson_files() if one.startswith(f"{int(wanted):02d}_")]
        if not found:
            raise SpinesimError(
                f"There is no lesson {wanted}: choose one of {', '.join(one[:2] for one in lesson_files())}."
            )
        name = found[0]
    lesson = load_model(name, LessonFile, "lesson")
    known = shipped_evidence()
    for control in lesson.control:
        for source in control.published.source if control.published else []:
            if source not in known.figures and source not in known:
                raise SpinesimError(
                    f"Lesson {lesson.id}, control '{control.id}': source '{source}' is no row of "
                    "data/evidence and no parameter; mend it."
                )
    return lesson


def start_of(lesson: LessonFile) -> dict[str, Any]:
    """The settings a lab opens with."""
    return {
        **{control.id: control.first for control in lesson.control},
        "patients": lesson.patients,
        "seed": lesson.seed,
    }
