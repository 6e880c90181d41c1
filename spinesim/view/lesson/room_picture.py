"""The histogram of a room's guesses, without or with the truth, and the same in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from spinesim.view import plots, style
from spinesim.view.lab.shown import Fact
from spinesim.view.lab.spec import Guess
from spinesim.view.lesson import said
from spinesim.view.lesson.guesses import Read

WIDTH, HEIGHT = 990, 430
"""Pixels of the picture."""
LETTER = 0.0125
"""Share of the axis that a letter at a line takes."""
BARS = 20
"""Bars across the range of the guesses, at most."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """The guesses of a room."""

    read: Read

    @property
    def numbers(self) -> tuple[float, ...]:
        """The guesses."""
        return self.read.numbers

    @property
    def median(self) -> float:
        """Half guessed less, half more."""
        return float(np.median(self.numbers))

    def inside(self, truth: Fact) -> int | None:
        """How many guesses lie within the truth's interval; None where it has none, or no width."""
        if not (math.isfinite(truth.low) and math.isfinite(truth.high)) or truth.low == truth.high:
            return None
        return sum(truth.low <= number <= truth.high for number in self.numbers)

    def in_words(self, guess: Guess, truth: Fact | None) -> str:
        """Median, middle half, and what the run says."""
        n = len(self.numbers)
        low, high = (
            said.guessed(round(float(q), 2), "").strip() for q in np.percentile(self.numbers, (25, 75))
        )
        told = f"Median guess {said.guessed(round(self.median, 2), guess.unit)}; middle half {low} to {high}."
        if truth is None:
            return told
        told += f" The run: {said.fact(truth)}."
        inside = self.inside(truth)
        if inside is not None:
            share = f"{100 * inside / n:.0f} %"
            told += f" {inside} of {n} guesses ({share}) lie within the run's 95 % interval."
        return told


def edges(guess: Guess, numbers: tuple[float, ...], truth: Fact | None) -> np.ndarray:
    """Edges of the bars: whole steps of the guess, over the guesses and the truth."""
    known = [number for number in numbers if guess.low <= number <= guess.high] or [guess.low, guess.high]
    if truth is not None:
        known += [end for end in (truth.value, truth.low, truth.high) if math.isfinite(end)]
    low, high = min(known), max(known)
    step = guess.step * max(1, math.ceil((high - low) / guess.step / BARS))
    first = math.floor(low / step) - 1
    last = math.ceil(high / step) + 2
    return (np.arange(first, last + 1) - 0.5) * step


def draw(room: Pooled, guess: Guess, truth: Fact | None) -> Axes:
    """The histogram; guesses beyond the scale stand at its ends."""
    bars = edges(guess, room.numbers, truth)
    inner = np.clip(room.numbers, bars[0] + 1e-9, bars[-1] - 1e-9)
    axes = plots.new_axes(WIDTH / plots.DPI, HEIGHT / plots.DPI)
    with plots.look():
        counts, _, _ = axes.hist(inner, list(bars), color=style.SKY, edgecolor=style.INK, linewidth=0.8)
        top = float(np.max(counts)) * 1.45 + 0.5
        axes.set_ylim(0, top)
        axes.set_xlim(bars[0], bars[-1])
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axes.set_xlabel(f"{guess.label} ({guess.unit})", wrap=True)
        axes.set_ylabel("Guesses")
        lower = truth is not None and room.median <= truth.value
        _line(axes, room.median, top * 0.95, "median guess", style.INK, (0, (3.2, 1.4)), lower)
        if truth is not None and math.isfinite(truth.value):
            shaded = ""
            if math.isfinite(truth.low) and math.isfinite(truth.high) and truth.low < truth.high:
                shaded = " (shaded: 95 %)"
                axes.axvspan(truth.low, truth.high, color=style.VERMILLION, alpha=0.22, zorder=0)
            number = said.signed(truth.value, truth.unit)
            _line(
                axes,
                truth.value,
                top * 0.83,
                f"the run: {number}{shaded}",
                style.VERMILLION,
                "-",
                not lower,
            )
        beyond = sum(number < bars[0] or number > bars[-1] for number in room.numbers)
        if beyond:
            axes.set_title(
                f"{beyond} beyond the scale, drawn at its ends", loc="right", fontsize=style.FONT - 2
            )
    return axes


def _line(axes: Axes, at: float, height: float, text: str, colour: str, dash: object, left: bool) -> None:
    """A labelled line, its words on the left or the right, wherever there is room."""
    axes.axvline(at, color=colour, linewidth=3 if dash == "-" else 2.2, linestyle=dash)  # type: ignore[arg-type]
    low, high = axes.get_xlim()
    place, needed = (at - low) / (high - low), 0.03 + LETTER * len(text)
    left = place > needed if left else place > 1 - needed
    axes.annotate(
        text, (at, height), xytext=(-6 if left else 6, 0), textcoords="offset points",
        ha="right" if left else "left", va="center", color=colour, fontweight="bold",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
    )  # fmt: skip
