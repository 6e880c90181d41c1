"""Appointments kept, missed and cancelled: shares, and how missing depends on lead time."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from spinesim.study.own_data.cells import about
from spinesim.study.own_data.check import Referrals
from spinesim.study.own_data.fitted import Fitted, wilson
from spinesim.study.own_data.words import courses

FEWEST_VISITS = 100
"""Appointments below which nothing is fitted."""
NORMAL = 1.96
"""Standard errors either side in a 95 % interval."""


def settled(data: Referrals) -> tuple[pd.DataFrame, bool]:
    """Appointments kept, missed or cancelled, with their lead time (days); whether from the booking.

    Left out, as the engine has no such chances for them: urgent ones, visits by video and sessions of a
    course (`no_show.course` and adherence say how these are kept).
    """
    rows = data.rows
    aside = rows["step"].isin(courses()) | (rows["step"] == "virtual_review") | (rows["urgent"] == 1)
    these = rows[rows["attended"].isin(["yes", "no", "cancelled"]) & ~aside]
    from_booking = bool(these["booked"].notna().any())
    since = these["booked"] if from_booking else these["referred"]
    table = pd.DataFrame({"lead": these["appointment"] - since, "attended": these["attended"]})
    return table.dropna(subset="lead"), from_booking


def kept_or_missed(data: Referrals) -> pd.DataFrame:
    """Columns lead (days) and missed."""
    visits, _ = settled(data)
    visits = visits[visits["attended"] != "cancelled"]
    return pd.DataFrame({"lead": visits["lead"], "missed": visits["attended"] == "no"})


def cancelled(found: Fitted, data: Referrals, small: int, notice: float) -> None:
    """Fit the share of appointments cancelled ahead; `notice` is in days (``cancel.notice_days``)."""
    visits, _ = settled(data)
    visits = visits[visits["lead"] > notice]  # nearer ones are not cancelled but missed
    given_up, total = int((visits["attended"] == "cancelled").sum()), len(visits)
    if not given_up:
        found.notes.append("The file has no cancelled appointment: cancel.share stays as it is.")
        return
    if total < FEWEST_VISITS or given_up <= small:
        found.notes.append("cancel.share was not fitted: too few cancelled appointments.")
        return
    how = f"of appointments made more than {notice:g} days ahead; Wilson"
    found.numbers["cancel.share"] = found.add(
        "cancel.share", given_up / total, *wilson(given_up, total), about(total, small), how
    )


def doublings(lead: npt.ArrayLike, reference: float) -> npt.NDArray[np.float64]:
    """Doublings of one plus the lead time, from the reference lead time (days) on."""
    return np.log2((1 + np.asarray(lead, dtype=float)) / (1 + reference))


def missed_by_lead(found: Fitted, data: Referrals, small: int, reference_days: float | None) -> None:
    """Fit the share missed at a lead time of `reference_days`, and the odds per doubling of lead time."""
    visits, from_booking = kept_or_missed(data), settled(data)[1]
    missed, n = int(visits["missed"].sum()), len(visits)
    if n < FEWEST_VISITS or min(missed, n - missed) <= small:
        found.notes.append(
            "Missed appointments were not fitted: too few kept or missed; the shipped figures stay."
        )
        return
    lowest, middle, highest = visits["lead"].quantile([0.05, 0.5, 0.95])
    inside = reference_days is not None and lowest <= reference_days <= highest
    reference = float(reference_days) if inside and reference_days is not None else float(round(middle))
    since = "" if from_booking else "; lead time from the referral, as no booking day is given"
    x = doublings(visits["lead"], reference)
    slope = _logit(visits["missed"].to_numpy(float), x)
    found.numbers["no_show.reference_days"] = reference
    if slope is None:
        found.notes.append(
            "Lead times vary too little for a slope: only the share of missed appointments was fitted."
        )
        how = f"of appointments kept or missed, whatever the lead time; Wilson{since}"
        found.numbers["no_show.share"] = found.add(
            "no_show.share", missed / n, *wilson(missed, n), about(n, small), how
        )
        return
    centre, spread = slope
    how = f"logistic regression on log2(1 + lead days), at {reference:g} days{since}"
    half = NORMAL * np.sqrt(np.diag(spread))
    at = [float(expit(centre[0] + k * half[0])) for k in (0, -1, 1)]
    found.numbers["no_show.share"] = found.add("no_show.share", at[0], at[1], at[2], about(n, small), how)
    odds = [float(np.exp(centre[1] + k * half[1])) for k in (0, -1, 1)]
    unsure = "interval includes 1: waiting may not matter" if odds[1] <= 1 <= odds[2] else ""
    found.numbers["no_show.odds_per_doubling"] = found.add(
        "no_show.odds_per_doubling", odds[0], odds[1], odds[2], about(n, small), how, unsure
    )
    found.curve = _curve(centre, spread, reference, float(visits["lead"].quantile(0.99)))


def _logit(
    missed: npt.NDArray[np.float64], x: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] | None:
    """Coefficients and their covariance; None where the data cannot give a slope."""
    if len(np.unique(x)) < 3:
        return None
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import (
        ConvergenceWarning,
        PerfectSeparationError,
        PerfectSeparationWarning,
    )

    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            model = sm.Logit(missed, np.column_stack([np.ones_like(x), x])).fit(disp=0)
        except (PerfectSeparationError, PerfectSeparationWarning, ConvergenceWarning, np.linalg.LinAlgError):
            return None
    centre, spread = np.asarray(model.params), np.asarray(model.cov_params())
    return (centre, spread) if np.isfinite(spread).all() else None


def _curve(
    centre: npt.NDArray[np.float64], spread: npt.NDArray[np.float64], reference: float, longest: float
) -> pd.DataFrame:
    lead = np.linspace(0, max(longest, 1), 60)
    design = np.column_stack([np.ones_like(lead), doublings(lead, reference)])
    line = design @ centre
    half = NORMAL * np.sqrt(np.einsum("ij,jk,ik->i", design, spread, design))
    bands = {"share": line, "low": line - half, "high": line + half}
    return pd.DataFrame({"lead": lead} | {name: expit(logit) for name, logit in bands.items()})
