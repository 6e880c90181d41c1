"""Uncertainty of a comparison: of its numbers (probabilistic) and of its people (first order), apart."""

from spinesim.study.uncertainty.joint import Joint, load_joint
from spinesim.study.uncertainty.oneway import OneWay, one_way
from spinesim.study.uncertainty.probabilistic import run_points, uncertainty
from spinesim.study.uncertainty.reads import read_by
from spinesim.study.uncertainty.result import Uncertainty
from spinesim.study.uncertainty.sample import Sampler, make_sampler
from spinesim.study.uncertainty.scenarios import side_by_side, stances, uncertain_stances
from spinesim.study.uncertainty.screening import Screening, morris, sobol

__all__ = [
    "Joint", "OneWay", "Sampler", "Screening", "Uncertainty", "load_joint", "make_sampler", "morris",
    "one_way", "read_by", "run_points", "side_by_side", "sobol", "stances", "uncertain_stances",
    "uncertainty",
]  # fmt: skip
