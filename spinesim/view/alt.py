"""Pictures in words, with their numbers, for those who cannot see them (alt text)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from spinesim.view import plots, style


def fan_in_words(fan: Any, outcome: str, regions: Collection[str] = style.REGIONS) -> str:
    """A fan chart: where each arm's mean begins and ends, and where half the people end.

    Parameters
    ----------
    fan : DataFrame
        `study.fan(outcome)`.
    outcome : str
        One of `style.SCALES`.
    regions : collection of str
        Where these people's pain is.
    """
    scale = style.scale(outcome, regions)
    told = [f"Fan chart of {scale.name.lower()} ({scale.unit}) over {int(fan['week'].max())} weeks."]
    for arm in dict.fromkeys(fan["arm"]):
        rows = fan.loc[fan["arm"] == arm]
        first, last = rows.iloc[0], rows.iloc[-1]
        told.append(
            f"Under {arm} the mean goes from {first['mean']:.1f} to {last['mean']:.1f}; "
            f"half the people end between {last['p25']:.1f} and {last['p75']:.1f}."
        )
    return " ".join(told)


def icons_in_words(icons: Any, arm: str) -> str:
    """An icon array: the counts of one arm."""
    counts = ", ".join(f"{n} {name}" for name, n in plots.counts_of(icons, arm).items())
    return f"A hundred people under {arm}: {counts}."


def points_in_words(says: str, points: Mapping[int, float]) -> str:
    """Published means drawn over a curve, by week."""
    return f"Markers, {says}: " + ", ".join(f"{mean:g} at week {week}" for week, mean in points.items()) + "."
