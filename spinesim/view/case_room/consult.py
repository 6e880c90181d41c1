"""One consultation: the patient, what to ask and examine, what to order, and when to meet again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import ipywidgets as widgets

from spinesim.clinical.people import GOALS
from spinesim.errors import SpinesimError
from spinesim.pathway import STEPS
from spinesim.study import case as room
from spinesim.study.case.questions import all_questions
from spinesim.study.simulation import shipped_evidence
from spinesim.study.told import HARMS, LANES, VISITS, noun
from spinesim.view.case_room import words
from spinesim.view.case_room.vote import VotePart
from spinesim.view.controls import Choice, NumberControl, StatusLine, Tick, html, row
from spinesim.view.jobs import event_loop
from spinesim.view.lesson.parts import button, column

WISHES = {
    "sitting": "sit longer at a stretch",
    "standing": "stand longer at a stretch",
    "walking": "walk further",
    "sleep": "sleep better",
    "work": "be at work",
}
NO_GOAL = "no goal agreed today"
LAST = (HARMS, VISITS)
"""Lanes that stand below the others."""
NAMES = {VISITS: "end of care", HARMS: "elsewhere"}
TWICE = 0.6
"""Seconds after a consultation in which a second click is not another decision."""
SUGGESTED = 4
"""Weeks to the next visit, unless something else is chosen."""


class Consult:
    """The panel of one consultation; the same widgets serve all of them.

    Parameters
    ----------
    decide : callable
        Called with the `Choice` when the consultation is closed.
    room_mode : bool
        Whether a room votes.
    """

    def __init__(self, decide: Callable[[room.Choice], None], room_mode: bool = False) -> None:
        self._decide = decide
        self.played: Any = None
        self.asked: list[str] = []
        self._lines: list[str] = []
        self._labels = {key: str(what["label"]) for key, what in shipped_evidence().conditions.items()}
        self.head, self.patient, self.belief, self.said = html(), html(), html(), html()
        self.questions: dict[str, widgets.Button] = {}
        self.ticks: dict[str, Tick] = {}
        self.goal = Choice("Agree on a goal", [(NO_GOAL, ""), *((WISHES[goal], goal) for goal in GOALS)], "")
        self.urgent = Tick("Urgently: ahead of the lists", False)
        self.again = NumberControl("See again in", unit="weeks", low=1, high=52, value=SUGGESTED)
        self.status = StatusLine()
        self.close_button = button("Close the consultation", self._pressed, "Do what is ticked", "primary")
        self.vote = VotePart(self._voted) if room_mode else None
        self._asks, self._orders = column(), column()
        for control in (*(self.goal, self.urgent),):
            control.observe(lambda _: self._clock())
        parts: list[widgets.Widget] = [
            self.head, self.patient, html("<h4>Ask and examine</h4>"), self._asks, self.said, self.belief,
            html("<h4>Decide</h4>"), self.goal.widget, self._orders, self.urgent.widget, self.again.widget,
        ]  # fmt: skip
        parts += [self.vote.widget] if self.vote else []
        self.widget = column(*parts, row(self.close_button), self.status.widget)

    def show(self, played: Any) -> None:
        """Begin the consultation that waits for a decision."""
        first = self.played is None or self.played.case is not played.case
        self.played, self.asked, self.close_button.disabled = played, [], False
        self._lines = []
        if first:
            self._build()
        for control in self.questions.values():
            control.disabled = False
        for tick in self.ticks.values():
            tick.value = False
        self.urgent.value, self.again.value = False, SUGGESTED
        goals = [choice.goal for choice in played.log.choices if choice.goal]
        self.goal.value = ""
        if goals:
            self._lines.append(f"<p>Goal agreed: {escape(WISHES[goals[-1]])}.</p>")
        before = [key for key in played.asked() if not all_questions()[key].today]
        if before:
            said = "".join(self._answer(key) for key in before)
            self._lines.append(
                f"<details><summary>Answers and findings of earlier visits</summary>{said}</details>"
            )
        self._tell()
        self.patient.value = words.patient(played)
        self._think()
        self.status.say("Ask, examine and order; then close the consultation.")
        self._clock()

    def choice(self) -> room.Choice:
        """What is ticked now."""
        orders = [step for step in STEPS if step in self.ticks and self.ticks[step].value]
        return room.Choice(
            asked=list(self.asked),
            goal=self.goal.value or "",
            orders=orders,  # type: ignore[arg-type]
            urgent=self.urgent.value,
            again_weeks=int(self.again.value),
        )

    def ask(self, key: str) -> None:
        """Put one question, or examine one thing, once; it takes its minutes."""
        if key in self.asked:
            return
        more = self.choice().model_copy(update={"asked": [*self.asked, key]})
        left = self.played.has_minutes - self.played.takes_minutes(more)
        if left < 0:
            self.status.say("There is no time left for that at this visit.", "error")
            return
        self.asked.append(key)
        self.questions[key].disabled = True
        self._lines.append(self._answer(key))
        self._tell()
        self._think()
        self._clock()

    def _pressed(self) -> None:
        """Close by hand; the second half of a double click does not close the next visit as well."""
        loop = event_loop()
        if self.close_button.disabled:
            return
        before = self.played
        self.close()
        if loop is not None and self.played is not before:
            self.close_button.disabled = True
            loop.call_later(TWICE, partial(setattr, self.close_button, "disabled", False))

    def close(self) -> None:
        """End the consultation, or say in one sentence why that cannot be done."""
        if self.played is None:
            return
        choice = self.choice()
        no = self.played.refused(choice)
        if no:
            self.status.say(" ".join(no), "error")
            return
        warned = self.played.warned(choice)
        try:
            self._decide(choice)
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
            return
        if warned:
            self.status.say(" ".join(warned))

    def _build(self) -> None:
        """Questions and orders of this part of the spine."""
        played = self.played
        self.questions = {}
        groups: dict[str, list[widgets.Button]] = {}
        for key, one in room.questions(played.case.condition):
            self.questions[key] = button(one.ask, partial(self.ask, key))
            groups.setdefault(one.group, []).append(self.questions[key])
        self._asks.children = tuple(
            part
            for group, buttons in groups.items()
            for part in (html(f"<p><b>{escape(room.GROUPS[group])}</b></p>"), row(*buttons))
        )
        self.ticks, rows = {}, []
        for lane, steps in sorted(
            LANES.items(), key=lambda one: LAST.index(one[0]) if one[0] in LAST else -1
        ):
            mine = [step for step in steps if played.regions.get(step) in (None, played.region)]
            made = {step: Tick(_label(step)) for step in mine if step in played.regions}
            if not made:
                continue
            for tick in made.values():
                tick.observe(lambda _: self._clock())
            self.ticks |= made
            name = NAMES.get(lane, lane)
            rows += [
                html(f"<p><b>{escape(name[:1].upper() + name[1:])}</b></p>"),
                row(*(tick.widget for tick in made.values())),
            ]
        self._orders.children = tuple(rows)
        if self.vote:
            self.vote.offer({step: _label(step) for step in self.ticks})

    def _answer(self, key: str) -> str:
        return f"<p><b>{escape(all_questions()[key].ask)}</b> {escape(room.says(self.played, key))}</p>"

    def _tell(self) -> None:
        """What has been answered and found at this visit."""
        self.said.value = f"<div aria-live='polite'>{''.join(self._lines)}</div>"

    def _think(self) -> None:
        self.belief.value = words.belief(self.played, self.asked, self._labels)

    def _clock(self) -> None:
        """Heading: which visit, which week, how many minutes are left."""
        if self.played is None or self.played.over:
            return
        now = self.played.now
        left = self.played.has_minutes - self.played.takes_minutes(self.choice())
        short = " · <b>too much for one visit</b>" if left < 0 else ""
        self.head.value = (
            f"<h3>{escape(self.played.case.title)}: visit {now.number}, week {now.facts.weeks:.0f}</h3>"
            f"<p>{max(left, 0):g} of {self.played.has_minutes:g} minutes left{short}</p>"
        )

    def _voted(self, step: str) -> None:
        """The room's majority is ticked and played."""
        for one, tick in self.ticks.items():
            tick.value = one == step
        self.close()


def _label(step: str) -> str:
    """What a step is called beside its box."""
    return (
        str(shipped_evidence().treatments[step]["label"])
        if step in shipped_evidence().treatments
        else noun(step).bare
    )
