"""A lesson: a question, and the lab that opens once the learner has answered it."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from spinesim.view.imaging_lab import ImagingLab
from spinesim.view.predict import Prediction


class ImagingLesson:
    """Lesson 02, when to scan: predict, lock in, see, then explore.

    Parameters
    ----------
    **lab
        Passed to `ImagingLab`.
    """

    def __init__(self, **lab: Any) -> None:
        self.lab = ImagingLab(**lab)
        self.prediction = Prediction(self._reveal)
        self._place = widgets.VBox([], layout=widgets.Layout(width="100%"))
        self.widget = widgets.VBox([self.prediction.widget, self._place], layout=widgets.Layout(width="100%"))
        self.lab.on_done.append(self._first_result)

    def show(self) -> None:
        """Put the question below the notebook cell."""
        from IPython.display import display

        display(self.widget)

    def _reveal(self) -> None:
        self._place.children = (self.prediction.answer, self.lab.widget)
        self.lab.run()

    def _first_result(self) -> None:
        if self.lab.shown == self.lab.start:
            self.prediction.reveal(self.lab.study)
