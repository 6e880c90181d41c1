"""What a lesson knows of the learner's file: it never fails; what could not be saved is one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

from spinesim.errors import SpinesimError
from spinesim.view.lesson import progress_file as files
from spinesim.view.lesson.progress_file import Answered, Guessed, LessonRecord, ProgressFile

WHERE = "SPINESIM_PROGRESS"
NAME = "my_progress.json"
OFF = "off"


def today() -> str:
    """The date of an entry, as in 2026-11-24."""
    return date.today().isoformat()


class Progress:
    """The learner's file; what cannot be written waits in memory until it can.

    Parameters
    ----------
    path : path, optional
        None keeps everything in this notebook's memory only.

    Attributes
    ----------
    watchers : list of callable
        Called after every change.
    """

    def __init__(self, path: str | Path | None) -> None:
        self.path = Path(path).expanduser() if path is not None else None
        self._aside = self._unsaved = ""
        self._mine = ProgressFile()
        self.watchers: list[Callable[[], None]] = []

    @classmethod
    def usual(cls) -> Progress:
        """The file that ``SPINESIM_PROGRESS`` names ("off": none), else `my_progress.json` in this folder."""
        named = os.environ.get(WHERE, "").strip()
        return cls(None if named.lower() == OFF else named or NAME)

    @property
    def file(self) -> ProgressFile:
        """Everything known now: what is on disk, and what could not be written."""
        if self.path is None:
            return self._mine
        try:
            found, said = files.read(self.path)
        except OSError as wrong:
            self._unsaved = self._words(wrong)
            return self._mine
        self._aside = said or self._aside
        return files.merged(found, self._mine)

    def of(self, lesson: str) -> LessonRecord:
        """What is known of one lesson."""
        return self.file.lessons.get(lesson, LessonRecord())

    def guess(self, lesson: str, fact: str, guess: Guessed) -> None:
        """Save a guess, or the result of one."""
        self._change(lambda file: files.with_guess(file, lesson, fact, guess))

    def answer(self, lesson: str, number: int, answer: Answered) -> None:
        """Save an answer; the first one stays."""
        self._change(lambda file: files.with_answer(file, lesson, str(number), answer))

    def take_in(self, content: bytes) -> str:
        """Merge another progress file into this one; returns a sentence.

        Raises
        ------
        SpinesimError
            If it is none; then nothing is changed.
        """
        if len(content) > files.LARGEST:
            raise SpinesimError("This file is too large for a progress file; choose a my_progress.json.")
        other = files.parsed(content)
        self._change(lambda file: files.merged(file, other))
        n = len(other.lessons)
        return f"{n} lesson{'' if n == 1 else 's'} came in; what you had done yourself stays as it was."

    def start_again(self) -> str:
        """Set everything aside in a backup and begin anew; returns a sentence."""
        said = "Started again: nothing was saved in a file, so there is no backup."
        if self.path is not None:
            try:
                with files.locked(self.path):
                    if self.path.exists():
                        aside = files.keep_copy(self.path)
                        said = f"Started again. What you had is kept in {aside.name}; import it to go back."
            except OSError as wrong:
                raise SpinesimError(
                    f"Nothing was changed: {self.path.name} could not be set aside ({_why(wrong)})."
                ) from None
        self._mine, self._aside, self._unsaved = ProgressFile(), "", ""
        self._tell()
        return said

    @property
    def note(self) -> str:
        """What went wrong with the file, in a sentence or two; "" if nothing did."""
        return " ".join(one for one in (self._aside, self._unsaved) if one)

    def where(self) -> str:
        """One sentence on where it is saved, or why not."""
        if self.note:
            return self.note
        if self.path is None:
            return "Guesses and answers are not saved here: they last until you close this page."
        return f"Guesses and answers are saved in {self.path}, a file of yours; it holds no names."

    def _change(self, change: Callable[[ProgressFile], ProgressFile]) -> None:
        self._mine = change(self._mine)
        if self.path is not None:
            waiting = self._mine
            try:
                _, said = files.update(self.path, lambda file: change(files.merged(file, waiting)))
            except OSError as wrong:
                self._unsaved = self._words(wrong)
            else:  # what is on disk need not stay here, or "start again" elsewhere would be undone
                self._mine, self._unsaved, self._aside = ProgressFile(), "", said or self._aside
        self._tell()

    def _tell(self) -> None:
        for call in self.watchers:
            call()

    def _words(self, wrong: OSError) -> str:
        return (
            f"{self.path} could not be used ({_why(wrong)}), so your guesses and answers last only until you "
            "close this page; the lesson goes on."
        )


def _why(wrong: OSError) -> str:
    return (wrong.strerror or str(wrong)).lower()
