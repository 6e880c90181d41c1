"""Capacity decides who is treated when, never what would happen to their bodies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spinesim as ss
from spinesim.clinic import Clinic, load_clinic, own_numbers
from spinesim.clinic.process import Clock, Process
from spinesim.clinic.station import Station
from spinesim.clinical import Body, draw_cohort
from spinesim.evidence import Draws
from spinesim.study.simulation import shipped_evidence

PATIENTS, WEEKS = 200, 26


class Recorded(Draws):
    """Draws that remember what was asked for and what was answered."""

    __slots__ = ("asked",)

    def __init__(self, seed):
        super().__init__(seed)
        self.asked = {}

    def block(self, name, occurrence, patients):
        answer = super().block(name, occurrence, patients)
        self.asked[name, occurrence] = answer.copy()
        return answer


def staffed(setting, factor):
    """The same clinic with more of everybody."""
    changed = {
        name: one.model_copy(
            update={
                "staff": one.staff * factor,
                "rooms": None,
                "sessions": tuple(
                    slot.model_copy(update={"staff": (slot.staff or one.capacity) * factor})
                    for slot in one.sessions
                ),
            }
        )
        for name, one in setting.resources
    }
    return setting.model_copy(update={"resources": setting.resources.model_copy(update=changed)})


def run(setting, pathway="conservative_first", seed=7):
    evidence, draws = own_numbers(setting, shipped_evidence()), Recorded(seed)
    cohort = draw_cohort(evidence, draws, "disc_herniation", PATIENTS)
    path = ss.pathway(pathway) if isinstance(pathway, str) else pathway
    clinic = Clinic(path, setting, cohort, evidence, draws, WEEKS)
    for _ in clinic.run():
        pass
    return clinic, draws


@pytest.fixture(scope="module")
def two():
    small = load_clinic("community")
    return run(small), run(staffed(small, 4))


def test_every_draw_of_the_body_is_the_same_whatever_the_capacity(two):
    """Whole columns: course, fluctuation, flares, onset of serious disease, referral."""
    (small, first), (large, second) = two
    columns = {key for key in first.asked if key in second.asked}
    assert set(first.asked) == set(second.asked) and len(columns) > 50
    for key in columns:
        np.testing.assert_array_equal(first.asked[key], second.asked[key], err_msg=str(key))
    for name in ("serious_day", "flare_draws", "limb_noise", "axial_noise", "entry"):
        np.testing.assert_array_equal(getattr(small.body, name), getattr(large.body, name), err_msg=name)
    for column in ("limb_start", "axial_start", "limb_days", "axial_days", "serious", "adherence", "age"):
        np.testing.assert_array_equal(getattr(small.body.cohort, column), getattr(large.body.cohort, column))
    np.testing.assert_array_equal(small.signs.radicular, large.signs.radicular)


def test_capacity_did_change_care_and_only_those_cared_for_otherwise_fare_otherwise(two):
    """Whose events are the same have the same series to the bit; and there are people of both kinds."""
    (small, _), (large, _) = two
    same = [
        patient.row
        for patient in small.patients
        if repr(small.log.of(patient.id)) == repr(large.log.of(patient.id))
    ]
    starts = [sum(row[2] == "start" and row[3] == "intake" for row in one.log.rows) for one, _ in two]
    assert starts[1] >= starts[0] > 0 and len(same) < PATIENTS
    for name in small.body.record:
        np.testing.assert_array_equal(small.body.record[name][:, same], large.body.record[name][:, same])


def test_until_the_first_start_everyone_lives_the_same_in_both_clinics(two):
    """Waiting is living untreated: to the bit, up to the earlier of the two first visits."""
    (small, _), (large, _) = two
    first = [
        {patient: day for patient, day, event, *_ in reversed(one.log.rows) if event == "start"}
        for one, _ in two
    ]
    compared = 0
    for patient in small.patients:
        day = min(times.get(patient.id, np.inf) for times in first)
        week = int(min((min(day, patient.end) - patient.entry) // 7, WEEKS))
        compared += week > 0
        for name in small.body.record:
            np.testing.assert_array_equal(
                small.body.record[name][: week + 1, patient.row],
                large.body.record[name][: week + 1, patient.row],
            )
    assert compared > 20


def test_who_only_waits_fares_as_who_is_never_treated():
    """A clinic closed for the whole of follow-up is no treatment, to the bit."""
    setting = load_clinic("community")
    closed = setting.calendar.model_copy(
        update={"closed": tuple(f"{m:02d}-{d:02d}" for m in range(1, 13) for d in range(1, 32))}
    )
    behaviour = setting.behaviour.model_copy(update={"leaving": False})
    shut, _ = run(setting.model_copy(update={"calendar": closed, "behaviour": behaviour}))
    assert not any(row[2] == "start" and row[4] not in ("imaging", "theatre") for row in shut.log.rows)
    waiting = [
        p.row for p in shut.patients if not any(row[2] in ("start", "harm") for row in shut.log.of(p.id))
    ]
    assert len(waiting) > PATIENTS * 0.9
    evidence, draws = own_numbers(setting, shipped_evidence()), Draws(7)
    cohort = draw_cohort(evidence, draws, "disc_herniation", PATIENTS)
    alone = Body(evidence, cohort, draws, shut.body.entry, WEEKS)
    alone.advance(shut.end)
    for name in shut.body.record:
        np.testing.assert_array_equal(
            shut.body.record[name][:, waiting], alone.record[name][:, waiting], err_msg=name
        )


VISITS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=30)


def starts(visits, servers):
    clock, begun = Clock(0), {}
    station = Station(clock, servers)

    def person(who, service):
        with station.request() as place:
            yield place
            begun[who] = clock.now
            yield service

    def door():
        for who, (gap, service) in enumerate(visits):
            yield gap
            Process(clock, person(who, service))

    Process(clock, door())
    clock.run(until=10_000)
    return [begun[who] for who in range(len(visits))]


@settings(max_examples=200)
@given(VISITS, st.integers(1, 4))
def test_another_server_delays_nobody(visits, servers):
    """First come, first served, with fixed arrivals and services in whole numbers: exact."""
    assert all(b <= a for a, b in zip(starts(visits, servers), starts(visits, servers + 1), strict=True))
