"""The scenario lab for a clinic lead.

>>> from spinesim.view.clinic_lab import ClinicLab
>>> ClinicLab(presets=("One more physiotherapist",)).show(run=True)  # doctest: +SKIP
"""

from spinesim.view.clinic_lab.changes import Changes, change_clinic, change_pathway
from spinesim.view.clinic_lab.lab import ClinicLab
from spinesim.view.clinic_lab.lesson import ClinicLesson
from spinesim.view.clinic_lab.presets import PRESETS

__all__ = ["PRESETS", "Changes", "ClinicLab", "ClinicLesson", "change_clinic", "change_pathway"]
