"""Differences in how people flow, in plain words; those in outcomes are `spinesim.view.words`."""

from __future__ import annotations

import math
from collections.abc import Mapping

from spinesim.view.report.named import resource, shown, step

ONE_RUN = "one run: no interval"
WAYS: Mapping[str, tuple[str, float, str, str, int]] = {
    "median_wait": (" days", 1.0, "longer", "shorter", 1),
    "p90_wait": (" days", 1.0, "longer", "shorter", 1),
    "utilisation": (" percentage points", 100.0, "higher", "lower", 1),
    "list_size": (" people", 1.0, "more", "fewer", 1),
    "throughput": (" a week", 1.0, "more", "fewer", 1),
}
"""By measure: unit, factor from the table to it, words for up and down, decimals."""
NAMES: Mapping[str, str] = {
    "median_wait": "median wait",
    "p90_wait": "90th centile of the wait",
    "utilisation": "share of open time used",
    "list_size": "people waiting",
    "throughput": "slots completed",
}
BY_RESOURCE = ("utilisation", "list_size")


def measure(name: str, what: str) -> str:
    """'Median wait, First visit'."""
    about = resource(what) if name in BY_RESOURCE else step(what)
    return f"{about}: {NAMES.get(name, name.replace('_', ' '))}"


def flow_difference(name: str, difference: float, low: float, high: float, at_least: bool = False) -> str:
    """A paired difference of a flow measure in words, with its interval.

    >>> flow_difference("median_wait", -8.1, -10.2, -6.0)
    '8.1 days shorter (95 % interval 6 to 10.2 shorter)'
    """
    unit, factor, up, down, decimals = WAYS[name]
    change, ends = difference * factor, sorted((low * factor, high * factor), key=abs)
    if not math.isfinite(change):
        return "could not be measured"
    smallest = 0.5 * 10.0**-decimals
    measured = all(map(math.isfinite, ends))
    if abs(change) < smallest and (not measured or max(map(abs, ends)) < smallest):
        return "no difference"
    way = up if change > 0 else down
    size = (
        f"{shown(abs(change), decimals)}{unit} {way}" if abs(change) >= smallest else "hardly any difference"
    )
    tail = "; not everybody was served in time to tell it exactly" if at_least else ""
    if not measured:
        return f"{size} ({ONE_RUN}){tail}"
    if low <= 0 <= high:
        edges = " to ".join(
            f"{shown(abs(end), decimals)} {up if end > 0 else down}" if abs(end) >= smallest else "0"
            for end in (low * factor, high * factor)
        )
        return f"no clear difference (95 % interval {edges}){tail}"
    near, far = (shown(abs(end), decimals) for end in ends)
    return f"{size} (95 % interval {near} to {far} {way}){tail}"


def clear(difference: float, low: float, high: float) -> bool:
    """Whether an interval leaves 0 out."""
    return all(map(math.isfinite, (difference, low, high))) and not low <= 0 <= high
