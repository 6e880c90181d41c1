"""Evidence room: parameters with sources, their distributions, and named draws."""

from __future__ import annotations

from spinesim.evidence.draws import Draws
from spinesim.evidence.load import Evidence, data_folder, load_evidence
from spinesim.evidence.models import load_model
from spinesim.evidence.parameters import Figure, Parameter

__all__ = ["Draws", "Evidence", "Figure", "Parameter", "data_folder", "load_evidence", "load_model"]
