"""Runs of an arm that lie on disk and are read when asked for, so that many of them need little memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, overload

import numpy as np
import pandas as pd

from spinesim.errors import SpinesimError
from spinesim.study.executor import Kept
from spinesim.study.results import Results

IN_MEMORY = 512 * 2**20
"""Bytes: a study that would need more leaves its runs where they are kept."""


class KeptRuns(Sequence[Results]):
    """A sequence of `Results`, each in memory or read from its file whenever it is asked for.

    Parameters
    ----------
    arm : str
        The name they come under.
    keep : Kept
    """

    def __init__(self, arm: str, keep: Kept) -> None:
        self.arm, self.keep = arm, keep
        self._runs: list[Results | str] = []

    def add(self, results: Results, key: str) -> None:
        """One more run, left on disk if it is there."""
        self._runs.append(key if self.keep.holds(key) else results)

    def __len__(self) -> int:
        return len(self._runs)

    @overload
    def __getitem__(self, i: int) -> Results: ...

    @overload
    def __getitem__(self, i: slice) -> list[Results]: ...

    def __getitem__(self, i: int | slice) -> Results | list[Results]:
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        one = self._runs[i]
        if isinstance(one, Results):
            return one.rename(self.arm)
        read: Results | None = self.keep.get(one)
        if read is None:
            raise SpinesimError(
                f"A finished run of '{self.arm}' has gone from {self.keep.folder}; run the study again."
            )
        return read.rename(self.arm)


def size(results: Results) -> int:
    """Bytes of a run, about."""
    return sum(_size(getattr(results, field.name)) for field in fields(results))


def _size(part: Any) -> int:
    if isinstance(part, dict):
        return sum(map(_size, part.values()))
    if isinstance(part, pd.DataFrame):
        return int(part.memory_usage(index=False).sum())
    if isinstance(part, np.ndarray):
        return part.nbytes
    return _size(part.arrays()) if hasattr(part, "arrays") else 0
