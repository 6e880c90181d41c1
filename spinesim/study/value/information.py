"""What it would be worth to know more: EVPI, and EVPPI of some parameters by regression.

`benefit` is net benefit of shape (draws, arms), as `decide.net_benefit` gives it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.value.decide import net_benefit
from spinesim.study.value.discount import factors
from spinesim.study.value.regression import fit

Floats = npt.NDArray[np.float64]
RESAMPLES = 200  # of the regression's residuals, for its standard error and its bias
SEED = 20_240_731  # of these resamples: the same draws give the same estimate
FEWEST = 50


@dataclass(frozen=True)
class Estimate:
    """An expected value with its Monte Carlo standard error, in the unit of the net benefit, per person."""

    value: float
    se: float


def best_value(benefit: npt.ArrayLike) -> tuple[float, int]:
    """Expected net benefit of the best arm under what is known now, and its column."""
    mean = _checked(benefit).mean(axis=0)
    best = int(np.argmax(mean))
    return float(mean[best]), best


def evpi(benefit: npt.ArrayLike) -> Estimate:
    """Expected value of perfect information: choosing after the truth is known, rather than before.

    `benefit` should be the expectation under each draw: the luck of few people per draw would count as
    ignorance and make this too high. `evppi` of all parameters together smooths such luck away. Where two
    arms are all but equal, this and `evppi` are low by a fraction of the standard error: the best of two
    means is then partly luck.
    """
    array = _checked(benefit)
    _, best = best_value(array)
    gain = array.max(axis=1) - array[:, best]
    return Estimate(float(gain.mean()), _se(gain))


def evpi_normal(mean: float, sd: float) -> float:
    """EVPI of two arms whose difference in net benefit is normal, exactly."""
    if sd == 0:
        return 0.0
    z = abs(mean) / sd
    density = math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return sd * density - abs(mean) * math.erfc(z / math.sqrt(2)) / 2


def for_population(per_person: float, people_per_year: float, years: int, rate: float) -> float:
    """Value to all whom the decision concerns: so many people at the start of each year, discounted."""
    if people_per_year < 0 or years < 1:
        raise SpinesimError("The decision needs people a year of 0 or above and at least one year.")
    return per_person * people_per_year * float(factors(np.arange(years), rate).sum())


def evppi(benefit: npt.ArrayLike, parameters: npt.ArrayLike) -> Estimate:
    """Expected value of perfect information about some parameters together, by regression on the draws.

    The expected net benefit of each arm given the parameters is fitted (`regression.fit`); see Strong 2014
    Med Decis Making 34:311. Resampled residuals correct the bias of the fit and, with the spread over the
    draws, give the standard error. The estimate is held between 0 and EVPI, where the truth lies.

    Parameters
    ----------
    benefit : array_like, shape (draws, arms)
    parameters : array_like, shape (draws,) or (draws, P)

    Raises
    ------
    SpinesimError
        If the numbers of draws differ, or there are fewer than 50.
    """
    array = _checked(benefit)
    known = _columns(parameters, len(array))
    _, best = best_value(array)
    others = [i for i in range(array.shape[1]) if i != best]
    gaps = array[:, others] - array[:, [best]]
    if known.shape[1] == 0 or not others or bool((gaps == gaps[0]).all()):
        return Estimate(0.0, 0.0)
    model = fit(known, gaps)
    value = float(_value(model.fitted[:, :, None])[0])
    rows = np.random.default_rng(SEED).integers(0, len(array), (len(array), RESAMPLES))
    again = np.stack(
        [model.again(i, model.fitted[:, [i]] + model.residuals[rows, i]) for i in range(len(others))], axis=1
    )
    values = _value(again)
    unbiased = 2 * value - float(values.mean())
    se = math.hypot(float(values.std(ddof=1)), _se(np.maximum(model.fitted.max(axis=1), 0.0)))
    return Estimate(min(max(unbiased, 0.0), evpi(array).value), se)


def _value(fitted: Floats) -> Floats:
    """Gain from choosing by the fitted advantage over the best arm, (draws, arms - 1, R), by resample (R)."""
    chosen = np.maximum(fitted.max(axis=1), 0.0).mean(axis=0)
    gain: Floats = chosen - np.maximum(fitted.mean(axis=0).max(axis=0), 0.0)
    return gain


def information_table(
    costs: npt.ArrayLike,
    effects: npt.ArrayLike,
    threshold: float,
    groups: Mapping[str, npt.ArrayLike],
) -> pd.DataFrame:
    """EVPI and the EVPPI of each group of parameters, per person, the most valuable first.

    Parameters
    ----------
    costs, effects : array_like, shape (draws, arms)
    threshold : float
        Willingness to pay for a unit of effect.
    groups : mapping of str to array_like, shape (draws,) or (draws, P)
        Sampled values of the parameters, by what to call them.

    Returns
    -------
    DataFrame
        Columns information, value, se, share (of EVPI); the first row is ``everything``.
    """
    benefit = net_benefit(costs, effects, threshold)
    whole = evpi(benefit)
    found = {name: evppi(benefit, values) for name, values in groups.items()}
    rows = [("everything", whole), *sorted(found.items(), key=lambda one: -one[1].value)]
    share = [one.value / whole.value if whole.value > 0 else 0.0 for _, one in rows]
    return pd.DataFrame({
        "information": [name for name, _ in rows], "value": [one.value for _, one in rows],
        "se": [one.se for _, one in rows], "share": share,
    })  # fmt: skip


def evpi_curve(costs: npt.ArrayLike, effects: npt.ArrayLike, thresholds: Sequence[float]) -> pd.DataFrame:
    """EVPI per person over willingness to pay (columns threshold, value, se)."""
    found = [evpi(net_benefit(costs, effects, one)) for one in thresholds]
    return pd.DataFrame({
        "threshold": list(thresholds), "value": [one.value for one in found], "se": [one.se for one in found],
    })  # fmt: skip


def _checked(benefit: npt.ArrayLike) -> Floats:
    array = np.asarray(benefit, dtype=np.float64)
    if array.ndim != 2 or 0 in array.shape or not np.isfinite(array).all():
        raise SpinesimError("Net benefit must be finite numbers of the shape (draws, arms).")
    return array


def _se(values: Floats) -> float:
    return float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else float("nan")


def _columns(parameters: npt.ArrayLike, draws: int) -> Floats:
    """The parameters that vary, standardised, shape (draws, P)."""
    known = np.asarray(parameters, dtype=np.float64)
    known = known[:, None] if known.ndim == 1 else known
    if known.ndim != 2 or len(known) != draws or not np.isfinite(known).all():
        raise SpinesimError(f"The parameters need one finite value for each of the {draws} draws.")
    if draws < FEWEST:
        raise SpinesimError(f"{draws} draws are too few for EVPPI; make at least {FEWEST}, better 1,000.")
    known = known[:, known.std(axis=0) > 0]
    return (known - known.mean(axis=0)) / known.std(axis=0)
