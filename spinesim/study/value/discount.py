"""What a later dollar or a later year of health is worth today."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from spinesim.errors import SpinesimError

Floats = npt.NDArray[np.float64]
DAYS_PER_YEAR = 365.25
METHODS = ("continuous", "yearly")


def factors(years: npt.ArrayLike, rate: float, method: str = "continuous") -> Floats:
    """Weight today of one unit `years` from now: (1 + rate)^-years.

    Parameters
    ----------
    years : array_like
        Years from now, any shape.
    rate : float
        Per year, 0.03 for 3 %.
    method : str
        ``continuous``, or ``yearly``: everything within a year weighs as at the year's start.
    """
    _check(rate, method)
    when = np.asarray(years, dtype=np.float64)
    whole: Floats = (1 + rate) ** -(np.floor(when) if method == "yearly" else when)
    return whole


def weights(times: npt.ArrayLike, rate: float, method: str = "continuous") -> Floats:
    """Weights w such that w @ u is the discounted area under u, which is linear between `times`.

    Exact for such u, whatever the step; rate 0 gives the trapezoid rule.

    Parameters
    ----------
    times : array_like, shape (T,)
        Years from now, rising.
    rate : float
        Per year.
    method : str
        As in `factors`.

    Returns
    -------
    ndarray, shape (T,)
        In years.
    """
    _check(rate, method)
    grid = np.asarray(times, dtype=np.float64)
    if grid.ndim != 1 or len(grid) < 2 or not (np.diff(grid) > 0).all():
        raise SpinesimError("Discounting needs two or more times that rise; give years as 0, 0.02, 0.04 ….")
    return _weights(tuple(grid.tolist()), rate, method).copy()


@lru_cache(maxsize=16)
def _weights(times: tuple[float, ...], rate: float, method: str) -> Floats:
    grid = np.array(times)
    if method == "continuous":
        return _exponential(grid, np.log1p(rate))
    years = np.arange(np.ceil(grid[0]), grid[-1])
    fine = np.union1d(grid, years)  # no interval crosses the turn of a year
    step, start = np.diff(fine), factors(fine[:-1], rate, "yearly")
    on_fine = np.zeros(len(fine))
    on_fine[:-1] += start * step / 2
    on_fine[1:] += start * step / 2
    spread = np.array([np.interp(fine, grid, one) for one in np.eye(len(grid))])
    return spread @ on_fine


def _exponential(grid: Floats, force: float) -> Floats:
    """Weights for the factor exp(-force * t), integrated exactly against straight lines."""
    step = np.diff(grid)
    x = force * step
    small = np.abs(x) < 1e-4  # there the closed forms cancel, and their series are exact to rounding
    safe = np.where(small, 1.0, x)
    whole = np.where(small, 1 - x / 2 + x**2 / 6 - x**3 / 24, -np.expm1(-safe) / safe)
    late = np.where(
        small,
        1 / 2 - x / 3 + x**2 / 8 - x**3 / 30,
        (-np.expm1(-safe) - safe * np.exp(-safe)) / safe**2,
    )
    scale = np.exp(-force * grid[:-1]) * step
    result = np.zeros(len(grid))
    result[:-1] += scale * (whole - late)
    result[1:] += scale * late
    return result


def _check(rate: float, method: str) -> None:
    if not (np.isfinite(rate) and rate >= 0):
        raise SpinesimError(f"The discount rate is {rate}; give a number of 0 or above, such as 0.03.")
    if method not in METHODS:
        raise SpinesimError(f"The discounting method is '{method}'; choose {' or '.join(METHODS)}.")
