"""spine-ref on our clinic's own parts: stations, processes and event log, with chance drawn in blocks."""

from __future__ import annotations

from array import array
from math import exp

import numpy as np

from benchmarks.spine_ref import reference as ref
from benchmarks.spine_ref.reference import (
    BLOCK,
    BLOCKEVAL,
    CODES,
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
from spinesim.clinic.log import EventLog
from spinesim.clinic.process import Clock, Process, Steps
from spinesim.clinic.station import Station

AT_ONCE = 128  # patients whose chance is drawn together
NAN = float("nan")

# Stages of the pathway: an activity each, and the column of its duration (None: the same for everyone).
PT_1, LAST_PT = 1, ref.MOST_SESSIONS
STAGES: list[tuple[int, int | None]] = [
    (VISIT, ref.C_VISIT),
    *((PT, ref.C_PT + session) for session in range(ref.MOST_SESSIONS)),
    (REVIEW, ref.C_REVIEW),
    (MRI, ref.C_MRI),
    (RESULTS, ref.C_RESULTS),
    (INJ, ref.C_INJ),
    (INJREV, None),
    (INJ, ref.C_INJ + 1),
    (INJREV, None),
    (BLOCK, ref.C_BLOCK),
    (BLOCKEVAL, None),
    (RFA, ref.C_RFA),
    (FOLLOWUP, None),
    (SURG, ref.C_SURG),
    (FOLLOWUP, None),
]
FIRST, (REVIEWED, SCAN, RESULT, INJ_1, INJREV_1, INJ_2, INJREV_2, TESTED, EVALUATED, ABLATED, AFTER_ABLATION,
        OPERATED, AFTER_OPERATION) = 0, range(LAST_PT + 1, len(STAGES))  # fmt: skip
EXIT = -1
SAME_DAYS = {
    INJREV_1: ref.FIXED_DAYS[INJREV],
    INJREV_2: ref.FIXED_DAYS[INJREV],
    EVALUATED: ref.FIXED_DAYS[BLOCKEVAL],
    AFTER_ABLATION: ref.AFTER_RFA,
    AFTER_OPERATION: ref.AFTER_SURGERY,
}


def fates(uniforms: ref.Floats, gap: float) -> list[array[float]]:
    """Every patient's durations and decisions by purpose, from their uniforms, shape (patients, 42).

    `gap` is the mean time between two arrivals.
    """
    fate = uniforms.copy()

    def exponential(column: int, mean: float) -> None:
        fate[:, column] = -mean * np.log1p(-uniforms[:, column])

    def uniform(columns: slice, low: float, high: float) -> None:
        fate[:, columns] = low + (high - low) * uniforms[:, columns]

    exponential(ref.C_GAP, gap)
    exponential(ref.C_VISIT, ref.MEAN_DAYS[VISIT])
    exponential(ref.C_REVIEW, ref.MEAN_DAYS[REVIEW])
    exponential(ref.C_RESULTS, ref.MEAN_DAYS[RESULTS])
    uniform(slice(ref.C_PAIN, ref.C_PAIN + 1), *ref.PAIN)
    uniform(slice(ref.C_RESPONSE, ref.C_RESPONSE + 1), *ref.RESPONSE)
    uniform(slice(ref.C_PT_GAP, ref.C_REVIEW), *ref.GAP)
    sessions = 1 + np.floor(np.log1p(-uniforms[:, ref.C_SESSIONS]) / np.log(ref.STAYS))
    fate[:, ref.C_SESSIONS] = np.minimum(sessions, ref.MOST_SESSIONS)
    spans = {PT: (ref.C_PT, 12), MRI: (ref.C_MRI, 1), INJ: (ref.C_INJ, 2), BLOCK: (ref.C_BLOCK, 1),
             RFA: (ref.C_RFA, 1), SURG: (ref.C_SURG, 1)}  # fmt: skip
    for code, (first, width) in spans.items():
        columns = slice(first, first + width)
        fate[:, columns] = ref.triangular(uniforms[:, columns], *ref.TRIANGLE[code])
    return [array("d", row.tobytes()) for row in fate]  # compact: thousands are under way at a time


def following(stage: int, fate: array[float], pain: float) -> int:
    """The pathway: what comes after a stage, given the patient's uniforms and pain."""
    if PT_1 <= stage <= LAST_PT:
        return stage + 1 if stage < fate[ref.C_SESSIONS] else REVIEWED
    if stage == FIRST:
        u = fate[ref.C_VISIT_TO]
        return EXIT if u < 0.15 else PT_1 if u < 0.80 else SCAN
    if stage == REVIEWED:
        return SCAN if pain >= ref.LOW_PAIN and fate[ref.C_REVIEW_TO] < 0.65 else EXIT
    if stage == SCAN:
        return RESULT
    if stage == RESULT:
        u = fate[ref.C_RESULTS_TO]
        return INJ_1 if u < 0.45 else TESTED if u < 0.60 else OPERATED if u < 0.72 else EXIT
    if stage in (INJ_1, INJ_2, TESTED, ABLATED, OPERATED):
        return stage + 1  # its review
    if stage == EVALUATED:
        u = fate[ref.C_BLOCKEVAL_TO]
        return ABLATED if u < 0.60 else OPERATED if u < 0.75 else EXIT
    if pain < ref.LOW_PAIN or stage in (AFTER_ABLATION, AFTER_OPERATION):
        return EXIT
    if stage == INJREV_1:
        u = fate[ref.C_INJREV_TO]
        return INJ_2 if u < 0.30 else TESTED if u < 0.60 else OPERATED if u < 0.75 else EXIT
    u = fate[ref.C_INJREV_TO + 1]
    return TESTED if u < 0.50 else OPERATED if u < 0.75 else EXIT


class SpineClinic:
    """Stations and log of one run."""

    def __init__(self, patients: int, seed: int, long: bool = False) -> None:
        self.env, self.log = Clock(), EventLog()
        accrual, horizon = ref.times(patients, long)
        stations = {name: Station(self.env, n) for name, n in ref.scale(patients, long).items()}
        kind = self.log.kind
        # by stage: station, effect, column or days, gap before it, kinds of events
        self.stages = []
        for stage, (code, column) in enumerate(STAGES):
            name, place = CODES[code], ref.RESOURCE.get(code, "")
            gap = ref.C_PT_GAP + stage - PT_1 - 1 if PT_1 < stage <= LAST_PT else 0
            kinds = (kind(event, name, place) for event in ("request", "start", "end"))
            days = SAME_DAYS.get(stage, 0.0)
            self.stages.append((stations.get(place), ref.EFFECT.get(code, 0.0), column, days, gap, *kinds))
        self.arrived, self.discharged = kind("arrival"), kind("discharge")
        self.patients, self.gap = patients, accrual / patients
        self.random = np.random.Generator(np.random.PCG64(seed))
        Process(self.env, self.arrivals())
        self.env.run(until=horizon)

    def arrivals(self) -> Steps:
        """Patients come one after another."""
        env, patients = self.env, self.patients
        for first in range(0, patients, AT_ONCE):
            block = self.random.random((min(AT_ONCE, patients - first), ref.COLUMNS))
            for number, fate in enumerate(fates(block, self.gap), start=first):
                yield fate[ref.C_GAP]
                Process(env, self.journey(number, fate))
            self.log.pack()

    def journey(self, number: int, fate: array[float]) -> Steps:
        """One patient from referral to discharge: activity after activity, as the pathway leads."""
        write, stages = self.log.write, self.stages
        now = last = self.env.now
        pain, response = fate[ref.C_PAIN], fate[ref.C_RESPONSE]
        settles = ref.SETTLES_AT * pain
        write((number, now, self.arrived, NAN))
        stage = FIRST
        while stage != EXIT:
            station, effect, column, days, gap, requested, started, ended = stages[stage]
            if column is not None:
                days = fate[column]
            if station is None:
                write((number, now, requested, NAN))
                now = yield days
            else:
                if gap:
                    now = yield fate[gap]
                write((number, now, requested, NAN))
                with station.request() as place:
                    if place.waits:
                        now = yield place
                    write((number, now, started, NAN))
                    now = yield days
            pain = settles + (pain - settles) * exp((last - now) / ref.RECOVERY_DAYS)
            last = now
            if effect:
                settles *= 1 - effect * response
            write((number, now, ended, pain))
            stage = following(stage, fate, pain)
        write((number, now, self.discharged, NAN))


def read(log: EventLog) -> ref.Ran:
    """Activities of an event log: a patient does one at a time, so requests, starts and ends pair up."""
    columns = log.columns()
    order = np.argsort(columns["patient"], kind="stable")
    patient, day, kind, value = (columns[name][order] for name in ("patient", "day", "kind", "value"))
    event, step = np.array(log.words("event")), log.words("step")
    code_of = np.array([CODES.index(word) if word else -1 for word in step])
    arrival = day[(event == "arrival")[kind]]
    gone = (event == "discharge")[kind]
    exits = np.full(len(arrival), np.nan)
    exits[patient[gone]] = day[gone]
    ends = np.flatnonzero((event == "end")[kind])
    start = day[ends - 1]
    request = np.where((event == "start")[kind[ends - 1]], day[ends - 2], start)
    return ref.Ran(patient[ends], code_of[kind[ends]], request, start, day[ends], value[ends], arrival, exits)


def run(patients: int, seed: int, exact: bool = True, long: bool = False) -> ref.Ran:
    """One replication; its draws are those of `reference.uniforms` in any case.

    With `long`, more patients come to the same servers over more years, instead of to more servers.
    """
    return read(SpineClinic(patients, seed, long).log)
