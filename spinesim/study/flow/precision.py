"""How many runs are enough: the confidence interval method, by sim-tools."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from spinesim.errors import SpinesimError
from spinesim.study.compare import Study
from spinesim.study.flow.paired import measures
from spinesim.study.flow.tables import wait_runs
from spinesim.study.outcomes import OUTCOMES, available

LEAST = {"median_wait": 1.0, "utilisation": 0.5, "list_size": 5.0}
"""Below it a number of a clinic is no headline: a wait of a day, half the time used, five people waiting."""
OUTCOME = ("pain_12_months", "disability_12_months", "cost", "qaly")
OFTEN = 30
FEWEST = 3  # with fewer, sim-tools gives no interval
MOST = 100_000
DIGITS = 12  # sim-tools rounds its table; we do not want it to
LEVEL = 0.95


def runs_needed(
    study: Study | Mapping[str, Sequence[float]] | Sequence[float], precision: float = 0.05
) -> pd.DataFrame:
    """Runs until the 95 % interval of each measure is narrow: half its width at most `precision` of the mean.

    Found by ``sim_tools.output_analysis.confidence_interval_method`` among the runs there are, as the first
    number of runs from which on the interval stays narrow enough. If they are too few, estimated from their
    standard deviation (``estimated`` True).

    Parameters
    ----------
    study : Study, mapping of measure to values, or values
        One value per run. Of a study: median waits, utilisation and list sizes worth a
        headline (see `LEAST`), pain, disability, cost, QALY.
    precision : float
        Share of the mean, above 0.

    Returns
    -------
    DataFrame
        measure, arm, runs (there are), mean, half_width, reached (half_width ÷ |mean|), needed (NaN where the
        mean is 0 or fewer than 3 runs), estimated.
    """
    if not 0 < precision < 1:
        raise SpinesimError(f"precision is {precision}; give a share of the mean between 0 and 1, as 0.05.")
    if isinstance(study, Study):
        wanted = _of_study(study)
    elif isinstance(study, Mapping):
        wanted = [(str(name), "", values) for name, values in study.items()]
    else:
        wanted = [("value", "", study)]
    columns = ["measure", "arm", "runs", "mean", "half_width", "reached", "needed", "estimated"]
    rows = [(name, arm, *_needed(np.asarray(values, float), precision)) for name, arm, values in wanted]
    return pd.DataFrame(rows, columns=columns)


def _of_study(study: Study) -> list[tuple[str, str, Any]]:
    table = measures(study)
    mean = table.groupby(["measure", "what"], sort=False)["value"].transform("mean")
    there = table.groupby(["measure", "what", "arm"], sort=False)["value"].transform("size")
    kept = mean >= table["measure"].map(LEAST).fillna(np.inf)
    table = table.loc[kept & (there == study.runs) & ~table["what"].isin(_rare(study))]
    wanted = [
        (f"{measure} {what}", str(arm), mine["value"].to_numpy(float))
        for (measure, what, arm), mine in table.groupby(["measure", "what", "arm"], sort=False)
    ]
    for arm, runs in study.results.items():
        known = [key for key in OUTCOME if key in available(runs[0])]
        means = [[float(np.mean(OUTCOMES[key].of(run))) for key in known] for run in runs]
        wanted += [(key, arm, values) for key, values in zip(known, zip(*means, strict=True), strict=True)]
    return wanted


def _rare(study: Study) -> set[str]:
    """Steps asked for too seldom in a run for a median."""
    often = wait_runs(study).groupby("step", sort=False)["n"].mean()
    return set(often.index[often < OFTEN])


def _needed(values: np.ndarray[Any, Any], precision: float) -> tuple[int, float, float, float, float, bool]:
    values = values[np.isfinite(values)]
    n = len(values)
    mean = float(values.mean()) if n else np.nan
    if n < FEWEST or mean == 0:
        return n, mean, np.nan, np.nan, np.nan, False
    from sim_tools.output_analysis import confidence_interval_method  # type: ignore  # brings plotly: only when asked for

    with warnings.catch_warnings():  # it warns when the precision is not reached; we say so in the table
        warnings.simplefilter("ignore")
        _, steps = confidence_interval_method(
            list(values), alpha=1 - LEVEL, desired_precision=precision, decimal_places=DIGITS
        )
    reached = np.abs(steps["% deviation"].to_numpy(float))
    half = float(reached[-1] * abs(mean))
    wide = np.flatnonzero(~(reached <= precision))
    if len(wide) == 0 or wide[-1] < n - 1:  # narrow enough from there on
        return n, mean, half, float(reached[-1]), float(wide[-1] + 2 if len(wide) else 1), False
    return (
        n,
        mean,
        half,
        float(reached[-1]),
        _extrapolated(float(values.std(ddof=1)), abs(mean) * precision),
        True,
    )


def _extrapolated(spread: float, half: float) -> float:
    """Fewest runs whose interval is expected to have that half width, by the standard deviation seen."""
    count = np.arange(2, MOST + 1)
    enough = special.stdtrit(count - 1, 0.5 + LEVEL / 2) * spread / np.sqrt(count) <= half
    return float(count[np.argmax(enough)]) if enough.any() else float("inf")


def runs_sentence(table: pd.DataFrame, precision: float = 0.05) -> str:
    """One plain sentence on a table of `runs_needed`: what needs the most runs."""
    known = table.loc[table["needed"].notna()]
    if not len(known):
        return "How many runs are enough cannot be told from fewer than 3 runs: ask for 5 or more."
    worst = known.sort_values("needed", kind="stable").iloc[-1]
    name = str(worst["measure"]).replace("_", " ") + (f" ({worst['arm']})" if worst["arm"] else "")
    there, needed = int(known["runs"].max()), worst["needed"]
    share = f"{100 * precision:g} %"
    if needed <= there:
        return (
            f"{there} runs are enough: every headline number is within {share} of its mean; {name} needed "
            f"the most, {needed:.0f}."
        )
    met = int((known["needed"] <= known["runs"]).sum())
    many = "more than 100,000" if np.isinf(needed) else f"about {needed:,.0f}"
    return (
        f"With {there} runs, {met} of {len(known)} headline numbers are within {share} of their mean; "
        f"{name} would need {many}."
    )
