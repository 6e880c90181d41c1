"""The case room with the interface of a lab: choose a case, treat the patient, see the debrief."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from spinesim.clinic import load_clinic
from spinesim.errors import SpinesimError
from spinesim.evidence import data_folder
from spinesim.study import case as room
from spinesim.view import tables
from spinesim.view.case_room import words
from spinesim.view.case_room.consult import Consult
from spinesim.view.case_room.debrief import DebriefPart
from spinesim.view.case_room.facts import facts_of
from spinesim.view.controls import STYLE, Choice, StatusLine, TextLine, html, paragraphs, row
from spinesim.view.jobs import LatestJob, Work, event_loop, in_words
from spinesim.view.lab.shown import Picture, Shown
from spinesim.view.lab.spec import LessonFile
from spinesim.view.lesson.parts import button, column, visible
from spinesim.view.lesson.progress import Progress
from spinesim.view.limits import refuse_too_much

FOLDER = "my_cases"
"""Beside the learner's progress: one choice log a case."""
ARRIVED = 0.2
"""Seconds."""
CLINICS = ("ample", "community", "hospital_pain_centre")
LOOK = """<style>
.spinesim .spinesim-case-words { font-size: 17px; font-style: italic; margin: 0.5em 0; }
.spinesim h4 { margin: 0.9em 0 0.2em; font-size: 16px; }
.spinesim ul.spinesim-case { margin: 0.2em 0; padding-left: 1.4em; }
.spinesim table.spinesim-differential { max-width: 640px; }
.spinesim table.spinesim-differential td.bar { width: 45%; }
.spinesim table.spinesim-differential td.bar div { height: 12px; background: #0072B2; min-width: 1px; }
</style>"""


def soon(call: Callable[[], None]) -> None:
    """Do it once what was just set has arrived: a list sends its second change after the first's answer."""
    loop = event_loop()
    if loop is None:
        call()
    else:
        loop.call_later(ARRIVED, call)


class CaseLab:
    """Choose, treat, debrief.

    Parameters
    ----------
    lesson : LessonFile
    room_mode : bool
        Whether a room votes on every decision.
    progress : Progress, optional
        Beside whose file the choice logs are kept; None keeps none.
    patients : int, optional
        Twins of the debrief.
    seed, source : ignored; a case has a fate of its own.

    Attributes
    ----------
    played : Played, optional
        The case under way.
    made : Debrief, optional
        Of the last finished case.
    shown, start, settings, busy, last_error, on_done
        As of every lab.
    """

    def __init__(
        self,
        lesson: LessonFile,
        *,
        room_mode: bool = False,
        progress: Progress | None = None,
        patients: int | None = None,
        seed: int | None = None,
        source: Any = None,
    ) -> None:
        self.lesson, self.twins = lesson, patients or lesson.patients
        self.folder = progress.path.parent / FOLDER if progress and progress.path else None
        self.played: Any = None
        self.made: Any = None
        self.shown: Shown | None = None
        self.last_error: Exception | None = None
        self.on_done: list[Callable[[], None]] = []
        self.start: dict[str, Any] = {"patients": self.twins}
        cases = {name: room.load_case(name) for name in room.case_names()}
        self.case = Choice("Patient", [(f"{one.title}: {one.short}", name) for name, one in cases.items()])
        self.clinic = Choice(
            "Waiting lists",
            [(load_clinic(name).title, name) for name in CLINICS],
            about="How long everything takes; with real lists the first look takes some seconds.",
        )
        self.paste = TextLine("Or go on from a choice log", hint="paste its text here, then press Enter")
        self.begin_button = button("Begin", partial(soon, self.begin), "Meet this patient", "primary")
        self.continue_button = button(
            "Go on where I was", partial(soon, self.resume), "The saved choices of this patient"
        )
        self.status = StatusLine("Choose a patient. There is no undo in medicine; you can begin again.")
        self.consult = Consult(self._decided, room_mode)
        self.debrief = DebriefPart()
        self._job = LatestJob(self._done, self._progress, self._failed)
        self.place: widgets.VBox = column()
        self.case.observe(lambda _: self._look_for_saved())
        self.paste.observe(lambda _: self._pasted())
        self.widget = column(
            html(STYLE + LOOK + paragraphs(lesson.about)),
            self.case.widget,
            self.clinic.widget,
            row(self.begin_button, self.continue_button),
            self.paste.widget,
            self.status.widget,
            self.place,
        )
        self.widget.add_class("spinesim")
        self._choose_newest()
        self._look_for_saved()

    # What a lab has

    @property
    def busy(self) -> bool:
        """Whether a debrief is being computed."""
        return self._job.busy

    @property
    def settings(self) -> dict[str, Any]:
        """What is set."""
        return dict(self.start)

    def setting_text(self) -> str:
        """What was played, in a line."""
        if self.played is None:
            return f"spinesim {self.lesson.id}"
        log = self.played.log
        return f"spinesim {self.lesson.id}: case={log.case}; seed={log.seed}; clinic={log.clinic}"

    def run(self) -> None:
        """Nothing to compute before a case is chosen."""

    def reset(self) -> None:
        """Begin the chosen case again."""
        self.begin()

    def run_now(self) -> None:
        """Play the example to its debrief, at once (for a page that only shows)."""
        try:
            log = room.load_log(data_folder() / "case_room" / "example.json")
            self._show(room.play(log))
            self._job.run_now()
        except SpinesimError as wrong:
            self._failed(wrong)

    async def finished(self) -> None:
        """Wait until the newest request is on show."""
        await self._job.finished()

    # What the learner does

    def begin(self) -> None:
        """Meet the chosen patient from the first day."""
        self._job.cancel()
        self._try(lambda: room.play(room.start(self.case.value, clinic=self.clinic.value)))

    def resume(self) -> None:
        """Go on where the saved choices end."""
        path = self._saved(self.case.value)
        if path is not None:
            self._try(lambda: room.play(room.load_log(path)))

    def _pasted(self) -> None:
        text = self.paste.value.strip()
        if text:
            self._try(lambda: room.play(room.read_log(text, "The pasted text")))

    def _try(self, play: Callable[[], Any]) -> None:
        self.status.say("One moment …", "busy")
        try:
            played = play()
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
            return
        self.paste.value = ""
        if self.case.value != played.log.case and played.log.case in room.case_names():
            self.case.value = played.log.case
        self._show(played)

    def _decided(self, choice: room.Choice) -> None:
        """The consultation is closed: time goes on to the next one, or to the end."""
        played = self.played.decide(choice)
        self._save(played.log)
        self._show(played)

    def _show(self, played: Any) -> None:
        self.played = played
        if not played.over:
            self.made = None
            self.consult.show(played)
            self.place.children = (self.consult.widget,)
            self.status.say(f"Visit {played.now.number} of {played.case.title}.")
            return
        self.place.children = ()
        try:
            refuse_too_much(self.twins, 2)
        except SpinesimError as wrong:
            self._failed(wrong)
            return
        self.status.say(f"The year is over. Meeting {self.twins} twins …", "busy")
        self._job.request(partial(self._work, played))

    def _work(self, played: Any) -> Work:
        made = yield from room.debrief_steps(played, self.twins)
        return made

    def _progress(self, share: float) -> None:
        self.status.say(f"The year is over. Meeting {self.twins} twins: {100 * share:.0f} %", "busy")

    def _done(self, made: Any) -> None:
        self.made, self.last_error = made, None
        self.debrief.show(made)
        self.place.children = (self.debrief.widget,)
        pictures = tuple(Picture(png, alt, 1_140) for png, alt in self.debrief.pictures)
        frames = {"differences": made.study.differences(), "decisions": made.decisions, "luck": made.luck}
        frames["left_out"] = made.left_out
        main, more = tables.differences(made.study)
        told = f"{made.played.case.title}. {made.story.sentence} {words.luck(made)}"
        self.shown = Shown(self.settings, pictures, (main, more), facts_of(made), told, frames)
        self.status.say("Done: see the debrief below. Begin again to choose otherwise.")
        for call in self.on_done:
            call()

    def _failed(self, fault: Exception) -> None:
        self.last_error = fault
        self.status.say(in_words(fault), "error")

    # The learner's own choices

    def _saved(self, name: str) -> Path | None:
        path = self.folder / f"{name}.json" if self.folder else None
        return path if path and path.is_file() else None

    def _choose_newest(self) -> None:
        """Begin with the patient whose choices were saved last."""
        with contextlib.suppress(OSError, ValueError):
            saved = [path for path in self.folder.glob("*.json")] if self.folder else []
            newest = max(saved, key=lambda path: path.stat().st_mtime).stem
            if newest in room.case_names():
                self.case.value = newest

    def _look_for_saved(self) -> None:
        visible(self.continue_button, self._saved(self.case.value) is not None)

    def _save(self, log: room.Log) -> None:
        if self.folder is None:
            return
        try:
            room.save_log(log, self.folder / f"{Path(log.case).stem}.json")
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
        self._look_for_saved()
