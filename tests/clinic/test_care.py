"""What the clinic as a whole does to care: advice on load, mixed messages, courses, referral elsewhere."""

import numpy as np
import pytest

import spinesim as ss
from spinesim.study.simulation import shipped_evidence


def run(build, pathway, condition="disc_herniation", patients=120, weeks=26, **more):
    clinic = build(pathway, condition, patients, weeks, **more)
    list(clinic.run())
    return clinic, clinic.log.table()


def dialled(**dials):
    return ss.pathway("conservative_first").change(**dials)


def test_advice_on_load_reaches_everyone_at_their_first_visit(build, healthy):
    evidence = shipped_evidence().change(healthy)
    clinic, _ = run(build, dialled(loading=0.6), evidence=evidence, weeks=4)
    assert (clinic.body.load == 0.6).all()
    clinic, _ = run(build, dialled(loading=1.0), evidence=evidence, weeks=4)
    assert (clinic.body.load == 1.0).all() and not clinic.body.loads_managed


def test_also_those_whose_first_visit_a_red_flag_interrupts(build, flags):
    """First visits that last for days, and flags in the middle of them."""
    slow = {"first_visit.minutes": 5_000.0, "serious.cauda_equina.onset_days": 12.0}
    evidence = shipped_evidence().change(flags(1.0) | slow)
    clinic, events = run(build, dialled(loading=0.6), "lumbar_strain", evidence=evidence, weeks=8)
    cut = (
        events[events["step"] == "intake"].groupby("patient")["event"].agg(list).map(lambda e: "end" not in e)
    )
    assert cut.sum() > 20
    seen = [p.row for p in clinic.patients if p.known]
    np.testing.assert_array_equal(clinic.body.load[seen], 0.6)


@pytest.mark.parametrize("coordination", [0.0, 0.4, 1.0])
def test_mixed_messages_cost_adherence_time_and_tests_done_twice(build, healthy, uptakes, coordination):
    """Each in proportion to what is lacking; with full coordination nothing is different."""
    evidence = shipped_evidence().change(healthy | uptakes(1.0))
    team, _ = run(build, dialled(coordination=1.0), evidence=evidence)
    clinic, events = run(build, dialled(coordination=coordination), evidence=evidence)
    v, discord = clinic.numbers, 1 - coordination
    before = clinic.body.cohort.adherence
    kept = np.minimum(before * (1 - v["coordination.adherence_loss"] * discord) + v["education.adherence"], 1)
    np.testing.assert_allclose(clinic.body.adherence, kept, rtol=1e-12)
    assert clinic.lead_days("imaging") == v["imaging.lead_days"] + v["coordination.delay_days"] * discord
    ends = events[(events["event"] == "end") & (events["step"] == "imaging")].groupby("patient").size()
    twice = {p for p, times in ends.items() if times > p_scans(clinic, p)}
    expected = {
        p.id
        for p in clinic.patients
        if p.counts["imaging"]
        and clinic.draws.at("imaging.repeated", 0, p.id) < v["coordination.duplicate"] * discord
    }
    assert twice == expected and bool(twice) == (coordination < 1)
    if coordination == 1:
        assert clinic.log.rows == team.log.rows


def p_scans(clinic, patient):
    """Scans that count: a test repeated for want of the first one's notes counts once."""
    return next(p.counts["imaging"] for p in clinic.patients if p.id == patient)


def test_courses_at_home_take_no_slot_but_count_and_are_paid(build, healthy, uptakes):
    evidence = shipped_evidence().change(healthy | uptakes(1.0))
    clinic, events = run(build, with_step("home_exercise"), evidence=evidence)
    assert not (events["step"] == "home_exercise")[events["event"].isin(["request", "start", "end"])].any()
    done = np.array([p.counts["home_exercise"] for p in clinic.patients])
    np.testing.assert_array_equal(done, [p.tally["sessions"] for p in clinic.patients])
    planned = evidence.value("home_exercise.sessions")
    assert 0 < done.mean() < planned and done.max() <= planned


def with_step(step):
    """The usual pathway with another kind of exercise in place of physiotherapy at the first visit."""
    text = ss.pathway("conservative_first")
    rules = [
        rule.model_copy(update={"offer": tuple(step if s == "physiotherapy" else s for s in rule.offer)})
        for rule in text.rules
    ]
    return text.model_copy(update={"rules": tuple(rules)})
