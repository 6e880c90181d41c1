"""spine-ref in salabim: a component per patient; statistics that the key figures do not need are off."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import salabim as sim

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
)

Steps = Generator[Any, Any, None]


class Model:
    """Environment, resources, distributions and log of one run."""

    def __init__(self, patients: int, seed: int) -> None:
        sim.yieldless(False)
        self.env = env = sim.Environment(trace=False, random_seed=seed, yieldless=False)
        self.resources = {
            name: sim.Resource(name, capacity=n, monitor=False, env=env)
            for name, n in ref.scale(patients).items()
        }
        self.days = {
            code: sim.Triangular(low, high, mode, env=env) for code, (low, mode, high) in ref.TRIANGLE.items()
        }
        self.days |= {code: sim.Exponential(mean, env=env) for code, mean in ref.MEAN_DAYS.items()}
        self.between = sim.Exponential(ref.ACCRUAL / patients, env=env)
        self.u, self.gap = sim.Uniform(0, 1, env=env), sim.Uniform(*ref.GAP, env=env)
        self.pain, self.response = sim.Uniform(*ref.PAIN, env=env), sim.Uniform(*ref.RESPONSE, env=env)
        self.patients = patients
        self.log: list[tuple[int, int, float, float, float, float]] = []
        self.arrival: list[float] = []
        self.exit: dict[int, float] = {}
        Referrals(model=self, env=env)
        env.run(till=ref.HORIZON)


class Referrals(sim.Component):
    """Patients come one after another."""

    def setup(self, model: Model) -> None:
        self.model = model

    def process(self) -> Steps:
        model = self.model
        for number in range(model.patients):
            yield self.hold(model.between.sample())
            model.arrival.append(model.env.now())
            Patient(model=model, number=number, env=model.env)


class Patient(sim.Component):
    """One patient's way."""

    def setup(self, model: Model, number: int) -> None:
        self.model, self.number, self.last = model, number, model.env.now()
        self.pain, self.response = model.pain.sample(), model.response.sample()
        self.settles = ref.SETTLES_AT * self.pain

    def update(self, code: int) -> float:
        now = self.model.env.now()
        recovered = math.exp(-(now - self.last) / ref.RECOVERY_DAYS)
        self.pain = self.settles + (self.pain - self.settles) * recovered
        self.last = now
        effect = ref.EFFECT.get(code, 0.0)
        if effect > 0:
            self.settles *= 1 - effect * self.response
        return now

    def wait_for(self, code: int, days: float) -> Steps:
        request = self.model.env.now()
        yield self.hold(days)
        end = self.update(code)
        self.model.log.append((self.number, code, request, request, end, self.pain))

    def see(self, code: int) -> Steps:
        yield from self.wait_for(code, self.model.days[code].sample())

    def be_treated(self, code: int) -> Steps:
        model, resource = self.model, self.model.resources[ref.RESOURCE[code]]
        request = model.env.now()
        yield self.request(resource)
        start = model.env.now()
        yield self.hold(model.days[code].sample())
        end = self.update(code)
        model.log.append((self.number, code, request, start, end, self.pain))
        self.release(resource)

    def process(self) -> Steps:
        yield from self.care()
        self.model.exit[self.number] = self.model.env.now()

    def care(self) -> Steps:
        u = self.model.u.sample
        yield from self.see(VISIT)
        way = u()
        if way < 0.15:
            return
        if way < 0.80:
            sessions = min(ref.MOST_SESSIONS, 1 + math.floor(math.log(1 - u()) / math.log(ref.STAYS)))
            for session in range(sessions):
                if session:
                    yield self.hold(self.model.gap.sample())
                yield from self.be_treated(PT)
            yield from self.see(REVIEW)
            if self.pain < ref.LOW_PAIN or u() >= 0.65:
                return
        yield from self.be_treated(MRI)
        yield from self.see(RESULTS)
        way = u()
        if way < 0.45:
            yield from self.injections()
        elif way < 0.60:
            yield from self.block()
        elif way < 0.72:
            yield from self.surgery()

    def injections(self) -> Steps:
        for again, block, surgery in ((0.30, 0.60, 0.75), (0.0, 0.50, 0.75)):
            yield from self.be_treated(INJ)
            yield from self.wait_for(INJREV, ref.FIXED_DAYS[INJREV])
            if self.pain < ref.LOW_PAIN:
                return
            way = self.model.u.sample()
            if way < again:
                continue
            if way < block:
                yield from self.block()
            elif way < surgery:
                yield from self.surgery()
            return

    def block(self) -> Steps:
        yield from self.be_treated(BLOCK)
        yield from self.wait_for(BLOCKEVAL, ref.FIXED_DAYS[BLOCKEVAL])
        way = self.model.u.sample()
        if way < 0.60:
            yield from self.be_treated(RFA)
            yield from self.wait_for(FOLLOWUP, ref.AFTER_RFA)
        elif way < 0.75:
            yield from self.surgery()

    def surgery(self) -> Steps:
        yield from self.be_treated(SURG)
        yield from self.wait_for(FOLLOWUP, ref.AFTER_SURGERY)


def run(patients: int, seed: int) -> ref.Ran:
    """One replication, with salabim's own random numbers."""
    model = Model(patients, seed)
    patient, code, request, start, end, pain = map(np.array, zip(*model.log, strict=True))
    exits = np.full(len(model.arrival), np.nan)
    exits[list(model.exit)] = list(model.exit.values())
    return ref.Ran(patient, code, request, start, end, pain, np.array(model.arrival), exits)
