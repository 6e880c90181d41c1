"""Evidence room: parameters with sources, their distributions, and named draws."""

from __future__ import annotations

from spinesim.evidence.disputes import STANCES, Dispute
from spinesim.evidence.draws import Draws
from spinesim.evidence.load import Evidence, data_folder, load_evidence
from spinesim.evidence.lookup import evidence, look_up
from spinesim.evidence.models import load_model
from spinesim.evidence.parameters import Figure, Parameter

__all__ = [
    "STANCES",
    "Dispute",
    "Draws",
    "Evidence",
    "Figure",
    "Parameter",
    "data_folder",
    "evidence",
    "load_evidence",
    "load_model",
    "look_up",
]
