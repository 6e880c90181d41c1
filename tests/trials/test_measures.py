"""What a target measures, against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy import stats

import spinesim as ss
from spinesim.clinic import EventLog
from spinesim.study.results import SERIES, Results
from spinesim.study.trials import Target
from spinesim.study.trials.figures import wilson
from spinesim.study.trials.measure import measured, person_values

# pain of four people in weeks 0, 1, 2 (and twice as much disability)
PAIN = np.array([[8.0, 6.0, 4.0, 2.0], [6.0, 6.0, 2.0, 0.0], [4.0, 5.0, 0.0, 1.0]], dtype=np.float32)
OTHER = np.array([[8.0, 6.0, 4.0, 2.0], [7.0, 6.0, 4.0, 1.0], [7.0, 6.0, 3.0, 1.0]], dtype=np.float32)
OPERATED = [1.0, math.nan, math.nan, 2.0]


def run(arm: str, pain: np.ndarray, operated: list[float] | None = None) -> Results:
    weeks = operated or [math.nan] * pain.shape[1]
    people = pd.DataFrame(
        {"patient": range(len(weeks)), "operated_week": weeks, "operations": np.isfinite(weeks).astype(int),
         "images": [1, 0, 0, 1], "visits": [1, 2, 3, 4]}
    )  # fmt: skip
    series = dict.fromkeys(SERIES, pain) | {"disability": 2 * pain}
    return Results(arm, 0, np.arange(len(pain)), series, people, EventLog())


RUNS = {"a": run("a", PAIN, OPERATED), "b": run("b", OTHER)}


def figure(i: int = 0, start: int = 0, **keys: object):  # type: ignore[no-untyped-def]
    given = {"outcome": "pain", "arm": "a", "weeks": [2], "mean": [0.5], "tolerance": 9.0, **keys}
    return measured(Target.model_validate(given), i, RUNS, start)


@pytest.mark.parametrize(("keys", "expected"), [
    ({}, 2.5),
    ({"scale": 10}, 25.0),
    ({"outcome": "disability"}, 5.0),
    ({"measure": "change"}, -2.5),  # 5 to 2.5
    ({"measure": "percent_change"}, -50.0),
    ({"measure": "share_at_most", "cut": 1}, 0.5),
    ({"measure": "share_at_least", "cut": 4}, 0.5),
    ({"measure": "share_at_least", "cut": 40, "scale": 10}, 0.5),
    ({"measure": "share_improved_by", "cut": 50}, 0.75),  # 50, 17, 100 and 50 %
    ({"measure": "median_weeks_to", "cut": 2}, 1.0),  # never, never, 1, 0: the middle one
    ({"versus": "b"}, 2.5 - 4.25),
    ({"versus": "b", "measure": "change"}, -2.5 + 0.75),
    ({"versus": "b", "measure": "percent_change"}, -50.0 + 15.0),
    ({"versus": "b", "measure": "share_at_most", "cut": 1}, 0.5 - 0.25),
    ({"among": "operated"}, 2.5),
    ({"among": "not_operated"}, 2.5),
    ({"outcome": "operated"}, 0.5),
    ({"outcome": "operated", "weeks": [1]}, 0.25),
    ({"outcome": "imaging"}, 50.0),
    ({"outcome": "imaging", "scale": 0.01}, 0.5),
    ({"outcome": "visits"}, 2.5),
])  # fmt: skip
def test_a_figure_is_what_its_words_say(keys: dict[str, object], expected: float) -> None:
    assert figure(**keys).mean == pytest.approx(expected, abs=1e-6)


def test_weeks_count_from_enrolment() -> None:
    assert figure(weeks=[1], start=1).mean == pytest.approx(2.5)
    assert figure(weeks=[1], start=1, measure="change").mean == pytest.approx(2.5 - 3.5)
    # operated in week 1 and in week 2 after referral: one and two weeks, of which both count from week 1 on
    assert figure(outcome="operated", weeks=[0], start=1).mean == 0.25
    assert (
        figure(outcome="operated", weeks=[1], start=2).mean == 0.25
    )  # who was operated before is not counted


def test_who_never_gets_there_has_no_median() -> None:
    found = figure(arm="b", measure="median_weeks_to", cut=0.5)
    assert found.mean == math.inf and found.high == math.inf


def test_nobody_without_pain_can_improve_by_a_percentage() -> None:
    free = run("a", np.array([[0.0, 4.0, 4.0, 4.0], [0.0, 1.0, 4.0, 4.0]], dtype=np.float32))
    target = Target(outcome="pain", arm="a", weeks=[1], mean=[0.5], n=4, measure="share_improved_by", cut=50)
    assert measured(target, 0, {"a": free}).mean == 0.25


def test_a_difference_is_paired_and_the_same_arm_twice_gives_exactly_nothing() -> None:
    found = figure(versus="b")
    gaps = (PAIN[2] - OTHER[2]).astype(float)
    half = stats.t.ppf(0.975, 3) * np.std(gaps, ddof=1) / 2
    assert (found.low, found.high) == pytest.approx((gaps.mean() - half, gaps.mean() + half))
    alike = measured(
        Target(outcome="pain", arm="a", versus="c", weeks=[2], mean=[0.0], tolerance=1.0), 0,
        {"a": RUNS["a"], "c": run("c", PAIN)},
    )  # fmt: skip
    assert (alike.mean, alike.low, alike.high) == (0.0, 0.0, 0.0)


def test_a_standardised_difference_is_in_sds_of_week_0() -> None:
    found = figure(versus="b", standardised=True)
    spread = math.sqrt(2 * 3 * np.var(PAIN[0], ddof=1) / 6)
    assert found.mean == pytest.approx((2.5 - 4.25) / spread)
    ten = figure(versus="b", standardised=True, scale=10)
    assert ten.mean == pytest.approx(found.mean)


def test_groups_of_different_people_are_not_paired() -> None:
    runs = {"a": RUNS["a"], "b": run("b", OTHER, [math.nan, 0.5, math.nan, math.nan])}
    target = Target(
        outcome="pain", arm="a", versus="b", among="operated", weeks=[2], mean=[0.0], tolerance=1.0
    )
    assert measured(target, 0, runs).mean == pytest.approx(2.5 - 6.0)


def test_a_share_has_a_wilson_interval_on_both_sides() -> None:
    """Wilson's formula by hand: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)."""
    z, n, p = stats.norm.ppf(0.975), 50, 0.3
    middle, half = p + z**2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert wilson(p, n) == pytest.approx(((middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)))
    target = Target(outcome="operated", arm="a", weeks=[2], mean=[0.3], n=50)
    assert target.band(0) == pytest.approx(wilson(0.3, 50))
    hundred = Target(outcome="imaging", arm="a", weeks=[2], mean=[30], n=50)
    assert hundred.band(0) == pytest.approx([100 * bound for bound in wilson(0.3, 50)])
    found = figure(outcome="operated")
    assert (found.low, found.high) == pytest.approx(wilson(0.5, 4))
    assert figure(outcome="imaging").low == pytest.approx(100 * wilson(0.5, 4)[0])


@pytest.mark.parametrize(("keys", "half"), [
    ({"tolerance": 3.0, "low": [1.0], "high": [2.0]}, 3.0),
    ({"low": [1.0], "high": [2.0]}, 0.5),
    ({"sd": [20.0], "n": 100}, 1.96 * 2),
    ({"sd": [20.0], "n": 100, "versus": "b", "versus_n": 400}, 1.96 * 20 * math.sqrt(1 / 100 + 1 / 400)),
    ({"n": 50, "versus": "b", "versus_n": 50, "standardised": True}, 1.96 * math.sqrt(2 / 50 + 1.5**2 / 200)),
])  # fmt: skip
def test_the_band_is_as_documented(keys: dict[str, object], half: float) -> None:
    target = Target.model_validate({"outcome": "pain", "arm": "a", "weeks": [1], "mean": [1.5], **keys})
    low, high = target.band(0)
    assert ((high - low) / 2, (high + low) / 2) == pytest.approx((half, 1.5))


@pytest.mark.parametrize("keys", [
    {"outcome": "operated", "measure": "change"},
    {"outcome": "imaging", "measure": "share_at_most", "cut": 1},
    {"measure": "median_weeks_to", "cut": 1, "weeks": [1, 2], "mean": [1, 2]},
    {"versus_n": 3},
    {"standardised": True, "versus": "b", "measure": "percent_change"},
])  # fmt: skip
def test_what_makes_no_sense_is_refused(keys: dict[str, object]) -> None:
    given = {"outcome": "pain", "arm": "a", "weeks": [1], "mean": [0.5], "tolerance": 1.0, **keys}
    with pytest.raises(ValidationError):
        Target.model_validate(given)


def test_a_group_with_nobody_in_it_says_so() -> None:
    target = Target(outcome="pain", arm="b", among="operated", weeks=[1], mean=[1.0], tolerance=1.0)
    with pytest.raises(ss.SpinesimError, match="nobody counts for pain_among_operated at week 1"):
        measured(target, 0, RUNS)


def test_every_person_gives_one_value() -> None:
    target = Target(outcome="pain", arm="a", weeks=[2], mean=[1.0], tolerance=1.0, measure="change")
    assert person_values(target, 0, RUNS["a"]).tolist() == [-4.0, -1.0, -4.0, -1.0]
