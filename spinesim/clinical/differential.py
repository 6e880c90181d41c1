"""Bayes at the bedside: how probable each pattern, and any serious disease, is given what was observed.

The clinic knows the shares of patterns it usually meets, what the literature says of signs, and the age and
region of the person; it never knows the truth. Signs count as independent given the pattern.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from spinesim.clinical.blocks import BLOCKS, probability_of
from spinesim.clinical.cohort import Cohort
from spinesim.clinical.likelihoods import SignTable, prevalence, sign_table
from spinesim.clinical.people import SERIOUS, Floats, by_age
from spinesim.clinical.signs import Signs
from spinesim.evidence import Evidence

Keys = tuple[str, ...]
PERCENT = 100.0


class Seen(Protocol):
    """What a scan report says."""

    @property
    def finding(self) -> bool: ...
    @property
    def concordant(self) -> bool: ...


def update(log_p: Floats, likelihoods: npt.ArrayLike) -> Floats:
    """Posterior log probabilities (last axis: conditions), normalised; -inf stays -inf.

    An observation impossible under every condition leaves the probabilities as they were.
    """
    with np.errstate(divide="ignore"):
        weighed = log_p + np.log(np.asarray(likelihoods, dtype=np.float64))
    return _normalised(np.where(np.isfinite(weighed).any(axis=-1, keepdims=True), weighed, log_p))


def _normalised(log_p: Floats) -> Floats:
    top = log_p.max(axis=-1, keepdims=True)
    scaled: Floats = log_p - top - np.log(np.exp(log_p - top).sum(axis=-1, keepdims=True))
    return scaled


def leading(log_p: Floats, keys: Keys) -> tuple[str, float]:
    """The most probable condition and its probability (0-1)."""
    best = int(np.argmax(log_p))
    return keys[best], float(np.exp(log_p[best]))


@lru_cache(maxsize=8)
def prior(evidence: Evidence) -> Floats:
    """Share of each condition in its own region, as a clinic meets them (``case_mix.pain_clinic.*``).

    A condition without a share gets the smallest of its region; without any shares all are equal.
    """
    table = sign_table(evidence)
    mix = evidence.values("case_mix.pain_clinic.")
    shares = np.array([mix.get(key, 0.0) for key in table.keys])
    for place in set(table.region):
        here = np.array([where == place for where in table.region])
        some = shares[here & (shares > 0)]
        shares[here & (shares <= 0)] = some.min() if len(some) else 1.0
        shares[here] /= shares[here].sum()
    return shares


def _places(table: SignTable, cohort: Cohort) -> npt.NDArray[np.bool_]:
    """Which conditions lie in each person's own region, shape (N, K)."""
    own = np.array([what.region for what in cohort.conditions])[cohort.which]
    return np.asarray(own[:, None] == np.array(table.region)[None, :])


def _log_age(evidence: Evidence, table: SignTable, age: Floats) -> Floats:
    """Log density of this age in each condition (up to a constant), shape (N, K); 0 if ages do not spread."""
    mean, spread = (
        np.array([evidence.value(f"{key}.{name}") for key in table.keys]) for name in ("age", "age_sd")
    )
    if (spread <= 0).any():
        return np.zeros((len(age), len(table.keys)))
    return np.asarray(-(((age[:, None] - mean) / spread) ** 2) / 2 - np.log(spread))


def before_signs(evidence: Evidence, cohort: Cohort) -> Floats:
    """Log probability of each condition from region, case mix and age, shape (N, K)."""
    table = sign_table(evidence)
    age = evidence.value("exam.informative") * _log_age(evidence, table, cohort.age)
    return _normalised(np.where(_places(table, cohort), np.log(prior(evidence)) + age, -np.inf))


def differential(
    evidence: Evidence,
    cohort: Cohort,
    signs: Signs,
    asked: Collection[str] | None = None,
) -> tuple[Keys, Floats]:
    """Log probability of every condition given age and the signs of the first visit.

    With `asked`, only these signs have been looked for; the others say nothing.

    Returns
    -------
    keys : tuple of str
        The K conditions.
    log_p : array, shape (N, K)
        Normalised; conditions of the other region have -inf.
    """
    table = sign_table(evidence)
    log_p = before_signs(evidence, cohort)
    own = _places(table, cohort)
    for s, sign in enumerate(table.signs):
        if asked is not None and sign.key not in asked:
            continue
        given = table.given[:, s]
        weight = np.where(signs.found[sign.key][:, None], np.log(given), np.log1p(-given))
        log_p = log_p + np.where(own & table.seen[:, s], weight, 0.0)
    return table.keys, _normalised(log_p)


# -- tests, one person at a time ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScanRates:
    """Probability of each scan report in each condition, shape (N, K); the three sum to 1."""

    clean: Floats
    fits: Floats
    misfit: Floats


def scan_rates(evidence: Evidence, age: Floats) -> ScanRates:
    """How probable a clean scan, a finding that fits and one that does not are, at these ages."""
    table, v = sign_table(evidence), evidence.value
    clear = np.ones((len(age), 1))
    for kind in ("protrusion", "facet"):
        found = by_age(evidence, f"imaging.incidental.{kind}.age", age)[:, None]
        clear = clear * (1 - np.minimum(v("imaging.incidental_scale") * found, 1.0))
    root = np.array([_root(evidence, key) for key in table.keys])
    missed = 1 - v("imaging.sensitivity") * root
    by_chance = missed * (1 - clear)
    fits = v("imaging.chance_concordance")
    return ScanRates(missed * clear, 1 - missed + by_chance * fits, by_chance * (1 - fits))


def after_imaging(evidence: Evidence, log_p: Floats, report: Seen, age: float) -> Floats:
    """Weigh a scan: a finding that fits, one that does not, or none, at this age."""
    rates = scan_rates(evidence, np.array([age]))
    likely = rates.clean if not report.finding else rates.fits if report.concordant else rates.misfit
    return update(log_p, likely[0])


def _root(evidence: Evidence, key: str) -> float:
    """Share of people with this condition in whom a root or the cord is pressed on."""
    return max(prevalence(evidence, key, "herniation"), prevalence(evidence, key, "narrowed"))


def emg_rates(evidence: Evidence) -> Floats:
    """Probability that a nerve test shows a root lesion, in each condition, shape (K,)."""
    table, v = sign_table(evidence), evidence.value
    false = 1 - v("emg.specificity")
    rate = np.full(len(table.keys), false)
    for k, (key, place) in enumerate(zip(table.keys, table.region, strict=True)):
        if not evidence.conditions[key].get("mimic", False):
            share = _root(evidence, key)
            rate[k] = share * v(f"emg.{place}.sensitivity") + (1 - share) * false
    return rate


def after_emg(evidence: Evidence, log_p: Floats, shown: bool) -> Floats:
    """Weigh a nerve test: a root lesion shown or not."""
    rate = emg_rates(evidence)
    return update(log_p, rate if shown else 1 - rate)


def block_rates(evidence: Evidence, results: Sequence[bool], step: str = "medial_branch_block") -> Floats:
    """Probability of these results of blocks, one after the other, in each condition, shape (K,)."""
    table = sign_table(evidence)
    share = np.array([prevalence(evidence, key, BLOCKS[step]) for key in table.keys])
    numbers = evidence.values(f"{step}.")

    def chance_of(true: bool) -> float:
        rate = numbers["sensitivity" if true else "false_positive"]
        return probability_of(rate, results, 0.0 if true else numbers["false_positive_correlation"])

    there, absent = chance_of(True), chance_of(False)
    return np.asarray(share * there + (1 - share) * absent)


def after_block(
    evidence: Evidence,
    log_p: Floats,
    positive: bool,
    step: str = "medial_branch_block",
    earlier: Sequence[bool] = (),
) -> Floats:
    """Weigh a diagnostic block, given the results of the same person's `earlier` ones."""
    before = block_rates(evidence, earlier, step)
    after = block_rates(evidence, (*earlier, positive), step)
    ratio = np.divide(after, before, out=np.zeros(len(before)), where=before > 0)
    return update(log_p, ratio)


# -- serious disease ----------------------------------------------------------------------------------------


def serious_risk(
    evidence: Evidence, cohort: Cohort, signs: Signs, asked: Collection[str] | None = None
) -> Floats:
    """Probability (%) of any serious disease, given region, age and red flags; array of length N.

    With `asked`, only these flags have been asked for; the others say nothing.

    Before the flags: what is usual among the patterns of this region at this age. The patterns themselves are
    not known, and their signs do not count here.
    """
    table = sign_table(evidence)
    usual = np.array(
        [[evidence.values(f"{key}.serious.").get(kind, 0.0) for kind in SERIOUS] for key in table.keys]
    )
    kinds = np.exp(before_signs(evidence, cohort)) @ usual
    none, shown = np.maximum(1 - kinds.sum(axis=1), 0), kinds.copy()
    hidden = kinds.copy()  # what begins later shows no flag yet
    for f, flag in enumerate(table.flags):
        if flag.derived or (asked is not None and flag.key not in asked):
            continue  # derived: read off the age, which is weighed already
        given = table.flag_given[:, f]
        seen = signs.found[flag.key]
        likely = np.where(seen[:, None], given, 1 - given)
        none = none * likely[:, 0]
        hidden = hidden * likely[:, :1]
        shown = shown * likely[:, 1:]
    begun = _begun_by_first_visit(evidence)
    sick = (shown * begun + hidden * (1 - begun)).sum(axis=1)
    return np.asarray(PERCENT * sick / (sick + none))


def _begun_by_first_visit(evidence: Evidence) -> Floats:
    """Share of each serious disease that has begun on the day of the first visit, in the order of `SERIOUS`.

    Onset is spread evenly over whole days; cauda equina begins on the day after at the earliest.
    """
    last = [evidence.value(f"serious.{kind}.onset_days") for kind in SERIOUS]
    share = np.array([1.0 if days <= 1 else 1 / days for days in last])
    share[SERIOUS.index("cauda_equina")] = 0.0
    return share
