"""The reference workload on our stations, processes and log: row by row, and on average.

The oracle below shares nothing with `benchmarks/spine_ref/ours.py` but the table of uniforms.
"""

import heapq
import math
from collections import deque

import numpy as np
import pytest

from benchmarks.spine_ref import idiomatic_simpy, ours
from benchmarks.spine_ref import reference as ref

SERVERS = {"PT": 2, "MRI": 1, "INJ": 1, "OR": 1}  # for 1,000 patients
AT = {1: "PT", 3: "MRI", 5: "INJ", 7: "INJ", 9: "INJ", 11: "OR"}
EFFECT = {1: 0.04, 5: 0.20, 9: 0.35, 11: 0.45}


def tri(u, a, c, b):
    if u < (c - a) / (b - a):
        return a + math.sqrt(u * (b - a) * (c - a))
    return b - math.sqrt((1 - u) * (b - a) * (b - c))


def oracle(u, horizon=730.0, accrual=365.0):
    """Rows (patient, code, request, start, end, pain) of the pathway with uniforms `u`, one event list."""
    n = len(u)
    events, order, rows, now = [], 0, [], 0.0
    free, queue = dict(SERVERS), {name: deque() for name in SERVERS}
    people = []

    def at(day, what, i, *more):
        nonlocal order
        order += 1
        heapq.heappush(events, (day, order, what, i, *more))

    def begin(i, code, days, asked):
        at(now + days, "end", i, code, asked, now)

    def ask(i, code, days):
        place = AT.get(code)
        if place is None or free[place]:
            if place:
                free[place] -= 1
            begin(i, code, days, now)
        else:
            queue[place].append((i, code, days, now))

    def following(i, code):
        me, v = people[i], u[i]
        mri = lambda: ask(i, 3, tri(v[31], 0.5, 0.7, 0.9))  # noqa: E731
        block = lambda: ask(i, 7, tri(v[38], 0.5, 0.6, 0.7))  # noqa: E731
        surgery = lambda: ask(i, 11, tri(v[41], 2, 3, 4))  # noqa: E731
        if code == 0:
            if v[4] < 0.15:
                return
            if v[4] < 0.80:
                me["sessions"] = min(12, 1 + math.floor(math.log(1 - v[5]) / math.log(0.97)))
                ask(i, 1, tri(v[6], 0.06, 0.10, 0.14))
            else:
                mri()
        elif code == 1:
            me["had"] += 1
            if me["had"] < me["sessions"]:
                at(now + 2 + 3 * v[17 + me["had"]], "gap over", i)
            else:
                ask(i, 2, -7 * math.log(1 - v[29]))
        elif code == 2:
            if me["p"] >= 3.5 and v[30] < 0.65:
                mri()
        elif code == 3:
            ask(i, 4, -5 * math.log(1 - v[32]))
        elif code == 4:
            if v[33] < 0.45:
                ask(i, 5, tri(v[34], 0.5, 0.6, 0.7))
            elif v[33] < 0.60:
                block()
            elif v[33] < 0.72:
                surgery()
        elif code == 5:
            me["injections"] += 1
            ask(i, 6, 14.0)
        elif code == 6:
            if me["p"] < 3.5:
                return
            w = v[35 + me["injections"]]
            if me["injections"] == 1 and w < 0.30:
                ask(i, 5, tri(v[35], 0.5, 0.6, 0.7))
            elif w < (0.60 if me["injections"] == 1 else 0.50):
                block()
            elif w < 0.75:
                surgery()
        elif code == 7:
            ask(i, 8, 7.0)
        elif code == 8:
            if v[39] < 0.60:
                ask(i, 9, tri(v[40], 1.0, 1.2, 1.4))
            elif v[39] < 0.75:
                surgery()
        elif code == 9:
            ask(i, 10, 30.0)
        elif code == 11:
            ask(i, 10, 42.0)

    at(-accrual / n * math.log(1 - u[0][0]), "comes", 0)
    while events:
        now, _, what, i, *more = heapq.heappop(events)
        if now > horizon:
            break
        if what == "comes":
            p = 4 + 5 * u[i][1]
            people.append({"p": p, "g": 0.75 * p, "R": 0.5 + u[i][2], "last": now, "had": 0, "injections": 0})
            if i + 1 < n:
                at(now - accrual / n * math.log(1 - u[i + 1][0]), "comes", i + 1)
            ask(i, 0, -7 * math.log(1 - u[i][3]))
        elif what == "gap over":
            ask(i, 1, tri(u[i][6 + people[i]["had"]], 0.06, 0.10, 0.14))
        else:
            code, asked, start = more
            me = people[i]
            me["p"] = me["g"] + (me["p"] - me["g"]) * math.exp(-(now - me["last"]) / 30)
            me["g"] *= 1 - EFFECT.get(code, 0) * me["R"]
            me["last"] = now
            rows.append((i, code, asked, start, now, me["p"]))
            place = AT.get(code)
            if place and queue[place]:
                begin(*queue[place].popleft())
            elif place:
                free[place] += 1
            following(i, code)
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_uniforms_give_the_same_rows_as_a_plain_event_list(seed):
    rows = np.array(oracle(ref.uniforms(seed, 1_000).tolist()))
    found = ours.run(1_000, seed)
    assert len(rows) == len(found.code) > 9_000
    order = np.lexsort((rows[:, 4], rows[:, 0]))
    mine = found.ordered()
    np.testing.assert_array_equal(mine.patient, rows[order, 0])
    np.testing.assert_array_equal(mine.code, rows[order, 1])
    for column, name in enumerate(("request", "start", "end", "pain"), start=2):
        np.testing.assert_allclose(getattr(mine, name), rows[order, column], rtol=0, atol=1e-9)


def test_simpy_as_health_modellers_write_it_gives_the_same_rows():
    assert not ref.differ(ours.run(1_000, 4, exact=True), idiomatic_simpy.run(1_000, 4, exact=True))


def test_what_differs_is_said():
    one, other = ours.run(200, 1), ours.run(200, 2)
    assert "rows against" in ref.differ(one, other)
    assert not ref.differ(one, ours.run(200, 1))


def test_key_figures_agree_with_the_expected_values():
    """20 runs of 1,000 patients on seeds of their own: each mean within 3 standard errors."""
    z = ref.z_scores([ref.key_figures(ours.run(1_000, 500 + seed)) for seed in range(20)])
    assert len(z) == len(ref.EXPECTED) == 13
    assert max(map(abs, z.values())) < 3, z
