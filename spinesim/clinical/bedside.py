"""One person at the bedside: what each answer does to the differential, and what is still worth asking.

The arithmetic is that of `differential.py`, one sign at a time. Signs count as independent given the pattern.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spinesim.clinical.cohort import Cohort
from spinesim.clinical.differential import Keys, before_signs, update
from spinesim.clinical.likelihoods import SignTable, sign_table
from spinesim.clinical.people import Floats
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Moved:
    """What one answer did to one pattern against all the others as they stood.

    Attributes
    ----------
    sign : str
    present : bool
    here, elsewhere : float
        Probability (0-1) of this answer in the pattern, and in the others, weighed by how probable they were.
    before, after : float
        Probability (0-1) of the pattern.
    """

    sign: str
    present: bool
    here: float
    elsewhere: float
    before: float
    after: float

    @property
    def ratio(self) -> float:
        """Likelihood ratio: odds after are odds before times this."""
        return self.here / self.elsewhere


@dataclass(frozen=True, slots=True)
class Worth:
    """A sign not asked for yet: what the answer would do.

    Attributes
    ----------
    sign : str
    chance : float
        Probability (0-1) of finding it.
    present, absent : float
        Probability (0-1) of the pattern in mind after either answer.
    bits : float
        Uncertainty about the pattern (entropy) that the answer takes away on average.
    """

    sign: str
    chance: float
    present: float
    absent: float
    bits: float


@dataclass(frozen=True, slots=True)
class Counted:
    """People by sign and pattern, out of as many as were asked for (whole only by chance)."""

    there_with: float
    there_without: float
    not_there_with: float
    not_there_without: float

    @property
    def if_present(self) -> float:
        """Share (0-1) with the pattern among those with the sign."""
        return self.there_with / (self.there_with + self.there_without)

    @property
    def if_absent(self) -> float:
        """Share (0-1) with the pattern among those without the sign."""
        return self.not_there_with / (self.not_there_with + self.not_there_without)


@dataclass(frozen=True, eq=False)
class Bedside:
    """The differential of one person, answer by answer.

    Attributes
    ----------
    keys : tuple of str
        The conditions.
    log_p : array, shape (1 + answers that count, K)
        Log probabilities: from region, case mix and age, then after each answer.
    asked : tuple of (str, bool)
        The answers that count, in order: signs looked for in this region.
    table : SignTable
    """

    keys: Keys
    log_p: Floats
    asked: tuple[tuple[str, bool], ...]
    table: SignTable

    def probability(self, pattern: str, step: int = -1) -> float:
        """Probability (0-1) of a pattern after so many answers; default: after all."""
        return float(np.exp(self.log_p[step, self.keys.index(pattern)]))

    def given(self, sign: str) -> Floats:
        """Probability of finding a sign in each condition, shape (K,)."""
        return self.table.given[:, _at(self.table, sign)]

    def moved(self, pattern: str) -> list[Moved]:
        """What each answer did to a pattern."""
        k, found = self.keys.index(pattern), []
        for step, (sign, present) in enumerate(self.asked):
            likely = self.given(sign) if present else 1 - self.given(sign)
            before, after = self.probability(pattern, step), self.probability(pattern, step + 1)
            others = np.delete(np.exp(self.log_p[step]), k)
            elsewhere = float(others @ np.delete(likely, k) / others.sum())
            found.append(Moved(sign, present, float(likely[k]), elsewhere, before, after))
        return found

    def worth(self, pattern: str) -> list[Worth]:
        """The signs not asked for, the most telling first."""
        here = np.exp(self.log_p[-1])
        place = self.table.seen[here > 0].any(axis=0)
        done = {sign for sign, _ in self.asked}
        k, found = self.keys.index(pattern), []
        for s, sign in enumerate(self.table.signs):
            if sign.key in done or not place[s]:
                continue
            given = self.table.given[:, s]
            chance = float(here @ given)
            yes, no = (np.exp(update(self.log_p[-1], likely)) for likely in (given, 1 - given))
            left = chance * _entropy(yes) + (1 - chance) * _entropy(no)
            found.append(Worth(sign.key, chance, float(yes[k]), float(no[k]), _entropy(here) - left))
        return sorted(found, key=lambda one: -one.bits)

    def counted(self, sign: str, pattern: str, people: float = 100) -> Counted:
        """People like this one before any sign, by the sign and by the pattern: natural frequencies."""
        first, given, k = np.exp(self.log_p[0]), self.given(sign), self.keys.index(pattern)
        with_it, found = first[k], float(first @ given)
        both = with_it * given[k]
        return Counted(
            *(people * x for x in (both, found - both, with_it - both, 1 - found - with_it + both))
        )


def _at(table: SignTable, sign: str) -> int:
    for s, one in enumerate(table.signs):
        if one.key == sign:
            return s
    raise SpinesimError(f"There is no sign '{sign[:40]}' of a pattern; data/signs.toml lists them.")


def _entropy(p: Floats) -> float:
    some = p[p > 0]
    return float(-(some * np.log2(some)).sum())


def bedside(evidence: Evidence, cohort: Cohort, answers: Mapping[str, bool]) -> Bedside:
    """Weigh answers one by one, for the first person of `cohort`.

    Parameters
    ----------
    evidence : Evidence
        Likelihoods, and the shares of patterns that the clinic knows of (`prior`).
    cohort : Cohort
        Only region and age of its first person are looked at.
    answers : mapping of str to bool
        Sign of a pattern (no red flag): present or absent. One that is not looked for in this region counts
        for nothing and is left out of `Bedside.asked`.
    """
    table = sign_table(evidence)
    rows = [before_signs(evidence, cohort)[0]]
    own = np.isfinite(rows[0])
    asked = []
    for key, present in answers.items():
        s = _at(table, key)
        if not table.seen[own, s].any():
            continue
        given = table.given[:, s]
        rows.append(update(rows[-1], given if present else 1 - given))
        asked.append((key, bool(present)))
    return Bedside(table.keys, np.stack(rows), tuple(asked), table)
