"""spine-ref in ciw: a network of nodes, routed by state; nodes with endless servers are delays."""

from __future__ import annotations

import math
import random
from typing import Any

import ciw
import numpy as np

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

NODES = ("VISIT", "PT", "GAP", "REVIEW", "MRI", "RESULTS", "INJ", "INJREV", "BLOCKEVAL", "FOLLOWUP", "OR")
NODE = {name: number for number, name in enumerate(NODES, start=1)}
NODE_OF = {
    VISIT: NODE["VISIT"], PT: NODE["PT"], REVIEW: NODE["REVIEW"], MRI: NODE["MRI"], RESULTS: NODE["RESULTS"],
    INJ: NODE["INJ"], BLOCK: NODE["INJ"], RFA: NODE["INJ"], INJREV: NODE["INJREV"],
    BLOCKEVAL: NODE["BLOCKEVAL"], FOLLOWUP: NODE["FOLLOWUP"], SURG: NODE["OR"],
}  # fmt: skip
GAP = NODE["GAP"]
EXIT = -1


class Arrivals(ciw.dists.Distribution):
    """Exponential gaps until everyone has come."""

    def __init__(self, patients: int) -> None:
        self.left, self.rate = patients, patients / ref.ACCRUAL

    def sample(self, t: Any = None, ind: Any = None) -> float:
        self.left -= 1
        return random.expovariate(self.rate) if self.left >= 0 else math.inf


class ByActivity(ciw.dists.Distribution):
    """The duration of what the individual has come for, at a node that does several things."""

    def __init__(self, durations: dict[int, Any]) -> None:
        self.durations = durations

    def sample(self, t: Any = None, ind: Any = None) -> float:
        return self.durations[ind.code].sample(t, ind)


class FollowUp(ciw.dists.Distribution):
    """Longer after surgery."""

    def sample(self, t: Any = None, ind: Any = None) -> float:
        return ref.AFTER_SURGERY if ind.operated else ref.AFTER_RFA


class Pathway(ciw.routing.NetworkRouting):
    """Pain at the end of each activity, its row in the log, and where to go next."""

    def __init__(self) -> None:
        self.log: list[tuple[int, int, float, float, float, float]] = []
        self.arrival: list[float] = []
        self.exit: dict[int, float] = {}

    def initialise(self, simulation: Any) -> None:
        self.simulation = simulation

    def initialise_individual(self, ind: Any) -> None:
        now = self.simulation.current_time
        self.arrival.append(now)
        ind.number, ind.last, ind.code = ind.id_number - 1, now, VISIT
        ind.pain, ind.response = random.uniform(*ref.PAIN), random.uniform(*ref.RESPONSE)
        ind.settles = ref.SETTLES_AT * ind.pain
        ind.sessions, ind.injections, ind.operated = 0, 0, False

    def next_node(self, ind: Any, node_id: int) -> Any:
        if node_id == GAP:
            return self.simulation.nodes[NODE["PT"]]
        now, code = ind.service_end_date, ind.code
        ind.pain = ind.settles + (ind.pain - ind.settles) * math.exp(-(now - ind.last) / ref.RECOVERY_DAYS)
        ind.last = now
        effect = ref.EFFECT.get(code, 0.0)
        if effect > 0:
            ind.settles *= 1 - effect * ind.response
        self.log.append((ind.number, code, ind.arrival_date, ind.service_start_date, now, ind.pain))
        ind.code = self.following(ind, code)
        if ind.code == EXIT:
            self.exit[ind.number] = now
            return self.simulation.nodes[-1]
        return self.simulation.nodes[GAP if code == ind.code == PT else NODE_OF[ind.code]]

    def following(self, ind: Any, code: int) -> int:
        """The code of the next activity."""
        if code == VISIT:
            u = random.random()
            if u < 0.15:
                return EXIT
            if u >= 0.80:
                return MRI
            stays = math.floor(math.log(1 - random.random()) / math.log(ref.STAYS))
            ind.sessions = min(ref.MOST_SESSIONS, 1 + stays)
            return PT
        if code == PT:
            ind.sessions -= 1
            return PT if ind.sessions else REVIEW
        if code == REVIEW:
            return MRI if ind.pain >= ref.LOW_PAIN and random.random() < 0.65 else EXIT
        if code == MRI:
            return RESULTS
        if code == RESULTS:
            u = random.random()
            return INJ if u < 0.45 else BLOCK if u < 0.60 else SURG if u < 0.72 else EXIT
        if code == INJ:
            ind.injections += 1
            return INJREV
        if code == INJREV:
            if ind.pain < ref.LOW_PAIN:
                return EXIT
            u, first = random.random(), ind.injections == 1
            if first and u < 0.30:
                return INJ
            return BLOCK if u < (0.60 if first else 0.50) else SURG if u < 0.75 else EXIT
        if code == BLOCK:
            return BLOCKEVAL
        if code == BLOCKEVAL:
            u = random.random()
            return RFA if u < 0.60 else SURG if u < 0.75 else EXIT
        if code in (RFA, SURG):
            ind.operated = code == SURG
            return FOLLOWUP
        return EXIT


def run(patients: int, seed: int) -> ref.Ran:
    """One replication, with ciw's own random numbers."""
    ciw.seed(seed)
    dists, servers, pathway = ciw.dists, ref.scale(patients), Pathway()
    triangle = {code: dists.Triangular(*ref.TRIANGLE[code]) for code in ref.TRIANGLE}
    services = {
        "VISIT": dists.Exponential(1 / ref.MEAN_DAYS[VISIT]),
        "PT": triangle[PT],
        "GAP": dists.Uniform(*ref.GAP),
        "REVIEW": dists.Exponential(1 / ref.MEAN_DAYS[REVIEW]),
        "MRI": triangle[MRI],
        "RESULTS": dists.Exponential(1 / ref.MEAN_DAYS[RESULTS]),
        "INJ": ByActivity({code: triangle[code] for code in (INJ, BLOCK, RFA)}),
        "INJREV": dists.Deterministic(ref.FIXED_DAYS[INJREV]),
        "BLOCKEVAL": dists.Deterministic(ref.FIXED_DAYS[BLOCKEVAL]),
        "FOLLOWUP": FollowUp(),
        "OR": triangle[SURG],
    }
    network = ciw.create_network(
        arrival_distributions=[Arrivals(patients), *[None] * (len(NODES) - 1)],
        service_distributions=[services[name] for name in NODES],
        number_of_servers=[servers.get(name, math.inf) for name in NODES],
        routing=pathway,
    )
    ciw.Simulation(network).simulate_until_max_time(ref.HORIZON)
    patient, code, request, start, end, pain = map(np.array, zip(*pathway.log, strict=True))
    exits = np.full(len(pathway.arrival), np.nan)
    exits[list(pathway.exit)] = list(pathway.exit.values())
    return ref.Ran(patient, code, request, start, end, pain, np.array(pathway.arrival), exits)
