"""What a claim may change in a clinic, and what it may measure there: hours, waits, how alike care is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import ValidationError

from spinesim.clinic.resource import RESOURCES
from spinesim.clinic.setting import ClinicSetting, load_clinic
from spinesim.errors import SpinesimError
from spinesim.evidence.models import complaint
from spinesim.study.flow.mixture import NOTHING, OF, bundles
from spinesim.study.results import WEEK, Results
from spinesim.study.simulation import shipped_evidence

Floats = npt.NDArray[np.float64]
MEASURE = re.compile(r"(hours|wait|alike)@([a-z_]+)")
VISITS = ("intake", "review", "virtual_review")
DAY_HOURS = 24


def changed(name: str, changes: Mapping[str, Any]) -> ClinicSetting:
    """A shipped clinic with some keys set anew.

    Parameters
    ----------
    name : str
        Name or path of a clinic.
    changes : mapping
        Value by dotted key: ``"virtual.share"``, ``"resources.physiotherapy"`` (the table as a whole).

    Raises
    ------
    SpinesimError
        One sentence naming the key.
    """
    setting = load_clinic(name)
    if not changes:
        return setting
    tables: dict[str, Any] = setting.model_dump(exclude_none=True)
    for key, value in changes.items():
        *above, last = key.split(".")
        here = tables
        for part in above:
            if not isinstance(here.setdefault(part, {}), dict):
                raise SpinesimError(f"clinic_changes: '{key}' goes below a plain value; shorten it.")
            here = here[part]
        here[last] = value
    try:
        return ClinicSetting.model_validate(tables)
    except ValidationError as wrong:
        said = complaint(wrong, ClinicSetting)
        raise SpinesimError(f"clinic_changes of clinic '{name}': {said}") from None


def of_the_clinic(outcome: str) -> bool:
    """Whether this outcome is one of those measured here."""
    return MEASURE.fullmatch(outcome) is not None


def problem(outcome: str) -> str | None:
    """What is wrong with the name of such an outcome; None if nothing."""
    found = MEASURE.fullmatch(outcome)
    assert found is not None
    kind, name = found.groups()
    steps = (*RESOURCES, *VISITS, *shipped_evidence().treatments)
    known = {"hours": RESOURCES, "wait": steps, "alike": tuple(OF)}[kind]
    return None if name in known else f"'{outcome}': '{name}' is none of {', '.join(known)}."


def of_people(results: Results, outcome: str) -> Floats:
    """One value per person: ``hours@physician``, ``wait@intake``, ``alike@procedures`` (see the README)."""
    found = MEASURE.fullmatch(outcome)
    assert found is not None
    kind, name = found.groups()
    if kind == "alike":
        return alike_of_people(bundles(results.patients, name), nothing_counts=name == "care")
    table = results.events
    if table is None:
        raise SpinesimError(f"'{outcome}' is read from the event table, which was not kept.")
    mine = table[(table["resource"] == name) | (table["step"] == name)]
    mine = mine[mine["patient"].isin(results.patients["patient"])]
    values = _hours(mine) if kind == "hours" else _wait(mine, results)
    return values.reindex(results.patients["patient"], fill_value=0.0).to_numpy(dtype=np.float64)


def _hours(events: pd.DataFrame) -> pd.Series:
    """Hours of service, from each start to its end: every end less every start."""
    sign = events["event"].map({"start": -1.0, "end": 1.0}).fillna(0.0)
    closed = events["patient"].map(sign.groupby(events["patient"]).sum()) == 0  # none cut off by the end
    return (sign * events["day"])[closed].groupby(events["patient"]).sum() * DAY_HOURS


def _wait(events: pd.DataFrame, results: Results) -> pd.Series:
    """Days from the first slot wanted until it was had or given up, or until follow-up ended."""
    asked = events[events["event"] == "request"].drop_duplicates("patient").set_index("patient")
    wanted = np.floor(np.fmax(asked["day"], asked["value"]))
    ends = events[events["event"].isin(["start", "left"])].drop_duplicates("patient")
    people = results.patients.set_index("patient")["entry_day"]
    last = people + WEEK * float(results.weeks[-1])
    until = ends.set_index("patient")["day"].reindex(wanted.index).fillna(last.reindex(wanted.index))
    return (np.floor(until) - wanted).clip(lower=0)


def alike_of_people(bundle: pd.Series, nothing_counts: bool) -> Floats:
    """Each person's part in the homogeneity index; the mean over people is the index.

    The index is the chance that two different people had the same (`spinesim.study.flow.mixture.alike`). It
    is a mean over pairs, so each person's part is taken twice, less what everyone adds: the linearised
    values, whose spread over people gives the interval.

    Parameters
    ----------
    bundle : Series
        What each person had.
    nothing_counts : bool
        Whether people who had nothing belong to the pairs.

    Returns
    -------
    array
        0 for all where no two people are left to be compared.
    """
    counts = np.ones(len(bundle), dtype=bool) if nothing_counts else (bundle != NOTHING).to_numpy()
    size = bundle.map(bundle.value_counts()).to_numpy(dtype=np.float64)
    same, pairs = counts * (size - 1), counts * (counts.sum() - 1.0)
    if not pairs.sum():
        return np.zeros(len(bundle))
    index = same.sum() / pairs.sum()
    return np.asarray(index + 2 * (same - index * pairs) / pairs.mean())
