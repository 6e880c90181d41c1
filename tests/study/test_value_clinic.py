"""A clinic's money: each arm at its own prices, cost per person helped, staff hours, one slot more."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap

from spinesim.clinic import Bills, ClinicSetting, load_clinic
from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence
from spinesim.pathway import load_pathway
from spinesim.study.compare import Study, interval, run_study
from spinesim.study.results import Results
from spinesim.study.scenario import Scenario, scenario_plans
from spinesim.study.simulation import shipped_evidence
from spinesim.study.value import value
from spinesim.study.value.clinic_money import NO_INTERVAL, _rows, clinic_money
from spinesim.study.value.helped import HELPED, helped, perhaps_none, ratio_values
from spinesim.study.value.money import bill_totals, components
from spinesim.study.value.slot_worth import Slot, people_per_year, slot_worth, what_a_slot_buys
from spinesim.study.value.slots import extra_slot, limited, slot_minutes
from spinesim.study.value.staff import hours_per_person

WISHES: dict[str, Any] = {"runs": 2, "patients": 60, "years": 1, "seed": 4}


def priced(setting: ClinicSetting, times: float) -> ClinicSetting:
    """The clinic with every price so many times as high."""
    known = shipped_evidence()
    prices = {key: times * known.value(key) for key in known.parameters if key.endswith(".price")}
    return setting.model_copy(update={"numbers": setting.numbers | prices})


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return shipped_evidence()


@pytest.fixture(scope="module")
def today() -> Scenario:
    plain = load_clinic("community").model_copy(update={"numbers": {}})
    return Scenario("today", load_pathway("conservative_first"), plain)


@pytest.fixture(scope="module")
def study(today: Scenario) -> Study:
    """The same clinic at other prices, and with a slot more."""
    slot = extra_slot(today.clinic, "physiotherapy", minutes=45)
    arms = [
        today,
        replace(today, name="again"),
        replace(today, name="free", clinic=priced(today.clinic, 0)),
        replace(today, name="double", clinic=priced(today.clinic, 2)),
        replace(today, name="slot", clinic=slot),
    ]
    return run_study(scenario_plans(arms, **WISHES))


@pytest.fixture(scope="module")
def table(study: Study) -> pd.DataFrame:
    return clinic_money(study)


def cell(table: pd.DataFrame, arm: str, measure: str, column: str = "value", resource: str = "") -> Any:
    mine = (table["arm"] == arm) & (table["measure"] == measure) & (table["resource"] == resource)
    return table.loc[mine, column].item()


# -- prices of each arm --------------------------------------------------------------------------------------


def test_each_arm_is_billed_at_its_own_prices(study: Study) -> None:
    for arm, runs in study.results.items():
        for run in runs:
            np.testing.assert_array_equal(bill_totals(run, study.evidence_of(arm)), run.patients["cost"])
    assert study.results["today"][0].patients["cost"].sum() > 0


def test_double_prices_cost_exactly_double_and_no_prices_nothing(study: Study, table: pd.DataFrame) -> None:
    each = value(study).each["cost_health_system"]
    np.testing.assert_array_equal(each[:, 3], 2 * each[:, 0])
    assert not each[:, 2].any()
    for measure in ("cost_per_person", "cost_per_goal", "cost_per_pain"):
        assert cell(table, "double", measure) == 2 * cell(table, "today", measure) > 0
        for column in ("value", "low", "high"):
            assert cell(table, "free", measure, column) == 0
    assert (
        cell(table, "double", "net_benefit", "difference")
        < 0
        < cell(table, "free", "net_benefit", "difference")
    )


def test_the_same_clinic_twice_differs_by_exactly_nothing(table: pd.DataFrame) -> None:
    again = table.loc[(table["arm"] == "again") & (table["measure"] != "cost_per_qaly")]
    known = again.loc[again["value"].notna()]
    assert len(known) > 20
    assert (known[["difference", "difference_low", "difference_high"]] == 0).all(axis=None)
    assert set(known["says"]) == {"the same"}
    assert cell(table, "again", "cost_per_qaly", "says").startswith("undefined")
    assert math.isnan(cell(table, "again", "cost_per_qaly"))


def test_other_prices_may_be_given_for_all_or_by_arm(study: Study, evidence: Evidence) -> None:
    one = value(study, evidence=evidence).each["cost_health_system"]
    np.testing.assert_array_equal(one[:, 3], one[:, 0])
    by_arm = {arm: study.evidence_of(arm) for arm in study.arms}
    np.testing.assert_array_equal(value(study, evidence=by_arm).each["qaly"], value(study).each["qaly"])
    with pytest.raises(SpinesimError, match="no prices for the arm 'again'"):
        value(study, evidence={"today": evidence})


def small(bills: list[tuple[int, float, str]], entry: list[int]) -> Results:
    """People without pain and these bills."""
    ledger = Bills()
    for bill in bills:
        ledger.append(*bill)
    n = len(entry)
    people = pd.DataFrame({"patient": range(n), "entry_day": entry, "age": 40.0, "occupation": "desk"})
    series = {name: np.zeros((3, n), dtype=np.float32) for name in ("disability", "limb_pain", "axial_pain")}
    return Results("a", 0, np.arange(3), series, people, None, ledger.table())  # type: ignore[arg-type]


def test_a_video_visit_takes_its_minutes_and_no_journey(evidence: Evidence) -> None:
    free = evidence.change({"discount.costs": 0.0})
    parts = components(small([(0, 0.5, "virtual_visit"), (1, 0.5, "visit")], [0, 0]), free)
    assert parts["care"][0] == free.value("virtual_visit.price")
    assert parts["travel"][0] == 0 < parts["travel"][1]
    minutes = [free.value("virtual_visit.minutes"), free.value("attendance.minutes")]
    np.testing.assert_allclose(parts["time"], np.array(minutes) / 60 * free.value("wage.hour"), rtol=1e-15)


# -- people helped -------------------------------------------------------------------------------------------


def test_who_was_helped(study: Study) -> None:
    run = study.results["today"][0]
    pain = run.series["pain"].astype(float).copy()
    pain[0, :3], pain[-1, :3] = [6, 6, 1], [4, 4.5, 0]
    found = helped(replace(run, series=run.series | {"pain": pain}), 2.0)
    assert list(found["pain"][:3]) == [1, 0, 0]
    np.testing.assert_array_equal(found["goal"], run.patients["goal_attained"])


def test_a_cost_per_person_helped_known_by_hand() -> None:
    cost, help_ = np.array([100.0, 300, 200, 400]), np.array([0.0, 1, 1, 1])
    values = ratio_values(cost, help_)
    assert values.mean() == pytest.approx(1000 / 3)  # 1000 for 3 people helped
    np.testing.assert_allclose(values, 1000 / 3 + (cost - 1000 / 3 * help_) / 0.75)
    assert np.isnan(ratio_values(cost, np.zeros(4))).all()
    assert perhaps_none(help_) and perhaps_none(np.zeros(4)) and not perhaps_none(np.tile(help_, 5))


def test_where_perhaps_nobody_was_helped_a_ratio_has_no_interval() -> None:
    cost, few = np.array([100.0, 300, 200, 400]), np.array([0.0, 0, 0, 1])
    each = {"today": ratio_values(cost, few), "more": ratio_values(cost, np.ones(4))}
    rows = _rows("cost_per_goal", each, "USD", vague=["today"])
    assert rows[0]["value"] == pytest.approx(1000) and rows[1]["value"] == pytest.approx(250)
    assert all(math.isnan(rows[i][key]) for i, key in ((0, "low"), (1, "difference_low")))
    assert rows[1]["low"] < 250 < rows[1]["high"] and rows[1]["says"] == NO_INTERVAL


def test_the_interval_of_a_ratio_holds_the_truth_19_times_in_20() -> None:
    """Ten runs of 150 people, many times over; the bound is 4 standard errors of the share."""
    rng, times, truth = np.random.default_rng(8), 2_000, 2_000 / 0.4
    help_ = rng.binomial(150, 0.4, (times, 10)) / 150
    cost = 2_000 + 1_500 * (help_ - 0.4) + rng.normal(0, 60, (times, 10))
    held = [low <= truth <= high for _, low, high in map(interval, map(ratio_values, cost, help_))]
    assert abs(np.mean(held) - 0.95) < 4 * math.sqrt(0.95 * 0.05 / times)


def test_the_interval_agrees_with_the_bootstrap() -> None:
    rng = np.random.default_rng(5)
    help_ = rng.binomial(1, 0.45, 800).astype(float)
    cost = rng.gamma(2, 900, 800) - 400 * help_
    _, low, high = interval(ratio_values(cost, help_))

    def ratio(money: Any, people: Any, axis: int = -1) -> Any:
        return money.mean(axis=axis) / people.mean(axis=axis)

    found = bootstrap((cost, help_), ratio, paired=True, method="BCa", n_resamples=4_000, rng=rng)
    wide = found.confidence_interval.high - found.confidence_interval.low
    assert (high - low) / wide == pytest.approx(1, abs=4 / math.sqrt(2 * 800) + 4 / math.sqrt(2 * 4_000))


def test_the_table_agrees_with_the_people(study: Study, table: pd.DataFrame) -> None:
    for arm in study.arms:
        cost = value(study).each["cost_health_system"][:, study.arms.index(arm)].mean()
        assert cell(table, arm, "cost_per_person") == pytest.approx(cost, rel=1e-12)
        for how in HELPED:
            share = np.mean([helped(run, 2.0)[how].mean() for run in study.results[arm]])
            assert cell(table, arm, f"helped_{how}") == pytest.approx(100 * share, rel=1e-12)
            ratio = cell(table, arm, f"cost_per_{how}")
            assert math.isnan(ratio) or ratio == pytest.approx(cost / share, rel=1e-12)


# -- staff hours ---------------------------------------------------------------------------------------------


def test_staff_hours_are_the_minutes_of_the_slots(study: Study) -> None:
    """While nobody's follow-up has ended, the busy hours are the slots of the log at their lengths."""
    known, run = study.evidence_of("today"), study.results["today"][0]
    length = {"intake": "first_visit", "review": "visit", "virtual_review": "virtual_visit"}
    starts = run.events.loc[run.events["event"] == "start"].astype({"step": str, "resource": str})
    starts = starts.assign(minutes=[
        known.value(f"{length.get(step, step)}.minutes") if resource != "none" else 0.0
        for step, resource in zip(starts["step"], starts["resource"], strict=True)])  # fmt: skip
    end = 7 * run.weeks[-1]
    hours = run.accounts.loc[run.accounts["day"] < end].groupby("resource", observed=True)["busy_hours"].sum()
    for resource in ("physician", "imaging", "injection", "theatre", "ablation"):
        here = starts.loc[starts["resource"] == resource]
        assert hours[resource] == pytest.approx(here.loc[here["day"] < end, "minutes"].sum() / 60, rel=1e-9)
    visits = starts.loc[starts["resource"] == "physician"]
    each = visits.loc[visits["day"] < end, "minutes"].mean() / 60
    assert len(visits) > 100
    assert hours_per_person(run)["physician"] * 60 == pytest.approx(each * len(visits), rel=1e-9)


def test_hours_of_a_warm_up_are_not_those_of_the_people_counted(study: Study) -> None:
    run = study.results["today"][0]
    ids = run.patients["patient"].to_numpy()
    parts = [hours_per_person(run.only(some)) * len(some) for some in (ids[:25], ids[25:])]
    assert (parts[0] > 0).any() and (parts[1] > 0).any()
    np.testing.assert_allclose(parts[0] + parts[1], 60 * hours_per_person(run), rtol=1e-12)


# -- one more slot -------------------------------------------------------------------------------------------

SESSION = {"days": ("mon", "wed"), "start": "09:00", "end": "12:00"}


def clinic_with(**physician: Any) -> ClinicSetting:
    others = {name: {"staff": "ample"} for name in ("physiotherapy", "psychology", "imaging", "injection",
                                                    "ablation", "theatre")}  # fmt: skip
    return ClinicSetting.model_validate(
        {
            "name": "x",
            "title": "X",
            "arrivals": {"per_week": 5.0},
            "resources": {"physician": physician} | others,
        }
    )


def open_minutes(setting: ClinicSetting, resource: str) -> int:
    found = getattr(setting.resources, resource)
    return sum((one.staff or int(found.capacity)) * len(one.days) * one.minutes for one in found.sessions)


@pytest.mark.parametrize("minutes", [5, 20, 45, 60, 180])
def test_a_slot_adds_exactly_its_minutes(minutes: int) -> None:
    before = load_clinic("community")
    for name in limited(before):
        after = extra_slot(before, name, minutes=minutes)
        if getattr(before.resources, name).sessions:
            assert open_minutes(after, name) - open_minutes(before, name) == minutes
        for other in set(limited(before)) - {name}:
            assert getattr(after.resources, other) == getattr(before.resources, other)
        assert after.model_copy(update={"title": before.title, "resources": before.resources}) == before
    assert len(limited(before)) > 1


def test_an_even_flow_gets_its_hours(minutes: int = 60) -> None:
    now = clinic_with(staff=2, hours_per_week=20.0)
    more = extra_slot(now, "physician", minutes=minutes).resources.physician
    assert more.hours_per_week == 20.5 and more.open_hours == 41


@pytest.mark.parametrize(
    ("physician", "day", "start", "end"),
    [
        ({"staff": 1, "sessions": [SESSION]}, None, "12:00", "13:00"),  # after the last session
        ({"staff": 2, "sessions": [SESSION | {"staff": 1}]}, "wed", "09:00", "10:00"),  # beside it
        ({"staff": 1, "sessions": [SESSION | {"start": "08:00", "end": "24:00"}]}, None, "07:00", "08:00"),
        (
            {"staff": 1, "sessions": [SESSION, SESSION | {"start": "13:00", "end": "17:00"}]},
            None,
            "12:00",
            "13:00",
        ),
        ({"staff": 1, "sessions": [SESSION]}, "fri", "09:00", "10:00"),
        ({"staff": 3, "rooms": 1, "sessions": [SESSION]}, None, "12:00", "13:00"),  # rooms limit
    ],
)
def test_a_slot_begins_where_a_server_is_free(physician: Any, day: str | None, start: str, end: str) -> None:
    added = extra_slot(clinic_with(**physician), "physician", day=day).resources.physician.sessions[-1]
    assert (added.days, added.start, added.end, added.staff) == ((day or "mon",), start, end, 1)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        ({"resource": "surgeon"}, "no resource 'surgeon'"),
        ({"resource": "theatre"}, "Nobody waits for theatre"),
        ({"resource": "physician", "day": "monday"}, "'monday' is no day"),
        ({"resource": "physician", "minutes": 0}, "minutes is 0"),
        ({"resource": "physician", "minutes": 700, "day": "mon"}, "no room for 700 minutes"),
    ],
)
def test_odd_slots_are_refused(ask: dict[str, Any], says: str) -> None:
    full = clinic_with(staff=1, sessions=[SESSION | {"start": "08:00", "end": "20:00"}])
    with pytest.raises(SpinesimError, match=says):
        extra_slot(full, ask.pop("resource"), **ask)


def test_a_slot_is_as_long_as_the_longest_step(evidence: Evidence) -> None:
    now = load_clinic("community").model_copy(update={"numbers": {"fusion.minutes": 241.0}})
    assert slot_minutes(now, "theatre", evidence) == 245
    assert slot_minutes(now, "physician", evidence) % 5 == 0


def test_what_a_slot_changes_is_the_difference_of_a_year(study: Study, table: pd.DataFrame) -> None:
    found = slot_worth(study, {"slot": Slot("physiotherapy", 45)}).set_index("measure")
    a_year = people_per_year(study)
    gap = cell(table, "slot", "qaly", "difference")
    assert found.loc["qaly", "difference"] == pytest.approx(gap * a_year)
    assert found.loc["qaly", "per_slot"] == pytest.approx(gap * a_year / 52)
    people = cell(table, "slot", "helped_goal", "difference") / 100 * a_year
    assert found.loc["helped_goal", "difference"] == pytest.approx(people)
    spans = [
        run.patients["entry_day"].max() - run.patients["entry_day"].min() for run in study.results["today"]
    ]
    assert a_year == pytest.approx(2 * 59 / (sum(spans) / 7) * 52)
    with pytest.raises(SpinesimError, match="'today' is no arm beside today's"):
        slot_worth(study, {"today": Slot("physiotherapy", 45)})


def test_a_slot_bought_is_run_and_said(today: Scenario) -> None:
    bought = what_a_slot_buys(today, ["physiotherapy"], **WISHES)
    assert bought.study.arms == ["today", "today, one physiotherapy slot more"]
    said = repr(bought)
    assert said.startswith("One more slot of ") and said.count("\n") == 0 and "a year's referrals" in said
    assert "worth it" not in said


def test_the_pictures_show_every_arm(table: pd.DataFrame) -> None:
    from spinesim.view.clinic_money import money_sentences, plot_cost_per, plot_staff_hours

    axes = plot_cost_per(table, "cost_per_person")
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [
        "today",
        "again",
        "free",
        "double",
        "slot",
    ]
    shown = {text.get_text() for text in axes.texts}
    assert f"{cell(table, 'today', 'cost_per_person'):,.0f}" in shown
    bars = plot_staff_hours(table)
    assert bars.get_legend() is not None and len(bars.patches) > 2 * 5
    said = money_sentences(table, "cost_per_person")
    assert "the same as in today" in said[0] and "less than in today" in said[1] and "more than in" in said[2]
    with pytest.raises(SpinesimError, match="no rows of 'profit'; choose one of cost_per_person"):
        plot_cost_per(table, "profit")
