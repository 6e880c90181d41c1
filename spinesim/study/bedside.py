"""One finding and one person: how probable a pattern was, and is; the same as counts of people.

A finding is a sign of `data/signs.toml` or a test (`scan`, `scan_fits`, `emg`), about a pattern of pain; or a
diagnostic block (`block`; `two_blocks`, both positive), about the joint as the source of a suspected pattern.
The arithmetic is that of `spinesim.clinical.differential`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spinesim.clinical.bedside import bedside
from spinesim.clinical.blocks import BLOCKS, probability_of
from spinesim.clinical.cohort import draw_cohort
from spinesim.clinical.differential import emg_rates, scan_rates, update
from spinesim.clinical.likelihoods import prevalence, sign_table
from spinesim.clinical.mix import Mix, case_mix
from spinesim.clinical.people import TISSUES, Floats
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence

TESTS = ("scan", "scan_fits", "emg")
IN_A_ROW = {"block": 1, "two_blocks": 2}
"""Diagnostic blocks, all of them positive."""
SOURCE = ("source", "no_source")
"""What a block is about: whether the joint is where the pain comes from."""
USUAL = "case_mix.pain_clinic."
"""What a clinic takes as usual: see `differential.prior`."""
BLOCK = "medial_branch_block"


@dataclass(frozen=True, eq=False)
class AtBedside:
    """One person before and after a finding.

    Attributes
    ----------
    keys : tuple of str
        The patterns of the person's region, or `SOURCE`.
    before, present, absent, given : array
        Probability (0-1) of each pattern before it, after it was found, after it was not; and of finding it
        in each pattern.
    pattern : int
        Position of the pattern in mind.
    """

    keys: tuple[str, ...]
    before: Floats
    present: Floats
    absent: Floats
    given: Floats
    pattern: int

    @property
    def sensitivity(self) -> float:
        """Probability (0-1) of the finding in the pattern."""
        return float(self.given[self.pattern])

    @property
    def elsewhere(self) -> float:
        """Probability (0-1) of the finding in the other patterns, weighed by how probable they are."""
        others = np.delete(self.before, self.pattern)
        return float(others @ np.delete(self.given, self.pattern) / others.sum())

    @property
    def ratios(self) -> tuple[float, float]:
        """Likelihood ratios: of finding it, and of not finding it."""
        here, there = self.sensitivity, self.elsewhere
        return here / there, (1 - here) / (1 - there)

    def people(self, count: int) -> tuple[int, int, int, int]:
        """Of so many alike: pattern and finding, pattern alone, finding alone, neither.

        Whole numbers; the people with the pattern are rounded first, then those with the finding among
        each, so that they sum to `count`.
        """
        there = round(count * float(self.before[self.pattern]))
        both, false = round(there * self.sensitivity), round((count - there) * self.elsewhere)
        return both, there - both, false, count - there - false


def positive_rates(evidence: Evidence, finding: str, age: float) -> Floats:
    """Probability of a finding in each condition, at this age; shape (K,).

    Raises
    ------
    SpinesimError
        For a finding that is no sign and no test.
    """
    if finding == "emg":
        return emg_rates(evidence)
    if finding in TESTS:
        rates = scan_rates(evidence, np.array([age]))
        return rates.fits[0] if finding == "scan_fits" else 1 - rates.clean[0]
    table = sign_table(evidence)
    for s, sign in enumerate(table.signs):
        if sign.key == finding:
            return np.asarray(table.given[:, s])
    raise SpinesimError(
        f"There is no finding '{finding[:40]}': give a sign of data/signs.toml or one of "
        f"{', '.join((*TESTS, *IN_A_ROW))}."
    )


def at_bedside(
    evidence: Evidence, finding: str, pattern: str, age: float, told: Mapping[str, bool] | None = None
) -> AtBedside:
    """What a finding does for a person of this age with pain in the region of `pattern`.

    Parameters
    ----------
    evidence : Evidence
    finding : str
        A sign or one of `TESTS`.
    pattern : str
        The condition in mind.
    age : float
        Years. Neither age nor `told` counts for a block: its source is as frequent as in everyone suspected.
    told : mapping of str to bool, optional
        Signs known already; the finding itself is left out.

    Raises
    ------
    SpinesimError
        For an unknown finding, condition or sign.
    """
    if finding in IN_A_ROW:
        return _at_block(evidence, finding, pattern)
    someone = draw_cohort(evidence, Draws(0), pattern, 1, person={"age": age})
    known = {key: there for key, there in (told or {}).items() if key != finding}
    log_p = bedside(evidence, someone, known).log_p[-1]
    rates = positive_rates(evidence, finding, age)
    here = np.isfinite(log_p)
    keys = tuple(key for key, own in zip(evidence.conditions, here, strict=True) if own)
    yes, no = (np.exp(update(log_p, likely))[here] for likely in (rates, 1 - rates))
    return AtBedside(keys, np.exp(log_p[here]), yes, no, rates[here], keys.index(pattern))


def _at_block(evidence: Evidence, finding: str, pattern: str) -> AtBedside:
    """Whether the joint is the source, before and after so many blocks."""
    numbers, results = evidence.values(f"{BLOCK}."), [True] * IN_A_ROW[finding]
    there = prevalence(evidence, pattern, BLOCKS[BLOCK])
    before = np.array([there, 1 - there])
    given = np.array(
        [
            probability_of(numbers["sensitivity"], results, 0.0),
            probability_of(numbers["false_positive"], results, numbers["false_positive_correlation"]),
        ]
    )
    with np.errstate(divide="ignore"):
        log_p = np.log(before)
    yes, no = (np.exp(update(log_p, likely)) for likely in (given, 1 - given))
    return AtBedside(SOURCE, before, yes, no, given, 0)


# -- other numbers ------------------------------------------------------------------------------------------


def usual_is(evidence: Evidence, mix: Mix | None) -> Evidence:
    """The evidence of a clinic that takes `mix` as usual; None: every pattern of a region alike.

    A pattern that never comes counts as just possible, as everywhere (`differential.prior`).
    """
    shares = case_mix(evidence, mix) if mix is not None else dict.fromkeys(evidence.conditions, 1.0)
    total = sum(shares.values())
    return evidence.change({f"{USUAL}{key}": shares.get(key, 0.0) / total for key in evidence.conditions})


def with_accuracy(
    evidence: Evidence,
    finding: str,
    pattern: str,
    sensitivity: float | None = None,
    specificity: float | None = None,
) -> Evidence:
    """The evidence with another sensitivity or specificity (0-1) of a finding; None: as it is.

    The sensitivity of a sign holds in the pattern and in its tissue, the specificity everywhere else. A scan
    has no specificity of its own: what it finds without pain comes from age.
    """
    found, spared = {}, {}
    if finding in ("scan", "scan_fits"):
        found = {"imaging.sensitivity": sensitivity}
    elif finding in IN_A_ROW:
        found = {f"{BLOCK}.sensitivity": sensitivity}
        spared = {f"{BLOCK}.false_positive": _rest(specificity)}
    elif finding == "emg":
        found = {f"emg.{evidence.conditions[pattern]['region']}.sensitivity": sensitivity}
        spared = {"emg.specificity": specificity}
    else:
        for case in evidence.values(f"sign.{finding}."):
            if case == pattern or case in (*TISSUES, "herniation"):
                found[f"sign.{finding}.{case}"] = sensitivity
            else:
                spared[f"sign.{finding}.{case}"] = _rest(specificity)
    changes = {key: value for key, value in {**found, **spared}.items() if value is not None}
    return evidence.change(changes) if changes else evidence


def _rest(specificity: float | None) -> float | None:
    return None if specificity is None else 1 - specificity
