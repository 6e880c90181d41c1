"""Procedure homogeneity: does everyone get the same, whatever they have?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from spinesim.study.compare import Study
from spinesim.study.flow.asked import Flow, each
from spinesim.study.flow.centiles import over_runs
from spinesim.study.results import Results

PROCEDURES = {
    "epidural": ("epidurals",),
    "joint injection": ("joint_injections",),
    "trigger point injection": ("trigger_injections",),
    "test block": ("blocks",),
    "ablation": ("ablations",),
    "operation": ("operations",),
}
CARE = {
    "exercise": ("sessions",),
    "scan": ("images",),
    "tablets": ("drug_days",),
    **PROCEDURES,
}
"""Kinds of care that make a bundle, and the columns of `Results.patients` that count them."""
OF = {"care": CARE, "procedures": PROCEDURES}
NOTHING = "none of these"


def alike(labels: pd.Series) -> float:
    """Chance that two different people drawn at random have the same label.

    Simpson's (1949) measure of concentration in its unbiased form, Σ n(n − 1) ÷ N(N − 1); without the
    correction it is the Herfindahl–Hirschman index. 0: no two alike; 1: all the same; NaN for fewer than two.

    >>> alike(pd.Series(["a", "a", "b", "b"]))
    0.3333333333333333
    """
    count = labels.value_counts().to_numpy(float)
    pairs = len(labels) * (len(labels) - 1)
    return float((count * (count - 1)).sum() / pairs) if pairs else float("nan")


def bundles(people: pd.DataFrame, of: str = "care") -> pd.Series:
    """What each person had, as the kinds of care joined by " + "."""
    names = list(OF[of])
    had = np.column_stack([people.filter(list(OF[of][name])).sum(axis=1).to_numpy() > 0 for name in names])
    words = [" + ".join(name for name, yes in zip(names, row, strict=True) if yes) for row in had]
    return pd.Series([one or NOTHING for one in words], index=people.index)


def _one(results: Results, of: str) -> dict[str, float | str]:
    people = results.patients
    bundle = bundles(people, of)
    if of == "procedures":  # most people need none: that they are alike in it is no fault
        bundle = bundle[bundle != NOTHING]
    condition = people["condition"].loc[bundle.index]
    n = len(bundle)
    pairs = n * (n - 1)
    same = condition.groupby(condition).size().to_numpy(float)
    same_pairs = float((same * (same - 1)).sum())
    both = pd.Series(list(zip(bundle, condition, strict=True)), index=bundle.index, dtype=object)
    bundle_pairs = alike(bundle) * pairs if pairs else 0.0
    both_pairs = alike(both) * pairs if pairs else 0.0
    commonest = bundle.value_counts()
    return {
        "people": n,
        "index": alike(bundle),
        "conditions": alike(condition),
        "within": both_pairs / same_pairs if same_pairs else np.nan,
        "across": (bundle_pairs - both_pairs) / (pairs - same_pairs) if pairs - same_pairs > 0 else np.nan,
        "share": float(commonest.iloc[0]) / n if n else np.nan,
    }


def homogeneity(flow: Flow) -> pd.DataFrame:
    """Procedure-homogeneity index: how alike the care is that different people get (claim G2).

    A clinic that gives everyone the same procedure is a bad clinic; a clinic whose people all have the same
    condition may well give them the same. So the index stands beside the same index over conditions, and is
    split into pairs who share a condition and pairs who do not: good care is alike ``within`` a condition and
    differs ``across`` conditions.

    The index is Simpson's measure of concentration (E. H. Simpson, Nature 1949;163:688; uncorrected it is the
    Herfindahl–Hirschman index): the chance that two people of the clinic drawn at random had the same bundle
    of care. 0: no two alike; 1: everyone the same. It depends on which kinds of care are told apart (`CARE`),
    so compare arms with each other, not with other studies. NaN where there are fewer than two people, or no
    pair of the kind.

    Returns
    -------
    DataFrame
        arm; ``of``: ``care`` (all kinds, everyone) or ``procedures`` (injections, ablation, operation, among
        those who had any); ``people`` (over all runs); ``index``, ``low``, ``high`` (mean and 95 % t interval
        over runs); ``conditions``: the index over true conditions; ``within``, ``across``: of pairs with the
        same and with different conditions; ``commonest`` bundle and its ``share``; ``difference`` of the
        index from the reference, paired over runs, with ``difference_low``, ``difference_high``.
    """
    rows = []
    for of in OF:
        runs = pd.DataFrame([{"arm": one.arm, "run": one.run} | _one(one, of) for one in each(flow)])
        first = None
        for arm, mine in runs.groupby("arm", sort=False):
            index = mine["index"].to_numpy(float)
            first = index if first is None else first
            change = (np.nan,) * 3 if first is index else over_runs(index - first)
            means = mine[["conditions", "within", "across", "share"]].astype(float).mean()
            low_high = dict(zip(("index", "low", "high"), over_runs(index), strict=True))
            changes = dict(zip(("difference", "difference_low", "difference_high"), change, strict=True))
            row = {"arm": arm, "of": of, "people": int(mine["people"].sum())} | low_high | means.to_dict()
            rows.append(row | {"commonest": _commonest(flow, str(arm), of)} | changes)
    return pd.DataFrame(rows)


def _commonest(flow: Flow, arm: str, of: str) -> str:
    """The bundle that most people of an arm had (procedures: of those who had any)."""
    runs = flow.results[arm] if isinstance(flow, Study) else [flow]
    every = pd.concat([bundles(one.patients, of) for one in runs])
    every = every[every != NOTHING] if of == "procedures" else every
    return str(every.value_counts().index[0]) if len(every) else ""
