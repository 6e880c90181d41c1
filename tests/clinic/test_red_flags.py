"""Cauda equina: seen at once, scanned anew, operated the same day, whatever went before."""

from pathlib import Path

import numpy as np
import pytest

import spinesim as ss
from spinesim.study.simulation import shipped_evidence

STEADY = Path(__file__).with_name("steady.toml")

PATHWAYS = ("conservative_first", "early_imaging", "early_surgery")
WEEKS = 26
SHOWN = {"imaging.serious_sensitivity": 1.0}  # every scan shows what is there


def run(build, evidence, pathway, condition="disc_herniation", patients=150, **more):
    clinic = build(pathway, condition, patients, WEEKS, evidence=evidence, **more)
    list(clinic.run())
    events = clinic.log.table()
    flag = events[events["event"] == "red_flag"].set_index("patient")["day"]
    assert flag.index.is_unique  # one flag a person
    return clinic, events, flag


def of(events, event, step):
    return events[(events["event"] == event) & (events["step"] == step)]


@pytest.fixture(scope="module")
def sick(flags):
    return shipped_evidence().change(flags(0.5) | SHOWN)


@pytest.fixture(scope="module", params=PATHWAYS)
def flagged(request, build, sick):
    """A strain gets better, so that some are discharged before the flag; all scans are early."""
    clinic, events, flag = run(build, sick, request.param, "lumbar_strain", 200)
    assert len(flag) > 60
    return clinic, events, flag


def test_everyone_arrives_once_and_some_had_left_before_the_flag(flagged):
    clinic, events, flag = flagged
    arrivals = events[events["event"] == "arrival"].groupby("patient").size()
    assert len(arrivals) == len(clinic.patients) and (arrivals == 1).all()
    left = events[events["event"] == "discharge"].groupby("patient")["day"].first()
    back = flag.index[flag.index.map(left).to_numpy() < flag.to_numpy()]
    assert len(back) >= 5
    seen = of(events, "start", "review").groupby("patient")["day"].agg(list)
    for patient in back:
        assert flag[patient] in seen[patient]


def test_the_flag_comes_on_the_hidden_day_to_everyone_not_yet_decompressed(flagged):
    clinic, events, flag = flagged
    onset = clinic.body.serious_day
    ends = of(events, "end", "microdiscectomy").groupby("patient")["day"].first()
    expected = {
        p.id: onset[p.row]
        for p in clinic.patients
        if np.isfinite(onset[p.row]) and ends.get(p.id, np.inf) > onset[p.row]
    }
    assert expected == flag.to_dict()


def test_in_an_ample_clinic_every_flag_is_scanned_and_operated_the_same_day(flagged):
    clinic, events, flag = flagged
    days = {}
    for step in ("imaging", "microdiscectomy"):
        ends = of(events, "end", step)
        after = ends[ends["day"] > ends["patient"].map(flag)].groupby("patient")["day"].first()
        days[step] = after[flag.index]
        np.testing.assert_array_equal(np.floor(days[step]), flag)
    assert (days["imaging"] < days["microdiscectomy"]).all()
    assert not any(p.red_flag or p.flag_scanned for p in clinic.patients)  # dealt with, and forgotten


def test_an_older_scan_does_not_count(flagged):
    """Those scanned before the flag are scanned again, once, and the new scan always shows the cause."""
    _, events, flag = flagged
    scans = of(events, "result", "imaging")
    flag_day = scans["patient"].map(flag)
    old, new = scans[scans["day"] <= flag_day], scans[scans["day"] > flag_day]
    twice = set(old["patient"]) & set(new["patient"])
    assert len(twice) >= 3 and (old[old["patient"].isin(twice)]["value"] == 0).any()
    assert (new.groupby("patient").size() == 1).all() and (new["value"] == 1).all()


def test_an_urgent_offer_is_never_declined_and_an_ordinary_one_can_be(build, flags):
    """Nobody would take a scan or an operation but for the flag."""
    evidence = shipped_evidence().change(
        flags(0.5)
        | SHOWN
        | {"imaging.uptake": 0.0, "microdiscectomy.uptake": 0.0, "cascade.surgery_uptake": 0.0}
    )
    clinic, _, flag = run(build, evidence, "conservative_first")
    for patient in clinic.patients:
        happened = int(patient.id in flag.index)
        assert patient.counts["imaging"] == patient.counts["microdiscectomy"] == happened


def without_urgent_rules():
    pathway = ss.pathway("conservative_first").change(
        physiotherapy_sessions=40, review_weeks=list(range(1, 27))
    )
    for rule in pathway.rules:
        if rule.urgent:
            pathway = pathway.without(rule.id)
    assert not any(rule.urgent for rule in pathway.rules)
    return pathway


def test_without_an_urgent_rule_a_flag_does_not_make_anyone_agree(build, flags, uptakes):
    """Every offer to every person is decided by its own uniform, before the flag and after."""
    evidence = shipped_evidence().change(flags(0.5) | uptakes(0.5))
    clinic, events, flag = run(build, evidence, without_urgent_rules(), patients=200)
    offers = events[events["event"].isin(["offer", "declined"])]
    after = {"offer": 0, "declined": 0}
    for (patient, step), rows in offers.groupby(["patient", "step"]):
        answers = []
        for event, day in zip(rows["event"], rows["day"], strict=True):
            if event == "offer":
                answers.append(True)
            else:
                answers[-1] = False
            after[event] += day > flag.get(patient, np.inf)
        expected = [clinic.draws.at(f"uptake.{step}", k, patient) < 0.5 for k in range(len(answers))]
        assert answers == expected
    assert after["offer"] > 30 and after["declined"] > 10


def test_physiotherapy_stops_at_the_flag(build, sick):
    """Also where nobody operates: no session is asked for once the flag is up; others go on."""
    clinic, events, flag = run(build, sick, without_urgent_rules())
    asked = of(events, "request", "physiotherapy")
    own = asked["patient"].map(flag)
    assert not (asked["day"] > own).any()
    last = asked.groupby("patient")["day"].last()
    in_course = [p for p in flag.index if p in last.index and flag[p] - last[p] < 8]
    assert len(in_course) > 20  # their courses were running when the flag came
    assert asked.loc[own.isna(), "day"].max() > 130
    assert not any(p.exercising for p in clinic.patients if p.id in flag.index)


def test_physiotherapy_stops_at_a_planned_operation(build, uptakes):
    evidence = shipped_evidence().change(uptakes(1.0))
    pathway = ss.pathway("early_surgery").change(physiotherapy_sessions=40)
    _, events, _ = run(build, evidence, pathway)
    operated = of(events, "end", "microdiscectomy").groupby("patient")["day"].first()
    asked = of(events, "request", "physiotherapy")
    day = asked["patient"].map(operated)
    assert (asked["day"] < day)[day.notna()].sum() > 50 and not (asked["day"] > day).any()
    assert asked.loc[day.isna(), "day"].max() > 130
    assert len(operated) > 20


def test_a_flag_gives_up_any_wait_and_goes_before_everyone_else(build, flags):
    """A full scanner: whoever has a flag asks at once, and no routine scan asked for earlier begins first."""
    slow = shipped_evidence().change(flags(0.2) | {"imaging.minutes": 100.0})
    _, events, flag = run(build, slow, "early_imaging", patients=300, setting=STEADY)
    visits = events[(events["event"] == "request") & events["step"].isin(["intake", "review"])]
    assert set(flag.items()) <= set(zip(visits["patient"], visits["day"], strict=True))
    asked, began = (of(events, event, "imaging") for event in ("request", "start"))
    routine = asked[~asked["patient"].isin(flag.index)].set_index("patient")["day"]
    assert routine.index.is_unique
    start = began[~began["patient"].isin(flag.index)].set_index("patient")["day"]
    start = start.reindex(routine.index, fill_value=np.inf)
    overtaken = waited = 0
    for patient, day in flag.items():
        mine = [
            rows.loc[(rows["patient"] == patient) & (rows["day"] > day), "day"] for rows in (asked, began)
        ]
        if not len(mine[1]):
            continue
        request, begin = mine[0].iloc[0], mine[1].iloc[0]
        before = (routine < request) & (start > request)  # still waiting when the urgent request came
        assert not (before & (start < begin)).any()
        overtaken += before.sum()
        waited += begin > request
    assert overtaken > 10 and waited > 3


def test_an_operation_before_the_onset_prevents_the_flag(build, flags, uptakes):
    evidence = shipped_evidence().change(flags(1.0) | SHOWN | uptakes(1.0))
    clinic, events, flag = run(build, evidence, "early_surgery")
    ends = of(events, "end", "microdiscectomy").groupby("patient")["day"].first()
    early = [p.id for p in clinic.patients if ends.get(p.id, np.inf) <= clinic.body.serious_day[p.row]]
    assert len(early) > 5 and not set(early) & set(flag.index)
    assert set(flag.index) | set(early) == {p.id for p in clinic.patients}
    assert not clinic.body.deficit[early].any()


def test_a_scan_that_misses_the_cause_leaves_it_untreated(build, flags):
    """Nobody is operated in haste for a flag that no scan explains; the flag stays up."""
    blind = {"imaging.serious_sensitivity": 0.0, "imaging.sensitivity": 0.0, "imaging.incidental_scale": 0.0}
    clinic, events, flag = run(build, shipped_evidence().change(flags(0.5) | blind), "conservative_first")
    assert len(flag) > 50 and not len(of(events, "end", "microdiscectomy"))
    for patient in clinic.patients:
        assert patient.red_flag == (patient.id in flag.index)
    assert (clinic.body.deficit > 0).sum() == len(flag)


@pytest.mark.parametrize("kind", ["cancer", "infection", "fracture", "weakness"])
def test_only_those_whom_the_onset_alarms_come_at_once(build, healthy, kind):
    """Each by their own uniform, on the day it begins; the others wait for what visits find."""
    key = "disc_herniation" if kind == "weakness" else "lumbar_strain"
    evidence = shipped_evidence().change(healthy | {f"{key}.serious.{kind}": 1.0})
    clinic, _, flag = run(build, evidence, "natural_course", key)
    p = evidence.value(f"serious.{kind}.alarms")
    called = {x.id for x in clinic.patients if clinic.draws.at(f"serious.{kind}.alarms", 0, x.id) < p}
    days = {x.id: clinic.body.serious_day[x.row] for x in clinic.patients if x.id in called}
    assert flag.to_dict() == {who: day for who, day in days.items() if day < WEEKS * 7}
    assert 0 < len(called) < 150


@pytest.mark.parametrize("kind", ["cancer", "infection", "fracture"])
def test_an_urgent_referral_stops_what_it_is_for_and_takes_no_slot(build, healthy, kind):
    evidence = shipped_evidence().change(
        healthy | SHOWN | {f"lumbar_strain.serious.{kind}": 1.0, f"serious.{kind}.alarms": 1.0}
    )
    clinic, events, flag = run(build, evidence, "urgent_first", "lumbar_strain", 40)
    referred = of(events, "offer", "urgent_referral")
    assert set(referred["patient"]) == set(flag.index) and len(flag) == 40
    assert not len(of(events, "request", "urgent_referral"))
    assert clinic.body.treated.all() and not any(p.red_flag for p in clinic.patients)
    growth = evidence.value(f"serious.{kind}.growth_days")
    assert clinic.body.deficit.max() <= 1 - np.exp(-3 / growth)
