"""Pictures, words and labs. Tables come in, pictures and sentences go out; no new statistic is made here.

>>> from spinesim import view
>>> lesson = view.ImagingLesson()
>>> lesson.show()

Importing `spinesim` alone imports none of this (nor matplotlib, nor ipywidgets).
"""

from spinesim.view.guide import Guide
from spinesim.view.imaging_lab import ImagingLab
from spinesim.view.imaging_lesson import ImagingLesson
from spinesim.view.plots import plot_fan, plot_icons
from spinesim.view.timeline import timeline
from spinesim.view.value import plot_acceptability, plot_information, plot_plane
from spinesim.view.words import sentence, sentences

__all__ = [
    "Guide",
    "ImagingLab",
    "ImagingLesson",
    "plot_acceptability",
    "plot_fan",
    "plot_icons",
    "plot_information",
    "plot_plane",
    "sentence",
    "sentences",
    "timeline",
]
