"""The bottom of the lab: save and reopen scenarios, write the results folder, make the report."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from spinesim.errors import SpinesimError
from spinesim.view.clinic_lab.fields import button, text, tick
from spinesim.view.controls import StatusLine, row
from spinesim.view.jobs import in_words


class KeepPart:
    """Files in and out; every outcome is a sentence.

    Parameters
    ----------
    save, open, write, report : callable
        Each gets what is typed and whether to replace, and returns a sentence.
    """

    def __init__(
        self,
        save: Callable[[str, bool], str],
        open: Callable[[str, bool], str],
        write: Callable[[str, bool], str],
        report: Callable[[str, bool], str],
    ) -> None:
        wide = "min(330px, 96%)"
        self.file = text("Scenario file", "scenarios.json", wide, "monday.json")
        self.save_button = button("Save", lambda: self._do(save, self.file))
        self.open_button = button("Open", lambda: self._do(open, self.file))
        self.folder = text("Results folder", "results", wide, "results")
        self.write_button = button("Write results folder", lambda: self._do(write, self.folder))
        self.report_button = button("Make the report", lambda: self._do(report, self.folder))
        self.replace = tick("replace what is there")
        self.status = StatusLine()
        self.ready(False)
        self.widget = widgets.VBox(
            [
                row(self.file, self.save_button, self.open_button),
                row(self.folder, self.write_button, self.report_button),
                row(self.replace),
                self.status.widget,
            ],
            layout=widgets.Layout(width="100%"),
        )

    def ready(self, there: bool) -> None:
        """Whether there are results to write."""
        self.write_button.disabled = self.report_button.disabled = not there

    def _do(self, what: Callable[[str, bool], str], typed: widgets.Text) -> None:
        self.status.say("Working …", "busy")
        try:
            said = what(typed.value, self.replace.value)
        except SpinesimError as wrong:
            self.status.say(str(wrong), "error")
        except Exception as wrong:
            self.status.say(in_words(wrong), "error")
        else:
            self.replace.value = False
            self.status.say(said)
