"""Who is called away by an emergency gives the wait back, and the log says so; at stations and in books."""

from pathlib import Path

import pytest

from spinesim.study.simulation import shipped_evidence

STEADY = Path(__file__).with_name("steady.toml")


@pytest.mark.parametrize("setting", [STEADY, "community"])
def test_a_wait_that_an_emergency_ends_is_left_for_that_reason(build, flags, setting):
    evidence = shipped_evidence().change({"first_visit.minutes": 225.0} | flags(1.0))
    clinic = build("conservative_first", patients=150, weeks=26, setting=setting, evidence=evidence)
    for _ in clinic.run():
        pass
    rows = clinic.log.rows
    flag = {patient: day for patient, day, event, *_ in rows if event == "red_flag"}
    left = {(patient, day) for patient, day, event, _, _, value in rows if event == "left" and value == 3}
    open_ = {}
    for patient, day, event, step, _, _ in rows:
        if step not in ("intake", "review") or (patient in flag and day >= flag[patient]):
            continue
        if event == "request":
            open_[patient] = step
        elif event in ("start", "left", "no_show"):
            open_.pop(patient, None)
    called = [patient for patient in open_ if patient in flag]
    assert len(called) > 5
    assert all((patient, flag[patient]) in left for patient in called)
