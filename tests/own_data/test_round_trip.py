"""Known numbers in, the same numbers out, within the intervals the import states."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pandas as pd
import pytest
from made_up import CANCEL, MIX, MONDAY, ODDS, RATE, SHARE, WEEKDAYS, made_up, saved

import spinesim as ss
from spinesim.clinic.setting import load_clinic
from spinesim.study.own_data import export_referrals, import_referrals, write_referrals
from spinesim.study.own_data.fitted import COLUMNS as FITS

SEEDS = range(20)
TRUTH = {
    "arrivals.per_week": RATE,
    "no_show.share": SHARE,
    "no_show.odds_per_doubling": ODDS,
    "cancel.share": CANCEL,
    **{f"mix.{key}": share for key, share in MIX.items()},
    **{
        f"arrivals.by_weekday.{day}": weight
        for day, weight in zip(
            ["mon", "tue", "wed", "thu", "fri"], 7 * WEEKDAYS / WEEKDAYS.sum(), strict=False
        )
    },
}


@pytest.fixture(scope="module")
def base():
    return load_clinic("community")


@pytest.fixture(scope="module")
def fits(base, tmp_path_factory) -> list[pd.DataFrame]:
    folder = tmp_path_factory.mktemp("own")
    made = (saved(made_up(weeks=80, seed=seed), folder / f"{seed}.csv") for seed in SEEDS)
    return [import_referrals(path, base).fits.set_index("parameter") for path in made]


@pytest.mark.parametrize("parameter", TRUTH)
def test_intervals_hold_the_truth(parameter, fits):
    """95 % intervals miss one time in 20: of 20, at most 5 (four standard errors above the expected one)."""
    most = math.floor(len(fits) * 0.05 + 4 * math.sqrt(len(fits) * 0.05 * 0.95))
    outside = [
        not fit.loc[parameter, "low"] <= TRUTH[parameter] <= fit.loc[parameter, "high"] for fit in fits
    ]
    assert sum(outside) <= most
    values = np.array([fit.loc[parameter, "value"] for fit in fits])
    spread = values.std(ddof=1) / math.sqrt(len(values))
    assert (
        abs(values.mean() - TRUTH[parameter]) <= 4 * spread + 0.005 * TRUTH[parameter]
    )  # three digits shown


def test_the_weekend_has_none(fits):
    assert {
        float(fit.loc[f"arrivals.by_weekday.{day}", "value"]) for fit in fits for day in ("sat", "sun")
    } == {0.0}


def test_backlog_is_the_list_on_the_last_day(base, tmp_path):
    table = made_up(weeks=60, seed=3)
    done = import_referrals(saved(table, tmp_path / "own.csv"), base)
    waiting = int((table["attended"] == "").sum())
    assert done.clinic.arrivals.backlog == 5 * math.floor(waiting / 5 + 0.5)
    assert done.clinic.arrivals.backlog_weeks > 0


def test_months_need_two_years_and_a_difference(base, tmp_path):
    table = made_up(weeks=150, seed=2)
    flat = import_referrals(saved(table, tmp_path / "flat.csv"), base)
    assert flat.clinic.arrivals.by_month is None and any("no more than chance" in note for note in flat.notes)
    half = pd.to_datetime(table["referred"]).dt.month.isin([7, 8]) & (np.arange(len(table)) % 2 == 0)
    seasonal = import_referrals(saved(table[~half], tmp_path / "seasonal.csv"), base)
    weights = np.array(seasonal.clinic.arrivals.by_month)
    assert np.argsort(weights)[:2].tolist() in ([6, 7], [7, 6]) and weights[6] < 0.75 < weights[0]
    short = import_referrals(saved(made_up(weeks=60), tmp_path / "short.csv"), base)
    assert any("two whole years" in note for note in short.notes)


def test_dates_and_day_numbers_say_the_same(base, tmp_path):
    table = made_up(weeks=60)
    numbered = table.copy()
    for column in ("referred", "booked", "appointment"):
        days = (pd.to_datetime(table[column].replace("", None)) - pd.Timestamp(MONDAY)).dt.days
        numbered[column] = ["" if math.isnan(day) else str(int(day)) for day in days]
    one, other = (import_referrals(saved(t, tmp_path / "own.csv"), base) for t in (table, numbered))
    pd.testing.assert_frame_equal(one.fits, other.fits)
    pd.testing.assert_frame_equal(one.waits, other.waits)
    assert "weeks, on" in other.clinic.source and "2023-01–2024-02" in one.clinic.source


def test_waits_are_those_of_the_file(base, tmp_path):
    table = made_up(weeks=60)
    kept = table[table["attended"] == "yes"]
    wait = (pd.to_datetime(kept["appointment"]) - pd.to_datetime(kept["referred"])).dt.days
    row = import_referrals(saved(table, tmp_path / "own.csv"), base).waits.iloc[0]
    assert (row["median"], row["p90"]) == (round(wait.median()), round(wait.quantile(0.9)))
    assert row["low"] <= row["median"] <= row["high"]


@pytest.fixture(scope="module")
def run():
    return ss.simulate(
        "conservative_first", clinic="community", condition="pain_clinic", patients=2_000, years=1, seed=5
    )


@pytest.mark.slow
def test_through_the_product(run, base, tmp_path):
    """Simulate the shipped clinic, export its appointments, import them, recover what it was made of."""
    from spinesim.study.simulation import shipped_evidence

    people = run.patients.set_index("patient")
    opening = 7 * base.arrivals.backlog_weeks
    table = export_referrals(run.events, people["condition"], datetime.date(2023, 1, 2), since=opening)
    done = import_referrals(write_referrals(table, tmp_path / "own.csv"), base)
    fit = done.fits.set_index("parameter")
    known = shipped_evidence()
    truth = {"arrivals.per_week": base.arrivals.per_week}
    for key in ("no_show.share", "no_show.odds_per_doubling", "cancel.share"):
        truth[key] = base.numbers.get(key, known.value(key))
    shares = people["condition"].value_counts(normalize=True)
    truth |= {f"mix.{key}": share for key, share in shares.items() if f"mix.{key}" in fit.index}
    assert fit.loc["no_show.share", "how"].endswith(f"at {known.value('no_show.reference_days'):g} days")
    outside = {
        key for key, value in truth.items() if not fit.loc[key, "low"] <= value <= fit.loc[key, "high"]
    }
    assert not outside, fit.loc[sorted(outside), FITS[1:4]].assign(truth=pd.Series(truth))
    assert {"intake", "review", "physiotherapy"} <= set(done.waits["step"])


def test_every_request_of_a_run_is_one_open_or_settled_row(run):
    """Exactly one row that is not a replacement for every request, and none that is lost."""
    table = export_referrals(run.events, run.patients.set_index("patient")["condition"])
    requests = run.events[run.events["event"] == "request"]
    assert (table["rebooked"] == "no").sum() == len(requests)
    starts = (run.events["event"] == "start").sum()
    assert (table["attended"] == "yes").sum() == starts
    assert (table["attended"] == "no").sum() == (run.events["event"] == "no_show").sum()
    assert (table["attended"] == "cancelled").sum() == (run.events["event"] == "cancelled").sum()
