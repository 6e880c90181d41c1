"""Every table of a scenario study: computed here once, so that a report need compute nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spinesim.study.compare import CENTILES, interval
from spinesim.study.flow.kept import attendance, left
from spinesim.study.flow.mixture import homogeneity
from spinesim.study.flow.paired import paired_flow
from spinesim.study.flow.precision import runs_needed
from spinesim.study.flow.tables import list_size, throughput, utilisation, wait_table
from spinesim.study.flow.who import who_benefits, who_waits
from spinesim.study.outcomes import available
from spinesim.study.value import value
from spinesim.study.value.clinic_money import clinic_money
from spinesim.study.value.money import VIEWS

if TYPE_CHECKING:
    from spinesim.study.compare import Study

SERIES_SHOWN = ("pain", "disability")
GROUPED_BY = ("severity", "age", "work")
BENEFITS = ("pain_12_months", "goal_attained", "cost")


def harms(study: Study) -> pd.DataFrame:
    """The harms ledger, one row a harm and arm: per 100 people, with a 95 % interval."""
    names = [column for column in study.results[study.arms[0]][0].patients if column.startswith("harm_")]
    rows = []
    for arm in study.arms:
        for name in names:
            each = [100.0 * run.patients[name].to_numpy(dtype=float) for run in study.results[arm]]
            units = each[0] if study.runs == 1 else np.array([one.mean() for one in each])
            rows.append((name.removeprefix("harm_"), arm, *interval(units), "per 100 people"))
    table = pd.DataFrame(rows, columns=["harm", "arm", "mean", "low", "high", "unit"])
    some = table.groupby("harm")["mean"].transform("max") > 0
    return table[some].reset_index(drop=True)


def series(study: Study) -> pd.DataFrame:
    """Pain and disability by week and arm: mean with 95 % interval, and centiles over people."""
    tables = []
    for outcome in SERIES_SHOWN:
        fan = study.fan(outcome)
        fan.insert(0, "outcome", outcome)
        bounds = []
        for runs in study.results.values():
            each = [one.series[outcome].astype(np.float64) for one in runs]
            units = each[0] if len(each) == 1 else np.column_stack([one.mean(axis=1) for one in each])
            bounds += [interval(week)[1:] for week in units]
        fan[["low", "high"]] = bounds
        tables.append(fan)
    columns = ["arm", "outcome", "week", "mean", "low", "high", *(f"p{c}" for c in CENTILES)]
    return pd.concat(tables, ignore_index=True)[columns]


def value_tables(study: Study) -> pd.DataFrame:
    """Cost, QALYs and cost per QALY, one row a payer's view and arm."""
    valued = value(study)
    tables = []
    for view in VIEWS:
        table = valued.table(view)
        table.insert(0, "view", view)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def waits_by_group(study: Study) -> pd.DataFrame:
    """Waits of each kind of person, all groupings of `GROUPED_BY` one below the other (column ``by``)."""
    return _grouped(lambda by: who_waits(study, by))


def benefits_by_group(study: Study) -> pd.DataFrame:
    """What each kind of person gains or loses, in each outcome of `BENEFITS` that follow-up allows."""
    known = available(study.results[study.arms[0]][0])
    shown = [one for one in BENEFITS if one in known]
    if "pain_12_months" not in shown:
        shown.insert(0, "pain_average")
    return _grouped(lambda by: pd.concat([who_benefits(study, by, one) for one in shown], ignore_index=True))


def _grouped(table: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    tables = []
    for by in GROUPED_BY:
        one = table(by)
        one.insert(0, "by", by)
        tables.append(one)
    return pd.concat(tables, ignore_index=True)


def money(study: Study) -> pd.DataFrame:
    """Cost per person helped, per QALY, staff hours: a row a payer's view, measure and arm."""
    found = value(study)
    tables = []
    for view in VIEWS:
        one = clinic_money(study, view=view, found=found)
        one.insert(0, "view", view)
        tables.append(one if view == VIEWS[0] else one[one["resource"] == ""])  # hours are the same for all
    return pd.concat(tables, ignore_index=True)


MAKERS: dict[str, Callable[[Study], pd.DataFrame]] = {
    "summary": lambda study: study.summary(),
    "differences": lambda study: study.differences(),
    "harms": harms,
    "series": series,
    "icons": lambda study: study.icons(),
    "value": value_tables,
    "money": money,
    "waits": wait_table,
    "utilisation": utilisation,
    "list_size": list_size,
    "throughput": throughput,
    "flow_differences": paired_flow,
    "attendance": attendance,
    "left": left,
    "homogeneity": homogeneity,
    "who_waits": waits_by_group,
    "strata": benefits_by_group,
    "precision": runs_needed,
}
"""How each table of the folder is made; all take the study alone."""


def tables(study: Study) -> dict[str, pd.DataFrame]:
    """All tables of a study by the name of their file."""
    return {name: make(study) for name, make in MAKERS.items()}
