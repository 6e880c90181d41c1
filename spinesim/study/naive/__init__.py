"""A naive cohort study on simulated patients, beside the truth that no cohort can see."""

from spinesim.study.naive.file import NaiveCohort, load_naive
from spinesim.study.naive.run import METHODS, NaiveStudy, run_naive

__all__ = ["METHODS", "NaiveCohort", "NaiveStudy", "load_naive", "run_naive"]
