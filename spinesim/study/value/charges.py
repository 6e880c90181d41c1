"""The bills of a run as arrays: whose, when after that person's referral, for what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinesim.errors import SpinesimError
from spinesim.study.results import Results
from spinesim.study.value.discount import DAYS_PER_YEAR, Floats

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Charges:
    """B charges of N people.

    Attributes
    ----------
    items : tuple of str
        What can be charged for.
    item : int array, shape (B,)
        Place in `items`.
    row : int array, shape (B,)
        Row of the person in ``results.patients``.
    day : float array, shape (B,)
        Day of the run.
    years : float array, shape (B,)
        Years since the person's own referral.
    people : int
        N.
    """

    items: tuple[str, ...]
    item: Ints
    row: Ints
    day: Floats
    years: Floats
    people: int

    def total(self, each: Floats, weight: Floats | None = None) -> Floats:
        """Sum per person, shape (N,), of `each` (one value per item), times `weight` (one per charge)."""
        amounts = each[self.item] if len(self.items) else np.zeros(0)
        if weight is not None:
            amounts = amounts * weight
        sums: Floats = np.bincount(self.row, amounts, minlength=self.people).astype(np.float64, copy=False)
        return sums


def charges(results: Results) -> Charges:
    """The charges of a run.

    Raises
    ------
    SpinesimError
        If the bills name somebody who is not among the patients.
    """
    bills = results.bills
    row = _rows(results.patients["patient"].to_numpy(), bills["patient"].to_numpy())
    day = bills["day"].to_numpy(dtype=np.float64)
    entry = results.patients["entry_day"].to_numpy(dtype=np.float64)
    return Charges(
        items=tuple(str(item) for item in bills["item"].cat.categories),
        item=bills["item"].cat.codes.to_numpy().astype(np.int64),
        row=row,
        day=day,
        years=(day - entry[row]) / DAYS_PER_YEAR,
        people=len(results.patients),
    )


def _rows(people: npt.NDArray[np.integer], ids: npt.NDArray[np.integer]) -> Ints:
    """Row of each patient id among `people`."""
    if not len(ids):
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(people, kind="stable")
    place = np.minimum(np.searchsorted(people, ids, sorter=order), max(len(people) - 1, 0))
    if not len(people) or not np.array_equal(people[order[place]], ids):
        raise SpinesimError("The bills name a patient who is not among the patients; run it again.")
    rows: Ints = order[place].astype(np.int64)
    return rows
