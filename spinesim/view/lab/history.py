"""The last runs side by side, the newest first: their headline numbers, and what was set otherwise."""

from __future__ import annotations

from html import escape

from spinesim.view import words
from spinesim.view.controls import html
from spinesim.view.lab.share import said
from spinesim.view.lab.shown import Fact, Shown
from spinesim.view.lab.spec import LessonFile

KEPT = 5
MOST_HEADS = 4
NAMES = ("This run", "The run before", "2 runs before", "3 runs before", "4 runs before")


class History:
    """A table of the last five runs; a run with the settings of the one before it replaces that."""

    def __init__(self, lesson: LessonFile) -> None:
        self.lesson = lesson
        self.runs: list[Shown] = []
        self.labels = {control.id: control.label for control in lesson.control}
        self.labels |= {"patients": "Simulated people", "seed": "Seed"}
        self.widget = html()

    def add(self, shown: Shown) -> None:
        """Put a finished run in front."""
        if self.runs and dict(self.runs[0].settings) == dict(shown.settings):
            self.runs[0] = shown
        else:
            self.runs = [shown, *self.runs][:KEPT]
        self.widget.value = self.table()

    def heads(self) -> list[str]:
        """Keys of the facts that are told: the lesson's headlines, else its first facts."""
        there = list(self.runs[0].facts)
        wanted = [key for key in self.lesson.headlines if key in there]
        return (wanted or [one.key for one in self.lesson.fact if one.key in there] or there)[:MOST_HEADS]

    def differs(self, place: int) -> str:
        """What was set otherwise in an older run than in this one."""
        now, then = self.runs[0].settings, self.runs[place].settings
        return "; ".join(
            f"{self.labels.get(key, key)}: {said(then[key])}" for key in now if then.get(key) != now[key]
        )

    def table(self) -> str:
        """Safe HTML; empty while there is only one run."""
        if len(self.runs) < 2:
            return ""
        keys = self.heads()
        facts = [self.runs[0].facts[key] for key in keys]
        heads = "".join(
            f"<th scope='col'>{escape(fact.name)}<br><small>{escape(words.said_unit(fact.unit))}</small></th>"
            for fact in facts
        )
        rows = "".join(
            f"<tr><th scope='row'>{NAMES[place]}<br><small>{escape(self.differs(place)) or 'as set now'}"
            f"</small></th>{''.join(_cell(run.facts.get(key)) for key in keys)}</tr>"
            for place, run in enumerate(self.runs)
        )
        second = f"differences of {self.lesson.arm[1].name} from {self.lesson.arm[0].name}, " if self.lesson.arm else ""
        caption = f"Your last runs: {second}with their 95 % intervals; beside each, what was set otherwise"
        return (
            f"<table class='spinesim-table'><caption>{escape(caption)}</caption><thead><tr>"
            f"<th scope='col'>Run</th>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )


def _cell(fact: Fact | None) -> str:
    """A number and its interval."""
    if fact is None:
        return "<td>–</td>"
    told = _signed(fact, fact.value)
    if fact.low == fact.low and fact.low != fact.high:
        told += f" ({_signed(fact, fact.low)} to {_signed(fact, fact.high)})"
    return f"<td>{escape(told)}</td>"


def _signed(fact: Fact, number: float) -> str:
    """A number with its sign if it is a difference."""
    text = words.value(number, fact.unit)
    plus = fact.kind == "difference" and number > 0 and any(digit in text for digit in "123456789")
    return f"+{text}" if plus else text
