"""The clinic: waits, capacity, priority, and who is where."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import spinesim as ss
from spinesim.clinic import load_clinic
from spinesim.study.simulation import shipped_evidence

STEADY = Path(__file__).with_name("steady.toml")

STEPS = (
    "intake",
    "review",
    "physiotherapy",
    "imaging",
    "epidural",
    "medial_branch_block",
    "ablation",
    "microdiscectomy",
)


@pytest.fixture(scope="module")
def ample():
    return ss.simulate("conservative_first", condition="disc_herniation", patients=300, years=1, seed=5)


@pytest.fixture(scope="module")
def busy():
    return ss.simulate(
        "conservative_first", condition="disc_herniation", patients=300, years=1, seed=5, clinic=STEADY
    )


def stays(events):
    """One row per slot used: request, start, end, in the order of requests of each patient and step."""
    parts = []
    for event in ("request", "start", "end"):
        rows = events[(events["event"] == event) & events["step"].isin(STEPS)].copy()
        rows["k"] = rows.groupby(["patient", "step"]).cumcount()
        parts.append(
            rows.set_index(["patient", "step", "k"])[["day", "resource"]].rename(columns={"day": event})
        )
    table = parts[0].join(parts[1]["start"]).join(parts[2]["end"])
    return table.reset_index()


def test_nobody_waits_in_an_ample_clinic(ample):
    table = stays(ample.events).dropna()
    assert (table["start"] - table["request"]).abs().max() == 0


def test_people_wait_when_capacity_is_small(busy):
    table = stays(busy.events)
    waits = (table["start"] - table["request"]).dropna()
    assert waits.min() >= 0 and waits.max() > 1


def test_no_resource_ever_has_more_people_than_servers(busy):
    setting = load_clinic(STEADY)
    table = stays(busy.events).dropna(subset=["start"])
    for resource, rows in table.groupby("resource"):
        changes = pd.concat([
            pd.Series(1, index=rows["start"]), pd.Series(-1, index=rows["end"].dropna()),
        ]).sort_index(kind="stable")  # fmt: skip
        together = changes.groupby(level=0).sum().cumsum()
        assert together.max() <= getattr(setting.resources, resource).capacity


def test_first_come_first_served_among_routine_patients(busy):
    table = stays(busy.events).dropna(subset=["start"])
    urgent = busy.events[busy.events["event"] == "red_flag"]["patient"].unique()
    for _, rows in table[~table["patient"].isin(urgent)].groupby("resource"):
        starts = rows.sort_values("request", kind="stable")["start"].to_numpy()
        assert (np.diff(starts) >= -1e-9).all()


@pytest.mark.parametrize("which", ["ample", "busy"])
def test_everyone_referred_is_in_care_or_discharged_and_nothing_is_done_to_the_discharged(which, request):
    events = request.getfixturevalue(which).events
    assert (events[events["event"] == "arrival"].groupby("patient").size() == 1).all()
    assert events["patient"].nunique() == 300
    gone = events[events["event"] == "discharge"].groupby("patient")["day"].last()
    flagged = events[events["event"] == "red_flag"]["patient"].unique()
    later = events[events["patient"].map(gone).lt(events["day"]) & ~events["patient"].isin(flagged)]
    # a physiotherapy session under way or already asked for may still end
    assert set(later["step"]) <= {"physiotherapy"}
    assert set(later["event"]) <= {"start", "end"}


def test_discharge_ends_a_course_of_physiotherapy():
    """Twenty weeks of sessions: those discharged before ask for no more, those who stay do."""
    pathway = ss.pathway("conservative_first").change(physiotherapy_sessions=40)
    run = ss.simulate(pathway, condition="lumbar_strain", patients=150, years=0.5, seed=5)
    gone = run.events[run.events["event"] == "discharge"].groupby("patient")["day"].last()
    asked = run.events[(run.events["event"] == "request") & (run.events["step"] == "physiotherapy")]
    left = asked["patient"].map(gone).fillna(np.inf)
    assert not (asked["day"] > left).any()
    assert ((left - asked["day"])[left < 100] < 4).sum() > 10 and asked["day"].max() > 130


def test_a_slot_is_asked_for_before_it_starts_and_starts_before_it_ends(busy):
    table = stays(busy.events)
    done = table.dropna()
    assert (done["start"] >= done["request"]).all() and (done["end"] > done["start"]).all()


def test_urgent_patients_overtake():
    """With everyone struck by cauda equina, the urgent wait for theatre is shorter than the routine one."""
    ev = shipped_evidence().change({"disc_herniation.serious.cauda_equina": 0.05})
    run = ss.simulate(
        "early_surgery",
        condition="disc_herniation",
        patients=400,
        years=1,
        seed=5,
        clinic=STEADY,
        evidence=ev,
    )
    table = stays(run.events)
    table["wait"] = table["start"] - table["request"]
    flags = run.events[run.events["event"] == "red_flag"].set_index("patient")["day"]
    theatre = table[table["step"] == "microdiscectomy"].dropna()
    urgent = theatre["patient"].map(flags).le(theatre["request"])
    assert urgent.any()
    assert theatre.loc[urgent, "wait"].mean() < theatre.loc[~urgent, "wait"].mean()


def test_a_red_flag_after_discharge_brings_the_person_back():
    ev = shipped_evidence().change(
        {"disc_herniation.serious.cauda_equina": 1.0, "disc_herniation.course.rapid.share": 1.0}
        | {f"disc_herniation.course.{c}.share": 0.0 for c in ("gradual", "fluctuating", "persistent")}
    )
    run = ss.simulate(
        "conservative_first", condition="disc_herniation", patients=150, years=0.5, seed=5, evidence=ev
    )
    flagged = run.events[run.events["event"] == "red_flag"]
    assert len(flagged) > 100
    assert (run.patients["operations"] > 0).mean() > 0.8


def test_capacity_changes_no_ones_biology():
    """Draws belong to the person: with no care at all, another clinic gives the same pain to the bit."""
    nothing = ss.pathway("conservative_first")
    for rule in nothing.rules:
        if rule.id != "recovered":
            nothing = nothing.without(rule.id)
    one = ss.simulate(nothing, condition="lumbar_strain", patients=200, years=1, seed=2)
    other = ss.simulate(nothing, condition="lumbar_strain", patients=200, years=1, seed=2, clinic=STEADY)
    np.testing.assert_array_equal(one.series["pain"], other.series["pain"])


@pytest.mark.parametrize(("text", "says"), [
    ("name = 'x'\ntitle = 'x'\n", "resources"),
    ("name = 'x'\nname = 'y'\n", "not valid TOML"),
    ("name = 'x'\ntitle = 'x'\nbeds = 3\n", "beds"),
])  # fmt: skip
def test_a_broken_clinic_file_is_refused_in_one_sentence(tmp_path, text, says):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ss.SpinesimError, match=says) as wrong:
        load_clinic(path)
    assert "mine.toml" in str(wrong.value) and "\n" not in str(wrong.value)


@pytest.mark.parametrize("bad", ["0", "-1", "1.5", "'many'"])
def test_impossible_servers_are_refused(tmp_path, bad):
    good = STEADY.read_text()
    path = tmp_path / "mine.toml"
    path.write_text(good.replace("staff = 3, hours_per_week = 26", f"staff = {bad}, hours_per_week = 26"))
    with pytest.raises(ss.SpinesimError, match="physician"):
        load_clinic(path)


def test_an_unknown_clinic_names_the_known_ones():
    with pytest.raises(ss.SpinesimError, match="ample, community"):
        load_clinic("hospital")
