"""Anchors: what the clinic does, beside what was published and is fitted to nothing; misses are shown.

Each file of ``data/anchors`` names a measure of the event log, a pathway and a clinic, and the row of
``data/evidence`` it is laid beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from spinesim.errors import SpinesimError
from spinesim.evidence import data_folder, load_model
from spinesim.study.executor import Executor
from spinesim.study.results import WEEK, Results
from spinesim.study.simulation import finish_all, plan, shipped_evidence

COLUMNS = [
    "anchor", "model", "low", "high", "published", "paper_low", "paper_high", "inside", "unit", "source",
    "compares", "title",
]  # fmt: skip
RUNS = 4
Text = Annotated[str, Field(min_length=1)]


class Anchor(BaseModel):
    """One anchor; `published` is an evidence id, `steps` are steps of care.

    `candidates` asks who of those with a first planned test (`steps`, not before `from_week`) is a candidate:
    has one of `patterns` in truth, and in that week the limb pain and disability given, whatever is offered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: Text
    compares: Text
    measure: Literal["first_wait_median", "no_show_share", "candidates"]
    steps: Annotated[list[str], Field(min_length=1)]
    patterns: list[str] = []
    from_week: Annotated[float, Field(ge=0)] = 0.0
    limb_pain_at_least: Annotated[float, Field(ge=0, le=10)] = 0.0
    disability_at_least: Annotated[float, Field(ge=0, le=100)] = 0.0
    pathway: Text
    clinic: Text
    condition: str | None = None
    patients: Annotated[int, Field(ge=10, le=100_000)] = 1_200
    years: Annotated[float, Field(gt=0, le=10)] = 1.0
    seed: Annotated[int, Field(ge=0)] = 1
    published: Text
    unit: Text


def anchors() -> list[str]:
    """Names of the shipped anchors."""
    return sorted(path.stem for path in (data_folder() / "anchors").glob("*.toml"))


def load_anchor(name_or_path: str | Path) -> Anchor:
    """Read an anchor by name or path.

    Raises
    ------
    SpinesimError
        One sentence naming file and key, or an evidence id that is no row.
    """
    anchor = load_model(name_or_path, Anchor, "anchor")
    if anchor.published not in shipped_evidence().figures:
        raise SpinesimError(
            f"Anchor '{anchor.title}': '{anchor.published}' is no row of data/evidence; mend it."
        )
    if (anchor.measure == "candidates") != bool(anchor.patterns):
        raise SpinesimError(f"Anchor '{anchor.title}': candidates and the key 'patterns' go together.")
    strangers = [name for name in anchor.patterns if name not in shipped_evidence().conditions]
    if strangers:
        raise SpinesimError(f"Anchor '{anchor.title}': '{strangers[0]}' is no condition; mend it.")
    return anchor


def first_wait_median(anchor: Anchor, results: Results) -> float:
    """Median days from a person's first request of these steps to the first start."""
    mine = _log(anchor, results)
    first = {
        name: mine[mine["event"] == name].groupby("patient")["day"].min() for name in ("request", "start")
    }
    waits = (np.floor(first["start"]) - np.floor(first["request"])).dropna()
    return float(waits.median()) if len(waits) else float("nan")


def no_show_share(anchor: Anchor, results: Results) -> float:
    """Per cent of appointments for these steps that nobody came to."""
    mine = _log(anchor, results)["event"]
    missed, kept = (mine == "no_show").sum(), (mine == "start").sum()
    return 100 * float(missed / (missed + kept)) if missed + kept else float("nan")


def candidates(anchor: Anchor, results: Results) -> float:
    """Per cent of people with a first planned test who are candidates in that week; see `Anchor`."""
    mine = _log(anchor, results)
    first = mine[mine["event"] == "start"].groupby("patient")["day"].min()
    people = results.patients
    weeks = (people["patient"].map(first) - people["entry_day"]) / WEEK
    sent = (weeks >= anchor.from_week).to_numpy()
    if not sent.any():
        return float("nan")
    who = np.flatnonzero(sent)
    week = np.minimum(weeks.to_numpy()[who].astype(int), len(results.weeks) - 1)
    fits = people["condition"].isin(anchor.patterns).to_numpy()[who]
    fits &= results.series["limb_pain"][week, who] >= anchor.limb_pain_at_least
    fits &= results.series["disability"][week, who] >= anchor.disability_at_least
    return 100 * float(fits.mean())


def _log(anchor: Anchor, results: Results) -> pd.DataFrame:
    """The events of the anchor's steps."""
    if results.events is None:
        raise SpinesimError(f"Anchor '{anchor.title}' is read from the event table, which was not kept.")
    return results.events[results.events["step"].isin(anchor.steps)]


_MEASURES: dict[str, Callable[[Anchor, Results], float]] = {
    "first_wait_median": first_wait_median, "no_show_share": no_show_share, "candidates": candidates,
}  # fmt: skip


def run_anchors(
    names: Iterable[str | Path | Anchor] | None = None,
    *,
    runs: int = RUNS,
    patients: int | None = None,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Measure each anchor in the model and lay the published figure beside it.

    Parameters
    ----------
    names : iterable of names, paths or anchors, optional
        Default: every shipped anchor.
    runs : int
        Replications, 2 or more; the model's interval is over them.
    patients : int, optional
        Instead of the file's own number.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`. `inside`: the published value lies in the model's interval, or the model's value
        in the published one (its 95 % interval of a percentage where only the number of people is given).
    """
    if runs < 2:
        raise SpinesimError(f"runs is {runs}; give 2 or more, for an interval.")
    chosen = {str(one): one if isinstance(one, Anchor) else load_anchor(one) for one in names or anchors()}
    plans = [
        plan(
            one.pathway, clinic=one.clinic, condition=one.condition, patients=patients or one.patients,
            years=one.years, seed=one.seed, run=run,
        )
        for one in chosen.values()
        for run in range(runs)
    ]  # fmt: skip
    done = finish_all(plans, executor)
    rows = [_row(name, one, [next(done) for _ in range(runs)]) for name, one in chosen.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(name: str, anchor: Anchor, done: list[Results]) -> tuple[object, ...]:
    from spinesim.study.compare import interval  # it is built on much that this does not need

    mean, low, high = interval(np.array([_MEASURES[anchor.measure](anchor, one) for one in done]))
    value, least, most = _published(anchor)
    inside = least <= mean <= most or low <= value <= high
    return (
        name, mean, low, high, value, least, most, bool(inside), anchor.unit, anchor.published,
        anchor.compares, anchor.title,
    )  # fmt: skip


def _published(anchor: Anchor) -> tuple[float, float, float]:
    """The published value and its interval; of a percentage of so many people, Wald's."""
    figure = shipped_evidence().figures[anchor.published]
    value = float(figure.value if figure.value is not None else "nan")
    if figure.low is not None and figure.high is not None:
        return value, figure.low, figure.high
    people = str(figure.n).split(" ")[0]
    if figure.sd is None and figure.unit.startswith("percent") and people.isdigit():
        half = NormalDist().inv_cdf(0.975) * sqrt(value * (100 - value) / int(people))
        return value, value - half, value + half
    return value, value, value
