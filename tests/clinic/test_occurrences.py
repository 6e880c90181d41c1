"""Every decision meets its own uniform: the second time another than the first, each name its own."""

import itertools
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import spinesim as ss
from spinesim.clinic import Clinic
from spinesim.clinic.observe import observe
from spinesim.clinical import block_relief, reported
from spinesim.evidence import Draws
from spinesim.study.simulation import shipped_evidence

STEADY = Path(__file__).with_name("steady.toml")


class Listening:
    """`Draws` that writes down every question it is asked."""

    def __init__(self, seed):
        self.draws, self.asked = Draws(seed), []

    def at(self, name, occurrence, patient):
        self.asked.append((name, occurrence, patient))
        return self.draws.at(name, occurrence, patient)

    def block(self, name, occurrence, patients):
        self.asked += [(name, occurrence, patient) for patient in range(patients)]
        return self.draws.block(name, occurrence, patients)


def test_each_occurrence_of_a_step_meets_other_uniforms(build):
    """The second block, scan, injection … is not decided by the first one's chance."""
    clinic = build("conservative_first", patients=20)
    names = {
        "medial_branch_block": ("medial_branch_block.positive", "medial_branch_block.relief"),
        "imaging": ("imaging.shows", "imaging.fits"),
        "epidural": ("epidural.responds", "epidural.bleeding"),
        "ablation": ("ablation.responds", "ablation.regrowth", "ablation.neuritis"),
        "microdiscectomy": (
            "microdiscectomy.works",
            "microdiscectomy.durotomy",
            "microdiscectomy.new_deficit",
        ),
        "nsaid": ("nsaid.gi_event",),
    }
    met = []
    for patient in clinic.patients:
        for step, decisions in names.items():
            for occurrence in range(3):
                chance = clinic.chance(patient, step)
                for name in decisions:
                    assert chance(name) == clinic.draws.at(name, occurrence, patient.id)
                    met.append(chance(name))
                clinic.count(patient, step)
    assert len(set(met)) == len(met)


def test_a_second_block_is_independent_of_the_first(build):
    """Of two blocks of someone without the source, both are positive as often as chance says (4 SE)."""
    evidence = shipped_evidence().change({"facet_pain.facet_source": 0.0})
    clinic = build("conservative_first", "facet_pain", 2_000, 1, evidence=evidence)

    positive = []
    for _ in range(2):
        relief = [
            block_relief(clinic.body, p.row, clinic.chance(p, "medial_branch_block")) for p in clinic.patients
        ]
        positive.append(np.array(relief) >= evidence.value("medial_branch_block.positive_relief"))
        for patient in clinic.patients:
            clinic.count(patient, "medial_branch_block")
    once = evidence.value("medial_branch_block.false_positive")
    for share, expected in ((positive[0], once), (positive[1], once), (positive[0] & positive[1], once**2)):
        assert abs(share.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / 2_000)


def test_each_offer_of_the_same_step_is_decided_anew(build, uptakes):
    evidence = shipped_evidence().change(uptakes(0.5))
    clinic = build("conservative_first", patients=40, evidence=evidence)
    for patient in clinic.patients:
        for offer in range(4):
            for step in ("imaging", "microdiscectomy", "physiotherapy"):
                u = clinic.draws.at(f"uptake.{step}", offer, patient.id)
                assert clinic.accepts(patient, step, None, False) == (u < 0.5)
    answers = {p.id: [clinic.accepts(p, "epidural", None, False) for _ in range(6)] for p in clinic.patients}
    assert len({tuple(answer) for answer in answers.values()}) > 20
    assert not any(len(set(answer)) == 1 for answer in answers.values() if answer[:2] == [True, False])


def test_a_rules_own_uptake_is_used_and_only_an_urgent_offer_to_a_red_flag_is_always_taken(build):
    evidence = shipped_evidence().change({"imaging.uptake": 0.0, "cascade.procedure_uptake": 1.0})
    clinic = build("conservative_first", patients=5, evidence=evidence)
    for patient in clinic.patients:
        assert not clinic.accepts(patient, "imaging", None, True)  # urgent, but there is no red flag
        assert clinic.accepts(patient, "imaging", "cascade.procedure_uptake", False)
        patient.red_flag = True
        assert not clinic.accepts(patient, "imaging", None, False)  # a red flag, but an ordinary offer
        assert clinic.accepts(patient, "imaging", None, True)


def test_each_session_of_each_course_is_kept_or_missed_by_its_own_chance(build):
    clinic = build("conservative_first", patients=30)
    clinic.body.adherence[:] = 0.5
    kept = {}
    for course in (1, 2, 3):
        for patient in clinic.patients:
            kept[course, patient.id] = [
                clinic.keeps_session(patient, "physiotherapy", course, session) for session in range(60)
            ]
            other = [clinic.keeps_session(patient, "cbt", course, session) for session in range(60)]
            assert other != kept[course, patient.id]
    for patient in clinic.patients:
        one, two, three = (kept[course, patient.id] for course in (1, 2, 3))
        assert one != two and two != three and one != three
    assert abs(np.mean(list(kept.values())) - 0.5) < 4 * np.sqrt(0.25 / (3 * 30 * 60))


def test_scores_in_another_week_have_another_error_and_in_the_same_week_the_same(build):
    """A reported score is today's true score with the error of the person's own week."""
    clinic = build("conservative_first", "facet_pain", 60, 8)
    body, v = clinic.body, clinic.numbers
    body.limb[0] = body.axial[0] = 0.0  # one person has no pain at the first visit
    clinic.env.run(until=1)
    visits = {row[0]: row[5] for row in clinic.log.rows if row[2:4] == ("result", "visit")}
    assert len(visits) == 60 and visits[clinic.patients[0].id] == 0
    for day in (2, 6, 7, 15, 22):
        clinic.env.run(until=day)
        for patient in clinic.patients:
            facts = observe(clinic, patient)
            for name, seen, true, error, top in (
                ("leg", facts.limb_pain, body.limb, "report.pain_error", 10),
                ("back", facts.axial_pain, body.axial, "report.pain_error", 10),
                ("disability", facts.disability, body.disability, "report.disability_error", 100),
            ):
                u = clinic.draws.at(f"report.{name}", day // 7, patient.id)
                assert seen == reported(float(true[patient.row]), v[error], u, top)
            assert facts.pain == max(facts.limb_pain, facts.axial_pain)
            first = visits[patient.id]
            assert facts.pain_improvement == (100 * (first - facts.pain) / first if first else 0)
    assert body.day == 22 and any(
        facts.pain_improvement < 0 for facts in (observe(clinic, p) for p in clinic.patients)
    )
    errors = [Draws(5).at("report.back", week, 0) for week in range(4)]
    assert len(set(errors)) == 4


def test_weeks_of_a_late_entry_count_from_their_own_day(build):
    """The error belongs to the person's own week, not to the calendar's."""
    clinic = build("conservative_first", "facet_pain", 60, 8, setting=STEADY)
    list(clinic.run())
    late = [p for p in clinic.patients if p.entry > 7]
    assert late
    for patient in late[:10]:
        facts = observe(clinic, patient)
        week = (int(clinic.env.now) - patient.entry) // 7
        assert week != int(clinic.env.now) // 7
        u = clinic.draws.at("report.back", week, patient.id)
        true = float(clinic.body.axial[patient.row])
        assert facts.axial_pain == reported(true, clinic.numbers["report.pain_error"], u)


@pytest.mark.parametrize("condition", ["disc_herniation", "facet_pain"])
def test_no_decision_is_ever_asked_twice_and_no_two_names_share_a_block(build, flags, uptakes, condition):
    """A whole run, listened to: one question a decision, except reports, which last a week."""
    evidence = shipped_evidence().change(uptakes(0.9) | flags(0.1))
    pathway = ss.pathway("conservative_first").change(block_after_weeks=2, physiotherapy_sessions=20)
    clinic: Clinic = build(pathway, condition, 60, 104, evidence=evidence, draws=Listening(5))
    list(clinic.run())
    weekly = ("report.", "exam.")  # what is told or found in one week is the same at each of its visits
    asked = [key for key in clinic.draws.asked if not key[0].startswith(weekly)]
    twice = {key for key, times in Counter(asked).items() if times > 1}
    # a block's diary may be read twice and repeat the first block's answer; nothing else is asked again
    assert {name.partition(".")[0] for name, *_ in twice} <= {"medial_branch_block"}
    assert twice or condition != "facet_pain"
    assert max(occurrence for name, occurrence, _ in asked if name == "physiotherapy.keeps") >= 1_000
    names = {name for name, *_ in clinic.draws.asked}
    assert len(names) > 35
    blocks = {}
    for name, occurrence in {key[:2] for key in clinic.draws.asked}:
        blocks[name, occurrence] = clinic.draws.draws.block(name, occurrence, 60).tobytes()
    assert len(set(blocks.values())) == len(blocks)
    firsts = [clinic.draws.draws.block(name, 0, 2_000) for name in sorted(names)]
    most = max(abs(np.corrcoef(a, b)[0, 1]) for a, b in itertools.combinations(firsts, 2))
    assert most < 4 / np.sqrt(2_000)
