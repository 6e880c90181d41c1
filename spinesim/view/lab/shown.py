"""What a lab shows after a run, whatever ran: pictures, tables, facts, words and data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from spinesim.view.jobs import Work

Settings = Mapping[str, Any]
"""Control id to value: a number, "never", or the label of a choice; `patients` and `seed` among them."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of a run that a prediction or a question may be about.

    Attributes
    ----------
    key, name : str
        Its id in the lesson file, and what people call it.
    value, low, high : float
        The number and its 95 % interval (all equal where it is exact; NaN ends where unknown), in `unit`.
    unit : str
        As in `study.differences()`: "NRS 0-10", "per 100 people", "days per person" …
    kind : "difference" or "level"
        Arm minus reference, or the size of something by itself.
    important : float, optional
        Smallest change that matters to people, in `unit`.
    """

    key: str
    name: str
    value: float
    low: float
    high: float
    unit: str
    kind: Literal["difference", "level"] = "difference"
    important: float | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as PNG bytes, its words for those who cannot see it, and its natural width in pixels."""

    png: bytes
    alt: str
    width: int


@dataclass(frozen=True)
class Shown:
    """A finished run.

    Attributes
    ----------
    settings : mapping
        What was asked for.
    pictures : tuple of Picture
        In reading order; the number and the widths are the same for every run of a lab.
    tables : tuple of str
        Safe HTML: what matters most, and the rest (may be empty).
    facts : mapping
        By key.
    summary : str
        One or two plain sentences; the status line.
    frames : mapping of str to DataFrame
        What "export" gives, by file name without ending.
    study : Study, optional
        For one patient's story.
    """

    settings: Settings
    pictures: tuple[Picture, ...]
    tables: tuple[str, str]
    facts: Mapping[str, Fact]
    summary: str
    frames: Mapping[str, Any] = field(default_factory=dict)
    study: Any = None


def in_rows(widths: Sequence[int], most: int = 1_200) -> list[int]:
    """How many pictures stand in each row of at most `most` pixels.

    >>> in_rows([568, 572, 707, 433])
    [2, 2]
    """
    rows: list[list[int]] = [[]]
    for width in widths:
        if rows[-1] and sum(rows[-1]) + width > most:
            rows.append([])
        rows[-1].append(width)
    return [len(one) for one in rows]


class Runner(Protocol):
    """What a lab runs: one class a kind of lab (`plans`, `bayes`, `naive`, `sure`)."""

    def steps(self, settings: Settings) -> Work:
        """A generator that gives the share done (0 to 1) every 50 ms or so, and returns a `Shown`."""
        ...
