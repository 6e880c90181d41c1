"""Use of time, lists, throughput, attendance, leaving, paired differences, groups, homogeneity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from flow_help import NAN, people, run_of, study_of, waited
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

import spinesim as ss
from spinesim.clinic import Accounts
from spinesim.errors import SpinesimError
from spinesim.study.flow import (
    attendance,
    groups,
    homogeneity,
    left,
    list_size,
    paired_flow,
    throughput,
    utilisation,
    who_benefits,
    who_waits,
)
from spinesim.study.flow.mixture import alike
from spinesim.view.flow import flow_sentences, main_steps, wait_sentence

SPECIMEN = pd.DataFrame({"median": [12.0], "p90": [40.0], "reached": [True], "p90_reached": [True]}).iloc[0]


def days(n: int, open_hours: float, busy: float, over: float, waiting: int = 0) -> pd.DataFrame:
    rows = [(day, "physician", open_hours, busy, over, 1.0, waiting + day // 7, 0) for day in range(n)]
    return pd.DataFrame(rows, columns=Accounts.none().columns)


def test_utilisation_is_busy_over_open_and_overtime() -> None:
    run = run_of(waited([1.0] * 28), people(range(28)), accounts=days(60, 8.0, 7.0, 2.0))
    row = utilisation(run).iloc[0]
    assert row["utilisation"] == 7 / 10 and row["booked"] == 8 / 10 and row["lost_hours_per_week"] == 7
    assert (row["open_hours_per_week"], row["busy_hours_per_week"], row["over_hours_per_week"]) == (
        56,
        49,
        14,
    )


def test_the_drained_end_is_not_measured() -> None:
    table = pd.concat([days(28, 8.0, 8.0, 0.0), days(60, 8.0, 0.0, 0.0).iloc[28:]])
    run = run_of(waited([1.0] * 28), people(range(28)), accounts=table)
    assert utilisation(run)["utilisation"].iloc[0] == 1.0
    assert list_size(run)["week"].tolist() == [0, 1, 2, 3]
    assert list_size(run)["mean"].tolist() == [0.0, 1.0, 2.0, 3.0]


def test_throughput_counts_what_was_completed_a_week() -> None:
    run = run_of(waited([0.0] * 15), people(range(15)), accounts=days(20, 8.0, 1.0, 0.0))
    assert throughput(run)["per_week"].iloc[0] == 14 * 7 / 14  # the 15th ends after the last arrival


def test_a_step_that_a_run_never_had_counts_as_none() -> None:
    runs = [
        run_of(waited([0.0] * 8, step), people(range(8)), run=i)
        for i, step in enumerate(("intake", "review"))
    ]
    table = throughput(study_of(today=runs)).set_index("step")["per_week"]
    assert table.to_dict() == {"intake": 3.5, "review": 3.5}


def test_a_real_clinic_is_never_busier_than_open() -> None:
    study = ss.compare(
        ["conservative_first", "early_surgery"], clinic="community", patients=200, years=1, runs=2
    )
    used = utilisation(study)
    assert used["utilisation"].between(0, 1).all() and (used["utilisation"] > 0.1).any()
    table = paired_flow(study)
    assert set(table["measure"]) == {"median_wait", "p90_wait", "utilisation", "list_size", "throughput"}
    assert np.allclose(table["value"] - table["reference"], table["difference"])
    assert flow_sentences(study)


def booked(person: int, day: float, lead: float, how: str) -> list[tuple[int, float, str, str, str, float]]:
    slot = ("intake", "physician")
    return [(person, day, "booked", *slot, day + lead), (person, day + lead, how, *slot, NAN)]


def test_attendance_by_lead_time_with_wilson_intervals() -> None:
    events = [(40, 400.0, "arrival", "", "", NAN)]
    for i in range(30):
        events += booked(i, 1.0, 3.0, "no_show" if i < 3 else "start")
    for i in range(30, 40):
        events += booked(i, 1.0, 30.0, ("no_show", "cancelled", "start")[min(i - 30, 2)])
    run = run_of(events, people([*[0.0] * 40, 400.0]))
    table = attendance(run).set_index("lead")
    assert table[["appointments", "no_shows", "cancelled"]].to_numpy().tolist() == [
        [39, 4, 1],
        [30, 3, 0],
        [9, 1, 1],
    ]
    wilson = binomtest(3, 30).proportion_ci(method="wilson")
    row = table.loc["under 1 week"]
    assert (row["low"], row["high"]) == pytest.approx((wilson.low, wilson.high))
    assert len(attendance(run_of(waited([1.0]), people([0.0])))) == 0  # no book, no appointments


def test_who_left_and_why() -> None:
    slot = ("intake", "physician")
    events = waited([1.0] * 6 + [None] * 4)
    events += [(i, 20.0 + i, "left", *slot, float(i - 6)) for i in range(6, 9)]
    table = left(run_of(events, people(range(10))))
    assert table["reason"].tolist()[:2] == ["recovered", "gone elsewhere"]
    assert table["per_100"].tolist() == [10.0, 10.0, 10.0]


def two_arms(faster: float, runs: int = 3) -> object:
    arms = {}
    for arm, by in (("today", 0.0), ("more", faster)):
        arms[arm] = [
            run_of(
                waited([10.0 + i - by if j % 2 else 4.0 + i for j in range(40)]),
                people(range(40), age=[30.0, 70.0] * 20),
                run=i,
                pain=[3.0 - by / 10, 8.0] * 20,
            )
            for i in range(runs)
        ]
    return study_of(**arms)


def test_who_waits_and_who_benefits() -> None:
    table = who_waits(two_arms(2.0), "age")
    more = table.loc[table["arm"] == "more"].set_index("group")
    assert more["difference"].to_dict() == {"under 40": 0.0, "65 or older": -2.0}
    assert more.loc["65 or older", "difference_low"] == -2.0  # the same in every run
    assert list(table["group"]) == ["under 40", "65 or older"] * 2
    gain = who_benefits(two_arms(2.0), "severity", "pain_average").set_index("group")["difference"]
    assert gain.to_dict() == pytest.approx({"pain below 4": -0.2, "pain 7 or more": 0.0})
    with pytest.raises(SpinesimError, match="severity"):
        who_waits(two_arms(2.0), "height")
    with pytest.raises(SpinesimError, match="pain_average"):
        who_benefits(two_arms(2.0), "age", "joy")


def test_groups_at_referral() -> None:
    table = people([0.0] * 4, age=[30.0, 30.0, 70.0, 39.9], occupation=["desk", "manual", "desk", "desk"])
    run = run_of([], table, pain=[3.9, 4.0, 6.9, 7.0], disability=[40.0, 40.0, 40.0, 60.0])
    known = study_of(today=[run]).evidence
    assert groups(run, "severity", known).tolist() == [
        "pain below 4", "pain 4 to below 7", "pain 4 to below 7", "pain 7 or more",
    ]  # fmt: skip
    assert groups(run, "work", known).tolist() == ["at work", "off work", "of retirement age", "off work"]


def test_paired_differences_have_no_width_when_every_run_gains_the_same() -> None:
    table = paired_flow(two_arms(2.0)).set_index("measure").loc["p90_wait"]
    assert (table["difference"], table["low"], table["high"]) == (-2.0, -2.0, -2.0)
    one = paired_flow(two_arms(2.0, runs=1)).set_index("measure").loc["p90_wait"]
    assert one["difference"] == -2.0 and np.isnan(one["low"])


def test_sentences() -> None:
    change = pd.Series({"difference": -9.0, "low": -11.0, "high": -7.0})
    assert wait_sentence("Physiotherapy", SPECIMEN, change) == (
        "Physiotherapy: half wait 12 days or less, 9 days less than today (95 % interval 7 to 11); "
        "one in ten waits longer than 40 days."
    )
    unclear = pd.Series({"difference": -1.0, "low": -3.0, "high": 1.0})
    assert "no clear difference from today (95 % interval −3 to 1 days)" in wait_sentence(
        "X", SPECIMEN, unclear
    )
    one = pd.Series({"difference": 2.0, "low": NAN, "high": NAN})
    assert "2 days more than today (one run: no interval)" in wait_sentence("X", SPECIMEN, one)
    short = SPECIMEN.copy()
    short["reached"] = False
    assert wait_sentence("X", short).startswith("X: more than half wait longer than 12 days")
    assert main_steps(pd.DataFrame({"arm": [], "step": [], "n": []})) == []


def mixed(**columns: list[float]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    names = [
        "sessions",
        "images",
        "drug_days",
        "epidurals",
        "joint_injections",
        "trigger_injections",
        "blocks",
    ]
    return people([0.0] * n, **{name: 0 for name in [*names, "ablations", "operations"]}).assign(**columns)


def test_the_same_for_everyone_is_1_and_nobody_alike_is_0() -> None:
    same = homogeneity(run_of([], mixed(epidurals=[1] * 4, condition=list("aabb")))).set_index("of")
    assert same["index"].tolist() == [1.0, 1.0]
    assert same.loc["procedures", ["within", "across", "share"]].tolist() == [1.0, 1.0, 1.0]
    assert same.loc["procedures", "commonest"] == "epidural"
    assert same.loc["care", "conditions"] == pytest.approx(1 / 3)
    each = mixed(epidurals=[1, 0, 0, 0], operations=[0, 1, 0, 0], ablations=[0, 0, 1, 0], blocks=[0, 0, 0, 1])
    assert homogeneity(run_of([], each))["index"].tolist() == [0.0, 0.0]


def test_tailored_care_is_alike_within_a_condition_only() -> None:
    table = mixed(epidurals=[1, 1, 0, 0], operations=[0, 0, 1, 1], condition=list("aabb"))
    row = homogeneity(run_of([], table)).iloc[0]
    assert (row["within"], row["across"], row["index"]) == (1.0, 0.0, pytest.approx(1 / 3))


def test_homogeneity_of_hardly_anybody() -> None:
    row = homogeneity(run_of([], mixed(sessions=[3]))).set_index("of")
    assert row["index"].isna().all() and row["people"].tolist() == [1, 0]
    assert row.loc["procedures", "commonest"] == ""
    one = homogeneity(run_of([], mixed(sessions=[3, 0]))).iloc[0]
    assert one["within"] == 0.0 and np.isnan(one["across"])  # one condition: no pair across


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=12))
def test_the_index_counts_pairs(labels: list[str]) -> None:
    pairs = [a == b for i, a in enumerate(labels) for b in labels[:i]]
    assert alike(pd.Series(labels)) == pytest.approx(np.mean(pairs))
