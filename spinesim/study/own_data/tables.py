"""What is shown beside the fit: waits to compare the simulated clinic with, and tables behind the figures."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.study.own_data.attendance import kept_or_missed
from spinesim.study.own_data.cells import about, centile, suppressed
from spinesim.study.own_data.check import DAYS, Referrals
from spinesim.study.own_data.fit import awaited, whole_weeks
from spinesim.study.own_data.fitted import Fitted, wilson

WAITS = ["step", "n", "median", "low", "high", "p90", "lead_median", "lead_p90", "awaited"]
WEEKS_TOGETHER = (1, 2, 4, 13)
ENOUGH = 40
"""Mean count of a block of weeks from which rounding to 5 does not blur the figure."""
EDGES = (0, 1, 2, 4, 8, 15, 29, 57, 113)
"""Lead times (days) from which a new bar begins."""
LONGEST_LEAD = 3_654


def waits(data: Referrals, small: int) -> pd.DataFrame:
    """Waits by step: to compare with the simulated clinic, not parameters.

    Returns
    -------
    DataFrame
        step; n (kept appointments); median, low, high, p90 of the days from `referred` to the appointment
        kept (95 % interval of the median); median and p90 of the lead time from booking; awaited (people
        still waiting). NaN where too few to show.
    """
    lines = []
    rows = data.rows
    for step, these in rows.groupby("step", sort=False):
        kept = these[these["attended"] == "yes"]
        wait = kept["appointment"] - kept["referred"]
        lead = kept["appointment"] - kept["booked"]
        median = centile(wait, 0.5, small)
        low, high = _of_median(wait.dropna()) if math.isfinite(median) else (math.nan, math.nan)
        lines.append(
            {"step": step, "n": about(len(kept), small), "median": median, "low": low, "high": high}
            | {"p90": centile(wait, 0.9, small)}
            | {"lead_median": centile(lead, 0.5, small), "lead_p90": centile(lead, 0.9, small)}
            | {"awaited": about(int(awaited(these).sum()), small)}
        )
    return pd.DataFrame(lines, columns=WAITS).sort_values("n", ascending=False, ignore_index=True)


def _of_median(values: pd.Series) -> tuple[float, float]:
    """95 % interval of the median from order statistics."""
    from scipy.stats import quantile_test

    found = quantile_test(values.to_numpy(float), p=0.5).confidence_interval(0.95)
    return float(found.low), float(found.high)


def pictures(data: Referrals, fitted: Fitted, small: int) -> Mapping[str, pd.DataFrame]:
    """The tables behind the figures, small counts left out: weekly, missed, curve, lead, mix."""
    rows = data.rows
    first = rows[(rows["step"] == "intake") & ~rows["rebooked"]]
    visits = kept_or_missed(data)
    fits = fitted.table()
    mix = fits[fits["parameter"].str.startswith("mix.")]
    return {
        "weekly": _weekly(whole_weeks(first["referred"].to_numpy(float)), small),
        "missed": _missed(visits, small),
        "curve": fitted.curve,
        "lead": _lead(visits["lead"], small),
        "mix": mix.assign(condition=mix["parameter"].str.removeprefix("mix."))[
            ["condition", "value", "low", "high"]
        ],
    }


def _weekly(counts: npt.NDArray[np.int64], small: int) -> pd.DataFrame:
    """Referrals a week, in blocks of weeks long enough that rounding does not blur them."""
    for together in WEEKS_TOGETHER:
        blocks = len(counts) // together
        if not blocks:
            break
        summed = counts[: blocks * together].reshape(blocks, together).sum(axis=1)
        shown = suppressed(summed, small)
        table = pd.DataFrame(
            {"week": np.arange(blocks) * together, "weeks": together, "per_week": shown / together}
        )
        if summed.mean() >= ENOUGH:
            break
    return table


def _missed(visits: pd.DataFrame, small: int) -> pd.DataFrame:
    """Share missed by lead time; neighbouring bars are joined until each has enough of both."""
    groups: list[list[float]] = []  # from, to, missed, kept
    missed, kept, start = 0, 0, EDGES[0]
    for low, high in zip(EDGES, (*EDGES[1:], LONGEST_LEAD), strict=True):
        inside = visits[(visits["lead"] >= low) & (visits["lead"] < high)]
        missed, kept = missed + int(inside["missed"].sum()), kept + int((~inside["missed"]).sum())
        if min(missed, kept) > small:
            groups.append([start, high - 1, missed, kept])
            missed, kept, start = 0, 0, high
    if groups and missed + kept:  # what is left over joins the last bar
        groups[-1] = [groups[-1][0], LONGEST_LEAD, groups[-1][2] + missed, groups[-1][3] + kept]
    lines = []
    for first, last, gone, come in groups:
        gone, come = about(gone, small), about(come, small)
        low_end, high_end = wilson(gone, gone + come)
        middle = visits.loc[visits["lead"].between(first, last), "lead"].mean()
        lines.append(
            [first, last, round(float(middle), 1), gone / (gone + come), low_end, high_end, gone + come]
        )
    return pd.DataFrame(lines, columns=["first", "last", "lead", "share", "low", "high", "n"])


def _lead(lead: pd.Series, small: int) -> pd.DataFrame:
    """How many appointments were made so many weeks ahead."""
    weeks = (lead // DAYS).astype(int)
    last = int(weeks.quantile(0.99)) if len(weeks) else 0
    counts = np.bincount(weeks[weeks <= last], minlength=last + 1).astype(float)
    return pd.DataFrame({"week": np.arange(len(counts)), "n": suppressed(counts, small)})
