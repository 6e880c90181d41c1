"""Calibration: how often the learner's 80 % ranges held the result, over all lessons."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import special

from spinesim.view.lesson.progress_file import ProgressFile

AIM = 0.8
"""Share of ranges that ought to hold the result: learners are asked to be right 8 times in 10."""
FEWEST = 5
"""With fewer ranges than this nothing can be told."""
RARE = 0.1
"""A score that a well-calibrated person would reach or pass less often than this is told as a sign."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`inside` of `of` ranges held the result."""

    inside: int
    of: int

    @property
    def expected(self) -> int:
        """How many a person with right ranges would get, on average, rounded."""
        return round(AIM * self.of)

    @property
    def verdict(self) -> str:
        """`too few to tell`, `too narrow`, `too wide` or `about right`."""
        if self.of < FEWEST:
            return "too few to tell"
        if special.bdtr(self.inside, self.of, AIM) < RARE:
            return "too narrow"
        if special.bdtrc(self.inside - 1, self.of, AIM) < RARE:
            return "too wide"
        return "about right"


ADVICE = {
    "too few to tell": "That is too few to tell how well your ranges fit; a few more lessons will show it.",
    "too narrow": (
        "Your ranges look too narrow: nearly everyone's are at first. Next time, widen them until a miss "
        "would surprise you."
    ),
    "too wide": (
        "Your ranges look too wide: you know more than you think. Next time, dare a narrower one, so that "
        "about two in ten miss."
    ),
    "about right": "Your ranges look about right: you know how sure to be.",
}


def calibration(file: ProgressFile) -> Calibration:
    """Count every guess with a known result."""
    told = [
        guess.inside
        for record in file.lessons.values()
        for guess in record.predictions.values()
        if guess.inside is not None
    ]
    return Calibration(sum(told), len(told))


def sentence(score: Calibration) -> str:
    """The score over all lessons, in kind words ("" before the first result)."""
    if score.of == 0:
        return ""
    ranges = f"{score.of} range{'' if score.of == 1 else 's'}"
    held = f"Over all lessons, {score.inside} of your {ranges} held the result"
    if score.of == 1:
        held = f"Your first range {'held' if score.inside else 'did not hold'} the result"
    return (
        f"{held}; someone whose 80 % ranges are right would get about {score.expected} of {score.of}. "
        f"{ADVICE[score.verdict]}"
    )
