"""Lesson 00: the guide to the figures, three easy questions about its own small run, and all lessons done."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from spinesim.view import guide, words
from spinesim.view.controls import html
from spinesim.view.guide import ONE, PLANS, TAILORED, Guide
from spinesim.view.jobs import in_words
from spinesim.view.lab.shown import Fact, Settings, Shown
from spinesim.view.lab.spec import LessonFile
from spinesim.view.lesson.lesson import Lesson

SHORT = {ONE: "one_size", TAILORED: "tailored"}


class GuideLab:
    """The guide with the interface of a lab, so that a lesson can ask about its run.

    Parameters
    ----------
    lesson : LessonFile
    patients, seed : int, optional
        Instead of the lesson's own.
    source : module-like, optional
        What simulates.
    """

    def __init__(
        self, lesson: LessonFile, *, patients: int | None = None, seed: int | None = None, source: Any = None
    ) -> None:
        self.start: Settings = {
            "patients": patients or lesson.patients,
            "seed": lesson.seed if seed is None else seed,
        }
        self.settings = self.start
        self._lesson, self._source = lesson, source
        self.shown: Shown | None = None
        self.last_error: Exception | None = None
        self.busy = False
        self.on_done: list[Callable[[], None]] = []
        self.widget = html()
        self.widget.add_class("spinesim")

    def run(self) -> None:
        """Make the small run and the guide; it has no settings, so once is enough."""
        if self.shown is not None:
            return
        try:
            made = Guide(self.start["patients"], self.start["seed"], self._source)
            page = made.html()
            self.shown = Shown(self.start, (), (page, ""), facts(made.study), "")
        except Exception as wrong:
            self.last_error = wrong
            self.widget.value = f"<p>{escape(in_words(wrong))}</p>"
            return
        self.widget.value = page
        for call in self.on_done:
            call()

    run_now = reset = run

    def setting_text(self) -> str:
        """What was run."""
        return f"spinesim {self._lesson.id}: patients={self.start['patients']}; seed={self.start['seed']}"


def facts(study: Any) -> dict[str, Fact]:
    """Numbers that the three pictures show.

    `last_<plan>`, `dark_<plan>` (points): where the thick line ends, and how wide the dark band is there;
    `icons_<plan>_<n>`: marks of each kind, the most invasive first; and every difference in words.
    """
    found = {}
    fan, icons = study.fan("pain"), study.icons()
    for arm in PLANS:
        last = fan.loc[fan["arm"] == arm].iloc[-1]
        for key, name, value in (
            (f"last_{SHORT[arm]}", f"Mean pain at the end, {arm}", float(last["mean"])),
            (
                f"dark_{SHORT[arm]}",
                f"Width of the dark band at the end, {arm}",
                float(last["p75"] - last["p25"]),
            ),
        ):
            found[key] = _exact(key, name, value, "NRS 0-10")
        counts = guide.plots.counts_of(icons, arm)
        for place, (category, count) in enumerate(counts.items()):
            key = f"icons_{SHORT[arm]}_{place}"
            found[key] = _exact(key, f"Marks of “{category}”, {arm}", float(count), "of 100 marks")
    for row in study.differences().itertuples():
        key = str(row.outcome)
        base = words.outcome_of(key)
        found[key] = Fact(
            key,
            words.label(key),
            float(row.difference),
            float(row.low),
            float(row.high),
            str(row.unit),
            important=study.minimal_important(base) if base in ("pain", "disability") else None,
        )
    return found


def _exact(key: str, name: str, value: float, unit: str) -> Fact:
    return Fact(key, name, value, value, value, unit, "level")


class GuideLesson(Lesson):
    """The guide, its questions, and the overview of all lessons."""

    folded = False

    def _make_lab(self, **options: Any) -> GuideLab:
        return GuideLab(self.lesson, **options)
