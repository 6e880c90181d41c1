"""The bills ledger: who was charged for what, and when. What a bill comes to is a matter of the prices."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

BILL_COLUMNS = ["patient", "day", "item"]
HARM = "harm."


class Bills:
    """Charges in the order they fall due, 14 bytes each.

    `day` counts from the start of the run; `item` is a step as charged (``visit``, ``imaging`` …) or
    ``harm.<kind>``. The price of an item is the parameter ``<item>.price``, the health a harm takes
    ``<item>.qaly``.
    """

    __slots__ = ("_codes", "_days", "_items", "_patients")

    def __init__(self) -> None:
        self._patients, self._days, self._items = array("i"), array("d"), array("h")
        self._codes: dict[str, int] = {}

    def append(self, patient: int, day: float, item: str) -> None:
        """Write one charge down."""
        self._patients.append(patient)
        self._days.append(day)
        self._items.append(self._codes.setdefault(item, len(self._codes)))

    def __len__(self) -> int:
        return len(self._days)

    def table(self) -> pd.DataFrame:
        """The charges: patient (int32), day (float64), item (categorical, sorted)."""
        import pandas as pd

        items = sorted(self._codes)
        place = {item: i for i, item in enumerate(items)}
        recode = np.array([place[item] for item in self._codes], dtype=np.int16)
        codes = recode[np.array(self._items, dtype=np.int16)]
        columns = {
            "patient": np.array(self._patients, dtype=np.int32),
            "day": np.array(self._days, dtype=np.float64),
            "item": pd.Categorical.from_codes(codes, categories=items),
        }
        return pd.DataFrame(columns, columns=BILL_COLUMNS)
