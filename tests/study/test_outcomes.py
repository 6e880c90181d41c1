"""Outcomes by hand: QALYs, weeks, function, and the table of people."""

import numpy as np
import pytest

import spinesim as ss
from spinesim.clinical import outcomes
from spinesim.study.outcomes import OUTCOMES, available
from spinesim.study.results import SERIES, collect
from spinesim.study.simulation import shipped_evidence

FLAT = {"utility.odi": 0.0, "utility.leg": 0.0, "utility.back": 0.0}
HERE = {"condition": "disc_herniation", "patients": 50, "seed": 4}


@pytest.mark.parametrize("clinic", ["ample", "community"])
@pytest.mark.parametrize("years", [0.5, 1, 3])
def test_constant_utility_gives_utility_times_follow_up(clinic, years):
    """0.7 for a year of 52 weeks: 0.7 × 364 / 365.25, undiscounted; utility 1: the years of follow-up."""
    for worth in (0.7, 1.0, 0.0):
        evidence = shipped_evidence().change(FLAT | {"utility.intercept": worth})
        run = ss.simulate("conservative_first", years=years, clinic=clinic, evidence=evidence, **HERE)
        expected = worth * round(52 * years) * 7 / 365.25
        np.testing.assert_allclose(run.patients["qaly"], expected, rtol=1e-12, atol=1e-12)


def test_a_utility_that_rises_to_its_rest_gives_the_textbook_integral():
    """Check 13: utility 0.75 − 0.25·exp(−t/2) over two years is worth 1.32878, by weekly trapezia to 1e-4."""
    clinic = next(iter([_clinic(weeks=104)]))
    t = np.arange(105) * 7 / 365.25
    worth = 0.75 - 0.25 * np.exp(-t / 2)
    for name in clinic.body.record:
        clinic.body.record[name][:] = 0
    clinic.body.record["disability"][:] = ((0.75 - worth) * 100)[:, None]
    years = 104 * 7 / 365.25
    exact = 0.75 * years - 0.5 * (1 - np.exp(-years / 2))
    assert abs(0.75 * 2 - 0.5 * (1 - np.exp(-1)) - (1.5 - 0.5 * 0.6321205588)) < 1e-9
    np.testing.assert_allclose(collect(clinic, "a", 0).patients["qaly"], exact, atol=1e-5)


def _clinic(weeks):
    from spinesim.clinic import Clinic, load_clinic
    from spinesim.clinical import draw_cohort
    from spinesim.evidence import Draws

    evidence = shipped_evidence().change(FLAT | {"utility.intercept": 0.75, "utility.odi": -0.01})
    draws = Draws(4)
    cohort = draw_cohort(evidence, draws, "lumbar_strain", 5)
    return Clinic(ss.pathway("conservative_first"), load_clinic("ample"), cohort, evidence, draws, weeks)
