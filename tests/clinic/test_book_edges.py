"""Edges of the appointment book and of attending, worked out by hand."""

import math
from collections import defaultdict
from contextlib import suppress
from types import SimpleNamespace

import pytest
from simpy import Interrupt

from spinesim.clinic.attend import REASONS, attend, booked, look
from spinesim.clinic.book import ROUTINE, URGENT, Book
from spinesim.clinic.process import Clock, Process
from spinesim.clinic.resource import DAYS, Resource, Session
from spinesim.clinic.slots import Slots
from spinesim.clinic.station import Station

HALF = 30.0
MORNING = 9 / 24


def mondays(start="09:00", end="10:00", days=("mon",), **more):
    return Session(days=days, start=start, end=end, **more)


def a_book(*sessions, ageing=math.inf, **more):
    clock = Clock()
    return clock, Book(
        clock, Resource(staff=1, sessions=sessions, **{"booked_ahead_days": 0} | more), ageing=ageing
    )


def day(clock, book, number):
    """Midnight of that day."""
    if number > clock.now:
        clock.run(until=float(number))
    return book.new_day(number, lambda *_: None)


# -- the book ------------------------------------------------------------------------------------------------


def test_a_slot_given_back_is_there_for_who_asks_next():
    """Both slots of day 0 sold, a third looked in vain: one is given back, and the next to ask has it."""
    clock, book = a_book(mondays(days=("mon", "tue")), booked_ahead_days=1)
    day(clock, book, 0)
    places = [book.request(who, "review", HALF) for who in range(3)]
    assert [place.slots.day for place in places] == [0, 0, 1]
    book.leave(places[0])
    assert book.request(9, "review", HALF).at == pytest.approx(MORNING)


def test_the_urgent_join_the_session_under_way_now():
    clock, book = a_book(mondays(), mondays("14:00", "15:00"))
    day(clock, book, 0)
    clock.run(until=9.5 / 24)
    place = book.request(0, "review", HALF, URGENT)
    assert place.at == clock.now and place.slots.begins == pytest.approx(MORNING) and not place.waits
    clock.run(until=10.5 / 24)
    assert book.request(1, "review", HALF, URGENT).at == pytest.approx(14 / 24)


def test_nobody_ages_past_the_urgent():
    """Nothing is open yet; a year's wait at a class a week does not outdo who is urgent today."""
    clock, book = a_book(mondays(end="09:30"), ageing=1.0)
    old = book.request(0, "review", HALF, ROUTINE)
    for number in range(1, 365):
        clock.run(until=float(number))
    urgent = book.request(1, "review", HALF, URGENT)
    assert book.list == [old, urgent]
    day(clock, book, 371)
    assert urgent.slots is not None and old.slots is None


def test_a_meeting_with_more_people_than_places_takes_no_more():
    clock, book = a_book(mondays(group=2, meeting_minutes=60))
    day(clock, book, 0)
    for who in range(3):
        book.request(who, "review", HALF, URGENT)
    assert book.request(9, "review", HALF).slots is None


def test_a_place_given_back_is_that_meetings():
    slots = Slots(0, mondays(end="11:00", group=1 + 1, meeting_minutes=60), 0.0)
    sold = [slots.take(HALF, False)[1] for _ in range(4)]
    assert sold == [0.0, 0.0, 60.0, 60.0]
    slots.give_back(60.0, HALF)
    assert slots.places == [0, 1] and slots.take(HALF, False) == (pytest.approx(10 / 24), 60.0)


def test_overbooked_places_and_slots():
    """Half as much again: 3 places for 2, and 30-minute slots 20 minutes apart, 90 minutes in 60."""
    assert Slots(0, mondays(group=2, meeting_minutes=60), 0.5).places == [3]
    slots = Slots(0, mondays(), 0.5)
    begins = [(slots.take(HALF, False)[0] - MORNING) * 1_440 for _ in range(3)]
    assert begins == pytest.approx([0, 20, 40]) and not slots.fits(HALF, False)


def test_urgent_time_is_the_urgents_until_released_and_then_comes_on_top():
    slots = Slots(0, mondays(urgent_minutes=30), 0.0)
    assert (slots.free, slots.urgent) == (30, 30)
    slots.take(20, True)
    assert (slots.free, slots.urgent) == (30, 10)
    assert not slots.fits(40, False) and slots.fits(40, True)
    assert slots.release() and slots.fits(40, False) and not slots.release()


def test_overtime_is_only_what_lies_after_the_end():
    """A session of 30 minutes: the second half hour lies after it whole, the third no more than whole."""
    slots = Slots(0, mondays(end="09:30"), 0.0)
    served = [slots.serve(MORNING, HALF, at) for at in (0.0, 30.0, 60.0)]
    assert [over for *_, over in served] == pytest.approx([0, 30, 30])
    assert [start for start, *_ in served] == pytest.approx([MORNING, 9.5 / 24, 10 / 24])


def test_who_wants_a_later_day_is_counted_from_that_day():
    clock, book = a_book(mondays())
    day(clock, book, 1)  # a Tuesday: nothing is open
    book.request(0, "review", HALF, earliest=3.0)
    assert book.waiting == 0
    day(clock, book, 2)
    assert book.waiting == 0
    day(clock, book, 3)
    assert book.waiting == 1


def test_looks_are_weekly_from_the_day_wanted():
    clock, book, seen = *a_book(mondays(days=("sun",)), booked_ahead_days=0), []
    book.is_open = lambda _: False
    book.request(0, "review", HALF, earliest=3.0)
    for number in range(30):
        if number:
            clock.run(until=float(number))
        book.new_day(number, lambda *_: seen.append(math.floor(clock.now)))
    assert seen == [10, 17, 24]


# -- attending, with a clinic of cardboard ------------------------------------------------------------------


def cardboard(*sessions, numbers=None, chances=None, pain=None, course=False, **behaviour):
    """A clinic with one book and given uniforms: ``chances[name]`` (default 1: nothing happens)."""
    clock, notes = Clock(), []
    switches = dict.fromkeys(("no_show", "cancelling", "leaving", "triage"), False) | behaviour
    clinic = SimpleNamespace(
        env=clock, resource_of={"review": "physician"}, minutes={"review": HALF}, notes=notes,
        setting=SimpleNamespace(behaviour=SimpleNamespace(**switches)),
        numbers={
            "cancel.share": 0.5, "cancel.notice_days": 2.0, "cancel.rebooks": 0.5, "no_show.share": 0.5,
            "no_show.reference_days": 0.0, "no_show.odds_per_doubling": 1.0, "no_show.rebooks": 0.5,
            "important.pain": 2.0, "leave.recovered_pain": 1.0, "leave.recovered_per_week": 0.5,
            "leave.elsewhere_per_week": 0.5,
        } | (numbers or {}),
        note=lambda patient, event, step, resource, value=math.nan: notes.append((clock.now, event, value)),
        list_days=lambda *_: 0.0, until=lambda when: max(when - clock.now, 0.0),
        is_course=lambda _: course, charge=lambda *_: None,
        followed=lambda _: True, pain_today=lambda _: (pain or (lambda day: 5.0))(clock.now),
        pain_on=lambda _, day: (pain or (lambda day: 5.0))(day),
        draws=SimpleNamespace(at=lambda name, which, who: (chances or {}).get((name, which), 1.0)),
    )  # fmt: skip
    book = Book(
        clock,
        Resource(staff=1, sessions=sessions, booked_ahead_days=28),
        told=lambda place: booked(clinic, place),
    )
    clinic.books = {"physician": book}

    def days():
        for number in range(60):
            book.new_day(number, lambda one, place: look(clinic, one, place))
            yield 1.0

    Process(clock, days())
    return clinic


def person(entry=0):
    return SimpleNamespace(
        id=0, entry=entry, appointments=defaultdict(int), gave_up="", seen=lambda *_, **__: None
    )


def steps_of(clinic, **more):
    """What one person's review writes in the log: (day, event)."""
    Process(clinic.env, attend(clinic, person(), "review", **more))
    clinic.env.run(until=60.0)
    return [(math.floor(when), event) for when, event, _ in clinic.notes]


def test_who_cancels_is_given_no_day_before_the_one_wanted():
    """Wanted for day 14, booked for it, cancelled on day 12: the next is not earlier."""
    clinic = cardboard(
        mondays(days=("mon", "tue", "sat", "sun")), cancelling=True,
        chances={("cancel.review", 1): 0.0, ("cancel_again.review", 1): 0.0},
    )  # fmt: skip
    assert steps_of(clinic, earliest=14.0) == [
        (0, "request"), (0, "booked"), (12, "cancelled"), (12, "booked"), (14, "start"), (14, "end"),
    ]  # fmt: skip
    assert [math.floor(value) for _, event, value in clinic.notes if event == "booked"] == [14, 14]


@pytest.mark.parametrize("why,event", [("cancel", "cancelled"), ("no_show", "no_show")])
def test_another_appointment_hangs_on_its_own_chance(why, event):
    on = {"cancel": "cancelling", "no_show": "no_show"}[why]
    other = {"cancel": "no_show", "no_show": "cancel"}[why]
    clinic = cardboard(
        mondays(), chances={(f"{why}.review", 1): 0.0, (f"{other}_again.review", 1): 0.0}, **{on: True}
    )
    assert [event for _, event in steps_of(clinic, earliest=14.0)] == ["request", "booked", event, "left"]
    assert clinic.notes[-1][2] == REASONS["cancelled"] == REASONS["missed"]


def test_a_cancellation_needs_its_notice():
    """Two days' notice of an appointment in two days would be now, which is no day ahead."""
    sure = {("cancel.review", 1): 0.0}
    near = cardboard(mondays(days=("wed",)), cancelling=True, chances=sure)
    assert (2, "start") in steps_of(near)
    far = cardboard(mondays(days=("thu",)), cancelling=True, chances=sure)
    assert steps_of(far)[2:] == [(1, "cancelled"), (1, "left")]


def test_sessions_of_a_course_are_neither_cancelled_nor_missed_by_lead_time():
    sure = {("cancel.review", 1): 0.0, ("no_show.review", 1): 0.0}
    clinic = cardboard(mondays(), cancelling=True, no_show=True, chances=sure, course=True)
    assert [event for _, event in steps_of(clinic, earliest=14.0)] == ["request", "booked", "start", "end"]


def test_a_first_session_missed_unannounced_ends_its_request_and_not_the_course():
    clinic = cardboard(mondays(), no_show=True, course=True)
    assert steps_of(clinic, earliest=7.0, comes=False) == [(0, "request"), (0, "booked"), (7, "no_show")]


def test_lead_time_is_from_the_day_of_booking():
    """Booked on day 0 for day 14: 15 times the odds of the same day, at one doubling each log2 15."""
    odds = {"no_show.share": 0.1, "no_show.odds_per_doubling": 2.0}  # odds 1/9 x 15: missed below 0.625
    kept = cardboard(mondays(), no_show=True, numbers=odds, chances={("no_show.review", 1): 0.63})
    missed = cardboard(mondays(), no_show=True, numbers=odds, chances={("no_show.review", 1): 0.62})
    assert (14, "start") in steps_of(kept, earliest=14.0)
    assert (14, "no_show") in steps_of(missed, earliest=14.0)


def test_no_longer_wanted_is_known_when_the_day_comes():
    clinic = cardboard(mondays())
    assert steps_of(clinic, earliest=7.0, wanted=lambda: False)[2:] == [(7, "left")]
    assert clinic.notes[-1][0] == 7.0  # at midnight, in time to give the slot back


def test_worse_and_better_count_from_the_last_time_it_was_said():
    """5 when first wanted; 7 from day 10 on, 9 from day 24, 7 again from day 38: said once each."""
    pain = {0: 5.0, 10: 7.0, 24: 9.0, 38: 7.0}
    clinic = cardboard(
        mondays(),
        pain=lambda when: pain[max(first for first in pain if first <= when)],
    )
    clinic.books["physician"].is_open = lambda _: False
    assert steps_of(clinic)[1:] == [(14, "worse"), (28, "worse"), (42, "better")]


def test_each_week_on_the_list_has_its_own_chance_of_leaving():
    clinic = cardboard(mondays(), leaving=True, chances={("leave.elsewhere.review", 3): 0.0})
    clinic.books["physician"].is_open = lambda _: False
    assert steps_of(clinic)[1:] == [(21, "left")] and clinic.notes[-1][2] == REASONS["elsewhere"]


def test_an_abandoned_reason_is_forgotten_at_the_next_request():
    clinic, patient = cardboard(mondays()), person()
    patient.gave_up = "recovered"
    Process(clinic.env, attend(clinic, patient, "review"))
    clinic.env.run(until=1.0)
    assert patient.gave_up == ""


@pytest.mark.parametrize("late", [False, True])
def test_an_emergency_ends_the_wait_for_a_turn(late):
    """A red flag while the queue stands, or while the session runs late: the request has ended, as `left`."""
    clinic = cardboard(mondays(days=tuple(DAYS)))
    if late:  # 30 minutes sold for each of two, the first lasts three hours
        clinic.books["physician"].begin = lambda place: 9.5 / 24 + 0.1
    else:
        clinic.books, clinic.slot_days = {}, {"review": 1.0}
        clinic.resources = {"physician": Station(clinic.env, 1)}
        clinic.resources["physician"].request()

    def emergency(steps):
        with suppress(Interrupt):
            yield from steps

    waiting = Process(clinic.env, emergency(attend(clinic, person(), "review")))
    clinic.env.run(until=9.5 / 24)
    waiting.interrupt("red flag")
    clinic.env.run(until=0.5)
    assert [event for _, event, _ in clinic.notes if event != "booked"] == ["request", "left"]
    assert clinic.notes[-1][2] == REASONS["emergency"]


def test_a_missed_session_is_not_blamed_for_another_slot_given_up():
    """While a session of a course is awaited the same person leaves the list for something else."""
    clinic, patient = cardboard(mondays(), no_show=True, course=True), person()
    Process(clinic.env, attend(clinic, patient, "review", earliest=7.0, comes=False))
    clinic.env.run(until=5.0)
    patient.gave_up = "recovered"
    clinic.env.run(until=10.0)
    assert patient.gave_up == ""
