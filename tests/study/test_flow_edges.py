"""Edges of the flow tables, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from flow_help import NAN, people, run_of, study_of, waited

from spinesim.clinic import Accounts
from spinesim.study.flow import attendance, groups, list_size, paired_flow, throughput, utilisation, window
from spinesim.study.flow.asked import all_asked, opening
from spinesim.study.flow.centiles import over_runs_above_0
from spinesim.study.flow.export import servers
from spinesim.study.flow.kept import band
from spinesim.study.flow.tables import wait_runs
from spinesim.study.simulation import shipped_evidence

DESK = ("intake", "physician")


def book_of(waiting: list[int], open_hours: list[float] | None = None, busy: float = 4.0) -> pd.DataFrame:
    """Accounts of the physicians, a day a number."""
    hours = open_hours or [8.0] * len(waiting)
    table = pd.DataFrame({"day": range(len(waiting)), "resource": "physician", "waiting": waiting})
    table = table.assign(open_hours=hours, busy_hours=[busy if one else 0.0 for one in hours])
    return table.reindex(columns=Accounts.none().columns, fill_value=0)


def test_all_referred_on_one_day_are_measured_to_the_end_of_follow_up() -> None:
    assert window(run_of(waited([1.0]), people([3.0, 3.0]), weeks=10)) == (3.0, 73.0)


def test_the_opening_is_the_monday_of_the_first_open_day() -> None:
    """Weeks 0 and 1 gather the backlog; the clinic's first Monday is a holiday."""
    hours = [0.0] * 15 + [8.0] * 6
    run = run_of(waited([1.0] * 21), people(range(21)), accounts=book_of([0] * 21, hours))
    assert opening(run) == 14


def test_time_before_the_opening_is_no_time_to_work_in() -> None:
    """Referred from day 0, open from day 14 to 28: of 28 days only 15 count, and 4 of 8 hours are used."""
    accounts = book_of([0] * 29, [0.0] * 14 + [8.0] * 15)
    run = run_of([(i, 20.0, "end", *DESK, NAN) for i in range(4)], people(range(29)), accounts=accounts)
    row = utilisation(run).iloc[0]
    assert (row["utilisation"], row["open_hours_per_week"], row["busy_hours_per_week"]) == (0.5, 56.0, 28.0)
    assert throughput(run)["per_week"].iloc[0] == 4 * 7 / 14


def test_a_last_week_cut_short_is_left_out() -> None:
    run = run_of(waited([1.0] * 17), people(range(17)), accounts=book_of([1] * 7 + [3] * 7 + [99] * 7))
    assert list_size(run)["mean"].tolist() == [1.0, 3.0]


def test_the_list_of_a_paired_table_is_that_of_the_days_measured() -> None:
    """Referred from day 14 to 28 (a warm-up of two weeks): 10 and 30 wait then, 0 before and after."""

    def arm(name: str, waiting: int) -> object:
        accounts = book_of([0] * 14 + [waiting] * 15 + [0] * 20)
        return run_of(waited([1.0] * 29), people(range(29)).iloc[14:], arm=name, accounts=accounts)

    table = paired_flow(study_of(today=[arm("today", 10)], more=[arm("more", 30)]))
    row = table.set_index("measure").loc["list_size"]
    assert (row["reference"], row["value"], row["difference"]) == (10.0, 30.0, 20.0)


def test_a_paired_wait_says_when_either_arm_was_not_reached() -> None:
    """Today 6 of 10 are never served, with more staff all are, after a day."""

    def runs(arm: str, times: list[float | None]) -> list[object]:
        return [run_of(waited(times), people(range(10)), arm=arm)]

    table = paired_flow(study_of(today=runs("today", [1.0] * 4 + [None] * 6), more=runs("more", [1.0] * 10)))
    row = table.set_index("measure").loc["median_wait"]
    assert row["at_least"] and row["difference"] < 0 and row["value"] == 1.0


@pytest.mark.parametrize(
    "step", sorted(key for key, what in shipped_evidence().treatments.items() if what["kind"] == "course")
)
def test_a_missed_session_of_any_course_ends_its_wait_and_was_a_slot(step: str) -> None:
    where = (step, "physiotherapy")
    events = [
        (0, 0.0, "offer", step, "", NAN), (0, 0.0, "request", *where, NAN), (0, 3.0, "no_show", *where, NAN),
        (0, 3.0, "request", *where, NAN), (0, 9.0, "start", *where, NAN), (1, 9.0, "arrival", "", "", NAN),
    ]  # fmt: skip
    run = run_of(events, people([0.0, 9.0]))
    assert all_asked(run)[["how", "wait"]].to_numpy().tolist() == [["missed", 3.0], ["start", 6.0]]
    row = wait_runs(run).iloc[0]
    assert (row["n"], row["missed"], row["median"], row["reached"]) == (1, 1, 3.0, True)


def test_who_is_seen_after_follow_up_waited_until_then_at_least() -> None:
    """Follow-up of one week; a last event on day 12 shows that the person still waited."""
    events = [(0, 0.0, "arrival", "", "", NAN), (0, 1.0, "request", *DESK, NAN)]
    later = (0, 12.0, "result", "visit", "", 5.0)
    assert all_asked(run_of(events, people([0.0]), weeks=1))["wait"].tolist() == [6.0]
    assert all_asked(run_of([*events, later], people([0.0]), weeks=1))["wait"].tolist() == [11.0]


def test_an_emergency_out_of_hours_is_no_appointment_kept() -> None:
    """Booked for day 20, given up for a red flag on day 5, seen that day without an appointment."""
    events = [
        (0, 0.0, "request", *DESK, NAN), (0, 0.0, "booked", *DESK, 20.0), (0, 5.0, "left", *DESK, 3.0),
        (0, 5.0, "request", *DESK, NAN), (0, 5.0, "start", *DESK, NAN), (0, 5.1, "end", *DESK, NAN),
        (1, 1.0, "booked", *DESK, 4.0), (1, 4.0, "start", *DESK, NAN),
    ]  # fmt: skip
    table = attendance(run_of(events, people([0.0, 9.0])))
    assert table.loc[table["lead"] == "any lead time", "appointments"].tolist() == [1]


def test_bands_begin_where_they_say() -> None:
    lead = pd.Series([0.0, 6.99, 7.0, 13.9, 14.0, 28.0, 83.0, 84.0])
    assert band(lead).tolist() == [
        "under 1 week", "under 1 week", "1 to 2 weeks", "1 to 2 weeks", "2 to 4 weeks", "4 to 12 weeks",
        "4 to 12 weeks", "12 weeks or more",
    ]  # fmt: skip


def test_groups_begin_where_they_say() -> None:
    run = run_of([], people([0.0] * 4, age=[39.9, 40.0, 64.9, 65.0]), pain=[3.9, 4.0, 6.9, 7.0])
    pain = groups(run, "severity", shipped_evidence())
    assert pain.tolist() == ["pain below 4", "pain 4 to below 7", "pain 4 to below 7", "pain 7 or more"]
    age = groups(run, "age", shipped_evidence())
    assert age.tolist() == ["under 40", "40 to 64", "40 to 64", "65 or older"]


def test_an_interval_of_what_is_never_negative_stops_at_0() -> None:
    mean, low, high = over_runs_above_0([0.0, 0.0, 6.0])
    assert (mean, low) == (2.0, 0.0) and high > 6.0
    assert all(np.isnan(over_runs_above_0([])))


def test_a_server_is_free_the_moment_it_has_finished() -> None:
    assert servers(np.array([0.0, 1.0, 1.0]), np.array([1.0, 2.0, 2.0])).tolist() == [1, 1, 2]
