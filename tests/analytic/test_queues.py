"""Queueing truth: the clinic's own clock, processes and stations against theory and against recursions.

Averages are compared with formulae, over independent replications, within 4 computed standard errors; the
standard error itself must be below 2 % of the value: a test that cannot see a difference is none. Whatever
holds on every path (Little, Kiefer-Wolfowitz, conservation) is asked exactly, in whole numbers.
"""

import heapq
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Interrupt

from spinesim.clinic.process import Clock, Process
from spinesim.clinic.station import Station

RUNS, PEOPLE, WARM_UP = 20, 60_000, 5_000
"""Replications, arrivals in each, and how many of them come before anything is counted.

The slowest of these queues (one server, load .8) forgets its start within about 90 services (relaxation time
1 / (1 - √.8)²): after 5,000 arrivals nothing is left of having begun empty.
"""


def serve(gaps, services, servers, balks=False):
    """Send people through a station: the thinnest adapter there can be.

    Who `balks` turns away at the door when every server is busy.
    """
    clock = Clock()
    station = Station(clock, servers)
    people = len(gaps)
    came, starts, at_door = [math.nan] * people, [math.nan] * people, [0.0] * people

    def person(who):
        if balks and station.busy == servers:
            return
        with station.request() as place:
            if place.waits:
                yield place
            starts[who] = clock.now
            yield services[who]

    def source():
        for who, gap in enumerate(gaps):
            came[who] = yield gap
            at_door[who] = station.busy_days
            Process(clock, person(who), who)

    Process(clock, source(), "the door")
    while (following := clock.peek()) < math.inf:
        clock.run(until=following + 1_000.0)
    return SimpleNamespace(
        came=np.array(came), starts=np.array(starts), used=np.array(at_door), station=station, end=clock.now
    )


# -- theory --------------------------------------------------------------------------------------------------


def erlang_b(servers, load):
    """Share turned away by a loss system (M/G/c/c)."""
    share = 1.0
    for n in range(1, servers + 1):
        share = load * share / (n + load * share)
    return share


def erlang_c(servers, load):
    """Probability of waiting in an M/M/c queue."""
    lost = erlang_b(servers, load)
    return lost / (1 - load / servers * (1 - lost))


def mean_wait(servers, rate, service=1.0):
    """Mean wait before service of an M/M/c queue."""
    load = rate * service
    return erlang_c(servers, load) * service / (servers - load)


def pollaczek_khinchine(rate, service, cv):
    """Mean wait before service of an M/G/1 queue."""
    load = rate * service
    return load * service * (1 + cv**2) / (2 * (1 - load))


def test_the_formulae_give_the_published_figures():
    assert erlang_c(2, 1.6) == pytest.approx(0.71111, abs=5e-6)
    assert mean_wait(2, 1.6) == pytest.approx(1.77778, abs=5e-6)
    assert 1.6 * mean_wait(2, 1.6) == pytest.approx(2.84444, abs=5e-6)
    assert mean_wait(5, 4.0) == pytest.approx(0.55411, abs=5e-6)
    assert erlang_b(2, 1.6) == pytest.approx(0.32990, abs=5e-6)
    assert [pollaczek_khinchine(0.8, 1, cv) for cv in (1, 0, 0.5)] == pytest.approx(
        [4.0, 2.0, 2.5], abs=1e-12
    )
    assert mean_wait(1, 0.8) == pytest.approx(
        pollaczek_khinchine(0.8, 1, 1), abs=1e-12
    )  # they agree on M/M/1


SERVICES = {
    "exponential": (1.0, lambda rng, n: rng.exponential(1.0, n)),
    "deterministic": (0.0, lambda rng, n: np.ones(n)),
    "gamma": (0.5, lambda rng, n: rng.gamma(4.0, 0.25, n)),  # CV = 1/√4
}
QUEUES = [(2, 1.6, "exponential"), (5, 4.0, "exponential"), *((1, 0.8, kind) for kind in SERVICES)]
NAMES = ["M/M/2", "M/M/5", "M/M/1", "M/D/1", "M/G/1"]


def replications(servers, rate, kind, balks=False):
    """For each run: mean wait, share who waited or were turned away, people waiting, utilisation; all after
    the warm-up, the last two over time."""
    for run in range(RUNS):
        rng = np.random.default_rng([servers, round(10 * rate), len(kind), run])
        gaps, services = rng.exponential(1 / rate, PEOPLE), SERVICES[kind][1](rng, PEOPLE)
        path = serve(gaps.tolist(), services.tolist(), servers, balks)
        assert 0 < path.station.busy_days <= servers * path.end  # on every path
        counted = slice(WARM_UP, None)
        waits = (path.starts - path.came)[counted]
        if balks:
            yield (np.isnan(waits).mean(),)
            continue
        span = path.came[-1] - path.came[WARM_UP]
        busy = (path.used[-1] - path.used[WARM_UP]) / (servers * span)
        assert busy <= 1
        clipped = np.minimum(path.starts, path.came[-1]) - np.maximum(path.came, path.came[WARM_UP])
        yield waits.mean(), (waits > 0).mean(), np.maximum(clipped, 0).sum() / span, busy


def agree(runs, expected, precise=0.02):
    """Means within 4 standard errors, and the standard errors small."""
    means = np.mean(runs, axis=0)
    errors = np.std(runs, axis=0, ddof=1) / math.sqrt(len(runs))
    assert (np.abs(means - expected) < 4 * errors).all(), (means, errors, expected)
    assert (errors < precise * np.asarray(expected)).all(), (errors / expected, "the test is too blunt")


@pytest.mark.parametrize(("servers", "rate", "kind"), QUEUES, ids=NAMES)
def test_waits_queue_and_utilisation_are_those_of_theory(servers, rate, kind):
    """Wait, probability of waiting, number waiting (over time) and utilisation = λE[S]/c."""
    cv = SERVICES[kind][0]
    wait = pollaczek_khinchine(rate, 1.0, cv) if servers == 1 else mean_wait(servers, rate)
    waits = erlang_c(servers, rate)  # of one server it is the load, whatever the service (PASTA)
    agree(list(replications(servers, rate, kind)), [wait, waits, rate * wait, rate / servers])


@pytest.mark.parametrize("kind", ["exponential", "deterministic"])
def test_the_share_turned_away_is_erlangs(kind):
    """Two servers, load 1.6: 32.99 %, whatever the distribution of service (insensitivity)."""
    agree(list(replications(2, 1.6, kind, balks=True)), [erlang_b(2, 1.6)])


def test_of_two_competing_risks_the_greater_comes_first_in_its_share():
    """Rates .3 and .1: three of four by the first, after 2.5 on average; the loser is interrupted."""
    people = 100_000
    rng = np.random.default_rng(23)
    clock, first, when = Clock(), np.full(people, -1), np.zeros(people)

    def risk(who, which, after):
        try:
            when[who] = yield after
        except Interrupt:
            return
        assert first[who] == -1
        first[who] = which
        racing[who][1 - which].interrupt()

    times = rng.exponential(1 / np.array([0.3, 0.1]), (people, 2)).tolist()
    racing = [[Process(clock, risk(who, i, times[who][i])) for i in (0, 1)] for who in range(people)]
    clock.run(until=1e6)
    share, error = (first == 0).mean(), math.sqrt(0.75 * 0.25 / people)
    assert (first >= 0).all() and abs(share - 0.75) < 4 * error
    assert abs(when.mean() - 2.5) < 4 * when.std(ddof=1) / math.sqrt(people)
    assert not any(process.is_alive for pair in racing for process in pair)


# -- path by path, in whole numbers: no tolerance ------------------------------------------------------------

TIMES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), min_size=1, max_size=40)


def kiefer_wolfowitz(arrivals, services, servers):
    """Start of each: the later of its arrival and the first server free."""
    free, starts = [0] * servers, []
    for arrival, service in zip(arrivals, services, strict=True):
        start = max(arrival, free[0])
        heapq.heapreplace(free, start + service)
        starts.append(start)
    return starts


def step_through(gaps, services, servers):
    """Whole days through a station, event by event; what every path must hold is asked at each of them."""
    clock = Clock(0)
    station = Station(clock, servers)
    told = SimpleNamespace(came=[], starts={}, ends={}, in_system=0, queueing=0, busy=0, station=station)

    def person(who):
        with station.request() as place:
            yield place
            told.starts[who] = clock.now
            yield services[who]
        told.ends[who] = clock.now

    def source():
        for who, gap in enumerate(gaps):
            yield gap
            told.came.append(clock.now)
            Process(clock, person(who), who)

    Process(clock, source())
    while (following := clock.peek()) < math.inf:
        lasts = following - clock.now
        here = len(told.came) - len(told.ends)
        if lasts:  # nothing more happens at this moment
            assert here == station.waiting + station.busy  # come = waiting + in service + gone
            assert len(told.starts) == station.busy + len(told.ends)
            assert station.busy <= servers and not (station.waiting and station.busy < servers)
            assert station.busy_days <= servers * clock.now
        told.in_system += lasts * here
        told.queueing += lasts * station.waiting
        told.busy += lasts * station.busy
        clock.step()
    told.end = clock.now
    return told


@given(TIMES, st.integers(1, 4))
def test_little_kiefer_wolfowitz_and_conservation_hold_on_every_path(visits, servers):
    """Ties and services of no length included; times are whole numbers, so every equality is exact."""
    gaps, services = [gap for gap, _ in visits], [service for _, service in visits]
    told = step_through(gaps, services, servers)
    starts = kiefer_wolfowitz(told.came, services, servers)
    assert told.came == np.cumsum(gaps).tolist()
    assert [told.starts[who] for who in range(len(visits))] == starts
    assert [told.ends[who] for who in range(len(visits))] == [
        a + b for a, b in zip(starts, services, strict=True)
    ]
    waits = [start - came for start, came in zip(starts, told.came, strict=True)]
    assert told.queueing == sum(waits) == told.station.queue_days  # ∫ waiting dt = Σ waits
    assert told.in_system == sum(waits) + sum(services)  # ∫ N dt = Σ sojourns
    assert told.busy == sum(services) == told.station.busy_days <= servers * told.end
    assert told.station.busy == told.station.waiting == 0


@pytest.mark.parametrize("servers", [1, 2, 5])
def test_the_same_holds_on_long_busy_paths(servers):
    """Two thousand people at a load of .95, in whole seconds."""
    rng = np.random.default_rng(servers)
    gaps = np.ceil(rng.exponential(3_600 / (0.95 * servers), 2_000)).astype(int).tolist()
    services = np.ceil(rng.gamma(2.0, 1_800, 2_000)).astype(int).tolist()
    told = step_through(gaps, services, servers)
    starts = kiefer_wolfowitz(told.came, services, servers)
    assert [told.starts[who] for who in range(2_000)] == starts
    waits = [start - came for start, came in zip(starts, told.came, strict=True)]
    assert told.queueing == sum(waits) == told.station.queue_days > 0
    assert told.in_system == sum(waits) + sum(services)
    assert told.station.busy_days == sum(services) <= servers * told.end
    assert sum(wait > 0 for wait in waits) > 1_000
