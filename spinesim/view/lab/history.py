"""The last few runs of a lab beside each other: what was set, and what mattered most."""

from __future__ import annotations

from html import escape
from typing import Any

from spinesim.pathway.vocabulary import NEVER
from spinesim.view import words
from spinesim.view.controls import html
from spinesim.view.lab.shown import Fact, Shown
from spinesim.view.lab.spec import LessonFile

KEPT = 5
NAMES = ("This run", "The run before")


class History:
    """A table of the newest runs; the same settings twice are one run."""

    def __init__(self, lesson: LessonFile) -> None:
        self.lesson = lesson
        self.runs: list[Shown] = []
        self.widget = html()

    def add(self, shown: Shown) -> None:
        """Put a finished run on top."""
        others = [one for one in self.runs if one.settings != shown.settings]
        self.runs = [shown, *others][:KEPT]
        self.widget.value = self._table() if len(self.runs) > 1 else ""

    def _table(self) -> str:
        newest = self.runs[0]
        keys = [key for key in self.lesson.headlines if key in newest.facts] or list(newest.facts)[:4]
        heads = "".join(f"<th scope='col'>{escape(newest.facts[key].name)}</th>" for key in keys)
        lines = []
        for place, run in enumerate(self.runs):
            name = NAMES[place] if place < len(NAMES) else f"{place} runs before"
            cells = "".join(f"<td>{escape(brief(run.facts.get(key)))}</td>" for key in keys)
            lines.append(f"<tr><th scope='row'>{name}</th><td>{escape(self._differs(run))}</td>{cells}</tr>")
        return (
            "<details><summary>This run beside the runs before</summary><table class='spinesim-table'>"
            f"<thead><tr><th scope='col'>Run</th><th scope='col'>Set</th>{heads}</tr></thead>"
            f"<tbody>{''.join(lines)}</tbody></table></details>"
        )

    def _differs(self, run: Shown) -> str:
        """The settings that are not the same in all of the runs."""
        names = {control.id: control.label for control in self.lesson.control}
        names |= {"patients": "people", "seed": "seed"}
        moved = [key for key in run.settings if len({str(one.settings[key]) for one in self.runs}) > 1]
        never = {control.id: control.never for control in self.lesson.control if control.never}
        return "; ".join(
            f"{names[key]}: {never[key] if value == NEVER and key in never else said(value)}"
            for key, value in ((key, run.settings[key]) for key in moved)
        )


def said(value: Any) -> str:
    """A setting as people write it."""
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def brief(fact: Fact | None) -> str:
    """A fact in a cell, without its name and interval."""
    if fact is None:
        return "–"
    if fact.kind == "level":
        return words.level(fact.value, fact.unit)
    text = words.sentence(fact.key, fact.value, fact.low, fact.high, fact.unit, name="x")
    return words.brief(text).split(": ", 1)[1]
