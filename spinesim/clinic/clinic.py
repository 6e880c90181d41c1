"""The clinic at work: SimPy resources, a cohort's bodies and the event log."""

from __future__ import annotations

import math
from collections.abc import Generator
from math import floor

import numpy as np
import numpy.typing as npt
import simpy

from spinesim.clinic import journey as story
from spinesim.clinic.log import EventLog
from spinesim.clinic.patient import Patient
from spinesim.clinic.setting import ClinicSetting
from spinesim.clinical import Body, Cohort, examine, reported
from spinesim.clinical.treatments import Chance
from spinesim.evidence import Draws, Evidence
from spinesim.pathway import Facts, Pathway

WEEK = 7
SLICE_DAYS = 14  # how often a run reports progress
PAIN_TOP, INDEX_TOP = 10.0, 100.0  # NRS 0-10, ODI 0-100
MOST_SESSIONS = 1_000  # more than any course has: keeps the sessions of two courses apart


def entry_days(setting: ClinicSetting, draws: Draws, cohort: Cohort) -> npt.NDArray[np.int64]:
    """Day of referral of each person: all on day 0, or exponential gaps at the clinic's rate."""
    if setting.arrivals_per_week is None:
        return np.zeros(len(cohort), dtype=np.int64)
    gaps = -np.log1p(-draws.block("arrival", 0, int(cohort.ids[-1]) + 1)[cohort.ids])
    return np.floor(np.cumsum(gaps * WEEK / setting.arrivals_per_week)).astype(np.int64)


class Clinic:
    """One run of one pathway in one clinic.

    Parameters
    ----------
    pathway : Pathway
    setting : ClinicSetting
    cohort : Cohort
    evidence : Evidence
    draws : Draws
    weeks : int
        Follow-up of each person from their own referral.
    """

    def __init__(
        self,
        pathway: Pathway,
        setting: ClinicSetting,
        cohort: Cohort,
        evidence: Evidence,
        draws: Draws,
        weeks: int,
    ) -> None:
        self.pathway, self.draws, self.weeks = pathway, draws, weeks
        self.env = simpy.Environment()
        self.log = EventLog()
        self.resources = {
            name: simpy.PriorityResource(self.env, capacity=getattr(setting.resources, name).capacity)
            for name in type(setting.resources).model_fields
        }
        entry = entry_days(setting, draws, cohort)
        self.body = Body(evidence, cohort, draws, entry, weeks)
        self.numbers = self.body.numbers
        self.slot_days = {
            step: getattr(setting.resources, resource).slot_days(self.numbers[f"{minutes}.minutes"])
            for step, resource in story.RESOURCE_OF.items()
            for minutes in [{"intake": "first_visit", "review": "visit"}.get(step, step)]
        }
        self.session_gap = WEEK / (pathway.settings.physiotherapy_sessions_per_week or 1)
        self.signs = examine(evidence, cohort, draws)
        self.ages = cohort.age.tolist()
        self.patients = [
            Patient(row, int(cohort.ids[row]), int(entry[row]), int(entry[row]) + weeks * WEEK)
            for row in range(len(cohort))
        ]
        self.end = max(patient.end for patient in self.patients)
        for patient in self.patients:
            patient.process = self.env.process(story.referral(self, patient))
            onset = self.body.emergency_day[patient.row]
            if math.isfinite(onset):
                self.env.process(story.emergency(self, patient, float(onset)))

    def run(self) -> Generator[float]:
        """Run to the end of follow-up, yielding the share done (0-1) from time to time."""
        for day in range(SLICE_DAYS, self.end, SLICE_DAYS):
            self.env.run(until=day)
            self.body.advance(day - 1)
            yield day / self.end
        self.env.run(until=self.end)
        self.body.advance(self.end)
        yield 1.0

    # -- what journeys ask of the clinic ------------------------------------------------------------------

    def until(self, day: float) -> simpy.Event:
        """Wait until `day` (at once if it has passed)."""
        return self.env.timeout(max(day - self.env.now, 0))

    def body_today(self) -> Body:
        """Everyone's body, brought to the start of today."""
        self.body.advance(floor(self.env.now))
        return self.body

    def note(
        self, patient: Patient, event: str, step: str = "", resource: str = "", value: float = math.nan
    ) -> None:
        """Write an event down, unless the person's follow-up is over."""
        if self.followed(patient):
            self.log.rows.append((patient.id, self.env.now, event, step, resource, value))

    def followed(self, patient: Patient) -> bool:
        """Whether the person's follow-up still runs; afterwards they use slots, but nothing counts."""
        return self.env.now < patient.end

    def charge(self, patient: Patient, step: str) -> None:
        """Add the price of a step."""
        if self.followed(patient):
            patient.cost += self.numbers[f"{step}.price"]

    def count(self, patient: Patient, step: str) -> None:
        """Something was done."""
        if not self.followed(patient):
            return
        patient.counts[step] += 1
        patient.pain_before[step] = patient.pain
        if step == "microdiscectomy" and math.isnan(patient.operated_day):
            patient.operated_day = self.env.now

    def chance(self, patient: Patient, step: str) -> Chance:
        """The person's uniforms for this occurrence of a step."""
        occurrence, at, who = patient.counts[step], self.draws.at, patient.id
        return lambda name: at(name, occurrence, who)

    def accepts(self, patient: Patient, step: str, uptake: str | None, urgent: bool) -> bool:
        """Whether the person takes up this offer (parameter ``<step>.uptake`` or the rule's own)."""
        occurrence = patient.offers[step]
        patient.offers[step] += 1
        if urgent and patient.red_flag:
            return True
        return (
            self.draws.at(f"uptake.{step}", occurrence, patient.id) < self.numbers[uptake or f"{step}.uptake"]
        )

    def keeps_session(self, patient: Patient, session: int) -> bool:
        """Whether a planned physiotherapy session is kept (adherence)."""
        occurrence = patient.courses * MOST_SESSIONS + session
        u = self.draws.at("physiotherapy.keeps", occurrence, patient.id)
        return bool(u < self.body.adherence[patient.row])

    def lead_days(self, step: str) -> float:
        """Days between deciding on a step and the first day it can be booked for."""
        return self.numbers[f"{step}.lead_days"]

    def review_days(self, step: str) -> float:
        """Days to the review after a step."""
        return self.numbers[f"{step}.review_days"]

    def relief(self, patient: Patient, step: str) -> float:
        """Percent less pain at the first review after a step than at the visit before it; 0 if none."""
        if step in patient.pain_before:
            before = patient.pain_before.pop(step)
            gain = 100 * (before - patient.pain) / before if before else 0.0
            patient.relief_after[step] = max(gain, 0.0)
        return patient.relief_after.get(step, 0.0)

    def next_review(self, patient: Patient) -> float | None:
        """Day of the pathway's next review, or None when none is left inside follow-up."""
        done = floor(self.env.now) - floor(patient.first_day)
        for week in self.pathway.visit_weeks:
            day = round(week * WEEK)
            if day > done and floor(patient.first_day) + day < patient.end:
                return patient.first_day + day
        return None

    def observe(self, patient: Patient) -> Facts:
        """What is seen, asked and on file at today's visit."""
        body, v, row = self.body_today(), self.numbers, patient.row
        weeks = (floor(patient.visit_day) - floor(patient.first_day)) / WEEK
        own_week = (floor(self.env.now) - patient.entry) // WEEK

        def told(name: str, score: float, error: str, top: float) -> float:
            return reported(score, v[error], self.draws.at(f"report.{name}", own_week, patient.id), top)

        leg = told("leg", float(body.limb[row]), "report.pain_error", PAIN_TOP)
        back = told("back", float(body.axial[row]), "report.pain_error", PAIN_TOP)
        pain = patient.pain = max(leg, back)
        if math.isnan(patient.first_pain):
            patient.first_pain = pain
        first, counts = patient.first_pain, patient.counts
        return Facts(
            weeks=weeks,
            pain=pain,
            limb_pain=leg,
            axial_pain=back,
            disability=told("disability", float(body.disability[row]), "report.disability_error", INDEX_TOP),
            pain_improvement=100 * (first - pain) / first if first else 0.0,
            age=self.ages[row],
            sessions=counts["physiotherapy"],
            images=counts["imaging"],
            epidurals=counts["epidural"],
            blocks=counts["medial_branch_block"],
            ablations=counts["ablation"],
            operations=counts["microdiscectomy"],
            block_relief=patient.block_relief,
            epidural_relief=self.relief(patient, "epidural"),
            ablation_relief=self.relief(patient, "ablation"),
            red_flag=patient.red_flag,
            flag_scanned=patient.flag_scanned,
            radicular=bool(self.signs.radicular[row]),
            facet_signs=bool(self.signs.facet[row]),
            finding=patient.report.finding,
            concordant=patient.report.concordant,
            in_physiotherapy=patient.in_physiotherapy,
        )
