"""A published model reproduced through our discounting and our ratio: HIV, one drug or two.

Chancellor 1997 as worked in Briggs, Claxton and Sculpher, Decision Modelling for Health Economic Evaluation
(2006), example 2.5 and its spreadsheet: a cohort in states A, B, C (AIDS) and D (death), 20 yearly cycles,
costs discounted by 6 %, life-years not; the second drug works and is paid for in the first two years.
"""

from __future__ import annotations

import numpy as np
import pytest

from spinesim.study.value.decide import frontier, incremental
from spinesim.study.value.discount import factors

COUNTS = np.array([[1251, 350, 116, 17], [0, 731, 512, 15], [0, 0, 1312, 437], [0, 0, 0, 1]], dtype=float)
CARE = np.array([1701 + 1055, 1774 + 1278, 6948 + 2059, 0.0])  # 2,756, 3,052 and 9,007 a year
ZIDOVUDINE, LAMIVUDINE = 2278.0, 2086.5
RELATIVE_RISK, YEARS_OF_EFFECT, CYCLES = 0.509, 2, 20
ALIVE = np.array([1.0, 1.0, 1.0, 0.0])

ONE_COST, TWO_COST = 44_663.4535637, 50_601.6513312
ONE_YEARS, TWO_YEARS = 7.9912066, 8.9373889
RATIO = 6_275.95560


def cohort(two_drugs: bool) -> tuple[float, float]:
    """Discounted cost and undiscounted life-years, counted at the end of each yearly cycle."""
    usual = COUNTS / COUNTS.sum(axis=1, keepdims=True)
    slowed = usual * RELATIVE_RISK
    np.fill_diagonal(slowed, 0)
    slowed += np.diag(1 - slowed.sum(axis=1))
    where, cost, years = np.array([1.0, 0, 0, 0]), np.zeros(CYCLES), np.zeros(CYCLES)
    for cycle in range(CYCLES):
        both = two_drugs and cycle < YEARS_OF_EFFECT
        where = where @ (slowed if both else usual)
        drugs = (ZIDOVUDINE + (LAMIVUDINE if both else 0)) * ALIVE
        cost[cycle], years[cycle] = where @ (CARE + drugs), where @ ALIVE
    return float(cost @ factors(np.arange(1, CYCLES + 1), 0.06)), float(years.sum())


def test_the_published_figures_come_out() -> None:
    one, two = cohort(two_drugs=False), cohort(two_drugs=True)
    assert one == pytest.approx((ONE_COST, ONE_YEARS), rel=1e-8)
    assert two == pytest.approx((TWO_COST, TWO_YEARS), rel=1e-8)


def test_so_does_the_ratio() -> None:
    one, two = cohort(two_drugs=False), cohort(two_drugs=True)
    costs, years = np.array([[one[0], two[0]]]), np.array([[one[1], two[1]]])
    table = incremental(costs, years, ["one drug", "two drugs"])
    assert table["icer"][1] == pytest.approx(RATIO, rel=1e-8)
    assert table["says"][1].startswith("6,276 per ")
    front = frontier(costs, years, ["one drug", "two drugs"])
    assert list(front["standing"]) == ["on the frontier"] * 2
    assert front["icer"][1] == pytest.approx(RATIO, rel=1e-8)
