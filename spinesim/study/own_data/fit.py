"""Parameters of a clinic from its checked rows: arrivals, mix, attendance, backlog, each with an interval."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chisquare

from spinesim.errors import SpinesimError
from spinesim.study.own_data.attendance import cancelled, missed_by_lead
from spinesim.study.own_data.cells import about, pooled, suppressed
from spinesim.study.own_data.check import DAYS, Referrals
from spinesim.study.own_data.fitted import Fitted, wilson

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = 12
FEWEST, FEWEST_WEEKS = 30, 6
"""Referrals and whole weeks below which nothing is fitted."""
YEARS_FOR_MONTHS = 2
SURE = 0.05
"""Months are fitted only where differences as large would be rarer than this by chance alone."""
MANY = 0.5
LONGEST_BACKLOG = 520  # weeks a clinic file takes


def fit(data: Referrals, small: int, numbers: Mapping[str, float], name: str) -> Fitted:
    """Fit everything.

    Parameters
    ----------
    data : Referrals
    small : int
        Counts of 1 to this are never used by themselves.
    numbers : mapping of str to float
        What is not fitted but needed: ``no_show.reference_days`` (left out, or far from the file's lead
        times: the file's own median is used) and ``cancel.notice_days``.
    name : str
        Of the file, for messages.

    Raises
    ------
    SpinesimError
        If the file holds too few referrals or too short a time.
    """
    found = Fitted()
    rows = data.rows
    first = rows[(rows["step"] == "intake") & ~rows["rebooked"]]
    _arrivals(found, first["referred"].to_numpy(float), small, name)
    _weekdays(found, first["referred"].to_numpy(float), small)
    _months(found, data, first["referred"], small)
    _mix(found, first["condition"], small)
    cancelled(found, data, small, numbers.get("cancel.notice_days", 0.0))
    missed_by_lead(found, data, small, numbers.get("no_show.reference_days"))
    _backlog(found, rows, small)
    return found


def whole_weeks(days: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Counts of the weeks, Monday to Sunday, without the first and the last, which may be cut."""
    weeks = (days // DAYS).astype(int)
    counts: npt.NDArray[np.int64] = np.bincount(weeks - weeks.min())[1:-1]
    return counts


def _arrivals(found: Fitted, days: npt.NDArray[np.float64], small: int, name: str) -> None:
    counts = whole_weeks(days) if len(days) else np.zeros(0, dtype=int)
    if len(days) < FEWEST or len(counts) < FEWEST_WEEKS or not counts.any():
        have = f"{about(len(days), small):g}" if len(days) > small else "very few"
        raise SpinesimError(
            f"{name}: {have} first visits asked for over {len(counts)} whole weeks are too few to fit "
            f"anything (step 'intake', not rebooked); export at least {FEWEST} over {FEWEST_WEEKS} weeks, "
            "better a year."
        )
    import statsmodels.api as sm

    mean = counts.mean()
    dispersion = max(1.0, float(np.sum((counts - mean) ** 2) / mean / (len(counts) - 1)))
    model = sm.GLM(counts, np.ones(len(counts)), family=sm.families.Poisson()).fit(scale=dispersion)
    low, high = np.exp(model.conf_int()[0])
    how = f"{len(counts)} whole weeks, quasi-Poisson, dispersion {dispersion:.2g}"
    rate = found.add("arrivals.per_week", float(mean), low, high, about(counts.sum(), small), how)
    found.arrivals["per_week"] = rate


def _weekdays(found: Fitted, days: npt.NDArray[np.float64], small: int) -> None:
    counts = np.bincount((days % DAYS).astype(int), minlength=DAYS).astype(float)
    shown = np.nan_to_num(suppressed(counts, small))
    total = float(shown.sum())
    if not total:
        found.notes.append("No weekday has enough referrals: by_weekday stays as it is.")
        return
    weights = []
    for day, count in zip(DAY_NAMES, shown.tolist(), strict=True):
        low, high = wilson(count, total)
        how = "weight, average 1; Wilson" if count else "none, or too few to show"
        weights.append(
            found.add(f"arrivals.by_weekday.{day}", DAYS * count / total, DAYS * low, DAYS * high, count, how)
        )
    found.arrivals["by_weekday"] = tuple(weights)


def _months(found: Fitted, data: Referrals, referred: pd.Series, small: int) -> None:
    if data.monday is None:
        found.notes.append("by_month was not fitted: that needs dates, and the file counts days.")
        return
    month = (pd.Timestamp(data.monday) + pd.to_timedelta(referred, unit="D")).dt.to_period("M")
    months = pd.period_range(month.min() + 1, month.max() - 1, freq="M")  # those at the ends may be cut
    years = len(months) // MONTHS
    if years < YEARS_FOR_MONTHS:
        found.notes.append("by_month was not fitted: that needs two whole years of referrals.")
        return
    used = pd.PeriodIndex(months[-years * MONTHS :])
    of_year = month.value_counts().reindex(used, fill_value=0).groupby(used.month).sum().to_numpy(float)
    shown = suppressed(of_year, small)
    if np.isnan(shown).any():
        found.notes.append("by_month was not fitted: some months have too few referrals.")
        return
    days = pd.Series(used.days_in_month, index=used).groupby(used.month).sum().to_numpy(float)
    if chisquare(of_year, days * of_year.sum() / days.sum()).pvalue > SURE:
        found.notes.append("by_month was not fitted: the months differ by no more than chance.")
        found.arrivals["by_month"] = None
        return
    average = shown.sum() / days.sum()
    weights = []
    for number, (count, length) in enumerate(zip(shown, days, strict=True), 1):
        low, high = (share * shown.sum() / length / average for share in wilson(count, shown.sum()))
        how = f"weight per day, average 1, {years} years; Wilson"
        weights.append(
            found.add(f"arrivals.by_month.{number:02d}", count / length / average, low, high, count, how)
        )
    found.arrivals["by_month"] = tuple(weights)


def _mix(found: Fitted, condition: pd.Series, small: int) -> None:
    known = condition[condition != ""]
    counts = {str(key): int(count) for key, count in known.value_counts().items()}
    weights = pooled(counts, small)
    total = sum(weights.values())
    if len(known) < FEWEST or not total:
        found.notes.append("The mix was not fitted: too few rows name a condition; the clinic's own stays.")
        return
    blank = 1 - len(known) / len(condition)
    if blank > 0:
        found.notes.append(
            f"{100 * blank:.0f} % of referrals name no condition; the mix is that of the others."
        )
    few = [key for key in counts if counts[key] <= small]
    for key, weight in weights.items():
        low, high = wilson(weight, total)
        if key in few:
            how, n = "pooled with other rare conditions", math.nan
        else:
            how, n = "share, Wilson", weight
        found.mix[key] = found.add(f"mix.{key}", weight / total, low, high, n, how)
    if few and not set(few) & set(weights):
        found.notes.append("Conditions with too few people to show are left out of the mix.")


def last_day(rows: pd.DataFrame) -> float:
    """The last day on which anything in the file happened."""
    done = rows["appointment"].where(rows["attended"].isin(["yes", "no"]))
    return float(np.nanmax([rows["referred"].max(), rows["booked"].max(), done.max()]))


def awaited(rows: pd.DataFrame) -> pd.Series:
    """Which rows still wait: nothing has come of them by the file's last day."""
    return rows["attended"] == ""


def _backlog(found: Fitted, rows: pd.DataFrame, small: int) -> None:
    end = last_day(rows)
    open_rows = rows[awaited(rows) & (rows["step"] == "intake")]
    count = about(len(open_rows), small)
    if math.isnan(count) or not count:
        found.notes.append("Too few people await a first visit at the file's end to show: backlog = 0.")
        found.arrivals |= {"backlog": 0, "backlog_weeks": 0}
        return
    overdue = (open_rows["appointment"] < end).mean()
    if overdue > MANY:
        found.notes.append(
            "Most of those awaiting a first visit have an appointment in the past: fill in 'attended'."
        )
    mean_wait = float((end - open_rows["referred"]).mean())
    weeks = int(
        min(max(1, round(2 * mean_wait / DAYS)), LONGEST_BACKLOG)
    )  # evenly referred: the mean is half way
    found.arrivals |= {"backlog": int(count), "backlog_weeks": weeks}
    nan = math.nan
    found.add(
        "arrivals.backlog", count, nan, nan, count, "first visits awaited on the file's last day, a count"
    )
    found.add("arrivals.backlog_weeks", weeks, nan, nan, count, "twice their mean wait so far")
