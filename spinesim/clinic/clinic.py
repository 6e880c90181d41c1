"""The clinic at work: stations on SimPy's clock, a cohort's bodies and the event log."""

from __future__ import annotations

import math
from collections.abc import Generator
from functools import partial
from math import floor

from spinesim.clinic import journey as story
from spinesim.clinic.accounts import Accounts
from spinesim.clinic.arrivals import date_of, entry_days, opening_day
from spinesim.clinic.attend import REVIEWS, VIDEO, VISITS, booked, look
from spinesim.clinic.bills import HARM, Bills
from spinesim.clinic.book import Book
from spinesim.clinic.check import LENGTHS
from spinesim.clinic.crossing import cross, enlist, visit_weeks
from spinesim.clinic.judgement import Judgement
from spinesim.clinic.log import EventLog
from spinesim.clinic.observe import standing
from spinesim.clinic.patient import Patient
from spinesim.clinic.process import NOTHING, Alarm, Clock, Process, Steps
from spinesim.clinic.setting import ClinicSetting
from spinesim.clinic.station import Station
from spinesim.clinical import Body, Cohort, examine, set_load
from spinesim.clinical.treatments import Chance
from spinesim.evidence import Draws, Evidence
from spinesim.pathway import COUNTED_BY, COURSES, Facts, Offer, Pathway, choose

WEEK = 7
SLICE_DAYS = 14  # how often a run reports progress
MOST_SESSIONS = 1_000  # more than any course has: keeps the sessions of two courses apart
COUNTS: dict[str, str] = {step: fact for fact, steps in COUNTED_BY.items() for step in steps}
DOSE: dict[str, str] = {step: dial for dial, steps in COURSES.items() for step in steps}


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
        self.pathway, self.draws, self.weeks, self.setting = pathway, draws, weeks, setting
        self.env = Clock()
        self.log, self.bills = EventLog(), Bills()
        self.resources = {
            name: Station(self.env, getattr(setting.resources, name).capacity)
            for name in type(setting.resources).model_fields
        }
        entry = entry_days(setting, draws, cohort)
        self.body = Body(evidence, cohort, draws, entry, weeks)
        self.numbers = self.body.numbers
        self.treatments = self.body.treatments
        self.resource_of = dict.fromkeys(VISITS, "physician") | {
            step: what.resource for step, what in self.treatments.items() if what.resource != "none"
        }
        self.minutes = {step: self.numbers[f"{LENGTHS.get(step, step)}.minutes"] for step in self.resource_of}
        self.slot_days = {
            step: getattr(setting.resources, resource).slot_days(self.minutes[step])
            for step, resource in self.resource_of.items()
        }
        self.books = self._books()
        self.accounts = Accounts(setting)
        plan = pathway.settings
        self.harm_names = sorted({harm for what in self.treatments.values() for harm in what.harms})
        self.examines = plan.examination != 0
        self.discord = 1 - (1.0 if plan.coordination is None else plan.coordination)
        self.signs = examine(evidence, cohort, draws)
        self.judgement = Judgement(evidence, cohort, self.signs, self.examines)
        self.programmes = {key: str(row["programme"]) for key, row in evidence.conditions.items()}
        crossed = (crossing.compiled for crossing in pathway.crossings)
        self.asks = {name for rule in (*pathway.compiled, *crossed) for name, _, _ in rule.tests}
        self.standing = standing(cohort, self.signs, self.examines)
        self.patients = [
            Patient(row, int(cohort.ids[row]), int(entry[row]), int(entry[row]) + weeks * WEEK)
            for row in range(len(cohort))
        ]
        self.end = max(patient.end for patient in self.patients)
        if self.accounts.kept:  # before anybody comes, so that at each midnight the clinic's day begins first
            self.env.first(Alarm(self.env, partial(self._midnight, 0)))
            for day in range(1, self.end):
                self.env.after(float(day), Alarm(self.env, partial(self._midnight, day)))
        for patient in self.patients:
            patient.process = self.start(patient, story.referral(self, patient))
            self.judgement.begin(patient)
            onset = self.body.serious_day[patient.row]
            if math.isfinite(onset):
                self.start(patient, story.emergency(self, patient, float(onset)))
        enlist(self)

    def run(self) -> Generator[float]:
        """Run to the end of follow-up, yielding the share done (0-1) from time to time."""
        for day in range(SLICE_DAYS, self.end, SLICE_DAYS):
            self.env.run(until=day)
            self.body.advance(day - 1)
            yield day / self.end
        self.env.run(until=self.end)
        self.body.advance(self.end)
        self.log.pack()
        yield 1.0

    def _books(self) -> dict[str, Book]:
        """The appointment books of those resources that have sessions."""
        setting = self.setting
        triage, opens = setting.behaviour.triage, opening_day(setting)
        return {
            name: Book(
                self.env,
                resource,
                opens,
                lambda day: setting.calendar.is_open(date_of(setting, day)),
                self.numbers["triage.ageing_weeks"] if triage else math.inf,
                lambda place: booked(self, place),
            )
            for name, resource in setting.resources
            if resource.sessions
        }

    def _midnight(self, day: int, _: float = 0.0) -> object:
        """Yesterday's accounts are made up, books open a day further, lists are looked at."""
        if day:
            self.accounts.close(day - 1, self)
        for name, book in self.books.items():
            self.accounts.opened(name, book.new_day(day, lambda one, place: look(self, one, place)))
        return NOTHING

    # -- what journeys ask of the clinic ------------------------------------------------------------------

    def start(self, patient: Patient, steps: Steps) -> Process:
        """Let these steps of a person begin."""
        return Process(self.env, steps, patient)

    def until(self, day: float) -> float:
        """Days to wait until `day` (none if it has passed)."""
        return max(day - self.env.now, 0.0)

    def body_today(self) -> Body:
        """Everyone's body, brought to the start of today."""
        self.body.advance(floor(self.env.now))
        return self.body

    def note(
        self, patient: Patient, event: str, step: str = "", resource: str = "", value: float = math.nan
    ) -> None:
        """Write an event down, unless the person's follow-up is over."""
        if self.followed(patient):
            self.log.append(patient.id, self.env.now, event, step, resource, value)

    def followed(self, patient: Patient) -> bool:
        """Whether the person's follow-up still runs; afterwards they use slots, but nothing counts."""
        return self.env.now < patient.end

    def charge(self, patient: Patient, step: str) -> None:
        """Add the price of a step."""
        if self.followed(patient):
            patient.cost += self.numbers[f"{step}.price"]
            self.bills.append(patient.id, self.env.now, step)

    def harmed(self, patient: Patient, harm: str) -> None:
        """Enter a harm in the ledger: what happened, what it costs, what health it takes."""
        self.note(patient, "harm", harm)
        patient.harm_counts[harm] += 1
        patient.cost += self.numbers[f"harm.{harm}.price"]
        self.bills.append(patient.id, self.env.now, HARM + harm)
        patient.qaly_lost += self.numbers[f"harm.{harm}.qaly"]

    def begin_care(self, patient: Patient) -> None:
        """At the first visit: the load this pathway advises, and what mixed messages do to adherence."""
        loading = self.pathway.settings.loading
        if loading is not None and loading != 1:
            set_load(self.body, patient.row, loading)
        if self.discord:
            self.body.adherence[patient.row] *= 1 - self.numbers["coordination.adherence_loss"] * self.discord

    def count(self, patient: Patient, step: str) -> None:
        """Something was done."""
        if not self.followed(patient):
            return
        patient.counts[step] += 1
        fact = COUNTS.get(step)
        if fact:
            patient.tally[fact] += 1
            patient.pain_before[fact] = patient.pain
            if fact == "operations" and math.isnan(patient.operated_day):
                patient.operated_day = self.env.now

    def chance(self, patient: Patient, step: str) -> Chance:
        """The person's uniforms for this occurrence of a step."""
        return self.chance_at(patient, patient.counts[step])

    def chance_at(self, patient: Patient, occurrence: int) -> Chance:
        """The person's uniforms for a numbered occurrence."""
        at, who = self.draws.at, patient.id
        return lambda name: at(name, occurrence, who)

    def visit_of(self, patient: Patient) -> str:
        """What kind of visit is next: the first, a review, or a review by video."""
        if not patient.known:
            return "intake"
        virtual = self.setting.virtual
        video = "review" in virtual.steps and not patient.red_flag
        if video and self.draws.at("virtual.review", 0, patient.id) < virtual.share:
            return VIDEO
        return "review"

    def by_appointment(self, step: str) -> bool:
        """Whether its slots are given ahead, in a book."""
        return self.resource_of.get(step) in self.books

    def days_ahead(self, step: str) -> float:
        """How long before the day it is due a slot is asked for."""
        book = self.books.get(self.resource_of[step])
        return 0.0 if book is None else float(book.resource.booked_ahead_days)

    def list_days(self, step: str, resource: str) -> float:
        """How long the clinic's list for a first slot is, where its lists are given."""
        return 0.0 if step in REVIEWS else self.setting.lists.get(resource, 0.0)

    def is_course(self, step: str) -> bool:
        """Whether it is one of a course's sessions."""
        return step in self.treatments and self.treatments[step].kind == "course"

    def pain_today(self, patient: Patient) -> float:
        """Pain as the person has it today, NRS 0-10."""
        body = self.body_today()
        return max(float(body.limb[patient.row]), float(body.axial[patient.row]))

    def pain_on(self, patient: Patient, day: float) -> float:
        """Pain in the week of an earlier day, NRS 0-10."""
        week = max(floor(day) - patient.entry, 0) // WEEK
        return float(self.body.record["pain"][week, patient.row])

    def offer(self, patient: Patient, facts: Facts) -> Offer | None:
        """What is offered at this visit: a crossover of a trial comes first, then the pathway's rules."""
        return cross(patient, facts) or choose(self.pathway, facts, patient.fired)

    def possible(self, patient: Patient, step: str) -> bool:
        """Whether a step can be done where this person hurts: nobody operates on the back for the neck."""
        return self.treatments[step].region in (None, self.standing[patient.row]["region"])

    def accepts(self, patient: Patient, step: str, uptake: str | None, urgent: bool) -> bool:
        """Whether the person takes up this offer (parameter ``<step>.uptake`` or the rule's own)."""
        occurrence = patient.offers[step]
        patient.offers[step] += 1
        if urgent and patient.red_flag:
            return True
        return (
            self.draws.at(f"uptake.{step}", occurrence, patient.id) < self.numbers[uptake or f"{step}.uptake"]
        )

    def sessions(self, step: str) -> tuple[int, float]:
        """How many sessions a course has and the days between two: by the pathway's dial, else its own."""
        dial, plan = DOSE.get(step), self.pathway.settings
        if dial is None:
            return round(self.numbers[f"{step}.sessions"]), WEEK / self.numbers[f"{step}.sessions_per_week"]
        return int(getattr(plan, dial) or 0), WEEK / (getattr(plan, f"{dial}_per_week") or 1)

    def keeps_session(self, patient: Patient, step: str, course: int, session: int) -> bool:
        """Whether a planned session is kept (adherence)."""
        u = self.draws.at(f"{step}.keeps", course * MOST_SESSIONS + session, patient.id)
        return bool(u < self.body.adherence[patient.row])

    def misses_unannounced(self, patient: Patient, step: str, course: int, session: int) -> bool:
        """Whether a session that is not kept loses its slot, where people may fail to come."""
        if not self.setting.behaviour.no_show:
            return False
        u = self.draws.at(f"{step}.unannounced", course * MOST_SESSIONS + session, patient.id)
        return bool(u < self.numbers["no_show.course"])

    def lead_days(self, step: str) -> float:
        """Days between deciding on a step and the first day it can be booked for."""
        return self.numbers[f"{step}.lead_days"] + self.numbers["coordination.delay_days"] * self.discord

    def repeats(self, patient: Patient, step: str) -> bool:
        """Whether a test is done twice because nobody has the first one's notes."""
        if not self.discord:
            return False
        u = self.draws.at(f"{step}.repeated", patient.counts[step], patient.id)
        return bool(u < self.numbers["coordination.duplicate"] * self.discord)

    def alarmed(self, patient: Patient, kind: str) -> bool:
        """Whether the onset of a serious disease is so plain that the person comes at once."""
        u = self.draws.at(f"serious.{kind}.alarms", 0, patient.id)
        return bool(u < self.numbers[f"serious.{kind}.alarms"])

    def review_days(self, step: str) -> float:
        """Days to the review after a step."""
        return self.numbers[f"{step}.review_days"]

    def relief(self, patient: Patient, fact: str) -> float:
        """Percent less pain at the first review after a step than at the visit before it; 0 if none.

        `fact` is the count the step belongs to (``epidurals``, ``ablations`` …).
        """
        if fact in patient.pain_before:
            before = patient.pain_before.pop(fact)
            gain = 100 * (before - patient.pain) / before if before else 0.0
            patient.relief_after[fact] = max(gain, 0.0)
        return patient.relief_after.get(fact, 0.0)

    def next_review(self, patient: Patient) -> float | None:
        """Day of the pathway's next review, or None when none is left.

        One beyond follow-up counts: the end of a study discharges nobody, and stops no course of theirs.
        """
        done = floor(self.env.now) - floor(patient.first_day)
        for week in visit_weeks(patient, self.pathway.visit_weeks):
            day = round(week * WEEK)
            if day > done:
                return patient.first_day + day
        return None
