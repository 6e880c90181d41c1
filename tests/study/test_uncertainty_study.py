"""Probabilistic and one-way analyses on small studies, and their exact identities."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spinesim.errors import SpinesimError
from spinesim.study.compare import study_plans
from spinesim.study.executor import Kept, Processes
from spinesim.study.simulation import finish, shipped_evidence
from spinesim.study.uncertainty import (
    OneWay,
    Uncertainty,
    make_sampler,
    one_way,
    read_by,
    side_by_side,
    stances,
    uncertain_stances,
    uncertainty,
)
from spinesim.study.uncertainty.probabilistic import Measured
from spinesim.study.uncertainty.worth import best_buys, information

ARMS = ["conservative_first", "early_imaging"]
SMALL = {"condition": "lumbar_strain", "patients": 30, "years": 0.25}


@pytest.fixture(scope="module")
def found() -> Uncertainty:
    return uncertainty(ARMS, draws=8, runs=3, **SMALL)


def test_tables_have_their_shapes(found: Uncertainty) -> None:
    outcomes = len(found.outcomes)
    assert "pain_12_months" not in found.outcomes and "cost_societal" in found.outcomes
    assert found.expected("cost").shape == (8, 2)
    assert len(found.draws()) == 8 * 2 * outcomes and len(found.summary()) == 2 * outcomes
    assert list(found.wide("cost").columns) == ["draw", *ARMS]
    assert found.parameters().shape == (8, 1 + len(found.sampler.ids))
    table = found.draws()
    mine = table[(table["outcome"] == "cost") & (table["arm"] == "early_imaging")]["mean"].to_numpy()
    assert np.array_equal(mine, found.wide("cost")["early_imaging"])
    gap = found.expected("cost")[:, 1] - found.expected("cost")[:, 0]
    row = found.differences().set_index("outcome").loc["cost"]
    assert row["difference"] == gap.mean() and row["low"] == np.percentile(gap, 2.5)
    assert {"uptake of exercise", "prices", "flare.size"} <= set(found.groups())
    costs, health = found.money_and_health("societal")
    assert costs.shape == health.shape == (8, 2)


def test_the_same_pathway_twice_differs_by_exactly_nothing() -> None:
    same = uncertainty({"a": ARMS[0], "b": ARMS[0]}, draws=4, runs=3, **SMALL)
    assert (same.differences()[["difference", "low", "high", "share_above_0"]] == 0).all(axis=None)
    parts = same.decomposition()
    sizes = ["difference", "mean_of_draws", "parameter_sd", "first_order_sd", "both_sd"]
    assert (parts[sizes] == 0).all(axis=None) and parts["parameter_share"].isna().all()


def test_several_processes_give_the_same_bits_and_keep_what_they_did(
    found: Uncertainty, tmp_path: Path
) -> None:
    keep = Kept(tmp_path)
    with Processes(2) as executor:
        again = uncertainty(ARMS, draws=8, runs=3, executor=executor, keep=keep, **SMALL)
    for name in ("means", "spread", "values", "replicated"):
        assert np.array_equal(getattr(again, name), getattr(found, name))
    assert len(list(tmp_path.glob("*.npz"))) == 11
    keep = Kept(tmp_path)
    more = uncertainty(ARMS, draws=11, runs=4, keep=keep, **SMALL)
    assert (keep.read, keep.written) == (11, 4)  # 3 draws and 1 replication are new
    assert np.array_equal(more.means[:8], found.means)


def test_draws_are_compare_with_those_numbers(found: Uncertainty) -> None:
    """One draw by hand: the same evidence, plan and outcome."""
    evidence = found.sampler.evidence_of(found.values[5])
    plans = study_plans(ARMS, evidence=evidence, **SMALL)
    pain = [finish(plan).series["pain"].mean(axis=0, dtype=np.float64).mean() for plan in plans]
    assert found.expected("pain_average")[5] == pytest.approx(pain, rel=1e-12)


def test_parameter_variance_is_told_from_the_noise_of_few_people() -> None:
    """People with SD 2 each, in batches; true parameter variance 0.25; then none at all."""
    rng = np.random.default_rng(5)
    draws, batches, size = 4_000, 10, 20
    for true in (0.5, 0.0):
        effect = rng.normal(0, true, draws)[:, None] + rng.normal(0, 2 / size**0.5, (draws, batches))
        means = np.zeros((draws, batches, 2, 1))
        means[:, :, 1, 0] = effect
        one = Uncertainty(["a", "b"], ["cost"], batches * size, make_sampler(shipped_evidence()),
                          np.zeros((draws, 0)), means, np.full(batches, size), np.full((draws, 2, 1), 2.0),
                          rng.normal(0, 1, (30, 2, 1)))  # fmt: skip
        variance, error = one.between(1, 0)
        assert abs(variance - true**2) < 4 * error
        naive = (effect.mean(axis=1)).var(ddof=1)
        assert naive > true**2 + 0.015  # what it would be without batches: 4 / 200 more


def test_share_and_luck_come_from_one_estimate(found: Uncertainty) -> None:
    row = found.decomposition().set_index("outcome").loc["cost"]
    gap = (
        found.replicated[:, 1, found.outcomes.index("cost")]
        - found.replicated[:, 0, found.outcomes.index("cost")]
    )
    assert row["replications_sd"] == pytest.approx(gap.std(ddof=1))
    people = found.spread[:, 1, found.outcomes.index("cost")]
    assert row["first_order_sd"] == pytest.approx(np.sqrt((people**2).mean() / 30))
    whole = row["parameter_sd"] ** 2 + row["first_order_sd"] ** 2
    assert row["parameter_share"] == pytest.approx(row["parameter_sd"] ** 2 / whole)
    assert 0 <= row["parameter_share_low"] <= row["parameter_share"] <= row["parameter_share_high"] <= 1
    assert row["parameter_high"] == pytest.approx(row["mean_of_draws"] + 1.96 * row["parameter_sd"], rel=1e-4)
    assert row["unit"] == "USD 2025 per person"
    assert row["difference"] == pytest.approx(gap.mean())
    assert row["both_sd"] == pytest.approx(np.hypot(row["parameter_sd"], row["first_order_sd"]))


def test_nothing_that_is_not_read_matters() -> None:
    """All numbers no arm reads, changed at once: the same bits."""
    plans = study_plans(ARMS, **SMALL)
    sampler = make_sampler(plans[0].evidence)
    read = read_by(plans)
    assert {"imaging.uptake", "flare.size", "utility.odi", "threshold.base"} - read == {"threshold.base"}
    row = sampler.sample(1)[0]
    unread = {key: value for key, value in zip(sampler.ids, row.tolist(), strict=True) if key not in read}
    assert len(unread) > 400
    changed = plans[0].evidence.change(unread)
    for plan in plans:
        one, other = finish(plan), finish(replace(plan, evidence=changed))
        assert one.patients.equals(other.patients)
        assert all(np.array_equal(one.series[name], other.series[name]) for name in one.series)


def test_a_price_swings_cost_in_a_straight_line() -> None:
    """Cost is linear in a price: both ends lie on one line through the base, whose slope is a count."""
    arms = {"none": "natural_course", "care": "conservative_first"}
    moved = one_way(arms, parameters=["nsaid.price", "prices"], **SMALL)
    table = moved.table("cost").set_index("parameter")
    assert list(table["swing"]) == sorted(table["swing"], reverse=True)
    row = table.loc["nsaid.price"]
    slope = (row["at_high"] - row["base"]) / (row["high_value"] - row["base_value"])
    assert slope > 0
    assert row["at_low"] == pytest.approx(row["base"] + slope * (row["low_value"] - row["base_value"]))
    price = shipped_evidence()["nsaid.price"].distribution
    assert [row["low_value"], row["high_value"]] == pytest.approx(list(price.ppf([0.025, 0.975])))
    pain = moved.table("pain_average")
    assert (pain["swing"] == 0).all() and moved.unread == 0
    together = one_way(arms, parameters=["prices"], groups=True, **SMALL).table("cost")
    assert len(together) == 1 and together["swing"][0] >= table["swing"].max() - 1e-9


def test_the_table_of_a_linear_toy() -> None:
    moves = [(name, (name,), {name: 0.0}, {name: 1.0}) for name in ("small", "large", "none")]
    expected = np.array([0.0, -1, 1, 5, -5, 0, 0]) + 10
    means = np.zeros((7, 1, 2, 1))
    means[:, 0, 1, 0] = expected
    measured = Measured(["cost"], means, np.array([4]), np.zeros((7, 2, 1)))
    table = OneWay(["a", "b"], moves, measured, {"small": 0.5}, 0, 0).table("cost")
    assert list(table["parameter"]) == ["large", "small", "none"] and list(table["swing"]) == [10, 2, 0]
    assert list(table.loc[0, ["base", "at_low", "at_high"]]) == [10, 15, 5]


def test_a_share_moves_and_the_others_make_room() -> None:
    moved = one_way(ARMS, parameters=["courses of acute back pain"], **SMALL)
    assert len(moved.moves) == 5
    for _, ids, low, high in moved.moves:
        assert sum(low.values()) == pytest.approx(1, abs=1e-12) and low[ids[0]] < high[ids[0]]


def test_stances_stand_side_by_side() -> None:
    table = stances(ARMS, runs=2, names=["sceptical", "base"], **SMALL)
    assert list(dict.fromkeys(table["stance"])) == ["sceptical", "base"]
    both = uncertain_stances(ARMS, names=["sceptical", "base"], draws=3, runs=2, **SMALL)
    assert both["sceptical"].sampler.evidence.taken == "sceptical"
    assert set(side_by_side(both)["stance"]) == {"sceptical", "base"}
    assert "nsaid.axial_relief" not in both["sceptical"].sampler.ids
    with pytest.raises(SpinesimError, match="no stance"):
        stances(ARMS, names=["rosy"], **SMALL)


def test_what_it_is_worth() -> None:
    """Two arms, net benefit 1,000 x one number: only that number is worth knowing."""
    plans = tuple(study_plans(ARMS, **SMALL))
    sampler = make_sampler(plans[0].evidence).only(["nsaid.uptake", "imaging.uptake", "flare.size"])
    values = sampler.sample(400)
    means = np.zeros((400, 1, 2, 2))
    means[:, 0, 1, 0] = -10_000 * (values[:, sampler.ids.index("flare.size")] - 2.7)
    names, none = ["cost_health_system", "qaly_discounted"], np.zeros((400, 2, 2))
    toy = Uncertainty(ARMS, names, 10, sampler, values, means, np.array([10]), none, none[:2], plans)
    buys = best_buys(toy)
    assert buys["probability"].sum() == pytest.approx(1)
    table = information(toy).set_index("information")
    everything, known = table.loc["everything", "value"], table.loc["flare.size", "value"]
    assert known == pytest.approx(everything, rel=0.05) and everything > 100
    assert table.drop(["everything", "flare.size"])["value"].max() < 0.1 * everything


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"draws": 1}, "draws is 1"),
        ({"draws": 2.5}, "draws is 2.5"),
        ({"runs": True}, "runs is True"),
        ({"patients": 0}, "patients is 0"),
        ({"draw_seed": -1}, "seed must be"),
    ],
)
def test_impossible_wishes_are_refused(wishes: dict[str, object], words: str) -> None:
    with pytest.raises(SpinesimError, match=words):
        uncertainty(ARMS, **(SMALL | wishes))


def test_unknown_names_are_refused(found: Uncertainty) -> None:
    with pytest.raises(SpinesimError, match="no outcome 'happiness'"):
        found.expected("happiness")
    with pytest.raises(SpinesimError, match="no parameter or group"):
        one_way(ARMS, parameters=["nothing"], **SMALL)
