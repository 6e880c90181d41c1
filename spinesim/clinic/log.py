"""The one event table: what happened to whom, when, at which step, on which resource."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from spinesim.errors import SpinesimError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["patient", "day", "event", "step", "resource", "value"]
WORDS = ("event", "step", "resource")  # together they make the kind of an event
PACKED: dict[str, type] = {"patient": np.int32, "day": np.float64, "kind": np.int32, "value": np.float64}
CELLS = 4  # of a row as it is written: patient, day, kind, value
BLOCK = 2**16  # rows held as Python objects before they are packed

Row = tuple[int, float, str, str, str, float]
Kind = tuple[str, str, str]
Arrays = dict[str, npt.NDArray[Any]]


class EventLog:
    """Events in the order they happen; `day` counts from the start of the run.

    `event` is one of arrival, request, booked, start, end, no_show, cancelled, left, better, worse, offer,
    declined, result, harm, red_flag, discharge. A request ends in one start, in one left, or in the no_show
    of a session of a course, which goes on without it; else it still waits.
    `value` is a number that belongs to the event (pain at a visit, relief of a block in %, …) or NaN.

    Rows are written one behind another into a plain list, which costs least, and packed into columns block
    by block: 24 bytes a row instead of about 200.

    Attributes
    ----------
    write : callable
        The quick way in: takes the tuple (patient, day, kind, value), the kind from `kind`; call `pack` now
        and then.
    """

    def __init__(self) -> None:
        self._cells: list[float] = []  # rows not packed yet, cell after cell
        self._blocks: list[Arrays] = []
        self._kinds: dict[Kind, int] = {}  # every combination of event, step and resource met so far
        self._packed = 0
        self.write = self._cells.extend

    def kind(self, event: str, step: str = "", resource: str = "") -> int:
        """The number under which this kind of event is written."""
        return self._kinds.setdefault((event, step, resource), len(self._kinds))

    def append(self, patient: int, day: float, event: str, step: str, resource: str, value: float) -> None:
        """Write one event down."""
        kind = self._kinds.setdefault((event, step, resource), len(self._kinds))
        self.write((patient, day, kind, value))
        if len(self._cells) >= BLOCK * CELLS:
            self.pack()

    def __len__(self) -> int:
        return self._packed + len(self._cells) // CELLS

    def __getstate__(self) -> Arrays:
        return self.arrays()

    def __setstate__(self, arrays: Arrays) -> None:
        self.__dict__ = EventLog.from_arrays(arrays).__dict__

    def pack(self) -> None:
        """Turn the rows written so far into columns."""
        if not self._cells:
            return
        cells = np.fromiter(self._cells, dtype=np.float64, count=len(self._cells)).reshape(-1, CELLS)
        self._cells.clear()
        block = {"patient": cells[:, 0], "day": cells[:, 1], "kind": cells[:, 2], "value": cells[:, 3]}
        self._blocks.append({name: column.astype(PACKED[name]) for name, column in block.items()})
        self._packed += len(cells)

    def columns(self) -> Arrays:
        """Columns ``patient``, ``day``, ``kind`` and ``value``, each of length len(self)."""
        self.pack()
        if len(self._blocks) != 1:
            empty: Arrays = {name: np.zeros(0, dtype=dtype) for name, dtype in PACKED.items()}
            parts = self._blocks or [empty]
            self._blocks = [{name: np.concatenate([part[name] for part in parts]) for name in PACKED}]
        return self._blocks[0]

    def words(self, name: str) -> list[str]:
        """The word of each kind: what column `name` says in its rows."""
        which = WORDS.index(name)
        return [kind[which] for kind in self._kinds]

    def arrays(self) -> Arrays:
        """Everything as flat arrays of numbers and words, fit for a file without pickle.

        Columns ``patient``, ``day``, ``kind`` and ``value``; ``event``, ``step`` and ``resource`` have one
        word for each kind.
        """
        return self.columns() | {name: np.array(self.words(name), dtype=np.str_) for name in WORDS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """The log whose `arrays` these are.

        Raises
        ------
        SpinesimError
            When a column is missing, has another length, or names a kind that is not there.
        """
        for name in (*PACKED, *WORDS):
            if name not in arrays:
                raise SpinesimError(f"The event log has no column '{name}'; run the simulation again.")
        log = cls()
        block: Arrays = {
            name: np.asarray(arrays[name]).astype(dtype, copy=False) for name, dtype in PACKED.items()
        }
        if len({column.shape for column in block.values()}) != 1 or block["day"].ndim != 1:
            raise SpinesimError("The columns of the event log differ in length; run the simulation again.")
        kinds = zip(*(map(str, arrays[name]) for name in WORDS), strict=True)
        log._kinds = {kind: i for i, kind in enumerate(kinds)}
        met = block["kind"]
        if len(met) and not (met.min() >= 0 and met.max() < len(log._kinds)):
            raise SpinesimError("The event log names an unknown kind of event; run the simulation again.")
        log._blocks, log._packed = [block], len(met)
        return log

    def table(self) -> pd.DataFrame:
        """The events as a table with the columns of `COLUMNS`."""
        import pandas as pd

        columns: Arrays = dict(self.columns())
        columns["patient"] = columns["patient"].astype(np.int64)
        for name in WORDS:
            columns[name] = np.array(self.words(name), dtype=object)[columns["kind"]]
        return pd.DataFrame(columns, columns=COLUMNS)

    def of(self, patient: int) -> list[Row]:
        """The events of one patient as tuples."""
        columns, kinds = self.columns(), list(self._kinds)
        mine = columns["patient"] == patient
        found = zip(*(columns[name][mine].tolist() for name in ("day", "kind", "value")), strict=True)
        return [(patient, day, *kinds[kind], _number(value)) for day, kind, value in found]

    @property
    def rows(self) -> list[Row]:
        """The events as tuples, for a look at a few; equal logs have equal rows."""
        columns, kinds = self.columns(), list(self._kinds)
        found = zip(*(columns[name].tolist() for name in PACKED), strict=True)
        return [(patient, day, *kinds[kind], _number(value)) for patient, day, kind, value in found]


def _number(value: float) -> float:
    """The one NaN there is, so that equal rows compare equal."""
    return math.nan if math.isnan(value) else value
