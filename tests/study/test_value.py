"""Money and health per person: the ledger of bills, the payers' views, and the value of arms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spinesim as ss
from spinesim.clinic import Bills
from spinesim.errors import SpinesimError
from spinesim.evidence import Draws, Evidence
from spinesim.study import Results, Study, compare, simulate
from spinesim.study.simulation import shipped_evidence
from spinesim.study.value import KEYS, Value, person_value, value
from spinesim.study.value.money import bill_totals, components, views
from spinesim.study.value.quality import Numbers, person_qaly, utility

NO_DISCOUNT = {"discount.costs": 0.0, "discount.health": 0.0}
SMALL = {"condition": "disc_herniation", "patients": 120, "years": 1, "seed": 5}


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return shipped_evidence()


@pytest.fixture(scope="module")
def plain(evidence: Evidence) -> Evidence:
    """Nothing discounted."""
    return evidence.change(NO_DISCOUNT)


@pytest.fixture(scope="module")
def run() -> Results:
    """A dear year: operations, tablets, harms and a clinic where people arrive over time and wait."""
    return simulate("early_surgery", clinic="community", **SMALL)


@pytest.fixture(scope="module")
def study() -> Study:
    arms = {"usual": "conservative_first", "surgery": "early_surgery", "usual again": "conservative_first"}
    return compare(arms, **SMALL)


# -- the ledger ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pathway", "condition", "clinic"),
    [("early_surgery", "disc_herniation", "community"), ("stacked_medicine", "lumbar_strain", "ample"),
     ("facet_pain", "facet_pain", "ample"), ("ignore_red_flags", "pain_clinic", "ample")],
)  # fmt: skip
def test_cost_is_the_sum_of_the_bills_to_the_bit(
    evidence: Evidence, pathway: str, condition: str, clinic: str
) -> None:
    if condition not in (*ss.conditions(), "pain_clinic"):
        condition = "lumbar_strain"
    done = simulate(pathway, condition=condition, clinic=clinic, patients=80, years=1, seed=3)
    sums = dict.fromkeys(done.patients["patient"], 0.0)
    for patient, item in zip(done.bills["patient"], done.bills["item"], strict=True):
        sums[patient] += evidence.value(f"{item}.price")
    assert list(sums.values()) == list(done.patients["cost"])
    np.testing.assert_array_equal(bill_totals(done, evidence), done.patients["cost"])


def test_a_bill_has_its_day_and_each_thing_done_its_bill(run: Results) -> None:
    bills = run.bills
    assert list(bills.columns) == ["patient", "day", "item"]
    assert (np.diff(bills["day"]) >= 0).all()  # in the order they fall due
    entry = run.patients.set_index("patient")["entry_day"].loc[bills["patient"]].to_numpy()
    assert ((bills["day"] >= entry) & (bills["day"] < entry + 7 * run.weeks[-1])).all()
    counts = bills["item"].value_counts()
    assert counts["visit"] == (run.events["event"].eq("end") & run.events["resource"].eq("physician")
                               & run.events["step"].isin(["intake", "review"])).sum()  # fmt: skip
    harms = bills["item"].astype(str).str.startswith("harm.")
    assert harms.sum() == run.patients["harms"].sum() > 0


def test_a_ledger_is_light() -> None:
    ledger = Bills()
    for i in range(1_000):
        ledger.append(i, i / 7, "visit" if i % 2 else "harm.fall")
    table = ledger.table()
    assert len(ledger) == 1_000 and list(table["item"].cat.categories) == ["harm.fall", "visit"]
    assert table.memory_usage(index=False).sum() < 16 * 1_000


def test_an_empty_ledger_costs_nothing(run: Results, evidence: Evidence) -> None:
    quiet = Results(run.arm, run.run, run.weeks, run.series, run.patients, run.log)
    assert len(quiet.bills) == 0
    parts = components(quiet, evidence)
    assert not parts["care"].any() and not parts["travel"].any() and not parts["time"].any()
    np.testing.assert_array_equal(parts["productivity"], components(run, evidence)["productivity"])


def test_bills_of_somebody_else_are_refused(run: Results, evidence: Evidence) -> None:
    stranger = run.bills.assign(patient=np.int32(10**6))
    mixed = Results(run.arm, run.run, run.weeks, run.series, run.patients, run.log, stranger)
    with pytest.raises(SpinesimError, match="a patient who is not among the patients"):
        components(mixed, evidence)


# -- money ---------------------------------------------------------------------------------------------------


def test_without_discount_care_is_the_cost_and_work_the_days_off(run: Results, plain: Evidence) -> None:
    parts = components(run, plain)
    np.testing.assert_allclose(parts["care"], run.patients["cost"], rtol=1e-12)
    day = plain.value("wage.hour") * plain.value("productivity.hours_per_day")
    lost = run.patients["days_off_work"] * day * plain.value("productivity.counted")
    np.testing.assert_allclose(parts["productivity"], lost, rtol=1e-12)


def test_society_bears_what_the_others_bear_and_the_work(run: Results, evidence: Evidence) -> None:
    parts = components(run, evidence)
    seen = views(parts, evidence.value("payer.copayment"))
    np.testing.assert_allclose(seen["societal"], sum(parts.values()), rtol=1e-12)
    np.testing.assert_allclose(
        seen["health_system"] + seen["patient"], parts["care"] + parts["travel"] + parts["time"], rtol=1e-12
    )
    assert set(person_value(run, evidence)) == set(KEYS)


def test_two_appointments_on_a_day_are_one_journey(evidence: Evidence) -> None:
    people = pd.DataFrame(
        {"patient": [4, 7], "entry_day": [0, 10], "age": [40, 40.0], "occupation": ["desk"] * 2}
    )
    bills = Bills()
    for patient, day, item in [
        (4, 0.1, "visit"), (4, 0.4, "imaging"), (4, 0.5, "nsaid"), (4, 3.0, "visit"), (7, 10.2, "visit"),
        (7, 11.0, "virtual_physiotherapy"), (7, 11.5, "education"),
    ]:  # fmt: skip
        bills.append(patient, day, item)
    weeks = np.arange(3)
    series = {name: np.zeros((3, 2), dtype=np.float32) for name in ("disability", "limb_pain", "axial_pain")}
    free = evidence.change({**NO_DISCOUNT, "payer.copayment": 0.0})
    parts = components(Results("a", 0, weeks, series, people, None, bills.table()), free)  # type: ignore[arg-type]
    way = evidence.value("travel.miles") * evidence.value("travel.mile_price")
    np.testing.assert_allclose(parts["travel"], [2 * way, way])
    minutes, video = evidence.value("attendance.minutes"), evidence.value("virtual_physiotherapy.minutes")
    hours = np.array([2 * minutes, minutes + video]) / 60
    np.testing.assert_allclose(parts["time"], hours * evidence.value("wage.hour"))
    assert not parts["productivity"].any()


def test_zero_prices_cost_nothing(run: Results, evidence: Evidence) -> None:
    free = {key: 0.0 for key in evidence.parameters if key.endswith(".price")}
    nothing = person_value(run, evidence.change(free | {"travel.mile_price": 0, "wage.hour": 0}))
    assert not any(nothing[key].any() for key in KEYS if key != "qaly")
    np.testing.assert_array_equal(nothing["qaly"], person_value(run, evidence)["qaly"])


def test_a_higher_price_raises_cost_where_it_was_paid(run: Results, evidence: Evidence) -> None:
    dearer = evidence.change({"imaging.price": 2 * evidence.value("imaging.price")})
    before, after = person_value(run, evidence), person_value(run, dearer)
    scanned = set(run.bills.loc[run.bills["item"] == "imaging", "patient"])
    had = run.patients["patient"].isin(scanned).to_numpy()
    for key in ("cost_health_system", "cost_patient", "cost_societal"):
        assert (after[key][had] > before[key][had]).all() and 0 < had.sum() < len(had)
        np.testing.assert_array_equal(after[key][~had], before[key][~had])


@pytest.mark.parametrize("method", ["continuous", "yearly"])
def test_discounting_runs_from_each_persons_own_referral(
    run: Results, evidence: Evidence, method: str
) -> None:
    assert run.patients["entry_day"].max() > 30
    years = run.bills["day"].to_numpy() - run.patients.set_index("patient")["entry_day"].loc[
        run.bills["patient"]].to_numpy()  # fmt: skip
    years = years / 365.25
    rate = evidence.value("discount.costs")
    weight = (1 + rate) ** -(np.floor(years) if method == "yearly" else years)
    prices = np.array([evidence.value(f"{item}.price") for item in run.bills["item"]])
    care = components(run, evidence, method=method)["care"]
    assert care.sum() == pytest.approx((prices * weight).sum(), rel=1e-12)
    assert care.sum() < run.patients["cost"].sum() or method == "yearly"


# -- health --------------------------------------------------------------------------------------------------


def test_without_discount_the_qaly_is_that_of_the_run(run: Results, plain: Evidence) -> None:
    np.testing.assert_allclose(person_qaly(run, plain), run.patients["qaly"], atol=1e-6)


def test_a_harm_takes_its_health_on_its_day(run: Results, evidence: Evidence) -> None:
    harms = run.bills.loc[run.bills["item"].astype(str).str.startswith("harm.")]
    unharmed = evidence.change({key: 0.0 for key in evidence.parameters if key.startswith("harm.") and
                                key.endswith(".qaly")})  # fmt: skip
    lost = person_qaly(run, unharmed) - person_qaly(run, evidence)
    entry = run.patients.set_index("patient")["entry_day"].loc[harms["patient"]].to_numpy()
    years = (harms["day"].to_numpy() - entry) / 365.25
    each = np.array([evidence.value(f"{item}.qaly") for item in harms["item"]])
    assert lost.sum() == pytest.approx((each * 1.03**-years).sum(), rel=1e-9)


def test_a_persons_own_residual_cancels_between_two_plans(study: Study, evidence: Evidence) -> None:
    one, two = (study.results[arm][0] for arm in ("usual", "surgery"))
    draws, rate = Draws(5), 0.03
    mean_gap = person_qaly(two, evidence) - person_qaly(one, evidence)
    own_gap = person_qaly(two, evidence, draws=draws) - person_qaly(one, evidence, draws=draws)
    np.testing.assert_allclose(own_gap, mean_gap, atol=1e-12)
    spread = utility(one, Numbers(evidence), draws)[0] - utility(one, Numbers(evidence))[0]
    n, sd = len(spread), evidence.value("utility.residual_sd")
    assert abs(spread.mean()) < 4 * sd / math.sqrt(n)
    assert abs(spread.std(ddof=1) - sd) < 4 * sd / math.sqrt(2 * n)
    assert person_qaly(one, evidence, rate=rate).mean() == pytest.approx(person_qaly(one, evidence).mean())


# -- the table -----------------------------------------------------------------------------------------------


def test_the_same_plan_twice_differs_by_exactly_nothing(study: Study) -> None:
    table = value(study).table().set_index("arm")
    again = table.loc["usual again"]
    for name in ("cost_difference", "qaly_difference", "net_benefit"):
        assert again[name] == again[f"{name}_low"] == again[f"{name}_high"] == 0
    assert math.isnan(again["icer"]) and again["says"].startswith("undefined")
    assert "undefined" in value(study).sentence("usual again")


@pytest.mark.parametrize("view", ["health_system", "patient", "societal"])
def test_the_table_agrees_with_the_people(study: Study, evidence: Evidence, view: str) -> None:
    row = value(study).table(view, threshold=50_000).set_index("arm").loc["surgery"]
    one, two = (person_value(study.results[arm][0], evidence) for arm in ("usual", "surgery"))
    cost = two[f"cost_{view}"] - one[f"cost_{view}"]
    health = two["qaly"] - one["qaly"]
    assert row["cost_difference"] == pytest.approx(cost.mean())
    assert row["qaly_difference"] == pytest.approx(health.mean())
    benefit = 50_000 * health - cost
    half = 1.96 * benefit.std(ddof=1) / math.sqrt(len(benefit))
    assert row["net_benefit"] == pytest.approx(benefit.mean())
    assert row["net_benefit_high"] - row["net_benefit"] == pytest.approx(half, rel=0.02)
    if row["icer_low"] == row["icer_low"]:
        assert row["icer_low"] < row["icer"] < row["icer_high"]
        assert row["qaly_difference_low"] * row["qaly_difference_high"] > 0
    assert (row["cost_unit"], row["qaly_unit"]) == ("USD 2025 per person", "QALY per person")
    said = value(study).sentence("surgery", view, threshold=50_000)
    assert said.startswith("Over 1 year surgery costs") and "50,000 USD 2025 per QALY" in said


def toy(cost: np.ndarray, qaly: np.ndarray, evidence: Evidence) -> Value:
    """Two arms with these differences; money alike in every view."""
    pair = {"qaly": np.column_stack([0 * qaly, qaly])}
    pair |= {key: np.column_stack([0 * cost, cost]) for key in KEYS if key != "qaly"}
    return Value(["usual", "new"], pair, evidence, 1.0)


def test_a_ratio_has_an_interval_only_where_it_can(evidence: Evidence) -> None:
    rng = np.random.default_rng(3)
    cost = 500 + rng.normal(0, 50, 40)
    clear, open_ = 0.1 + rng.normal(0, 0.02, 40), 0.001 + rng.normal(0, 0.05, 40)
    for qaly, units, words in ((clear, 40, ""), (open_, 40, "the difference in QALY may be 0"),
                               (clear, 9, "9 independent people or runs")):  # fmt: skip
        row = toy(cost[:units], qaly[:units], evidence).table().iloc[1]
        assert words in row["says"] and (row["icer_low"] == row["icer_low"]) == (not words)


def test_what_is_shown_is_the_sentence(evidence: Evidence) -> None:
    shown = toy(np.array([500.0, 510, 490]), np.array([0.01, 0.012, 0.008]), evidence)
    assert repr(shown) == shown.sentence("new") and "0.0100 QALY more" in repr(shown)
    assert "at 100,000 USD 2025 per QALY its net benefit is higher by 500" in repr(shown)
    assert "worth it" not in repr(shown)


def test_with_runs_the_unit_is_the_run(evidence: Evidence) -> None:
    study = compare(
        {"usual": "conservative_first", "surgery": "early_surgery"}, runs=3, **(SMALL | {"patients": 40})
    )
    found = ss.value(study)
    assert isinstance(found, Value) and found.each["qaly"].shape == (3, 2)
    people = person_value(study.results["surgery"][1], evidence)
    assert found.each["cost_societal"][1, 1] == pytest.approx(people["cost_societal"].mean())
    assert np.isfinite(found.table()["qaly_difference_low"]).all()


def test_other_prices_need_no_new_run(study: Study, evidence: Evidence) -> None:
    dear = value(study, evidence=evidence.change({"microdiscectomy.price": 80_000}))
    assert dear.table()["cost_health_system"][1] > value(study).table()["cost_health_system"][1]
    assert dear.table()["qaly"].equals(value(study).table()["qaly"])


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda v: v.table("insurer"), "no payer view 'insurer'; choose one of health_system"),
        (lambda v: v.table(threshold=-1), "money per QALY of 0 or above"),
        (lambda v: v.sentence("nobody"), "Unknown arm 'nobody': choose one of usual"),
        (lambda v: value("usual"), "is no study; give what spinesim.compare"),
    ],
)
def test_odd_wishes_are_refused(study: Study, ask: Any, says: str) -> None:
    with pytest.raises(SpinesimError, match=says):
        ask(value(study))
