"""What people do about appointments: whether they come, cancel, leave the list. Chances in, answers out."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log, log2

Numbers = Mapping[str, float]


def no_show_probability(numbers: Numbers, lead_days: float, video: bool = False) -> float:
    """Probability that an appointment made `lead_days` ahead is missed.

    Logistic in the doublings of lead time: ``no_show.share`` at ``no_show.reference_days``, the odds times
    ``no_show.odds_per_doubling`` for each doubling of one day more than the lead, and times
    ``no_show.virtual_odds`` for a visit by video.
    """
    share = numbers["no_show.share"]
    if not 0 < share < 1:
        return share
    doublings = log2((1 + max(lead_days, 0.0)) / (1 + numbers["no_show.reference_days"]))
    odds = log(share / (1 - share)) + doublings * log(numbers["no_show.odds_per_doubling"])
    if video:
        odds += log(numbers["no_show.virtual_odds"])
    return 1 / (1 + exp(-odds))


def is_soon(numbers: Numbers, pain: float) -> bool:
    """Whether triage puts a referral before the ordinary ones (``triage.soon_pain``, NRS 0-10)."""
    return pain >= numbers["triage.soon_pain"]


def withdraws(numbers: Numbers, pain: float, recovered: float, elsewhere: float) -> str:
    """Why a person who is still waiting leaves this week: ``recovered``, ``elsewhere``, or empty.

    Parameters
    ----------
    pain : float
        Today, NRS 0-10.
    recovered, elsewhere : float
        The person's uniforms for this week.
    """
    if pain <= numbers["leave.recovered_pain"] and recovered < numbers["leave.recovered_per_week"]:
        return "recovered"
    return "elsewhere" if elsewhere < numbers["leave.elsewhere_per_week"] else ""
