"""The shipped clinics: they load, their timetables add up, and each step has a session that can take it."""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pytest

from spinesim.clinic.check import OWN, steps_of
from spinesim.clinic.resource import RESOURCES, Resource, Session
from spinesim.clinic.setting import Arrivals, Calendar, ClinicSetting, load_clinic
from spinesim.clinical.mix import case_mix
from spinesim.evidence import data_folder
from spinesim.study import plan, simulate
from spinesim.study.simulation import shipped_evidence

SHIPPED = ("ample", "community", "hospital_pain_centre")
BOOKED = SHIPPED[1:]
LENGTHS = {"intake": "first_visit", "review": "visit", "virtual_review": "virtual_visit"}


@pytest.fixture(scope="module", params=BOOKED)
def clinic(request: Any) -> ClinicSetting:
    return load_clinic(request.param)


def test_these_are_shipped_and_explained() -> None:
    folder = data_folder() / "clinics"
    assert sorted(path.stem for path in folder.glob("*.toml")) == sorted(SHIPPED)
    text = (folder / "README.md").read_text(encoding="utf-8")
    models: list[Any] = [ClinicSetting, Resource, Session, Calendar]
    models += [ClinicSetting.model_fields[key].annotation for key in ("behaviour", "virtual")]
    models.append(Arrivals)
    for model in models:
        for key in model.model_fields:
            assert f"`{key}`" in text or f"`[{key}" in text, f"README.md says nothing of {key}"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_plan_can_be_made_and_the_file_says_where_it_is_from(name: str) -> None:
    setting = load_clinic(name)
    assert setting.name == name and setting.title and setting.summary and setting.source
    assert plan("article_tailored", clinic=name, patients=10).clinic == setting


def test_in_the_ample_clinic_nobody_waits() -> None:
    ample = load_clinic("ample")
    assert ample.arrivals is None and not ample.booked
    assert all(math.isinf(getattr(ample.resources, name).open_hours) for name in RESOURCES)


OPEN_HOURS = {
    # people x days x hours; every other week counts half
    "community": {
        "physician": 4 * 3.75 + 1.5 + 3 * 5 * 250 / 60 + 3 * 4 * 2.5,
        "physiotherapy": 4 * 5 * 4.5 + 4 * 4 * 3 + 4 * 1.5 + 2 * 1,
        "psychology": 2 * 5 * 3 + 3 * 3,
        "imaging": 3 * 3.5, "injection": 4, "ablation": 4 / 2, "theatre": 4 / 2,
    },
    "hospital_pain_centre": {
        "physician": 4 * 3.75 + 2.25 + 3 * 5 * 250 / 60 + 3 * 4 * 2.5,
        "physiotherapy": 5 * 5 * 4.5 + 5 * 2 * 2.25 + 2 * 2,
        "psychology": 2 * 1.5 + 2 * 4 * 3,
        "imaging": 3 * 3.5, "injection": 3, "ablation": 4 / 2, "theatre": 4 / 2,
    },
}  # fmt: skip


def test_open_hours_are_the_timetable_added_up(clinic: ClinicSetting) -> None:
    hours = {name: getattr(clinic.resources, name).open_hours for name in RESOURCES}
    assert hours == pytest.approx(OPEN_HOURS[clinic.name], rel=1e-12)


def test_one_more_physiotherapist_would_have_a_room(clinic: ClinicSetting) -> None:
    """One more therapist is a question only where rooms, and sessions that say no number, let them work."""
    gym = clinic.resources.physiotherapy
    assert gym.staff != "ample" and gym.rooms is not None and gym.rooms >= gym.staff + 1
    more = gym.model_copy(update={"staff": gym.staff + 1})
    alone = sum(len(one.days) * one.minutes / 60 for one in gym.sessions if one.staff is None)
    assert more.open_hours == pytest.approx(gym.open_hours + alone, rel=1e-12) and alone > 20


def test_every_step_has_a_session_and_every_session_a_step(clinic: ClinicSetting) -> None:
    evidence = shipped_evidence()
    for name in RESOURCES:
        resource = getattr(clinic.resources, name)
        known = steps_of(evidence, name)
        for session in resource.sessions:
            assert set(session.steps or known) <= set(known)
        for step in known:
            if step == "virtual_review" and not clinic.virtual.share:
                continue
            needs = evidence.value(f"{LENGTHS.get(step, step)}.minutes")
            assert any(
                (one.steps is None or step in one.steps) and (one.group > 1 or one.minutes >= needs)
                for one in resource.sessions
            ), step


def test_little_time_of_a_session_is_lost_to_the_length_of_its_slots(clinic: ClinicSetting) -> None:
    """At least nine tenths of a visiting or treatment session can be sold in whole slots."""
    evidence = shipped_evidence()
    for name in ("physician", "physiotherapy", "psychology"):
        for session in getattr(clinic.resources, name).sessions:
            if session.group > 1:
                assert session.minutes % (session.meeting_minutes or 1) == 0
                continue
            step = (session.steps or steps_of(evidence, name))[0]
            slot = evidence.value(f"{LENGTHS.get(step, step)}.minutes")
            assert session.minutes // slot * slot >= 0.9 * session.minutes, (name, session)


def test_first_visits_keep_pace_with_referrals_in_one_of_the_two() -> None:
    """In `community` the list can settle; at `hospital_pain_centre` only because people leave it."""
    slots = {}
    for name in BOOKED:
        setting = load_clinic(name)
        minutes = shipped_evidence().value("first_visit.minutes")
        slots[name] = sum(
            len(one.days) * (one.staff or 1) * (one.minutes // minutes)
            for one in setting.resources.physician.sessions
            if one.steps and "intake" in one.steps
        )
    assert slots == {"community": 22, "hospital_pain_centre": 23}
    assert slots["community"] > load_clinic("community").arrivals.per_week  # type: ignore[union-attr]
    assert slots["hospital_pain_centre"] < load_clinic("hospital_pain_centre").arrivals.per_week  # type: ignore[union-attr]


def test_who_comes_is_a_case_mix(clinic: ClinicSetting) -> None:
    assert clinic.mix is not None
    assert sum(case_mix(shipped_evidence(), clinic.mix).values()) == pytest.approx(1)


def test_the_starting_list_is_the_published_wait() -> None:
    """5.5 months of referrals: about 24 weeks (data/evidence: wait_pain_clinic_ca_public)."""
    arrivals = load_clinic("hospital_pain_centre").arrivals
    months = shipped_evidence().figures["wait_pain_clinic_ca_public"].value
    assert arrivals is not None and months is not None
    assert arrivals.backlog_weeks == round(months * 365.25 / 12 / 7)
    assert arrivals.backlog <= arrivals.backlog_weeks * arrivals.per_week


def test_what_a_clinic_may_set_for_itself_exists() -> None:
    own = [key for key in shipped_evidence().parameters if OWN.fullmatch(key)]
    for key in (
        "visit.price",
        "imaging.minutes",
        "imaging.lead_days",
        "no_show.share",
        "leave.recovered_pain",
    ):
        assert key in own
    assert "lumbar_strain.axial.start" not in own


def test_nobody_is_lost_in_a_shipped_clinic(clinic: ClinicSetting) -> None:
    """Each request ends once: served, left, missed or cancelled for good, or still waiting."""
    results = simulate("article_tailored", clinic=clinic.name, patients=120, years=0.5, seed=4)
    events = results.events
    arrived = set(events.loc[events["event"] == "arrival", "patient"])
    assert arrived == set(results.patients["patient"]) and len(arrived) == 120
    served = events.loc[events["event"] == "start"].groupby(["patient", "step"]).size()
    asked = events.loc[events["event"] == "request"].groupby(["patient", "step"]).size()
    assert (served <= asked.reindex(served.index)).all()
    open_hours = results.accounts.groupby("resource")["open_hours"].sum()
    busy = results.accounts.groupby("resource")["busy_hours"].sum()
    over = results.accounts.groupby("resource")["over_hours"].sum()
    assert (busy - over <= open_hours + 1e-9).all() and np.isfinite(busy).all() and busy.sum() > 0


# -- what the keys mean --------------------------------------------------------------------------------------


def test_open_hours_are_people_times_hours_by_hand() -> None:
    half_day = {"days": ("mon", "thu"), "start": "08:30", "end": "12:45"}  # 4.25 hours
    every_other = {"days": ("fri",), "start": "09:00", "end": "11:00", "every_weeks": 2, "staff": 1}
    book = Resource(staff=3, rooms=2, sessions=(Session(**half_day), Session(**every_other)))
    assert book.capacity == 2
    assert book.open_hours == 2 * 2 * 4.25 + 1 * 2 / 2
    assert Resource(staff=3, hours_per_week=26).open_hours == 78
    assert math.isinf(Resource(staff="ample").open_hours)


def test_closed_days_are_of_every_year_or_of_one() -> None:
    calendar = Calendar(closed=("12-25", datetime.date(2026, 4, 3)))
    for day, is_open in [
        (datetime.date(2026, 12, 25), False), (datetime.date(2027, 12, 25), False),
        (datetime.date(2026, 4, 3), False), (datetime.date(2027, 4, 3), True),
        (datetime.date(2026, 12, 24), True),
    ]:  # fmt: skip
        assert calendar.is_open(day) is is_open


def test_an_even_flow_stretches_a_slot_over_the_week() -> None:
    assert Resource(staff=1, hours_per_week=10).slot_days(60) == pytest.approx(0.7)
