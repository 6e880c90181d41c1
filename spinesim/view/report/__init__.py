"""The report for Monday's meeting: a result folder in, one self-contained HTML page out.

>>> from spinesim.view.report import write_report
>>> write_report("results", "report.html")  # doctest: +SKIP
"""

from spinesim.view.report.page import render, write_report

__all__ = ["render", "write_report"]
