"""Pictures, words and labs. Tables come in, pictures and sentences go out; no new statistic is made here.

>>> from spinesim import view
>>> view.lesson("02").show()  # doctest: +SKIP

Importing `spinesim` alone imports none of this (nor matplotlib, nor ipywidgets).
"""

from spinesim.view.guide import Guide
from spinesim.view.lab.lab import Lab
from spinesim.view.lesson import Lesson, lesson
from spinesim.view.plots import plot_fan, plot_icons
from spinesim.view.timeline import timeline
from spinesim.view.value import plot_acceptability, plot_information, plot_plane
from spinesim.view.words import sentence, sentences

__all__ = [
    "Guide",
    "Lab",
    "Lesson",
    "lesson",
    "plot_acceptability",
    "plot_fan",
    "plot_icons",
    "plot_information",
    "plot_plane",
    "sentence",
    "sentences",
    "timeline",
]
