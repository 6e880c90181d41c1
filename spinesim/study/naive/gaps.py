"""How far off an answer is: answer minus truth in the same resamples of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spinesim.study.naive.chart import Chart
from spinesim.study.naive.target_trial import resampled

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def gaps_in_resamples(
    seen: Chart,
    truth: Mapping[str, tuple[Floats, Floats]],
    names: Sequence[str],
    by_regression: Mapping[str, tuple[Bools, pd.DataFrame]],
    emulated: Floats,
    seed: int,
) -> dict[str, Floats]:
    """Answer minus truth (differences of means) in each resample; its percentiles are the gap's interval.

    Parameters
    ----------
    names : sequence of str
        The outcomes, each in the outcome's unit.
    by_regression : mapping of method to (bool array, shape (N,); DataFrame, N rows)
        Whom each takes, and what it adjusts for by least squares.
    emulated : float array, shape (resamples, outcomes)
        The emulated trial's answers in the resamples of this seed.

    Returns
    -------
    dict of method to float array, shape (resamples, outcomes)
        NaN where a resample takes nobody who is exposed, or nobody else.
    """
    exposed = seen.exposed.astype(float)
    values = np.column_stack([seen.outcomes[name] for name in names])
    both = np.column_stack([truth[name][0] - truth[name][1] for name in names])
    designs = {
        method: (whom, np.column_stack([exposed, np.ones(len(seen)), table.to_numpy(dtype=float)]))
        for method, (whom, table) in by_regression.items()
    }
    off = {method: np.full(emulated.shape, np.nan) for method in designs}
    true = np.full(emulated.shape, np.nan)
    for i, counts in enumerate(resampled(len(seen), seed, len(emulated))):
        true[i] = counts @ both / counts.sum()
        for method, (whom, design) in designs.items():
            used = counts * whom
            if used @ exposed and used @ (1 - exposed):
                root = np.sqrt(used)[:, None]
                off[method][i] = np.linalg.lstsq(root * design, root * values, rcond=None)[0][0] - true[i]
    return {**off, "target_trial": emulated - true}
