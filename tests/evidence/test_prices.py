"""Money has a year: prices are brought to the base year when the files are read; a user's price is in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spinesim.errors import SpinesimError
from spinesim.evidence import Evidence, files, load_evidence
from spinesim.evidence.ranges import money

DATA = Path(files.__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    return load_evidence(DATA)


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return shutil.copytree(DATA, tmp_path / "data")


def edit(folder: Path, name: str, old: str, new: str) -> Path:
    path = folder / "parameters" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def refused(folder: Path) -> str:
    with pytest.raises(SpinesimError) as caught:
        load_evidence(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_every_price_knows_its_currency_and_is_in_money_of_the_base_year(shipped: Evidence) -> None:
    base = shipped.value("money.base_year")
    amounts = {key: money(one.unit) for key, one in shipped.parameters.items() if key.endswith(".price")}
    assert len(amounts) > 40
    assert set(amounts.values()) == {("USD", base, "")}
    assert not [key for key, one in shipped.parameters.items() if one.unit.split(" ")[0] == "USD"
                and money(one.unit) is None]  # fmt: skip


def test_an_old_price_is_multiplied_by_the_index(shipped: Evidence) -> None:
    """Fusion: 25,501 USD of 2005-2012, dated 2009."""
    fusion, index = shipped["fusion.price"], shipped.values("money.index.")
    assert fusion.value == pytest.approx(25_501 * index["2025"] / index["2009"], rel=1e-15)
    assert "25,501 USD 2009 as read" in fusion.notes and "25,501 USD 2009" in fusion.card()
    assert shipped["visit.price"].value == 125  # of the base year already


def test_bounds_move_with_the_value(whole: Path) -> None:
    edit(
        whole,
        "treatments.csv",
        "si injection,180,120,240,plausible,USD 2025",
        "si injection,180,120,240,plausible,USD 2010",
    )
    one = load_evidence(whole)["si_injection.price"]
    factor = 321.943 / 218.056
    assert (one.value, one.low, one.high) == pytest.approx((180 * factor, 120 * factor, 240 * factor))
    assert one.unit == "USD 2025"


def test_another_base_year_moves_every_price_alike(whole: Path, shipped: Evidence) -> None:
    edit(whole, "prices.csv", "shown in,2025,,,,calendar year", "shown in,2015,,,,calendar year")
    other = load_evidence(whole)
    factor = 237.017 / 321.943
    for key, one in shipped.parameters.items():
        if money(one.unit):
            assert other.value(key) == pytest.approx(one.value * factor, rel=1e-12), key
            assert money(other[key].unit) == ("USD", 2015, money(one.unit)[2])
    assert other.digest != shipped.digest


def test_a_users_price_is_money_of_the_base_year(shipped: Evidence) -> None:
    mine = shipped.change({"fusion.price": 30_000})["fusion.price"]
    assert (mine.value, mine.unit) == (30_000, "USD 2025")


@pytest.mark.parametrize("key", ["money.base_year", "money.index.2009"])
def test_what_is_used_at_reading_cannot_be_changed_later(shipped: Evidence, key: str) -> None:
    with pytest.raises(
        SpinesimError, match=rf"'{key}' is used when the files are read.*edit data/parameters"
    ):
        shipped.change({key: 2010})


def test_a_price_without_a_year_is_refused(whole: Path) -> None:
    edit(whole, "clinic.csv", "Price: visit,125,,,,USD 2025", "Price: visit,125,,,,USD")
    says = "data/parameters: the row 'visit.price', column unit: 'USD' does not say of which year"
    assert refused(whole) == f"{says}; write for example 'USD 2025'."


def test_an_amount_per_something_without_a_year_is_refused(whole: Path) -> None:
    table = whole / "parameters" / "prices.csv"
    text = table.read_text(encoding="utf-8")
    assert "USD 2025 per mile" in text
    for unit in ("USD per mile", "$ per mile", "usd per mile"):
        table.write_text(text.replace("USD 2025 per mile", unit), encoding="utf-8")
        assert refused(whole) == (
            f"data/parameters: the row 'travel.mile_price', column unit: '{unit}' does not say of which "
            "year; write for example 'USD 2025 per mile'."
        )


def test_a_year_without_an_index_is_refused(whole: Path) -> None:
    edit(whole, "clinic.csv", "Price: visit,125,,,,USD 2025", "Price: visit,125,,,,USD 1999")
    assert "the row 'money.index.1999' is missing, which the price 'visit.price' needs; add it." in refused(
        whole
    )


def test_two_currencies_are_refused(whole: Path) -> None:
    edit(whole, "clinic.csv", "Price: visit,125,,,,USD 2025", "Price: visit,125,,,,GBP 2025")
    assert "in one currency" in refused(whole)


@pytest.mark.parametrize("key", ["money.base_year", "discount.health", "threshold.base", "wage.hour"])
def test_a_missing_row_is_named(whole: Path, key: str) -> None:
    table = whole / "parameters" / "prices.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(line for line in lines if not line.startswith(f"{key},")), encoding="utf-8")
    assert refused(whole) == f"data/parameters/prices.csv: the row '{key}' is missing; add it."


def test_the_index_is_the_published_one(shipped: Evidence) -> None:
    """Medical care rose like all items over the years at hand, so the choice of index moves little."""
    for year, value in shipped.values("money.index.").items():
        assert shipped.figures[f"cpi_us_{year}"].value == value
    medical = shipped.figures["cpi_medical_us_2024"].value / shipped.figures["cpi_medical_us_2010"].value
    everything = shipped.value("money.index.2024") / shipped.value("money.index.2010")
    assert medical == pytest.approx(everything, rel=0.01)
