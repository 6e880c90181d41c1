"""The body and the bedside: conditions, people, course, treatments, tests (pure NumPy)."""

from spinesim.clinical.body import Body
from spinesim.clinical.cohort import OCCUPATIONS, RISKS, Cohort, check_patients, draw_cohort
from spinesim.clinical.conditions import Condition, condition
from spinesim.clinical.diagnosis import (
    Report,
    Signs,
    block_relief,
    cord_signs_found,
    emg,
    examine,
    reported,
    scan,
    weakness_found,
)
from spinesim.clinical.treatment import Treatment, read_treatments, without_effects
from spinesim.clinical.treatments import set_load, treat

__all__ = [
    "OCCUPATIONS",
    "RISKS",
    "Body",
    "Cohort",
    "Condition",
    "Report",
    "Signs",
    "Treatment",
    "block_relief",
    "check_patients",
    "condition",
    "cord_signs_found",
    "draw_cohort",
    "emg",
    "examine",
    "read_treatments",
    "reported",
    "scan",
    "set_load",
    "treat",
    "weakness_found",
    "without_effects",
]
