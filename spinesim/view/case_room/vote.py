"""Room mode: the votes of a room, and its majority's decision."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from spinesim.errors import SpinesimError
from spinesim.study import case as room
from spinesim.view.case_room.words import bullets
from spinesim.view.controls import StatusLine, html, row
from spinesim.view.lesson.parts import button, column


class VotePart:
    """Letters for what may be ordered, a box for votes, and a button that plays the majority's choice.

    Parameters
    ----------
    play : callable
        Called with the step that won.
    """

    def __init__(self, play: Callable[[str], None]) -> None:
        self._play = play
        self._options: dict[str, str] = {}
        self.key = html()
        self.box = widgets.Textarea(
            description="Votes of the room:", placeholder="A 12\nC 7\nor one letter a line", rows=4,
            style={"description_width": "initial"}, layout=widgets.Layout(width="min(640px, 96%)"),
        )  # fmt: skip
        self.button = button("Play the majority's choice", self.count, "Count the votes and do it")
        self.status = StatusLine("The room calls out letters; write them or their counts here.")
        self.widget: widgets.VBox = column(
            html("<h4>The room decides</h4>"), self.key, self.box, row(self.button), self.status.widget
        )

    def offer(self, options: dict[str, str]) -> None:
        """What may be voted for: words by step."""
        self._options = options
        called = zip(room.letters(len(options)), options.values(), strict=True)
        self.key.value = bullets([f"{letter}: {words}" for letter, words in called])

    def count(self) -> None:
        """Count and play; a tie or a vote that cannot be read is said instead."""
        try:
            counts = room.count_votes(self.box.value, list(self._options))
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
            return
        won = room.majority(counts)
        said = ", ".join(f"{self._options[step]} {votes}" for step, votes in counts.most_common())
        if len(won) > 1:
            tie = " and ".join(self._options[step] for step in won)
            self.status.say(f"{said}. A tie between {tie}: let the room vote again.", "error")
            return
        self.box.value = ""
        self.status.say(f"{said}. Decided: {self._options[won[0]]}. What follows stands at the top.")
        self._play(won[0])
