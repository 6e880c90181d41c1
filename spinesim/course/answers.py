"""The facilitator's sheet: what every lesson shows, and its right answers, at its first settings."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from spinesim.course.places import FACILITATOR, notebooks_folder, project_folder, read, write
from spinesim.errors import SpinesimError
from spinesim.evidence import data_folder, evidence
from spinesim.study.document import markdown
from spinesim.study.executor import Executor, Job, Progress, content_key, execute
from spinesim.view.lab.spec import LessonFile, lesson_files, load_lesson
from spinesim.view.lesson import lesson as open_lesson
from spinesim.view.lesson import said
from spinesim.view.lesson.questions import answer
from spinesim.view.lesson.reveal import fact_of

FILE = Path(FACILITATOR) / "answers.md"
RESTS_ON = ("lessons", "pathways", "clinics", "cohorts", "trials", "claims", "cases", "case_room")
"""Folders of data/ that answers rest on, beside the evidence."""
_OF = re.compile(r"<!-- answers:of evidence=([0-9a-f]{64}) files=([0-9a-f]{64}) -->")
HEAD = """\
# Right answers at the default settings

For who leads the session; **keep it off the wall until everyone has guessed**. Learners answer from their
*own* run: with other settings, other people or another seed the right answer may differ, and the lesson
knows it.

*Written by `spinesim docs --answers`; do not edit by hand.*
"""


def digests() -> tuple[str, str]:
    """SHA-256 of the evidence, and of the lessons and the care they run."""
    content = hashlib.sha256()
    for folder in RESTS_ON:
        for path in sorted((data_folder() / folder).rglob("*.[tj]*")):  # TOML and JSON
            content.update(path.relative_to(data_folder()).as_posix().encode())
            content.update(path.read_text(encoding="utf-8").encode())
    return evidence().digest, content.hexdigest()


def made_from(text: str) -> tuple[str, str] | None:
    """The digests that a sheet was made from, if it says so."""
    found = _OF.search(text)
    return (found[1], found[2]) if found else None


def is_stale(folder: Path | None = None) -> bool:
    """Whether the sheet is missing or was made from other evidence, lessons or care."""
    path = (folder or notebooks_folder()) / FILE
    return not path.is_file() or made_from(read(path)) != digests()


def write_answers(
    folder: Path | None = None, executor: Executor | None = None, progress: Progress | None = None
) -> Path:
    """Compute the sheet and write it.

    Raises
    ------
    SpinesimError
        If a lesson cannot be run; nothing is written then.
    """
    if folder is None and project_folder() is None:
        raise SpinesimError(
            "This is an installed copy of spinesim: answers are computed in the project's own folder; take "
            "it from the repository first."
        )
    lessons = [load_lesson(name) for name in lesson_files()]
    parts = list(execute([_job(one) for one in lessons], executor, progress=progress))
    path = (folder or notebooks_folder()) / FILE
    write(path, sheet(parts))
    return path


def sheet(parts: Sequence[str]) -> str:
    """The file's text."""
    known, files = digests()
    return "\n\n".join([f"{HEAD}\n<!-- answers:of evidence={known} files={files} -->", *parts]) + "\n"


def _job(lesson: LessonFile) -> Job[LessonFile, str]:
    return Job(content_key("answers", lesson.model_dump_json()), answers_of, lesson)


def answers_of(file: LessonFile) -> str:
    """A lesson's section: what was to be predicted, and each question with its right answer."""
    opened = open_lesson(file.id, projector=True)  # keeps no progress
    opened.lab.run_now()
    if opened.lab.shown is None:
        raise SpinesimError(f"Lesson {file.id} could not be run: {opened.lab.last_error}")
    facts = opened.lab.shown.facts
    parts = [f"## {file.id} · {file.title}"]
    if file.guess:
        rows = [[guess.label, said.fact(fact_of(guess.fact, facts))] for guess in file.guess]
        parts.append(markdown(["to be predicted", "the simulation shows"], rows))
    for number, question in enumerate(file.question, 1):
        told = answer(question, facts)
        right = " or ".join(told.options[one] for one in sorted(told.right)) or "This run cannot tell"
        others = "; ".join(told.options)
        parts.append(
            f"{number}. {question.ask}\n"
            f"   - choices: {others}\n"
            f"   - right: **{right}**\n"
            f"   - the run: {told.said}\n"
            f"   - why: {question.why}"
        )
    return "\n\n".join(parts)
