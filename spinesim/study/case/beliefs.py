"""What the clinic believes, from what has been asked and tested so far, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from spinesim.clinical import Cohort, Report, Signs
from spinesim.clinical import differential as bayes
from spinesim.evidence import Evidence
from spinesim.pathway import Facts

PERCENT = 100.0


@dataclass(frozen=True)
class Test:
    """A test and its result: `value` as the event log has it; `report` of a scan."""

    step: str
    value: float
    report: Report


@dataclass(frozen=True)
class Beliefs:
    """Probabilities of the patterns (sum 1, likeliest first), and risk of serious disease (%)."""

    patterns: tuple[tuple[str, float], ...]
    serious_risk: float

    def in_facts(self, facts: Facts) -> Facts:
        """The facts with these beliefs in place of the engine's own, which knows every sign."""
        (leading, share), *_ = self.patterns
        return replace(facts, leading=leading, certainty=PERCENT * share, serious_risk=self.serious_risk)


def beliefs_of(
    evidence: Evidence, cohort: Cohort, signs: Signs, asked: Collection[str], tests: Sequence[Test]
) -> Beliefs:
    """Bayes, one finding after the other, for the only person of a cohort of one."""
    keys, at_first = bayes.differential(evidence, cohort, signs, asked=asked)
    log_p = at_first[0]
    risk = float(bayes.serious_risk(evidence, cohort, signs, asked=asked)[0])
    scanned = False
    blocks: list[bool] = []
    for test in tests:
        if test.step == "imaging":
            if not scanned:  # a second scan shows the same incidental findings
                log_p = bayes.after_imaging(evidence, log_p, test.report, float(cohort.age[0]))
            scanned = True
            risk = _after_scan(evidence, risk, test.report)
        elif test.step == "emg":
            log_p = bayes.after_emg(evidence, log_p, bool(test.value))
        else:
            positive = test.value >= evidence.value(f"{test.step}.positive_relief")
            log_p = bayes.after_block(evidence, log_p, positive, test.step, tuple(blocks))
            blocks.append(positive)
    shares = np.exp(log_p)
    order = np.argsort(-shares, kind="stable")
    return Beliefs(tuple((keys[k], float(shares[k])) for k in order if shares[k] > 0), risk)


def _after_scan(evidence: Evidence, risk: float, report: Report) -> float:
    """A scan that shows no serious disease makes it less likely, as far as scans see it."""
    if report.serious:
        return PERCENT
    share = risk / PERCENT
    left = share * (1 - evidence.value("imaging.serious_sensitivity"))
    return PERCENT * left / (left + 1 - share) if left else 0.0
