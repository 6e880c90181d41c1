"""What was fitted so far, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from spinesim.study.own_data.cells import digits

WIDE = 0.5
"""An interval wider than this share of its estimate is called uncertain."""
COLUMNS = ["parameter", "value", "low", "high", "n", "how", "flag"]
Line = dict[str, object]


@dataclass
class Fitted:
    """What was fitted so far.

    Attributes
    ----------
    lines : list
        Rows of the table of fits.
    arrivals, mix, numbers : dict
        What goes into the clinic file.
    curve : DataFrame
        Fitted probability of a missed appointment by lead time (days), with its 95 % band.
    notes : list of str
        What could not be fitted, and why.
    """

    lines: list[Line] = field(default_factory=list)
    arrivals: dict[str, object] = field(default_factory=dict)
    mix: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    curve: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["lead", "share", "low", "high"])
    )
    notes: list[str] = field(default_factory=list)

    def add(
        self, parameter: str, value: float, low: float, high: float, n: float, how: str, flag: str = ""
    ) -> float:
        """Write one line down, three digits each, and return the value as written."""
        if not flag and value and (high - low) > WIDE * abs(value):
            flag = "uncertain"
        shown = digits(value)
        self.lines.append(
            {"parameter": parameter, "value": shown, "low": digits(low), "high": digits(high), "n": n}
            | {"how": how, "flag": flag}
        )
        return shown

    def table(self) -> pd.DataFrame:
        """The table of fits."""
        return pd.DataFrame(self.lines, columns=COLUMNS)


def wilson(count: float, n: float) -> tuple[float, float]:
    """95 % interval of a share."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, n, method="wilson")
    return float(low), float(high)
