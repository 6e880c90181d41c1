"""Money and health of each person of one run, discounted: what every decision is built on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spinesim.evidence import Draws, Evidence
from spinesim.study.results import Results
from spinesim.study.value.discount import Floats
from spinesim.study.value.money import VIEWS, components, views
from spinesim.study.value.quality import person_qaly

KEYS = (*(f"cost_{view}" for view in VIEWS), "qaly")


def person_value(
    results: Results,
    evidence: Evidence,
    *,
    method: str = "continuous",
    draws: Draws | None = None,
) -> dict[str, Floats]:
    """Cost by payer view and QALY of each person, discounted from their own referral.

    Parameters
    ----------
    results : Results
        One arm, one run.
    evidence : Evidence
        That of the run, or another for a look at other prices; the rates are ``discount.costs`` and
        ``discount.health``.
    method : str
        Discounting: ``continuous``, or ``yearly`` (whole years only).
    draws : Draws, optional
        Adds each person's residual of the utility map; without it utility is the map's mean.

    Returns
    -------
    dict of str to ndarray, shape (N,)
        ``cost_health_system``, ``cost_patient``, ``cost_societal`` (money of the base year), ``qaly``.
    """
    seen = views(components(results, evidence, method=method), evidence.value("payer.copayment"))
    money = {f"cost_{view}": seen[view] for view in VIEWS}
    return money | {"qaly": person_qaly(results, evidence, method=method, draws=draws)}


def per_unit(per_run: Sequence[Floats]) -> Floats:
    """The independent values an interval is built on: people in one run, else the means of the runs.

    Parameters
    ----------
    per_run : sequence of ndarray, each of shape (N,)
        One value per person, run by run.
    """
    return per_run[0] if len(per_run) == 1 else np.array([each.mean() for each in per_run])
