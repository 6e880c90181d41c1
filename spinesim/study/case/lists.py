"""A clinic as one patient meets it: its lists, as a run of its own shows them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from spinesim.clinic import ClinicSetting, load_clinic
from spinesim.pathway import load_pathway
from spinesim.study.compare import run_study
from spinesim.study.flow import wait_table
from spinesim.study.scenario import Scenario, scenario_plans

AMPLE = "ample"
RUN = {"runs": 1, "years": 0.5, "seed": 1, "warm_up": 13}
REFERRED_WEEKS = 26
"""The run that lists are measured in: half a year of referrals, the first quarter to warm up."""
PATHWAY = "article_tailored"
FIRST_VISIT = "intake"


@lru_cache(maxsize=8)
def lists_of(name: str) -> dict[str, float]:
    """Median days from asking to the first slot, by resource; of the physician, for the first visit."""
    clinic = load_clinic(name)
    assert clinic.arrivals is not None
    patients = clinic.arrivals.backlog + round(REFERRED_WEEKS * clinic.arrivals.per_week)
    scenario = Scenario(name, load_pathway(PATHWAY), clinic)
    plans = scenario_plans([scenario], patients=patients, **RUN)  # type: ignore[arg-type]
    table = wait_table(run_study(plans))
    lists: dict[str, float] = {}
    for resource, rows in table.groupby("resource"):
        mine = rows[rows["step"] == FIRST_VISIT] if resource == "physician" else rows.nlargest(1, "n")
        if len(mine) and np.isfinite(mine["median"].iloc[0]):
            lists[str(resource)] = round(float(mine["median"].iloc[0]), 1)
    return lists


@lru_cache(maxsize=8)
def clinic_with_lists(name: str) -> ClinicSetting:
    """A clinic without queues of its own whose first slots lie as far ahead as this clinic's lists are long.

    Raises
    ------
    SpinesimError
        One sentence, if there is no such clinic.
    """
    ample = load_clinic(AMPLE)
    if name == AMPLE:
        return ample
    real = load_clinic(name)
    if not real.booked:
        return real
    return ample.model_copy(
        update={"name": f"{name}_lists", "title": f"The lists of: {real.title}", "lists": lists_of(name)}
    )
