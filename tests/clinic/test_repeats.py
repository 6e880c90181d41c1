"""An injection or ablation is repeated only in those whom the last one helped, and not too soon."""

import math

import numpy as np
import pytest

import spinesim as ss
from spinesim.study.simulation import shipped_evidence

WEEKS = 156


def history(events, step, patient):
    """Pain at the visit before each of these procedures and at the first review after it, and the offers."""
    mine = events[events["patient"] == patient]
    visits = mine[(mine["event"] == "result") & (mine["step"] == "visit")]
    ends = mine.loc[(mine["event"] == "end") & (mine["step"] == step), "day"]
    offers = mine.loc[(mine["event"] == "offer") & (mine["step"] == step), "day"].to_numpy()
    relief = []
    for end in ends:
        before = visits.loc[visits["day"] < end, "value"].iloc[-1]
        after = visits.loc[visits["day"] > end, "value"]
        relief.append(100 * (before - after.iloc[0]) / before if len(after) and before else math.nan)
    return ends.to_numpy(), relief, offers, visits


@pytest.fixture(scope="module")
def ablated(uptakes):
    """Facet pain that lasts, ablations that work in half of those with the source and wear off soon."""
    evidence = shipped_evidence().change(
        uptakes(1.0)
        | {
            "facet_pain.facet_source": 0.6,
            "ablation.responders": 0.5,
            "ablation.axial_relief": 0.4,
            "ablation.regrowth_months": 6.0,
        }
        | {"facet_pain.course.persistent.share": 1.0, "facet_pain.course.persistent.axial_lasting": 0.9}
        | {"facet_pain.course.improving.share": 0.0, "facet_pain.course.fluctuating.share": 0.0}
    )
    pathway = ss.pathway("conservative_first").change(surgery_after_weeks="never")
    return ss.simulate(
        pathway, condition="facet_pain", patients=300, years=WEEKS / 52, seed=5, evidence=evidence
    )


@pytest.fixture(scope="module")
def injected(uptakes, healthy):
    """Leg pain that lasts, injections that help half and wear off."""
    evidence = shipped_evidence().change(
        uptakes(1.0)
        | {"epidural.responders": 0.5, "epidural.limb_relief": 2.0, "epidural.days": 40.0}
        | {"disc_herniation.course.persistent.share": 1.0, "disc_herniation.course.rapid.share": 0.0}
        | {"disc_herniation.course.gradual.share": 0.0, "disc_herniation.course.fluctuating.share": 0.0}
        | healthy
    )
    pathway = ss.pathway("conservative_first").change(surgery_after_weeks="never")
    return ss.simulate(pathway, condition="disc_herniation", patients=300, years=1, seed=5, evidence=evidence)


def test_nobody_is_offered_another_ablation_who_did_not_have_half_the_pain_taken(ablated):
    """At every offer after the first: ≥ 50 % relief at the review of the last; repeats half a year apart."""
    repeated, refused = 0, 0
    for patient in ablated.patients.loc[ablated.patients["ablations"] > 0, "patient"]:
        ends, relief, offers, visits = history(ablated.events, "ablation", patient)
        for again in offers[1:]:
            last = np.flatnonzero(ends < again)[-1]
            assert relief[last] >= 50
            assert visits.loc[visits["day"] <= again, "value"].iloc[-1] >= 4
            repeated += 1
        assert (np.diff(offers[1:]) >= 26 * 7).all() and len(offers) <= 3
        refused += relief[-1] < 50 and (visits.loc[visits["day"] > ends[-1] + 200, "value"] >= 4).any()
    assert repeated > 5 and refused > 5


def test_nobody_is_offered_another_epidural_who_did_not_have_a_third_of_the_pain_taken(injected):
    repeated, refused = 0, 0
    for patient in injected.patients.loc[injected.patients["epidurals"] > 0, "patient"]:
        ends, relief, offers, visits = history(injected.events, "epidural", patient)
        assert len(offers) <= 2 and len(ends) == len(offers)
        if len(offers) == 2:
            assert relief[0] >= 30
            repeated += 1
        else:
            refused += relief[0] < 30 and (visits.loc[visits["day"] > ends[-1], "value"] >= 6).any()
    assert repeated > 5 and refused > 5


def test_relief_is_measured_from_the_visit_before_to_the_first_review_and_then_stands(build):
    """Percent of the pain before; worse counts as 0; later visits change nothing; a repeat measures anew."""
    clinic = build("conservative_first", patients=1)
    patient = clinic.patients[0]
    assert clinic.relief(patient, "epidurals") == clinic.relief(patient, "ablations") == 0.0
    for before, after, later, expected in ((8.0, 5.0, 8.0, 37.5), (5.0, 7.0, 1.0, 0.0), (0.0, 0.0, 3.0, 0.0)):
        patient.pain = before
        clinic.count(patient, "epidural")
        patient.pain = after
        assert clinic.relief(patient, "epidurals") == expected
        patient.pain = later
        assert clinic.relief(patient, "epidurals") == expected
        assert clinic.relief(patient, "ablations") == 0.0


def test_a_repeat_before_any_review_is_measured_from_the_last_visit(build):
    clinic = build("conservative_first", patients=1)
    patient = clinic.patients[0]
    for before in (8.0, 6.0):
        patient.pain = before
        clinic.count(patient, "ablation")
    patient.pain = 3.0
    assert clinic.relief(patient, "ablations") == 50.0


def test_every_block_has_a_diary_of_its_own(ablated):
    """Two blocks of one person never give the same relief, and some second ones disappoint."""
    events = ablated.events
    diaries = events[(events["event"] == "result") & (events["step"] == "medial_branch_block")]
    twice = diaries.groupby("patient")["value"].agg(list)
    twice = twice[twice.map(len) == 2]
    assert len(twice) > 20 and all(first != second for first, second in twice)
    assert all(first >= 50 for first, _ in twice) and any(second < 50 for _, second in twice)


def test_an_ablation_needs_two_positive_blocks(ablated):
    for patient in ablated.patients.loc[ablated.patients["ablations"] > 0, "patient"]:
        mine = ablated.events[ablated.events["patient"] == patient]
        first = mine.loc[(mine["event"] == "offer") & (mine["step"] == "ablation"), "day"].iloc[0]
        blocks = mine[(mine["event"] == "result") & (mine["step"] == "medial_branch_block")]
        assert (blocks.loc[blocks["day"] <= first, "value"] >= 50).all()
        assert (blocks["day"] <= first).sum() == 2
    twice = ablated.patients["blocks"] == 2
    assert ablated.patients["blocks"].max() == 2 and (twice & (ablated.patients["ablations"] == 0)).any()
