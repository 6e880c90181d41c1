"""A clinic file: every mistake is refused in one sentence naming file and key; what is written comes back."""

from __future__ import annotations

import datetime
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from spinesim.clinic.resource import DAYS, RESOURCES, Resource, Session
from spinesim.clinic.setting import Arrivals, Behaviour, Calendar, ClinicSetting, Virtual, load_clinic
from spinesim.errors import SpinesimError
from spinesim.study import plan

GOOD = """
name = "mine"
title = "Mine"
mix = "pain_clinic"

[arrivals]
per_week = 10
by_weekday = [1, 1, 1, 1, 1, 0, 0]
backlog = 5
backlog_weeks = 2

[calendar]
first_day = 2026-01-05
closed = ["12-25", 2026-04-03]

[behaviour]
no_show = true

[virtual]
steps = ["review"]
share = 0.3

[numbers]
"visit.price" = 100

[resources.physician]
staff = 2
sessions = [
    { days = ["mon", "wed"], start = "08:30", end = "12:30", urgent_minutes = 30 },
    { days = ["tue"], start = "09:00", end = "11:00", staff = 1, steps = ["review"] },
]

[resources.physiotherapy]
staff = 3
rooms = 2
overbooking = 0.1
sessions = [
    { days = ["fri"], start = "08:00", end = "12:00", every_weeks = 2 },
    { days = ["mon"], start = "08:00", end = "10:00", steps = ["group_exercise"], staff = 1, group = 8, meeting_minutes = 60 },
]

[resources]
psychology = { staff = "ample" }
imaging = { staff = 1, hours_per_week = 8 }
injection = { staff = "ample" }
ablation = { staff = "ample" }
theatre = { staff = "ample" }
"""  # noqa: E501

BAD = [
    # what is replaced, by what, words of the sentence
    ('name = "mine"\n', "", "'name' is missing"),
    ('title = "Mine"', "title = 3", "'title'"),
    ('title = "Mine"', 'titel = "Mine"', "'titel' is unknown; remove it or write 'title'"),
    ('mix = "pain_clinic"', "mix = 4", "'mix'"),
    ('mix = "pain_clinic"', "mix = { lumbar_strain = -1 }", "'mix"),
    ("per_week = 10", "per_week = 0", "'arrivals.per_week': input should be greater than 0"),
    ("per_week = 10", "per_week = inf", "'arrivals.per_week': not a finite number"),
    ("per_week = 10", 'per_week = "ten"', "'arrivals.per_week'"),
    ("per_week = 10\n", "", "'arrivals.per_week' is missing"),
    ("[1, 1, 1, 1, 1, 0, 0]", "[1, 1, 1, 1, 1]", "'arrivals.by_weekday': needs 7 numbers, Monday first; 5"),
    ("[1, 1, 1, 1, 1, 0, 0]", "[0, 0, 0, 0, 0, 0, 0]", "by_weekday has no weight above 0"),
    ("[1, 1, 1, 1, 1, 0, 0]", "[1, 1, 1, 1, 1, 0, -1]", "'arrivals.by_weekday', item 7"),
    ("by_weekday", "by_month", "'arrivals.by_month': needs 12 numbers, January first; 7 given"),
    ("backlog = 5\n", "", "backlog and backlog_weeks go together"),
    ("backlog = 5", "backlog = 5.5", "'arrivals.backlog'"),
    ("backlog_weeks = 2", "backlog_weeks = 600", "'arrivals.backlog_weeks'"),
    ("per_week = 10", "per_week = 10\ngrowth_per_year = -0.95", "'arrivals.growth_per_year'"),
    ("2026-01-05", "2026-01-06", "2026-01-06 is no Monday"),
    ("2026-01-05", '"2026-01-05"', "'calendar.first_day'"),
    ('"12-25"', '"25-12"', '"25-12" is no day'),
    ('"12-25"', "7", "'calendar.closed"),
    ("no_show = true", 'no_show = "yes"', "'behaviour.no_show'"),
    ("no_show = true", "no_shows = true", "'behaviour.no_shows' is unknown; remove it or write 'no_show'"),
    ('steps = ["review"]\nshare', 'steps = ["intake"]\nshare', "'virtual.steps', item 1"),
    ("share = 0.3", "share = 30", "'virtual.share': input should be less than or equal to 1"),
    ('"visit.price" = 100', '"visit.price" = "free"', "numbers.visit.price"),
    ("staff = 2\n", "staff = 0\n", "'resources.physician.staff'"),
    ("staff = 2\n", 'staff = "many"\n', "'resources.physician.staff'"),
    ("staff = 2\n", 'staff = "ample"\n', 'staff = "ample" stands alone'),
    ("staff = 2\n", "staff = 2\nhours_per_week = 20\n",
     "give either sessions (a timetable) or hours_per_week"),
    ("staff = 1, hours_per_week = 8", "staff = 1", "give either sessions (a timetable) or hours_per_week"),
    ("hours_per_week = 8", "hours_per_week = 169", "'resources.imaging.hours_per_week'"),
    ("hours_per_week = 8", "hours_per_week = 8, booked_ahead_days = 366",
     "'resources.imaging.booked_ahead_days'"),
    ("hours_per_week = 8", "hours_per_week = 8, urgent_release_days = -1",
     "'resources.imaging.urgent_release_days'"),
    ("hours_per_week = 8", "hours_per_week = 8, on_call = 1", "'resources.imaging.on_call'"),
    ("overbooking = 0.1", "overbooking = 10", "'resources.physiotherapy.overbooking'"),
    ("rooms = 2", "rooms = 2.5", "'resources.physiotherapy.rooms'"),
    ("rooms = 2", "servers = 2", "'resources.physiotherapy.servers' is unknown"),
    ('days = ["mon", "wed"]', 'days = ["monday"]', "'days', item 1"),
    ('days = ["mon", "wed"]', "days = []", "'days' … at least 1"),
    ('start = "08:30"', 'start = "8.30"', '"8.30" is no time of day; write it as "08:30"'),
    ('start = "08:30"', "start = 08:30:00", "not a date or time"),
    ('end = "12:30"', 'end = "08:00"', "end 08:00 is not after start 08:30"),
    ('start = "08:30", end = "12:30"', 'start = "08:30"', "'end' is missing"),
    ('start = "09:00", end = "11:00", staff = 1', 'start = "09:00", end = "11:00", staff = 3',
     "session 2 has staff = 3"),
    ('steps = ["review"] }', "steps = [] }", "'steps' … at least 1"),
    ("urgent_minutes = 30", "urgent_minutes = 300", "urgent_minutes is more than the session's 240 minutes"),
    ("every_weeks = 2", "every_weeks = 0", "'every_weeks'"),
    ("group = 8, ", "", "group and meeting_minutes go together"),
    ("group = 8", "group = 101", "'group'"),
    ("meeting_minutes = 60", "meeting_minutes = 150",
     "meeting_minutes is more than the session's 120 minutes"),
    ('days = ["tue"], start', 'days = ["mon"], start',
     "on mon at 09:00 sessions need 3 at once, the clinic has 2"),
    ('theatre = { staff = "ample" }\n', "", "'resources.theatre' is missing"),
    ('theatre = { staff = "ample" }', 'theater = { staff = "ample" }', "'resources.theater' is unknown"),
]  # fmt: skip


def refusal(text: str, folder: Path) -> str:
    """The sentence with which a file is refused."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpinesimError) as caught:
        load_clinic(path)
    return str(caught.value)


def test_the_example_is_good(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_clinic(path).resources.physician.open_hours == 2 * 2 * 4 + 2
    assert plan("article_tailored", clinic=str(path), patients=10).clinic.name == "mine"


@pytest.mark.parametrize(("old", "new", "says"), BAD, ids=range(len(BAD)))
def test_a_mistake_is_refused_naming_file_and_key(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert GOOD.count(old) >= 1
    sentence = refusal(GOOD.replace(old, new, 1), tmp_path)
    assert "mine.toml" in sentence and all(part in sentence for part in says.split(" … "))
    assert "\n" not in sentence and sentence.endswith(".")
    assert re.search(r"[;:]", sentence), "says no remedy"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is missing"),
        ("name = ", "mine.toml"),
        ("name = 1\nname = 2", "mine.toml"),
        (GOOD.replace("[arrivals]", "[arrival]"), "'arrival' is unknown; remove it or write 'arrivals'"),
        (
            re.sub(r"\[arrivals\].*?\n\n", "", GOOD, flags=re.DOTALL),
            "a clinic with sessions needs [arrivals]",
        ),
        (
            re.sub(r"sessions = \[.*?\n\]", "hours_per_week = 20", GOOD, flags=re.DOTALL),
            "behaviour.no_show needs an appointment book",
        ),
    ],
)
def test_a_file_that_does_not_hang_together_is_refused(text: str, says: str, tmp_path: Path) -> None:
    sentence = refusal(text, tmp_path)
    assert "mine.toml" in sentence and says in sentence and "\n" not in sentence


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"visit.price" = 100', '"visit.prize" = 100', 'numbers."visit.prize"'),
        ('"visit.price" = 100', '"lumbar_strain.axial.start" = 9', 'numbers."lumbar_strain.axial.start"'),
        ('"visit.price" = 100', '"visit.price" = -1', "visit.price"),
        ('"visit.price" = 100', '"no_show.share" = 1.5', "no_show.share"),
        ('"visit.price" = 100', '"visit.minutes" = 500', "no session can take 'review'"),
        ('steps = ["review"] }', 'steps = ["revue"] }', "'revue' is no step of physician"),
        ('steps = ["group_exercise"]', 'steps = ["cbt"]', "'cbt' is no step of physiotherapy"),
        ('mix = "pain_clinic"', 'mix = "pain_clinics"', "pain_clinics"),
        ('mix = "pain_clinic"', "mix = { back_pain = 1 }", "back_pain"),
    ],
)
def test_a_plan_refuses_what_the_data_does_not_know(old: str, new: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SpinesimError) as caught:
        plan("article_tailored", clinic=str(path), patients=10)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_unknown_clinics_are_named_with_the_nearest() -> None:
    with pytest.raises(SpinesimError, match="did you mean 'community'"):
        load_clinic("comunity")
    with pytest.raises(SpinesimError, match="does not exist"):
        load_clinic("nowhere.toml")


# -- round trip ----------------------------------------------------------------------------------------------


def toml(value: Any) -> str:
    """One value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {toml(one)}' for key, one in value.items()) + " }"
    return value.isoformat() if isinstance(value, datetime.date) else repr(value)


def written(model: BaseModel) -> str:
    """A model as a TOML file; what is None is left out."""
    return "".join(f"{key} = {toml(one)}\n" for key, one in model.model_dump(exclude_none=True).items())


SESSIONS = st.builds(
    Session,
    days=st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True).map(tuple),
    start=st.sampled_from(["00:00", "08:30"]),
    end=st.sampled_from(["12:00", "23:59", "24:00"]),
    steps=st.none() | st.just(("review",)),
    staff=st.just(1),  # so that three may be at the same time
    every_weeks=st.integers(1, 52),
    urgent_minutes=st.integers(0, 200),
)
SERVERS = {"staff": st.integers(3, 99), "rooms": st.none() | st.integers(3, 99)}
KINDS = (
    st.just(Resource(staff="ample")),
    st.builds(Resource, **SERVERS, hours_per_week=st.floats(0.1, 168)),
    st.builds(
        Resource, **SERVERS, sessions=st.lists(SESSIONS, min_size=1, max_size=3).map(tuple),
        booked_ahead_days=st.integers(0, 365), urgent_release_days=st.integers(0, 60),
        overbooking=st.floats(0, 1), on_call=st.booleans(),
    ),
)  # fmt: skip
CLINICS = st.builds(
    ClinicSetting,
    name=st.just("mine"), title=st.just("Mine"),
    mix=st.none() | st.just("pain_clinic") | st.just({"lumbar_strain": 0.2}),
    arrivals=st.builds(
        Arrivals, per_week=st.floats(0.01, 1e4), by_weekday=st.none() | st.just((1.0,) * 7),
        growth_per_year=st.floats(-0.9, 10), backlog=st.integers(1, 9), backlog_weeks=st.integers(1, 520),
    ),
    calendar=st.builds(Calendar, closed=st.just(("12-25", datetime.date(2026, 4, 3)))),
    behaviour=st.just(Behaviour()),
    virtual=st.builds(Virtual, steps=st.just(("review",)), share=st.floats(0, 1)),
    numbers=st.dictionaries(st.just("visit.price"), st.floats(0, 1e6)),
    resources=st.fixed_dictionaries({name: st.one_of(KINDS) for name in RESOURCES}),
)  # fmt: skip


@given(CLINICS)
def test_what_is_written_comes_back(clinic: ClinicSetting) -> None:
    text = written(clinic)
    assert ClinicSetting.model_validate(tomllib.loads(text)) == clinic


@pytest.mark.parametrize("name", ["ample", "community", "hospital_pain_centre"])
def test_a_shipped_clinic_written_and_read_again_is_the_same(name: str, tmp_path: Path) -> None:
    clinic, path = load_clinic(name), tmp_path / "again.toml"
    path.write_text(written(clinic), encoding="utf-8")
    assert load_clinic(path) == clinic
