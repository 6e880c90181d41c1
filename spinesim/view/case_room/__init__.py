"""The case room in a notebook: treat one patient, then meet their twins."""

from spinesim.view.case_room.lab import CaseLab

__all__ = ["CaseLab"]
