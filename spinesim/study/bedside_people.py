"""Many people at the bedside: which way of looking finds the pattern, and what red flags find."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spinesim.clinical.cohort import Cohort, draw_cohort
from spinesim.clinical.differential import ScanRates, differential, scan_rates, serious_risk, update
from spinesim.clinical.likelihoods import sign_table
from spinesim.clinical.mix import Mix
from spinesim.clinical.people import Flags, Floats
from spinesim.clinical.signs import examine
from spinesim.evidence import Draws, Evidence
from spinesim.study.compare import interval
from spinesim.study.trials.figures import wilson

PERCENT = 100.0
WAYS = {
    "first": "Age and region only",
    "history": "History",
    "examination": "History and examination",
    "scan": "A scan first, nothing else",
    "all": "History, examination and scan",
}
"""Ways of looking, by id."""
KNOWN: dict[str, tuple[tuple[str, ...], bool]] = {
    "first": ((), False),
    "history": (("history",), False),
    "examination": (("history", "examination"), False),
    "scan": ((), True),
    "all": (("history", "examination"), True),
}
"""Kinds of signs that each way looks for, and whether it scans."""
BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
FEWEST = 10
"""People that a point of the calibration needs."""


@dataclass(frozen=True, eq=False)
class AtClinic:
    """A cohort seen once.

    Attributes
    ----------
    right : dict of str to bool array
        Way to whether the likeliest pattern is the true one, person by person.
    said : dict of str to array
        Way to the probability (0-1) that was given to the likeliest pattern.
    serious, any_flag, scanned : bool array
        Serious disease there at the first visit; any red flag; who is scanned at once.
    flags : dict of str to bool array
        Who has each red flag, by its label.
    """

    right: dict[str, Flags]
    said: dict[str, Floats]
    serious: Flags
    any_flag: Flags
    scanned: Flags
    flags: dict[str, Flags]

    def ways(self) -> pd.DataFrame:
        """Right diagnoses: way, name, right, low, high (per 100 people, 95 % intervals)."""
        rows = [(way, WAYS[way], *share(right)) for way, right in self.right.items()]
        return pd.DataFrame(rows, columns=["way", "name", "right", "low", "high"])

    def gain(self, way: str, over: str) -> tuple[float, float, float]:
        """Right diagnoses of one way minus another in the same people, per 100, with 95 % interval."""
        return interval(PERCENT * (self.right[way].astype(float) - self.right[over]))

    def calibration(self, way: str = "examination") -> pd.DataFrame:
        """How sure, and how often right: said, right, low, high (per 100), people; one row a fifth."""
        said, right = self.said[way], self.right[way]
        place = np.clip(np.digitize(said, BINS) - 1, 0, len(BINS) - 2)
        rows = [
            (PERCENT * said[place == b].mean(), *share(right[place == b]), int((place == b).sum()))
            for b in range(len(BINS) - 1)
            if (place == b).sum() >= FEWEST
        ]
        return pd.DataFrame(rows, columns=["said", "right", "low", "high", "people"])

    def red_flags(self) -> pd.DataFrame:
        """Each flag: flag, have_it (per 100 people), serious, low, high (per 100 of those), people."""
        rows = [
            (name, share(has)[0], *share(self.serious[has]), int(has.sum()))
            for name, has in {**self.flags, "Any of them": self.any_flag}.items()
        ]
        return pd.DataFrame(rows, columns=["flag", "have_it", "serious", "low", "high", "people"])

    def thousand(self, count: int = 1_000) -> tuple[int, int, int, int]:
        """Of so many: serious and scanned, serious and not, scanned for nothing, neither.

        The running totals are rounded, so that they sum to `count`.
        """
        sick, seen = self.serious, self.scanned
        groups = [sick & seen, sick & ~seen, ~sick & seen, ~sick & ~seen]
        edges = np.round(count * np.cumsum([one.mean() for one in groups]))
        one, two, three, four = (int(n) for n in np.diff(edges, prepend=0))
        return one, two, three, four


def share(flags: Flags) -> tuple[float, float, float]:
    """Per 100 people, with Wilson's 95 % interval; NaN of nobody."""
    if not len(flags):
        return float("nan"), float("nan"), float("nan")
    mean = float(flags.mean())
    low, high = wilson(mean, len(flags))
    # rounding must not leave the share of everyone, or of nobody, outside its interval
    return PERCENT * mean, PERCENT * min(low, mean), PERCENT * max(high, mean)


def at_clinic(
    evidence: Evidence,
    believed: Evidence,
    mix: Mix,
    patients: int,
    seed: int,
    scan_from: float | None,
) -> Generator[float, None, AtClinic]:
    """Draw people, look at them in every way of `WAYS`, and act on their red flags; gives the share done.

    Parameters
    ----------
    evidence, believed : Evidence
        What makes the people; what the clinician takes as usual and knows of signs.
    mix : str or mapping
        Who comes.
    patients, seed : int
    scan_from : float, optional
        Scan at once from this estimated risk of serious disease (%) on; None: at any red flag.
    """
    draws = Draws(seed)
    cohort = draw_cohort(evidence, draws, mix, patients)
    yield 0.3
    signs = examine(evidence, cohort, draws)
    yield 0.5
    truth = np.array([what.key for what in cohort.conditions])[cohort.which]
    rates, reports = scan_rates(believed, cohort.age), _first_scan(evidence, cohort, draws)
    right, said = {}, {}
    for way, (kinds, scans) in KNOWN.items():
        asked = [one.key for one in sign_table(evidence).signs if one.kind in kinds]
        keys, log_p = differential(believed, cohort, signs, asked)
        if scans:
            log_p = update(log_p, _weighed(rates, *reports))
        best = log_p.argmax(axis=1)
        right[way] = np.asarray(np.array(keys)[best] == truth)
        said[way] = np.exp(log_p[np.arange(len(best)), best])
        yield 0.5 + 0.08 * len(right)
    flags = {flag.label: signs.found[flag.key] for flag in sign_table(evidence).flags}
    any_flag = np.logical_or.reduce(list(flags.values()))
    risk = serious_risk(believed, cohort, signs)
    scanned = any_flag if scan_from is None else risk >= scan_from
    there = (cohort.serious > 0) & (cohort.serious_day <= 0)
    return AtClinic(right, said, there, any_flag, scanned, flags)


def _first_scan(evidence: Evidence, cohort: Cohort, draws: Draws) -> tuple[Flags, Flags]:
    """Whether a scan on the first day names something, and whether that fits; serious disease apart.

    The same chances as the first scan in a clinic.
    """
    last = int(cohort.ids.max()) + 1
    shows, fits = (draws.block(f"imaging.{name}", 0, last)[cohort.ids] for name in ("shows", "fits"))
    root = (cohort.herniation > 0) | cohort.narrowed
    true = root & (shows < evidence.value("imaging.sensitivity"))
    chance = cohort.incidental_disc | cohort.incidental_facet
    return true | chance, true | (chance & (fits < evidence.value("imaging.chance_concordance")))


def _weighed(rates: ScanRates, finding: Flags, concordant: Flags) -> Floats:
    """Likelihood of each person's report in each condition, shape (N, K)."""
    found = np.where(concordant[:, None], rates.fits, rates.misfit)
    return np.where(finding[:, None], found, rates.clean)
