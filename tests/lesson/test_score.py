"""Calibration: the verdict by the binomial distribution, worked out by hand."""

import pytest
from scipy.stats import binom

from spinesim.view.lesson.progress_file import Guessed, ProgressFile, holds, with_guess
from spinesim.view.lesson.score import ADVICE, Calibration, calibration, sentence


@pytest.mark.parametrize(
    "inside, of, wanted",
    [
        (0, 4, "too few to tell"),
        (2, 5, "too narrow"),  # P(X <= 2) = 0.058
        (3, 5, "about right"),  # 0.263
        (5, 8, "about right"),  # 0.203
        (4, 8, "too narrow"),  # 0.056
        (10, 10, "about right"),  # 0.8^10 = 0.107
        (11, 11, "too wide"),  # 0.086
    ],
)
def test_verdict(inside, of, wanted):
    assert Calibration(inside, of).verdict == wanted
    assert ADVICE[wanted] in sentence(Calibration(inside, of))


def test_someone_with_right_ranges_is_seldom_told_otherwise():
    for of in range(5, 31):
        told = [Calibration(k, of).verdict for k in range(of + 1)]
        for bad in ("too narrow", "too wide"):
            assert sum(binom.pmf(k, of, 0.8) for k in range(of + 1) if told[k] == bad) < 0.1


def test_the_sentence_counts_known_results_only():
    assert sentence(Calibration(0, 0)) == ""
    assert sentence(Calibration(5, 8)).startswith(
        "Over all lessons, 5 of your 8 ranges held the result; someone whose 80 % ranges are right would get "
        "about 6 of 8."
    )
    file = ProgressFile()
    for key, result in (("a", 12.0), ("b", 15.1), ("c", None)):
        guess = Guessed(best=10, give=5, unit="x", when="2026-11-24", result=result)
        file = with_guess(file, "02", key, guess)
    assert calibration(file) == Calibration(1, 2)


def test_the_ends_of_a_range_are_inside_it():
    assert holds(0.1, 0.2, 0.1 + 0.2) and holds(10, 5, 5) and not holds(10, 5, 4.99)
    assert holds(10, 0, 10) and not holds(10, 0, 10.01)
