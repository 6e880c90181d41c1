"""Crossover: as many as asked, not too early, only whom it is for, once, and nobody else is touched."""

from __future__ import annotations

import math

import numpy as np
import pytest

import spinesim as ss
from spinesim.pathway import load_pathway
from spinesim.study.results import SERIES, Results

AMPLE = ("patients = 400", "patients = 1500")
ARM = '[[arm.crossover]]\nstep = "{step}"\nby_week = {week}\nshare = {share}\n'


def crossed(small, arm: str, *replaced: tuple[str, str]) -> tuple[Results, Results]:
    """The arm without and the arm with crossover, same people."""
    _, results = ss.run_trial(small(AMPLE, *replaced, arm=arm))
    return results["usual"], results["other"]


def days_of(run: Results, step: str, event: str = "offer") -> np.ndarray:
    log = run.events
    return log[(log["step"] == step) & (log["event"] == event)]["day"].to_numpy()


def test_the_share_is_met_in_expectation_and_only_those_who_cross_change(small) -> None:
    share = 0.3
    usual, other = crossed(small, ARM.format(step="epidural", week=4, share=share))
    treated = other.patients["epidurals"].to_numpy() > 0
    error = math.sqrt(share * (1 - share) / len(treated))
    assert abs(treated.mean() - share) < 4 * error
    assert other.patients["epidurals"].max() == 1  # once a person
    assert not usual.patients["epidurals"].any()
    for name in SERIES:
        assert np.array_equal(usual.series[name][:, ~treated], other.series[name][:, ~treated])
        assert np.array_equal(usual.series[name][:5], other.series[name][:5])  # nothing before it
    assert (
        (
            usual.patients[~treated].drop(columns="patient")
            == other.patients[~treated].drop(columns="patient")
        )[["visits", "cost", "qaly", "flares", "harms"]]
        .to_numpy()
        .all()
    )
    assert (usual.series["limb_pain"][6:8, treated] > other.series["limb_pain"][6:8, treated]).any()


def test_nobody_crosses_before_the_week_and_everybody_seen_at_it_does(small) -> None:
    _, other = crossed(small, ARM.format(step="nsaid", week=5, share=1.0))
    days = days_of(other, "nsaid")
    assert len(days) == 1500 and days.min() >= 35 and days.max() < 36  # natural_course has no visit in week 5


def test_only_whom_it_is_for_cross(small) -> None:
    arm = ARM.format(step="nsaid", week=6, share=1.0) + "when = { pain_at_least = 5 }\n"
    _, other = crossed(small, arm)
    log = other.events
    said = log[(log["event"] == "result") & (log["step"] == "visit")].set_index(["patient", "day"])["value"]
    offers = log[(log["event"] == "offer") & (log["step"] == "nsaid")]
    assert len(offers) and not offers["patient"].duplicated().any()
    assert all(said.loc[(who, day)] >= 5 for who, day in zip(offers["patient"], offers["day"], strict=True))
    bad = log[
        (log["event"] == "result") & (log["step"] == "visit") & (log["day"] >= 42) & (log["value"] >= 5)
    ]
    flagged = set(log[log["event"] == "red_flag"]["patient"])
    assert set(bad["patient"]) - flagged <= set(offers["patient"])


def test_the_share_holds_among_those_it_is_for(small) -> None:
    share, bound = 0.4, "when = { age_at_least = 45 }\n"
    _, other = crossed(small, ARM.format(step="epidural", week=2, share=share) + bound)
    people = other.patients
    old = people["age"] >= 45
    treated = people["epidurals"] > 0
    assert not treated[~old].any()
    assert abs(treated[old].mean() - share) < 4 * math.sqrt(share * (1 - share) / old.sum())


def test_who_has_had_the_step_does_not_cross(small) -> None:
    """Two crossovers to the same step: the second is for those who did not take the first."""
    both = ARM.format(step="epidural", week=1, share=0.5) + ARM.format(step="epidural", week=6, share=0.5)
    _, other = crossed(small, both)
    counts = other.patients["epidurals"]
    assert counts.max() == 1 and abs(counts.mean() - 0.75) < 4 * math.sqrt(0.75 * 0.25 / 1500)
    days = days_of(other, "epidural")
    early, late = days[days < 30], days[days >= 42]
    assert len(early) + len(late) == len(days) and len(late) > 0


def test_the_discharged_come_back_for_it(small, tmp_path) -> None:
    (tmp_path / "leaves.toml").write_text(
        'name = "leaves"\ntitle = "Seen once"\n[settings]\nreview_weeks = [26]\n'
        '[[rule]]\nid = "go"\nsays = "Home"\nwhen = { weeks_at_most = 0 }\noffer = ["discharge"]\n',
        encoding="utf-8",
    )
    here = ('name = "other"\npathway = "natural_course"', 'name = "other"\npathway = "leaves.toml"')
    _, other = crossed(small, ARM.format(step="epidural", week=8, share=0.25), here)
    treated = other.patients["epidurals"].to_numpy() > 0
    assert abs(treated.mean() - 0.25) < 4 * math.sqrt(0.25 * 0.75 / 1500)
    assert days_of(other, "epidural").min() >= 56
    assert (other.patients["visits"].to_numpy()[~treated] == 1).all()


def test_a_share_of_nothing_changes_nothing_and_one_of_all_takes_everybody(small) -> None:
    usual, other = crossed(small, ARM.format(step="epidural", week=3, share=0.0))
    assert all(np.array_equal(usual.series[name], other.series[name]) for name in SERIES)
    usual, other = crossed(small, ARM.format(step="epidural", week=0, share=1.0))
    assert (other.patients["epidurals"] == 1).all()


def test_a_pathway_keeps_its_digest_unless_somebody_crosses(small) -> None:
    plain = load_pathway("natural_course")
    trial = small(arm=ARM.format(step="epidural", week=3, share=0.5))
    from spinesim.study.trials.arms import pathway_of

    first, second = (pathway_of(trial, arm) for arm in trial.arm)
    assert first == plain and first.digest == plain.digest != second.digest
    assert second.visit_weeks == plain.visit_weeks and hash(second) != hash(first)


@pytest.mark.parametrize("week", [0, 6])
def test_crossing_over_later_than_enrolment_counts_from_there(small, week: int) -> None:
    entered = ("[[arm]]", "[eligibility]\nat_week = 4\npain_at_least = 3\n\n[[arm]]")
    trial = small(entered, arm=ARM.format(step="nsaid", week=week, share=1.0))
    _, results = ss.run_trial(trial, patients=200)
    assert days_of(results["other"], "nsaid").min() >= 7 * (4 + week)
