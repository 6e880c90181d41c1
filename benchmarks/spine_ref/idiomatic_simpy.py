"""spine-ref in SimPy as health modellers write it.

A process per patient, `with resource.request()`, scalar draws, and a list of tuples as the log.
"""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np
import simpy

from benchmarks.spine_ref import reference as ref
from benchmarks.spine_ref.reference import (
    BLOCK,
    BLOCKEVAL,
    FOLLOWUP,
    INJ,
    INJREV,
    MRI,
    PT,
    RESULTS,
    REVIEW,
    RFA,
    SURG,
    VISIT,
)  # fmt: skip


class Drawn:
    """Scalar draws as they are needed, from one NumPy generator; the column is not looked at."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rng = rng

    def random(self, patient: int, column: int) -> float:
        return self.rng.random()

    def exponential(self, patient: int, column: int, mean: float) -> float:
        return self.rng.exponential(mean)

    def uniform(self, patient: int, column: int, low: float, high: float) -> float:
        return self.rng.uniform(low, high)

    def triangular(self, patient: int, column: int, low: float, mode: float, high: float) -> float:
        return self.rng.triangular(low, mode, high)


class Given:
    """The same draws from given uniforms, by inverse distribution functions."""

    def __init__(self, uniforms: ref.Floats) -> None:
        self.rows = uniforms.tolist()

    def random(self, patient: int, column: int) -> float:
        return self.rows[patient][column]

    def exponential(self, patient: int, column: int, mean: float) -> float:
        return -mean * math.log(1 - self.rows[patient][column])

    def uniform(self, patient: int, column: int, low: float, high: float) -> float:
        return low + (high - low) * self.rows[patient][column]

    def triangular(self, patient: int, column: int, low: float, mode: float, high: float) -> float:
        u = self.rows[patient][column]
        if u < (mode - low) / (high - low):
            return low + math.sqrt(u * (high - low) * (mode - low))
        return high - math.sqrt((1 - u) * (high - low) * (high - mode))


Chance = Drawn | Given
Steps = Generator[simpy.Event, object, None]


class Patient:
    """Who comes: pain and how it goes."""

    def __init__(self, number: int, arrival: float, chance: Chance) -> None:
        self.number, self.chance, self.last = number, chance, arrival
        self.pain = chance.uniform(number, ref.C_PAIN, *ref.PAIN)
        self.response = chance.uniform(number, ref.C_RESPONSE, *ref.RESPONSE)
        self.settles = ref.SETTLES_AT * self.pain

    def random(self, column: int) -> float:
        return self.chance.random(self.number, column)

    def update(self, now: float, code: int) -> None:
        """Pain at the end of an activity, and what the activity changes."""
        recovered = math.exp(-(now - self.last) / ref.RECOVERY_DAYS)
        self.pain = self.settles + (self.pain - self.settles) * recovered
        self.last = now
        effect = ref.EFFECT.get(code, 0.0)
        if effect > 0:
            self.settles *= 1 - effect * self.response


class SpineClinic:
    """Environment, resources and log of one run."""

    def __init__(self, patients: int, chance: Chance) -> None:
        self.env = simpy.Environment()
        self.patients, self.chance = patients, chance
        self.resources = {
            name: simpy.Resource(self.env, capacity=n) for name, n in ref.scale(patients).items()
        }
        self.log: list[tuple[int, int, float, float, float, float]] = []
        self.arrival: list[float] = []
        self.exit: dict[int, float] = {}

    def arrivals(self) -> Steps:
        for number in range(self.patients):
            mean = ref.ACCRUAL / self.patients
            yield self.env.timeout(self.chance.exponential(number, ref.C_GAP, mean))
            self.arrival.append(self.env.now)
            self.env.process(self.pathway(Patient(number, self.env.now, self.chance)))

    def wait_for(self, patient: Patient, code: int, days: float) -> Steps:
        """An activity that takes nobody's time."""
        request = self.env.now
        yield self.env.timeout(days)
        patient.update(self.env.now, code)
        self.log.append((patient.number, code, request, request, self.env.now, patient.pain))

    def be_treated(self, patient: Patient, code: int, column: int) -> Steps:
        """An activity at a resource."""
        request = self.env.now
        with self.resources[ref.RESOURCE[code]].request() as slot:
            yield slot
            start = self.env.now
            days = self.chance.triangular(patient.number, column, *ref.TRIANGLE[code])
            yield self.env.timeout(days)
            patient.update(self.env.now, code)
            self.log.append((patient.number, code, request, start, self.env.now, patient.pain))

    def see(self, patient: Patient, code: int, column: int) -> Steps:
        """A visit after an exponential wait."""
        yield from self.wait_for(
            patient, code, self.chance.exponential(patient.number, column, ref.MEAN_DAYS[code])
        )

    def pathway(self, patient: Patient) -> Steps:
        yield from self.care(patient)
        self.exit[patient.number] = self.env.now

    def care(self, patient: Patient) -> Steps:
        yield from self.see(patient, VISIT, ref.C_VISIT)
        u = patient.random(ref.C_VISIT_TO)
        if u < 0.15:
            return
        if u < 0.80:
            yield from self.physiotherapy(patient)
            yield from self.see(patient, REVIEW, ref.C_REVIEW)
            if patient.pain < ref.LOW_PAIN or patient.random(ref.C_REVIEW_TO) >= 0.65:
                return
        yield from self.be_treated(patient, MRI, ref.C_MRI)
        yield from self.see(patient, RESULTS, ref.C_RESULTS)
        u = patient.random(ref.C_RESULTS_TO)
        if u < 0.45:
            yield from self.injections(patient)
        elif u < 0.60:
            yield from self.block(patient)
        elif u < 0.72:
            yield from self.surgery(patient)

    def physiotherapy(self, patient: Patient) -> Steps:
        u = patient.random(ref.C_SESSIONS)
        sessions = min(ref.MOST_SESSIONS, 1 + math.floor(math.log(1 - u) / math.log(ref.STAYS)))
        for session in range(sessions):
            if session:
                yield self.env.timeout(
                    self.chance.uniform(patient.number, ref.C_PT_GAP + session - 1, *ref.GAP)
                )
            yield from self.be_treated(patient, PT, ref.C_PT + session)

    def injections(self, patient: Patient) -> Steps:
        for nth, (again, block, surgery) in enumerate(((0.30, 0.60, 0.75), (0.0, 0.50, 0.75))):
            yield from self.be_treated(patient, INJ, ref.C_INJ + nth)
            yield from self.wait_for(patient, INJREV, ref.FIXED_DAYS[INJREV])
            if patient.pain < ref.LOW_PAIN:
                return
            u = patient.random(ref.C_INJREV_TO + nth)
            if u < again:
                continue
            if u < block:
                yield from self.block(patient)
            elif u < surgery:
                yield from self.surgery(patient)
            return

    def block(self, patient: Patient) -> Steps:
        yield from self.be_treated(patient, BLOCK, ref.C_BLOCK)
        yield from self.wait_for(patient, BLOCKEVAL, ref.FIXED_DAYS[BLOCKEVAL])
        u = patient.random(ref.C_BLOCKEVAL_TO)
        if u < 0.60:
            yield from self.be_treated(patient, RFA, ref.C_RFA)
            yield from self.wait_for(patient, FOLLOWUP, ref.AFTER_RFA)
        elif u < 0.75:
            yield from self.surgery(patient)

    def surgery(self, patient: Patient) -> Steps:
        yield from self.be_treated(patient, SURG, ref.C_SURG)
        yield from self.wait_for(patient, FOLLOWUP, ref.AFTER_SURGERY)


def run(patients: int, seed: int, exact: bool = False) -> ref.Ran:
    """One replication; `exact` takes the uniforms of `reference.uniforms` instead of its own draws."""
    clinic = SpineClinic(patients, Given(ref.uniforms(seed, patients)) if exact else Drawn(seed))
    clinic.env.process(clinic.arrivals())
    clinic.env.run(until=ref.HORIZON)
    patient, code, request, start, end, pain = map(np.array, zip(*clinic.log, strict=True))
    exits = np.full(len(clinic.arrival), np.nan)
    exits[list(clinic.exit)] = list(clinic.exit.values())
    return ref.Ran(patient, code, request, start, end, pain, np.array(clinic.arrival), exits)
