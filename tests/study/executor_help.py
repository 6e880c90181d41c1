"""Small work for the executors' tests."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from spinesim.study.results import Results
from spinesim.study.simulation import Plan, plan


def plans(n: int, patients: int = 40) -> list[Plan]:
    """n runs of one small plan, in a clinic with queues so that every table has rows."""
    one = plan("conservative_first", condition="disc_herniation", patients=patients, years=0.3)
    return [replace(one, run=run) for run in range(n)]


def same(a: Results, b: Results) -> bool:
    """Whether two results are the same to the bit, types of columns included."""
    pd.testing.assert_frame_equal(a.patients, b.patients, check_exact=True)
    pd.testing.assert_frame_equal(a.events, b.events, check_exact=True)
    assert list(a.series) == list(b.series) and np.array_equal(a.weeks, b.weeks)
    for name, values in a.series.items():
        assert values.dtype == b.series[name].dtype and np.array_equal(values, b.series[name])
    bills = [getattr(one, "bills", None) for one in (a, b)]
    if bills[0] is not None:
        pd.testing.assert_frame_equal(*bills, check_exact=True)
    return (a.arm, a.run) == (b.arm, b.run)


def all_same(some: list[Results], others: list[Results]) -> bool:
    """`same`, one by one."""
    return len(some) == len(others) and all(same(a, b) for a, b in zip(some, others, strict=True))


def until(path: Path, seconds: float = 60) -> None:
    """Wait for a file that another process makes."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"nobody made {path.name}"
        time.sleep(0.01)


def in_turn(wish: tuple[str, int]) -> dict[str, int]:
    """Job 0 fails once job 1 has begun; job 1 ends only after the failure was noticed."""
    folder, n = Path(wish[0]), wish[1]
    (folder / f"begun {n}").touch()
    if n == 0:
        until(folder / "begun 1")
        raise ValueError("job 0 failed")
    if n == 1:
        until(folder / "noticed")
    return {"n": n}
