"""How long a clinic warms up: Welch's moving average and MSER-5.

No maintained library is fit to be depended upon for MSER-5. pymser 1.0 (IBM, BSD) needs PyTorch, computes in
32-bit floats, searches the whole series although the rule holds for its first half only, and takes the exact
zero of a constant series for an artefact; sim-tools 1.3 has no such rule. The rule is one line of numpy,
tested against a case worked by hand, and against pymser where it is installed. Welch's average is checked
against vidigi's, which lives in a plotting package.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.compare import Study
from spinesim.study.flow.asked import opening
from spinesim.study.flow.asked import window as measured
from spinesim.study.flow.tables import list_runs
from spinesim.study.results import WEEK, Results

Floats = npt.NDArray[np.float64]
BATCH = 5  # the 5 of MSER-5
SHORT = 1.0  # people on a list on average: shorter ones need no warm-up
SMOOTH = 5  # weeks to each side of Welch's average, where the series allows


def welch(runs: Sequence[Sequence[float]] | Floats, window: int = SMOOTH) -> Floats:
    """Welch's moving average (Law, Simulation Modeling and Analysis, ch. 9): look where it becomes flat.

    Parameters
    ----------
    runs : array, shape (replications, weeks)
    window : int
        Weeks to each side; fewer, evenly, near the start. The last `window` weeks have none.
    """
    mean = np.asarray(runs, float).mean(axis=0)
    if not 0 <= window < len(mean):
        raise SpinesimError(
            f"window is {window}; give 0 to {len(mean) - 1} weeks for {len(mean)} weeks of results."
        )
    total = np.concatenate([[0.0], np.cumsum(mean)])
    middle = np.arange(len(mean) - window)
    side = np.minimum(middle, window)
    return (total[middle + side + 1] - total[middle - side]) / (2 * side + 1)


def mser(series: Sequence[float] | Floats, batch: int = BATCH) -> tuple[int, bool]:
    """Where the marginal standard error rule cuts a series (White 1997; in batches, White and others 2000).

    The series is averaged in batches; cut is where the squared standard error of the mean of what remains,
    Σ(x − mean)² ÷ n², is least (the first such place). A minimum in the second half of the series says that
    it is too short to tell.

    Parameters
    ----------
    series : array
        Mean over replications.
    batch : int
        Values in a batch; a last batch that is not full is left out.

    Returns
    -------
    cut : int
        Values to leave out at the start.
    settled : bool
        False if the series is too short to tell.
    """
    values = np.asarray(series, float)
    n = len(values) // batch
    if n < 4:  # fewer leave no choice in the first half
        return 0, False
    means = values[: n * batch].reshape(n, batch).mean(axis=1)
    left = range(n - 1)  # one batch alone has no error
    error = np.array([((means[k:] - means[k:].mean()) ** 2).sum() / (n - k) ** 2 for k in left])
    cut = int(np.flatnonzero(error <= error.min() * (1 + 1e-12))[0])
    return cut * batch, cut <= n // 2


def weekly(results: Sequence[Results]) -> dict[tuple[str, str], Floats]:
    """List size and slots completed of each resource by week, arrays of shape (replications, weeks)."""
    found: dict[tuple[str, str], list[Floats]] = {}
    for one in results:
        lists, opens = list_runs(one), opening(one)
        for name, mine in lists.loc[lists["week"] >= 0].groupby("resource", sort=False):
            found.setdefault((str(name), "list_size"), []).append(mine["waiting"].to_numpy(float))
        weeks = int((measured(one)[1] - opens) // WEEK)
        events = one.events
        ends = events.loc[
            (events["event"] == "end") & events["day"].between(opens, opens + weeks * WEEK, "left")
        ]
        for name, mine in ends.groupby("resource", sort=False):
            count = np.bincount(((mine["day"] - opens) // WEEK).astype(int), minlength=weeks).astype(float)
            found.setdefault((str(name), "throughput"), []).append(count)
    return {
        key: np.array([run[: min(map(len, runs))] for run in runs])
        for key, runs in found.items()
        if len(runs) == len(results)
    }


def warm_up(runs: Study | Sequence[Results], arm: str | None = None) -> pd.DataFrame:
    """Weeks until lists and throughput have settled, by resource: run the clinic that long before counting.

    Read off the weeks from the opening (its own warm-up included) to the last arrival, as a mean over
    replications: use several. A list that never settles, because more is asked for than there is time, shows
    as ``settled`` False.

    Parameters
    ----------
    runs : Study or sequence of Results
        Replications of one arm.
    arm : str, optional
        Of a study; default: the reference.

    Returns
    -------
    DataFrame
        resource, measure (list_size, throughput), weeks (length of the series), mean (of the series),
        cut (MSER-5, weeks), settled.
    """
    if isinstance(runs, Study):
        runs = list(runs.results[arm or runs.arms[0]])
    rows = [
        (resource, measure, series.shape[1], float(series.mean()), *mser(series.mean(axis=0)))
        for (resource, measure), series in weekly(runs).items()
    ]
    return pd.DataFrame(rows, columns=["resource", "measure", "weeks", "mean", "cut", "settled"])


def warm_up_sentence(table: pd.DataFrame) -> str:
    """One plain sentence on a table of `warm_up`, by the lists that people stand on."""
    lists = table.loc[(table["measure"] == "list_size") & (table["mean"] >= SHORT)]
    if not len(lists):
        return "Hardly anybody waits in this clinic, so it needs no warm-up."
    settled = lists["settled"].astype(bool)
    said = ""
    if settled.any():
        last = lists.loc[settled].nlargest(1, "cut").iloc[0]
        said = f"the list for {last['resource']} settled last, after {int(last['cut'])} weeks"
    if settled.all():
        return f"{said[0].upper()}{said[1:]}: use warm_up={int(last['cut'])} or more."
    names = " and ".join(lists.loc[~settled, "resource"])
    rest = f"; of the others {said}" if said else ""
    return f"The list for {names} had not settled by the last arrival: it grows, or the run is short{rest}."
