"""Small work for the executors' tests."""

from __future__ import annotations

from dataclasses import replace

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
