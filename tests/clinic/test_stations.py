"""Stations and processes: SimPy's order to the event, recursions and identities of queueing theory."""

import heapq
import math
from fractions import Fraction

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from spinesim.clinic.process import Clock, Process
from spinesim.clinic.station import ROUTINE, URGENT, Station
from spinesim.errors import SpinesimError

# who comes when, how long they are served, what they do between two services, urgent or not; and who is
# called away when: on a coarse grid, so that many things happen at the same moment
VISIT = st.tuples(st.integers(0, 6), st.integers(0, 3), st.booleans())
PEOPLE = st.lists(
    st.tuples(st.integers(0, 8), st.lists(VISIT, min_size=1, max_size=3)), min_size=1, max_size=9
)
CALLS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 20)), max_size=4)


def ours(people, calls, capacity, run):
    clock, log = Clock(), []
    station = Station(clock, capacity)

    def person(who, comes, visits):
        try:
            yield float(comes)
        except simpy.Interrupt as call:
            log.append((clock.now, who, call.cause))
        for days, gap, urgent in visits:
            try:
                log.append((clock.now, who, "request"))
                with station.request(URGENT if urgent else ROUTINE) as place:
                    yield place
                    log.append((clock.now, who, "start"))
                    yield float(days)
                log.append((clock.now, who, "end"))
                yield gap  # an int will do
            except simpy.Interrupt as call:
                log.append((clock.now, who, call.cause))

    def caller(who, day):
        yield float(day)
        if everyone[who].is_alive:
            everyone[who].interrupt("called away")

    everyone = [Process(clock, person(who, *what)) for who, what in enumerate(people)]
    for who, day in calls:
        Process(clock, caller(who % len(people), day + 0.5 * (who % 2)))
    run(clock)
    return log, station


def theirs(people, calls, capacity):
    env, log = simpy.Environment(), []
    resource = simpy.PriorityResource(env, capacity)

    def person(who, comes, visits):
        try:
            yield env.timeout(comes)
        except simpy.Interrupt as call:
            log.append((env.now, who, call.cause))
        for days, gap, urgent in visits:
            try:
                log.append((env.now, who, "request"))
                with resource.request(priority=0 if urgent else 1) as slot:
                    yield slot
                    log.append((env.now, who, "start"))
                    yield env.timeout(days)
                log.append((env.now, who, "end"))
                yield env.timeout(gap)
            except simpy.Interrupt as call:
                log.append((env.now, who, call.cause))

    def caller(who, day):
        yield env.timeout(day)
        if everyone[who].is_alive:
            everyone[who].interrupt("called away")

    everyone = [env.process(person(who, *what)) for who, what in enumerate(people)]
    for who, day in calls:
        env.process(caller(who % len(people), day + 0.5 * (who % 2)))
    env.run()
    return log


def in_slices(clock):
    for day in range(1, 400, 7):
        clock.run(until=day)


def step_by_step(clock):
    while clock.peek() < math.inf:
        clock.step()


@settings(max_examples=300)
@given(PEOPLE, CALLS, st.integers(1, 3), st.sampled_from([in_slices, step_by_step, simpy.Environment.run]))
def test_every_event_happens_when_and_in_the_order_simpy_has_it(people, calls, capacity, run):
    """First come, first served, urgent first, called away while waiting and while served; ties included."""
    log, station = ours(people, calls, capacity, run)
    assert log == theirs(people, calls, capacity)
    assert station.busy == station.waiting == 0


def test_simpys_own_processes_live_on_the_clock_beside_ours():
    def world(env, ours_too):
        log, store = [], simpy.Store(env)

        def maker():
            for i in range(5):
                yield env.timeout(1)
                yield store.put(i)
                log.append((env.now, "made", i))

        def taker():
            while True:
                log.append((env.now, "took", (yield store.get())))

        env.process(maker())
        env.process(taker())
        if ours_too:
            Process(env, iter_days(log, env))
        env.run(until=10)
        assert env.now == 10
        return log

    def iter_days(log, env):
        for _ in range(4):
            now = yield 1.5
            log.append((now, "ours", env.now))

    plain, both = world(simpy.Environment(), False), world(Clock(), True)
    assert [row for row in both if row[1] != "ours"] == plain
    assert [row for row in both if row[1] == "ours"] == [(d, "ours", d) for d in (1.5, 3.0, 4.5, 6.0)]


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, -0.5, -1])
def test_a_time_that_is_none_is_refused_and_names_whose_it_is(wrong):
    clock = Clock()

    def steps():
        yield 1.0
        yield wrong

    Process(clock, steps(), "Patient 17")
    with pytest.raises(SpinesimError, match=r"Patient 17 is to wait .* days"):
        clock.run(until=5)


def test_what_is_neither_a_time_nor_a_turn_is_refused():
    clock = Clock()
    Process(clock, iter_none(), "Patient 3")
    with pytest.raises(TypeError, match="Patient 3 waits for None"):
        clock.run(until=5)


def iter_none():
    yield None


def test_who_has_ended_cannot_be_interrupted_and_the_past_cannot_be_run():
    clock = Clock()
    process = Process(clock, iter(()) and (day for day in [1.0]), "Patient 3")
    clock.run(until=2)
    assert not process.is_alive
    with pytest.raises(RuntimeError, match="Patient 3 has ended"):
        process.interrupt()
    with pytest.raises(ValueError, match="must be greater"):
        clock.run(until=2)


# -- queueing theory, path by path ---------------------------------------------------------------------------


def served(arrivals, services, capacity, watch=None):
    """Starts of a first-come-first-served station, and the station."""
    clock = Clock()
    station, starts = Station(clock, capacity), np.full(len(arrivals), np.nan)

    def person(i):
        yield arrivals[i]
        with station.request() as place:
            yield place
            starts[i] = clock.now
            yield services[i]

    for i in range(len(arrivals)):
        Process(clock, person(i))
    while clock.peek() < math.inf:
        if watch:
            watch(clock, station, starts)
        clock.step()
    return starts, station, clock.now


def queueing_input(seed, people=2_000, load=0.9, capacity=1):
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(1 / (load * capacity), people))
    return arrivals.tolist(), rng.exponential(1.0, people).tolist()


@pytest.mark.parametrize("capacity", [1, 2, 3, 7])
def test_starts_equal_the_kiefer_wolfowitz_recursion_exactly(capacity):
    arrivals, services = queueing_input(1, capacity=capacity)
    free, expected = [0.0] * capacity, []
    for arrival, service in zip(arrivals, services, strict=True):
        start = max(arrival, free[0])
        heapq.heapreplace(free, start + service)
        expected.append(start)
    starts, _, _ = served(arrivals, services, capacity)
    np.testing.assert_array_equal(starts, expected)
    assert (starts > arrivals).mean() > 0.3


def test_one_server_waits_follow_lindley():
    arrivals, services = queueing_input(2)
    wait, expected = 0.0, [0.0]
    for i in range(1, len(arrivals)):
        wait = max(0.0, wait + services[i - 1] - (arrivals[i] - arrivals[i - 1]))
        expected.append(wait)
    starts, _, _ = served(arrivals, services, 1)
    np.testing.assert_allclose(starts - arrivals, expected, rtol=0, atol=3e-10)


@pytest.mark.parametrize("capacity", [1, 2, 5])
def test_nobody_is_lost_and_littles_law_holds_exactly(capacity):
    """At every event: come = waiting + in service + gone. Over the path: ∫ N dt = Σ sojourn, exactly.

    Times are multiples of 1/1024 day, which floats add without rounding.
    """
    grid = 1_024
    arrivals, services = (
        [math.ceil(t * grid) / grid for t in times] for times in queueing_input(3, 600, capacity=capacity)
    )
    last, queue, busy = [0.0], [Fraction(0)], [Fraction(0)]

    def watch(clock, station, starts):
        following = clock.peek()
        lasted = Fraction(following) - Fraction(clock.now)
        queue[0] += lasted * station.waiting
        busy[0] += lasted * station.busy
        if lasted:
            come = sum(arrival <= clock.now for arrival in arrivals)
            begun = ~np.isnan(starts)
            gone = sum(
                s + d <= clock.now for s, d in zip(starts[begun], np.array(services)[begun], strict=True)
            )
            assert come == station.waiting + station.busy + gone and begun.sum() == station.busy + gone
            assert station.busy <= capacity and not (station.waiting and station.busy < capacity)
        last[0] = clock.now

    starts, station, end = served(arrivals, services, capacity, watch)
    waits = sum(Fraction(s) - Fraction(a) for s, a in zip(starts.tolist(), arrivals, strict=True))
    assert queue[0] == waits > 0 and station.queue_days == float(waits)
    assert busy[0] == sum(map(Fraction, services)) and station.busy_days == float(busy[0])
    assert 0.5 < station.busy_days / (capacity * end) <= 1


def test_accounts_hold_while_people_are_still_waiting_and_after_they_give_up():
    clock = Clock()
    station = Station(clock, 1)

    def person(comes, service):
        yield comes
        try:
            with station.request() as place:
                yield place
                yield service
        except simpy.Interrupt:
            pass

    Process(clock, person(0.0, 10.0))
    second = Process(clock, person(1.0, 1.0))
    Process(clock, person(2.0, 1.0))

    def gives_up():
        yield 5.0
        second.interrupt()

    Process(clock, gives_up())
    clock.run(until=6)
    assert (station.busy, station.waiting) == (1, 1)
    assert (station.busy_days, station.queue_days) == (6.0, 4.0 + 4.0)
    clock.run(until=20)
    assert (station.busy, station.waiting) == (0, 0)
    assert (station.busy_days, station.queue_days) == (11.0, 4.0 + 8.0)


@pytest.mark.parametrize("seed", range(5))
def test_another_server_delays_nobody(seed):
    arrivals, services = queueing_input(seed, 500, load=1.2)
    before = None
    for capacity in (1, 2, 3, 4, 50):
        starts, _, _ = served(arrivals, services, capacity)
        assert before is None or (starts <= before).all()
        before = starts
    np.testing.assert_array_equal(before, arrivals)  # ample: nobody waits


def test_queue_of_two_servers_agrees_with_erlang_c():
    """M/M/2, λ = 1.6, μ = 1: P(wait) 0.7111, mean wait 1.7778; 20 runs, within 4 standard errors."""
    runs = []
    for seed in range(20):
        rng = np.random.default_rng(100 + seed)
        arrivals = np.cumsum(rng.exponential(1 / 1.6, 8_000))
        starts, _, _ = served(arrivals.tolist(), rng.exponential(1.0, 8_000).tolist(), 2)
        wait = (starts - arrivals)[1_000:]
        runs.append((wait.mean(), (wait > 0).mean()))
    means, errors = np.mean(runs, axis=0), np.std(runs, axis=0, ddof=1) / math.sqrt(20)
    assert (np.abs(means - (1.77778, 0.71111)) < 4 * errors).all() and errors[0] < 0.1
