"""Health as one number: quality-adjusted life years from the weekly course and the harms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from spinesim.clinic.bills import HARM
from spinesim.clinical import outcomes
from spinesim.evidence import Draws, Evidence
from spinesim.study.results import Results
from spinesim.study.value.charges import Charges, charges
from spinesim.study.value.discount import DAYS_PER_YEAR, Floats, factors, weights

WEEK = 7


class Numbers(dict[str, float]):
    """Values of parameters by id, looked up in the evidence when first asked for."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__()
        self.evidence = evidence

    def __missing__(self, key: str) -> float:
        self[key] = self.evidence.value(key)
        return self[key]


def qalys(utility: npt.ArrayLike, times: npt.ArrayLike, rate: float, method: str = "continuous") -> Floats:
    """Discounted area under utility, straight lines between `times`.

    Parameters
    ----------
    utility : array_like, shape (T,) or (T, N)
        1 full health, 0 as bad as dead.
    times : array_like, shape (T,)
        Years from now.
    rate : float
        Per year, 0.03 for 3 %.
    method : str
        ``continuous`` or ``yearly``; see `discount.factors`.

    Returns
    -------
    ndarray, shape () or (N,)
        Quality-adjusted life years.
    """
    area: Floats = np.asarray(weights(times, rate, method) @ np.asarray(utility, dtype=np.float64))
    return area


def utility(results: Results, numbers: Mapping[str, float], draws: Draws | None = None) -> Floats:
    """EQ-5D of each person in each week by the published map (parameters ``utility.*``), shape (W + 1, N).

    With `draws` each person keeps a residual of their own (normal, SD ``utility.residual_sd``), by which
    people with the same pain and disability differ; it cancels between two plans for the same person.
    """
    series = results.series
    worth = outcomes.utility(numbers, series["disability"], series["limb_pain"], series["axial_pain"])
    worth = np.asarray(worth, dtype=np.float64)
    if draws is None:
        return worth
    from scipy.special import ndtri

    ids = results.patients["patient"].to_numpy()
    u = draws.block("utility.residual", 0, int(ids.max()) + 1)[ids] if len(ids) else np.zeros(0)
    return worth + numbers["utility.residual_sd"] * ndtri(u)


def lost_to_harms(charged: Charges, numbers: Mapping[str, float], rate: float, method: str) -> Floats:
    """Health each person loses to harms, shape (N,): all of it counted on the day the harm happens."""
    each = [numbers[f"{item}.qaly"] if item.startswith(HARM) else 0.0 for item in charged.items]
    return charged.total(np.array(each, dtype=np.float64), factors(charged.years, rate, method))


def person_qaly(
    results: Results,
    evidence: Evidence,
    rate: float | None = None,
    method: str = "continuous",
    draws: Draws | None = None,
) -> Floats:
    """Discounted QALY of each person, from their own referral to the end of follow-up, shape (N,).

    Parameters
    ----------
    results : Results
    evidence : Evidence
        For ``utility.*``, ``harm.*.qaly`` and ``discount.health``.
    rate : float, optional
        Per year; default ``discount.health``.
    method : str
        ``continuous`` or ``yearly``.
    draws : Draws, optional
        Adds each person's residual of the utility map.
    """
    numbers = Numbers(evidence)
    rate = numbers["discount.health"] if rate is None else rate
    times = results.weeks * (WEEK / DAYS_PER_YEAR)
    lived = qalys(utility(results, numbers, draws), times, rate, method)
    return lived - lost_to_harms(charges(results), numbers, rate, method)
