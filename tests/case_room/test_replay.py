"""A log replays to the identical patient, alone or as the first of any number of twins."""

import subprocess
import sys

import numpy as np
import pytest

import spinesim as ss
from spinesim.study import case as room
from spinesim.study.case.play import plan_of, policy_of
from spinesim.study.claims_table import measure
from spinesim.study.simulation import finish

CASES = room.case_names()


def same(one, other, row=0):
    """Whether the only person of `one` and person 0 of `other` are the same to the bit."""
    assert one.log.of(0) == other.log.of(0) or all(
        a[:5] == b[:5] and (a[5] == b[5] or (np.isnan(a[5]) and np.isnan(b[5])))
        for a, b in zip(one.log.of(0), other.log.of(0), strict=True)
    )
    for name, values in one.series.items():
        assert np.array_equal(values[:, 0], other.series[name][:, 0], equal_nan=True), name
    mine, theirs = one.patients.iloc[0].to_dict(), other.patients.iloc[0].to_dict()
    differ = [
        key
        for key in mine
        if mine[key] != theirs[key] and not (mine[key] != mine[key] and key == "operated_week")
    ]
    assert differ == [] and mine.keys() == theirs.keys()
    return True


@pytest.mark.parametrize("name", CASES)
def test_a_log_replays_to_the_bit_and_through_its_file(name, through, tmp_path):
    played = through(name)
    room.save_log(played.log, tmp_path / "log.json")
    again = room.play(room.load_log(tmp_path / "log.json"))
    assert again.over and again.log == played.log and same(played.results, again.results)
    assert [one.facts for one in again.visits] == [one.facts for one in played.visits]


@pytest.mark.parametrize("name", CASES)
def test_the_patient_is_the_first_of_their_twins(name, through):
    """Guards and emergency rules of the twins' policy touch nothing of the patient."""
    played = through(name, seed=2)
    met = [visit.facts for visit in played.visits]
    chosen = policy_of(played.log, played.case, played.log.choices, met)
    twins = finish(plan_of(played.log, played.case, chosen, room.YOURS, 20))
    assert same(played.results, twins)


def test_the_guidelines_twins_are_a_study_of_the_same_pathway_and_seeds(through):
    """Every number of every twin, exactly."""
    played = through(CASES[0])
    made = room.debrief(played, twins=60, fewer=10)
    case = played.case
    study = ss.compare(
        {"guideline": ss.pathway(case.guideline)},
        condition=case.condition,
        patients=60,
        years=case.years,
        seed=played.log.seed,
        person=dict(case.person),
    )
    ours, theirs = made.study.results["guideline"][0], study.results["guideline"][0]
    assert (ours.patients.equals(theirs.patients) and ours.log.rows == theirs.log.rows) or all(
        np.array_equal(ours.series[name], theirs.series[name]) for name in ours.series
    )
    for name in ("pain_average", "cost", "qaly", "harms"):
        assert np.array_equal(measure(ours, name), measure(theirs, name))


def test_another_process_and_hash_seed_give_the_same_patient(through, tmp_path):
    played = through(CASES[0])
    room.save_log(played.log, tmp_path / "log.json")
    code = (
        "import sys; from spinesim.study import case as room;"
        "r = room.play(room.load_log(sys.argv[1])).results;"
        "print(repr(r.series['pain'].tobytes().hex()), r.patients['cost'].iloc[0])"
    )
    out = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "log.json")],
            env={"PYTHONHASHSEED": hash_seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "1")
    ]
    mine = played.results
    assert out[0] == out[1] == f"{mine.series['pain'].tobytes().hex()!r} {mine.patients['cost'].iloc[0]}\n"


def test_a_new_decision_changes_nothing_of_what_has_been(through):
    """Each longer log begins with the visits of the shorter one."""
    played = through(CASES[-1], seed=3)
    for many in range(len(played.log.choices)):
        log = played.log.model_copy(update={"choices": played.log.choices[:many]})
        part = room.play(log)
        assert [one.facts for one in part.visits] == [one.facts for one in played.visits[: many + 1]]


def test_a_log_of_another_patient_is_refused(through):
    log = through(CASES[0]).log
    moved = log.choices[1].model_copy(update={"week": log.choices[1].week + 1})
    with pytest.raises(ss.SpinesimError, match=r"Decision 2 was made in week .* start again"):
        room.play(log.model_copy(update={"choices": [log.choices[0], moved]}))


def test_a_log_written_by_hand_is_refused_what_the_clinic_refuses():
    log = room.start("driving_engineer").then(room.Choice(orders=["ablation"]))
    with pytest.raises(ss.SpinesimError, match=r"Decision 1 of the log: .*Order a medial branch block"):
        room.play(log)


def test_lists_delay_the_first_slot_and_nothing_urgent(through):
    """The lists of a clinic are days until the first visit; the patient stays the first of the twins."""
    from spinesim.study.case.lists import lists_of

    free, listed = (room.play(room.start(CASES[0], clinic=name)) for name in ("ample", "community"))
    wait = lists_of("community")["physician"]
    assert wait > 0 and listed.now.day - free.now.day == pytest.approx(wait)
    played = through(CASES[0], clinic="community")
    met = [visit.facts for visit in played.visits]
    chosen = policy_of(played.log, played.case, played.log.choices, met)
    assert same(played.results, finish(plan_of(played.log, played.case, chosen, room.YOURS, 5)))
