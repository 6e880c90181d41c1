"""What the clinic makes of what it has seen: the likeliest pattern and the risk of serious disease."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spinesim.clinical import Cohort, Signs
from spinesim.clinical import differential as bayes
from spinesim.evidence import Evidence

if TYPE_CHECKING:
    from spinesim.clinic.patient import Patient

PERCENT = 100.0


class Judgement:
    """The clinic's beliefs about each patient, kept in the patient's record.

    Parameters
    ----------
    evidence : Evidence
    cohort : Cohort
    signs : Signs
        What history and examination found.
    examines : bool
        Whether they are used at all; if not, only region, age and tests count.
    """

    def __init__(self, evidence: Evidence, cohort: Cohort, signs: Signs, examines: bool) -> None:
        self.evidence, self.cohort = evidence, cohort
        if examines:
            self.keys, self.at_first = bayes.differential(evidence, cohort, signs)
            self.risk = bayes.serious_risk(evidence, cohort, signs)
        else:
            self.keys, self.at_first = bayes.sign_table(evidence).keys, bayes.before_signs(evidence, cohort)
            self.risk = np.zeros(len(cohort))
        best = self.at_first.argmax(axis=1)
        sure = np.exp(self.at_first[np.arange(len(best)), best]).tolist()
        self.first = [(self.keys[k], p) for k, p in zip(best.tolist(), sure, strict=True)]

    def begin(self, patient: Patient) -> None:
        """At the first visit."""
        patient.beliefs = self.at_first[patient.row]
        patient.serious_risk = float(self.risk[patient.row])
        patient.leading = self.first[patient.row]

    def after_scan(self, patient: Patient) -> None:
        """A scan was read; one that shows no serious disease makes it less likely.

        Only the first report changes the differential: a second shows the same incidental findings.
        """
        if not patient.tally["images"]:
            age = float(self.cohort.age[patient.row])
            patient.beliefs = bayes.after_imaging(self.evidence, patient.beliefs, patient.report, age)
        if patient.report.serious:
            patient.serious_risk = PERCENT
        else:
            risk = patient.serious_risk / PERCENT
            left = risk * (1 - self.evidence.value("imaging.serious_sensitivity"))
            patient.serious_risk = PERCENT * left / (left + 1 - risk) if left else 0.0
        self._think(patient)

    def after_emg(self, patient: Patient) -> None:
        """A nerve test was read."""
        patient.beliefs = bayes.after_emg(self.evidence, patient.beliefs, patient.emg_root)
        self._think(patient)

    def after_block(self, patient: Patient, step: str) -> None:
        """A block's diary came back."""
        positive = patient.block_relief >= self.evidence.value(f"{step}.positive_relief")
        earlier = tuple(patient.blocks_positive)
        patient.beliefs = bayes.after_block(self.evidence, patient.beliefs, positive, step, earlier)
        patient.blocks_positive = (*earlier, positive)
        self._think(patient)

    def _think(self, patient: Patient) -> None:
        patient.leading = bayes.leading(patient.beliefs, self.keys)
