"""Intervals of published and simulated figures."""

from __future__ import annotations


def wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share seen in `n` people.

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson(0.3, 50)]
    [0.191, 0.438]
    """
    from statsmodels.stats.proportion import proportion_confint  # here, since it is slow to import

    low, high = proportion_confint(share * n, n, alpha=0.05, method="wilson")
    return float(low), float(high)
