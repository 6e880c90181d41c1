"""Rows that are no new referral, or no ordinary appointment, stay out of what is fitted."""

from __future__ import annotations

import pandas as pd
import pytest
from made_up import made_up, saved

from spinesim.clinic import load_clinic
from spinesim.study.own_data import import_referrals


@pytest.fixture(scope="module")
def base():
    return load_clinic("community")


def fitted(table: pd.DataFrame, base, path) -> dict[str, float]:
    fits = import_referrals(saved(table, path), base).fits
    return dict(zip(fits["parameter"], fits["value"], strict=True))


def test_a_replacement_appointment_is_no_new_referral(base, tmp_path):
    """The same referrals, a third with a second appointment: arrivals per week are the same, to the bit."""
    table = made_up(weeks=60)
    again = table[table["attended"] == "no"].assign(rebooked="yes", attended="yes")
    assert len(again) > 100
    both = pd.concat([table, again], ignore_index=True)
    one, two = fitted(table, base, tmp_path / "a.csv"), fitted(both, base, tmp_path / "b.csv")
    assert one["arrivals.per_week"] == two["arrivals.per_week"]
    assert one["no_show.share"] > two["no_show.share"]  # those that were kept count as appointments


def test_urgent_appointments_say_nothing_of_attendance(base, tmp_path):
    table = made_up(weeks=60)
    urgent = table[table["attended"] == "yes"].head(200).assign(urgent="yes", attended="no", rebooked="yes")
    both = pd.concat([table, urgent], ignore_index=True)
    one, two = fitted(table, base, tmp_path / "a.csv"), fitted(both, base, tmp_path / "b.csv")
    assert one["no_show.share"] == two["no_show.share"]
