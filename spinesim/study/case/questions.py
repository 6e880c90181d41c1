"""What may be asked and examined, and the answer that this person gives (`data/case_room/questions.toml`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import model_validator

from spinesim.errors import SpinesimError
from spinesim.evidence import data_folder, load_model
from spinesim.pathway import Facts
from spinesim.pathway.vocabulary import FACTS
from spinesim.study.case.file import Key, Strict, Text
from spinesim.study.simulation import shipped_evidence

GROUPS = {
    "story": "How it began and what moves it",
    "flags": "Red flags",
    "past": "Other illness and earlier care",
    "life": "Life with the pain",
    "examination": "Examination",
}
Group = Literal["story", "flags", "past", "life", "examination"]


class Question(Strict):
    """One question or examination.

    Attributes
    ----------
    sign : bool
        Whether the key is a sign of ``data/signs.toml``, found once at the first visit.
    tells : names of facts that it lets the clinic know
    today : whether the answer holds for this visit only
    ask, yes, no, says : words; `says` takes ``{value}``
    """

    ask: Text
    group: Group
    sign: bool = True
    tells: list[Key] = []
    today: bool = False
    yes: str = ""
    no: str = ""
    says: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Question:
        strange = [name for name in self.tells if name not in FACTS]
        if strange:
            raise ValueError(f"tells names '{strange[0]}', which is no fact of the pathway vocabulary")
        if not self.says and not (self.yes and self.no):
            raise ValueError("give yes and no, or says")
        return self


class QuestionFile(Strict):
    """All questions, by key."""

    question: dict[Key, Question]


def room_file(name: str) -> Path:
    """A file of the case room that all cases share."""
    return data_folder() / "case_room" / f"{name}.toml"


@lru_cache(maxsize=1)
def all_questions() -> Mapping[str, Question]:
    """Every question.

    Raises
    ------
    SpinesimError
        One sentence naming file and key.
    """
    made = load_model(room_file("questions"), QuestionFile, "questions").question
    signs = shipped_evidence().signs
    for key, question in made.items():
        if question.sign and key not in signs:
            raise SpinesimError(f"data/case_room/questions.toml: '{key}' is no sign; write sign = false.")
    return made


def questions(condition: str) -> list[tuple[str, Question]]:
    """What can be asked where this condition hurts, in the order of the file."""
    known = shipped_evidence()
    region = str(known.conditions[condition]["region"])
    return [
        (key, one)
        for key, one in all_questions().items()
        if not one.sign or str(known.signs[key]["region"]) in ("any", region)
    ]


def known_facts(
    facts: Facts, asked: Collection[str], today: Collection[str], plain: Collection[str] = ()
) -> Facts:
    """Only what has been asked for: what nobody asked is as if it were not there.

    Parameters
    ----------
    facts : what could be observed
    asked : everything asked so far
    today : what was asked at this visit
    plain : facts that nobody need ask for
    """
    told, tellable = {*plain}, set()
    for key, one in all_questions().items():
        tellable.update(one.tells)
        if key in (today if one.today else asked):
            told.update(one.tells)
    empty = Facts()
    hidden = {one.name: getattr(empty, one.name) for one in fields(Facts) if one.name in tellable - told}
    return replace(facts, **hidden)


def check_asked(asked: Collection[str]) -> None:
    """Refuse a question that nobody can ask.

    Raises
    ------
    SpinesimError
        One sentence with the nearest that there is.
    """
    for key in asked:
        if key not in all_questions():
            near = get_close_matches(key, all_questions(), 1)
            hint = f"did you mean '{near[0]}'?" if near else "see data/case_room/questions.toml."
            raise SpinesimError(f"There is no question '{key}': {hint}")


def minutes(key: str, numbers: Mapping[str, float]) -> float:
    """How long it takes to ask or examine."""
    of = "examination" if all_questions()[key].group == "examination" else "question"
    return numbers[f"consult.{of}_minutes"]


def answer(question: Question, value: Any, own: str = "") -> str:
    """The person's words: their own, else the usual ones."""
    if own:
        return own
    if question.says:
        return question.says.format(value=value)
    return question.yes if value else question.no
