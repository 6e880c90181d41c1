"""Sizes of each kind of not knowing, and long work in slices: the same numbers as at once."""

import numpy as np
import pandas as pd
import pytest

from spinesim.errors import SpinesimError
from spinesim.study.arms import study_plans
from spinesim.study.simulation import shipped_evidence
from spinesim.study.slices import measure_steps, trial_steps
from spinesim.study.trials.scoreboard import validate
from spinesim.study.uncertainty.measure import Wish, measure
from spinesim.study.uncertainty.probabilistic import put_together
from spinesim.study.uncertainty.result import WIDE
from spinesim.study.uncertainty.sample import make_sampler
from spinesim.study.uncertainty.sizes import best_buy, of_kind, reader_gap, reader_range, widths

ARMS = ["conservative_first", "early_surgery"]
DRAWS, PEOPLE = 4, 40
TRIAL = "weber_conservative"


def finished(work):
    """All shares done, and what the work returns."""
    shares = []
    while True:
        try:
            shares.append(next(work))
        except StopIteration as end:
            return shares, end.value


def plans(**wishes):
    return tuple(study_plans(ARMS, condition="disc_herniation", patients=PEOPLE, years=0.5, seed=3, **wishes))


@pytest.fixture(scope="module")
def sampler():
    return make_sampler(shipped_evidence(), say=lambda _: None)


@pytest.fixture(scope="module")
def found(sampler):
    rows = sampler.sample(DRAWS, 1)
    drawn = [measure(Wish(plans(), sampler.ids, tuple(row))) for row in rows]
    return put_together(plans(), sampler, rows, [measure(Wish(plans()))], drawn)


@pytest.fixture(scope="module")
def read():
    known = shipped_evidence()
    return {name: measure(Wish(plans(evidence=known.stance(name)))) for name in ("sceptical", "base")}


def test_in_slices_the_same_bits_as_at_once():
    shares, arrays = finished(measure_steps(Wish(plans())))
    whole = measure(Wish(plans()))
    assert shares == sorted(shares) and shares[0] > 0 and shares[-1] <= 1 and len(shares) > 20
    assert arrays.keys() == whole.keys()
    for key, value in whole.items():
        np.testing.assert_array_equal(arrays[key], value)


def test_a_trial_in_slices_gives_the_rows_of_the_scoreboard():
    shares, rows = finished(trial_steps(TRIAL, 60))
    whole = validate([TRIAL], patients=60).table
    assert shares == sorted(shares)
    pd.testing.assert_frame_equal(rows[whole.columns].reset_index(drop=True), whole)


def test_the_two_kinds_of_numbers_are_all_of_them(sampler):
    kinds = {kind: set(of_kind(sampler, kind).ids) for kind in ("all", "published", "assumed")}
    assert kinds["published"] | kinds["assumed"] == kinds["all"] == set(sampler.ids)
    known = shipped_evidence()
    alone = kinds["published"] - kinds["assumed"]
    assert alone and not any(known[key].assumed for key in alone)
    assert all(known[key].assumed for key in kinds["assumed"] - kinds["published"])


def test_one_run_at_the_base_values_is_enough(found):
    """Without a second one there is no check by replications, and no warning either."""
    table = found.decomposition()
    assert table["replications_sd"].isna().all() and table["first_order_sd"].notna().all()


def test_widths_are_those_of_the_decomposition(found):
    row = found.decomposition().set_index("outcome").loc["pain_average"]
    chance, numbers = widths(found, "pain_average")
    assert chance.value == pytest.approx(2 * WIDE * row["first_order_sd"])
    assert numbers.value == pytest.approx(2 * WIDE * row["parameter_sd"])
    assert chance.low <= chance.value <= chance.high and 0 <= numbers.low <= numbers.value <= numbers.high


def test_a_reader_compared_with_itself_is_no_distance_away(read):
    alike = {"one": read["base"], "two": read["base"]}
    assert reader_range(alike, "pain_average") == (0, 0, 0)
    apart = reader_range(read, "pain_average")
    gaps = [reader_gap(read, "pain_average", name) for name in read]
    assert apart.value == pytest.approx(abs(gaps[0].value - gaps[1].value)) and apart.value > 0
    assert gaps[0].low < gaps[0].value < gaps[0].high


def test_the_better_buy_is_counted_over_draws(found):
    nothing = best_buy(found, 0)
    assert nothing.value == 0 and nothing.low == 0 and nothing.high > 0.3, "the operation costs more"
    dear = best_buy(found, 1e9)
    more = found.expected("qaly_discounted")
    assert dear.value == pytest.approx((more[:, 1] > more[:, 0]).mean())
    with pytest.raises(SpinesimError, match="0 or above"):
        best_buy(found, -1)
