"""A case as data: who comes, what they say, what a guideline would do, three wrong ways (`data/cases`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spinesim.clinical.people import GOALS
from spinesim.errors import SpinesimError
from spinesim.evidence import data_folder, load_model
from spinesim.pathway import Pathway, load_pathway
from spinesim.pathway.vocabulary import Step
from spinesim.study.claims_file import Person
from spinesim.study.outcomes import OUTCOMES
from spinesim.study.people import People, cohort
from spinesim.study.simulation import shipped_evidence

Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
LONGEST_GAP = 52
"""Weeks to the next visit, at most."""


class Strict(BaseModel):
    """A table of a case file: unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Choice(Strict):
    """What is done at one consultation.

    Attributes
    ----------
    asked : keys of questions and examinations, in the order asked
    goal : what was agreed to aim for, or "" (one of `spinesim.clinical.people.GOALS`)
    orders : steps of care, each once
    urgent : whether they are asked for urgently
    again_weeks : weeks to the next visit, unless a test or procedure brings one of its own
    week : weeks since the first visit; written when it is played
    """

    asked: list[Key] = []
    goal: str = ""
    orders: list[Step] = []
    urgent: bool = False
    again_weeks: Annotated[int, Field(ge=1, le=LONGEST_GAP)] = 4
    week: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _once(self) -> Choice:
        for name in ("asked", "orders"):
            given = getattr(self, name)
            if len({*given}) < len(given):
                raise ValueError(f"{name} names something twice")
        if self.goal and self.goal not in GOALS:
            raise ValueError(f"goal is none of those there are: write {', '.join(GOALS)}, or leave it out")
        return self


class Teach(Strict):
    """One thing to learn, and the evidence rows or parameters behind it (none: a matter of judgement)."""

    says: Text
    source: list[Text] = []


class Wrong(Strict):
    """A wrong way through the case, and in what it is worse than the guideline on average.

    With `misses_alarms` nobody acts on a red flag unless a choice does. `more` and `fewer` name outcomes
    (`spinesim.study.OUTCOMES`) that it raises or lowers.
    """

    name: Text
    says: Text
    misses_alarms: bool = False
    choice: Annotated[list[Choice], Field(min_length=1)]
    more: list[Key] = []
    fewer: list[Key] = []

    @model_validator(mode="after")
    def _known(self) -> Wrong:
        for outcome in (*self.more, *self.fewer):
            if outcome not in OUTCOMES:
                raise ValueError(f"'{outcome}' is no outcome; known: {', '.join(OUTCOMES)}")
        if not self.more and not self.fewer:
            raise ValueError("say in what it is worse: more = [...] or fewer = [...]")
        return self


class CaseFile(Strict):
    """One case.

    Attributes
    ----------
    title, short : who it is, and in one line what they come with
    opening : the patient's first words
    condition, person : the hidden truth: what holds for the patient and for every twin
    seed : the patient's own fate
    years : how long they are followed
    guideline : name of the pathway a guideline would follow, and `guideline_says` in words
    answers : the patient's own words, by question, instead of the usual ones
    """

    title: Text
    short: Text
    opening: Text
    condition: Key
    person: Person = {}
    seed: Annotated[int, Field(ge=0, le=999_999)] = 7
    years: Annotated[float, Field(gt=0, le=3)] = 1
    guideline: Key
    guideline_says: Text
    guideline_source: list[Text] = []
    answers: dict[Key, Text] = {}
    teach: Annotated[list[Teach], Field(min_length=2)]
    wrong: Annotated[list[Wrong], Field(min_length=3, max_length=3)]

    @property
    def weeks(self) -> int:
        """Follow-up in weeks, as `spinesim.study.plan` counts them."""
        return round(self.years * 52)

    def people(self, number: int, seed: int | None = None) -> People:
        """The patient (number 0) and their twins: the same person, each with a fate of their own."""
        same: dict[str, Any] = dict(self.person)
        return cohort(self.condition, patients=number, seed=self.seed if seed is None else seed, **same)

    def pathway(self) -> Pathway:
        """What a guideline would do."""
        return load_pathway(self.guideline)


def case_names() -> list[str]:
    """Names of the shipped cases, sorted."""
    return sorted(path.stem for path in (data_folder() / "cases").glob("*.toml"))


def load_case(name_or_path: str | Path) -> CaseFile:
    """Read a case by shipped name or path, and check it against everything it names.

    Raises
    ------
    SpinesimError
        One sentence naming file and key, with the remedy.
    """
    from spinesim.study.case.questions import questions

    case = load_model(name_or_path, CaseFile, "case")
    where = f"Case '{Path(name_or_path).stem}'"
    try:
        case.people(1)
        case.pathway()
    except SpinesimError as wrong:
        raise SpinesimError(f"{where}: {wrong}") from None
    asked = {key for key, _ in questions(case.condition)}
    for key, one in questions(case.condition):
        if one.today and key in case.answers:
            raise SpinesimError(
                f"{where}: answers.{key} would be the same at every visit; leave it out, the model answers."
            )
    for key in (*case.answers, *(one for way in case.wrong for c in way.choice for one in c.asked)):
        if key not in asked:
            raise SpinesimError(
                f"{where}: '{key}' is no question of data/case_room/questions.toml for this "
                "part of the spine; mend it or leave it out."
            )
    known = shipped_evidence()
    for source in (*case.guideline_source, *(one for teach in case.teach for one in teach.source)):
        if source not in known.figures and source not in known:
            raise SpinesimError(
                f"{where}: source '{source}' is no row of data/evidence and no parameter; mend it."
            )
    return case
