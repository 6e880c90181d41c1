"""Whole clinics, to the end: every request has one end, nobody is lost, hours and waits add up."""

import math
from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np
import pytest

import spinesim as ss
from spinesim.clinic import load_clinic
from spinesim.study.simulation import shipped_evidence

WEEK = 7
CLOSE = ("left", "start")
COURSES = {step for step, row in shipped_evidence().treatments.items() if row["kind"] == "course"}


@pytest.fixture(scope="module", params=["community", "hospital_pain_centre"])
def done(request):
    name = request.param
    results = ss.simulate(
        "conservative_first", clinic=name, condition="pain_clinic", patients=700, years=0.75, seed=3
    )
    return load_clinic(name), results


def requests(results):
    """Every request: (patient, step, resource, day asked, first day wanted, day of its end, what it was)."""
    open_, closed = {}, []
    for patient, day, event, step, resource, value in results.log.rows:
        key = (patient, step)
        if event == "request":
            assert key not in open_, (key, "asks twice at once")
            open_[key] = (resource, day, max(day, value) if not math.isnan(value) else day)
        elif event in CLOSE:
            at, asked, wanted = open_.pop(key)  # KeyError: served or gone without having asked
            assert at == resource
            closed.append((patient, step, resource, asked, wanted, day, event))
        elif event == "no_show" and step in COURSES:  # the course goes on with its next session
            at, asked, wanted = open_.pop(key)
            closed.append((patient, step, resource, asked, wanted, day, event))
        elif event in ("booked", "no_show", "cancelled", "better", "worse"):
            assert key in open_, (key, event)
    return closed, open_


def test_every_request_starts_or_leaves_or_still_waits(done):
    _, results = done
    closed, still = requests(results)
    count = Counter(row[2] for row in results.log.rows)
    ends = Counter(row[-1] for row in closed)
    assert count["request"] == len(closed) + len(still)
    assert ends["left"] == count["left"] and ends["start"] == count["start"] > 0
    assert {"booked", "no_show", "cancelled", "left", "better", "worse"} <= set(count)


def test_nobody_is_served_before_the_day_wanted(done):
    _, results = done
    for patient, step, _, _, wanted, day, event in requests(results)[0]:
        assert event == "left" or day >= wanted, (patient, step)


def test_everyone_referred_is_in_care_discharged_or_gone_at_every_event(done):
    """Who has been discharged, or has left the list for a visit, asks for nothing more unless alarmed."""
    _, results = done
    where = {}
    visits = ("intake", "review", "virtual_review")
    for patient, _, event, step, _, value in results.log.rows:
        if event == "arrival":
            assert patient not in where
            where[patient] = "in care"
            continue
        assert patient in where, (patient, event)
        if event == "red_flag":
            where[patient] = "in care"
        elif event == "discharge":
            assert where[patient] == "in care"
            where[patient] = "discharged"
        elif event == "left" and step in visits and value != 3:
            assert where[patient] == "in care"
            where[patient] = "gone"
        elif event in ("start", "request") and step in visits:
            assert where[patient] == "in care", (patient, event, step)
    assert set(where.values()) == {"in care", "discharged", "gone"}
    assert set(where) == set(results.patients["patient"])


def test_hours_worked_are_the_hours_of_those_served_and_never_more_than_open(done):
    """Of one-to-one work by appointment: busy hours = Σ (end - start), day by day; overtime is named."""
    setting, results = done
    accounts = results.accounts
    inside = accounts["busy_hours"] - accounts["over_hours"]
    assert (inside <= accounts["open_hours"] + 1e-9).all() and (accounts["over_hours"] >= 0).all()
    assert not accounts.duplicated(["day", "resource"]).any()
    table = results.events
    for name, resource in setting.resources:
        alone = all(one.group == 1 for one in resource.sessions)
        if not resource.sessions or not alone or resource.on_call:
            continue
        mine = table[table["resource"] == name]
        worked = defaultdict(float)
        begun = {}
        for row in mine[mine["event"].isin(["start", "end"])].itertuples():
            if row.event == "start":
                begun[row.patient, row.step] = row.day
            else:
                start = begun.pop((row.patient, row.step))
                worked[math.floor(start)] += 24 * (row.day - start)
        first_end = results.patients["entry_day"].min() + int(results.weeks[-1]) * WEEK
        book = accounts[accounts["resource"] == name].set_index("day")["busy_hours"]
        compared = [day for day in book.index if day < first_end - 1]  # later, some are served uncounted
        assert len(compared) > 100
        np.testing.assert_allclose(
            [book[day] for day in compared],
            [worked[day] for day in compared],
            rtol=0,
            atol=1e-6,
            err_msg=name,
        )


def test_littles_law_on_the_waiting_lists(done):
    """∫ waiting dt = Σ waits, in fractions, at each resource, up to the first end of follow-up."""
    _, results = done
    horizon = Fraction(int(results.patients["entry_day"].min()) + int(results.weeks[-1]) * WEEK)
    closed, still = requests(results)
    spans = [(resource, wanted, day) for _, _, resource, _, wanted, day, _ in closed]
    spans += [(resource, wanted, float(horizon)) for resource, _, wanted in still.values()]
    for name in {resource for resource, *_ in spans}:
        mine = [
            (min(Fraction(begin), horizon), min(max(Fraction(end), Fraction(begin)), horizon))
            for resource, begin, end in spans
            if resource == name
        ]
        moves = sorted([(begin, 1) for begin, _ in mine] + [(end, -1) for _, end in mine])
        area, waiting, last = Fraction(0), 0, Fraction(0)
        for moment, by in moves:
            area += waiting * (moment - last)
            waiting, last = waiting + by, moment
            assert waiting >= 0 or moment == last
        assert waiting == 0 and area == sum(end - begin for begin, end in mine)


def test_who_waits_at_the_end_of_a_day_is_who_the_log_says(done):
    """The day book's count is that of the requests not ended yet and wanted by then."""
    setting, results = done
    first_end = int(results.patients["entry_day"].min()) + int(results.weeks[-1]) * WEEK
    closed, still = requests(results)
    compared = 0
    for name, resource in setting.resources:
        if not resource.sessions:
            continue
        mine = [(wanted, day) for _, _, at, _, wanted, day, _ in closed if at == name and day >= wanted]
        mine += [(wanted, math.inf) for at, _, wanted in still.values() if at == name]
        wanted, ended = np.array(mine).reshape(-1, 2).T
        book = results.accounts
        book = book[(book["resource"] == name) & (book["day"] < first_end - 1)]
        expected = [((wanted < day + 1) & (ended >= day + 1)).sum() for day in book["day"]]
        assert len(book) > 100
        compared += max(expected) > 0
        np.testing.assert_array_equal(book["waiting"], expected, err_msg=name)
    assert compared >= 4  # hardly anybody comes to ablation
