"""Compare pathways on the same people with the same fate: means, paired differences, intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.study.arms import Arms as Arms
from spinesim.study.arms import study_plans as study_plans
from spinesim.study.executor import Executor, Kept, plan_key, running_on
from spinesim.study.kept_runs import IN_MEMORY, KeptRuns, size
from spinesim.study.outcomes import INJECTIONS, OUTCOMES, available
from spinesim.study.results import SERIES, Results
from spinesim.study.simulation import Plan, Progress, finish_all, shipped_evidence
from spinesim.study.twins import Twins

Floats = npt.NDArray[np.float64]
CENTILES = (10, 25, 50, 75, 90)
CARE = ("operated", "injection or ablation, no operation", "scan only", "no scan, no procedure")
PAIN = ("severe pain", "moderate pain", "mild or no pain")


def interval(values: Floats, level: float = 0.95) -> tuple[float, float, float]:
    """Mean and t interval of independent values; no width when they are all the same."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, float("nan"), float("nan")
    if np.all(values == values[0]):
        return mean, mean, mean
    n = len(values)
    half = float(special.stdtrit(n - 1, 0.5 + level / 2) * np.std(values, ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half


class Study:
    """Two or more arms under common chance.

    Parameters
    ----------
    results : mapping of arm name to list of Results
        One per run, same people and runs in each arm; the first arm is the reference.
    evidence : Evidence, optional
        For minimal important changes.
    own : mapping of arm name to Evidence, optional
        Of arms whose clinic has prices of its own.
    """

    def __init__(
        self,
        results: Mapping[str, list[Results] | KeptRuns],
        evidence: Evidence | None = None,
        own: Mapping[str, Evidence] | None = None,
    ) -> None:
        if not results or not all(results.values()):
            raise SpinesimError("A study needs at least one arm with at least one run.")
        self.results: dict[str, list[Results] | KeptRuns] = {
            arm: runs if isinstance(runs, KeptRuns) else [r.rename(arm) for r in runs]
            for arm, runs in results.items()
        }
        self._values: dict[tuple[str, str], Floats] = {}
        self.evidence = evidence or shipped_evidence()
        self._own = dict(own or {})
        first = next(iter(self.results.values()))
        for arm, runs in self.results.items():
            same = len(runs) == len(first) and all(
                np.array_equal(a.patients["patient"], b.patients["patient"]) and len(a.weeks) == len(b.weeks)
                # runs on disk come from one list of plans: reading two of them is enough
                for a, b in zip(
                    *((r[:1] if isinstance(r, KeptRuns) else r) for r in (runs, first)), strict=True
                )
            )
            if not same:
                raise SpinesimError(
                    f"Arm '{arm}' has other people, weeks or runs than the first; rerun it alike."
                )

    @property
    def arms(self) -> list[str]:
        """Names of the arms, the reference first."""
        return list(self.results)

    @property
    def runs(self) -> int:
        """Replications."""
        return len(next(iter(self.results.values())))

    def evidence_of(self, arm: str) -> Evidence:
        """The evidence an arm was run with: its clinic may have prices of its own."""
        return self._own.get(arm, self.evidence)

    def _units(self, arm: str, outcome: str) -> Floats:
        """The independent values an interval is built on: people in one run, else run means."""
        if (arm, outcome) not in self._values:
            known = self._outcomes()
            per_run = [[OUTCOMES[key].of(run) for key in known] for run in self.results[arm]]
            for key, values in zip(known, zip(*per_run, strict=True), strict=True):
                one = self.runs == 1
                self._values[arm, key] = values[0] if one else np.array([np.mean(each) for each in values])
        return self._values[arm, outcome]

    def _outcomes(self) -> list[str]:
        return available(next(iter(self.results.values()))[0])

    def summary(self) -> pd.DataFrame:
        """Mean and 95 % interval of each outcome in each arm."""
        rows = [
            (outcome, arm, *interval(self._units(arm, outcome)), OUTCOMES[outcome].unit)
            for outcome in self._outcomes()
            for arm in self.arms
        ]
        return pd.DataFrame(rows, columns=["outcome", "arm", "mean", "low", "high", "unit"])

    def differences(self) -> pd.DataFrame:
        """Paired difference (arm minus reference) and 95 % interval of each outcome."""
        reference = self.arms[0]
        rows = [
            (
                outcome,
                arm,
                reference,
                *interval(self._units(arm, outcome) - self._units(reference, outcome)),
                OUTCOMES[outcome].unit,
            )
            for outcome in self._outcomes()
            for arm in self.arms[1:]
        ]
        return pd.DataFrame(rows, columns=["outcome", "arm", "versus", "difference", "low", "high", "unit"])

    def harms(self) -> pd.DataFrame:
        """The harms ledger: each harm per 100 people, one column an arm; the commonest first."""
        columns = {}
        for arm, runs in self.results.items():
            people = pd.concat([run.patients.filter(regex="^harm_") for run in runs])
            columns[arm] = 100 * people.mean()
        table = pd.DataFrame(columns)
        table.index = table.index.str.removeprefix("harm_").str.replace("_", " ").rename("harm")
        return table.sort_values(self.arms[0], ascending=False, kind="stable").reset_index()

    def strata(self, by: str, outcome: str, edges: Sequence[float] | None = None) -> pd.DataFrame:
        """One outcome by kind of person: mean and 95 % interval over people, in each arm.

        Parameters
        ----------
        by : str
            A column of `Results.patients`, such as ``occupation``, ``condition`` or ``age``.
        outcome : str
            A key of `OUTCOMES`.
        edges : sequence of float, optional
            Where a number is cut, as ``[18, 40, 65, 101]`` for ages; the lower edge counts in.
        """
        known = list(next(iter(self.results.values()))[0].patients.columns)
        for asked, choices in ((by, known), (outcome, self._outcomes())):
            if asked not in choices:
                raise SpinesimError(f"'{asked}' is not known: choose one of {', '.join(choices)}.")
        rows = []
        for arm, runs in self.results.items():
            people = pd.concat([run.patients[by] for run in runs], ignore_index=True)
            values = pd.Series(np.concatenate([OUTCOMES[outcome].of(run) for run in runs]))
            groups = people if edges is None else pd.cut(people, list(edges), right=False)
            for group, mine in values.groupby(groups.astype(str)):
                rows.append((str(group), arm, len(mine), *interval(mine.to_numpy()), OUTCOMES[outcome].unit))
        return pd.DataFrame(rows, columns=[by, "arm", "people", "mean", "low", "high", "unit"])

    def events(self) -> pd.DataFrame:
        """The event tables of every arm and run, one below the other."""
        return pd.concat([r.events for runs in self.results.values() for r in runs], ignore_index=True)

    def fan(self, outcome: str) -> pd.DataFrame:
        """Mean and centiles by week and arm; `outcome` is a key of `Results.series` that people report."""
        if outcome not in SERIES:
            raise SpinesimError(f"Unknown series '{outcome}': choose one of {', '.join(SERIES)}.")
        tables = []
        for arm, runs in self.results.items():
            values = np.concatenate([r.series[outcome] for r in runs], axis=1)
            centiles = np.percentile(values, CENTILES, axis=1)
            table = pd.DataFrame({f"p{c}": row for c, row in zip(CENTILES, centiles, strict=True)})
            table.insert(0, "mean", values.mean(axis=1, dtype=np.float64))
            table.insert(0, "week", runs[0].weeks)
            table.insert(0, "arm", arm)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def icons(self, by: Literal["care", "pain"] = "care") -> pd.DataFrame:
        """Of 100 people, how many had which care, or end with how much pain; they sum to 100 in each arm.

        Parameters
        ----------
        by : "care" or "pain"
            The most invasive care each person had, or their pain in the last week of follow-up.

        Returns
        -------
        DataFrame
            arm, category (the worst first), per_100 (whole numbers).
        """
        if by == "pain":
            return self._icons_of_pain()
        if by != "care":
            raise SpinesimError(f"Icons by '{by}' are not known: choose care or pain.")
        rows = []
        for arm, runs in self.results.items():
            people = pd.concat([r.patients for r in runs])
            operated = people["operations"] > 0
            injected = (people[[*INJECTIONS, "ablations"]].sum(axis=1) > 0) & ~operated
            scanned = (people["images"] > 0) & ~operated & ~injected
            shares = [operated.mean(), injected.mean(), scanned.mean()]
            shares.append(1 - sum(shares))
            rows += [(arm, care, n) for care, n in zip(CARE, _hundred(shares), strict=True)]
        return pd.DataFrame(rows, columns=["arm", "category", "per_100"])

    def _icons_of_pain(self) -> pd.DataFrame:
        """Of 100 people, how many have severe, moderate and mild or no pain in the last week."""
        moderate, severe = (self.evidence.value(f"pain.{name}_from") for name in ("moderate", "severe"))
        rows = []
        for arm, runs in self.results.items():
            last = np.concatenate([run.series["pain"][-1] for run in runs])
            shares = [float(np.mean(last >= severe)), float(np.mean((last >= moderate) & (last < severe)))]
            shares.append(1 - sum(shares))
            rows += [(arm, kind, n) for kind, n in zip(PAIN, _hundred(shares), strict=True)]
        return pd.DataFrame(rows, columns=["arm", "category", "per_100"])

    def minimal_important(self, outcome: str) -> float | None:
        """Minimal important change of an outcome (``important.*``), or None."""
        scale = outcome.split("_")[0]
        key = f"important.{scale}"
        return self.evidence.value(key) if key in self.evidence.parameters else None

    def twins(self, arm: str | None = None) -> Twins:
        """Each person under the reference and under `arm` (default: the last), first run."""
        other = arm or self.arms[-1]
        if other not in self.results:
            raise SpinesimError(f"Unknown arm '{other}': choose one of {', '.join(self.arms)}.")
        return Twins(self.results[self.arms[0]][0], self.results[other][0])

    def plot(self, outcome: str, ax: Any = None) -> Any:
        """Fan chart of one outcome by week, drawn on a matplotlib Axes, which is returned."""
        from importlib import import_module  # study sits below view; drawing is only borrowed

        people = pd.concat([run.patients["region"] for run in self.results[self.arms[0]]])
        regions = frozenset(people)
        return import_module("spinesim.view").plot_fan(self.fan(outcome), outcome, ax=ax, regions=regions)


def _hundred(shares: list[float]) -> list[int]:
    """Whole numbers near 100 x shares that sum to 100.

    The running totals are rounded, so that equal shares of the first categories (the operated) give
    equal numbers in every arm.
    """
    edges = np.round(100 * np.cumsum(shares))
    return [int(n) for n in np.diff(edges, prepend=0)]


def run_study(
    plans: list[Plan],
    executor: Executor | None = None,
    progress: Progress | None = None,
    keep: Kept | None = None,
) -> Study:
    """Simulate every plan and gather the arms; see `finish_all`."""
    results: dict[str, list[Results] | KeptRuns] = {one.arm: [] for one in plans}
    for wish, done in zip(plans, finish_all(plans, executor, progress, keep), strict=True):
        if wish is plans[0] and keep is not None and size(done) * len(plans) > IN_MEMORY:
            results = {one.arm: KeptRuns(one.arm, keep) for one in plans}
        runs = results[done.arm]
        if isinstance(runs, KeptRuns):
            runs.add(done, plan_key(wish))
        else:
            runs.append(done)
    own = {one.arm: one.evidence for one in plans if one.evidence != plans[0].evidence}
    if any(one.warm_up for one in plans):
        results = _who_counts_everywhere(results)
    return Study(results, plans[0].evidence, own)


def _who_counts_everywhere(
    results: dict[str, list[Results] | KeptRuns],
) -> dict[str, list[Results] | KeptRuns]:
    """Only people counted in every arm of a run: where more come, fewer of the first are past the warm-up."""
    if any(isinstance(runs, KeptRuns) for runs in results.values()):
        return results  # too many to hold: arms with other arrivals are refused by the study
    runs = zip(*results.values(), strict=True)
    shared = [reduce(np.intersect1d, (one.patients["patient"].to_numpy() for one in arms)) for arms in runs]
    return {
        arm: [one.only(who) for one, who in zip(each, shared, strict=True)] for arm, each in results.items()
    }


def compare(
    pathways: Arms,
    *,
    runs: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
    executor: Executor | None = None,
    keep: Kept | None = None,
    **wishes: Any,
) -> Study:
    """Run the same people under each pathway.

    Parameters
    ----------
    pathways : mapping of arm name to pathway, or sequence of pathways
        Shipped names, files or `Pathway`; in a sequence each is named by itself. The first is the reference.
    runs : int
        Replications; with one, intervals are over people, with more, over runs.
    workers : int
        Processes; the numbers do not depend on it.
    progress : callable, optional
        Called with the share done (0-1).
    executor : Executor, optional
        Where to run instead: see `spinesim.study.executor`.
    keep : Kept, optional
        Where finished runs are kept; those there already are not simulated again.
    **wishes
        condition, patients, years, seed, clinic, evidence: see `spinesim.study.plan`.
    """
    plans = study_plans(pathways, runs=runs, **wishes)
    with running_on(executor, workers) as somewhere:
        return run_study(plans, somewhere, progress, keep)
