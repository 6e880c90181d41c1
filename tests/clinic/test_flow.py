"""Where everyone is: conservation at every event, Little's law path by path, queues against an oracle."""

import heapq
import math
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import spinesim as ss
from spinesim.clinic import Clinic, load_clinic
from spinesim.clinic.check import LENGTHS
from spinesim.clinic.observe import observe
from spinesim.clinical import examine
from spinesim.study.simulation import shipped_evidence

STEADY = Path(__file__).with_name("steady.toml")

FOLLOW_UP, WAITING, TREATED, LEFT = "in follow-up", "waiting", "in treatment", "discharged"


class Watched(Clinic):
    """A clinic whose whole story is kept, also what happens after a person's follow-up."""

    def note(self, patient, event, step="", resource="", value=math.nan):
        self.seen.append((patient.id, self.env.now, event, step, resource))
        super().note(patient, event, step, resource, value)

    def live(self):
        """Run event by event until the clinic is empty; yields after each, with the time until the next."""
        self.seen = []
        while (following := self.env.peek()) < math.inf:
            yield Fraction(following) - Fraction(self.env.now)  # how long the present state has lasted
            self.env.step()
        yield Fraction(0)  # the last event may be one worth looking at


class Whereabouts:
    """Everyone's state, from the story alone; a step that cannot follow the last one is refused."""

    LEGAL = {
        "request": (FOLLOW_UP, WAITING),
        "start": (WAITING, TREATED),
        "end": (TREATED, FOLLOW_UP),
        "discharge": (FOLLOW_UP, LEFT),
    }

    def __init__(self):
        self.journey, self.course = {}, {}
        self.on = Counter()  # people waiting and in treatment, by resource
        self.use = {}  # what each journey waits for or uses

    def follow(self, patient, event, step, resource):
        if event == "arrival":
            assert patient not in self.journey
            self.journey[patient] = FOLLOW_UP
        elif event == "red_flag":
            if self.journey[patient] in (WAITING, TREATED):  # the place is given up
                self.on[self.use[patient], self.journey[patient]] -= 1
            self.journey[patient] = FOLLOW_UP
        elif event in self.LEGAL:
            states = self.course if step == "physiotherapy" else self.journey
            was, becomes = self.LEGAL[event]
            assert states.setdefault(patient, FOLLOW_UP if step == "physiotherapy" else None) == was
            states[patient] = becomes
            if event != "discharge":
                if step != "physiotherapy":
                    self.use[patient] = resource
                self.on[resource, was] -= 1
                self.on[resource, becomes] += 1
        else:  # offers, results and harms happen at a visit or at the end of a step
            assert event in ("offer", "declined", "result", "harm") and self.journey[patient] == FOLLOW_UP


def clinic_of(build, change=None, setting=STEADY, patients=150, **dials):
    pathway = ss.pathway("conservative_first").change(**dials)
    return build(
        pathway, "disc_herniation", patients, 26, setting=setting, kind=Watched,
        evidence=shipped_evidence().change(change or {}),
    )  # fmt: skip


@pytest.mark.parametrize("sessions", [8, 40])
def test_everyone_referred_is_somewhere_at_every_event(build, flags, sessions):
    """Referred = waiting + in treatment + in follow-up + discharged, and the resources say the same."""
    clinic = clinic_of(build, flags(0.2), physiotherapy_sessions=sessions)
    where, told = Whereabouts(), 0
    for lasted in clinic.live():
        for patient, _, event, step, resource in clinic.seen[told:]:
            where.follow(patient, event, step, resource)
        told = len(clinic.seen)
        referred = sum(p.entry < clinic.env.now for p in clinic.patients)
        count = Counter(where.journey.values())
        assert set(count) <= {FOLLOW_UP, WAITING, TREATED, LEFT}
        assert sum(count.values()) == len(where.journey) >= referred
        for name, resource in clinic.resources.items():
            waiting, treated = where.on[name, WAITING], where.on[name, TREATED]
            assert waiting + treated == resource.busy + resource.waiting
            if lasted:  # nothing more happens at this moment: nobody waits before a free server
                assert (waiting, treated) == (resource.waiting, resource.busy)
                assert treated <= resource.capacity and not (waiting and treated < resource.capacity)
        if lasted:
            left = {p for p, state in where.journey.items() if state == LEFT}
            assert left == {p.id for p in clinic.patients if not p.in_care}
    assert Counter(where.journey.values()) == {LEFT: 150}
    assert set(where.course.values()) == {FOLLOW_UP} and not any(
        where.on[n, s] for n in clinic.resources for s in (WAITING, TREATED)
    )
    assert {event for *_, event, _, _ in clinic.seen} >= {"red_flag", "declined", "harm", "discharge"}
    assert not any(p.exercising for p in clinic.patients)


def test_littles_law_holds_path_by_path(build, healthy):
    """The clinic starts and ends empty, so ∫ N dt = Σ sojourn exactly: at each resource, and in care."""
    clinic = clinic_of(build, healthy)
    present, queue, care = Counter(), Counter(), Fraction(0)
    for lasted in clinic.live():
        for name, resource in clinic.resources.items():
            present[name] += lasted * (resource.busy + resource.waiting)
            queue[name] += lasted * resource.waiting
        care += lasted * sum(p.in_care and p.entry <= clinic.env.now for p in clinic.patients)
    sums = defaultdict(Fraction)
    sign = {"request": -1, "start": 0, "end": 1, "arrival": -1, "discharge": 1}
    for _, day, event, _, resource in clinic.seen:
        if event in sign:
            sums[resource, "sojourn"] += sign[event] * Fraction(day)
            sums[resource, "wait"] += {"request": -1, "start": 1}.get(event, 0) * Fraction(day)
    assert care == sums["", "sojourn"]
    for name in clinic.resources:
        assert present[name] == sums[name, "sojourn"]
        assert queue[name] == sums[name, "wait"]
    assert all(present[name] > 0 for name in ("physician", "physiotherapy", "imaging"))
    assert sum(queue.values()) > 100 and care > 150 * 42


def test_routine_queues_start_as_an_oracle_of_first_come_first_served_says(build, uptakes, healthy):
    """Kiefer–Wolfowitz with c servers: start = the later of request and first server free. Difference 0."""
    clinic = clinic_of(build, uptakes(1.0) | healthy, injection_after_weeks=2)
    for _ in clinic.live():
        pass
    waits = Counter()
    for name, resource in clinic.resources.items():
        rows = [row for row in clinic.seen if row[4] == name]
        requests = [(day, step) for _, day, event, step, _ in rows if event == "request"]
        free = [0.0] * resource.capacity
        oracle = []
        for day, step in requests:
            start = max(day, heapq.heappop(free))
            heapq.heappush(free, start + clinic.slot_days[step])
            oracle.append(start)
            waits[name] += start > day
        starts = [day for _, day, event, _, _ in rows if event == "start"]
        assert starts == oracle, name
        ends = sorted(day for _, day, event, _, _ in rows if event == "end")
        assert ends == sorted(
            start + clinic.slot_days[step] for start, (_, step) in zip(oracle, requests, strict=True)
        )
    assert waits["physiotherapy"] > 20 and waits["imaging"] > 5 and waits["physician"] > 5


def test_slots_take_their_minutes_of_the_weekly_hours():
    """45 minutes of a clinician who works 26 hours a week: 45/60/26 of a week."""
    physician = load_clinic(STEADY).resources.physician
    assert physician.slot_days(45.0) == pytest.approx(7 * 45 / 60 / physician.hours_per_week, rel=1e-12)
    assert load_clinic("ample").resources.physician.capacity == math.inf


def test_every_step_takes_its_own_minutes_on_its_own_resource(build):
    clinic = build("conservative_first", patients=1, setting=STEADY)
    resources, v = load_clinic(STEADY).resources, clinic.numbers
    minutes = {step: v[f"{step}.minutes"] for step in clinic.resource_of if step not in LENGTHS}
    minutes |= {step: v[f"{name}.minutes"] for step, name in LENGTHS.items()}
    assert minutes["intake"] != minutes["review"]
    assert {
        s: r["resource"] for s, r in shipped_evidence().treatments.items() if r["resource"] != "none"
    } == {step: name for step, name in clinic.resource_of.items() if step not in LENGTHS}
    for step, name in clinic.resource_of.items():
        assert clinic.slot_days[step] == getattr(resources, name).slot_days(minutes[step])


def test_weeks_and_reviews_count_from_the_first_visit_not_from_referral(build, uptakes, healthy):
    """First visits come weeks late; a review comes on its week after that, and no scan before its own."""
    change = {"first_visit.minutes": 600.0} | healthy | uptakes(1.0)
    clinic = clinic_of(build, change, patients=100, imaging_after_weeks=6)
    for _ in clinic.live():
        pass
    late = 0
    for patient in clinic.patients:
        mine = [row for row in clinic.seen if row[0] == patient.id and row[3] != "physiotherapy"]
        first = next(day for _, day, event, step, _ in mine if (event, step) == ("start", "intake"))
        if first >= patient.end:
            continue
        late += first > patient.entry + 14
        review = next(
            (day for _, day, event, step, _ in mine if (event, step) == ("request", "review")), None
        )
        if review is not None:
            assert review == pytest.approx(first + 7 * clinic.pathway.visit_weeks[0], abs=1e-9)
        scans = [day for _, day, event, step, _ in mine if (event, step) == ("offer", "imaging")]
        assert all(math.floor(day) >= math.floor(first) + 42 for day in scans)
    assert late > 10 and any(step == "imaging" for *_, step, _ in clinic.seen)


def test_signs_are_what_the_examination_found_not_the_hidden_truth(build):
    clinic = build("conservative_first", patients=300)
    clinic.env.run(until=1)
    facts = [observe(clinic, patient) for patient in clinic.patients]
    signs = examine(shipped_evidence(), clinic.body.cohort, clinic.draws)
    assert [f.radicular for f in facts] == signs.radicular.tolist()
    assert [f.facet_signs for f in facts] == signs.facet.tolist()
    assert any(f.radicular != bool(h) for f, h in zip(facts, clinic.body.cohort.herniation, strict=True))


def test_a_bundle_is_offered_in_the_order_of_its_rule(build, healthy):
    """The first visit's offers, person by person: explanation, tablets, physiotherapy."""
    clinic = clinic_of(build, healthy, setting="ample", patients=30)
    for _ in clinic.live():
        pass
    rule = next(rule for rule in clinic.pathway.rules if rule.id == "start_moving")
    for patient in clinic.patients:
        offers = [row[3] for row in clinic.seen if row[0] == patient.id and row[2] == "offer"]
        assert tuple(offers[: len(rule.offer)]) == rule.offer


def test_a_planned_procedure_waits_its_lead_days_and_its_review_comes_on_its_day(build, uptakes, healthy):
    """No queue: offer → request takes exactly the lead days, end → next visit the review days."""
    change = uptakes(1.0) | healthy
    clinic = clinic_of(build, change, setting="ample", block_after_weeks=2, finding_after_weeks=2)
    for _ in clinic.live():
        pass
    checked = Counter()
    for patient in clinic.patients:
        mine = [row for row in clinic.seen if row[0] == patient.id and row[3] != "physiotherapy"]
        for this, then in pairwise(mine):
            _, day, event, step, _ = this
            if event == "offer" and step in clinic.resource_of:
                assert then[2:4] == ("request", step)
                assert then[1] == day + clinic.numbers[f"{step}.lead_days"]
                checked[step] += 1
            if event == "end" and step not in ("intake", "review"):
                review = next(row for row in mine if row[2] in ("request", "discharge") and row[1] >= day)
                assert review[2:4] == ("request", "review")
                assert review[1] == pytest.approx(day + clinic.numbers[f"{step}.review_days"], abs=1e-9)
    assert all(checked[step] > 5 for step in ("imaging", "epidural", "microdiscectomy"))


def test_arrivals_come_at_the_clinics_rate_and_never_backwards(build):
    clinic = build("conservative_first", patients=4_000, weeks=1, setting=STEADY)
    entry = np.array([p.entry for p in clinic.patients])
    assert (np.diff(entry) >= 0).all()
    gap = 7 / load_clinic(STEADY).arrivals.per_week
    assert abs(entry[-1] / 4_000 - gap) < 4 * gap / np.sqrt(4_000)
