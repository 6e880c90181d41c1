"""The appointment book: who gets which slot, checked by hand, by laws, and against a plain-minded oracle."""

import math
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinesim.clinic.book import ROUTINE, SOON, UNDER_WAY, URGENT, Book
from spinesim.clinic.process import Clock, Process
from spinesim.clinic.resource import DAYS, Resource, Session

SLOT, DAY = 30.0, 1_440
WORKDAYS = DAYS[:5]


def session(days=WORKDAYS, start="09:00", end="10:00", **more):
    return Session(days=days, start=start, end=end, **more)


def ask(when, level=ROUTINE, earliest=0, cancels=None, step="review", minutes=SLOT, late=None):
    """Asks at `when` for a day from `earliest`; `cancels` so many days ahead; `late` never comes."""
    return SimpleNamespace(
        when=float(when), level=level, earliest=float(earliest), cancels=cancels, step=step, minutes=minutes,
        misses=late,
    )  # fmt: skip


def keep_book(asked, *sessions, horizon=40, closed=(), ageing=math.inf, **resource):
    """Run a book; returns every person's appointment and what was watched."""
    resource = Resource(sessions=sessions, **{"staff": 1, "booked_ahead_days": 7} | resource)
    clock = Clock()
    seen = SimpleNamespace(places={}, starts={}, given=[], open=[], waiting=[], cancelled={})
    book = Book(
        clock, resource, 0, lambda day: day not in closed, ageing,
        lambda place: told(place),
    )  # fmt: skip

    def told(place):
        seen.given.append((clock.now, place.patient, place.at, place.slots))
        notice = asked[place.patient].cancels
        day = math.floor(place.at) - (notice or 0)
        if notice and day > clock.now:  # as `attend.booked` does it
            seen.cancelled[place.patient] = day
            book.cancel_on(place, day)

    def days():
        for day in range(horizon):
            seen.open.append(book.new_day(day, lambda *_: None))
            yield 0.875
            seen.waiting.append(book.waiting)
            yield 0.125

    def person(who, wish):
        yield wish.when
        with book.request(who, wish.step, wish.minutes, wish.level, wish.earliest) as place:
            seen.places[who] = place
            if place.waits:
                yield place
            if place.left:
                return
            yield max(place.at - clock.now, 0.0)
            if wish.misses:
                book.miss(place)
                return
            yield max(book.begin(place) - clock.now, 0.0)
            book.started(place)
            seen.starts[who] = clock.now
            yield wish.minutes / DAY

    Process(clock, days(), "the day")
    for who, wish in enumerate(asked):
        Process(clock, person(who, wish), who)
    clock.run(until=float(horizon))
    seen.book = book
    return seen


def at(day, clock):
    hours, minutes = clock.split(":")
    return pytest.approx(day + (60 * int(hours) + int(minutes)) / DAY, abs=1e-9)


def slots(seen):
    return [place.at if place.slots and not place.left else None for _, place in sorted(seen.places.items())]


# -- by hand -------------------------------------------------------------------------------------------------


def test_slots_are_given_in_the_order_asked_the_first_day_first():
    seen = keep_book([ask(0.25)] * 5, session())
    assert slots(seen) == [at(0, "09:00"), at(0, "09:30"), at(1, "09:00"), at(1, "09:30"), at(2, "09:00")]
    assert seen.open[:8] == [60, 60, 60, 60, 60, 0, 0, 60]


def test_a_session_that_has_begun_takes_no_routine_people_and_weekends_none():
    seen = keep_book([ask(4.5), ask(4.5)], session(), session(("fri",), "13:00", "13:30"))
    assert slots(seen) == [at(4, "13:00"), at(7, "09:00")]


def test_the_day_wanted_is_respected_to_the_day():
    seen = keep_book([ask(0.25, earliest=day) for day in (2, 3, 3, 3, 5)], session())
    assert slots(seen) == [at(2, "09:00"), at(3, "09:00"), at(3, "09:30"), at(4, "09:00"), at(7, "09:00")]


def test_nobody_is_booked_beyond_the_horizon_before_its_day_comes():
    """Two days ahead, one slot a day: the fourth is on the list, and told on the day its day opens."""
    seen = keep_book([ask(0.25)] * 5, session(end="09:30"), booked_ahead_days=2)
    assert slots(seen) == [at(day, "09:00") for day in range(5)]
    assert [now for now, *_ in seen.given] == [0.25, 0.25, 0.25, 1.0, 2.0]
    assert seen.waiting[:6] == [4, 3, 2, 1, 0, 0]


def test_closed_days_and_every_second_week():
    seen = keep_book([ask(0.25)] * 4, session(("mon",), every_weeks=2), closed=(14,), booked_ahead_days=30)
    assert slots(seen) == [at(0, "09:00"), at(0, "09:30"), at(28, "09:00"), at(28, "09:30")]
    assert [day for day, minutes in enumerate(seen.open) if minutes] == [0, 28]


def test_a_cancelled_slot_goes_to_the_first_on_the_list():
    """Two slots a week, all booked for two weeks; the one given back on Sunday is for Monday."""
    asked = [ask(0.25), ask(0.25), ask(0.25, cancels=1), ask(0.25), ask(1.25), ask(2.25)]
    seen = keep_book(asked, session(("mon",)), booked_ahead_days=7)
    assert seen.places[2].left == "cancelled"
    assert slots(seen)[3:] == [at(7, "09:30"), at(7, "09:00"), at(14, "09:00")]
    assert [now for now, who, *_ in seen.given if who == 4] == [6.0]


def test_what_is_missed_is_lost_and_counted():
    seen = keep_book([ask(0.25, late=True), ask(0.25), ask(0.375)], session(("mon",)), booked_ahead_days=7)
    assert seen.book.no_shows == 1 and set(seen.starts) == {1, 2}
    assert slots(seen)[2] == at(7, "09:00") and seen.book.busy_minutes == 2 * SLOT


def test_time_kept_for_the_urgent_is_theirs_until_its_release():
    """Of two slots a day one is kept until the day before."""
    keep = session(urgent_minutes=30)
    seen = keep_book([ask(0.25)] * 3, keep, urgent_release_days=1)
    assert slots(seen) == [at(0, "09:00"), at(0, "09:30"), at(1, "09:00")]  # today and tomorrow are released
    seen = keep_book([ask(0.25)] * 4, keep, urgent_release_days=0)
    assert slots(seen) == [at(0, "09:00"), at(0, "09:30"), at(1, "09:00"), at(2, "09:00")]
    seen = keep_book([*[ask(0.25)] * 4, ask(0.5, URGENT)], keep, urgent_release_days=0)
    assert slots(seen)[4] == at(1, "09:30")


def test_the_urgent_are_squeezed_in_and_work_goes_on_after_hours():
    """Everything is sold: the urgent one comes to the next session all the same, half an hour over."""
    seen = keep_book([*[ask(0.25)] * 4, ask(0.5, URGENT)], session())
    assert seen.starts[4] == at(1, "10:00")
    assert seen.book.over_minutes == pytest.approx(30) and seen.book.busy_minutes == pytest.approx(150)


def test_group_places_and_the_meeting_counts_once():
    group = session(end="11:00", group=3, meeting_minutes=60)
    seen = keep_book([ask(0.25)] * 8, group)
    assert slots(seen) == [at(0, "09:00")] * 3 + [at(0, "10:00")] * 3 + [at(1, "09:00")] * 2
    assert seen.book.busy_minutes == pytest.approx(3 * 60)


@pytest.mark.parametrize(
    "opens", [f"{hour:02d}:{minute}" for hour in range(7, 19) for minute in ("00", "20")]
)
def test_meetings_back_to_back_are_all_counted_whatever_the_hour(opens):
    group = session(("mon",), opens, "22:20", group=1 + 1, meeting_minutes=40)
    meetings = int(group.minutes // 40)
    seen = keep_book([ask(14.125)] * (2 * meetings), group, horizon=16)
    assert len(seen.starts) == 2 * meetings and seen.book.busy_minutes == pytest.approx(40 * meetings)


def test_sessions_of_their_own_are_kept_to():
    two = (session(("mon",), steps=("intake",)), session(("tue",), steps=("review",)))
    seen = keep_book([ask(0.25), ask(0.25, step="intake"), ask(0.25, step="virtual_review")], *two)
    assert slots(seen) == [at(1, "09:00"), at(0, "09:00"), at(1, "09:30")]


@pytest.mark.parametrize(
    ("ageing", "first"), [(math.inf, "soon"), (2.5, "soon"), (2.0, "routine"), (1.75, "routine")]
)
def test_the_better_claim_goes_first_and_waiting_makes_it_better(ageing, first):
    """On day 21 one has waited 3 weeks, one of a better class 1 week: at 2 weeks a class they are equal, and
    who has waited longer goes first; a little slower ageing and the better class does."""
    asked = [ask(0), ask(0), ask(14, SOON)]
    seen = keep_book(
        asked, session(("mon",), end="09:30"), booked_ahead_days=0, closed=(7, 14), ageing=ageing
    )
    order = ["taken at once", *(["routine", "soon"] if first == "routine" else ["soon", "routine"])]
    found = dict(zip(slots(seen), ["taken at once", "routine", "soon"], strict=True))
    assert [found[day] for day in sorted(found)] == order


def test_a_course_under_way_goes_before_the_severe_and_the_urgent_before_all():
    asked = [ask(0), ask(1), ask(1, SOON), ask(2, UNDER_WAY), ask(3, URGENT)]
    seen = keep_book(asked, session(("mon",), end="09:30"), booked_ahead_days=0)
    assert slots(seen) == [at(day, "09:00") for day in (0, 28, 21, 14, 7)]


# -- laws ----------------------------------------------------------------------------------------------------

LEVELS = st.sampled_from([URGENT, UNDER_WAY, SOON, ROUTINE, ROUTINE])
WISH = st.tuples(
    st.integers(0, 12), st.sampled_from([0.25, 0.5]), LEVELS, st.integers(0, 14), st.integers(0, 16)
)
WISHES = st.lists(WISH, min_size=1, max_size=25)
SESSION = st.builds(
    lambda days, start, length, kept, every: session(
        tuple(days), f"{start:02d}:00", f"{start + length}:00", urgent_minutes=30 * kept, every_weeks=every
    ),
    st.sets(st.sampled_from(WORKDAYS), min_size=1),
    st.sampled_from([9, 14]),
    st.integers(1, 2),
    st.integers(0, 1),
    st.integers(1, 2),
)
TIMETABLE = st.lists(SESSION, min_size=1, max_size=2, unique_by=lambda one: one.start)
CLINIC = st.fixed_dictionaries(
    {
        "staff": st.integers(1, 2),
        "booked_ahead_days": st.integers(0, 10),
        "urgent_release_days": st.integers(0, 3),
        "overbooking": st.sampled_from([0.0, 0.5]),
    }
)
CLOSED = st.sets(st.integers(0, 20), max_size=4)
AGEING = st.sampled_from([math.inf, 1.0, 2.0])


def wishes(drawn):
    """The urgent do not cancel; days wanted before today mean as soon as possible."""
    return [
        ask(day + hour, level, earliest, 0 if level == URGENT else notice)
        for day, hour, level, earliest, notice in drawn
    ]


@settings(max_examples=200)
@given(WISHES, TIMETABLE, CLINIC, CLOSED, AGEING)
def test_laws_of_every_book(drawn, timetable, clinic, closed, ageing):
    asked = wishes(drawn)
    seen = keep_book(asked, *timetable, closed=closed, ageing=ageing, **clinic)
    over = 1 + clinic["overbooking"]
    live = {}
    for now, who, when, slot in seen.given:
        wish = asked[who]
        live = {one: kept for one, kept in live.items() if seen.cancelled.get(one, math.inf) > now}
        assert slot.day not in closed and slot.day % 7 < 5
        assert slot.day <= math.floor(now) + clinic["booked_ahead_days"]  # the horizon
        if wish.level != URGENT:
            assert slot.day >= max(wish.earliest, math.floor(wish.when)) and slot.begins >= now
            assert slot.begins <= when <= slot.ends - SLOT / DAY / over + 1e-9  # inside the session
            free = SLOT * sum(other == id(slot) for other, _ in live.values())
            assert free + SLOT <= slot.minutes * over + 1e-9 or any(
                asked[who].level == URGENT for who, (other, _) in live.items() if other == id(slot)
            )
        if wish.level != URGENT:  # no slot is sold twice
            assert all(abs(kept[1] - when) > 1e-9 for kept in live.values() if kept[0] == id(slot))
        live[who] = (id(slot), when)
    one_by_one = {}
    for who, start in sorted(seen.starts.items(), key=lambda item: item[1]):  # Lindley in every session
        place = seen.places[who]
        before = one_by_one.get(id(place.slots), -math.inf)
        assert start == pytest.approx(max(place.at, before), abs=1e-9)
        one_by_one[id(place.slots)] = start + SLOT / DAY
    assert seen.book.busy_minutes == pytest.approx(SLOT * len(seen.starts))
    assert seen.book.busy_minutes - seen.book.over_minutes <= sum(seen.open) + 1e-9
    assert seen.book.waiting == sum(place.waiting and place.since <= 39 for place in seen.places.values())


# -- an oracle written from the contract ---------------------------------------------------------------------


class Diary:
    """Plain-minded: counts slots, looks at every session at every turn."""

    def __init__(self, asked, timetable, clinic, closed, ageing):
        self.asked, self.ahead, self.release = (
            asked,
            clinic["booked_ahead_days"],
            clinic["urgent_release_days"],
        )
        self.sessions, self.ageing = [], ageing
        for day in range(40 + self.ahead):
            for one in sorted(timetable, key=lambda one: one.opens):
                held = day not in closed and DAYS[day % 7] in one.days and day // 7 % one.every_weeks == 0
                for _ in range(clinic["staff"] * held):
                    room = round(one.minutes * (1 + clinic["overbooking"]) / SLOT)
                    kept = one.urgent_minutes // 30
                    ends = day + (one.opens + one.minutes) / DAY
                    begins = day + one.opens / DAY
                    self.sessions.append(
                        SimpleNamespace(
                            day=day, begins=begins, ends=ends, free=room - kept, kept=kept, back=0
                        )
                    )
        self.given, self.list, self.gone, self.cancels = {}, [], set(), {}

    def room(self, one, urgent):
        return one.free + (one.kept if urgent else 0) > 0 or one.back > 0

    def open(self, now):
        return [one for one in self.sessions if one.day <= math.floor(now) + self.ahead]

    def give(self, who, one, now):
        self.given[who] = one
        notice = self.asked[who].cancels
        if notice and one.day - notice > now:
            self.cancels[who] = one.day - notice
        if one.back:
            one.back -= 1
        elif self.asked[who].level == URGENT and one.kept:
            one.kept -= 1
        else:
            one.free -= 1

    def first_day(self, who):
        return max(self.asked[who].when, self.asked[who].earliest)

    def offer(self, now):
        """The list, the best claim first."""

        def claim(who):
            level, since = self.asked[who].level, self.first_day(who)
            if level == URGENT:
                return (-math.inf, since)
            return (level - max(now - since, 0.0) / 7 / self.ageing, since)

        for who in sorted(self.list, key=claim):
            for one in self.open(now):
                late = one.begins < now or one.day < math.floor(self.first_day(who))
                if not late and self.room(one, self.asked[who].level == URGENT):
                    self.give(who, one, now)
                    break
        self.list = [who for who in self.list if who not in self.given]

    def midnight(self, day):
        for who in [who for who, when in self.cancels.items() if when == day]:
            self.gone.add(who)
            self.given[who].back += 1
            self.offer_before(day)
        for one in self.sessions:
            if one.day <= day + self.release and one.day <= day + self.ahead:
                one.free, one.kept = one.free + one.kept, 0
        self.offer(float(day))

    def offer_before(self, day):
        """What is given back at midnight goes to the list before the new day opens."""
        ahead, self.ahead = self.ahead, self.ahead - 1
        self.offer(float(day))
        self.ahead = ahead

    def asks(self, who):
        wish, now = self.asked[who], self.asked[who].when
        if wish.level == URGENT:
            coming = [one for one in self.open(now) if one.ends > now]
            first = [one for one in coming if one.day == coming[0].day]
            if coming:
                self.give(who, next((one for one in first if self.room(one, True)), first[0]), now)
                return
        else:
            for one in self.open(now):
                wanted = one.begins >= now and one.day >= math.floor(self.first_day(who))
                if wanted and self.room(one, False):
                    self.give(who, one, now)
                    return
        self.list.append(who)

    def run(self):
        for day in range(40):
            self.midnight(day)
            for who in sorted(range(len(self.asked)), key=lambda who: self.asked[who].when):
                if math.floor(self.asked[who].when) == day:
                    self.asks(who)
        return {who: one.begins for who, one in self.given.items() if who not in self.gone}


@settings(max_examples=400)
@given(WISHES, TIMETABLE, CLINIC, CLOSED, AGEING)
def test_everyone_is_given_the_session_the_oracle_says(drawn, timetable, clinic, closed, ageing):
    asked = wishes(drawn)
    seen = keep_book(asked, *timetable, closed=closed, ageing=ageing, **clinic)
    ours = {
        who: place.slots.begins
        for who, place in seen.places.items()
        if place.slots is not None and not place.left
    }
    assert ours == Diary(asked, timetable, clinic, closed, ageing).run()
