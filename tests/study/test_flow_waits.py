"""Waits: which request ends with which start, who is counted, centiles with people still waiting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from flow_help import NAN, people, run_of, study_of, waited

import spinesim as ss
from spinesim.study.flow import asked, wait_table, waits, window
from spinesim.study.flow.asked import all_asked
from spinesim.study.flow.centiles import Curve

DESK = ("intake", "physician")
GYM = ("physiotherapy", "physiotherapy")


def test_a_wait_spans_rebooking_and_begins_when_the_slot_was_wanted() -> None:
    events = [
        (0, 0.0, "arrival", "", "", NAN),
        (0, 0.0, "request", *DESK, 10.0),  # wanted for day 10
        (0, 0.0, "booked", *DESK, 12.5),
        (0, 12.5, "no_show", *DESK, NAN),
        (0, 13.0, "booked", *DESK, 21.5),
        (0, 21.5, "start", *DESK, NAN),
        (0, 21.6, "end", *DESK, NAN),
    ]
    table = asked(run_of(events, people([0.0])))
    assert table[["day", "wait", "how"]].to_numpy().tolist() == [[10.0, 11.5, "start"]]


def test_every_request_ends_once_and_sessions_belong_to_their_course() -> None:
    events = [(0, 0.0, "arrival", "", "", NAN), (0, 1.0, "offer", "physiotherapy", "", NAN)]
    for day, wait in ((1.0, 9.0), (17.0, 0.5), (24.0, None), (31.0, 2.0)):
        events.append((0, day, "request", *GYM, NAN))
        events.append((0, day + (wait or 1.0), "start" if wait else "no_show", *GYM, NAN))
    events += [(0, 60.0, "offer", "physiotherapy", "", NAN), (0, 60.0, "request", *GYM, NAN)]
    events += [(0, 75.0, "left", *GYM, 1.0)]
    events += [(0, 80.0, "offer", "physiotherapy", "", NAN), (0, 80.0, "request", *GYM, NAN)]
    table = asked(run_of(events, people([0.0])))
    assert table["how"].tolist() == ["start", "start", "missed", "start", "left", "waiting"]
    assert table["wait"].tolist() == [9.0, 0.5, 1.0, 2.0, 15.0, 364.0 - 80.0]
    assert table["first"].tolist() == [True, False, False, False, True, True]
    assert table["course"].tolist() == [1, 1, 1, 1, 2, 3]
    assert table["reason"].tolist()[4] == 1.0
    row = wait_table(run_of(events, people([0.0]))).iloc[0]
    assert (row["n"], row["served"], row["missed"], row["left"], row["waiting"]) == (3, 1, 0, 1, 1)
    assert row["median"] == 284.0 and not row["reached"]  # one of three was served, after 9 days


def test_a_start_without_request_does_not_disturb_the_others() -> None:
    events = [(0, 0.0, "start", *DESK, NAN), (0, 1.0, "request", *DESK, NAN), (0, 5.0, "start", *DESK, NAN)]
    assert all_asked(run_of(events, people([0.0])))["wait"].tolist() == [4.0]


def test_only_people_counted_and_days_measured() -> None:
    run = run_of(waited([1.0] * 10), people([float(i) for i in range(10)]).iloc[4:])
    assert window(run) == (4.0, 9.0)
    assert sorted(waits(run)["patient"]) == [4, 5, 6, 7, 8, 9]
    late = [*waited([1.0] * 10), (4, 30.0, "request", "review", "physician", NAN)]
    assert "review" not in set(asked(run_of(late, people([float(i) for i in range(10)])))["step"])


def test_who_still_waits_is_not_left_out() -> None:
    """Ten served after 1, 2, … 10 days and ten never: the median of the served alone would be 5."""
    run = run_of(waited([*range(1, 11), *[None] * 10]), people([float(i) for i in range(20)]))
    row = wait_table(run).iloc[0]
    assert (row["n"], row["served"], row["waiting"]) == (20, 10, 10)
    assert row["median"] == 10.0 and row["reached"]  # half of all had been served by day 10, none after
    assert row["p90"] == 364.0 and not row["p90_reached"]
    assert row["mean"] == 5.5


def test_centiles_without_censoring_are_order_statistics() -> None:
    values = np.random.default_rng(5).permutation(np.arange(1.0, 1001.0))
    curve = Curve(values, np.ones(1000))
    for p in (0.1, 0.25, 0.5, 0.9):
        assert curve.centile(p) == (np.quantile(values, p, method="inverted_cdf"), True)


def test_the_interval_over_people_covers_the_median() -> None:
    """95 % of 400 samples, give or take 4 standard errors."""
    chance = np.random.default_rng(11)
    inside = 0
    for _ in range(400):
        wait, stop = chance.exponential(10, 80), chance.uniform(0, 40, 80)
        low, high = Curve(np.minimum(wait, stop), wait <= stop).interval(0.5)
        inside += low <= 10 * np.log(2) <= high
    assert abs(inside / 400 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 400) + 0.01  # times are discrete: a bit wider


def test_a_wait_that_nearly_everyone_shares_is_its_own_interval() -> None:
    curve = Curve(np.array([1.0] * 10 + [2.0] * 980 + [3.0] * 10), np.ones(1000))
    assert curve.centile(0.5) == (2.0, True) and curve.interval(0.5) == (2.0, 2.0)


def test_the_interval_over_runs_is_t() -> None:
    runs = [run_of(waited([w] * 5), people(range(5)), run=i) for i, w in enumerate((2.0, 4.0, 9.0))]
    row = wait_table(study_of(today=runs)).iloc[0]
    assert row["median"] == 5.0
    half = 4.302652729911275 * np.std([2, 4, 9], ddof=1) / np.sqrt(3)
    assert row["high"] == pytest.approx(5 + half) and row["low"] == 0.0  # a wait is not negative


def test_nobody_waits() -> None:
    run = run_of([(0, 0.0, "arrival", "", "", NAN)], people([0.0]))
    assert len(wait_table(run)) == 0 and len(waits(run)) == 0


def test_every_request_of_a_clinic_with_a_book_ends_once() -> None:
    run = ss.simulate("conservative_first", clinic="community", patients=150, years=1, seed=4)
    events, table = run.events, all_asked(run)
    count = events["event"].value_counts()
    assert len(table) == count["request"]
    assert (table["how"] == "start").sum() == count["start"]
    assert (table["how"] == "left").sum() == count.get("left", 0)
    assert (table["wait"] >= 0).all()
    served = table.loc[table["how"] == "start"]
    starts = events.loc[events["event"] == "start"]
    assert np.sort(served["day"] + served["wait"]) == pytest.approx(np.sort(starts["day"]))


def test_tables_of_a_study_are_made_once() -> None:
    study = study_of(today=[run_of(waited([1.0]), people([0.0]))])
    assert asked(study) is asked(study)
    assert isinstance(asked(study), pd.DataFrame)
