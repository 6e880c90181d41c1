"""The body and the bedside: conditions, people, course, treatments, tests (pure NumPy)."""

from spinesim.clinical.body import Body
from spinesim.clinical.cohort import Cohort, check_patients, draw_cohort
from spinesim.clinical.conditions import Condition, condition
from spinesim.clinical.diagnosis import Report, Signs, block_relief, examine, reported, scan
from spinesim.clinical.treatments import TREATMENTS

__all__ = [
    "TREATMENTS",
    "Body",
    "Cohort",
    "Condition",
    "Report",
    "Signs",
    "block_relief",
    "check_patients",
    "condition",
    "draw_cohort",
    "examine",
    "reported",
    "scan",
]
