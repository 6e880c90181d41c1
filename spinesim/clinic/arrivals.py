"""Who is referred when: a steady or a varying stream, behind a list that was there before."""

from __future__ import annotations

import datetime

import numpy as np
import numpy.typing as npt

from spinesim.clinic.setting import Arrivals, Calendar, ClinicSetting
from spinesim.clinical import Cohort
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws

WEEK, YEAR = 7, 365.25
MOST_DAYS = round(100 * YEAR)  # a century: whoever has not come by then never comes


def opening_day(setting: ClinicSetting) -> int:
    """Day of the run on which the clinic opens, a Monday: before it, only the list grows."""
    return WEEK * setting.arrivals.backlog_weeks if setting.arrivals else 0


def date_of(setting: ClinicSetting, day: int) -> datetime.date:
    """The date of a day of the run."""
    return setting.calendar.first_day + datetime.timedelta(days=day - opening_day(setting))


def entry_days(setting: ClinicSetting, draws: Draws, cohort: Cohort) -> npt.NDArray[np.int64]:
    """Day of referral of each person: all on day 0, or as the clinic's arrivals say.

    A Poisson stream, its gaps from each person's own uniform; the first `backlog` people come before, evenly.
    """
    arrivals = setting.arrivals
    if arrivals is None:
        return np.zeros(len(cohort), dtype=np.int64)
    opens, before = opening_day(setting), min(arrivals.backlog, len(cohort))
    listed = np.floor((2 * np.arange(before) + 1) / (2 * max(arrivals.backlog, 1)) * opens)
    gaps = -np.log1p(-draws.block("arrival", 0, int(cohort.ids[-1]) + 1)[cohort.ids[before:]])
    due = np.cumsum(gaps)  # in expected arrivals
    if arrivals.by_weekday is None and arrivals.by_month is None and arrivals.growth_per_year == 0:
        days = due * WEEK / arrivals.per_week
    else:
        days = _by_rate(arrivals, setting.calendar, due)
    return np.concatenate([listed, opens + np.floor(days)]).astype(np.int64)


def _by_rate(arrivals: Arrivals, calendar: Calendar, due: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """When the expected number of arrivals reaches `due`, in days since opening."""
    if not len(due):
        return due
    days = 2 * WEEK
    while True:
        expected = np.concatenate([[0.0], np.cumsum(daily_rates(arrivals, calendar, days))])
        if expected[-1] > due[-1]:
            return np.interp(due, expected, np.arange(days + 1.0))
        if days > MOST_DAYS:
            raise SpinesimError(
                f"The clinic's referrals dry up: after a century {expected[-1]:.0f} people have come, not "
                f"{len(due):,}; ask for fewer patients or give arrivals.growth_per_year nearer 0."
            )
        days *= 2


def daily_rates(arrivals: Arrivals, calendar: Calendar, days: int) -> npt.NDArray[np.float64]:
    """Expected referrals on each of the first `days` days since opening."""
    rate = np.full(days, arrivals.per_week / WEEK) * (1 + arrivals.growth_per_year) ** (
        np.arange(days) / YEAR
    )
    if arrivals.by_weekday is not None:
        weights = np.array(arrivals.by_weekday)
        rate *= (weights / weights.mean())[np.arange(days) % WEEK]
    if arrivals.by_month is not None:
        weights = np.array(arrivals.by_month)
        dates = np.datetime64(calendar.first_day, "D") + np.arange(days)
        rate *= (weights / weights.mean())[dates.astype("datetime64[M]").astype(int) % len(weights)]
    return rate
