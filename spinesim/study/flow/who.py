"""Who waits and who benefits: by severity, age, occupation and work."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.clinical import OCCUPATIONS
from spinesim.clinical.outcomes import at_work
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.study.compare import Study, interval
from spinesim.study.flow.asked import asked, headline
from spinesim.study.flow.centiles import Curve, over_runs, over_runs_above_0
from spinesim.study.flow.tables import ENDED
from spinesim.study.outcomes import OUTCOMES, available
from spinesim.study.results import Results

Words = npt.NDArray[np.object_]
SEVERITY = ((-np.inf, "pain below 4"), (4.0, "pain 4 to below 7"), (7.0, "pain 7 or more"))
AGE = ((-np.inf, "under 40"), (40.0, "40 to 64"), (65.0, "65 or older"))
WORK = ("at work", "off work", "of retirement age")


def _cut(values: npt.ArrayLike, bands: tuple[tuple[float, str], ...]) -> Words:
    place = np.searchsorted([edge for edge, _ in bands], np.asarray(values, float), side="right") - 1
    return np.array([name for _, name in bands], object)[place]


def _work(results: Results, evidence: Evidence) -> Words:
    """Whether people can do their own work at referral; from `person.retired_from` on nobody is asked."""
    numbers, people = evidence.numbers(), results.patients
    which = np.array([OCCUPATIONS.index(str(one)) for one in people["occupation"]], int)
    able = at_work(numbers, results.series["disability"][0], which)
    retired = people["age"].to_numpy(float) >= numbers["person.retired_from"]
    return np.array(WORK, object)[np.where(retired, 2, np.where(able, 0, 1))]


BY: dict[str, tuple[Callable[[Results, Evidence], Words], tuple[str, ...]]] = {
    "severity": (lambda r, _: _cut(r.series["pain"][0], SEVERITY), tuple(name for _, name in SEVERITY)),
    "age": (lambda r, _: _cut(r.patients["age"], AGE), tuple(name for _, name in AGE)),
    "occupation": (lambda r, _: r.patients["occupation"].to_numpy(object), tuple(OCCUPATIONS)),
    "work": (_work, WORK),
}
"""How people are grouped at referral, and the groups in order. Pain is NRS 0-10, age in years."""


def groups(results: Results, by: str, evidence: Evidence) -> pd.Series:
    """The group of each person (index: patient).

    Raises
    ------
    SpinesimError
        If `by` is not one of `BY`.
    """
    if by not in BY:
        raise SpinesimError(f"People cannot be grouped by '{by}': choose one of {', '.join(BY)}.")
    return pd.Series(BY[by][0](results, evidence), index=results.patients["patient"].to_numpy(), name="group")


def who_waits(study: Study, by: str = "severity") -> pd.DataFrame:
    """Waits of each group of people, in each arm and step, beside the reference.

    Parameters
    ----------
    study : Study
    by : str
        ``severity`` (pain at referral), ``age``, ``occupation`` or ``work`` (at referral).

    Returns
    -------
    DataFrame
        arm, step, resource, group; ``n`` slots asked for over all runs; ``median``, ``low``, ``high`` and
        ``p90`` of the wait in days (as in `wait_table`); ``difference`` of the median from the reference
        with its paired interval over runs ``difference_low``, ``difference_high`` (NaN with one run).
    """
    of = {r.run: groups(r, by, study.evidence) for r in study.results[study.arms[0]]}
    table = headline(asked(study))
    parts = [
        mine.assign(group=mine["patient"].map(of[run])) for run, mine in table.groupby("run", sort=False)
    ]
    table = pd.concat(parts) if parts else table.assign(group=[])
    rows = []
    for key, mine in table.groupby(["arm", "run", "step", "resource", "group"], sort=False):
        curve = Curve(mine["wait"], mine["how"].isin(ENDED))
        rows.append((*key, len(mine), curve.centile(0.5)[0], curve.centile(0.9)[0], *curve.interval(0.5)))
    columns = ["arm", "run", "step", "resource", "group", "n", "median", "p90", "people_low", "people_high"]
    runs = pd.DataFrame(rows, columns=columns)
    found = []
    reference = runs.loc[runs["arm"] == study.arms[0]].set_index(["run", "step", "resource", "group"])[
        "median"
    ]
    for (arm, *what), mine in runs.groupby(["arm", "step", "resource", "group"], sort=False):
        median, low, high = over_runs_above_0(mine["median"])
        if len(mine) == 1:
            low, high = mine[["people_low", "people_high"]].iloc[0]
        beside = reference.reindex([(run, *what) for run in mine["run"]]).to_numpy()
        change = (np.nan,) * 3 if arm == study.arms[0] else over_runs(mine["median"].to_numpy() - beside)
        found.append(
            (arm, *what, int(mine["n"].sum()), median, low, high, float(mine["p90"].mean()), *change)
        )
    names = ["n", "median", "low", "high", "p90", "difference", "difference_low", "difference_high"]
    return _ordered(pd.DataFrame(found, columns=["arm", "step", "resource", "group", *names]), by, study)


def who_benefits(study: Study, by: str = "severity", outcome: str = "pain_12_months") -> pd.DataFrame:
    """Paired difference of one outcome from the reference, person by person, in each group of people.

    Parameters
    ----------
    study : Study
    by : str
        As in `who_waits`.
    outcome : str
        A key of `spinesim.study.outcomes.OUTCOMES`.

    Returns
    -------
    DataFrame
        arm, versus, group, outcome, people (over all runs), reference and value (means), difference (arm
        minus reference) with its 95 % t interval low, high (over runs; with one run, over people), and unit.
    """
    known = available(study.results[study.arms[0]][0])
    if outcome not in known:
        raise SpinesimError(f"'{outcome}' is not known: choose one of {', '.join(known)}.")
    first, *others = study.arms
    rows = []
    for arm in others:
        pairs = []
        for base, other in zip(study.results[first], study.results[arm], strict=True):
            group = groups(base, by, study.evidence).to_numpy()
            pairs.append(
                pd.DataFrame(
                    {"run": base.run, "group": group, "reference": OUTCOMES[outcome].of(base)}
                ).assign(value=OUTCOMES[outcome].of(other))
            )
        table = pd.concat(pairs, ignore_index=True)
        table["difference"] = table["value"] - table["reference"]
        for name, mine in table.groupby("group", sort=False):
            run_means = mine.groupby("run")["difference"].mean()
            unit = mine["difference"].to_numpy() if study.runs == 1 else run_means.to_numpy()
            means = (float(mine["reference"].mean()), float(mine["value"].mean()))
            rows.append(
                (arm, first, name, outcome, len(mine), *means, *interval(unit), OUTCOMES[outcome].unit)
            )
    names = ["people", "reference", "value", "difference", "low", "high", "unit"]
    return _ordered(pd.DataFrame(rows, columns=["arm", "versus", "group", "outcome", *names]), by, study)


def _ordered(table: pd.DataFrame, by: str, study: Study) -> pd.DataFrame:
    """Rows by step, arm and group, each in its own order."""
    steps = list(dict.fromkeys(table["step"])) if "step" in table else []
    keys = [table["group"].map(BY[by][1].index), table["arm"].map(study.arms.index)]
    if steps:
        keys.append(table["step"].map(steps.index))
    return table.iloc[np.lexsort(keys)].reset_index(drop=True) if len(table) else table
