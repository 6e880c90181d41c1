"""A result folder that holds everything a report needs from the run: `write` it, `read` it, `plans_of` it.

>>> from spinesim.study import scenario_folder
>>> scenario_folder.write(study, plans, "results", question="One more therapist?")  # doctest: +SKIP
>>> scenario_folder.read("results").table("waits")  # doctest: +SKIP
"""

from spinesim.study.scenario_folder.clinic_diff import clinic_diff
from spinesim.study.scenario_folder.plain import (
    clinic_of,
    clinic_plain,
    pathway_of,
    pathway_plain,
    plans_of,
)
from spinesim.study.scenario_folder.reading import ResultFolder, read
from spinesim.study.scenario_folder.writing import write

__all__ = [
    "ResultFolder",
    "clinic_diff",
    "clinic_of",
    "clinic_plain",
    "pathway_of",
    "pathway_plain",
    "plans_of",
    "read",
    "write",
]
