"""Calibration: fit named parameters to trials of role calibration, and say what the data cannot tell."""

from spinesim.study.calibration.file import Calibration, Prior, load_calibration
from spinesim.study.calibration.fit import Fit, calibrate
from spinesim.study.calibration.identify import draw_table, parameter_table
from spinesim.study.calibration.problem import Problem, make_problem
from spinesim.study.calibration.report import report
from spinesim.study.calibration.save import (
    fit_log,
    fits_folder,
    load_fit,
    load_posterior,
    saved_fits,
    write_fit,
)

__all__ = [
    "Calibration",
    "Fit",
    "Prior",
    "Problem",
    "calibrate",
    "draw_table",
    "fit_log",
    "fits_folder",
    "load_calibration",
    "load_fit",
    "load_posterior",
    "make_problem",
    "parameter_table",
    "report",
    "saved_fits",
    "write_fit",
]
