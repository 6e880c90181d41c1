"""Lesson 01: how much of getting better is the natural course, and how much only looks like an effect."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from spinesim.study import Study
from spinesim.study.compare import interval
from spinesim.study.simulation import finish, shipped_evidence
from spinesim.study.trials import load_trial
from spinesim.view.lab.changes import plans_at
from spinesim.view.lab.spec import load_lesson, start_of
from tests.lessons.default_runs import facts, is_about

Weeks = npt.NDArray[np.float64]
SILENT = "Nothing: people get all of it, none of it works"
UP_AND_DOWN = "Up and down (11 of 100)"
READERS = ("What a sceptical reader grants it", "What a hopeful reader grants it")
COURSES = ("rapid", "gradual", "incomplete", "fluctuating", "persistent")


@cache
def _pain(**changes: Any) -> list[Weeks]:
    """Pain by week and person: no care, usual care."""
    lesson = load_lesson("01")
    return [finish(one).series["pain"].astype(float) for one in plans_at(lesson, start_of(lesson) | changes)]


def _four_or_more(chosen: npt.NDArray[np.bool_], pain: Weeks) -> float:
    return 100 * float((pain[52][chosen] >= 4).mean())


def test_most_of_the_improvement_comes_without_care() -> None:
    run = facts("01")
    assert is_about(run["mild_alone"], 61, 1) and is_about(run["mild_because"], 5, 1)
    assert is_about(run["not_mild"], 34, 1) and is_about(run["year_usual"], 16, 1)
    assert is_about(run["gain_2"], -0.8, 0.1) and is_about(run["gain_6"], -0.3, 0.1)
    assert is_about(run["pain_12_months"], -0.2, 0.1)
    alone, usual = _pain()
    assert 0.88 < (alone[0] - alone[6]).mean() / (usual[0] - usual[6]).mean() < 0.93
    assert np.abs([usual[0].mean() - 5.6, usual[6].mean() - 2.5]).max() < 0.1
    assert (usual[1:].mean(axis=1) < alone[1:].mean(axis=1)).all(), "better at every week"


def test_the_three_groups_of_the_question_make_up_the_whole() -> None:
    run = facts("01")
    assert abs(sum(run[key].value for key in ("mild_alone", "mild_because", "not_mild")) - 100) < 1e-6


def test_what_else_care_does() -> None:
    run = facts("01")
    assert is_about(run["days_off_work"], -9, 1) and is_about(run["disability_12_months"], -2, 1)
    assert is_about(run["cost"], 950, 50)


def test_care_that_does_nothing_looks_like_care_that_works() -> None:
    alone, silent = _pain(works=SILENT)
    assert np.abs(alone - silent).mean() < 0.02
    assert silent[6].mean() < 0.52 * silent[0].mean()


def test_both_curves_lie_on_the_pooled_cohorts() -> None:
    target = load_trial("acute_lbp_cohorts").target[0]
    for pain in _pain():
        means = pain[list(target.weeks)].mean(axis=1) * target.scale
        assert (np.abs(means - target.mean) <= 4).all()


def test_too_few_recover_fully_and_too_slowly() -> None:
    _, usual = _pain()
    assert 0.22 < (usual[52] <= 0.5).mean() < 0.32
    assert 0.45 < 1 - usual[4].mean() / usual[0].mean() < 0.55


def test_the_courses_are_those_of_the_model() -> None:
    known = shipped_evidence()
    labels = load_lesson("01").control[0].labels[1:]
    for label, course in zip(labels, COURSES, strict=True):
        said = re.search(r"\((\d+) of 100\)", label)
        assert said and abs(100 * known.value(f"lumbar_strain.course.{course}.share") - int(said[1])) <= 0.5


def test_week_two_tells_more_than_the_first_visit() -> None:
    alone, _ = _pain()
    assert abs(_four_or_more(alone[0] >= 5, alone) - 22) < 8
    assert abs(_four_or_more(alone[2] >= 5, alone) - 49) < 14
    assert _four_or_more(alone[2] < 2, alone) < 3


def test_picked_in_a_bad_week_people_get_better_forwards_and_backwards() -> None:
    alone, _ = _pain(course=UP_AND_DOWN)
    chosen = alone[26] >= 7
    before, worst, after = (alone[week][chosen].mean() for week in (24, 26, 28))
    assert np.abs([worst - 8.6, after - 7.8, before - 7.7]).max() < 0.2
    assert all(interval((alone[26] - alone[week])[chosen])[1] > 0.4 for week in (24, 28))
    assert np.abs(alone[[6, 12, 26, 52]].mean(axis=1) - 5.6).max() < 0.4, "the average hardly moves"


def test_one_of_the_first_ten_shown_was_ablated_in_vain() -> None:
    lesson = load_lesson("01")
    plans = plans_at(lesson, start_of(lesson) | {"course": UP_AND_DOWN})
    alone, usual = (finish(one) for one in plans)
    first = Study({"no care": [alone], "usual care": [usual]}).twins("usual care").changed()["patient"][:10]
    ablated = first[usual.patients.set_index("patient").loc[first, "ablations"].to_numpy() > 0]
    gap = np.abs(alone.series["pain"].astype(float) - usual.series["pain"])[20:, ablated].max(axis=0)
    assert (gap < 1).any()


def test_who_is_seen_changes_the_points_that_go_by_themselves() -> None:
    bad, good = _pain(pain=8.0)[0], _pain(pain=3.0)[0]
    assert bad[0].mean() - bad[6].mean() > 2 * (good[0].mean() - good[6].mean())


def test_sessions_matter_late_and_tablets_early() -> None:
    none, many = facts("01", sessions=0), facts("01", sessions=24)
    assert none["gain_2"].high < -0.5 and abs(none["gain_6"].value) < 0.1
    assert many["gain_6"].high < -0.25 and many["pain_12_months"].high < none["pain_12_months"].low


def test_every_reader_sees_time_do_most_of_it() -> None:
    for reader in READERS:
        alone, usual = _pain(works=reader)
        assert (alone[0] - alone[6]).mean() / (usual[0] - usual[6]).mean() > 0.8
        assert usual[2].mean() < alone[2].mean()
