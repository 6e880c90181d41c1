"""What comes out: small counts left out, the rest rounded, totals from what was rounded."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from made_up import made_up, saved

from spinesim.clinic.setting import load_clinic
from spinesim.errors import SpinesimError
from spinesim.study.own_data import import_referrals
from spinesim.study.own_data.cells import centile, pooled, suppressed
from spinesim.study.own_data.identify import nhs_number


@pytest.fixture(scope="module")
def base():
    return load_clinic("community")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return made_up(weeks=60)


@pytest.mark.parametrize("small", [4, 7, 10, 30])
def test_counts_are_zero_hidden_or_rounded(small):
    counts = np.arange(200)
    shown = suppressed(counts, small)
    assert shown[0] == 0 and np.isnan(shown[1 : small + 1]).all()
    assert (shown[small + 1 :] % 5 == 0).all() and (np.abs(shown - counts)[small + 1 :] <= 2.5).all()


def test_rare_conditions_share_what_they_hold_or_go():
    assert pooled({"a": 100, "b": 6, "c": 5}, 7) == {"a": 100.0, "b": 5.0, "c": 5.0}
    assert pooled({"a": 100, "b": 6}, 7) == {"a": 100.0}
    assert pooled({"a": 100, "b": 3, "c": 2}, 7) == {"a": 100.0}
    assert sum(pooled({"a": 23, "b": 6, "c": 6}, 7).values()) == 25 + 10  # the total is of rounded cells


def test_a_centile_needs_people_beyond_it():
    assert math.isnan(centile(pd.Series(range(70)), 0.9, 7))
    assert centile(pd.Series(range(81)), 0.9, 7) == 72


def test_every_count_that_comes_out_is_rounded(base, table, tmp_path):
    done = import_referrals(saved(table, tmp_path / "own.csv"), base)
    counts = [*done.fits["n"], *done.waits["n"], *done.waits["awaited"], *done.plots["lead"]["n"]]
    counts += [
        *done.plots["missed"]["n"],
        *(done.plots["weekly"]["per_week"] * done.plots["weekly"]["weeks"]),
    ]
    counts += [done.clinic.arrivals.backlog]
    known = np.array([count for count in counts if not math.isnan(count)])
    assert len(known) > 40 and (known % 5 == 0).all()
    assert ((known == 0) | (known > 7)).all()
    mix = np.array(list(done.clinic.mix.values()))
    fits = done.fits.set_index("parameter")
    cells = fits.loc[[f"mix.{key}" for key in done.clinic.mix], "n"].to_numpy()
    assert np.allclose(mix, cells / cells.sum(), rtol=0.005, atol=0)  # three digits


@pytest.mark.parametrize("rare", [1, 7])
def test_one_person_with_a_rare_condition_leaves_no_trace(base, table, tmp_path, rare):
    """Fewer than the threshold with a condition: neither the clinic file nor any table names it."""
    few = table.copy()
    few.loc[few.index[:rare], "condition"] = "carpal_tunnel"
    done = import_referrals(saved(few, tmp_path / "own.csv"), base)
    everything = done.toml() + done.fits.to_string() + repr(done.plots) + " ".join(done.notes)
    assert "carpal" not in everything
    few.loc[few.index[:8], "condition"] = "carpal_tunnel"
    assert "carpal" in import_referrals(saved(few, tmp_path / "own.csv"), base).toml()
    assert "carpal" not in import_referrals(saved(few, tmp_path / "own.csv"), base, small_cells=8).toml()


def test_one_old_person_is_top_coded(base, table, tmp_path):
    ninety = table.assign(age="90")
    older = ninety.copy()
    older.loc[0, "age"] = "107"
    one, other = (import_referrals(saved(t, tmp_path / "own.csv"), base) for t in (ninety, older))
    assert one.toml() == other.toml()


def test_nothing_of_the_rows_is_in_what_is_returned(base, table, tmp_path):
    """No table that comes out is as long as the file or holds a day of it."""
    done = import_referrals(saved(table, tmp_path / "own.csv"), base)
    for made in (done.fits, done.waits, *done.plots.values()):
        assert len(made) < 100
    text = done.toml() + done.fits.to_string() + repr(done)
    assert not [day for day in table["referred"].unique() if day in text]


@pytest.mark.parametrize("small", [0, 3, 7.5, True, 1001, "7"])
def test_a_threshold_that_hides_too_little_is_refused(base, tmp_path, small):
    with pytest.raises(SpinesimError, match="whole number from 4 to 1,000"):
        import_referrals(tmp_path / "never_read.csv", base, small_cells=small)


def test_the_check_of_an_nhs_number():
    assert nhs_number("943 476 5919") and nhs_number("9434765919") and nhs_number("no. 943-476-5919.")
    digits = [f"943476591{last}" for last in range(10)]
    assert [nhs_number(one) for one in digits].count(True) == 1
    assert not nhs_number("19434765919") and not nhs_number("2025-03-03")
